"""What stands now, made of the log again and compared with what is kept.

Where each lead is, and how many open leads everybody has, is kept only so that it is found
quickly: it follows from the events in their order. So a state whose log and tables say
different things is damaged, whoever wrote it; and as long as the log is whole, the tables can be
made of it again.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

from turnout.frozen import attribute, define, frozen
from turnout.runtime.absences import Absences, PersonAbsence, with_absence, without_person
from turnout.runtime.events import DECIDING, is_deciding
from turnout.runtime.statuses import MARKS, LeadMark, marked
from turnout.runtime.stores import WAIT, Recorded, loads
from turnout.runtime.stores.batch import Key
from turnout.runtime.stores.cells import decoded, json_cell, json_read, loaded, moment, summed
from turnout.runtime.stores.details import STANDING, recorded_as, standing_cells
from turnout.runtime.stores.failures import damaged
from turnout.runtime.stores.kept import ABSENCES, Tables, standings
from turnout.runtime.stores.new_names import NamedKind, NewName
from turnout.runtime.stores.sqlite import any_state
from turnout.runtime.stores.sums import ROWS, Stored, row_sum


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

    def cells(self, key: Key, recorded: Recorded) -> tuple[Stored, ...]:
        """Return the row that the lead has to have."""
        return (self.seq, *key, self.decided, self.last, *standing_cells(recorded), self.said)


@define(eq=False)
class _Followed:
    """What follows from a log: where each lead stands, who is away, and how many events it has."""

    leads: dict[Key, _Standing] = attribute(factory=dict[Key, _Standing])
    absences: Absences = ()
    events: int = 0


def check_log(connection: sqlite3.Connection, path: Path) -> int:
    """Raise StateError where a state's tables don't follow from its log.

    Returns how many events there are. Keeps some 300 bytes a lead meanwhile.
    """
    kept = Tables(connection, path)
    followed = _followed(kept)
    _compare(kept, followed.leads)
    if kept.absences != followed.absences:
        raise damaged(path, "who is away doesn't follow from the log")
    return followed.events


@frozen
class Rebuilt:
    """What was compared, and what didn't follow from the log. leads, events: how many there are.

    astray: route and id of each lead whose row was another one, was gone or should not be there.
    loads: whose open leads were counted wrong, as `loads` names them. is_absence: whether it was
    said wrong who is away. is_written: whether all that is right now.
    """

    leads: int
    events: int
    astray: tuple[Key, ...] = ()
    loads: tuple[str, ...] = ()
    is_absence: bool = False
    is_written: bool = False

    @property
    def is_same(self) -> bool:
        """Whether all of it followed from the log."""
        return not (self.astray or self.loads or self.is_absence)


_FINGERPRINT: Final = '"print":'
"""What stands in the JSON of an event that says what stands for its lead, and of no other: no value
has an inverted comma without a backslash before it."""

PROJECTED: Final = frozenset({"decisions", "load"})
"""Tables that follow from the log, so that a row of them that is damaged is made again."""


def rebuild(path: Path, *, is_written: bool, wait: float = WAIT) -> Rebuilt:
    """Make of a state's log again where each lead stands, and compare; nobody writes meanwhile.

    is_written: what differs is written as it follows from the log, all of it or nothing.
    Raises StateError where the log itself, or what doesn't follow from it, is damaged.
    """
    with any_state(path, wait, but=PROJECTED) as connection:
        kept = Tables(connection, path)
        followed = _followed(kept)
        rows, opened = _projected(kept, followed.leads)
        found: Counter[Key] = Counter()
        names = ", ".join((*ROWS["decisions"], "sum"))
        for row in connection.execute(f"SELECT {names} FROM decisions"):  # noqa: S608 - our own names
            key = (str(row[1]), str(row[2]))
            found[key] += 1 if rows.get(key) == row else 2
        astray = sorted(key for key in {*rows, *found} if found[key] != 1)
        counted = dict(connection.execute("SELECT person, open FROM load WHERE open != 0"))
        whose = sorted(who for who in {*opened, *counted} if opened[who] != counted.get(who, 0))
        whose += _damaged_loads(connection, set(whose))
        is_absence = kept.absences != followed.absences
        if is_written:
            _write(connection, astray, rows, {each: opened[each] for each in whose})
            if is_absence:
                cells = ABSENCES, json_cell([each.cells() for each in followed.absences])
                connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", summed(cells))
            _compare(Tables(connection, path), followed.leads)
        named = tuple((route, loaded(lead)) for route, lead in astray)
        of = tuple(whose), is_absence, is_written
        return Rebuilt(len(rows), followed.events, named, *of)


def _projected(
    kept: Tables, leads: Mapping[Key, _Standing]
) -> tuple[dict[Key, tuple[Any, ...]], Counter[str]]:
    """Return the row that each lead has to have, and the open leads of everybody."""
    rows: dict[Key, tuple[Any, ...]] = {}
    opened = Counter[str]()
    for key, now in leads.items():
        standing = decoded(kept.path, _said(kept, now), partial(now.recorded, key=key))
        rows[key] = summed(now.cells(key, standing))
        if not standing.closed:
            decision = standing.decision
            opened.update(loads(decision.kind, decision.target, decision.assignee))
    return rows, opened


def _damaged_loads(connection: sqlite3.Connection, known: set[str]) -> list[str]:
    """Return whose rows have a right count and a wrong checksum."""
    rows = connection.execute("SELECT person, open, sum FROM load ORDER BY person")
    return [row[0] for row in rows if row[0] not in known and row_sum(*row[:2]) != row[2]]


def _write(
    connection: sqlite3.Connection,
    astray: Iterable[Key],
    rows: Mapping[Key, tuple[Any, ...]],
    opened: Mapping[str, int],
) -> None:
    """Write rows of leads and of open leads as they follow from the log."""
    marks = ", ".join("?" * (len(ROWS["decisions"]) + 1))
    connection.executemany("DELETE FROM decisions WHERE route = ? AND lead = ?", astray)
    for key in astray:
        if (row := rows.get(key)) is not None:
            connection.execute("DELETE FROM decisions WHERE seq = ?", (row[0],))
            connection.execute(f"INSERT INTO decisions VALUES ({marks})", row)  # noqa: S608 - question marks alone
    connection.executemany(
        "INSERT OR REPLACE INTO load VALUES (?, ?, ?)", [*map(summed, opened.items())]
    )


def _followed(kept: Tables) -> _Followed:
    """Return what follows from a log. Raises StateError where it doesn't hang together."""
    path, leads = kept.path, dict[Key, _Standing]()
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
        elif kind == "alerted" and not route:
            continue  # it is of a measure: nothing follows from it
        else:
            is_said = _FINGERPRINT in detail
            _happened(path, leads, (route, lead), (seq, previous, kind, at), is_said=is_said)
            if kind == "offered":
                leads[route, lead].expires = decoded(path, detail, lambda said: int(said["until"]))
    if len(missing) != gone:
        raise damaged(path, f"event {missing[0]} is gone" if missing else "an event is there twice")
    return _Followed(leads, absences, count - gone)


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
    path: Path,
    leads: dict[Key, _Standing],
    key: Key,
    event: tuple[int, int, str, int | None],
    *,
    is_said: bool,
) -> None:
    """Bring a lead up to date with one of its events: number, the one before, kind, when.

    is_said: the event says what stands for the lead.
    """
    seq, previous, kind, at = event
    now = leads.get(key)
    if previous != (0 if now is None else now.last) or (now is None) != (kind == "routed"):
        raise damaged(path, f"event {seq} doesn't follow from those before")
    if now is None:
        leads[key] = _Standing(seq, seq, seq, at=at)
        return
    now.last = seq
    if is_deciding(kind, is_said=is_said):
        now.decided, now.said, now.at = seq, None, at
    if kind == "alerted":
        return  # it is as it was, but for what is next
    now.expires = None
    if kind in DECIDING:
        now.mark, now.touched = None, False
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
