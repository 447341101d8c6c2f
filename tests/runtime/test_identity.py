"""Leads that were seen before, over time, over routes and over runs."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.policies import compiled, errors
from turnout.runtime.decisions import Decision
from turnout.runtime.router import Router
from turnout.runtime.stores.new_names import NewName
from turnout.runtime.stores.renaming import rename

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)  # a Monday; 12:00 in Berlin
DAY = timedelta(days=1)
POLICY = """
lead {
  id: text required
  email: email
  phone: code
  score: number
  kind: one of [new, old]
}
calendar berlin { timezone "Europe/Berlin" open mon..fri 09:00-17:30 }
person ana { hours berlin  away 2026-12-21..2026-12-31  cap 3 per day }
person ben
person cleo
team sales { ana, ben }
queue triage
identity email within 90 days
identity phone, score within 2 days
route inbound {
  rule again { when duplicate to previous-owner else queue triage }
  rule sold { when kind is old to person cleo }
  fallback to round-robin sales
}
route other {
  rule missed { when kind is old to person ben  sla 1 hour wall, then previous-owner }
  fallback to previous-owner anytime else person ben
}
"""


BACKUP = """
lead { id: text required  email: email  owner: person }
person ana { away 2026-11-23 backup ben }
person ben
person cleo { inactive backup ben }
queue triage
identity email within 90 days
route inbound {
  rule again { when duplicate to previous-owner else queue triage }
  fallback to owner owner else queue triage
}
"""


def router(route: str = "inbound", state: Path | None = None, text: str = POLICY) -> Router:
    found = compiled(text)
    assert not errors(found.findings), [finding.message for finding in found.findings]
    return Router(found, route=route, state=state)


def routed(of: Router, number: int, at: datetime = NOON, **lead: object) -> Decision:
    return of.route({"id": str(number), **lead}, at=at)


def way(decision: Decision) -> tuple[str | None, list[str], str | None]:
    """Return who has a lead, why others were passed over, and which lead it repeats."""
    reasons: list[str] = [passed.reason for passed in decision.passed_over]
    return decision.assignee, reasons, decision.duplicate_of


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"email": "Ann.Lee@Firm.example"}, {"email": " ann.lee@FIRM.example "}),
        ({"phone": "040 123", "score": "1.50"}, {"phone": "040123", "score": 1.5}),
        (
            {"phone": "040", "score": 2, "email": "a@x.example"},
            {"email": "a@x.example", "phone": "041"},
        ),
    ],
)
def test_the_same_person_under_another_spelling_is_a_duplicate(
    one: Mapping[str, Any], two: Mapping[str, Any]
) -> None:
    with closing(router()) as inbound:
        assert inbound.route({"id": "1", **one}, at=NOON).assignee == "ana"
        assert way(inbound.route({"id": "2", **two}, at=NOON)) == ("ana", [], "1")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"email": "a@x.example"}, {"email": "b@x.example"}),
        ({}, {}),
        ({"phone": "040"}, {"phone": "040"}),
        ({"phone": "040", "score": 1}, {"phone": "040", "score": 2}),
        ({"email": "a@x.example"}, {"email": "unreadable"}),
        ({"email": "unreadable"}, {"email": "unreadable"}),
    ],
)
def test_a_lead_that_lacks_a_field_or_differs_is_new(
    one: Mapping[str, Any], two: Mapping[str, Any]
) -> None:
    with closing(router()) as inbound:
        inbound.route({"id": "1", **one}, at=NOON)
        assert inbound.route({"id": "2", **two}, at=NOON).duplicate_of is None


@pytest.mark.parametrize(
    ("later", "found"),
    [
        (timedelta(0), "1"),
        (90 * DAY, "1"),
        (90 * DAY + timedelta(microseconds=1), None),
        (-timedelta(microseconds=1), None),
    ],
)
def test_a_lead_is_remembered_for_its_period_before_the_next_ones_clock(
    later: timedelta, found: str | None
) -> None:
    with closing(router()) as inbound:
        routed(inbound, 1, email="a@x.example")
        assert routed(inbound, 2, NOON + later, email="a@x.example").duplicate_of == found


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (NOON + timedelta(hours=9), "off-hours"),
        (datetime(2026, 12, 21, 11, tzinfo=UTC), "away"),
        (NOON, None),
    ],
)
def test_a_previous_owner_who_is_not_there_is_skipped(at: datetime, reason: str | None) -> None:
    with closing(router()) as inbound:
        assert routed(inbound, 1, email="a@x.example").assignee == "ana"
        skipped: list[str] = [] if reason is None else [reason]
        expected = (None if skipped else "ana", skipped)
        assert way(routed(inbound, 2, at, email="a@x.example"))[:2] == expected


def test_leads_of_a_previous_owner_count_towards_caps_and_not_towards_turns() -> None:
    with closing(router()) as inbound:
        assert routed(inbound, 1, email="a@x.example").assignee == "ana"
        assert [routed(inbound, n, email="a@x.example").assignee for n in (2, 3)] == ["ana", "ana"]
        assert way(routed(inbound, 4, email="a@x.example")) == (None, ["at-cap"], "3")
        assert routed(inbound, 5, NOON + DAY).assignee == "ben", "it is still ben's turn"


def test_whoever_had_the_latest_lead_that_somebody_had_is_the_owner() -> None:
    with closing(router()) as inbound:
        routed(inbound, 1, email="a@x.example")
        assert routed(inbound, 2, NOON + timedelta(hours=9), email="a@x.example").assignee is None
        assert way(routed(inbound, 3, NOON + DAY, email="a@x.example")) == ("ana", [], "2")


def test_nobody_owned_a_lead_that_went_to_a_queue() -> None:
    queued = POLICY.replace("fallback to round", "fallback to queue triage else round")
    with closing(router(text=queued)) as inbound:
        routed(inbound, 1, email="a@x.example")
        assert way(routed(inbound, 2, email="a@x.example")) == (None, ["no-owner"], "1")


def test_whoever_left_or_is_inactive_is_passed_over(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with closing(router(state=state)) as inbound:
        routed(inbound, 1, email="a@x.example")
    inactive = POLICY.replace("person ana { hours", "person ana { inactive hours")
    with closing(router(state=state, text=inactive)) as inbound:
        assert way(routed(inbound, 2, email="a@x.example")) == (None, ["inactive"], "1")
    gone = POLICY.replace("person ana", "person dora").replace("{ ana, ben }", "{ dora, ben }")
    with closing(router(state=state, text=gone)) as inbound:
        assert way(routed(inbound, 3, email="a@x.example")) == (None, ["gone"], "2")


def test_leads_of_every_route_and_every_run_are_remembered(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with closing(router(state=state)) as inbound:
        routed(inbound, 1, email="a@x.example", kind="old")
    with closing(router("other", state)) as other:
        assert way(routed(other, 2, email="a@x.example")) == ("cleo", [], "1")
        assert way(routed(other, 1, email="a@x.example")) == ("cleo", [], "2")


def test_the_same_id_is_the_same_lead_and_no_duplicate(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with closing(router(state=state)) as inbound:
        routed(inbound, 1, email="a@x.example")
        assert routed(inbound, 1, email="a@x.example").duplicate_of is None
    with closing(router("other", state)) as other:
        assert routed(other, 1, email="a@x.example").duplicate_of is None


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_lead_that_moves_is_remembered_as_the_one_of_whoever_has_it(
    kind: str, tmp_path: Path
) -> None:
    with closing(router(state=tmp_path / "s.db" if kind == "sqlite" else None)) as inbound:
        routed(inbound, 1, email="a@x.example")
        again = {"id": "1", "email": "b@x.example", "kind": "old"}
        assert inbound.reroute(again, "wrong desk", at=NOON + DAY).assignee == "cleo"
        assert routed(inbound, 2, NOON + DAY, email="a@x.example").duplicate_of is None
        assert way(routed(inbound, 3, NOON + DAY, email="b@x.example")) == ("cleo", [], "1")


def test_a_missed_lead_goes_to_the_owner_it_had_before_and_is_theirs_from_then_on(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state.db"
    with closing(router(state=state)) as inbound:
        routed(inbound, 1, email="a@x.example", kind="old")
    with closing(router("other", state)) as other:
        assert routed(other, 2, email="a@x.example", kind="old").assignee == "ben"
        (move,) = other.escalate(at=NOON + timedelta(hours=2))
        assert (move.after.kind, move.after.assignee) == ("previous-owner", "cleo")
        assert way(routed(other, 3, NOON + DAY, email="a@x.example")) == ("cleo", [], "2")


def test_the_state_holds_no_value_of_a_lead(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with closing(router(state=state)) as inbound:
        routed(inbound, 1, email="secret@x.example", phone="0471100", score=3)
    assert b"secret" not in state.read_bytes()
    assert b"0471100" not in state.read_bytes()


def test_a_policy_that_asks_nothing_of_earlier_leads_still_says_which_is_one() -> None:
    with closing(router("other")) as other:
        first = routed(other, 1, email="a@x.example")
        again = routed(other, 2, email="a@x.example")
    assert "duplicate_of" not in first.as_dict()
    assert again.as_dict()["duplicate_of"] == "1"
    assert Decision.from_dict(again.as_dict()) == again


def test_an_explanation_says_that_a_lead_was_seen_before() -> None:
    with closing(router()) as inbound:
        routed(inbound, 1, email="a@x.example")
        said = inbound.explain({"id": "2", "email": "A@x.example"}, at=NOON)
        assert said.matched == ("duplicate",)
        new = inbound.explain({"id": "3"}, at=NOON)
    assert new.tried[0].refusals[0].values == {"the lead": "new"}


def test_whoever_stands_in_for_somebody_has_the_lead_and_not_the_customer(tmp_path: Path) -> None:
    for state in (None, tmp_path / "state.db"):
        with router(state=state, text=BACKUP) as of:
            there, back = (datetime(2026, 11, day, 12, tzinfo=UTC) for day in (23, 24))
            mail = {"email": "pat@firm.example"}
            assert routed(of, 1, there, owner="ana", **mail).assignee == "ben"
            assert routed(of, 2, there, **mail).by == "rule again, backup of ana"
            assert routed(of, 3, back, **mail).assignee == "ana"
            # Of whoever is gone for good the backup is asked each time.
            mail = {"email": "kim@firm.example"}
            assert routed(of, 4, back, owner="cleo", **mail).assignee == "ben"
            assert routed(of, 5, back, **mail).by == "rule again, backup of cleo"


def test_whom_a_backup_stands_in_for_can_be_renamed(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with router(state=state, text=BACKUP) as of:
        at = datetime(2026, 11, 23, 12, tzinfo=UTC)
        assert routed(of, 1, at, owner="ana", email="pat@firm.example").assignee == "ben"
    rename(state, NewName("person", "ana", "anna"))
    with router(state=state, text=BACKUP.replace("ana", "anna")) as of:
        after = datetime(2026, 11, 24, 12, tzinfo=UTC)
        assert routed(of, 2, after, email="pat@firm.example").assignee == "anna"
