"""What a store keeps, whichever it is; the file's own failures stand in test_state_files."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Thread

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.routing_loop import DREW_FROM, POLICY, ROUTE, TEAM, assigned, route
from tests.support.servers import fresh
from turnout.dsl.values.reading import Issue
from turnout.runtime.decisions import Decision, PassedOver
from turnout.runtime.draw import LEVEL, Turns
from turnout.runtime.moves import Holder, Move
from turnout.runtime.stores import (
    HeldLeads,
    Recorded,
    StateError,
    Store,
    Transaction,
    microseconds,
)
from turnout.runtime.stores.anywhere import open_state
from turnout.runtime.stores.memory import MemoryStore
from turnout.runtime.stores.sqlite import open_sqlite

# Half of a surrogate pair too: JSON can spell one, and UTF-8 can't.
any_text = st.text(st.characters(exclude_categories=()))
moments = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)
decisions = st.builds(
    Decision,
    lead=any_text,
    route=st.text(),
    rule=st.none() | any_text,
    by=any_text,
    kind=st.sampled_from(["round-robin", "queue", "none"]),
    target=any_text,
    assignee=st.none() | st.text(),
    at=moments,
    passed_over=st.lists(st.builds(PassedOver, any_text, any_text), max_size=2).map(tuple),
    issues=st.lists(st.builds(Issue, any_text, any_text, any_text), max_size=2).map(tuple),
    row=st.none() | st.integers(1),
    repeated=st.just(False),  # a store records the first answer
)


class Dropped(Exception):  # noqa: N818 - not an error, only a way out of a batch
    """Ends a transaction without keeping it."""


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Yield a function that makes an empty store."""
    made: list[Store] = []

    def make() -> Store:
        path = tmp_path / f"{len(made)}.state"
        store: Store = MemoryStore()
        if request.param == "sqlite":
            store = open_sqlite(path, POLICY, [])
        if request.param == "postgres":
            store = open_state(fresh(), POLICY, [])
        made.append(store)
        return store

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(new_store: Callable[[], Store]) -> Store:
    return new_store()


def open_leads(store: Store, *people: str) -> list[int]:
    with store.begin() as transaction:
        found = transaction.open_leads(people)
    return [found[person] for person in people]


def logged(store: Store) -> list[str]:
    with store.begin() as transaction:
        return [recorded.decision.lead for recorded in transaction.log()]


def abandon(store: Store, lead: str) -> None:
    """Write everything that can be written, and end the batch by raising."""
    with store.begin() as transaction:
        if transaction.decided(ROUTE, lead) is None:
            transaction.record(assigned(lead, "ana"), "abc")
        transaction.set_turns(DREW_FROM, Turns(1, {"ana": 0}))
        transaction.close_lead(ROUTE, "1")
        raise Dropped


def test_an_empty_store_has_decided_nothing_and_everyone_is_level(store: Store) -> None:
    with store.begin() as transaction:
        assert transaction.decided(ROUTE, "1") is None
        assert transaction.turns(DREW_FROM) == LEVEL
        assert transaction.open_leads(["ana"]) == {"ana": 0}
        assert list(transaction.log()) == []


def test_a_decision_is_found_by_its_route_and_lead_only(store: Store) -> None:
    with store.begin() as transaction:
        transaction.record(assigned("1", "ana"), "abc")
    with store.begin() as transaction:
        assert transaction.decided(ROUTE, "1") == Recorded(assigned("1", "ana"), "abc")
        assert transaction.decided(ROUTE, "2") is None
        assert transaction.decided("other", "1") is None


def test_leads_that_were_looked_for_at_once_are_what_they_are(store: Store) -> None:
    strange = ["json:1", "\ud800", "a'b\"c", "é"]
    with store.begin() as transaction:
        for lead in ("1", *strange):
            transaction.record(assigned(lead, "ana"), "abc")
    with store.begin() as transaction:
        transaction.expect_leads(ROUTE, ["1", "2", "1", "new", *strange])
        for lead in ("1", *strange):
            assert transaction.decided(ROUTE, lead) == Recorded(assigned(lead, "ana"), "abc")
            with pytest.raises(ValueError, match="is decided"):
                transaction.record(assigned(lead, "ben"), "abc")
        assert transaction.decided(ROUTE, "2") is None
        transaction.record(assigned("2", "ben"), "abc")
        assert transaction.decided(ROUTE, "2") == Recorded(assigned("2", "ben"), "abc")
        transaction.expect_leads("other", ["1"])
        assert transaction.decided("other", "1") is None


def test_keys_that_were_looked_for_at_once_are_what_they_are(store: Store) -> None:
    def found(transaction: Transaction) -> list[str | None]:
        seen = (transaction.earlier(key, "9", 0, 1 << 60, False) for key in ("a", "b", "c"))
        return [None if each is None else each.lead for each in seen]

    with store.begin() as transaction:
        transaction.record(assigned("1", "ana"), "abc", keys=("a",))
    with store.begin() as transaction:
        transaction.expect_leads(ROUTE, ["2", "3"], ["a", "b", "b", "c"])
        assert found(transaction) == ["1", None, None]
        transaction.record(assigned("2", "ana"), "abc", keys=("b",))
        assert found(transaction) == ["1", "2", None]
    with store.begin() as transaction:
        assert found(transaction) == ["1", "2", None]


def test_the_newest_lead_that_somebody_has_comes_first(store: Store) -> None:
    for some in (["1", "2"], ["3"], ["4", "5"]):
        with store.begin() as transaction:
            for lead in some:
                transaction.record(assigned(lead, "ana"), "abc")
    with store.begin() as transaction:
        transaction.record(assigned("6", "ana"), "abc")
        transaction.close_lead(ROUTE, "4")
    found: list[str] = []
    after: Recorded | None = None
    with store.begin() as transaction:
        while page := transaction.asked(HeldLeads(ROUTE, "ana", 2, after)):
            found += [each.decision.lead for each in page]
            after = page[-1]
    assert found == ["6", "5", "3", "2", "1"]


def test_of_leads_of_one_moment_the_one_recorded_last_is_the_latest(store: Store) -> None:
    for lead in ("1", "2", "3"):
        with store.begin() as transaction:
            transaction.record(assigned(lead, "ana"), "abc", keys=("k",))
    now = microseconds(assigned("1", "ana").at)
    with store.begin() as transaction:
        for asking, latest in (("3", "2"), ("2", "3"), ("4", "3")):
            found = transaction.earlier("k", asking, now - 1, now, False)
            assert found is not None
            assert found.lead == latest
    at = assigned("1", "ana").at + timedelta(hours=1)
    for lead in ("3", "2"):  # whoever has it then: it was recorded when it was
        with store.begin() as transaction:
            before, after = (Holder.of(assigned(lead, who)) for who in ("ana", "ben"))
            moved = Move(ROUTE, lead, at, "by hand", before, after)
            transaction.move(Recorded(assigned(lead, "ben"), "abc"), moved)
    with store.begin() as transaction:
        found = transaction.earlier("k", "4", now - 1, now, False)
        assert found is not None
        assert (found.lead, found.owner) == ("3", "ben")


def test_a_transaction_sees_its_own_writes(store: Store) -> None:
    with store.begin() as transaction:
        assert transaction.decided(ROUTE, "1") is None
        assert transaction.open_leads(["ana"]) == {"ana": 0}
        transaction.record(assigned("1", "ana"), "abc")
        transaction.set_turns(DREW_FROM, Turns(6, {"ana": -3, "ben": 3}))
        assert transaction.decided(ROUTE, "1") == Recorded(assigned("1", "ana"), "abc")
        assert transaction.turns(DREW_FROM) == Turns(6, {"ana": -3, "ben": 3})
        assert transaction.open_leads(["ana"]) == {"ana": 1}
        assert [each.decision.lead for each in transaction.log()] == ["1"]


def test_a_transaction_that_raises_leaves_nothing_behind(store: Store) -> None:
    with store.begin() as transaction:
        transaction.record(assigned("1", "ana"), "abc")
    with pytest.raises(Dropped):
        abandon(store, "2")
    with store.begin() as transaction:
        assert transaction.decided(ROUTE, "2") is None
        assert transaction.turns(DREW_FROM) == LEVEL
        assert transaction.open_leads(["ana"]) == {"ana": 1}
        found = transaction.decided(ROUTE, "1")
    assert found is not None
    assert not found.closed


def test_turns_keep_their_roster_order(store: Store) -> None:
    with store.begin() as transaction:
        transaction.set_turns(DREW_FROM, Turns(2, {"zoe": -1, "ana": 1}))
    with store.begin() as transaction:
        turns = transaction.turns(DREW_FROM)
    assert turns == Turns(2, {"zoe": -1, "ana": 1})
    assert list(turns.lag) == ["zoe", "ana"]


def test_turns_can_be_replaced(store: Store) -> None:
    for lag in (1, 2):
        with store.begin() as transaction:
            transaction.turns(DREW_FROM)
            transaction.set_turns(DREW_FROM, Turns(3, {"ana": lag}))
    with store.begin() as transaction:
        assert transaction.turns(DREW_FROM) == transaction.turns(DREW_FROM)
        assert transaction.turns(DREW_FROM).lag == {"ana": 2}
        assert transaction.turns("other") == LEVEL


def test_a_lead_is_decided_once(store: Store) -> None:
    with store.begin() as transaction:
        transaction.record(assigned("1", "ana"), "abc")
        with pytest.raises(ValueError, match="lead '1' is decided on route 'main'"):
            transaction.record(assigned("1", "ben"), "abc")
    with store.begin() as transaction, pytest.raises(ValueError, match="lead '1' is decided"):
        transaction.record(assigned("1", "ben"), "abc")
    assert open_leads(store, "ana", "ben") == [1, 0]


def test_the_log_is_in_the_order_of_recording(store: Store) -> None:
    for batch in (["9", "b", "1"], ["a"]):
        with store.begin() as transaction:
            for lead in batch:
                transaction.record(assigned(lead, "ana"), "abc")
    with store.begin() as transaction:
        transaction.close_lead(ROUTE, "b")
        transaction.record(assigned("0", None), "abc")
        inside = [recorded.decision.lead for recorded in transaction.log()]
    assert inside == logged(store) == ["9", "b", "1", "a", "0"]


def test_open_leads_count_those_assigned_to_a_person(store: Store) -> None:
    with store.begin() as transaction:
        transaction.record(assigned("1", "ana"), "abc")
        transaction.record(assigned("2", "ana"), "abc")
        transaction.record(assigned("3", None), "abc")
    assert open_leads(store, "ana", "ben") == [2, 0]


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_closing_a_lead_takes_it_off_once(store: Store, *, in_one_batch: bool) -> None:
    with store.begin() as transaction:
        transaction.record(assigned("1", "ana"), "abc")
        transaction.record(assigned("2", "ana"), "abc")
        closed = [transaction.close_lead(ROUTE, "1")] if in_one_batch else []
    for _ in range(2):
        with store.begin() as transaction:
            closed.append(transaction.close_lead(ROUTE, "1"))
            closed.append(transaction.close_lead(ROUTE, "1"))
    assert closed.index(True) == 0
    assert closed.count(True) == 1
    assert open_leads(store, "ana") == [1]
    with store.begin() as transaction:
        found = transaction.decided(ROUTE, "1")
        assert found == Recorded(assigned("1", "ana"), "abc", mark="closed")
        assert [each.closed for each in transaction.log()] == [True, False]


def test_a_lead_is_closed_once_whoever_has_it(store: Store) -> None:
    with store.begin() as transaction:
        transaction.record(assigned("1", None), "abc")
        assert transaction.close_lead(ROUTE, "1")
        assert not transaction.close_lead(ROUTE, "never seen")
    with store.begin() as transaction:
        assert not transaction.close_lead(ROUTE, "1")
        assert [each.closed for each in transaction.log()] == [True]


def test_a_transaction_inside_another_is_refused_and_harms_neither(store: Store) -> None:
    with store.begin() as transaction:
        transaction.record(assigned("1", "ana"), "abc")
        with pytest.raises(RuntimeError, match="has not ended"), store.begin():
            pass
    assert logged(store) == ["1"]


def test_threads_take_turns(store: Store) -> None:
    threads = [Thread(target=route, args=(store, range(100), 5)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(int, logged(store))) == list(range(100))
    assert open_leads(store, *TEAM.names) == [50, 33, 17]


def test_a_store_can_be_closed_twice(store: Store) -> None:
    store.close()
    store.close()


# On a server a new schema for each example takes long; see test_servers.
@pytest.mark.parametrize("new_store", ["memory", "sqlite"], indirect=True)
@given(batches=st.lists(st.lists(decisions, max_size=4), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_decision_is_read_back_as_it_was_recorded(
    new_store: Callable[[], Store], batches: list[list[Decision]]
) -> None:
    store = new_store()
    recorded: dict[tuple[str, str], Decision] = {}
    for batch in batches:
        with store.begin() as transaction:
            for decision in batch:
                if transaction.decided(decision.route, decision.lead) is None:
                    transaction.record(decision, decision.route)
                    recorded[decision.route, decision.lead] = decision
    with store.begin() as transaction:
        assert [each.decision for each in transaction.log()] == list(recorded.values())
        for (route_name, lead), decision in recorded.items():
            assert transaction.decided(route_name, lead) == Recorded(decision, route_name)
    store.close()


@given(decisions)
def test_a_decision_is_the_one_that_its_dict_says(decision: Decision) -> None:
    assert Decision.from_dict(decision.as_dict()) == decision


@given(
    st.lists(
        st.tuples(st.sampled_from(["record", "close", "drop"]), st.integers(0, 5)), max_size=30
    )
)
def test_open_leads_are_the_recorded_ones_that_are_not_closed(steps: list[tuple[str, int]]) -> None:
    store, open_now, ever = MemoryStore(), set[str](), set[str]()
    for step, number in steps:
        lead = str(number)
        if step == "drop":
            with pytest.raises(Dropped):
                abandon(store, lead)
        elif step == "close":
            with store.begin() as transaction:
                assert transaction.close_lead(ROUTE, lead) == (lead in open_now)
            open_now.discard(lead)
        elif lead not in ever:
            with store.begin() as transaction:
                transaction.record(assigned(lead, "ana"), "abc")
            open_now.add(lead)
            ever.add(lead)
        assert open_leads(store, "ana") == [len(open_now)]


def test_a_state_error_carries_its_help() -> None:
    error = StateError("what is wrong", "what to do")
    assert (str(error), error.message, error.help) == ("what is wrong",) * 2 + ("what to do",)


def test_recorded_is_a_value() -> None:
    recorded = Recorded(assigned("1", "ana"), "abc")
    assert attrs.evolve(recorded, mark="closed") != recorded


def test_memory_keeps_decisions_and_counts_and_of_the_log_the_last_events() -> None:
    store, leads = MemoryStore(events=8), [f"lead {number}" for number in range(100)]
    for lead in leads:
        with store.begin() as transaction:
            transaction.record(assigned(lead, "ana"), "abc")
            transaction.touch(ROUTE, lead)
    with store.read() as snapshot:
        assert snapshot.last_event() == 200
        events = snapshot.events()
        assert 8 <= len(events) <= 9
        assert [event.number for event in events] == [*range(201 - len(events), 201)]
        assert snapshot.events(after=198) == events[-2:]
        assert [event.previous for event in events[-2:]] == [0, 199]
        assert snapshot.history(leads[-1]) == events[-2:]
        assert snapshot.history(leads[0]) == []
    with store.begin() as transaction:
        assert all(transaction.decided(ROUTE, lead) is not None for lead in leads)
        transaction.close_lead(ROUTE, leads[0])
    with store.read() as snapshot:
        assert [(e.kind, e.number, e.previous) for e in snapshot.history(leads[0])] == [
            ("closed", 201, 0)
        ]
    assert open_leads(store, "ana") == [99]
