"""Where a policy names what it declares: by kind, with the word and its declaration."""

from tests.support.policies import laid_down
from tests.support.strategies import Written
from turnout.compiler.compiled import compile_policy
from turnout.dsl.references import Reference
from turnout.dsl.source import Span

_POLICY = """
lead {
  id: text
  country: country
  state: subdivision of country
  industry: one of [software, "big retail"]
  products: any of [core, extra]
  owner: person
  grade: text from "grades.csv" by industry -> grade
}
segment large = industry is "Big-Retail" and products has any [core, extra]
territory emea = country is DE { territory dach = owner in [ana, "ben@firm.example"] }
calendar days { timezone "UTC" open mon..fri 09:00-17:00 }
person ana { hours days serves industry [software] }
person ben { email "ben@firm.example" }
team sales owned by ana hours days { ana, ben }
partner outside { hours days }
sequence welcome
queue triage
identity id within 90 days
route inbound {
  within large {
    rule first {
      when emea and open days
      to round-robin sales matching industry else owner owner
      do start welcome, notify slack "#sales"
    }
    fallback to partner outside else queue triage
  }
  fallback to queue triage
}
route second { rule first { when dach to queue triage } fallback to person ben }
guarantee safe {
  when large
  always reaches team sales, owner owner, queue triage
  always by rule first
}
test "both" {
  route inbound
  at 2026-11-23 10:00 "UTC"
  away ana
  at-cap outside
  lead { "industry": "big retail" products: "core; extra" owner: "ben@firm.example" }
  expect fallback "large"
  expect not passed-over "round-robin sales matching industry" because away
  expect issue grade
}
"""
_TABLES = {"grades.csv": "industry,grade\\nsoftware,A\\n"}


def uses(text: str) -> list[Reference]:
    with laid_down(Written(text, _TABLES)) as main:
        return list(compile_policy(main, deadline=None).references)


def places(found: list[Reference], kind: str, name: str) -> list[str]:
    """Return the lines on which something is used, and the word there."""
    return [
        f"{each.at.line}: {each.at.text}"
        for each in found
        if (each.kind, each.name) == (kind, name)
    ]


def declared(span: Span | None) -> str:
    return "nowhere" if span is None else f"{span.line}: {span.text}"


def test_each_kind_of_name_is_found_wherever_it_is_used() -> None:
    found = uses(_POLICY)
    for kind, name, lines in (
        ("field", "country", ["5: country", "12: country"]),
        ("field", "industry", [f"{at}: industry" for at in (9, 11, 14, 25, 43, 45)]),
        ("field", "owner", ["12: owner", "25: owner", "35: owner", "43: owner"]),
        ("field", "grade", ["46: grade"]),
        ("segment", "large", ["22: large", "34: large", "44: large"]),
        ("territory", "emea", ["24: emea"]),
        ("territory", "dach", ["32: dach"]),
        ("calendar", "days", [f"{at}: days" for at in (14, 16, 17, 24)]),
        ("person", "ana", ["12: ana", "16: ana", "41: ana"]),
        ("person", "ben", ["12: ben@firm.example", "16: ben", "32: ben", "43: ben@firm.example"]),
        ("team", "sales", ["25: sales", "35: sales", "45: sales"]),
        ("partner", "outside", ["28: outside", "42: outside"]),
        ("queue", "triage", [f"{at}: triage" for at in (28, 30, 32, 35)]),
        ("sequence", "welcome", ["26: welcome"]),
        ("route", "inbound", ["39: inbound"]),
        ("rule", "first", ["36: first", "36: first"]),
        ("value", "software", ["14: software"]),
        ("value", "big retail", ["11: Big-Retail", "43: big retail"]),
        ("value", "core", ["11: core", "43: core"]),
        ("value", "extra", ["11: extra", "43: extra"]),
    ):
        assert places(found, kind, name) == lines, (kind, name)
    assert {each.kind for each in found} <= {
        *("field", "segment", "territory", "calendar", "person", "team", "partner", "queue"),
        *("sequence", "route", "rule", "value"),
    }


def test_a_rule_that_a_guarantee_names_may_stand_in_several_routes() -> None:
    rules = [each for each in uses(_POLICY) if each.kind == "rule"]
    assert [declared(each.declared) for each in rules] == ["23: first", "32: first"]


def test_a_value_leads_to_its_place_in_the_list() -> None:
    found = [each for each in uses(_POLICY) if each.name == "big retail"]
    assert {declared(each.declared) for each in found} == {"6: big retail"}


def test_names_in_quoted_conditions_are_found_behind_escapes() -> None:
    text = """
    lead { id: text plan: one of ["a b", c] big: boolean }
    queue q
    route r {
      within plan is "a b" and not big { fallback to queue q }
      fallback to queue q
    }
    test "one" {
      lead { plan: "a b" big: false }
      expect fallback "plan is \\"a b\\" and not big"
    }
    test "other" { lead { plan: c } expect fallback "route r" }
    """
    found = uses(text)
    assert places(found, "field", "big") == ["5: big", "9: big", "10: big"]
    assert places(found, "value", "a b") == ["5: a b", "9: a b", "10: a b"]
    assert places(found, "route", "r") == ["12: r"]


def test_a_name_that_nothing_declares_is_a_use_that_leads_nowhere() -> None:
    found = uses("lead { id: text } route r { rule a { when near to person ana } }")
    assert [(each.kind, each.name, each.declared) for each in found] == [
        ("condition", "near", None),
        ("person", "ana", None),
    ]


def test_what_a_table_names_is_no_use_in_the_policy() -> None:
    text = """
    lead { id: text }
    people from "people.csv"
    calendar days { timezone "UTC" open mon 09:00-17:00 }
    queue q
    route r { rule a { when id is "1" to person ana } fallback to queue q }
    """
    with laid_down(Written(text, {"people.csv": "name,hours\nana,days\n"})) as main:
        found = list(compile_policy(main, deadline=None).references)
    assert places(found, "calendar", "days") == []
    assert [declared(each.declared) for each in found if each.kind == "person"] == ["3: people.csv"]
