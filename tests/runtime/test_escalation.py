"""Leads that nobody touches in time, hop by hop, in memory and in a file."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.first_format import to_first_format
from tests.support.policies import compiled
from turnout.dsl.promises import MOST_HOPS
from turnout.runtime.moves import Holder, Move
from turnout.runtime.router import Router
from turnout.runtime.stores.upgrades import FORMAT

POLICY = """\
lead {{ id: text required  country: country  owner: person }}
person ana
person ben
person cleo
person boss
team sales {{ ana, ben, cleo }}
queue triage
queue managers
sequence later
route inbound {{
  rule first {{ when country is DE to round-robin sales sla 10 minutes, then {then} }}
  rule kept {{ when country is AT to round-robin sales sla 10 minutes }}
  {fallback}
}}
"""
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
DE = {"country": "DE"}

Make = Callable[..., Router]


def later(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


@pytest.fixture(params=["memory", "file"])
def router(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """Yield a function that makes a router whose SLA goes on with `then`."""
    made: list[Router] = []

    def make(then: str = "queue managers", fallback: str = "fallback to queue triage") -> Router:
        state = tmp_path / "state.db" if request.param == "file" else None
        made.append(Router(compiled(POLICY.format(then=then, fallback=fallback)), state=state))
        return made[-1]

    yield make
    for each in made:
        each.close()


def holders(moves: tuple[Move, ...]) -> list[tuple[str, str, str]]:
    """Return the moves as lead, old and new holder."""
    return [(move.lead, move.before.name, move.after.name) for move in moves]


def test_a_lead_that_nobody_touched_goes_where_its_sla_says(router: Make) -> None:
    inbound = router()
    inbound.route({"id": "1", **DE}, at=NINE)
    assert inbound.escalate(at=later(9)) == ()
    moves = inbound.escalate(at=later(10))
    assert holders(moves) == [("1", "person ana", "queue managers")]
    assert moves[0].reason == "sla missed"
    decision = inbound.route({"id": "1", **DE}, at=later(11))
    assert (decision.rule, decision.by) == ("first", "sla of rule first")
    assert (decision.assignee, decision.due, decision.repeated) == (None, later(20), True)


def test_escalating_twice_changes_nothing(router: Make) -> None:
    inbound = router()
    inbound.route({"id": "1", **DE}, at=NINE)
    first = inbound.escalate(at=later(10))
    assert inbound.escalate(at=later(10)) == ()
    assert inbound.moves() == first


def test_a_place_that_misses_it_is_left_out_and_the_fallback_has_it(router: Make) -> None:
    inbound = router()
    inbound.route({"id": "1", **DE}, at=NINE)
    inbound.escalate(at=later(10))
    assert holders(inbound.escalate(at=later(20))) == [("1", "queue managers", "queue triage")]
    decision = inbound.route({"id": "1", **DE}, at=later(20))
    assert (decision.by, decision.due) == ("fallback of route inbound", None)
    assert [each.reason for each in decision.passed_over] == ["missed-sla"]
    assert inbound.escalate(at=later(10_000)) == ()


def test_nobody_gets_a_lead_again_that_they_missed(router: Make) -> None:
    inbound = router("round-robin sales")
    inbound.route({"id": "1", **DE}, at=NINE)
    had = [inbound.escalate(at=later(10 * hop))[0].after.name for hop in range(1, 4)]
    assert had == ["person ben", "person cleo", "queue triage"]


def test_after_some_hops_the_fallback_has_it() -> None:
    many = ", ".join(f"p{number}" for number in range(12))
    people = "".join(f"person p{number}\n" for number in range(12))
    text = POLICY.format(then="round-robin many", fallback="fallback to queue triage")
    inbound = Router(compiled(f"{people}team many {{ {many} }}\n{text}"))
    inbound.route({"id": "1", **DE}, at=NINE)
    moves = [inbound.escalate(at=later(10 * hop)) for hop in range(1, MOST_HOPS + 3)]
    assert [len(made) for made in moves] == [1] * (MOST_HOPS + 1) + [0]
    assert moves[MOST_HOPS][0].after == Holder("queue", "triage", None)


def test_where_nobody_can_take_it_the_lead_stays_and_is_asked_for_again(router: Make) -> None:
    rest = "rule rest { when country is missing or country is present to person ana }"
    inbound = router("person ana", fallback=rest)
    inbound.route({"id": "1", **DE}, at=NINE)
    assert inbound.escalate(at=later(10)) == ()
    assert inbound.route({"id": "1", **DE}, at=later(10)).assignee == "ana"


def test_a_touched_or_closed_lead_is_left_alone(router: Make) -> None:
    inbound = router()
    for lead in ("1", "2", "3"):
        inbound.route({"id": lead, **DE}, at=NINE)
    assert inbound.touch("1", "nobody") == ("nobody",)
    assert inbound.close_lead("2")
    assert [move.lead for move in inbound.escalate(at=later(60))] == ["3"]


def test_an_sla_without_a_target_moves_nothing(router: Make) -> None:
    inbound = router()
    decision = inbound.route({"id": "1", "country": "AT"}, at=NINE)
    assert decision.due == later(10)
    assert inbound.escalate(at=later(60)) == ()


def test_the_longest_overdue_goes_first(router: Make) -> None:
    inbound = router("round-robin sales")
    for number, minute in ((1, 2), (2, 0), (3, 1)):
        inbound.route({"id": str(number), **DE}, at=later(minute))
    assert [move.lead for move in inbound.escalate(at=later(60))] == ["2", "3", "1"]


def test_open_leads_follow_the_lead(router: Make) -> None:
    inbound = router("least-loaded sales")
    inbound.route({"id": "1", **DE}, at=NINE)  # ana
    inbound.route({"id": "2", **DE}, at=NINE)  # ben
    moves = inbound.escalate(at=later(10))
    assert holders(moves) == [("1", "person ana", "person cleo"), ("2", "person ben", "person ana")]


def test_an_owner_is_found_by_the_value_that_was_kept(router: Make) -> None:
    inbound = router("owner owner")
    inbound.route({"id": "1", **DE, "owner": "boss"}, at=NINE)
    inbound.route({"id": "2", **DE}, at=NINE)
    assert holders(inbound.escalate(at=later(10))) == [
        ("1", "person ana", "person boss"),
        ("2", "person ben", "queue triage"),
    ]


def test_moving_to_what_nobody_works_on_ends_the_sla(router: Make) -> None:
    inbound = router("sequence later")
    inbound.route({"id": "1", **DE}, at=NINE)
    assert inbound.escalate(at=later(10))[0].after.name == "sequence later"
    assert inbound.escalate(at=later(1_000)) == ()


def test_routing_anew_is_logged_with_the_old_and_the_new_holder(router: Make) -> None:
    inbound = router()
    inbound.route({"id": "1", **DE}, at=NINE)
    inbound.touch("1")
    anew = inbound.reroute({"id": "1", **DE}, " ana left ", at=later(30))
    assert (anew.assignee, anew.repeated, anew.due) == ("ben", False, later(40))
    (move,) = inbound.moves()
    assert (move.reason, move.hop) == ("ana left", 0)
    assert (move.before.name, move.after.name) == ("person ana", "person ben")
    assert inbound.route({"id": "1", **DE}, at=later(31)).assignee == "ben"
    assert [made.lead for made in inbound.escalate(at=later(40))] == ["1"]


def test_routing_anew_what_was_never_routed_routes_it(router: Make) -> None:
    inbound = router()
    assert inbound.reroute({"id": "1", **DE}, "import", at=NINE).assignee == "ana"
    assert inbound.moves() == ()
    with pytest.raises(ValueError, match="reason"):
        inbound.reroute({"id": "1", **DE}, " ", at=NINE)


def test_escalation_goes_on_where_another_process_stopped(tmp_path: Path) -> None:
    made = compiled(POLICY.format(then="round-robin sales", fallback="fallback to queue triage"))
    had: list[str] = []
    for hop in range(4):
        with Router(made, state=tmp_path / "state.db") as inbound:
            inbound.route({"id": "1", **DE}, at=NINE)
            had += [move.after.name for move in inbound.escalate(at=later(10 * hop))]
    assert had == ["person ben", "person cleo", "queue triage"]
    with Router(made, state=tmp_path / "state.db") as inbound:
        assert [move.hop for move in inbound.moves()] == [1, 2, 3]


def test_a_state_of_the_first_format_is_brought_up_to_date(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    made = compiled(POLICY.format(then="queue managers", fallback="fallback to queue triage"))
    with Router(made, state=state) as inbound:
        first = inbound.route({"id": "1", **DE}, at=NINE)
    to_first_format(state)
    with Router(made, state=state) as inbound:
        again = inbound.route({"id": "1", **DE}, at=NINE)
        assert (again.assignee, again.due) == (first.assignee, None)
        inbound.route({"id": "2", **DE}, at=NINE)
        assert [move.lead for move in inbound.escalate(at=later(10))] == ["2"]
    with sqlite3.connect(state) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (FORMAT,)
    connection.close()
