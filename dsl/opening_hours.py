"""When a calendar is open, as spans of time that never overlap.

Blocks are written by the clock on the wall, and time passes by UTC. Between two changes
of its offset a time zone's clock runs with UTC, so each day of UTC is cut where the offset
changes, and within a piece a block is a plain span. That is exact on the days on which the
clock jumps: an hour that is skipped is nobody's, an hour that is repeated is worked twice.

Spans are seconds since 1970 in UTC, the end left out. A day of UTC and what is open in it
is computed once and kept.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from turnout.dsl.calendars import Calendar
from turnout.dsl.public_holidays import public_holidays
from turnout.dsl.zones import zone

DAY = 86_400
HORIZON = 3_700
"""The days that are looked ahead: somewhat more than ten years."""
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _LAST = date.min.toordinal() - _EPOCH, date.max.toordinal() - _EPOCH


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """Return whether `calendar` is open at a moment with a time zone."""
    at = seconds(moment)
    return any(start <= at < end for start, end in open_spans(calendar, int(at // DAY)))


def next_open(calendar: Calendar, moment: datetime) -> datetime | None:
    """Return the first moment from `moment` on at which `calendar` is open, in UTC.

    None where it stays closed for `HORIZON` days.
    """
    at = seconds(moment)
    for start, end in spans_from(calendar, at):
        if end > at:
            return moment.astimezone(UTC) if start <= at else from_seconds(start)
    return None


def next_closed(calendar: Calendar, moment: datetime) -> datetime | None:
    """Return the first moment from `moment` on at which `calendar` is closed, in UTC.

    None where it stays open for `HORIZON` days.
    """
    at = seconds(moment)
    edge = at
    for start, end in spans_from(calendar, at):
        if start > edge:
            break
        edge = max(edge, end)
    if edge >= (at // DAY + HORIZON) * DAY:
        return None
    return moment.astimezone(UTC) if edge == at else from_seconds(edge)


def spans_from(calendar: Calendar, at: float) -> Iterator[tuple[int, int]]:
    """Yield the open spans of the day of UTC around `at` and of the `HORIZON` days after it."""
    first = int(at // DAY)
    for day in range(first, min(first + HORIZON, _LAST - 1)):
        yield from open_spans(calendar, day)


@lru_cache(maxsize=65_536)
def open_spans(calendar: Calendar, day: int) -> tuple[tuple[int, int], ...]:
    """Return the open spans of one day of UTC, in order.

    day: since 1970-01-01. Nothing is open in the first and the last days of the era, in
    which a local date may not exist.
    """
    if not _FIRST + 2 <= day <= _LAST - 2:
        return ()
    spans: list[tuple[int, int]] = []
    for start, end, offset in pieces(zone(calendar.timezone), day * DAY, (day + 1) * DAY):
        for local in range((start + offset) // DAY, (end - 1 + offset) // DAY + 1):
            for opens, closes in _blocks(calendar, local):
                span = max(start, opens - offset), min(end, closes - offset)
                if span[0] < span[1]:
                    spans.append(span)
    return _joined(spans)


def pieces(clock: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the pieces of a span in which the offset from UTC is the same, with the offset.

    No zone has two changes in a day that undo each other.
    """
    first, last = _offset(clock, start), _offset(clock, end - 1)
    if first == last:
        yield start, end, first
        return
    before, after = start, end - 1  # the change lies between the two
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(clock, middle) == first:
            before = middle
        else:
            after = middle
    yield start, after, first
    yield from pieces(clock, after, end)


def _offset(clock: ZoneInfo, at: int) -> int:
    offset = from_seconds(at).astimezone(clock).utcoffset()
    assert offset is not None
    return round(offset.total_seconds())


def _blocks(calendar: Calendar, local: int) -> Iterator[tuple[int, int]]:
    """Yield what is open on a local date, as seconds of its clock. local: since 1970-01-01."""
    if _is_closed(calendar, date.fromordinal(local + _EPOCH)):
        return
    weekday = (local + 3) % 7  # 1970-01-01 was a Thursday
    for block in calendar.openings:
        if block.weekday == weekday:
            yield local * DAY + block.start * 60, local * DAY + min(block.end * 60, DAY)
        if block.end * 60 > DAY and block.weekday == (weekday - 1) % 7:
            yield local * DAY, local * DAY + block.end * 60 - DAY


def _is_closed(calendar: Calendar, day: date) -> bool:
    if any(first <= day <= last for first, last in calendar.closed):
        return True
    return any(day in public_holidays(place, day.year) for place in calendar.holidays)


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def seconds(moment: datetime) -> float:
    """Return a moment as seconds since 1970 in UTC, exact to the microsecond."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1)


def from_seconds(at: float) -> datetime:
    """Return the moment in UTC, so many seconds after 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)
