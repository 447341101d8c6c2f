"""What was begun and left costs nothing that is finished: the route around it stands."""

import pytest

from turnout.dsl import nodes
from turnout.dsl.parse import parse
from turnout.dsl.source import Source

ITEMS = """lead {
  country: country
}

queue a

"""
ROUTE = """route inbound {
  rule german {
    when country = Germany
    to queue a
  }

  fallback to queue a
}
"""
KEYWORDS = (
    "policy include lead territory segment calendar person people team queue partner sequence "
    "identity route guarantee test rule within fallback when to else sla do expect"
).split()
BEGUN = [
    *KEYWORDS,
    "team x",
    "team x {",
    "segment x =",
    'test "x"',
    'test "x" {',
    "guarantee g",
    "rule x",
    "rule x {",
    "within north",
    "fallback to",
    "when country",
]
PLACES = {
    "behind": f"{ITEMS}{ROUTE}\n@\n",
    "before": f"{ITEMS}@\n\n{ROUTE}",
    "inside": ITEMS + ROUTE.replace("  fallback", "  @\n\n  fallback"),
    "last inside": ITEMS + ROUTE.replace("queue a\n}\n", "queue a\n  @\n}\n"),
}
TAKEN = {"rule x {", "within north", "fallback to", "when country", "rule x"}
"""What can begin with what stands below it, in the middle of a route."""


def entries(text: str) -> list[list[str]]:
    """Return the entries of each route of a text, which has an error."""
    file, found = parse(Source("p.route", text))
    assert found
    assert len(found) <= 3
    routes = (each for each in file.items if isinstance(each, nodes.Route))
    return [[type(entry).__name__ for entry in route.entries] for route in routes]


@pytest.mark.parametrize("begun", BEGUN)
@pytest.mark.parametrize("place", PLACES)
def test_a_finished_route_stands_beside_what_was_begun_and_left(place: str, begun: str) -> None:
    found = entries(PLACES[place].replace("@", begun))
    if "inside" in place and begun in TAKEN:
        assert found[0][0] == "Rule"
    else:
        assert ["Rule", "Fallback"] in found


def test_what_is_told_is_the_stump() -> None:
    _, found = parse(Source("p.route", PLACES["before"].replace("@", "team")))
    assert [each.message for each in found] == ["`team` is not finished"]
    assert [each.span.text for each in found if each.span] == ["team"]
    _, found = parse(Source("p.route", PLACES["behind"].replace("@", "rule")))
    assert [each.message for each in found] == ["`rule` stands in a route"]


def test_a_whole_declaration_inside_of_a_route_costs_only_itself() -> None:
    team = "team x {\n    ana, ben weight 2\n  }"
    assert entries(PLACES["inside"].replace("@", team)) == [["Rule", "Fallback"]]


def test_names_may_be_words_of_the_language() -> None:
    """Where nothing is wrong, a name that begins a line is a name."""
    text = "queue\nroute\nqueue fallback\nroute r { fallback to queue\nfallback }\n"
    _, found = parse(Source("p.route", text))
    assert found == ()
