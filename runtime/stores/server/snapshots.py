"""A snapshot of a state on a server, read page by page; nobody is waited for or held up."""

from typing import Any

from turnout.frozen import attribute, define
from turnout.runtime.events import ALL, Event, Sought
from turnout.runtime.stores import PAGE, Recorded
from turnout.runtime.stores.cells import instant, json_read, moment
from turnout.runtime.stores.details import with_detail
from turnout.runtime.stores.server.encoded import received, sent
from turnout.runtime.stores.server.fetched import Fetched, Query

_ROW = """json_build_array(e.seq, e.previous, e.kind, e.route, e.lead, e.at, e.recorded_at,
    e.actor, v.hash, e.detail)"""
_DONE = "e.turn < %s + pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
"""Of transactions before the first one that may still be at work; see `schemas`."""
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
_HISTORY = (
    f"SELECT json_agg({_ROW} ORDER BY e.turn, e.seq) FROM (SELECT e.* FROM {{{{s}}}}.events e"
    " WHERE e.seq = ANY (ARRAY(WITH RECURSIVE chain (seq, previous) AS (SELECT e.seq, e.previous"
    " FROM {{s}}.decisions d JOIN {{s}}.events e ON e.seq = d.last WHERE d.lead = %s"
    " UNION ALL SELECT e.seq, e.previous FROM chain c JOIN {{s}}.events e ON e.seq = c.previous)"
    " SELECT seq FROM chain)){where} ORDER BY e.turn DESC, e.seq DESC LIMIT %s) e"
    " LEFT JOIN {{s}}.versions v ON v.id = e.version"
)
_TEXT = "SELECT (SELECT source FROM {s}.versions WHERE hash = %s)"


@define(eq=False)
class ServerSnapshot:
    """A `Snapshot`, inside a transaction that only reads. base: see `schemas`."""

    ask: Query
    base: int
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
        return [*map(_event, self.ask(query, after, after, self.base, *asked, limit) or ())]

    def last_event(self) -> int:
        """Return the number of the last event."""
        return int(self.ask(_LAST, self.base))

    def policy_text(self, policy: str) -> str | None:
        """Return the text of a version of the policy, None where it isn't known."""
        found: str | None = self.ask(_TEXT, policy)
        return found

    def history(self, lead: str, limit: int = PAGE, sought: Sought = ALL) -> list[Event]:
        """Return the last events of a lead, on all routes."""
        where, asked = _conditions(sought)
        return [
            *map(_event, self.ask(_HISTORY.format(where=where), sent(lead), *asked, limit) or ())
        ]


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
