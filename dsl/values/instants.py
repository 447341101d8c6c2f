"""Moments as people and machines write them: a day and, where it is told, a time of day.

The policy language knows days only. A moment is asked for where leads of a file are taken in
the order in which they came.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from turnout.dsl.types import Date
from turnout.dsl.values.dates import ANY_DATE, clock, dated, day
from turnout.dsl.values.reading import Unread
from turnout.dsl.zones import zone

_NO_TIME = Unread("not a moment of the calendar")
_NO_DATE = Unread("not a date")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_UNITS = {
    "epoch seconds": (datetime(1970, 1, 1, tzinfo=UTC), timedelta(seconds=1)),
    "epoch milliseconds": (datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)),
    "sheet days": (datetime(1899, 12, 30), timedelta(days=1)),  # noqa: DTZ001 - of the field's zone
}
"""What a plain number counts, as a field says it: from when on, and one of what."""


def moment(kind: Date = ANY_DATE) -> Callable[[object], datetime | Unread]:
    """Return the reader of a moment in UTC, texts to the minute.

    kind: the order of numbers and the zone of what says none. A day without a time is its
    first moment.

    >>> moment()("2026-11-23T10:15:30.000+0100").isoformat()
    '2026-11-23T09:15:00+00:00'
    """
    from_text, from_other = day(kind)
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
        if (counted := _counted(raw, kind)) is not None:
            is_day = isinstance(from_text(str(raw), None), date)
            return _in_utc(counted.replace(tzinfo=counted.tzinfo or here)) if is_day else _NO_TIME
        if isinstance(raw, str):
            found, written = dated(raw, kind)
            after, away = (timedelta(), None) if written is None else clock(written)
            return at(found, after, away)
        return at(from_other(raw), timedelta(), None)

    return read


def _counted(raw: object, kind: Date) -> datetime | None:
    """Return the moment that a plain number counts to, None where it is none that counts."""
    unit = _UNITS.get(kind.numbers)
    if unit is None or isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        return None
    text = str(raw).strip()
    if not _NUMBER.fullmatch(text) or len(text.partition(".")[0].lstrip("-")) == 8:
        return None  # eight digits are a day as it is written, 20261123
    start, one = unit
    try:
        return start + one * float(text)
    except OverflowError:
        return None


def _in_utc(moment: datetime) -> datetime | Unread:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _NO_TIME
