"""A snapshot of a state on a server, read page by page; nobody is waited for or held up."""

from typing import Any

from turnout.frozen import attribute, define
from turnout.runtime.events import ALL, Event, Sought
from turnout.runtime.stores import PAGE, Recorded
from turnout.runtime.stores.cells import instant, json_read, moment
from turnout.runtime.stores.details import with_detail
from turnout.runtime.stores.log_rows import AT_ONCE, LogRow
from turnout.runtime.stores.server.encoded import received, sent
from turnout.runtime.stores.server.fetched import GRAVE, Fetched, Query

_ROW = """json_build_array(e.seq, e.previous, e.kind, e.route, e.lead, e.at, e.recorded_at,
    e.actor, v.hash, e.detail)"""
_LOCKS = """WITH locks AS MATERIALIZED (SELECT * FROM pg_locks WHERE granted
    AND locktype IN ('transactionid', 'advisory'))"""
_OTHERS = """EXISTS (SELECT FROM locks t WHERE t.locktype = 'transactionid'
    AND t.transactionid::text::bigint = mod(x.number::text::bigint, 4294967296)
    AND NOT EXISTS (SELECT FROM locks a WHERE a.locktype = 'advisory' AND a.objsubid = 1
    AND a.virtualtransaction = t.virtualtransaction
    AND a.classid::bigint = %s AND a.objid::bigint = %s))"""
_DONE = f"""e.turn < %s + ({_LOCKS} SELECT coalesce(min(x.number::text::bigint),
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
    FROM pg_snapshot_xip(pg_current_snapshot()) x (number) WHERE NOT {_OTHERS})"""
"""Of transactions before the first one of this state that may still be at work; see `schemas`.

Whoever writes to a state holds its lock, and has had it before the transaction got a number. So
one that is at work in this snapshot, runs still and doesn't hold it, is none of this state's:
another program's, however long it takes. The locks are looked at once, behind the snapshot.
"""
_BEHIND = """(e.turn, e.seq) > (coalesce((SELECT turn FROM {{s}}.events WHERE seq <= %s
    ORDER BY seq DESC LIMIT 1), -1), %s)"""
_PAGE = (
    f"SELECT json_agg({_ROW} ORDER BY e.turn, e.seq) FROM (SELECT * FROM {{{{s}}}}.events e"
    f" WHERE {_BEHIND} AND {_DONE}{{where}} ORDER BY e.turn, e.seq LIMIT %s) e"
    " LEFT JOIN {{s}}.versions v ON v.id = e.version"
)
_LAST = (
    (
        f"SELECT coalesce((SELECT e.seq FROM {{{{s}}}}.events e WHERE {_DONE}"
        " ORDER BY e.turn DESC, e.seq DESC LIMIT 1), 0)"
    )
    .replace("{{", "{")
    .replace("}}", "}")
)
_SUM = """SELECT json_build_array(count(*),
    coalesce(sum(hashtext(e.kind || e.route || e.detail)::bigint + e.seq), 0))
    FROM {s}.events e WHERE (e.turn, e.seq) > (
        coalesce((SELECT turn FROM {s}.events WHERE seq = %s), -1), %s)
    AND (e.turn, e.seq) <= (SELECT turn, seq FROM {s}.events WHERE seq = %s)"""
_GRAVE = GRAVE.format(lead="%s::text").replace("{s}", "{{s}}")
_HISTORY = (
    f"SELECT json_agg({_ROW} ORDER BY e.turn, e.seq) FROM (SELECT e.* FROM {{{{s}}}}.events e"
    " WHERE e.seq = ANY (ARRAY(WITH RECURSIVE chain (seq, previous) AS (SELECT e.seq, e.previous"
    " FROM {{s}}.decisions d JOIN {{s}}.events e ON e.seq = d.last WHERE d.lead = %s"
    f" OR d.lead = {_GRAVE}"
    " UNION ALL SELECT e.seq, e.previous FROM chain c JOIN {{s}}.events e ON e.seq = c.previous)"
    " SELECT seq FROM chain)){where} ORDER BY e.turn DESC, e.seq DESC LIMIT %s) e"
    " LEFT JOIN {{s}}.versions v ON v.id = e.version"
)
_HALF = (1 << 32) - 1
_TEXT = "SELECT (SELECT source FROM {s}.versions WHERE hash = %s)"


@define(eq=False)
class ServerSnapshot:
    """A `Snapshot`, inside a transaction that only reads. base: see `schemas`; key: of the lock."""

    ask: Query
    base: int
    key: int
    _fetched: Fetched = attribute(init=False)

    def __attrs_post_init__(self) -> None:
        """Prepare to read single leads."""
        self._fetched = Fetched(self.ask)

    def decided(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead."""
        return self._fetched.recorded(route, lead)

    def events(self, after: int = 0, limit: int = PAGE, sought: Sought = ALL) -> list[Event]:
        """Return the first events behind the one with that number, in the order of the log."""
        where, asked = _conditions(sought)
        query = _PAGE.format(where=where)
        return [*map(_event, self.ask(query, after, after, *self._done(), *asked, limit) or ())]

    def log_rows(self, after: int = 0, limit: int = AT_ONCE) -> list[LogRow]:
        """Return the first events behind the one with that number, as rows."""
        found = self.ask(_PAGE.format(where=""), after, after, *self._done(), limit) or ()
        return [
            LogRow(seq, previous, kind, received(route), at, policy or "", json_read(text))
            for seq, previous, kind, route, _, at, _, _, policy, text in found
        ]

    def log_sum(self, upto: int, after: int = 0) -> tuple[int, int]:
        """Return how many events there are behind one up to another, and a sum of what they say."""
        count, total = self.ask(_SUM, after, after, upto)
        return int(count), int(total)

    def last_event(self) -> int:
        """Return the number of the last event."""
        return int(self.ask(_LAST, *self._done()))

    def _done(self) -> tuple[int, int, int]:
        """Return what `_DONE` asks: the lock's number stands in two halves."""
        return self.base, self.key >> 32 & _HALF, self.key & _HALF

    def policy_text(self, policy: str) -> str | None:
        """Return the text of a version of the policy, None where it isn't known."""
        found: str | None = self.ask(_TEXT, policy)
        return found

    def history(self, lead: str, limit: int = PAGE, sought: Sought = ALL) -> list[Event]:
        """Return the last events of a lead, on all routes."""
        where, asked = _conditions(sought)
        id_ = sent(lead)
        query = _HISTORY.format(where=where)
        return [*map(_event, self.ask(query, id_, id_, *asked, limit) or ())]


def _event(cells: list[Any]) -> Event:
    seq, previous, kind, route, lead, at, recorded_at, actor, policy, text = cells
    event = Event(
        kind,
        received(route),
        received(lead),
        moment(at),
        moment(recorded_at),
        received(actor),
        policy or "",
        number=seq,
        previous=previous,
    )
    return with_detail(event, json_read(text))


def _conditions(sought: Sought) -> tuple[str, list[str | int]]:
    """Return what holds of the rows that are sought, and what is asked in it."""
    where = ""
    asked: list[str | int] = []
    since = None if sought.since is None else instant(sought.since)
    until = None if sought.until is None else instant(sought.until)
    for condition, value in (
        ("e.kind = %s", sought.kind),
        ("e.route = %s", sought.route),
        ("e.rule = %s", sought.rule),
        ("%s IN (e.actor, e.holder, e.former)", sought.person),
        ("e.at >= %s", since),
        ("e.at < %s", until),
    ):
        if value is not None:
            where += f" AND {condition}"
            asked.append(sent(value) if isinstance(value, str) else value)
    return where, asked
