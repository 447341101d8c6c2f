"""What a batch changed, written into the tables: each table once, the log only at its end."""

import sqlite3
from typing import NamedTuple

from turnout.frozen import frozen
from turnout.runtime.events import Event, is_deciding
from turnout.runtime.stores import Recorded
from turnout.runtime.stores.batch import NEWEST, Batch, Key
from turnout.runtime.stores.cells import instant, json_cell, lags_cell, stored, summed
from turnout.runtime.stores.details import detail, standing_cells
from turnout.runtime.stores.kept import ABSENCES, Tables
from turnout.runtime.stores.outbox import outbox_rows
from turnout.runtime.stores.sums import ROWS, Stored
from turnout.runtime.stores.totals import add_given

_LEAD = (*ROWS["decisions"], "sum")
# The cells by their names: the checksum stands before a column that came later.
_INSERT_VERSION = "INSERT INTO versions (id, hash, since, source, sum) VALUES (?, ?, ?, ?, ?)"
_INSERT_LEAD = "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def _put(table: str) -> str:
    """Return the statement that puts a row in the place of the one with its first cell, if any.

    `INSERT OR REPLACE` would take that one out of every index, and write their pages, too.
    """
    key, *others = (*ROWS[table], "sum")
    # A lead's row stays that of the lead.
    changed = ", ".join(f"{o} = excluded.{o}" for o in others if o not in {"route", "lead"})
    marks = ", ".join("?" * (len(others) + 1))
    return f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {changed}"  # noqa: S608 - our own names


_PUT_TURNS, _PUT_LOAD, _PUT_LEAD, _PUT_META = map(_put, ("turns", "load", "decisions", "meta"))


def keep(tables: Tables, batch: Batch) -> int:
    """Write what the batch changed, and return the number of its last event, 0 without one."""
    connection, known = tables.connection, tables.known
    last = _Keeping(connection, tables, batch).keep() if batch.events else 0
    for team, turns in batch.drawn.items():
        cells = team, turns.scale, lags_cell(turns)
        connection.execute(_PUT_TURNS, summed(cells))
        known.turns[team] = turns
    loads = {who: tables.open_leads(who) + more for who, more in batch.opened.items() if more}
    connection.executemany(_PUT_LOAD, map(summed, loads.items()))
    known.loads |= loads
    if batch.absent is not None:
        said = ABSENCES, json_cell([each.cells() for each in batch.absent])
        connection.execute(_PUT_META, summed(said))
        known.absences = batch.absent
    add_given(connection, tables.path, known, batch.received)
    if batch.remembered:
        _remember(tables, batch)
    return last


class _Row(NamedTuple):
    """A lead's row: when it was first decided, by which event it now is, and its last one.

    A tuple, because each new lead has one.
    """

    seq: int
    decided: int
    last: int
    said: str | None


@frozen
class _Keeping:
    """The events of a batch, and what stands for their leads after them."""

    connection: sqlite3.Connection
    kept: Tables
    batch: Batch

    def keep(self) -> int:
        """Append the events, bring the leads' rows up to date, and return the last number."""
        last = self.kept.last_event()
        rows = {key: row for key in self.batch.changed if (row := self._row(key)) is not None}
        events: list[tuple[Stored, ...]] = []
        for number, (event, recorded) in enumerate(self.batch.events, last + 1):
            key = event.route, event.lead
            if recorded is None:
                events.append(self._event(number, 0, event, None))
                continue
            row = rows.get(key)
            events.append(self._event(number, 0 if row is None else row.last, event, recorded))
            decides = is_deciding(event.kind, is_said=event.decision is not None)
            rows[key] = _Row(
                number if row is None else row.seq,
                number if row is None or decides else row.decided,
                number,
                None if row is None or decides else row.said,
            )
        self.connection.executemany(_INSERT_EVENT, events)
        new_leads = [_cells(key, rows[key], new) for key, new in self.batch.decisions.items()]
        self.connection.executemany(_INSERT_LEAD, new_leads)
        if self.batch.changed:
            self.connection.executemany(
                _PUT_LEAD,
                (_cells(key, rows[key], new) for key, new in self.batch.changed.items()),
            )
        if self.batch.outbox:
            self._post(last)
        self.kept.known.last = last + len(events)
        return last + len(events)

    def _row(self, key: Key) -> _Row | None:
        query = f"SELECT {', '.join(_LEAD)} FROM decisions WHERE route = ? AND lead = ?"  # noqa: S608 - our own names
        for row in self.kept.rows("decisions", query, key[0], stored(key[1])):
            return _Row(row[0], row[3], row[4], row[11])
        return None

    def _event(
        self, number: int, previous: int, event: Event, recorded: Recorded | None
    ) -> tuple[Stored, ...]:
        return summed(
            (
                number,
                previous,
                event.kind,
                event.route,
                stored(event.lead),
                None if event.at is None else instant(event.at),
                None if event.recorded_at is None else instant(event.recorded_at),
                event.actor,
                self._version(event),
                detail(event, recorded),
            )
        )

    def _post(self, last: int) -> None:
        """Say who is to be told of the events; see `outbox`."""
        (number,) = self.connection.execute("SELECT coalesce(max(id), 0) FROM outbox").fetchone()
        rows = outbox_rows(self.batch, range(last + 1, last + 1 + len(self.batch.events)))
        self.connection.executemany(
            "INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (summed((number + at, *cells)) for at, cells in enumerate(rows, 1)),
        )

    def _version(self, event: Event) -> int | None:
        """Return the number of the policy's version, which is noted when it is first in force."""
        if not event.policy:
            return None
        versions = self.kept.known.versions
        if event.policy not in versions:
            query = "SELECT id, hash, since, source, sum FROM versions WHERE hash = ?"
            found = next(self.kept.rows("versions", query, event.policy), None)
            if found is None:
                (last,) = self.connection.execute(
                    "SELECT coalesce(max(id), 0) FROM versions"
                ).fetchone()
                since, text = instant(self.batch.recorded_at), self.batch.texts.get(event.policy)
                found = (last + 1, event.policy, since, None if text is None else text())
                self.connection.execute(_INSERT_VERSION, summed(found))
            versions[event.policy] = found[0]
        return versions[event.policy]


def _cells(key: Key, row: _Row, new: Recorded) -> tuple[Stored, ...]:
    place = row.seq, key[0], stored(key[1]), row.decided, row.last
    return summed((*place, *standing_cells(new), row.said))


def _remember(tables: Tables, batch: Batch) -> None:
    last = tables.last_seen()
    # Nothing is remembered yet of leads that are decided just now.
    earlier = [key for key in batch.remembered if key not in batch.decisions]
    if earlier:
        tables.connection.executemany(
            "DELETE FROM seen WHERE route = ? AND lead = ?",
            [(route, stored(lead)) for route, lead in earlier],
        )
    rows: list[tuple[Stored, ...]] = []
    for _, seen in batch.remembered_in_order():
        if seen and seen[0].order >= NEWEST:
            last += 1
        for each in seen:
            seq = last if each.order >= NEWEST else each.order
            cells = each.key, each.at, seq, each.route, stored(each.lead), each.owner
            rows.append(summed(cells))
    tables.connection.executemany("INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    tables.known.last_seen = last
