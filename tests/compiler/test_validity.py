"""Rules that count on some days: every day is looked at, and the day is told."""

from datetime import UTC, date, datetime

import pytest

from tests.support.policies import compiled, named
from turnout.compiler.leads.space import space
from turnout.compiler.meaning.interpreter import match
from turnout.dsl.conditions import During, Open
from turnout.dsl.findings import Finding

HEAD = """timezone "Europe/Berlin"
lead { id: text required  country: country required  signed: date }
calendar office { timezone "Europe/Berlin" open mon..fri 09:00-17:00 closed 2027-04-01 }
queue here queue there
"""


def found(rules: str, name: str, at: date | None = None, head: str = HEAD) -> list[Finding]:
    text = f"{head} route r {{ {rules} }}"
    return named(compiled(text, at=at).findings, name)


def test_two_rules_that_share_the_time_leave_no_gap() -> None:
    both = "rule a until 2027-03-31 { when country is present to queue here }"
    both += " rule b from 2027-04-01 { when country is present to queue there }"
    assert not found(both, "coverage-gap")
    assert not found(both, "conflicting-overlap")


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ("rule a until 2027-03-31 {C} rule b from 2027-04-02 {C}", "on 1 April 2027"),
        ("rule a from 2027-04-01 {C}", "until 31 March 2027"),
        ("rule a until 2027-03-31 {C}", "from 1 April 2027"),
        (
            "rule a until 2027-03-31 {C} rule b from 2027-04-10 until 2027-04-20 {C}",
            "from 1 April 2027 until 9 April 2027 or from 21 April 2027",
        ),
    ],
)
def test_a_gap_is_told_with_its_days(rules: str, days: str) -> None:
    text = rules.replace("{C}", "{ when country is present to queue here }")
    (gap,) = found(text, "coverage-gap")
    assert gap.message == f"{days}, leads get no target"


def test_a_gap_that_ended_before_the_day_of_the_check_is_none() -> None:
    rule = "rule a from 2027-04-01 { when country is present to queue here }"
    assert found(rule, "coverage-gap", date(2027, 3, 31))
    assert not found(rule, "coverage-gap", date(2027, 4, 1))


def test_a_rule_that_is_shadowed_on_some_of_its_days_is_reached_on_the_others() -> None:
    first = "rule a until 2027-03-31 { when country is DE to queue here } fallback to queue here"
    late = "rule b until 2027-04-01 { when country is DE to queue there }"
    early = late.replace("2027-04-01", "2027-03-31")
    assert not found(first.replace(" fallback", f" {late} fallback"), "unreachable-rule")
    (told,) = found(first.replace(" fallback", f" {early} fallback"), "unreachable-rule")
    assert told.span is not None
    assert told.span.text == "b"


@pytest.mark.parametrize(("minute", "is_over"), [(59, False), (0, True)])
def test_a_day_is_one_of_the_policys_time_zone(minute: int, *, is_over: bool) -> None:
    text = f"""{HEAD} route r {{
      rule a until 2027-03-31 {{ when country is DE to queue here }} fallback to queue there }}"""
    at = datetime(2027, 3, 31, 22 if is_over else 21, minute, tzinfo=UTC)  # midnight in Berlin
    made = compiled(text, at=at)
    assert bool(named(made.findings, "ended-validity")) is is_over
    assert match(made.policy, "r", {"id": "1", "country": "DE"}, at).rule == (
        None if is_over else "a"
    )


def test_a_rule_whose_day_is_closed_never_takes_a_lead_when_it_asks_what_is_open() -> None:
    rule = "rule a from 2027-04-01 until 2027-04-01 { when open office to queue here }"
    rest = " fallback to queue there"
    assert found(rule + rest, "impossible-condition")
    assert not found(
        rule.replace("until 2027-04-01", "until 2027-04-02") + rest, "impossible-condition"
    )


def test_days_dates_and_their_ages_go_together() -> None:
    signed = "signed in 2027-01-01..2027-01-31 and signed older than 90 days"
    early = f"rule a until 2027-04-01 {{ when {signed} to queue here }}"
    rest = " fallback to queue there"
    assert found(early + rest, "impossible-condition")
    assert not found(early.replace("2027-04-01", "2027-04-02") + rest, "impossible-condition")


def test_a_witness_of_dates_and_days_arrives_on_one_of_them() -> None:
    rules = "rule a from 2027-04-02 until 2027-04-03 { when signed is missing or not (signed in"
    rules += " 2027-01-01..2027-01-31 and signed older than 90 days) to queue here }"
    rules += " rule b until 2027-04-01 { when country is present to queue here }"
    rules += " rule c from 2027-04-04 { when country is present to queue here }"
    (gap,) = found(rules, "coverage-gap")
    assert "possibly" not in gap.message
    assert gap.witness is not None
    assert gap.witness.fields["signed"] == "2027-01-01"
    assert "arriving on 2027-04-02" in gap.witness.note


def test_what_is_open_at_once_is_told_day_by_day() -> None:
    calendar = compiled(f"{HEAD} route r {{ fallback to queue here }}").policy.calendars["office"]
    closed = During(date(2027, 4, 1), date(2027, 4, 1), "Europe/Berlin")
    grid = space({}, [Open(calendar), closed], date(2026, 1, 1))
    at, day = grid.sides[Open(calendar)], grid.sides[closed]
    assert tuple(sorted((at, day))) in grid.impossible


def test_the_same_policy_has_the_same_findings_on_every_day() -> None:
    rules = "rule a until 2020-01-01 { when country is DE to queue here } fallback to queue there"
    assert not found(rules, "ended-validity")
    (ended,) = found(rules, "ended-validity", date(2020, 1, 2))
    assert ended.message == "rule `a` counted until 1 January 2020, and takes no lead any more"
    assert not found(rules, "ended-validity", date(2020, 1, 1))
