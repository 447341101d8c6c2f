"""A state of the last format that kept no events is brought up to date, and loses nothing."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from turnout.runtime.decisions import Decision
from turnout.runtime.events import Event, Sought
from turnout.runtime.moves import Holder, Move
from turnout.runtime.stores import Recorded, StateError
from turnout.runtime.stores.rebuilding import check_log
from turnout.runtime.stores.sqlite import SqliteStore, open_sqlite
from turnout.runtime.stores.sums import check_whole
from turnout.runtime.stores.upgrades import FORMAT

SUPPORT = Path(__file__).parents[1] / "support"
WRITTEN = (SUPPORT / "fifth_format.sql").read_text("ascii")
"""The statements of a state that Turnout wrote in format 5."""
EXPECTED: dict[str, Any] = json.loads((SUPPORT / "fifth_format.json").read_text("ascii"))
"""What that Turnout itself answered from it."""
ROUTE = "inbound"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(WRITTEN)
    return path


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with closing(open_sqlite(path, ROUTE, ["sales"])) as store:
        yield store


def test_every_decision_turn_and_count_is_as_it_was(path: Path, store: SqliteStore) -> None:
    with store.begin() as transaction:
        found = list(transaction.log())
        assert [as_written(each) for each in found] == EXPECTED["log"]
        for recorded in found:
            assert transaction.decided(ROUTE, recorded.decision.lead) == recorded
        assert [move.as_dict() for move in transaction.moves()] == EXPECTED["moves"]
        given = {who: transaction.given(who, 0, 1 << 62) for who in EXPECTED["given"]}
        assert given == EXPECTED["given"]
        assert transaction.open_leads(list(EXPECTED["open"])) == EXPECTED["open"]
        for team, (scale, lag) in EXPECTED["turns"].items():
            turns = transaction.turns(team)
            assert (turns.scale, dict(turns.lag)) == (scale, lag)
    with closing(sqlite3.connect(path)) as connection:
        check_whole(connection, path)
        assert check_log(connection, path) == 26 + 11 + 7
        assert connection.execute("PRAGMA user_version").fetchone() == (FORMAT,)


def as_written(recorded: Recorded) -> dict[str, Any]:
    return {
        "decision": recorded.decision.as_dict(),
        "fingerprint": recorded.fingerprint,
        "closed": recorded.closed,
        "touched": recorded.touched,
        "watch": json.loads(json.dumps(recorded.watch and recorded.watch.as_dict())),
    }


def test_the_log_says_of_each_lead_what_is_known_and_no_more(store: SqliteStore) -> None:
    moves = [Move.from_dict(each) for each in EXPECTED["moves"]]
    with store.read() as reader:
        for each in EXPECTED["log"]:
            decision = Decision.from_dict(each["decision"])
            events = reader.history(decision.lead)
            moved = [move for move in moves if move.lead == decision.lead]
            assert [event.move for event in events if event.kind == "moved"] == moved
            first = events[0]
            assert first.kind == "routed"
            if moved:  # its first decision was written over
                assert (first.decision, first.after) == (None, moved[0].before)
                assert [event.decision for event in events if event.kind == "moved"] == [
                    *[None] * (len(moved) - 1),
                    decision,
                ]
            else:
                assert (first.decision, first.after) == (decision, Holder.of(decision))
            marks = [event for event in events if event.kind in {"contacted", "closed"}]
            assert [event.kind for event in marks] == [
                *["contacted"] * each["touched"],
                *["closed"] * each["closed"],
            ]
            assert {event.at for event in marks} <= {None}
            assert {event.recorded_at for event in events} == {None}


def test_the_log_goes_on_where_it_was(store: SqliteStore) -> None:
    with store.begin() as transaction:
        transaction.touch(ROUTE, "L-0")
        assert transaction.touch(ROUTE, "L-5", None, "called")
    with store.read() as reader:
        events = reader.events()
        last = reader.history("L-5")
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    assert [event.kind for event in last] == ["routed", "contacted"]
    assert last[-1] == events[-1]
    assert (last[-1].reason, last[-1].previous) == ("called", last[0].number)
    assert chained(events)


def chained(events: list[Event]) -> bool:
    """Return whether each event names the one before of its lead."""
    last: dict[str, int] = {}
    for event in events:
        if event.previous != last.get(event.lead, 0):
            return False
        last[event.lead] = event.number
    return True


@pytest.mark.parametrize(
    "change",
    [
        "moves SET move = '{}' WHERE seq = 3",
        "moves SET move = replace(move, 'ana', 'ben')",
        "decisions SET touched = 1 - touched",
    ],
)
def test_a_log_that_is_not_what_was_written_is_left_as_it_was(path: Path, change: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE {change}")
        connection.commit()
    with pytest.raises(StateError, match="is damaged"):
        open_sqlite(path, ROUTE, ["sales"])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (5,)


def test_moves_are_found_by_who_had_the_lead(store: SqliteStore) -> None:
    moves = [Move.from_dict(each) for each in EXPECTED["moves"]]
    with store.read() as reader:
        for person in ("ana", "ben", "cleo"):
            found = reader.events(sought=Sought("moved", person=person))
            assert [event.move for event in found] == [
                move for move in moves if person in {move.before.assignee, move.after.assignee}
            ]
