"""One person's data, taken out of a state on request: nothing of theirs is left to be read.

The lead's id becomes a tombstone, in all of its events and wherever another lead names it as the
earlier one; its values, what could not be read of it, free texts, fingerprints and what it was
remembered under go. That it was decided, for whom and by which rule stays: the same id is
recognised, and caps, turns and counts are as they were. A lead that was open is closed by it. An
event says that it was erased, when, by whom and why.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Protocol

import attrs

from turnout.frozen import frozen
from turnout.runtime.said_texts import check_said
from turnout.runtime.statuses import MARKS, marked
from turnout.runtime.stores import WAIT, StateError, loads
from turnout.runtime.stores.cells import (
    instant,
    json_ascii,
    json_cell,
    json_read,
    loaded,
    moment,
    stored,
)
from turnout.runtime.stores.details import recorded_as, standing_cells
from turnout.runtime.stores.failures import state_errors
from turnout.runtime.stores.forgotten_rows import SAYING, FileRows, ForgottenRows, StateRow
from turnout.runtime.stores.kept import ABSENCES
from turnout.runtime.stores.sqlite import any_state
from turnout.runtime.stores.tombstones import tombstone

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
        rows = FileRows(connection, path)
        found = leads_of(erasure, rows)
        check_known(found, rows, path)
        for lead in found:
            take_name(rows, lead)
        erased = tuple(erase_lead(rows, erasure, lead) for lead in found)
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


class FoundRows(Protocol):
    """Rows by which leads are found that have some values."""

    def said(self, text: str) -> dict[str, Any]:
        """Return what a row says."""
        ...

    def with_values(self) -> Iterator[StateRow]:
        """Yield the events that have values, plain or hashed."""
        ...

    def remembered(self, key: str) -> Sequence[StateRow]:
        """Return what is remembered under a key, as rows of `seen`."""
        ...


def leads_of(erasure: Erasure, rows: FoundRows) -> tuple[str, ...]:
    """Return the leads that are meant, each once."""
    found = _found_by_values(erasure, rows) if erasure.values else ()
    return tuple(dict.fromkeys((*erasure.leads, *found)))


def check_known(found: tuple[str, ...], rows: ForgottenRows, at: object) -> None:
    """Raise StateError where a lead isn't known, or none was found. at: the state."""
    unknown = [lead for lead in found if not rows.of_lead(lead)]
    if unknown or not found:
        what = f"no lead {unknown[0]}" if unknown else "no lead with these values"
        raise StateError(
            f"{at} knows {what}",
            "ids are case-sensitive; what isn't in the state needs no erasing",
        )


def _found_by_values(erasure: Erasure, rows: FoundRows) -> Iterator[str]:
    """Yield the leads of which it is known that they have the values."""
    asked = erasure.values
    key = sha256(json_ascii(dict(sorted(asked.items()))).encode()).hexdigest()
    for row in rows.remembered(key):
        yield loaded(row[4])
    for row in rows.with_values():
        said = rows.said(row[9])
        if all(_has(erasure, said, name, value) for name, value in asked.items()):
            yield loaded(row[4])


def _has(erasure: Erasure, said: dict[str, Any], name: str, value: str) -> bool:
    plain = said.get("values", {}).get(name)
    if plain is not None:
        return str(plain) == value
    from turnout.runtime.logged_leads import hashed  # noqa: PLC0415 - reads leads

    secret = erasure.key
    found = said.get("hashed", {}).get(name)
    return found is not None and secret is not None and found == hashed(value, secret)


def written_forms(lead: str) -> tuple[str, str]:
    """Return how an id is written in what rows say."""
    return json_cell(lead)[1:-1], json_ascii(lead)[1:-1]


def take_name(rows: ForgottenRows, lead: str) -> None:
    """Take an id out of what is said of others: as the earlier lead, and in free texts.

    Why somebody is away may be a lead that they missed: it stands with their absence, too.
    """
    grave = tombstone(rows.salt(), lead)
    reasons: dict[str, str] = {}
    tables: tuple[Literal["events", "decisions"], ...] = "events", "decisions"
    for table in tables:
        column = SAYING[table]
        for row in rows.naming(table, lead, written_forms(lead)):
            said = rows.said(row[column])
            if said.get("duplicate_of") == lead:
                said["duplicate_of"] = grave
            if isinstance(said.get("reason"), str):
                whole = rf"(?<![\w-]){re.escape(lead)}(?![\w-])"
                without = re.sub(whole, "(erased)", said["reason"])
                reasons[said["reason"]] = said["reason"] = without
            rows.replace(table, (*row[:column], json_cell(said), *row[column + 1 :]))
    absences = rows.absences()
    told = tuple(attrs.evolve(e, reason=reasons.get(e.reason, e.reason)) for e in absences)
    if told != absences:
        rows.replace("meta", (ABSENCES, json_cell([each.cells() for each in told])))


def erase_lead(rows: ForgottenRows, erasure: Erasure, lead: str) -> str:
    """Erase one lead that there is; return its tombstone."""
    grave = tombstone(rows.salt(), lead)
    for row in rows.of_lead(lead):
        events = [*chain(rows, row[4])]
        for event in events:
            said = without_lead(rows.said(event[9]))
            rows.replace("events", (*event[:4], grave, *event[5:9], json_cell(said)))
        rows.drop_deliveries([event[0] for event in events])
        _close(rows, erasure, row, grave, events)
    rows.drop_seen(stored(lead))
    return grave


def _close(
    rows: ForgottenRows, erasure: Erasure, row: StateRow, grave: str, events: list[StateRow]
) -> None:
    """Append that the lead was erased, and bring its row up to date."""
    seq, route, _, decided, last, status, touched, _, _, _, _, said = row
    now = instant(datetime.now(UTC))
    reason = {"reason": erasure.reason} if erasure.reason else {}
    after = next(each for each in events if each[0] == decided)
    text = json_cell(without_lead(json_read(after[9] if said is None else said)))
    detail = json_cell({"to": json_read(text)["to"], **reason})
    number = rows.append((last, "erased", route, grave, now, now, erasure.actor, None, detail))
    before = status if status in MARKS else None
    mark = marked(before, "erased")
    recorded = recorded_as(
        json_read(text), (route, grave), moment(after[5]), status=mark or "", touched=touched
    )
    kept = None if said is None else text
    rows.replace("decisions", (seq, route, grave, decided, number, *standing_cells(recorded), kept))
    if mark != before:
        decision = recorded.decision
        for who in loads(decision.kind, decision.target, decision.assignee):
            if (leads := rows.open_leads(who)) is not None:
                rows.replace("load", (who, leads - 1))


def chain(rows: ForgottenRows, last: int) -> Iterator[StateRow]:
    """Yield the events of a lead, the last one first."""
    number = last
    while number:
        event = rows.event(number)
        yield event
        number = event[1]
