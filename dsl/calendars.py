"""Calendars: the hours in which somebody works."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeAlias

from turnout.dsl.source import Span
from turnout.frozen import attribute, frozen

DayRange: TypeAlias = tuple[date, date]
"""A range of days, first and last included."""


@frozen
class Opening:
    """A block of open hours, which belongs to the weekday on which it begins.

    weekday: 0 is Monday. start, end: minutes after midnight by the calendar's clock, the
    end left out; above 1440 it lies on the following day.
    """

    weekday: int
    start: int
    end: int


@frozen(cache_hash=True)
class Calendar:
    """When somebody works: blocks of hours, without holidays and closed days.

    timezone: an IANA name. openings: in order, none overlapping another. holidays: the
    places whose public holidays are closed, as ISO codes (`DE`, `DE-BY`). closed: first
    and last day of each closed range. A closed day is closed from midnight to midnight,
    so it also cuts the block of the night before at midnight.
    """

    name: str
    timezone: str
    openings: tuple[Opening, ...]
    holidays: tuple[str, ...]
    closed: tuple[DayRange, ...]
    span: Span = attribute(eq=False, repr=False)


ROUND_THE_CLOCK = tuple(Opening(weekday, 0, 24 * 60) for weekday in range(7))


def complement(ranges: Iterable[DayRange]) -> tuple[DayRange, ...]:
    """Return the days that are in none of these ranges.

    >>> complement([(date.min, date(2026, 3, 1)), (date(2026, 3, 4), date.max)])
    ((datetime.date(2026, 3, 2), datetime.date(2026, 3, 3)),)
    """
    found: list[DayRange] = []
    begins = date.min.toordinal()
    for first, last in sorted(ranges):
        if begins < first.toordinal():
            found.append((date.fromordinal(begins), first - timedelta(days=1)))
        begins = max(begins, last.toordinal() + 1)
    if begins <= date.max.toordinal():
        found.append((date.fromordinal(begins), date.max))
    return tuple(found)


def on_days(
    name: str, timezone: str, first: date | None, last: date | None, span: Span
) -> Calendar:
    """Return the calendar that is open from one day until another, round the clock.

    name: with a blank in it, so that no declared one is called so. None is no end.
    """
    closed: list[DayRange] = []
    if first is not None and first > date.min:
        closed.append((date.min, first - timedelta(days=1)))
    if last is not None and last < date.max:
        closed.append((last + timedelta(days=1), date.max))
    return Calendar(name, timezone, ROUND_THE_CLOCK, (), tuple(closed), span)
