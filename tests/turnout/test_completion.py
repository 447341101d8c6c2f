"""What is offered where somebody types is what the parser would take there."""

import re
from pathlib import Path

import pytest

from turnout.compiler.compiled import read_policy
from turnout.dsl.files import Files
from turnout.lsp.completion import offered
from turnout.lsp.following import Insight, Level
from turnout.lsp.standing import standing

POLICY = """lead {
  id: text required
  country: country
  stage: one of [new, "in touch", won]
  hot: boolean
  rep: person
}
territory DACH = country in [DE, AT, CH]
segment Fresh = stage is new
calendar week { open Mon..Fri 09:00-17:00 }
person ana
team sales { ana }
queue inbox
route main {
  rule first { when DACH to round-robin sales else queue inbox sla 4 hours }
  within Fresh {
    rule second { when country is FR to queue inbox }
  }
  fallback to queue inbox
}
test "one" {
  lead { id: "1" stage: won }
  expect rule first
}
"""


def at(marked: str) -> set[str]:
    """Return what is offered at the `|` of a text that is put for the first rule's line."""
    line = "  rule first { when DACH to round-robin sales else queue inbox sla 4 hours }\n"
    text = POLICY.replace(line, f"  {marked}\n") if not marked.startswith("^") else marked[1:]
    return words(text)


def words(text: str) -> set[str]:
    path = Path("/a.route")
    read = read_policy(path, files=Files({path: POLICY}))
    known = Insight(path, 1, Level.READ, read, None)
    found = standing(text.replace("|", ""), text.index("|"))
    return set() if found is None else {each.text for each in offered(known, found)}


@pytest.mark.parametrize(
    ("marked", "there", "not_there"),
    [
        ("rule first { when DACH to route | }", "main", "sales inbox DACH ana"),
        ("rule first { when | }", "DACH Fresh country hot not open duplicate", "sales inbox rule"),
        ("rule first { when D|", "DACH country", "sales"),
        ("rule first { when rep = | }", "id country rep", "DACH ana sales"),
        ("rule first { when rep != | }", "id country rep", "DACH ana sales"),
        ("rule first { when DACH | }", "and or to sla do", "DACH"),
        ("rule first { when country | }", "is in not", "DACH"),
        ("rule first { when country is | }", "DE not missing present", "DACH and"),
        ("rule first { when country in [DE, | ] }", "FR", "DACH missing"),
        ("rule first { when stage is | }", 'new won "in_touch"', "DE"),
        ('rule first { when stage is "in t|" }', "in_touch new", "not missing"),
        ("rule first { when rep is | }", "ana", "sales"),
        ("rule first { to round-robin | }", "sales", "ana inbox DACH"),
        ("rule first { to queue | }", "inbox", "sales ana"),
        ("rule first { to | }", "round-robin queue person reject owner", "sales to when"),
        ("rule first { to queue inbox else per|", "person", "ana"),
        ("rule first { to owner | }", "rep country", "DACH"),
        ("rule first { sla 4 | }", "hours days", "DACH"),
        ("rule first { do | }", "task notify", "DACH"),
        ("rule | {", "", "DACH first inbox when"),
        ("|", "rule within fallback", "when lead"),
        ("rule first { when open | }", "week", "DACH"),
        ("rule first { to queue inbox } # |", "", "rule within"),
        ('rule first { to reject "|" }', "", "rule within DACH"),
        ("^|", "lead route team territory include", "rule when"),
        ("^lead { stage: | }", "one text country money", "DACH"),
        ('^lead { x: text from "a.csv" by | }', "country rep", "DACH near"),
        ('^lead { x: text from "a.csv" by id | }', "near", "country then"),
        ('^lead { x: text from "a.csv" by id near 92% | }', "then", "near country"),
        ('^lead { x: text from "a.csv" by id near 92% then | }', "country rep", "DACH"),
        ('^lead { x: text from "a.csv" by id near 92% then rep, | }', "country rep", "DACH"),
        ("^team more { | }", "ana", "sales inbox"),
        ("^guarantee g { always by rule | }", "first second", "DACH"),
        ("^guarantee g { | }", "when always never route sla", "rule"),
        ('^test "x" { lead { country: | } }', "DE", "DACH"),
        ('^test "x" { away | }', "ana", "DACH"),
        ("^calendar c { open | }", "Mon", "DACH"),
        ("^person zoe { hours | }", "week", "DACH"),
        ("^route r { @ $ within DACH { rule x { when | } } }", "DACH country", "sales"),
    ],
)
def test_words_that_may_stand_at_a_place_are_offered(
    marked: str, there: str, not_there: str
) -> None:
    found = {each.replace(" ", "_") for each in at(marked)}
    assert set(there.split()) <= found
    assert found.isdisjoint(not_there.split())


def test_every_word_that_is_offered_can_be_read_there() -> None:
    """At each word of a policy, what stands there is among what may stand there."""
    source = POLICY
    for start, end in word_places(source):
        found = standing(source, start)
        assert found is not None
        word = source[start:end]
        is_name = bool(found.roles)
        assert word in found.words or is_name or found.texts or not word[0].isalpha(), word


def word_places(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r'(?<!["\w-])[a-zA-Z][\w-]*(?!["\w-])', text)]
