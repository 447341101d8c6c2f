"""The outbox as somebody sees it who delivers it; see `outbox` for its rows.

A row that is taken is due again after `LEASE`, so that whoever ends in the middle of a delivery
holds nothing up for longer: it is delivered once more. Of a lead and an endpoint the first row
that is due is taken, and the next one when that is done or dead: in the order in which things
happened.
"""

import json
import sqlite3
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from turnout.frozen import frozen
from turnout.runtime.stores.failures import state_errors
from turnout.runtime.stores.outbox import DUE
from turnout.runtime.stores.server.locations import ServerAddress, Whereabouts
from turnout.runtime.stores.sqlite import SqliteStore, open_any
from turnout.runtime.stores.sums import row_sum

DONE, DEAD, GONE = "done", "dead", "gone"
"""What becomes of a row. Behind `dead` and `gone` stands why; at an endpoint of which a row is
`gone` nothing is delivered any more, until its rows are due again."""

LEASE = timedelta(minutes=5)
"""How long a row is somebody's who took it."""

_WINDOW = 1_000
"""Rows that are looked at for some to deliver; behind so many that wait, others wait, too."""

_COLUMNS = "id, event, endpoint, body, next_at, attempts, state"


@frozen
class OutboxRow:
    """A row of the outbox. next_at: microseconds since 1970. body: JSON, see `Event.as_dict`."""

    id: int
    event: int
    endpoint: str
    body: str
    next_at: int
    attempts: int
    state: str

    def of_lead(self) -> tuple[str, str]:
        """Return the route and the lead that it is about."""
        said = json.loads(self.body)
        return said["route"], said["lead"]


class Outbox(Protocol):
    """The outbox of a state. Every call is a transaction of its own; StateError where it fails."""

    def take(self, endpoint: str, now: int, limit: int) -> list[OutboxRow]:
        """Return rows that are due, which are the caller's until `LEASE` is over."""
        ...

    def settle(self, rows: Sequence[OutboxRow]) -> None:
        """Write down what became of rows: their `next_at`, `attempts` and `state`."""
        ...

    def rows(self, endpoint: str | None, states: Collection[str], after: int) -> list[OutboxRow]:
        """Return a page of rows in some states (the first word of theirs) behind an id."""
        ...

    def revive(self, ids: Collection[int], now: int) -> None:
        """Make rows due now, as if nobody had tried to deliver them."""
        ...

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many rows an endpoint has in a state, by the first word of it."""
        ...

    def next_at(self, endpoint: str) -> int | None:
        """Return when something is due next, None where nothing is."""
        ...

    def policy(self) -> str:
        """Return the name of the policy whose state it is."""
        ...


def firsts(rows: Sequence[OutboxRow], now: int, limit: int) -> Iterator[OutboxRow]:
    """Yield of each lead the first row that is due, where it is due by now.

    rows: that are due once, of one endpoint, in their order.
    """
    met: set[tuple[str, str]] = set()
    for row in rows:
        lead = row.of_lead()
        if lead[1] and lead in met:
            continue
        met.add(lead)
        if row.next_at <= now:
            yield row
            limit -= 1
            if not limit:
                return


@contextmanager
def open_outbox(at: Whereabouts, *, wait: float) -> Generator[Outbox, None, None]:
    """Give the outbox of a state that there is. Raises StateError."""
    if isinstance(at, ServerAddress):
        from turnout.runtime.stores.server.delivering import open_server_outbox  # noqa: PLC0415

        with open_server_outbox(at, wait=wait) as outbox:
            yield outbox
        return
    store = open_any(at, wait=wait)
    try:
        yield FileOutbox(store, at)
    finally:
        store.close()


class FileOutbox:
    """An `Outbox` in a file. Whoever routes meanwhile takes turns with it."""

    def __init__(self, store: SqliteStore, path: Path) -> None:
        self._store = store
        self._path = path

    def take(self, endpoint: str, now: int, limit: int) -> list[OutboxRow]:
        """Return rows that are due; nobody is held up where there are none."""
        due = self.next_at(endpoint)
        if due is None or due > now:
            return []
        until = now + LEASE // timedelta(microseconds=1)
        with self._writing() as connection:
            where = "endpoint = ? AND state = 'due' ORDER BY id LIMIT ?"
            taken = [*firsts(_asked(connection, where, endpoint, _WINDOW), now, limit)]
            _write(connection, [_as(row, until, row.attempts + 1, DUE) for row in taken])
        return taken

    def settle(self, rows: Sequence[OutboxRow]) -> None:
        """Write down what became of rows; one that was erased meanwhile stays so."""
        with self._writing() as connection:
            _write(connection, rows)

    def rows(self, endpoint: str | None, states: Collection[str], after: int) -> list[OutboxRow]:
        """Return a page of rows."""
        where = f"id > ? AND {_FIRST_WORD} IN ({', '.join('?' * len(states))})"
        cells: list[object] = [after, *states]
        if endpoint is not None:
            where += " AND endpoint = ?"
            cells.append(endpoint)
        with self._reading() as connection:
            return _asked(connection, f"{where} ORDER BY id LIMIT {_WINDOW}", *cells)

    def revive(self, ids: Collection[int], now: int) -> None:
        """Make rows due now."""
        with self._writing() as connection:
            for id_ in ids:
                found = _asked(connection, "id = ?", id_)
                _write(connection, [_as(row, now, 0, DUE) for row in found])

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how many rows there are."""
        query = f"SELECT endpoint, {_FIRST_WORD}, count(*) FROM outbox GROUP BY 1, 2 ORDER BY 1, 2"  # noqa: S608 - a constant
        with self._reading() as connection:
            found = connection.execute(query).fetchall()
        return {(endpoint, state): count for endpoint, state, count in found}

    def next_at(self, endpoint: str) -> int | None:
        """Return when something is due next."""
        query = "SELECT min(next_at) FROM outbox WHERE state = 'due' AND endpoint = ?"
        with self._reading() as connection:
            (found,) = connection.execute(query, (endpoint,)).fetchone()
        return None if found is None else int(found)

    def policy(self) -> str:
        """Return the name of the policy."""
        with self._reading() as connection:
            query = "SELECT value FROM meta WHERE key = 'policy'"
            (name,) = connection.execute(query).fetchone()
        return str(name)

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection, None, None]:
        with self._store.begin(), state_errors(self._path):
            yield self._store.connection

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection, None, None]:
        with self._store.read() as snapshot, state_errors(self._path):
            yield snapshot.connection


def _asked(connection: sqlite3.Connection, where: str, *cells: object) -> list[OutboxRow]:
    query = f"SELECT {_COLUMNS} FROM outbox WHERE {where}"  # noqa: S608 - written above
    return [OutboxRow(*row) for row in connection.execute(query, cells)]


def _write(connection: sqlite3.Connection, rows: Sequence[OutboxRow]) -> None:
    connection.executemany(
        "UPDATE outbox SET next_at = ?, attempts = ?, state = ?, sum = ? WHERE id = ?",
        [(row.next_at, row.attempts, row.state, row_sum(*_cells(row)), row.id) for row in rows],
    )


_FIRST_WORD = "substr(state, 1, instr(state || ' ', ' ') - 1)"


def _as(row: OutboxRow, next_at: int, attempts: int, state: str) -> OutboxRow:
    return OutboxRow(row.id, row.event, row.endpoint, row.body, next_at, attempts, state)


def _cells(row: OutboxRow) -> tuple[Any, ...]:
    return (row.id, row.event, row.endpoint, row.body, row.next_at, row.attempts, row.state)
