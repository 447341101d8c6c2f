"""The rows of a state that erasing and pruning read and change, in a file or on a server.

Rows are as a file has them, without checksums (see `sums.ROWS`): ids in their stored form.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from turnout.frozen import frozen
from turnout.runtime.absences import Absences, absences_of
from turnout.runtime.stores.cells import decoded, stored
from turnout.runtime.stores.kept import ABSENCES
from turnout.runtime.stores.sums import ROWS, checked, row_sum
from turnout.runtime.stores.tombstones import salted

StateRow: TypeAlias = tuple[Any, ...]
"""Cells of one row."""

AT_ONCE = 200
"""Events or leads of a step that erases."""

LOOKED_AT = 1_000
"""Rows among which a step looks for those that are old."""

OF_VALUES = ("values", "hashed", "issues", "looked_up")
"""What goes with values."""

FIRST_OF_CHAIN = """WITH RECURSIVE chain (seq, previous) AS (
    SELECT seq, previous FROM {s}.events WHERE seq = {mark} UNION ALL
    SELECT e.seq, e.previous FROM chain c JOIN {s}.events e ON e.seq = c.previous)
    SELECT seq FROM chain WHERE previous = 0"""
"""The number of a lead's first event, from that of another one of it."""

SAYING: dict[str, int] = {"events": 9, "decisions": 11}
"""Tables whose rows say something of leads, and in which cell."""


class ForgottenRows(Protocol):
    """Rows of a state, inside of a transaction while which nobody else writes."""

    def salt(self) -> str:
        """Return the salt of tombstones, which is made where there is none."""
        ...

    def said(self, text: str) -> dict[str, Any]:
        """Return what a row says. Raises StateError where it isn't what was written."""
        ...

    def of_lead(self, lead: str) -> Sequence[StateRow]:
        """Return the rows of `decisions` of a lead, one for each route."""
        ...

    def event(self, number: int) -> StateRow:
        """Return one event. Raises StateError where it isn't there."""
        ...

    def naming(
        self, table: Literal["events", "decisions"], lead: str, texts: Sequence[str]
    ) -> Sequence[StateRow]:
        """Return rows of other leads that have one of some texts in what they say."""
        ...

    def absences(self) -> Absences:
        """Return who is away or paused, and why."""
        ...

    def open_leads(self, who: str) -> int | None:
        """Return how many open leads somebody has, None where it was never said."""
        ...

    def aged_values(self, before: int, after: int) -> tuple[Sequence[StateRow], int | None]:
        """Return events behind a number, older than a moment, that have `OF_VALUES`.

        Some of them, and behind which number the next ones are; None at the end.
        """
        ...

    def beside(self, decided: int) -> Sequence[StateRow]:
        """Return the leads whose decision an event is, and that say something in its place."""
        ...

    def aged_leads(self, before: int, after: int) -> tuple[Sequence[StateRow], int | None]:
        """Return leads behind a number whose last event is older than a moment; so many, too."""
        ...

    def replace(self, table: str, cells: StateRow) -> None:
        """Put a row in place of the one with the same first cell."""
        ...

    def append(self, cells: StateRow) -> int:
        """Append an event, given without its number, which is returned."""
        ...

    def drop_events(self, numbers: Sequence[int]) -> None:
        """Take events out."""
        ...

    def drop_deliveries(self, numbers: Sequence[int]) -> None:
        """Take out who is to be told of events."""
        ...

    def drop_seen(self, lead: str, route: str | None = None) -> None:
        """Take out what a lead is remembered under. lead: stored; route: None for all."""
        ...


@frozen
class FileRows:
    """`ForgottenRows` of a file."""

    connection: sqlite3.Connection
    path: Path

    def salt(self) -> str:
        """Return the salt of tombstones."""
        return salted(self.connection, self.path)

    def said(self, text: str) -> dict[str, Any]:
        """Return what a row says."""
        return decoded(self.path, text, dict[str, Any])

    def of_lead(self, lead: str) -> Sequence[StateRow]:
        """Return the rows of a lead."""
        return self.rows("decisions", "lead = ?", stored(lead))

    def event(self, number: int) -> StateRow:
        """Return one event."""
        (event,) = self.rows("events", "seq = ?", number)
        return event

    def naming(
        self, table: Literal["events", "decisions"], lead: str, texts: Sequence[str]
    ) -> Sequence[StateRow]:
        """Return rows of others that have one of the texts."""
        name = ROWS[table][SAYING[table]]
        has = " OR ".join([f"instr({name}, ?)"] * len(texts))
        return self.rows(table, f"lead != ? AND ({has})", stored(lead), *texts)

    def absences(self) -> Absences:
        """Return who is away or paused."""
        found = self.rows("meta", "key = ?", ABSENCES)
        return decoded(self.path, str(found[0][1]), absences_of) if found else ()

    def open_leads(self, who: str) -> int | None:
        """Return how many open leads somebody has."""
        return next((leads for _, leads in self.rows("load", "person = ?", who)), None)

    def with_values(self) -> Iterator[StateRow]:
        """Yield the events that have values, plain or hashed."""
        has = "instr(detail, '\"values\"') OR instr(detail, '\"hashed\"')"
        yield from self.rows("events", has)

    def remembered(self, key: str) -> Sequence[StateRow]:
        """Return what is remembered under a key."""
        return self.rows("seen", "key = ?", key)

    def aged_values(self, before: int, after: int) -> tuple[Sequence[StateRow], int | None]:
        """Return some events that have values."""
        says = " OR ".join(f"json_extract(detail, '$.{name}') IS NOT NULL" for name in OF_VALUES)
        return self._aged("events", f"at < ? AND ({says})", before, after)

    def beside(self, decided: int) -> Sequence[StateRow]:
        """Return leads that say something in place of an event."""
        where = f"seq = ({FIRST_OF_CHAIN}) AND decided = ? AND said IS NOT NULL"
        return self.rows("decisions", where.format(s="main", mark="?"), decided, decided)

    def aged_leads(self, before: int, after: int) -> tuple[Sequence[StateRow], int | None]:
        """Return some leads whose last event is older."""
        where = (
            "last < (SELECT max(seq) FROM events) AND (SELECT e.at < ? AND"
            " instr(e.detail, '\"gone\":') = 0 FROM events e WHERE e.seq = last)"
        )
        return self._aged("decisions", where, before, after)

    def _aged(
        self, table: str, where: str, before: int, after: int
    ) -> tuple[Sequence[StateRow], int | None]:
        query = f"SELECT seq FROM {table} WHERE seq > ? ORDER BY seq LIMIT 1 OFFSET {LOOKED_AT}"  # noqa: S608 - our own names
        row = self.connection.execute(query, (after,)).fetchone()
        upto = "" if row is None else f" AND seq <= {int(row[0])}"
        found = self.rows(table, f"{where} AND seq > ?{upto} ORDER BY seq", before, after)
        return found, None if row is None else int(row[0])

    def replace(self, table: str, cells: StateRow) -> None:
        """Put a row in place of another."""
        names = ROWS[table]
        changed = ", ".join(f"{name} = ?" for name in (*names[1:], "sum"))
        self.connection.execute(
            f"UPDATE {table} SET {changed} WHERE {names[0]} = ?",  # noqa: S608 - our own names
            (*cells[1:], row_sum(*cells), cells[0]),
        )

    def append(self, cells: StateRow) -> int:
        """Append an event."""
        (newest,) = self.connection.execute("SELECT max(seq) FROM events").fetchone()
        row = (newest + 1, *cells)
        self.connection.execute(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, row_sum(*row))
        )
        return int(newest) + 1

    def drop_events(self, numbers: Sequence[int]) -> None:
        """Take events out."""
        self._each("DELETE FROM events WHERE seq = ?", numbers)

    def drop_deliveries(self, numbers: Sequence[int]) -> None:
        """Take out who is to be told."""
        self._each("DELETE FROM outbox WHERE event = ?", numbers)

    def drop_seen(self, lead: str, route: str | None = None) -> None:
        """Take out what a lead is remembered under."""
        where, cells = "lead = ?", [lead]
        if route is not None:
            where, cells = "route = ? AND lead = ?", [route, lead]
        self.connection.execute(f"DELETE FROM seen WHERE {where}", cells)  # noqa: S608 - our own names

    def rows(self, table: str, where: str, *asked: str | int) -> Sequence[StateRow]:
        """Return rows for which something holds, each compared with its checksum."""
        names = ", ".join((*ROWS[table], "sum"))
        query = f"SELECT {names} FROM {table} WHERE {where}"  # noqa: S608 - our own names
        found = self.connection.execute(query, asked).fetchall()
        return [tuple(checked(self.path, table, row)) for row in found]

    def _each(self, statement: str, numbers: Sequence[int]) -> None:
        self.connection.executemany(statement, [(number,) for number in numbers])
