"""What a batch changed, written into the tables: each table once, the log only at its end."""

import sqlite3
from typing import NamedTuple

from turnout.frozen import frozen
from turnout.runtime.events import Event, is_deciding
from turnout.runtime.stores import Recorded
from turnout.runtime.stores.batch import NEWEST, Batch, Key
from turnout.runtime.stores.cells import instant, json_cell, lags_cell, stored, summed
from turnout.runtime.stores.details import detail, routed_detail, standing_cells
from turnout.runtime.stores.happenings import Happened, Routed
from turnout.runtime.stores.kept import ABSENCES, Tables
from turnout.runtime.stores.outbox import outbox_rows
from turnout.runtime.stores.sums import ROWS, Stored, cells_sum
from turnout.runtime.stores.totals import add_given

_LEAD = (*ROWS["decisions"], "sum")
# The cells by their names: the checksum stands before a column that came later.
_INSERT_VERSION = "INSERT INTO versions (id, hash, since, source, sum) VALUES (?, ?, ?, ?, ?)"
_INSERT_LEAD = "INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# Of a lead that was decided just now, without the cells that are the same for each. The driver
# takes as long over None as over four texts: there is what no such cell can be, a text for a
# moment and a number for a queue.
_INSERT_ROUTED = "INSERT INTO events VALUES (?, 0, 'routed', ?, ?, ?, ?, ?, ?, ?, ?)"
_NEVER, _NO_QUEUE = "", 0
_INSERT_NEW = (
    "INSERT INTO decisions VALUES (?1, ?2, ?3, ?1, ?1, ?4, 0,"
    " nullif(?5, ''), NULL, nullif(?6, 0), ?7, NULL, ?8)"
)


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
        batch, last = self.batch, self.kept.last_event()
        routed: list[tuple[Stored, ...]] = []
        firsts: list[int] = []
        happened: list[tuple[int, Happened]] = []
        for number, happening in enumerate(batch.events, last + 1):
            if isinstance(happening, Routed):
                routed.append(self._routed(number, happening))
                firsts.append(number)
            else:
                happened.append((number, happening))
        self.connection.executemany(_INSERT_ROUTED, routed)
        rows = self._follow(happened, firsts) if happened else {}
        self._add_leads(firsts, rows)
        if batch.changed:
            self.connection.executemany(
                _PUT_LEAD,
                [_cells(key, rows[key], new) for key, new in batch.changed.items()],
            )
        if batch.outbox:
            self._post(last)
        self.kept.known.last = last = last + len(batch.events)
        return last

    def _routed(self, number: int, happening: Routed) -> tuple[Stored, ...]:
        """Return the cells of an event that decided a lead first, in the order of its statement."""
        recorded, signature = happening.recorded, happening.signature
        decision = recorded.decision
        of = (
            decision.route,
            stored(decision.lead),
            instant(decision.at),
            instant(happening.recorded_at),
            signature.actor,
            self._version(signature.policy),
            routed_detail(recorded, happening.draw, happening.logged),
        )
        return (number, *of, cells_sum((number, 0, "routed", *of)))

    def _follow(self, happened: list[tuple[int, Happened]], firsts: list[int]) -> dict[Key, _Row]:
        """Append other events, and return the rows of their leads after them.

        firsts: the events of the leads that are decided now.
        """
        batch = self.batch
        first_of = dict(zip(batch.decisions, firsts, strict=True))
        rows = {key: row for key in batch.changed if (row := self._row(key)) is not None}
        events: list[tuple[Stored, ...]] = []
        for number, (event, recorded) in happened:
            if recorded is None:
                events.append(self._event(number, 0, event, None))
                continue
            key = recorded.key
            row = rows.get(key)
            if row is None:
                first = first_of[key]
                row = _Row(first, first, first, None)
            events.append(self._event(number, row.last, event, recorded))
            decides = is_deciding(event.kind, is_said=event.decision is not None)
            rows[key] = _Row(
                row.seq,
                number if decides else row.decided,
                number,
                None if decides else row.said,
            )
        self.connection.executemany(_INSERT_EVENT, events)
        return rows

    def _add_leads(self, firsts: list[int], rows: dict[Key, _Row]) -> None:
        """Add the rows of leads that are decided now. rows: of those that had other events, too."""
        added: list[tuple[Stored, ...]] = []
        others: list[tuple[Stored, ...]] = []
        for number, (key, new) in zip(firsts, self.batch.decisions.items(), strict=True):
            if rows and (row := rows.get(key)) is not None:
                others.append(_cells(key, row, new))
                continue
            route, lead = key[0], stored(key[1])
            status, _, due, _, queue, rank = standing_cells(new)
            sum_ = cells_sum(
                (number, route, lead, number, number, status, 0, due, None, queue, rank, None)
            )
            said = _NEVER if due is None else due, _NO_QUEUE if queue is None else queue
            added.append((number, route, lead, status, *said, rank, sum_))
        self.connection.executemany(_INSERT_NEW, added)
        if others:
            self.connection.executemany(_INSERT_LEAD, others)

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
                self._version(event.policy),
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

    def _version(self, policy: str) -> int | None:
        """Return the number of a policy's version, which is noted when it is first in force."""
        if not policy:
            return None
        versions = self.kept.known.versions
        if policy not in versions:
            query = "SELECT id, hash, since, source, sum FROM versions WHERE hash = ?"
            found = next(self.kept.rows("versions", query, policy), None)
            if found is None:
                (last,) = self.connection.execute(
                    "SELECT coalesce(max(id), 0) FROM versions"
                ).fetchone()
                since, text = instant(self.batch.recorded_at), self.batch.texts.get(policy)
                found = (last + 1, policy, since, None if text is None else text())
                self.connection.execute(_INSERT_VERSION, summed(found))
            versions[policy] = found[0]
        return versions[policy]


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
