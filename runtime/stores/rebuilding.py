"""What stands now, made of the log again and compared with what is kept.

Where each lead is, and how many open leads everybody has, is kept only so that it is found
quickly: it follows from the events in their order. So a state whose log and tables say
different things is damaged, whoever wrote it.
"""

import sqlite3
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, cast

from turnout.frozen import define
from turnout.runtime.absences import Absences, PersonAbsence, with_absence, without_person
from turnout.runtime.events import DECIDING
from turnout.runtime.statuses import MARKS, LeadMark, marked
from turnout.runtime.stores import Recorded, loads
from turnout.runtime.stores.batch import Key
from turnout.runtime.stores.cells import decoded, json_cell, json_read, moment
from turnout.runtime.stores.details import STANDING, recorded_as, standing_cells
from turnout.runtime.stores.failures import damaged
from turnout.runtime.stores.kept import Tables, standings
from turnout.runtime.stores.new_names import NamedKind, NewName
from turnout.runtime.stores.sums import ROWS


@define(eq=False)
class _Standing:
    """Where a lead stands after the events so far; see the columns of `decisions`."""

    seq: int
    decided: int
    last: int
    mark: LeadMark | None = None
    touched: bool = False
    expires: int | None = None
    said: str | None = None
    at: int | None = None

    def recorded(self, said: dict[str, Any], key: Key) -> Recorded:
        """Return what stands for the lead. said: as `details.standing` has it."""
        until, mark = moment(self.expires), self.mark or ""
        at = moment(self.at)
        return recorded_as(said, key, at, status=mark, touched=self.touched, expires=until)

    def cells(self, key: Key, recorded: Recorded) -> tuple[object, ...]:
        """Return the row that the lead has to have."""
        return (self.seq, *key, self.decided, self.last, *standing_cells(recorded), self.said)


def check_log(connection: sqlite3.Connection, path: Path) -> int:
    """Raise StateError where a state's tables don't follow from its log.

    Returns how many events there are. Keeps some 300 bytes a lead meanwhile.
    """
    kept = Tables(connection, path)
    leads: dict[Key, _Standing] = {}
    count, gone, absences = 0, 0, Absences()
    missing: list[int] = []
    columns = ", ".join((*ROWS["events"], "sum"))
    for row in kept.rows("events", f"SELECT {columns} FROM events ORDER BY seq"):  # noqa: S608 - our own names
        count += 1
        seq, previous, kind, route, lead, at, *_, detail = row
        while seq > count:
            missing.append(count)
            count += 1
        if '"gone":' in detail:
            said = decoded(path, detail, dict[str, Any])
            gone += said["gone"][0]
            leads[route, lead] = _pruned(seq, said["gone"], at)
        elif kind == "renamed":
            renamed = _renamed(decoded(path, detail, dict[str, Any])["name"])
            _rename(kept, leads, renamed)
            absences = tuple(map(renamed.absence, absences))
        elif kind in {"away", "paused", "back"}:
            absences = _absent(path, absences, row)
        else:
            _happened(path, leads, (route, lead), (seq, previous, kind, at))
            if kind == "offered":
                leads[route, lead].expires = decoded(path, detail, lambda said: int(said["until"]))
    if len(missing) != gone:
        raise damaged(path, f"event {missing[0]} is gone" if missing else "an event is there twice")
    _compare(kept, leads)
    if kept.absences != absences:
        raise damaged(path, "who is away doesn't follow from the log")
    return count - gone


def _pruned(seq: int, gone: list[Any], at: int | None) -> _Standing:
    """Return where a lead stands of which one event is left; see `pruning`."""
    _, first, status, touched = gone
    mark = status if status in MARKS else None
    return _Standing(first, seq, seq, mark, bool(touched), at=at)


def _absent(path: Path, known: Absences, row: tuple[Any, ...]) -> Absences:
    """Return who is away or paused after an event that says so, or that somebody is back."""
    kind, at, actor = row[2], moment(row[5]), row[7]
    said = decoded(path, row[9], dict[str, Any])
    of, target, person = said["to"]
    assert at is not None
    if kind == "back":
        return without_person(known, person, at)
    team = target if of != "person" else ""
    since, until = moment(said.get("since")) or at, moment(said.get("until"))
    return with_absence(
        known, PersonAbsence(kind, person, since, until, team, said.get("reason", ""), actor), at
    )


def _happened(
    path: Path, leads: dict[Key, _Standing], key: Key, event: tuple[int, int, str, int | None]
) -> None:
    """Bring a lead up to date with one of its events: number, the one before, kind, when."""
    seq, previous, kind, at = event
    now = leads.get(key)
    if previous != (0 if now is None else now.last) or (now is None) != (kind == "routed"):
        raise damaged(path, f"event {seq} doesn't follow from those before")
    if now is None:
        leads[key] = _Standing(seq, seq, seq, at=at)
        return
    now.last = seq
    now.expires = None
    if kind in DECIDING:
        now.decided, now.said, now.mark, now.touched, now.at = seq, None, None, False, at
    now.mark = marked(now.mark, kind)
    now.touched = now.touched or kind == "contacted"


def _renamed(name: list[str]) -> NewName:
    kind, old, new = name
    return NewName(cast("NamedKind", kind), old, new)


def _rename(kept: Tables, leads: dict[Key, _Standing], renamed: NewName) -> None:
    """Say beside each lead what its event says under the old name, as `renaming` does."""
    for key, now in [*leads.items()]:
        before = _said(kept, now)
        said = renamed.standing(json_read(before))
        route = renamed.named(key[0]) if renamed.kind == "route" else key[0]
        is_same = route == key[0] and json_cell(said) == before
        if is_same or (route != key[0] and (route, key[1]) in leads):
            continue
        del leads[key]
        now.said = json_cell(said)
        leads[route, key[1]] = now


def _said(kept: Tables, now: _Standing) -> str:
    if now.said is not None:
        return now.said
    columns = ", ".join((*ROWS["events"], "sum"))
    query = f"SELECT {columns} FROM events WHERE seq = ?"  # noqa: S608 - our own names
    (event,) = kept.rows("events", query, now.decided)
    said = decoded(kept.path, event[9], dict[str, Any])
    return json_cell({part: said[part] for part in STANDING if part in said})


def _compare(kept: Tables, leads: dict[Key, _Standing]) -> None:
    """Compare what follows from the log with the rows of leads and of open leads."""
    path, opened = kept.path, Counter[str]()
    for lead, text in standings(kept.connection, path):
        key = (lead[1], lead[2])
        now = leads.pop(key, None)
        if now is None:
            raise damaged(path, "where a lead stands doesn't follow from the log")
        standing = decoded(path, text, partial(now.recorded, key=key))
        if tuple(lead) != now.cells(key, standing):
            raise damaged(path, "where a lead stands doesn't follow from the log")
        decision = standing.decision
        if not standing.closed:
            opened.update(loads(decision.kind, decision.target, decision.assignee))
    if leads:
        raise damaged(path, "a lead of the log is gone")
    for person, leads_open in kept.rows("load", "SELECT person, open, sum FROM load"):
        if opened.pop(person, 0) != leads_open:
            raise damaged(path, "open leads don't follow from the log")
    if opened:
        raise damaged(path, "open leads don't follow from the log")
