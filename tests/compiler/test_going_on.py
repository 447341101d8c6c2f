"""`else continue` through the stages: ways, plan, explanation, picture and difference."""

from datetime import UTC, datetime

import pytest

from tests.support.policies import compiled, resolved
from turnout.compiler.checks import check
from turnout.compiler.checks.again import check_again, check_first
from turnout.compiler.difference import difference
from turnout.compiler.difference.ground import ways as ways_module
from turnout.compiler.difference.ground.ways import ways
from turnout.compiler.meaning.interpreter import decided, match
from turnout.compiler.picture.speech import card
from turnout.compiler.plan.decide import answer, decider
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import Program, lower
from turnout.dsl.findings import Severity
from turnout.dsl.targets import Target
from turnout.dsl.types import Values
from turnout.runtime.engine import engine
from turnout.runtime.explain import explain
from turnout.runtime.leads import lead_reader
from turnout.runtime.stores.memory import MemoryStore

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
HEAD = """\
lead { id: text required id  country: country  size: integer 0.. }
person ana { away 2026-11-01..2026-11-30 }
person ben
team german { ana }
team sales { ben }
queue triage
"""
POLICY = (
    HEAD
    + """\
route inbound {
  rule large { when size >= 100 to round-robin german else person ana else continue sla 1 hour }
  within country in [DE, AT] {
    rule german { when country is DE to round-robin german else continue do tag "german" }
  }
  rule huge { when size >= 1000 to round-robin sales sla 2 hours }
  fallback to queue triage
}
"""
)


def program(text: str = POLICY) -> Program:
    return lower(resolved(text))


def test_the_decision_is_that_of_the_rule_that_takes_the_lead() -> None:
    of = program()
    lead = lead_reader(of.policy.fields)({"id": "1", "country": "DE", "size": "5000"}, None)
    decide = engine(of.policy, plan_of(of, "inbound"))
    with MemoryStore().begin() as state:
        decision = decide(lead, AT, state)
    assert (decision.rule, decision.by, decision.assignee) == ("huge", "rule huge", "ben")
    assert decision.actions == ()
    assert decision.due == datetime(2026, 11, 23, 12, tzinfo=UTC)
    passed = [each.target for each in decision.passed_over]
    assert passed == ["round-robin german", "person ana", "round-robin german"]
    told = explain(of, "inbound", lead, decision)
    assert [(each.clause, len(each.passed_on)) for each in told.tried] == [
        ("large", 2),
        ("german", 1),
    ]
    assert told.matched == ("size >= 1000",)


def test_a_plan_is_asked_for_the_next_clause() -> None:
    of = program()
    plan = plan_of(of, "inbound")
    values: Values = {"id": "1", "country": "DE", "size": 50}
    find = decider(plan)
    way = [find(values, AT.date())]
    while way[-1] is not None and answer(plan, way[-1]).goes_on:
        way.append(find(values, AT.date(), way[-1]))
    assert [answer(plan, at).name for at in way] == ["german", "fallback of route inbound"]


def test_a_thousand_rules_can_let_one_lead_on() -> None:
    rules = "\n".join(
        f"rule r{at} {{ when size >= {at} to person ana else continue }}" for at in range(1_500)
    )
    of = program(f"{HEAD}route inbound {{ {rules} fallback to queue triage }}")
    lead = lead_reader(of.policy.fields)({"id": "1", "size": "9000"}, None)

    def only_queues(target: Target) -> tuple[str | None, str | None]:
        return None, None if target.kind.word == "queue" else "away"

    said = match(of.policy, "inbound", lead.values, AT)
    leg, result = decided(said, only_queues)
    assert len(said.legs) == 1_501
    assert leg.rule is None
    assert result.attempt is not None
    with MemoryStore().begin() as state:
        decision = engine(of.policy, plan_of(of, "inbound"))(lead, AT, state)
    assert decision.target == "triage"
    assert len(decision.passed_over) == 1_500


def test_each_way_ends_with_a_clause_that_keeps_its_leads() -> None:
    assert [way.title for way in ways(program(), "inbound")] == [
        "rule `huge` after rule `large` and rule `german`",
        "the fallback of route inbound after rule `large` and rule `german`",
        "rule `huge` after rule `large`",
        "the fallback of route inbound after rule `large`",
        "rule `huge` after rule `german`",
        "the fallback of route inbound after rule `german`",
        "rule `huge`",
        "the fallback of route inbound",
    ]


def test_too_many_ways_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways_module, "MOST_WAYS", 5)
    (route,) = difference(program(), program(POLICY.replace("size >= 1000", "size >= 2000"))).routes
    assert route.undecided == ("route `inbound`",)
    assert not route.is_same


def test_without_its_continue_a_rule_keeps_just_the_leads_that_it_could_let_on() -> None:
    after = POLICY.replace("else person ana else continue", "else person ana")
    (route,) = difference(program(), program(after)).routes
    assert [cause.title for cause in route.causes] == ["rule `large` has other targets"]
    assert {shift.sinks for shift in route.shifts} == {("rule `large`",)}
    assert all(shift.witness is not None for shift in route.shifts)
    assert difference(program(), program()).is_same


def test_a_picture_says_where_a_lead_goes_on() -> None:
    large, *_ = program().routes["inbound"].clauses
    assert card(large).lines[:3] == (
        "team german, by turns",
        "else ana",
        "else it goes on below",
    )


def test_a_rule_whose_targets_are_lost_says_nothing_of_those_below() -> None:
    text = POLICY.replace("to round-robin sales", "to round-robin nobody else continue")
    names = {finding.name for finding in compiled(text).findings}
    assert names <= {"unknown-name", "unused-definition"}


EDITS = (
    POLICY,
    POLICY.replace("person ana else continue", "person ana"),
    POLICY.replace("round-robin german else continue", "queue triage else continue"),
    POLICY.replace("round-robin german else continue", "round-robin german"),
    POLICY.replace("size >= 100 ", "size >= 10 ").replace("  fallback to queue triage\n", ""),
    POLICY.replace("rule huge {", "rule big { when size >= 500 to queue triage }\n  rule huge {"),
)


@pytest.mark.parametrize("before", range(len(EDITS)))
def test_an_edit_of_what_goes_on_is_checked_as_from_scratch(before: int) -> None:
    checked = check_first(program(EDITS[before]))
    for after in EDITS:
        edited = program(after)
        assert check_again(checked, edited).findings == check(edited)


def test_a_row_is_lost_though_no_lead_that_was_let_on_is() -> None:
    text = """\
    lead { id: text required  vip: boolean }
    calendar odd { timezone "UTC" open mon..fri 12:00-18:00 }
    calendar early { timezone "UTC" open mon..fri 00:00-06:00 }
    person cleo { hours early }
    partner firm { hours odd }
    route inbound {
      rule open { when open odd to partner firm else continue }
      rule closed { when not open odd to partner firm anytime }
      fallback to person cleo
    }
    """
    names = {finding.name for finding in compiled(text).findings}
    assert "lost-row" in names
    assert "dead-end" not in names


def test_an_exception_above_a_rule_that_lets_leads_on_is_no_conflict() -> None:
    rules = """\
    rule exception { when country is DE and size >= 100 to queue triage }
    rule general { when country in [DE, AT] and size >= 10 to person ben else continue }
    rule all { when size is present to person ben }
    """
    text = f"{HEAD}route inbound {{ {rules} fallback to queue triage }}"
    assert "conflicting-overlap" not in {finding.name for finding in compiled(text).findings}


def test_a_later_rule_is_checked_behind_one_whose_team_is_sure_of_every_lead() -> None:
    text = """\
lead { id: text required id  owner: person  size: integer  email: email }
identity email within 30 days
person ana
person ben
person cleo
team near { ana, ben }
route main {
  rule first { when size is present to owner owner else round-robin near else continue }
  rule second { when size is not 3 to previous-owner }
}
"""
    found = [each.name for each in check(program(text)) if each.severity is Severity.ERROR]
    assert found == ["coverage-gap"]
