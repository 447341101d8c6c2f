"""People who are in a team on some days: who is drawn, what is told, and what is checked."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.support.policies import compiled, named
from tests.support.strategies import Written
from turnout.dsl.findings import Finding
from turnout.rendering.explanation import explanation_text
from turnout.runtime.explain import explain
from turnout.runtime.leads import lead_reader
from turnout.runtime.router import Router

HEAD = """timezone "Europe/Berlin"
lead { id: text required  country: country }
person ana person ben person cleo
queue triage
"""
ROUTE = " route r { fallback to round-robin ae else queue triage }"
ROSTER = """lead { id: text required } team ae from "ae.csv" queue triage
route r { fallback to round-robin ae else queue triage }
"""
NIGHT = datetime(2027, 3, 31, 22, tzinfo=UTC)
"""Midnight in Berlin, with which the first of April begins."""


def assignees(team: str, at: datetime, count: int, *, before: int = 0) -> list[str | None]:
    """Return who is given leads at a moment, after so many a day earlier."""
    made = compiled(f"{HEAD} {team} {ROUTE}", at=None)
    with Router(made, route="r") as router:
        for number in range(before):
            router.route({"id": f"early {number}"}, at=at - timedelta(days=1))
        return [router.route({"id": str(number)}, at=at).assignee for number in range(count)]


def findings(team: str, name: str, at: date | None = None, route: str = ROUTE) -> list[Finding]:
    return named(compiled(f"{HEAD} {team} {route}", at=at).findings, name)


def test_a_member_is_in_the_team_on_their_days_and_no_others() -> None:
    team = "team ae { ana until 2027-03-31, ben from 2027-04-01 }"
    assert assignees(team, NIGHT - timedelta(seconds=1), 2) == ["ana", "ana"]
    assert assignees(team, NIGHT, 2) == ["ben", "ben"]


def test_whoever_joins_on_a_day_starts_level() -> None:
    team = "team ae { ana, ben, cleo from 2027-04-01 }"
    by_date = assignees(team, NIGHT, 6, before=5)
    edited = assignees("team ae { ana, ben, cleo }", NIGHT, 6)
    assert sorted(map(str, by_date[:3])) == ["ana", "ben", "cleo"]
    assert sorted(map(str, by_date)) == sorted(map(str, edited))


def test_whoever_left_is_forgotten_and_the_others_stay_as_they_were() -> None:
    team = "team ae { ana, ben weight 3, cleo until 2027-03-31 }"
    after = assignees(team, NIGHT, 8, before=7)
    assert after.count("ben") == 6
    assert "cleo" not in after


def test_least_loaded_asks_who_is_in_the_team() -> None:
    route = " route r { fallback to least-loaded ae else queue triage }"
    made = compiled(f"{HEAD} team ae {{ ana, ben from 2027-04-01 }} {route}", at=None)
    with Router(made, route="r") as router:
        early = [router.route({"id": f"e{n}"}, at=NIGHT - timedelta(1)).assignee for n in (1, 2)]
        late = [router.route({"id": f"l{n}"}, at=NIGHT).assignee for n in (1, 2)]
    assert (early, late) == (["ana", "ana"], ["ben", "ben"])


def test_an_explanation_says_when_somebody_is_in_the_team() -> None:
    team = "team ae { ana until 2027-03-30, ben from 2027-04-02 }"
    made = compiled(f"{HEAD} {team} {ROUTE}", at=None)
    with Router(made, route="r") as router:
        decision = router.route({"id": "1"}, at=NIGHT)
    (passed,) = decision.passed_over
    assert passed.reason == "not-in-team"
    lead = lead_reader(made.policy.fields)({"id": "1"}, None)
    text = " ".join(
        " ".join(
            explanation_text(explain(made.program, "r", lead, decision), 200, has_state=False)
        ).split()
    )
    assert "ana not in the team after 30 March 2027" in text
    assert "ben not in the team before 2 April 2027" in text


@pytest.mark.parametrize("at", [None, date(2026, 1, 1), date(2027, 3, 31)])
def test_a_day_without_anybody_in_the_team_is_a_dead_end(at: date | None) -> None:
    route = " route r { fallback to round-robin ae }"
    hole = "team ae { ana until 2027-03-31, ben from 2027-04-02 }"
    (end,) = findings(hole, "dead-end", at, route)
    assert end.witness is not None
    assert "arriving at 2027-03-31 22:00 UTC" in end.witness.note
    assert not findings(hole.replace("04-02", "04-01"), "dead-end", at, route)


def test_a_day_that_is_over_is_none_for_a_check_as_of_a_later_one() -> None:
    route = " route r { fallback to round-robin ae }"
    hole = "team ae { ana until 2027-03-31, ben from 2027-04-02 }"
    assert not findings(hole, "dead-end", date(2027, 4, 2), route)


def test_a_rule_that_counts_while_somebody_is_there_has_no_dead_end() -> None:
    team = "team ae { ana from 2027-04-01 until 2027-04-30 }"
    rule = " route r { rule april from 2027-04-01 until 2027-04-{} { when country is DE"
    rule += " to round-robin ae } rule rest { when country is missing or country is not DE to"
    rule += " queue triage } }"
    assert not findings(team, "dead-end", route=rule.replace("{}", "30", 1))
    (end,) = findings(team, "dead-end", date(2026, 1, 1), rule.replace("04-{}", "05-01", 1))
    assert end.witness is not None
    assert "arriving at 2027-04-30 22:00 UTC" in end.witness.note


def test_a_guarantee_asks_on_which_days_somebody_is_in_a_team() -> None:
    team = "team ae { ana, ben from 2027-04-01 }"
    route = " route r { rule early until 2027-03-{} { when country is DE to round-robin ae }"
    route += " fallback to queue triage } guarantee g { never reaches person ben }"
    assert not findings(team, "refuted-guarantee", route=route.replace("{}", "31", 1))
    (broken,) = findings(team, "refuted-guarantee", route=route.replace("03-{}", "04-01", 1))
    assert broken.witness is not None or broken.labels


def test_a_team_that_everybody_has_left_never_takes_a_lead() -> None:
    team = "team ae { ana until 2027-03-31, ben until 2027-02-28 }"
    (left,) = findings(team, "never-available", date(2027, 4, 1))
    assert left.text == "nobody is in `ae` any more on 1 April 2027"
    assert len(findings(team, "ended-validity", date(2027, 4, 1))) == 2
    assert len(findings(team, "ended-validity", date(2027, 3, 31))) == 1
    assert not findings(team, "ended-validity")


def test_a_roster_says_from_when_until_when() -> None:
    table = "name,from,until,weight\nAna Gomez,,2027-03-31,2\nBen,2027-04-01,,\nCleo,,,\n"
    made = compiled(Written(ROSTER, {"ae.csv": table}))
    ana, ben, cleo = made.policy.teams["ae"].members
    assert ana.validity is not None
    assert (ana.validity.first, ana.validity.last) == (None, date(2027, 3, 31))
    assert ben.validity is not None
    assert (ben.validity.first, ben.validity.last) == (date(2027, 4, 1), None)
    assert cleo.validity is None


def test_what_is_wrong_with_a_day_of_a_roster_is_told_with_its_line() -> None:
    table = "name,from,until\nAna,2027-02-30,\nBen,2027-04-01,2027-03-31\nCleo,,1.4.2027\n"
    found = compiled(Written(ROSTER, {"ae.csv": table})).findings
    told = [each.message for each in named(found, "unknown-value", "empty-validity")]
    assert told == [
        "`ae.csv` line 2: `2027-02-30` is not a day: February 2027 has 28 days",
        "`ae.csv` line 3: there is no day from 1 April 2027 until 31 March 2027",
        "`ae.csv` line 4: `1.4.2027` is not a day",
    ]
    assert all(not each.fixes for each in named(found, "unknown-value", "empty-validity"))


@pytest.mark.parametrize(("last", "is_reached"), [("2027-03-31", False), ("2027-04-01", True)])
def test_who_has_left_when_a_rule_begins_to_count_is_given_no_lead_whose_sla_is_missed(
    last: str, *, is_reached: bool
) -> None:
    team = f"team ae {{ ana until {last}, ben }}"
    route = " route r { rule april from 2027-04-01 { when country is DE to person cleo"
    route += " sla 10 minutes, then round-robin ae } rule rest { when country is missing or"
    route += " country is not DE to queue triage } }"
    route += " guarantee g { when country is DE never reaches person ana }"
    found = findings(team, "refuted-guarantee", date(2026, 1, 1), route)
    assert bool(found) is is_reached
