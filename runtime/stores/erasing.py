"""One person's data, taken out of a state on request: nothing of theirs is left to be read.

The lead's id becomes a tombstone, in all of its events and wherever another lead names it as the
earlier one; its values, what could not be read of it, free texts, fingerprints and what it was
remembered under go. That it was decided, for whom and by which rule stays: the same id is
recognised, and caps, turns and counts are as they were. A lead that was open is closed by it. An
event says that it was erased, when, by whom and why.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from turnout.frozen import frozen
from turnout.runtime.said_texts import check_said
from turnout.runtime.statuses import MARKS, marked
from turnout.runtime.stores import WAIT, StateError, loads
from turnout.runtime.stores.cells import (
    decoded,
    instant,
    json_ascii,
    json_cell,
    json_read,
    loaded,
    moment,
    stored,
    summed,
)
from turnout.runtime.stores.details import recorded_as, standing_cells
from turnout.runtime.stores.failures import state_errors
from turnout.runtime.stores.sqlite import any_state
from turnout.runtime.stores.sums import ROWS, checked, row_sum
from turnout.runtime.stores.tombstones import salted, tombstone

ABOUT_THE_LEAD = ("values", "hashed", "issues", "looked_up", "duplicate_of", "reason")
"""What an event says of a lead beyond where it went."""


@frozen
class Erasure:
    """What is to be erased: leads, by their ids, or whoever has these values.

    values: by field, as the policy reads them; a lead that is known to have all of them is meant.
    key: that values are hashed with, None where there is none. actor, reason: for the log.
    """

    leads: tuple[str, ...] = ()
    values: Mapping[str, str] = {}
    key: bytes | None = None
    actor: str = ""
    reason: str = ""


def erase(path: Path, erasure: Erasure, *, wait: float = WAIT) -> tuple[str, ...]:
    """Erase leads, and return what they stand under from then on, in order.

    Afterwards the file is written anew, so that nothing of them is left in what it no longer uses.
    Raises StateError where the state can't be used or knows no such lead, ValueError where the
    actor or the reason has a NUL or half of a surrogate pair; then nothing is erased.
    """
    check_said(erasure.actor, erasure.reason)
    with any_state(path, wait) as connection:
        work = _Erasing(connection, path, erasure)
        found = dict.fromkeys((*erasure.leads, *(work.found_by_values() if erasure.values else ())))
        unknown = [lead for lead in found if not work.rows_of(lead)]
        if unknown or not found:
            what = f"no lead {unknown[0]}" if unknown else "no lead with these values"
            raise StateError(
                f"{path} knows {what}",
                "ids are case-sensitive; what isn't in the state needs no erasing",
            )
        erased = tuple(work.erase(lead) for lead in found)
    rewritten(path, wait)
    return erased


def rewritten(path: Path, wait: float = WAIT) -> None:
    """Write a state's file anew without what it no longer uses, its log ahead included."""
    with state_errors(path), closing(sqlite3.connect(path, timeout=wait)) as connection:
        connection.isolation_level = None
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def without_lead(said: dict[str, Any]) -> dict[str, Any]:
    """Return what an event says without what it says of the lead."""
    kept = {name: value for name, value in said.items() if name not in ABOUT_THE_LEAD}
    if said.get("hop"):  # an SLA wrote the reason, and nobody else
        kept["reason"] = said["reason"]
    if "print" in kept:
        kept["print"] = ""
    if "watch" in kept:
        kept["watch"] = {**kept["watch"], "values": {}}
    return kept


@frozen
class _Erasing:
    """One erasure, inside its transaction."""

    connection: sqlite3.Connection
    path: Path
    erasure: Erasure

    def rows_of(self, lead: str) -> list[tuple[Any, ...]]:
        """Return the rows of a lead, one for each route that decided it."""
        return [*self._rows("decisions", "lead = ?", stored(lead))]

    def erase(self, lead: str) -> str:
        """Erase one lead that there is; return its tombstone."""
        grave = tombstone(salted(self.connection, self.path), lead)
        self._names(lead, grave)
        for row in self.rows_of(lead):
            events = [*self._chain(row)]
            for event in events:
                said = without_lead(decoded(self.path, event[9], dict[str, Any]))
                self._event((*event[:4], grave, *event[5:9], json_cell(said)))
                self._do("DELETE FROM outbox WHERE event = ?", event[0])
            self._close(row, grave, events)
        self._do("DELETE FROM seen WHERE lead = ?", stored(lead))
        return grave

    def found_by_values(self) -> Iterator[str]:
        """Yield the leads of which it is known that they have the values."""
        asked = self.erasure.values
        key = sha256(json_ascii(dict(sorted(asked.items()))).encode()).hexdigest()
        for row in self._rows("seen", "key = ?", key):
            yield loaded(row[4])
        has_values = "instr(detail, '\"values\"') OR instr(detail, '\"hashed\"')"
        for row in self._rows("events", has_values):
            said = decoded(self.path, row[9], dict[str, Any])
            if all(self._has(said, name, value) for name, value in asked.items()):
                yield loaded(row[4])

    def _has(self, said: dict[str, Any], name: str, value: str) -> bool:
        plain = said.get("values", {}).get(name)
        if plain is not None:
            return str(plain) == value
        from turnout.runtime.logged_leads import hashed  # noqa: PLC0415 - reads leads

        secret = self.erasure.key
        found = said.get("hashed", {}).get(name)
        return found is not None and secret is not None and found == hashed(value, secret)

    def _close(self, row: tuple[Any, ...], grave: str, events: list[tuple[Any, ...]]) -> None:
        """Append that the lead was erased, and bring its row up to date."""
        seq, route, _, decided, last, status, touched, _, _, _, _, said = row
        (newest,) = self.connection.execute("SELECT max(seq) FROM events").fetchone()
        number, now = newest + 1, instant(datetime.now(UTC))
        reason = {"reason": self.erasure.reason} if self.erasure.reason else {}
        after = next(each for each in events if each[0] == decided)
        text = json_cell(without_lead(json_read(after[9] if said is None else said)))
        detail = json_cell({"to": json_read(text)["to"], **reason})
        cells = (number, last, "erased", route, grave, now, now, self.erasure.actor, None, detail)
        self._do("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *summed(cells))
        before = status if status in MARKS else None
        mark = marked(before, "erased")
        recorded = recorded_as(
            json_read(text), (route, grave), moment(after[5]), status=mark or "", touched=touched
        )
        kept = None if said is None else text
        new = (seq, route, grave, decided, number, *standing_cells(recorded), kept)
        self._replace("decisions", new)
        if mark != before:
            decision = recorded.decision
            for who in loads(decision.kind, decision.target, decision.assignee):
                for name, leads in self._rows("load", "person = ?", who):
                    self._replace("load", (name, leads - 1))

    def _names(self, lead: str, grave: str) -> None:
        """Take the id out of what is said of others: as the earlier lead, and in free texts."""
        written = json_cell(lead)[1:-1], json_ascii(lead)[1:-1]
        for table, column in (("events", 9), ("decisions", 11)):
            name = ROWS[table][column]
            where = f"lead != ? AND (instr({name}, ?) OR instr({name}, ?))"
            for row in [*self._rows(table, where, stored(lead), *written)]:
                said = decoded(self.path, row[column], dict[str, Any])
                if said.get("duplicate_of") == lead:
                    said["duplicate_of"] = grave
                if isinstance(said.get("reason"), str):
                    whole = rf"(?<![\w-]){re.escape(lead)}(?![\w-])"
                    said["reason"] = re.sub(whole, "(erased)", said["reason"])
                self._replace(table, (*row[:column], json_cell(said), *row[column + 1 :]))

    def _chain(self, row: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        number = row[4]
        while number:
            (event,) = self._rows("events", "seq = ?", number)
            yield event
            number = event[1]

    def _event(self, cells: tuple[Any, ...]) -> None:
        self._replace("events", cells)

    def _replace(self, table: str, cells: tuple[Any, ...]) -> None:
        names = ROWS[table]
        changed = ", ".join(f"{name} = ?" for name in (*names[1:], "sum"))
        self._do(
            f"UPDATE {table} SET {changed} WHERE {names[0]} = ?",  # noqa: S608 - our own names
            *cells[1:],
            row_sum(*cells),
            cells[0],
        )

    def _do(self, statement: str, *cells: Any) -> None:  # noqa: ANN401 - cells of any type
        self.connection.execute(statement, cells)

    def _rows(self, table: str, where: str, *asked: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401
        names = ", ".join((*ROWS[table], "sum"))
        query = f"SELECT {names} FROM {table} WHERE {where}"  # noqa: S608 - our own names
        for row in self.connection.execute(query, asked).fetchall():
            yield tuple(checked(self.path, table, row))
