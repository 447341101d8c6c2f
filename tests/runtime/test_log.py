"""The log: every event stays as it was recorded, and what stands now follows from it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random

import attrs
import pytest

from tests.support.policies import compiled
from tests.support.routing_loop import POLICY as NAME
from tests.support.routing_loop import ROUTE, assigned
from turnout.runtime.events import ALL, Draw, Event, Sought
from turnout.runtime.moves import Holder, Move, Watch
from turnout.runtime.router import Router
from turnout.runtime.statuses import marked
from turnout.runtime.stores import Recorded, Signature, StateError, Store
from turnout.runtime.stores.erasing import Erasure, erase
from turnout.runtime.stores.memory import MemoryStore
from turnout.runtime.stores.rebuilding import check_log
from turnout.runtime.stores.sqlite import open_sqlite

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = attrs.evolve(
    compiled(
        """
        policy inbound
        lead { id: text, plan: one of [free, pro] }
        person ana
        person ben
        person cleo { away 2026-11-23 }
        team sales { ana weight 2, ben }
        queue triage
        route inbound {
          rule pro {
            when plan is pro
            to   person cleo
            else round-robin sales
            sla  1 hour wall, then round-robin sales
          }
          fallback to queue triage
        }
        """
    ),
    policy_hash="c0ffee",
)
LATER = attrs.evolve(POLICY, policy_hash="decaf")


@pytest.fixture(params=["memory", "sqlite"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return None if request.param == "memory" else tmp_path / "state.db"


def test_the_whole_life_of_a_lead_stands_in_the_log(state: Path | None) -> None:
    with Router(POLICY, state=state) as router:
        first = router.route({"id": "1", "plan": "pro"}, at=AT)
        router.route({"id": "2"}, at=AT)
        (missed,) = router.escalate(at=AT + 61 * MINUTE)
        anew = router.reroute({"id": "1"}, "sold by hand", by="dora", at=AT + 70 * MINUTE)
        assert router.touch("1", by="eva", reason="called", at=AT + 80 * MINUTE) == ()
        assert router.close_lead("1", by="eva", reason="won", at=AT + 90 * MINUTE)
        assert not router.close_lead("1")
        routed, moved, rerouted, contacted, closed = router.history("1")
    assert (routed.kind, routed.decision, routed.after) == ("routed", first, Holder.of(first))
    assert first.passed_over[0].reason == "away"
    assert routed.draw == Draw("sales", "ana", (0, 1), (-1, 3), 2, 2)
    assert moved.move == missed
    assert moved.decision is not None
    assert (moved.decision.rule, moved.after) == ("pro", missed.after)
    assert (rerouted.decision, rerouted.reason, rerouted.actor) == (anew, "sold by hand", "dora")
    assert rerouted.before == missed.after
    assert (contacted.at, contacted.actor, contacted.reason) == (AT + 80 * MINUTE, "eva", "called")
    assert (closed.at, closed.actor, closed.reason) == (AT + 90 * MINUTE, "eva", "won")
    assert closed.after == Holder("queue", "triage", None)
    events = (routed, moved, rerouted, contacted, closed)
    assert [event.number for event in events] == [1, 3, 4, 5, 6]
    assert [event.previous for event in events] == [0, 1, 3, 4, 5]
    assert {event.policy for event in events} == {"c0ffee"}
    assert all(event.recorded_at is not None for event in events)


@pytest.mark.parametrize("text", ["half \ud800", "NUL \0"])
def test_what_no_text_has_is_refused_of_whatever_enters_the_log(
    state: Path | None, text: str
) -> None:
    with Router(POLICY, state=state) as router:
        router.route({"id": "1"}, at=AT)
        for entry in (
            lambda: router.touch("1", by=text),
            lambda: router.touch("1", reason=text),
            lambda: router.accept("1", reason=text),
            lambda: router.reject("1", text),
            lambda: router.return_lead("1", text),
            lambda: router.close_lead("1", reason=text),
            lambda: router.reroute({"id": "1"}, text),
            lambda: router.reroute_all([{"id": "1"}], text),
            lambda: router.away("ana", reason=text),
            lambda: router.pause("ana", by=text),
            lambda: router.back("ana", reason=text),
        ):
            with pytest.raises(ValueError, match="surrogate"):
                entry()
        assert [event.kind for event in router.events()] == ["routed"]
        kept = router.route({"id": text}, at=AT)
        assert text not in kept.lead, "such an id is none, and the lead isn't lost"
        assert [issue.field for issue in kept.issues] == ["id", "id"]
    if state is not None:
        with pytest.raises(ValueError, match="surrogate"):
            erase(state, Erasure(("1",), actor="dpo", reason=text))


def test_two_versions_of_a_policy_are_told_apart(state: Path | None, tmp_path: Path) -> None:
    path = state or tmp_path / "shared.db"
    for policy, lead in ((POLICY, "1"), (LATER, "2"), (POLICY, "3")):
        with Router(policy, state=path) as router:
            router.route({"id": lead}, at=AT)
    with Router(LATER, state=path) as router:
        assert [event.policy for event in router.events()] == ["c0ffee", "decaf", "c0ffee"]


def test_entitlement_before_and_after_a_draw_is_that_of_the_turns(state: Path | None) -> None:
    with Router(POLICY, state=state) as router:
        for lead in range(20):
            router.route({"id": str(lead), "plan": "pro"}, at=AT)
        draws = [event.draw for event in router.events()]
    lags = {"ana": Fraction(), "ben": Fraction()}
    for draw in draws:
        assert draw is not None
        assert Fraction(*draw.before) == lags[draw.person]
        lags = {name: lag + Fraction(2 if name == "ana" else 1, 3) for name, lag in lags.items()}
        lags[draw.person] -= 1
        assert Fraction(*draw.after) == lags[draw.person]


def test_reading_waits_for_nobody_and_nobody_waits_for_it(tmp_path: Path) -> None:
    with (
        closing(open_sqlite(tmp_path / "s.db", NAME, [], wait=0)) as store,
        closing(open_sqlite(tmp_path / "s.db", NAME, [], wait=0)) as other,
    ):
        with store.begin() as transaction, other.read() as reader:
            transaction.record(assigned("1", "ana"), "abc")
            assert reader.events() == []
            assert reader.decided(ROUTE, "1") is None
        with store.read() as reader:
            assert len(reader.events()) == 1
            with other.begin() as transaction:
                transaction.record(assigned("2", "ana"), "abc")
            assert len(reader.events()) == 1, "a snapshot stays as it was"
        with store.read() as reader:
            assert [event.lead for event in reader.events(after=1)] == ["2"]


def test_what_is_dropped_leaves_no_event_and_no_version(tmp_path: Path) -> None:
    with closing(open_sqlite(tmp_path / "s.db", NAME, [])) as store:
        with suppress(KeyError), store.begin(Signature("c0ffee")) as transaction:
            transaction.record(assigned("1", "ana"), "abc")
            raise KeyError
        with store.begin(Signature("decaf", "dora")) as transaction:
            transaction.record(assigned("1", "ana"), "abc")
        with store.read() as reader:
            assert [(each.policy, each.actor) for each in reader.events()] == [("decaf", "dora")]


# -- both stores, side by side --

LEADS = ("1", "\ud800", "json:", "ä")
ROUTES = (ROUTE, "other")
PEOPLE = ("ana", "ben", None)


def happens(random: Random, store: Store, number: int) -> None:
    """Let a few things happen in one transaction, now and then one that is dropped."""
    at = AT + number * MINUTE
    with (
        suppress(KeyError),
        store.begin(Signature(f"v{number // 9}", random.choice(("", "ana")))) as t,
    ):
        for _ in range(random.randint(1, 4)):
            route, lead = random.choice(ROUTES), random.choice(LEADS)
            decision = attrs.evolve(
                assigned(lead, random.choice(PEOPLE)), route=route, at=at, due=at + MINUTE
            )
            found = t.decided(route, lead)
            what = random.random()
            if found is None:
                t.record(decision, "abc", Watch(values={"a": lead}))
            elif what < 0.4:
                before, after = Holder.of(found.decision), Holder.of(decision)
                move = Move(route, lead, at, "a reason", before, after, random.randint(0, 2))
                rule = attrs.evolve(decision, rule=random.choice(("DACH", None)))
                t.move(Recorded(rule, "def"), move, draw=Draw("t", "ana", (1, 2), (-1, 2)))
            elif what < 0.7:
                t.touch(route, lead, at, "called")
            else:
                t.close_lead(route, lead, at, converted=random.random() < 0.5)
            if random.random() < 0.05:
                raise KeyError


def unstamped(events: list[Event]) -> list[Event]:
    """Return the events without the time at which they were written down."""
    return [attrs.evolve(event, recorded_at=None) for event in events]


@pytest.mark.parametrize("seed", range(6))
def test_memory_and_sqlite_keep_the_same_log_and_it_says_what_stands(
    tmp_path: Path, seed: int
) -> None:
    path = tmp_path / "s.db"
    with closing(open_sqlite(path, NAME, [])) as sqlite:
        stores: tuple[Store, ...] = (MemoryStore(), sqlite)
        for store in stores:
            random = Random(seed)  # noqa: S311 - the same for both
            for number in range(25):
                happens(random, store, number)
        logs = [read(store) for store in stores]
        assert logs[0] == logs[1]
        events, decided = logs[0]
        assert len(events) > 30
        assert decided == [stands(events, route, lead) for route, lead in product(ROUTES, LEADS)]
    with closing(sqlite3.connect(path)) as connection:
        assert check_log(connection, path) == len(events)


def read(store: Store) -> tuple[list[Event], list[Recorded | None]]:
    with store.read() as reader:
        events, after = list[Event](), 0
        while page := reader.events(after, limit=7):
            events += page
            after = page[-1].number
        decided = [reader.decided(route, lead) for route, lead in product(ROUTES, LEADS)]
        for lead in LEADS:
            own = [event for event in events if event.lead == lead]
            assert reader.history(lead) == own
            assert reader.history(lead, limit=3) == own[-3:]
        for sought in wishes():
            assert reader.events(sought=sought) == [each for each in events if sought.takes(each)]
    return unstamped(events), decided


def wishes() -> list[Sought]:
    some = [
        Sought(kind="moved"),
        Sought(route="other"),
        Sought(person="ben"),
        Sought(person="ana", kind="closed"),
        Sought(person="\ud800"),
        Sought(rule="DACH"),
        Sought(since=AT + 5 * MINUTE, until=AT + 12 * MINUTE),
        Sought(until=AT + MINUTE),
    ]
    return [ALL, *some]


def stands(events: list[Event], route: str, lead: str) -> Recorded | None:
    """Return what stands for a lead after these events."""
    now: Recorded | None = None
    for event in events:
        if (event.route, event.lead) != (route, lead):
            continue
        if event.decision is not None:
            is_first = event.kind == "routed"
            watch = Watch(values={"a": lead}) if is_first else None
            now = Recorded(event.decision, "abc" if is_first else "def", watch=watch)
        assert now is not None
        if event.kind == "contacted":
            now = attrs.evolve(now, touched=True, mark=marked(now.mark, "contacted"))
        if event.kind in {"closed", "converted"}:
            now = attrs.evolve(now, mark=marked(now.mark, event.kind))
    return now


# -- a log that doesn't say what stands --

WRONG: dict[str, Callable[[sqlite3.Connection], object]] = {
    "an event is gone": lambda c: c.execute("DELETE FROM events WHERE seq = 2"),
    "the last event is gone": lambda c: c.execute("DELETE FROM events WHERE seq = 3"),
    "a lead is gone": lambda c: c.execute("DELETE FROM decisions WHERE lead = '2'"),
    "a lead is closed": lambda c: summed(c, "decisions", "status = 'closed'"),
    "a lead is due": lambda c: summed(c, "decisions", "due = 7"),
    "an event is another one": lambda c: summed(c, "events", "previous = 2"),
    "somebody has more": lambda c: summed(c, "load", "open = 7"),
}


def summed(connection: sqlite3.Connection, table: str, change: str) -> None:
    """Change the first row of a table and give it the sum that is right."""
    from turnout.runtime.stores.sums import ROWS, row_sum  # noqa: PLC0415 - of this alone

    connection.execute(f"UPDATE {table} SET {change} WHERE rowid = 1")  # noqa: S608 - of this test
    cells = connection.execute(f"SELECT {', '.join(ROWS[table])} FROM {table} WHERE rowid = 1")  # noqa: S608
    total = row_sum(*cells.fetchone())
    connection.execute(f"UPDATE {table} SET sum = ? WHERE rowid = 1", (total,))  # noqa: S608


@pytest.mark.parametrize("wrong", WRONG)
def test_a_state_that_does_not_follow_from_its_log_is_told(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "s.db"
    with Router(POLICY, state=path) as router:
        router.route({"id": "1", "plan": "pro"}, at=AT)
        router.route({"id": "2", "plan": "pro"}, at=AT)
        router.touch("1", at=AT)
    with closing(sqlite3.connect(path)) as connection:
        assert check_log(connection, path) == 3
        WRONG[wrong](connection)
        with pytest.raises(StateError, match="is damaged"):
            check_log(connection, path)


def test_a_lead_whose_deciding_event_is_gone_is_told_when_it_comes_again(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Router(POLICY, state=path) as router:
        router.route({"id": "1"}, at=AT)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DELETE FROM events")
            connection.commit()
        with pytest.raises(StateError, match="an event is gone"):
            router.route({"id": "1"}, at=AT)
        with pytest.raises(StateError, match="event 1 is gone"):
            router.history("1")


def test_what_a_store_knows_is_forgotten_where_another_one_writes(tmp_path: Path) -> None:
    """Two stores of one file take turns at it, as one does that has it for itself."""
    path = tmp_path / "s.db"
    with (
        Router(POLICY) as whole,
        Router(POLICY, state=path) as one,
        Router(POLICY, state=path) as two,
    ):
        for number in range(30):
            lead, router = {"id": str(number), "plan": "pro"}, (one, one, two)[number % 3]
            assert router.route(lead, at=AT) == whole.route(lead, at=AT)
            if number % 7 == 6:
                for each in (whole, router):
                    each.close_lead(str(number - 3), at=AT)
        assert unstamped(list(one.events())) == unstamped(list(whole.events()))
        with one._store.begin() as mine, whole._store.begin() as wanted:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            assert mine.turns("sales") == wanted.turns("sales")
            assert mine.open_leads(["ana", "ben"]) == wanted.open_leads(["ana", "ben"])
            for who in ("person ana", "person ben", "team sales"):
                assert mine.given(who, 0, 1 << 60) == wanted.given(who, 0, 1 << 60)
    with closing(sqlite3.connect(path)) as connection:
        assert check_log(connection, path) == 34


def test_what_was_dropped_is_not_known(tmp_path: Path) -> None:
    with closing(open_sqlite(tmp_path / "s.db", NAME, [])) as store:
        store._connection.execute("CREATE TEMP TABLE full (x)")  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        store._connection.execute(  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            "CREATE TEMP TRIGGER stop BEFORE INSERT ON main.seen"
            " BEGIN SELECT raise(ABORT, 'the disk is full'); END"
        )
        with pytest.raises(StateError), store.begin(Signature("c0ffee")) as transaction:
            transaction.record(assigned("1", "ana"), "abc", keys=("a key",))
        with store.begin(Signature("decaf")) as transaction:
            assert transaction.open_leads(["ana"]) == {"ana": 0}
            transaction.record(assigned("2", "ana"), "abc")
            assert transaction.given("person ana", 0, 1 << 60) == 1
        with store.read() as snapshot:
            (event,) = snapshot.events()
        assert (event.number, event.lead, event.policy) == (1, "2", "decaf")
