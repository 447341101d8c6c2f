"""Which rows of leads are asked for, some at a time and in their order, in any dialect of SQL."""

from typing import assert_never

from turnout.runtime.statuses import ENDED
from turnout.runtime.stores import AskedLeads, Elapsed, HeldLeads, Queued
from turnout.runtime.stores.cells import instant, stored

_TIMED = (
    "WHERE d.route = {{mark}} AND d.{0} >= {{mark}} AND d.{0} <= {{mark}}"
    " AND (d.{0} > {{mark}} OR d.seq > {{mark}}) AND d.{0} IS NOT NULL"
    " ORDER BY d.{0}, d.seq LIMIT {{mark}}"
)
_ELAPSED = {time: _TIMED.format(time) for time in ("due", "expires")}
_QUEUED = (
    "WHERE d.route = {mark} AND d.queue = {mark} AND d.rank <= {mark}"
    " AND (d.rank < {mark} OR d.seq > {mark}) ORDER BY d.rank DESC, d.seq LIMIT {mark}"
)
_ENDED = ", ".join(f"'{status}'" for status in sorted(ENDED))
_HELD = (
    f"WHERE d.route = {{mark}} AND d.seq < {{mark}} AND d.status NOT IN ({_ENDED})"
    " AND {assignee} = {mark} ORDER BY d.seq DESC LIMIT {mark}"
)
_HIGHEST = (1 << 63) - 1


def asked_rows(asked: AskedLeads) -> tuple[str, tuple[str | int, ...]]:
    """Return what holds of the rows of `decisions`, and the cells in it but for the limit.

    Each `{mark}` in it stands for a cell, the last one for the limit; `{assignee}` for whoever
    was given the lead by the decision that stands.
    """
    match asked:
        case Elapsed(time, route, at, _, after):
            until, number = (None, 0) if after is None else asked.place(after)
            last = 0 if until is None else instant(until)
            return _ELAPSED[time], (route, last, instant(at), last, number)
        case Queued(route, queue, _, after):
            rank, number = (-_HIGHEST, 0) if after is None else asked.place(after)
            return _QUEUED, (route, stored(queue), -rank, -rank, number)
        case HeldLeads(route, person, _, after):
            before = _HIGHEST if after is None else after.number
            return _HELD, (route, before, stored(person))
        case _:
            assert_never(asked)
