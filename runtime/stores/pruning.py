"""What is kept no longer, taken out of a state in small steps; what promises need stays.

Of an event that is older than values are kept go the values, what could not be read of the lead,
and what it was found by. Of a lead whose last event is older than events are kept go all events
but the one that decided it, and of that what it says of the lead, whose id becomes a tombstone: so
it stays known that it was decided, for whom and by which rule, and where it stands. The event says
in `gone` what else it stands for: how many events went, the number of the lead's first one, and
its status and whether it was touched.

Each step is a transaction of its own; nobody waits longer than for one of them. The newest event
of a state stays, so that no number is given twice.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from turnout.dsl.policy import Retention
from turnout.frozen import frozen
from turnout.runtime.stores import WAIT, microseconds
from turnout.runtime.stores.cells import decoded, json_cell, json_read, loaded
from turnout.runtime.stores.erasing import without_lead
from turnout.runtime.stores.sqlite import SqliteStore, open_any
from turnout.runtime.stores.sums import ROWS, checked, row_sum
from turnout.runtime.stores.tombstones import is_tombstone, salted, tombstone

AT_ONCE = 200
"""Events or leads of a step."""

OF_VALUES = ("values", "hashed", "issues", "looked_up")
"""What goes with values."""


@frozen
class Pruned:
    """How many events lost their values, how many leads their events, and how many those were."""

    values: int = 0
    leads: int = 0
    events: int = 0


def prune(path: Path, retention: Retention, at: datetime, *, wait: float = WAIT) -> Pruned:
    """Take out what is kept no longer at a moment. Raises StateError."""
    values = leads = events = 0
    with closing(open_any(path, wait=wait)) as store:
        if retention.values is not None:
            before = microseconds(at - retention.values)
            values = sum(_steps(store, path, lambda work, after: work.values(before, after)))
        if retention.events is not None:
            before = microseconds(at - retention.events)
            gone = [*_steps(store, path, lambda work, after: work.leads(before, after))]
            leads, events = len(gone), sum(gone)
    return Pruned(values, leads, events)


def _steps(
    store: SqliteStore, path: Path, step: Callable[["_Pruning", int], tuple[list[int], int | None]]
) -> Iterator[int]:
    after: int | None = 0
    while after is not None:
        with store.begin():
            counts, after = step(_Pruning(store.connection, path), after)
        yield from counts


@frozen
class _Pruning:
    """One step, inside its transaction."""

    connection: sqlite3.Connection
    path: Path

    def values(self, before: int, after: int) -> tuple[list[int], int | None]:
        """Take values out of events before a moment, behind a number; return where it ended."""
        says = " OR ".join(f"json_extract(detail, '$.{name}') IS NOT NULL" for name in OF_VALUES)
        rows = self._rows("events", f"seq > ? AND at < ? AND ({says}) ORDER BY seq", after, before)
        for row in rows:
            said = decoded(self.path, row[9], dict[str, Any])
            kept = {name: value for name, value in said.items() if name not in OF_VALUES}
            self._replace("events", (*row[:9], json_cell(kept)))
            self._beside(row[0])
        return [1] * len(rows), rows[-1][0] if len(rows) == AT_ONCE else None

    def _beside(self, decided: int) -> None:
        """Take values out of what is said beside a lead in place of its event."""
        for row in self._rows("decisions", "decided = ? AND said IS NOT NULL", decided):
            said = decoded(self.path, row[11], dict[str, Any])
            kept = {name: value for name, value in said.items() if name not in OF_VALUES}
            self._replace("decisions", (*row[:11], json_cell(kept)))

    def leads(self, before: int, after: int) -> tuple[list[int], int | None]:
        """Take out the events of leads whose last one is before a moment."""
        names = ", ".join(f"d.{name}" for name in (*ROWS["decisions"], "sum"))
        query = (
            f"SELECT {names} FROM decisions d JOIN events e ON e.seq = d.last"  # noqa: S608 - our own names
            " WHERE d.seq > ? AND e.at < ? AND instr(e.detail, '\"gone\":') = 0"
            " AND d.last < (SELECT max(seq) FROM events) ORDER BY d.seq LIMIT ?"
        )
        found = self.connection.execute(query, (after, before, AT_ONCE)).fetchall()
        rows = [tuple(checked(self.path, "decisions", row)) for row in found]
        last: int | None = int(found[-1][0]) if len(rows) == AT_ONCE else None
        return [self._lead(row) for row in rows], last

    def _lead(self, row: tuple[Any, ...]) -> int:
        """Take out the events of one lead, and return how many."""
        seq, route, lead, decided, last, *cells, said = row
        chain = [*self._chain(last)]
        event = next(each for each in chain if each[0] == decided)
        others = [each[0] for each in chain if each[0] != decided]
        id_ = loaded(lead)
        grave = lead if is_tombstone(id_) else tombstone(salted(self.connection, self.path), id_)
        kept = without_lead(json_read(event[9] if said is None else said))
        kept["gone"] = [len(others), seq, cells[0], cells[1]]
        self._replace(
            "events",
            (decided, 0, event[2], route, grave, *event[5:7], "", event[8], json_cell(kept)),
        )
        self._replace("decisions", (seq, route, grave, decided, decided, *cells, None))
        for number in others:
            self.connection.execute("DELETE FROM events WHERE seq = ?", (number,))
        self.connection.execute("DELETE FROM seen WHERE route = ? AND lead = ?", (route, lead))
        for number in (*others, decided):
            self.connection.execute("DELETE FROM outbox WHERE event = ?", (number,))
        return len(others)

    def _chain(self, last: int) -> Iterator[tuple[Any, ...]]:
        number = last
        while number:
            (event,) = self._rows("events", "seq = ?", number)
            yield event
            number = event[1]

    def _replace(self, table: str, cells: tuple[Any, ...]) -> None:
        names = ROWS[table]
        changed = ", ".join(f"{name} = ?" for name in (*names[1:], "sum"))
        self.connection.execute(
            f"UPDATE {table} SET {changed} WHERE {names[0]} = ?",  # noqa: S608 - our own names
            (*cells[1:], row_sum(*cells), cells[0]),
        )

    def _rows(self, table: str, where: str, *asked: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        names = ", ".join((*ROWS[table], "sum"))
        query = f"SELECT {names} FROM {table} WHERE {where} LIMIT {AT_ONCE}"  # noqa: S608 - our own names
        found = self.connection.execute(query, asked).fetchall()
        return [tuple(checked(self.path, table, row)) for row in found]
