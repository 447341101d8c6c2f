"""The moments that come, as the finitely many kinds of them that a policy tells apart.

What a policy asks of a moment is which calendars are open; that somebody isn't away is
asked in the same way, of a calendar that is open round the clock but for their absences
(`presence`). So calendars are laid over one timeline, which is cut where one of them opens
or closes. Stretches in which the same ones are open are moments of one kind, and whatever
is claimed of moments is claimed of kinds: what no kind allows doesn't come.

The timeline begins with a day, that of the check's clock, and is as long as anything is
looked ahead, `HORIZON` days. Most of them are alike: two days of UTC on which each clock is
put forward or back in the same way, and the same dates around them are closed, have the
same stretches. So a day is told by its signature, and only the first of each is cut.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise

from turnout.dsl.calendars import ROUND_THE_CLOCK, Calendar, on_days
from turnout.dsl.conditions import During
from turnout.dsl.opening_hours import DAY, HORIZON, from_seconds, open_spans, pieces
from turnout.dsl.policy import Person
from turnout.dsl.public_holidays import public_holidays
from turnout.dsl.source import NOWHERE
from turnout.dsl.zones import zone
from turnout.frozen import frozen

_EPOCH = date(1970, 1, 1).toordinal()
_WEEK, _APART = 7, 28
_FIRST, _LAST = date.min.toordinal() + _WEEK, date.max.toordinal() - HORIZON - 2 * _WEEK


@frozen
class MomentKind:
    """Moments at which the same calendars are open, the others of a timeline closed.

    first: the earliest such moment. last: after which there is none, the moment left out.
    """

    open: frozenset[Calendar]
    first: datetime
    last: datetime


def presence(person: Person) -> Calendar | None:
    """Return the calendar that is open while a person isn't away, None where they never are."""
    if not person.away:
        return None
    name = f"presence of {person.name}"  # with blanks, so that no declared one is called so
    return Calendar(name, person.timezone, ROUND_THE_CLOCK, (), person.away, person.span)


def lasting(during: During) -> Calendar:
    """Return the calendar that is open on the days of a validity, round the clock."""
    name = f"{during.first}..{during.last} in {during.zone}"
    return on_days(name, during.zone, during.first, during.last, NOWHERE)


@lru_cache(maxsize=512)
def kinds(calendars: frozenset[Calendar], since: date) -> tuple[MomentKind, ...]:
    """Return the kinds of moments that come from a day of UTC on, in order of the first.

    calendars: those that tell moments apart.
    """
    ordered = sorted(calendars, key=lambda each: each.name)
    start = min(max(since.toordinal(), _FIRST), _LAST) - _EPOCH
    firsts: dict[tuple[int, ...], int] = {}
    lasts: dict[tuple[int, ...], int] = {}
    for day, signature in enumerate(_signatures(ordered, start), start):
        firsts.setdefault(signature, day)
        lasts[signature] = day
    first: dict[frozenset[Calendar], int] = {}
    last: dict[frozenset[Calendar], int] = {}
    for signature, day in firsts.items():
        later = (lasts[signature] - day) * DAY
        for begins, ends, open_ in _cut(ordered, day):
            first.setdefault(open_, begins)
            last[open_] = max(last.get(open_, ends), ends + later)
    in_order = sorted(first.items(), key=lambda pair: pair[1])
    return tuple(
        MomentKind(open_, from_seconds(at), from_seconds(last[open_])) for open_, at in in_order
    )


def contradictions(calendars: Sequence[Calendar], since: date) -> Iterator[Mapping[Calendar, bool]]:
    """Yield what doesn't come: each a few of the calendars, open or closed, that never are so.

    Together they are all that doesn't come, and no two of them share a moment.
    """
    yield from unmet(calendars, [kind.open for kind in kinds(frozenset(calendars), since)])


def unmet(
    calendars: Sequence[Calendar], met: Iterable[frozenset[Calendar]]
) -> Iterator[Mapping[Calendar, bool]]:
    """Yield what is none of `met`, which are open at once; as `contradictions` does."""
    pending = [(0, dict[Calendar, bool](), list(met))]
    while pending:
        number, chosen, left = pending.pop()
        if not left:
            yield chosen
        elif number < len(calendars):
            calendar = calendars[number]
            for is_open in (True, False):
                some = [open_ for open_ in left if (calendar in open_) is is_open]
                pending.append((number + 1, {**chosen, calendar: is_open}, some))


def open_together(
    calendars: Iterable[Calendar], since: date, moments: Sequence[Sequence[tuple[float, float]]]
) -> Iterator[frozenset[frozenset[Calendar]]]:
    """Yield for each of several sets of moments which calendars are open at once in it.

    moments: spans in seconds since 1970, the end left out. Looked at are the `HORIZON` days
    from a day of UTC on; nothing is open in a span that lies outside of them, nor closed.
    """
    ordered = sorted(calendars, key=lambda each: each.name)
    start = min(max(since.toordinal(), _FIRST), _LAST) - _EPOCH
    signatures = list(_signatures(ordered, start))
    known: dict[tuple[int, ...], frozenset[frozenset[Calendar]]] = {}
    for spans in moments:
        found: set[frozenset[Calendar]] = set()
        for begins, ends in spans:
            low, high = int(-(-begins // DAY)), int(ends // DAY)  # the days that lie in it whole
            for day in {low - 1, high} - set(range(low, high)):
                if start <= day < start + HORIZON:
                    found |= {o for b, e, o in _cut(ordered, day) if b < ends and begins < e}
            for day in range(max(low, start), min(high, start + HORIZON)):
                signature = signatures[day - start]
                if signature not in known:
                    known[signature] = frozenset(open_ for _, _, open_ in _cut(ordered, day))
                found |= known[signature]
        yield frozenset(found)


def _signatures(calendars: Sequence[Calendar], start: int) -> Iterable[tuple[int, ...]]:
    """Return what tells each day's stretches, day by day."""
    columns: dict[object, Sequence[int]] = {
        "weekday": [day % _WEEK for day in range(start, start + HORIZON)]
    }
    for calendar in calendars:
        columns[calendar.timezone] = _changes(calendar.timezone, start)
        days = calendar.closed, calendar.holidays
        if any(days):
            columns[days] = _closed_around(*days, start)
    return zip(*columns.values(), strict=True)


@lru_cache(maxsize=64)
def _changes(timezone: str, start: int) -> Sequence[int]:
    """Return a number for each day, the same for days on which a zone's clock runs alike.

    No zone has two changes within `_APART` days that undo each other; the shortest summer
    time that there is, or break in one, for Ramadan, lasts five weeks.
    """
    clock, numbers = zone(timezone), dict[object, int]()
    found: list[int] = []
    for first in range(start, start + HORIZON, _APART):
        ahead = list(pieces(clock, first * DAY, (first + _APART) * DAY))
        offset = ahead[0][2]
        changes = {begins // DAY: (begins % DAY, after) for begins, _, after in ahead[1:]}
        for day in range(first, first + _APART):
            way: object = offset
            if day in changes:
                way = offset, *changes[day]
                offset = changes[day][1]
            found.append(numbers.setdefault(way, len(numbers)))
    return found[:HORIZON]


@lru_cache(maxsize=256)
def _closed_around(
    closed: tuple[tuple[date, date], ...], holidays: tuple[str, ...], start: int
) -> Sequence[int]:
    """Return for each day whether the date, the one before and the one after are closed."""
    marks = bytearray(HORIZON + 2)  # from the date before the first day on
    zero = start + _EPOCH - 1
    for first, last in closed:
        low = min(max(first.toordinal() - zero, 0), len(marks))
        high = min(max(last.toordinal() - zero + 1, low), len(marks))
        marks[low:high] = b"\x01" * (high - low)
    years = range(date.fromordinal(zero).year, date.fromordinal(zero + HORIZON + 1).year + 1)
    for place in holidays:
        for day in (day for year in years for day in public_holidays(place, year)):
            if 0 <= day.toordinal() - zero < len(marks):
                marks[day.toordinal() - zero] = 1
    around = zip(marks, marks[1:], marks[2:], strict=False)
    return [before + 2 * now + 4 * after for before, now, after in around]


def stretches(
    calendars: Iterable[Calendar], day: date
) -> Iterator[tuple[datetime, datetime, frozenset[Calendar]]]:
    """Yield the stretches of a day of UTC, in order: begin, end, and what is open in between."""
    for begins, ends, open_ in _cut(calendars, day.toordinal() - _EPOCH):
        yield from_seconds(begins), from_seconds(ends), open_


def _cut(calendars: Iterable[Calendar], day: int) -> Iterator[tuple[int, int, frozenset[Calendar]]]:
    """Yield the same for a day by its number since 1970, in seconds since 1970."""
    changed: dict[int, set[Calendar]] = {day * DAY: set(), (day + 1) * DAY: set()}
    for calendar in calendars:
        for span in open_spans(calendar, day):
            for edge in span:
                changed.setdefault(edge, set()).symmetric_difference_update({calendar})
    edges = sorted(changed)
    open_: frozenset[Calendar] = frozenset()
    for begins, ends in pairwise(edges):
        open_ ^= changed[begins]
        yield begins, ends, open_
