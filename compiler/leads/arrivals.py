"""The day and the moment at which a lead out of a box of leads arrives.

What the box asks of them: that a date which is asked for itself has the age that is asked
for, that rules which count on some days do so or don't, and what is open. Where nothing asks
for another, a lead arrives on `DAY`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from turnout.compiler import masks
from turnout.compiler.leads.dimensions import Dimension
from turnout.compiler.leads.moments import beginning
from turnout.compiler.leads.partitions import DAYS
from turnout.compiler.leads.regions import Masks
from turnout.compiler.leads.samples import pieces, sample
from turnout.compiler.leads.space import Space
from turnout.compiler.leads.timeline import kinds, stretches
from turnout.dsl import types
from turnout.dsl.calendars import Calendar
from turnout.dsl.conditions import During, Open
from turnout.dsl.opening_hours import HORIZON
from turnout.dsl.zones import local_date, zone

DAY = date(2026, 1, 1)
"""The day on which a witness arrives, unless its dates, its ages or rules ask for another."""

_MOST_WAYS = 1_000
"""Ways in which dates can have their ages that are looked at."""

_FAR = 10**7
"""Days beyond which no two days lie apart."""


def day_of(space: Space, box: Masks, classes: Mapping[int, int]) -> date | None:
    """Return a day on which a lead of the box can arrive, None where any will do.

    classes: that of the lead on each dimension.
    """
    dated = list(_dated(space, box))
    telling = _by_first(space, dated, classes)
    limits = [spans_of(d, box[at]) for at, d in enumerate(space.dimensions) if _asks_day(d)]
    if not limits:
        return telling
    is_limited = any(
        _asks_day(d) and box[at] != space.full[at] for at, d in enumerate(space.dimensions)
    )
    if telling is None and not dated and not is_limited and _is_in(limits, DAY.toordinal()):
        return None
    if telling is not None and _is_in(limits, telling.toordinal()):
        return telling
    sums = [_sums(space, own, age, classes) for own, age in dated]
    for ways, _ in zip(product(*limits, *sums), range(_MOST_WAYS), strict=False):
        low, high = max(low for low, _ in ways), min(high for _, high in ways)
        if low < high:
            return date.fromordinal(_telling(low, high))
    return None


def _asks_day(dimension: Dimension) -> bool:
    return isinstance(dimension.test, During)


def _is_in(limits: Sequence[Sequence[tuple[int, int]]], day: int) -> bool:
    return all(any(low <= day < high for low, high in spans) for spans in limits)


def _telling(low: int, high: int) -> int:
    """Return a day of a span: the usual one, else the one from which on it lasts, or its last."""
    if low <= DAY.toordinal() < high:
        return DAY.toordinal()
    return low if low > DAYS[0] else high - 1


def spans_of(dimension: Dimension, mask: int) -> list[tuple[int, int]]:
    """Return where days of these classes lie, in order; from ordinals to ordinals, left out."""
    return sorted(piece for number in masks.members(mask) for piece in pieces(dimension, number))


# -- dates and their ages --


def _dated(space: Space, box: Masks) -> Iterator[tuple[int, int]]:
    """Yield the dimensions of dates that are asked for themselves: of the value, and the age."""
    value_at = {d.field.name: at for at, d in enumerate(space.dimensions) if d.kind == "value"}
    for at, dimension in enumerate(space.dimensions):
        own = value_at[dimension.field.name] if dimension.kind == "age" else None
        if own is not None and box[own] & ~1 != space.full[own] & ~1:
            yield own, at


def _by_first(
    space: Space, dated: Sequence[tuple[int, int]], classes: Mapping[int, int]
) -> date | None:
    """Return the day on which a telling date has a telling age."""
    for own, at in dated:
        day, age = (sample(space.dimensions[i], classes[i]) for i in (own, at))
        if isinstance(day, date) and isinstance(age, int) and -9_999 < age < 99_999:
            return day + timedelta(days=age)
    return None


def _sums(space: Space, own: int, age: int, classes: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return the days on which a date of its class can have an age of its class."""
    if not classes[own] or not classes[age]:
        return [DAYS]
    return [
        (low + max(start, -_FAR), high + min(end, _FAR) - 1)
        for low, high in pieces(space.dimensions[own], classes[own])
        for start, end in pieces(space.dimensions[age], classes[age])
    ]


def aged(day: Dimension, number: int, age: Dimension, years: int, today: date) -> date | None:
    """Return a date of a class that has an age of another class today, None where none has.

    number, years: the classes, of the dimension of the date's values and of its ages.
    """
    for low, high in pieces(day, number):
        for start, end in pieces(age, years):
            first = max(low, today.toordinal() - min(end - 1, _FAR), DAYS[0])
            last = min(high - 1, today.toordinal() - max(start, -_FAR), DAYS[1] - 1)
            if first <= last:
                return date.fromordinal(first if low != DAYS[0] else last)
    return None


# -- what is open --


def zone_of(space: Space) -> str:
    """Return the time zone of the policy's days, which all its dates have."""
    found = (dimension.field.type for dimension in space.dimensions)
    return next((kind.zone for kind in found if isinstance(kind, types.Date)), "UTC")


def moment_of(space: Space, box: Masks, today: date | None) -> datetime | None:
    """Return a moment at which each calendar is as the box wants it.

    today: the one day to look at, in the policy's time zone; else those that come. None
    where there is no such moment, and where no calendar is asked.
    """
    wanted: dict[Calendar, set[bool]] = {}
    for at, dimension in enumerate(space.dimensions):
        if isinstance(dimension.test, Open):
            answers = {bool(sample(dimension, n)) for n in masks.members(box[at])}
            wanted[dimension.test.calendar] = answers
    if not wanted:
        return None

    def is_wanted(open_: frozenset[Calendar]) -> bool:
        return all((calendar in open_) in answers for calendar, answers in wanted.items())

    calendars = frozenset(wanted)
    if today is None:
        came = kinds(calendars, space.since)
        return next((kind.first for kind in came if is_wanted(kind.open)), None)
    spans = [(today.toordinal(), today.toordinal() + 1)]
    earliest = date.min if space.first is None else space.first
    found = _first_moment(calendars, zone_of(space), spans, (today, earliest), is_wanted)
    if found is not None or any(dimension.kind == "age" for dimension in space.dimensions):
        return found
    limits = [(at, d) for at, d in enumerate(space.dimensions) if _asks_day(d)]
    if len(limits) != 1:
        return None
    at, dimension = limits[0]
    start = beginning(dimension, space.since, space.first)
    spans = spans_of(dimension, box[at])
    return _first_moment(calendars, zone_of(space), spans, (start, start), is_wanted)


def _first_moment(
    calendars: frozenset[Calendar],
    clock: str,
    spans: Sequence[tuple[int, int]],
    since: tuple[date, date],
    is_wanted: Callable[[frozenset[Calendar]], bool],
) -> datetime | None:
    """Return the first such moment on days of a time zone.

    since: from which of these days on, and from which day of UTC on. Somewhere a day starts
    before that of UTC, somewhere it ends after it.
    """
    start, earliest = since
    floor = datetime.combine(earliest, time(), UTC)
    last = start.toordinal() + HORIZON
    for low, high in spans:
        for day in range(max(low, start.toordinal()), min(high, last)):
            opens = datetime.combine(date.fromordinal(day), time(), zone(clock))
            for offset in (-1, 0, 1):
                for begins, ends, open_ in stretches(calendars, date.fromordinal(day + offset)):
                    moment = max(begins, opens, floor)
                    is_there = moment < ends and local_date(moment, clock).toordinal() == day
                    if is_there and is_wanted(open_):
                        return moment
    return None
