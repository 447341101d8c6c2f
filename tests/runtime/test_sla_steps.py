"""SLAs in steps: alert, reassign, then; each done once, in order, in memory and in a file."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.policies import compiled
from turnout.compiler.compiled import Compiled
from turnout.runtime.events import Sought
from turnout.runtime.moves import Holder, Move
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import checked_whole

POLICY = """\
lead {{ id: text required  country: country }}
calendar office {{ timezone "Europe/Berlin" open mon..fri 09:00-17:00 }}
calendar bank {{ timezone "Europe/Berlin" open mon..fri 09:00-17:00 holidays DE }}
calendar always {{ timezone "Europe/Berlin" open mon..sun 00:00-24:00 }}
person ana {{ {ana} }}
person ben {{ {ben} }}
team sales {{ ana, ben }}
queue late
queue triage
route inbound {{
  rule all {{ when id is present to round-robin sales sla {sla} {offer} }}
  fallback to queue triage
}}
"""
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
STEPS = "10 minutes alert, 20 minutes reassign, 1 hour then queue late"
Make = Callable[..., Router]


def later(minutes: int, since: datetime = NINE) -> datetime:
    return since + timedelta(minutes=minutes)


def berlin(text: str, offset: int) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=offset)


@pytest.fixture(params=["memory", "file"])
def router(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Yield a function that makes a router; at the end a file has to follow from its log."""
    made: list[Router] = []
    state = tmp_path / "state.db" if request.param == "file" else None

    def make(sla: str = STEPS, ana: str = "", ben: str = "", offer: str = "") -> Router:
        policy = POLICY.format(sla=sla, ana=ana, ben=ben, offer=offer)
        made.append(Router(compiled(policy), state=state))
        return made[-1]

    yield make
    for each in made:
        each.close()
    if state is not None:
        checked_whole(state)


def told(moves: tuple[Move, ...]) -> list[tuple[str, str]]:
    """Return what was done: "alert", or who has the lead instead; and the lead."""
    return [("alert" if move.is_alert else move.after.name, move.lead) for move in moves]


def steps(router: Router, *moments: datetime) -> list[list[str]]:
    """Return what is done at each moment; at the same one again nothing is."""
    found: list[list[str]] = []
    for at in moments:
        found.append([what for what, _ in told(router.escalate(at=at))])
        assert router.escalate(at=at) == ()
    return found


def test_each_step_is_done_when_its_time_is_up(router: Make) -> None:
    to = router()
    assert to.route({"id": "L-1"}, at=NINE).due == later(10)
    found = steps(to, *map(later, (9, 10, 19, 20, 59, 60)))
    assert found == [[], ["alert"], [], ["person ben"], [], ["queue late"]]
    # The queue begins with the first step again, and has missed it when its hour is over.
    assert steps(to, later(70), later(120)) == [["alert"], ["queue triage"]]
    assert to.next_due() is None


def test_due_is_the_time_of_the_next_step(router: Make) -> None:
    to = router()
    to.route({"id": "L-1"}, at=NINE)
    for at, due in ((10, 20), (20, 60), (60, 70)):
        to.escalate(at=later(at))
        assert to.next_due() == later(due)
        decision = to.current("L-1")
        assert decision is not None
        assert decision.due == later(due)


def test_an_alert_leaves_a_lead_as_it_is(router: Make) -> None:
    to = router(offer="offer 15 minutes")
    to.route({"id": "L-1"}, at=NINE)
    to.accept("L-1", by="ana", at=later(1))
    assert steps(to, later(10), later(15)) == [["alert"], []]
    standing = to.current("L-1")
    assert standing is not None
    assert (standing.status, standing.holder.assignee) == ("accepted", "ana")
    (event,) = to.events(Sought("alerted"))
    assert (event.lead, event.at, event.reason) == ("L-1", later(10), "sla missed")
    assert event.after == Holder("round-robin", "sales", "ana")
    to.contacted("L-1", at=later(16))
    assert steps(to, later(20), later(60)) == [[], []]


def test_who_was_offered_a_lead_may_accept_it_after_an_alert(router: Make) -> None:
    to = router("10 minutes alert, 2 hours then queue late", offer="offer 30 minutes")
    to.route({"id": "L-1"}, at=NINE)
    assert steps(to, later(10), later(30)) == [["alert"], ["person ben"]]
    # Whoever the offer went on to has all of the steps again.
    assert to.next_due() == later(40)


def test_of_steps_that_are_up_at_once_the_last_move_is_done(router: Make) -> None:
    to = router("10 minutes alert, 20 minutes reassign, 30 minutes alert, 1 hour then queue late")
    to.route({"id": "L-1"}, at=NINE)
    to.route({"id": "L-2"}, at=later(25))
    to.route({"id": "L-3"}, at=later(50))
    moves = to.escalate(at=later(61))
    assert told(moves) == [("queue late", "L-1"), ("person ana", "L-2"), ("alert", "L-3")]
    assert to.escalate(at=later(61)) == ()


def test_a_lead_that_nobody_else_can_take_stays_until_the_next_step(router: Make) -> None:
    to = router("10 minutes reassign, 20 minutes reassign, 1 hour then queue late")
    to.route({"id": "L-1"}, at=NINE)
    assert steps(to, later(10), later(20)) == [["person ben"], ["alert"]]
    (event,) = to.events(Sought("alerted"))
    assert event.reason == "sla missed, and nobody else can take it"
    assert steps(to, later(60)) == [["queue late"]]


def test_the_fallback_has_it_when_the_last_step_finds_nobody(router: Make) -> None:
    to = router("10 minutes reassign, 20 minutes reassign")
    to.route({"id": "L-1"}, at=NINE)
    assert steps(to, later(10), later(20), later(90)) == [["person ben"], ["queue triage"], []]


def test_nothing_is_due_after_an_alert_at_the_end(router: Make) -> None:
    to = router("10 minutes alert")
    to.route({"id": "L-1"}, at=NINE)
    assert steps(to, later(10), later(500)) == [["alert"], []]
    assert to.next_due() is None


def test_steps_over_a_night_and_a_weekend(router: Make) -> None:
    hours = "hours office"
    to = router("30 minutes alert, 2 hours reassign, 2 days then queue late", hours, hours)
    friday = berlin("2026-11-20 16:00", 1)
    to.route({"id": "L-1"}, at=friday)
    moments = [
        *("2026-11-20 16:30", "2026-11-23 09:59", "2026-11-23 10:00"),
        *("2026-11-24 15:59", "2026-11-24 16:00"),
    ]
    wanted = [["alert"], [], ["person ben"], [], ["queue late"]]
    assert steps(to, *(berlin(each, 1) for each in moments)) == wanted


def test_steps_over_public_holidays(router: Make) -> None:
    hours = "hours bank"
    to = router("30 minutes alert, 2 hours reassign, 2 days then queue late", hours, hours)
    to.route({"id": "L-1"}, at=berlin("2026-04-02 16:00", 2))
    # Good Friday and Easter Monday lie between.
    moments = [
        *("2026-04-02 16:29", "2026-04-02 16:30", "2026-04-06 16:00", "2026-04-07 09:59"),
        *("2026-04-07 10:00", "2026-04-08 15:59", "2026-04-08 16:00"),
    ]
    wanted = [[], ["alert"], [], [], ["person ben"], [], ["queue late"]]
    assert steps(to, *(berlin(each, 2) for each in moments)) == wanted


@pytest.mark.parametrize(
    ("given", "moments"),
    [
        # The clock goes from 2:00 to 3:00 on 2026-03-29, and from 3:00 to 2:00 on 2026-10-25.
        (
            berlin("2026-03-29 01:30", 1),
            [berlin("2026-03-29 03:00", 2), berlin("2026-03-29 05:30", 2)],
        ),
        (
            berlin("2026-10-25 01:30", 2),
            [berlin("2026-10-25 02:00", 2), berlin("2026-10-25 03:30", 1)],
        ),
    ],
)
def test_steps_at_both_edges_of_daylight_saving(
    router: Make, given: datetime, moments: list[datetime]
) -> None:
    """Half an hour and three hours of work are so long, whatever the clock on the wall says."""
    hours = "hours always"
    to = router("30 minutes alert, 3 hours then queue late", hours, hours)
    to.route({"id": "L-1"}, at=given)
    assert moments == [later(30, given), later(180, given)]
    before = [each - timedelta(seconds=1) for each in moments]
    found = steps(to, before[0], moments[0], before[1], moments[1])
    assert found == [[], ["alert"], [], ["queue late"]]


def test_days_are_days_of_the_clock_at_both_edges(router: Make) -> None:
    to = router("1 day alert, 2 days then queue late", "hours always", "hours always")
    given = berlin("2026-03-28 12:00", 1)
    to.route({"id": "L-1"}, at=given)
    # The first day is 23 hours long.
    moments = berlin("2026-03-29 12:00", 2), berlin("2026-03-30 12:00", 2)
    assert moments[0] - given == timedelta(hours=23)
    assert steps(to, *moments) == [["alert"], ["queue late"]]


def test_who_has_a_lead_by_other_hours_has_all_the_time(router: Make) -> None:
    to = router(ana="hours office", ben="hours always")
    given = berlin("2026-11-23 16:45", 1)
    to.route({"id": "L-1"}, at=given)
    # Twenty minutes of ana's work are over next morning, and ben's hour long ago.
    morning = berlin("2026-11-24 09:05", 1)
    assert steps(to, morning) == [["person ben"]]
    assert to.next_due() == later(60, morning)
    assert steps(to, later(60, morning)) == [["queue late"]]


def test_the_person_who_missed_it_is_away_once_it_moves(router: Make) -> None:
    to = router(f"{STEPS}, away 2 hours")
    to.route({"id": "L-1"}, at=NINE)
    to.escalate(at=later(10))
    assert not [*to.events(Sought("away"))]
    to.escalate(at=later(20))
    (event,) = to.events(Sought("away"))
    assert event.after == Holder("person", "ana", "ana")


OFFER = "offer 15 minutes"


def test_an_sla_from_acceptance_begins_when_the_lead_is_accepted(router: Make) -> None:
    to = router("10 minutes from acceptance, then queue late", offer=OFFER)
    assert to.route({"id": "L-1"}, at=NINE).due is None
    assert to.next_due() == later(15)
    assert to.accept("L-1", by="ana", at=later(14)).due == later(24)
    (event,) = to.events(Sought("accepted"))
    assert event.decision is not None
    assert event.decision.due == later(24)
    assert steps(to, later(23), later(24)) == [[], ["queue late"]]
    # Nobody asks a queue whether it takes a lead.
    assert to.next_due() == later(34)


def test_who_is_offered_the_lead_next_has_the_time_from_their_acceptance(router: Make) -> None:
    to = router("10 minutes from acceptance, then queue late", offer=OFFER)
    to.route({"id": "L-1"}, at=NINE)
    assert steps(to, later(15)) == [["person ben"]]
    to.accept("L-1", by="ben", at=later(20))
    assert to.next_due() == later(30)
    to.contacted("L-1", at=later(29))
    assert steps(to, later(30)) == [[]]


def test_steps_from_acceptance_wait_for_each_who_is_asked(router: Make) -> None:
    to = router(STEPS.replace(" alert", " from acceptance alert"), offer=OFFER)
    to.route({"id": "L-1"}, at=NINE)
    to.accept("L-1", by="ana", at=later(5))
    assert steps(to, later(15), later(25)) == [["alert"], ["person ben"]]
    assert to.next_due() == later(40)  # the offer's
    to.accept("L-1", by="ben", at=later(30))
    assert steps(to, later(89), later(90)) == [[], ["queue late"]]


def test_an_sla_without_steps_says_when_it_is_due_once_it_is_accepted(router: Make) -> None:
    to = router("10 minutes from acceptance", offer=OFFER)
    to.route({"id": "L-1"}, at=NINE)
    to.accept("L-1", by="ana", at=later(5))
    (event,) = to.events(Sought("accepted"))
    assert event.decision is not None
    assert event.decision.due == later(15)
    assert steps(to, later(15)) == [[]]


def test_a_claim_is_an_acceptance(router: Make) -> None:
    to = router("10 minutes from acceptance, then queue late", offer=OFFER)
    to.route({"id": "L-1"}, at=NINE)
    to.accept("L-1", by="ana", at=NINE)
    assert steps(to, later(10)) == [["queue late"]]
    claimed = to.claim("late", "ben", at=later(12))
    assert claimed is not None
    assert claimed.due == later(22)


def test_a_step_that_was_done_is_not_done_by_another_process(tmp_path: Path) -> None:
    policy, state = compiled(POLICY.format(sla=STEPS, ana="", ben="", offer="")), tmp_path / "s.db"
    with Router(policy, state=state) as first, Router(policy, state=state) as second:
        for _ in first.route_all([{"id": f"L-{number}"} for number in range(250)], at=NINE):
            pass
        begun = next(first.escalations(at=later(10)))  # and it goes no further, as if killed
        rest = second.escalate(at=later(10))
        leads = [move.lead for move in (*begun, *rest)]
        assert sorted(leads) == sorted(f"L-{number}" for number in range(250))
        assert first.escalate(at=later(10)) == ()


HOURS = "1 hour then round-robin sales"
LATER_STEPS = "10 minutes alert, 2 hours alert, 4 hours then queue late"


def rejected(to: Router) -> datetime:
    to.reject("L-1", "busy", by="ana", at=later(50))
    return later(50)


def released(to: Router) -> datetime:
    to.release("L-1", by="ana", at=later(50))
    return later(50)


def missed(to: Router) -> datetime:
    assert told(to.escalate(at=later(60))) == [("person ben", "L-1")]
    return later(60)


@pytest.mark.parametrize("hand_on", [rejected, released, missed])
def test_steps_that_a_policy_gets_later_count_from_when_the_lead_was_handed_on(
    hand_on: Callable[[Router], datetime], tmp_path: Path
) -> None:
    """And not from when it arrived, before whoever has it knew of it."""
    state = tmp_path / "state.db"

    def policy(sla: str) -> Compiled:
        return compiled(POLICY.format(sla=sla, ana="", ben="", offer=""))

    with Router(policy(HOURS), state=state) as before:
        before.route({"id": "L-1"}, at=NINE)
        began = hand_on(before)
        standing = before.current("L-1")
        assert standing is not None
        assert standing.holder.name == "person ben"
    with Router(policy(LATER_STEPS), state=state) as to:
        moments = [later(minutes, began) for minutes in (59, 60, 119, 120, 239, 240)]
        found = steps(to, *moments)
    assert found == [[], ["alert"], [], ["alert"], [], ["queue late"]]
    checked_whole(state)


def test_steps_that_a_policy_gets_later_count_from_the_acceptance(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    steps_after = LATER_STEPS.replace(" alert", " from acceptance alert", 1)

    def policy(sla: str) -> Compiled:
        return compiled(POLICY.format(sla=sla, ana="", ben="", offer=OFFER))

    with Router(policy("1 hour from acceptance, then queue late"), state=state) as before:
        before.route({"id": "L-1"}, at=NINE)
        before.accept("L-1", by="ana", at=later(10))
    with Router(policy(steps_after), state=state) as to:
        moments = [later(minutes, later(10)) for minutes in (59, 60, 119, 120, 239, 240)]
        assert steps(to, *moments) == [[], ["alert"], [], ["alert"], [], ["queue late"]]
    checked_whole(state)


@pytest.mark.parametrize("hand_on", ["reject", "release"])
def test_whoever_has_a_lead_next_has_all_steps_before_them(hand_on: str) -> None:
    policy = POLICY.format(sla=STEPS, ana="", ben="", offer=OFFER)
    policy = policy.replace("team sales { ana, ben }", "person cleo\nteam sales { ana, ben, cleo }")
    with Router(compiled(policy)) as to:
        to.route({"id": "L-1"}, at=NINE)
        assert steps(to, later(10)) == [["alert"]]
        if hand_on == "reject":
            to.reject("L-1", "busy", by="ana", at=later(14))
        else:
            to.accept("L-1", by="ana", at=later(12))
            to.release("L-1", by="ana", at=later(14))
        to.accept("L-1", by="ben", at=later(15))
        moments = (later(minutes) for minutes in (23, 24, 33, 34))
        assert steps(to, *moments) == [[], ["alert"], [], ["person cleo"]]
