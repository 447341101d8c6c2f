"""Moments as people and machines write them: a day and, where it is told, a time of day.

The policy language knows days only. A moment is asked for where leads of a file are taken in
the order in which they came.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from turnout.dsl.types import Date
from turnout.dsl.values.dates import ANY_DATE, clock, dated, day
from turnout.dsl.values.reading import Unread
from turnout.dsl.zones import zone

_NO_TIME = Unread("not a moment of the calendar")
_NO_DATE = Unread("not a date")


def moment(kind: Date = ANY_DATE) -> Callable[[object], datetime | Unread]:
    """Return the reader of a moment, to the minute, in UTC.

    kind: the order of numbers and the zone of what says none. A day without a time is its
    first moment.

    >>> moment()("2026-11-23T10:15:30.000+0100").isoformat()
    '2026-11-23T09:15:00+00:00'
    """
    _, from_other = day(kind)
    here = zone(kind.zone)

    def at(read: object, after: timedelta, away: timedelta | None) -> datetime | Unread:
        if not isinstance(read, date):
            return read if isinstance(read, Unread) else _NO_DATE
        start = datetime.combine(read, time())
        try:
            if away is None:
                return (start + after).replace(tzinfo=here).astimezone(UTC)
            return (start + after - away).replace(tzinfo=UTC)
        except OverflowError:
            return _NO_TIME

    def read(raw: object) -> datetime | Unread:
        if isinstance(raw, datetime):
            return _in_utc(raw if raw.tzinfo else raw.replace(tzinfo=here))
        if isinstance(raw, str):
            found, written = dated(raw, kind)
            after, away = (timedelta(), None) if written is None else clock(written)
            return at(found, after, away)
        return at(from_other(raw), timedelta(), None)

    return read


def _in_utc(moment: datetime) -> datetime | Unread:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _NO_TIME
