"""Calendars: time zones, blocks of hours, holidays and closed days."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise

from turnout.dsl import nodes
from turnout.dsl.calendars import Calendar, DayRange, Opening
from turnout.dsl.findings import Finding, Fix, Label, Severity, error
from turnout.dsl.public_holidays import known_places
from turnout.dsl.resolve.literals import read_literal
from turnout.dsl.resolve.scope import Scope, nearest
from turnout.dsl.source import Span
from turnout.dsl.types import Country, Field, Subdivision
from turnout.dsl.values.time_words import weekdays_meant
from turnout.dsl.zones import zone_names

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_BLOCKS = 500
MAX_CLOSED = 10_000
_DAY, _WEEK = 24 * 60, 7 * 24 * 60
_PLACES = (Field("country", Country()), Field("subdivision", Subdivision()))


def calendar(node: nodes.Calendar, scope: Scope) -> Calendar | None:
    """Return the calendar, None where its name is taken or it has no hours to go by."""
    if not scope.stands("calendar", node.name):
        return None
    zones = _only([c for c in node.clauses if isinstance(c, nodes.Timezone)], node, scope)
    clock = None if zones is None else timezone(zones, scope)
    openings = _openings(node, scope)
    holidays = [
        place
        for clause in node.clauses
        if isinstance(clause, nodes.Holidays) and (place := _place(clause, scope)) is not None
    ]
    closed = days([c.days for c in node.clauses if isinstance(c, nodes.Closed)], scope)
    if clock is None or openings is None:
        return None
    name = node.name.text
    return Calendar(name, clock, openings, tuple(holidays), closed, node.name.span)


def timezone(node: nodes.Timezone, scope: Scope) -> str | None:
    """Return the name of a time zone, None where it was reported."""
    name = node.zone.text
    if name in zone_names():
        return name
    near = nearest(name, zone_names())
    advice = "write an IANA name, such as `Europe/Berlin`"
    message = f"there is no time zone `{name}`"
    scope.report("unknown-zone", node.zone.span, message, help=advice, near=near)
    return None


def days(written: Iterable[nodes.Range], scope: Scope) -> tuple[DayRange, ...]:
    """Return ranges of days; an open end has no end. Those that were reported are left out."""
    read: list[DayRange] = []
    for node in written:
        first = date.min if node.low is None else _day(node.low, scope)
        if node.high is node.low:  # one day, which is read once
            last = first
        else:
            last = date.max if node.high is None else _day(node.high, scope)
        if first is None or last is None:
            continue
        if first > last:
            message = "the range is empty: its ends are swapped"
            scope.report("unknown-value", node.span, message)
            continue
        read.append((first, last))
        if len(read) > MAX_CLOSED:
            message = f"more than {MAX_CLOSED:,} ranges of days"
            scope.report("too-large", node.span, message, help="join ranges that touch")
            break
    return tuple(read)


def _day(literal: nodes.Literal, scope: Scope) -> date | None:
    try:
        return date.fromisoformat(literal.text)
    except ValueError:
        message = f"`{literal.text}` is not a day"
        advice = "write year, month and day, such as 2026-12-24"
        scope.report("unknown-value", literal.span, message, help=advice)
        return None


def _only(zones: list[nodes.Timezone], node: nodes.Calendar, scope: Scope) -> nodes.Timezone | None:
    name = node.name.text
    if not zones:
        message = f"the calendar `{name}` has no time zone"
        advice = 'add one, such as `timezone "Europe/Berlin"`'
        scope.report("incomplete-calendar", node.name.span, message, help=advice)
        return None
    for again in zones[1:]:
        scope.report("duplicate-clause", again.span, f"the calendar `{name}` has two time zones")
    return zones[0]


def _place(node: nodes.Holidays, scope: Scope) -> str | None:
    """Return the ISO code of the place whose holidays are kept."""
    try:
        known = known_places()
    except ModuleNotFoundError:
        scope.report(
            "missing-extra",
            node.span,
            "`holidays` needs the package of that name, which is not installed",
            help="install it with `pip install 'turnout[holidays]'`",
        )
        return None
    text = node.place.text
    codes = [code for field in _PLACES if isinstance(code := read_literal(field, text)[0], str)]
    found = next((code for code in (text.upper(), *codes) if code in known), None)
    if found is None:
        near = nearest(text, known)
        advice = "write an ISO code, such as DE or DE-BY"
        message = f"no public holidays are known for `{text}`"
        scope.report("unknown-place", node.place.span, message, help=advice, near=near)
    return found


# -- hours --


def _openings(node: nodes.Calendar, scope: Scope) -> tuple[Opening, ...] | None:
    """Return the blocks in the order of the week, None where one was reported."""
    name = node.name.text
    written = [clause for clause in node.clauses if isinstance(clause, nodes.Opening)]
    if not written:
        message = f"the calendar `{name}` is never open"
        advice = "add hours, such as `open mon..fri 09:00-17:30`"
        scope.report("incomplete-calendar", node.name.span, message, help=advice)
        return None
    blocks: list[tuple[Opening, Span]] = []
    is_whole = True
    for clause in written:
        weekdays = [_weekdays(part, scope) for part in clause.days]
        hours = [(_hours(literal, scope), literal.span) for literal in clause.hours]
        for some in weekdays:
            for times, span in hours:
                if some is None or times is None:
                    is_whole = False
                else:
                    blocks.extend((Opening(day, *times), span) for day in some)
    if len(blocks) > MAX_BLOCKS:
        message = f"the calendar `{name}` has more than {MAX_BLOCKS} blocks"
        scope.report("too-large", node.name.span, message)
        return None
    blocks.sort(key=lambda block: (block[0].weekday, block[0].start))
    overlap = next(_overlaps(blocks), None)
    if overlap is not None:
        scope.findings.append(_overlapping(*overlap))
    return tuple(block for block, _ in blocks) if is_whole and overlap is None else None


def _weekdays(node: nodes.Weekdays, scope: Scope) -> list[int] | None:
    """Return weekdays, 0 for Monday; a range may lead over Sunday."""
    ends = (node.first, node.last or node.first)
    unknown = dict.fromkeys(name for name in ends if name.text not in WEEKDAYS)
    scope.findings.extend(map(_no_weekday, unknown))
    if unknown:
        return None
    first, last = (WEEKDAYS.index(name.text) for name in ends)
    return [day % 7 for day in range(first, (last if last >= first else last + 7) + 1)]


def _no_weekday(name: nodes.Name) -> Finding:
    meant = weekdays_meant(name.text)
    message = f"`{name.text}` is not a day of the week"
    if meant is None:
        advice = f"write one of {', '.join(WEEKDAYS)}"
        return error("unknown-value", name.span, message, help=advice)
    fix = Fix(f"write `{meant}`", name.span, meant)
    return error("unknown-value", name.span, message, help=fix.title, fixes=(fix,))


def _hours(literal: nodes.Literal, scope: Scope) -> tuple[int, int] | None:
    """Return start and end in minutes; an end before the start lies on the next day."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", literal.text)
    assert found is not None, "the grammar reads nothing else as hours"
    hour, minute, to_hour, to_minute = map(int, found.groups())
    start, end = hour * 60 + minute, to_hour * 60 + to_minute
    if minute > 59 or to_minute > 59 or start >= _DAY or end > _DAY:
        message = f"`{literal.text}` is not a block of hours"
        advice = "a day goes from 00:00 to 24:00"
        scope.report("unknown-value", literal.span, message, help=advice)
        return None
    if start == end:
        scope.report(
            "unknown-value",
            literal.span,
            f"the block `{literal.text}` is empty",
            help="write `00:00-24:00` for a whole day",
        )
        return None
    return start, end if end > start else end + _DAY


def _overlaps(
    blocks: list[tuple[Opening, Span]],
) -> Iterator[tuple[tuple[Opening, Span], tuple[Opening, Span]]]:
    """Yield neighbours that share time, the last block of the week with the first too."""
    for one, two in pairwise(blocks):
        if _start(one[0]) + _length(one[0]) > _start(two[0]):
            yield one, two
    if blocks and _start(blocks[-1][0]) + _length(blocks[-1][0]) > _start(blocks[0][0]) + _WEEK:
        yield blocks[-1], blocks[0]


def _start(block: Opening) -> int:
    return block.weekday * _DAY + block.start


def _length(block: Opening) -> int:
    return block.end - block.start


def _overlapping(one: tuple[Opening, Span], two: tuple[Opening, Span]) -> Finding:
    weekday = WEEKDAYS[two[0].weekday]
    return Finding(
        "overlapping-hours",
        Severity.ERROR,
        two[1],
        f"two blocks share time on {weekday}",
        text="begins before the other ends",
        labels=() if one[1] == two[1] else (Label(one[1], "the other"),),
        help=("join them, or cut one short",),
    )
