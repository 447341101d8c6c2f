"""Whoever missed a lead's SLA is left out, people and places by one rule; done is done."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.policies import compiled
from turnout.runtime.router import Router

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
POLICY = """\
lead {{ id: text required }}
{people}
queue triage
queue desk
partner reseller
partner closed-one {{ hours nights }}
sequence nurture
calendar nights {{ timezone "UTC" open mon..sun 20:00-24:00 }}
route inbound {{
  rule first {{ when id is present to {to} sla 10 minutes wall, then {then} }}
  fallback to {fallback}
}}
"""


def routed(
    to: str, then: str, fallback: str, people: str = "", state: Path | None = None
) -> Router:
    policy = compiled(POLICY.format(people=people, to=to, then=then, fallback=fallback))
    router = Router(policy, state=state)
    router.route({"id": "1"}, at=NINE)
    return router


def moved(router: Router, minutes: int) -> list[tuple[str, str]]:
    moves = router.escalate(at=NINE + timedelta(minutes=minutes))
    return [(move.before.name, move.after.name) for move in moves]


@pytest.mark.parametrize("holder", ["queue desk", "partner reseller", "person ana"])
@pytest.mark.parametrize("is_kept", [False, True], ids=["memory", "file"])
def test_a_lead_is_closed_whoever_has_it(holder: str, is_kept: bool, tmp_path: Path) -> None:
    state = tmp_path / "state.db" if is_kept else None
    with routed(holder, "person ana", "queue triage", "person ana", state) as router:
        assert router.close_lead("1")
        assert not router.close_lead("1")
        assert not router.close_lead("2")
        assert moved(router, 60) == []


@pytest.mark.parametrize("holder", ["queue triage", "partner reseller"])
def test_a_place_that_missed_a_lead_is_not_given_it_again(holder: str) -> None:
    people = "person ana { hours nights }"
    with routed(holder, "person ana", holder, people) as router:
        assert moved(router, 10) == []  # nobody else is there: it stays, and is asked for again
        assert moved(router, 12 * 60) == [(holder, "person ana")]


def test_a_place_that_missed_a_lead_is_passed_over_by_the_fallback() -> None:
    with routed(
        "partner reseller", "partner closed-one", "partner reseller else queue triage"
    ) as r:
        assert moved(r, 10) == [("partner reseller", "queue triage")]
        decision = r.route({"id": "1"})
        assert [(each.target, each.reason) for each in decision.passed_over] == [
            ("partner closed-one", "off-hours"),
            ("partner reseller", "missed-sla"),
        ]


@pytest.mark.parametrize("then", ["sequence nurture", 'reject "too late"'])
def test_a_lead_comes_to_rest_where_nobody_is_to_work_on_it(then: str) -> None:
    with routed("queue desk", then, "queue triage") as router:
        assert len(moved(router, 10)) == 1
        assert moved(router, 10_000) == []
        assert router.route({"id": "1"}).kind == then.split(maxsplit=1)[0]


def test_who_missed_a_lead_has_one_reason_in_a_decision() -> None:
    """At the cap, off hours and late: late is told, by name and as a member of a team."""
    people = """
    person ana { hours nights cap 1 per day }
    person ben { hours nights }
    team both { ana, ben }
    team alone { ana }
    """
    chain = "round-robin alone else person ana else round-robin both else queue triage"
    with routed("person ana anytime", "person ana", chain, people) as router:
        assert moved(router, 10) == [("person ana", "queue triage")]
        decision = router.route({"id": "1"})
    reasons = [(each.target, each.reason) for each in decision.passed_over]
    assert reasons == [
        ("person ana", "missed-sla"),
        ("round-robin alone", "missed-sla"),
        ("person ana", "missed-sla"),
        ("round-robin both", "off-hours"),
    ]


def test_a_lead_that_is_due_now_is_moved_now() -> None:
    with routed("queue desk", "queue triage", "queue triage") as router:
        assert moved(router, 9) == []
        assert moved(router, 10) == [("queue desk", "queue triage")]
