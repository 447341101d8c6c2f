"""What the tables of a state hold, as a batch and a reader ask for it.

Every row is compared with its checksum. What stands for a lead is what its last deciding
event says, or, where something in it has a new name since, `said` beside the lead.
"""

import sqlite3
from collections.abc import Collection, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, cast

from turnout.compiler.meaning.identity import Seen
from turnout.frozen import attribute, define, frozen
from turnout.runtime.absences import Absences, absences_of
from turnout.runtime.draw import LEVEL, Turns
from turnout.runtime.events import ALL, Event, Sought
from turnout.runtime.moves import Move
from turnout.runtime.said_texts import is_encodable
from turnout.runtime.stores import PAGE, AskedLeads, Gifts, Recorded
from turnout.runtime.stores.asked_rows import asked_rows
from turnout.runtime.stores.batch import Key
from turnout.runtime.stores.cells import (
    decoded,
    instant,
    json_cell,
    loaded,
    moment,
    stored,
)
from turnout.runtime.stores.details import STANDING, recorded_as, with_detail
from turnout.runtime.stores.failures import damaged, state_errors
from turnout.runtime.stores.log_rows import AT_ONCE, LogRow
from turnout.runtime.stores.needs import Count
from turnout.runtime.stores.remembered import Remembered
from turnout.runtime.stores.sums import ROWS, checked
from turnout.runtime.stores.tombstones import is_tombstone, salt_of, tombstone
from turnout.runtime.stores.totals import expect, given

_SEEN = "SELECT key, at, seq, route, lead, owner, sum FROM seen"
_EARLIER = f"{_SEEN} WHERE key = ? AND at >= ? AND at <= ? ORDER BY at DESC, seq DESC"
_OWNED = _EARLIER.replace("ORDER BY", "AND owner IS NOT NULL ORDER BY")
_LEAD, _EVENT = ((*ROWS[table], "sum") for table in ("decisions", "events"))
_STANDING = (
    f"SELECT {', '.join([f'd.{name}' for name in _LEAD] + [f'e.{name}' for name in _EVENT])}"  # noqa: S608 - our own names
    " FROM decisions d LEFT JOIN events e ON e.seq = d.decided"
)
_ASSIGNEE = "json_extract(coalesce(d.said, e.detail), '$.to[2]')"
_OF_LEAD = f"{_STANDING} WHERE d.route = ? AND d.lead = ?"
_HAS_LEAD = "SELECT 1 FROM decisions WHERE route = ? AND lead = ?"
# CROSS, so that the index is asked for each, however large the table is.
_WHICH = (
    "SELECT d.lead FROM json_each(?) asked CROSS JOIN decisions d"
    " WHERE d.route = ? AND d.lead = asked.value"
)
_WHICH_KEYS = (
    "SELECT asked.value FROM json_each(?) asked"
    " WHERE EXISTS (SELECT 1 FROM seen WHERE key = asked.value)"
)
_LAST_EVENT = "SELECT coalesce(max(seq), 0) FROM events"
_EVENTS = f"SELECT {', '.join(_EVENT)} FROM events"  # noqa: S608 - our own names
_ROUTES = (
    "WITH RECURSIVE routes (name) AS (SELECT min(route) FROM decisions UNION ALL"
    " SELECT (SELECT min(route) FROM decisions WHERE route > name) FROM routes"
    " WHERE name IS NOT NULL) SELECT name FROM routes WHERE name IS NOT NULL"
)


ABSENCES = "absences"
"""The key in `meta` under which it stands who is away or paused, where somebody ever was."""


@frozen
class Tables:
    """The tables, as a batch reads them. known: what of it needs no reading."""

    connection: sqlite3.Connection
    path: Path
    known: Remembered = attribute(factory=Remembered)

    @property
    def gifts(self) -> Gifts:
        """To whom leads were given of late."""
        return self.known.gifts

    def recorded(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead."""
        key = route, stored(lead)
        with state_errors(self.path):  # nearly always there is none, and the index says so
            if self.connection.execute(_HAS_LEAD, key).fetchone() is None:
                grave = self.tombstone(lead)
                if grave is None:
                    return None
                key = route, grave
        return next(self._standing(_OF_LEAD, *key), None)

    def unknown(self, route: str, leads: Collection[str], /) -> Collection[Key]:
        """Return those of some leads of which it is known at once that nothing was decided.

        None are where leads were erased: each may be one of those.
        """
        with state_errors(self.path):
            if self.salt is not None:
                return ()
            there = {stored(lead): lead for lead in leads}
            for (lead,) in self.connection.execute(_WHICH, (json_cell([*there]), route)):
                del there[lead]
        return {(route, lead) for lead in there.values()}

    def unseen(self, keys: Collection[str], /) -> Collection[str]:
        """Return those of some keys of which it is known at once that no lead has them."""
        with state_errors(self.path):
            found = self.connection.execute(_WHICH_KEYS, (json_cell([*keys]),)).fetchall()
        return {*keys}.difference(key for (key,) in found)

    @property
    def salt(self) -> str | None:
        """The salt of ids that were erased, None where none ever was."""
        if self.known.salt == "":
            self.known.salt = salt_of(self.connection, self.path)
        return self.known.salt

    def tombstone(self, lead: str) -> str | None:
        """Return what a lead stands under that was erased, None where none ever was."""
        salt = self.salt
        return None if salt is None else tombstone(salt, lead)

    def turns(self, team: str) -> Turns:
        """Return the team's turns; level where it has none."""
        turns = self.known.turns.get(team)
        if turns is None:
            turns = LEVEL
            query = "SELECT team, scale, lag, sum FROM turns WHERE team = ?"
            for _, scale, lag in self.rows("turns", query, team):
                turns = Turns(scale, decoded(self.path, lag, dict[str, int]))
            self.known.turns[team] = turns
        return turns

    def open_leads(self, person: str) -> int:
        """Return how many of the person's leads are open."""
        leads = self.known.loads.get(person)
        if leads is None:
            query = "SELECT person, open, sum FROM load WHERE person = ?"
            leads = next((int(leads) for _, leads in self.rows("load", query, person)), 0)
            self.known.loads[person] = leads
        return leads

    @property
    def absences(self) -> Absences:
        """Who is away or paused."""
        if self.known.absences is None:
            query = "SELECT key, value, sum FROM meta WHERE key = ?"
            found = next(self.rows("meta", query, ABSENCES), ("", "[]"))
            self.known.absences = decoded(self.path, found[1], absences_of)
        return self.known.absences

    def last_event(self) -> int:
        """Return the number of the last event, 0 where there is none."""
        if self.known.last is None:
            query = "SELECT coalesce(max(seq), 0) FROM events"
            self.known.last = int(self.connection.execute(query).fetchone()[0])
        return self.known.last

    def last_seen(self) -> int:
        """Return the number of what is remembered last, 0 where nothing is."""
        if self.known.last_seen is None:
            query = "SELECT coalesce(max(seq), 0) FROM seen"
            self.known.last_seen = int(self.connection.execute(query).fetchone()[0])
        return self.known.last_seen

    def given(self, who: str, start: int, end: int) -> int:
        """Return how many leads somebody was given in a period."""
        return given(self.connection, self.path, self.known, who, (start, end))

    def expect(self, counts: Collection[Count]) -> None:
        """Read the totals that counts are made of, those that aren't known."""
        expect(self.connection, self.path, self.known, counts)

    def earlier(self, key: str, start: int, end: int, *, owned: bool) -> Iterator[Seen]:
        """Yield the leads remembered under a key in a period, the latest first."""
        yield from map(_seen, self.rows("seen", _OWNED if owned else _EARLIER, key, start, end))

    def remembered(self, route: str, lead: str) -> list[Seen]:
        """Return how a lead is remembered, one under each key."""
        query = f"{_SEEN} WHERE route = ? AND lead = ? ORDER BY seq, key"
        return [*map(_seen, self.rows("seen", query, route, stored(lead)))]

    def log(self) -> Iterator[Recorded]:
        """Yield all that was decided, in order."""
        yield from self._standing(f"{_STANDING} ORDER BY d.seq")

    def asked(self, asked: AskedLeads) -> Iterator[Recorded]:
        """Yield what is asked for, in its order."""
        where, cells = asked_rows(asked)
        limit = -1 if asked.limit is None else asked.limit
        where = where.format(mark="?", assignee=_ASSIGNEE)
        yield from self._standing(f"{_STANDING} {where}", *cells, limit)

    def moves(self) -> Iterator[Move]:
        """Yield all moves, in order."""
        log, after = TableSnapshot(self.connection, self.path), 0
        while events := log.events(after, sought=Sought("moved")):
            yield from filter(None, (event.move for event in events))
            after = events[-1].number

    def rows(self, table: str, query: str, *asked: str | int) -> Iterator[tuple[Any, ...]]:
        """Yield rows without their checksum, which is the last cell and has to be right."""
        with state_errors(self.path):
            for row in self.connection.execute(query, asked):
                yield tuple(checked(self.path, table, row))

    def _standing(self, query: str, *asked: str | int) -> Iterator[Recorded]:
        width = len(_LEAD)
        with state_errors(self.path):
            for row in self.connection.execute(query, asked):
                lead = checked(self.path, "decisions", row[:width])
                if row[width] is None:
                    raise damaged(self.path, "an event is gone")
                event = checked(self.path, "events", row[width:])
                status, touched, expires, said = lead[5], lead[6], lead[8], lead[11]
                key, at = (str(lead[1]), loaded(str(lead[2]))), cast("int | None", event[5])
                if event[4] != lead[2] or (said is None and event[3] != lead[1]):
                    raise damaged(self.path, "a lead's event is another one's")
                decode = partial(
                    recorded_as,
                    key=key,
                    at=moment(at),
                    status=str(status),
                    touched=bool(touched),
                    expires=moment(cast("int | None", expires)),
                    number=row[0],
                )
                yield decoded(self.path, str(event[9] if said is None else said), decode)


def _seen(row: tuple[Any, ...]) -> Seen:
    key, at, order, route, lead, owner = row
    return Seen(key, at, order, route, loaded(lead), owner)


@define(eq=False)
class TableSnapshot:
    """A `Snapshot` of the tables, inside a transaction that only reads."""

    connection: sqlite3.Connection
    path: Path
    _policies: dict[int | None, str] = attribute(factory=dict[int | None, str], init=False)

    def decided(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead."""
        return Tables(self.connection, self.path).recorded(route, lead)

    def events(self, after: int = 0, limit: int = PAGE, sought: Sought = ALL) -> list[Event]:
        """Return the first events behind the one with that number."""
        where, asked = _conditions(sought)
        query = f"{_EVENTS} WHERE {' AND '.join(['seq > ?', *where])} ORDER BY seq LIMIT ?"
        return [*map(self._event, self._rows("events", query, after, *asked, limit))]

    def log_rows(self, after: int = 0, limit: int = AT_ONCE) -> list[LogRow]:
        """Return the first events behind the one with that number, as rows."""
        found: list[LogRow] = []
        query = f"{_EVENTS} WHERE seq > ? ORDER BY seq LIMIT ?"
        for row in self._rows("events", query, after, limit):
            seq, previous, kind, route, _, at, _, _, version, text = row
            said = decoded(self.path, text, dict[str, Any])
            found.append(LogRow(seq, previous, kind, route, at, self._policy(version), said))
        return found

    def log_sum(self, upto: int, after: int = 0) -> tuple[int, int]:
        """Return how many events there are behind one up to another, and the sum of checksums."""
        query = "SELECT count(*), coalesce(sum(sum), 0) FROM events WHERE seq > ? AND seq <= ?"
        with state_errors(self.path):
            count, total = self.connection.execute(query, (after, upto)).fetchone()
        return int(count), int(total)

    def last_event(self) -> int:
        """Return the number of the last event."""
        with state_errors(self.path):
            return int(self.connection.execute(_LAST_EVENT).fetchone()[0])

    def policy_text(self, policy: str) -> str | None:
        """Return the text of a version of the policy, None where it isn't known."""
        query = "SELECT id, hash, since, source, sum FROM versions WHERE hash = ?"
        return next((row[3] for row in self._rows("versions", query, policy)), None)

    def history(self, lead: str, limit: int = PAGE, sought: Sought = ALL) -> list[Event]:
        """Return the last events of a lead, on all routes."""
        found: list[Event] = []
        for last in self._last(lead):
            found += islice(filter(sought.takes, self._back(lead, last)), limit)
        found.sort(key=lambda event: event.number)
        return found[max(len(found) - limit, 0) :]

    def _back(self, lead: str, last: int) -> Iterator[Event]:
        """Yield the events of a lead on a route, from its last one to its first."""
        number = last
        while number:
            rows = self._rows("events", f"{_EVENTS} WHERE seq = ?", number)
            event = next(map(self._event, rows), None)
            is_same = event is not None and (event.lead == lead or is_tombstone(event.lead))
            if event is None or not is_same or event.previous >= number:
                raise damaged(self.path, f"event {number} is gone")
            yield event
            number = event.previous

    def _last(self, lead: str) -> list[int]:
        """Return the number of the last event of a lead, on each route that has it."""
        with state_errors(self.path):
            routes = [str(route) for (route,) in self.connection.execute(_ROUTES)]
        query = f"SELECT {', '.join(_LEAD)} FROM decisions WHERE route = ? AND lead = ?"  # noqa: S608 - our own names
        keys = [stored(lead), Tables(self.connection, self.path).tombstone(lead)]
        return [
            row[4]
            for key in keys
            if key is not None
            for route in routes
            for row in self._rows("decisions", query, route, key)
        ]

    def _rows(self, table: str, query: str, *asked: str | int) -> Iterator[tuple[Any, ...]]:
        return Tables(self.connection, self.path).rows(table, query, *asked)

    def _event(self, row: tuple[Any, ...]) -> Event:
        seq, previous, kind, route, lead, at, recorded_at, actor, version, text = row
        event = Event(
            kind,
            route,
            loaded(lead),
            moment(at),
            moment(recorded_at),
            actor,
            self._policy(version),
            number=seq,
            previous=previous,
        )
        return decoded(self.path, text, lambda said: with_detail(event, said))

    def _policy(self, version: int | None) -> str:
        if version is not None and version not in self._policies:
            query = "SELECT id, hash, since, source, sum FROM versions WHERE id = ?"
            found = next(self._rows("versions", query, version), None)
            if found is None:
                raise damaged(self.path, "a version of the policy is gone")
            self._policies[version] = found[1]
        return "" if version is None else self._policies[version]


def _conditions(sought: Sought) -> tuple[list[str], list[str | int]]:
    """Return what holds of the rows that are sought, and what is asked in it."""
    where: list[str] = []
    asked: list[str | int] = []
    people = "actor", "$.to[2]", "$.after[2]", "$.from[2]"
    cells = [each if each == "actor" else f"json_extract(detail, '{each}')" for each in people]
    since = None if sought.since is None else instant(sought.since)
    until = None if sought.until is None else instant(sought.until)
    for condition, value in (
        ("kind = ?", sought.kind),
        ("route = ?", sought.route),
        ("json_extract(detail, '$.rule') = ?", sought.rule),
        (f"? IN ({', '.join(cells)})", sought.person),
        ("at >= ?", since),
        ("at < ?", until),
    ):
        if isinstance(value, str) and not is_encodable(value):
            where.append("0")  # no name has half of a surrogate pair
        elif value is not None:
            where.append(condition)
            asked.append(value)
    return where, asked


def standings(connection: sqlite3.Connection, path: Path) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield the row of each lead, and what stands for it, as JSON of `details.standing`."""
    kept = Tables(connection, path)
    for lead in kept.rows("decisions", f"SELECT {', '.join(_LEAD)} FROM decisions ORDER BY seq"):  # noqa: S608 - our own names
        if lead[11] is not None:
            yield lead, lead[11]
            continue
        event = next(kept.rows("events", f"{_EVENTS} WHERE seq = ?", lead[3]), None)
        if event is None:
            raise damaged(path, f"event {lead[3]} is gone")
        said = decoded(path, event[9], dict[str, Any])
        yield lead, json_cell({name: said[name] for name in STANDING if name in said})
