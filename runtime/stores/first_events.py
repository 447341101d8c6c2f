"""From format 5 to 6: the log becomes one of events, and what stands now is told from it.

Format 5 wrote over a lead's decision when the lead changed hands. What it kept is kept: the
present decision, every move, that a lead was touched or closed. What it had written over is
said to be unknown: the first decision of a lead that was moved, of which only the holder is
known, and when a lead was touched or closed, and by whom.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from turnout.runtime.stores.sums import Stored, row_sum

_EVENTS = (
    "CREATE TABLE events (seq INTEGER PRIMARY KEY, previous INTEGER NOT NULL, kind TEXT NOT NULL,"
    " route TEXT NOT NULL, lead TEXT NOT NULL, at INTEGER, recorded_at INTEGER,"
    " actor TEXT NOT NULL, version INTEGER, detail TEXT NOT NULL, sum INTEGER NOT NULL)"
)
_VERSIONS = (
    "CREATE TABLE versions (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE,"
    " since INTEGER NOT NULL, sum INTEGER NOT NULL)"
)
_DECISIONS = (
    "CREATE TABLE decisions (seq INTEGER PRIMARY KEY, route TEXT NOT NULL, lead TEXT NOT NULL,"
    " decided INTEGER NOT NULL, last INTEGER NOT NULL, closed INTEGER NOT NULL,"
    " touched INTEGER NOT NULL, due INTEGER, said TEXT, sum INTEGER NOT NULL,"
    " UNIQUE (route, lead))"
)
_OVERDUE = (
    "CREATE INDEX overdue ON decisions (route, due)"
    " WHERE due IS NOT NULL AND touched = 0 AND closed = 0"
)
_Key: TypeAlias = tuple[str, str]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def keep_events(connection: sqlite3.Connection) -> None:
    """Make the log of what is known, and tell what stands for each lead from it.

    A lead's first event has the number that its decision had; moves come behind all of
    them, then what was touched and closed. Raises KeyError, TypeError or ValueError where
    the log doesn't hold what was written.
    """
    _check_sums(connection)
    connection.execute(_EVENTS)
    connection.execute(_VERSIONS)
    connection.execute("ALTER TABLE decisions RENAME TO former")
    connection.execute("DROP INDEX overdue")
    connection.execute(_DECISIONS)
    connection.execute(_OVERDUE)
    _Migration(connection).run()
    connection.execute("DROP TABLE former")
    connection.execute("DROP TABLE moves")


def _check_sums(connection: sqlite3.Connection) -> None:
    """Raise ValueError where a row is not what was written: it would get a sum that is right."""
    decisions = "decision, fingerprint, closed, touched, watch, due, route, lead, sum"
    for query in (
        f"SELECT {decisions} FROM decisions",  # noqa: S608 - our own names
        "SELECT route, lead, move, sum FROM moves",
    ):
        for row in connection.execute(query):
            if row_sum(*row[:-1]) != row[-1]:
                raise ValueError("a row is not what was written")


class _Migration:
    """One state that is brought up to date; rows are read and written as they come."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        found = connection.execute("SELECT coalesce(max(seq), 0) FROM former").fetchone()
        self._number = int(found[0])
        # By route and lead: its last event so far, and the last one that decided it.
        self._last: dict[_Key, int] = {}
        self._decided: dict[_Key, int] = {}

    def run(self) -> None:
        """Write the events, then the leads."""
        moves, final = self._moves()
        for row in self._former():
            seq, route, lead, print_, text, _, _, watch, _ = row
            standing = _standing(text, print_, watch)
            key = route, lead
            first = moves.get(key)
            at = _instant(json.loads(text)["at"])
            self._last[key] = self._decided[key] = seq
            if first is None:
                self._event((seq, 0), "routed", key, at, standing)
            else:  # what was decided first was written over
                self._event((seq, 0), "routed", key, None, {"after": first})
        for number, route, lead, text in self._connection.execute(
            "SELECT seq, route, lead, move FROM moves ORDER BY seq"
        ):
            self._moved((route, lead), json.loads(text), is_final=final[route, lead] == number)
        for row in self._former():
            self._marked(row)

    def _former(self) -> Iterator[tuple[Any, ...]]:
        return iter(
            self._connection.execute(
                "SELECT seq, route, lead, fingerprint, decision, closed, touched, watch, due"
                " FROM former ORDER BY seq"
            )
        )

    def _moves(self) -> tuple[dict[_Key, list[Any]], dict[_Key, int]]:
        """Return who had each lead before its first move, and the number of its last one."""
        first: dict[_Key, list[Any]] = {}
        final: dict[_Key, int] = {}
        for number, route, lead, text in self._connection.execute(
            "SELECT seq, route, lead, move FROM moves ORDER BY seq"
        ):
            first.setdefault((route, lead), _holder(json.loads(text)["before"]))
            final[route, lead] = number
        return first, final

    def _moved(self, key: _Key, move: dict[str, Any], *, is_final: bool) -> None:
        before, after = _holder(move["before"]), _holder(move["after"])
        said: dict[str, Any] = {}
        if is_final:
            text, print_, watch = self._connection.execute(
                "SELECT decision, fingerprint, watch FROM former WHERE route = ? AND lead = ?", key
            ).fetchone()
            said = _standing(text, print_, watch)
        said |= {"before": before, "after": after}
        said |= {"hop": move["hop"]} if move["hop"] else {}
        said |= {"reason": move["reason"]} if move["reason"] else {}
        number = self._appended("moved", key, _instant(move["at"]), said)
        if is_final:
            self._decided[key] = number

    def _marked(self, row: tuple[Any, ...]) -> None:
        """Say that a lead was touched and closed, and write where it stands."""
        seq, route, lead, _, text, closed, touched, _, due = row
        key = route, lead
        decision = json.loads(text)
        holder = _holder(decision)
        if touched:
            self._appended("contacted", key, None, {"after": holder})
        if closed:
            self._appended("closed", key, None, {"after": holder})
        cells = (*(seq, route, lead), self._decided[key], self._last[key], closed, touched, due)
        self._connection.execute(
            "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
            (*cells, row_sum(*cells, None)),
        )

    def _appended(self, kind: str, key: _Key, at: int | None, said: dict[str, Any]) -> int:
        self._number += 1
        self._event((self._number, self._last[key]), kind, key, at, said)
        self._last[key] = self._number
        return self._number

    def _event(
        self, place: tuple[int, int], kind: str, key: _Key, at: int | None, said: dict[str, Any]
    ) -> None:
        """Append an event. place: its number, and that of the lead's event before."""
        text = json.dumps(said, separators=(",", ":"))
        cells: tuple[Stored, ...] = (*place, kind, *key, at, None, "", None, text)
        self._connection.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*cells, row_sum(*cells)),
        )


def _standing(text: str, print_: str, watch: str | None) -> dict[str, Any]:
    said = {"decision": json.loads(text), "fingerprint": print_}
    return said if watch is None else {**said, "watch": json.loads(watch)}


def _holder(of: dict[str, Any]) -> list[Any]:
    return [of["kind"], of["target"], of["assignee"]]


def _instant(at: str) -> int:
    return (datetime.fromisoformat(at) - _EPOCH) // timedelta(microseconds=1)
