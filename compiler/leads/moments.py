"""What no moment allows: what is open, the day of a decision and how old a date is, together.

Calendars are open and closed in turn, and each does so on days of its own. A date, its age
and the day of the decision are three answers of which two settle the third. What follows
from that is entered as boxes that hold no lead, so that a rule that counts from the first of
April on, say, is never asked at an hour of the thirty-first of March.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import combinations, islice
from typing import TypeAlias

from turnout.compiler.leads.dimensions import Dimension
from turnout.compiler.leads.partitions import DAYS
from turnout.compiler.leads.samples import pieces
from turnout.compiler.leads.timeline import contradictions, kinds, open_together, unmet
from turnout.compiler.masks import Mask, members
from turnout.dsl import types
from turnout.dsl.calendars import Calendar
from turnout.dsl.conditions import Atom, During, Open
from turnout.dsl.opening_hours import HORIZON, seconds
from turnout.dsl.zones import zone

MOST_NEVER = 10_000
"""Sets of moments that don't come; with more, a witness may be at one of the others."""

_FAR = 10**7
"""Days beyond which no two days lie apart."""

_BEFORE = timedelta(days=366)
"""How long before the first day that is told apart moments are looked at."""

_Box: TypeAlias = tuple[tuple[int, Mask], ...]
_Span: TypeAlias = tuple[int, int]
"""Days by their ordinals, the last left out."""


def link_moments(
    dimensions: Sequence[Dimension],
    sides: Mapping[Atom, tuple[int, Mask]],
    since: date,
    first: date | None,
) -> Iterator[_Box]:
    """Yield what is never open, or closed, at once, on which days; with too much of it, a part.

    since: the day from which on moments come. first: before which no lead arrives; where
    every day counts, moments come from before the first day that the dimensions tell apart.
    """
    asked = {atom.calendar: sides[atom] for atom in sides if isinstance(atom, Open)}
    days = [at for at, each in enumerate(dimensions) if isinstance(each.test, During)]
    if asked and not days:
        yield from islice(
            _boxes(contradictions(tuple(asked), since), asked, dimensions), MOST_NEVER
        )
    for at in days if asked else ():
        found = _by_day(dimensions, at, asked, since, first)
        yield from islice(found, MOST_NEVER)


def _by_day(
    dimensions: Sequence[Dimension],
    at: int,
    asked: Mapping[Calendar, tuple[int, Mask]],
    since: date,
    first: date | None,
) -> Iterator[_Box]:
    """Yield what the calendars never are at once on each of the days of dimension `at`."""
    dimension = dimensions[at]
    by_class = {number: pieces(dimension, number) for number in members(dimension.full)}
    since = beginning(dimension, since, first)
    clock = dimension.field.type.zone if isinstance(dimension.field.type, types.Date) else "UTC"
    moments = [_moments(spans, clock, since) for spans in by_class.values()]
    ever = frozenset(kind.open for kind in kinds(frozenset(asked), since))
    grouped: dict[frozenset[frozenset[Calendar]], Mask] = {}
    for number, open_ in zip(by_class, open_together(asked, since, moments), strict=True):
        met = open_ or ever  # of days that lie too far ahead, what may be on any
        grouped[met] = grouped.get(met, 0) | 1 << number
    for met, mask in grouped.items():
        for box in _boxes(unmet(tuple(asked), met), asked, dimensions):
            yield tuple(sorted((*box, (at, mask))))


def beginning(dimension: Dimension, since: date, first: date | None) -> date:
    """Return the day from which on moments are looked at, on days that a dimension tells apart.

    since, first: as `link_moments` has them. What is over for five years is left out, so that
    five years to come are among those that are looked at.
    """
    if first is not None:
        return first
    days = [low for n in members(dimension.full) for low, _ in pieces(dimension, n)]
    oldest = max(DAYS[0] + _BEFORE.days, since.toordinal() - HORIZON // 2)
    told_apart = [day for day in days if day > oldest]
    return min([since, *(date.fromordinal(day) - _BEFORE for day in told_apart)])


def _moments(spans: Sequence[_Span], clock: str, since: date) -> list[tuple[float, float]]:
    """Return where days of a time zone begin and end, as far as moments are looked at."""
    low, high = since.toordinal() - 1, min(since.toordinal() + HORIZON + 1, DAYS[1] - 1)
    cut = ((max(start, low), min(end, high)) for start, end in spans)
    return [(_midnight(start, clock), _midnight(end, clock)) for start, end in cut if start < end]


def _midnight(day: int, clock: str) -> float:
    return seconds(datetime.combine(date.fromordinal(day), time(), zone(clock)))


def _boxes(
    never: Iterator[Mapping[Calendar, bool]],
    asked: Mapping[Calendar, tuple[int, Mask]],
    dimensions: Sequence[Dimension],
) -> Iterator[_Box]:
    for chosen in never:
        sides: list[tuple[int, Mask]] = []
        for calendar, is_open in chosen.items():
            at, mask = asked[calendar]
            sides.append((at, mask if is_open else dimensions[at].full & ~mask))
        yield tuple(sorted(sides))


# -- days, dates and their ages --


def link_days(dimensions: Sequence[Dimension]) -> Iterator[_Box]:
    """Yield which days, dates and ages never go together; with too much of it, a part."""
    days = [at for at, each in enumerate(dimensions) if isinstance(each.test, During)]
    for one, two in combinations(days, 2):  # of two time zones: a day apart at most
        yield from _never(dimensions, (one,), two, (-1, 1))
    places = {(each.field.name, each.kind): at for at, each in enumerate(dimensions)}
    for at in days:
        for (name, kind), age in places.items():
            if kind == "age" and dimensions[age].field.type == dimensions[at].field.type:
                link = _never(dimensions, (places[name, "value"], age), at, (0, 0))
                yield from islice(link, MOST_NEVER)


def _never(
    dimensions: Sequence[Dimension], added: tuple[int, ...], of: int, apart: tuple[int, int]
) -> Iterator[_Box]:
    """Yield classes whose sum lies in none of these classes of dimension `of`.

    apart: how far the sum may lie off.
    """
    targets = {n: pieces(dimensions[of], n) for n in members(dimensions[of].full)}
    for chosen in _classes(dimensions, added):
        sums: list[_Span] = [(0, 1)]
        for at, number in chosen:
            sums = [
                (low + max(start, -_FAR), high + min(end, _FAR) - 1)
                for low, high in sums
                for start, end in pieces(dimensions[at], number)
            ]
        refused = 0
        for number, spans in targets.items():
            if not any(
                low + apart[0] < end and start < high + apart[1]
                for low, high in sums
                for start, end in spans
            ):
                refused |= 1 << number
        if refused:
            yield tuple(sorted((*((at, 1 << number) for at, number in chosen), (of, refused))))


def _classes(
    dimensions: Sequence[Dimension], added: tuple[int, ...]
) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield one class of each of these dimensions, in every way, those of missing left out."""
    if not added:
        yield ()
        return
    for number in members(dimensions[added[0]].full & ~1):
        for rest in _classes(dimensions, added[1:]):
            yield ((added[0], number), *rest)
