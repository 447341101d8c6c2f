"""What a policy declares is known before anything is resolved, wherever it is written."""

from collections.abc import Mapping
from itertools import permutations

from tests.support.policies import attempted, resolved
from tests.support.strategies import Written
from turnout.dsl.parse import parse
from turnout.dsl.resolve.declarations import Declaration, declarations
from turnout.dsl.source import Source

_ITEMS = (
    "lead { id: text email: email size: integer owner: person }",
    "segment large = size > 100",
    'calendar days { timezone "UTC" open mon..fri 09:00-17:00 }',
    "person ana { hours days }",
    "team sales { ana }",
    "queue triage",
    "identity email within 90 days",
    "log fields [size] hashed [email]",
    "retain values 90 days",
    """route inbound {
      rule big { when large and open days and not duplicate to round-robin sales }
      fallback to queue triage
    }""",
    "guarantee safe { when large route inbound always by rule big }",
    'test "a big one" { lead { size: 200 } expect rule big }',
)


def test_no_order_of_items_changes_what_a_policy_means() -> None:
    expected = resolved("\n".join(_ITEMS))
    for start in range(len(_ITEMS)):
        turned = _ITEMS[start:] + _ITEMS[:start]
        assert resolved("\n".join(turned)) == expected
        assert resolved("\n".join(reversed(turned))) == expected


def test_every_kind_is_collected_with_its_place() -> None:
    source = Source("a.route", "\n".join(_ITEMS))
    found = declarations([parse(source)[0]])
    kinds = {(each.kind, each.of): sorted(names) for each, names in _each(found.names)}
    assert kinds == {
        ("field", ""): ["email", "id", "owner", "size"],
        ("segment", ""): ["large"],
        ("calendar", ""): ["days"],
        ("person", ""): ["ana"],
        ("team", ""): ["sales"],
        ("queue", ""): ["triage"],
        ("route", ""): ["inbound"],
        ("rule", "inbound"): ["big"],
        ("guarantee", ""): ["safe"],
        ("test", ""): ["a big one"],
    }
    assert found.has_identity
    for names in found.names.values():
        assert all(each.at.text == name for name, each in names.items())


def _each(
    names: Mapping[tuple[str, str], Mapping[str, Declaration]],
) -> list[tuple[Declaration, Mapping[str, Declaration]]]:
    return [(next(iter(by_name.values())), by_name) for by_name in names.values()]


def test_a_wrong_name_is_explained_by_what_is_declared_anywhere() -> None:
    text = 'lead { id: text region: text from "r.csv" by sales -> region }\nteam sales { }\n'
    for items in permutations(text.strip().splitlines()):
        written = Written("\n".join(items), {"r.csv": "id,region\n1,EMEA\n"})
        _, findings = attempted(written)
        helps = [finding.help for finding in findings if finding.name == "unknown-name"]
        assert helps == [("`sales` is a team, not a field",)]


def test_a_name_that_two_kinds_may_not_share_belongs_to_the_first_of_them() -> None:
    _, findings = attempted(
        "segment emea = size > 1\nterritory emea = size > 2\nlead { emea: text size: integer }"
    )
    assert [finding.message for finding in findings] == [
        "the field and segment `emea` is declared twice",
        "the field and territory `emea` is declared twice",
    ]


def test_a_territory_whose_rows_are_all_reported_is_not_called_unknown_as_well() -> None:
    text = """
    lead { id: text country: country }
    territory world { from "t.csv" by country -> region }
    queue q
    route r {
      rule one { when emea to queue q }
      rule two { when apac to queue q }
      fallback to queue q
    }
    """
    _, findings = attempted(Written(text, {"t.csv": "country,region\nDE,apac\nNarnia,emea\n"}))
    assert [finding.name for finding in findings] == ["table-value"]
