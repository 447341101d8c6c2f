"""Working time: how time passes for somebody who works by a calendar.

>>> from datetime import UTC, datetime, timedelta
>>> from turnout.dsl.calendars import Calendar, Opening
>>> weekdays = tuple(Opening(day, 9 * 60, 17 * 60) for day in range(5))
>>> office = Calendar("office", "Europe/Berlin", weekdays, (), (), span=None)
>>> friday = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)  # 16:30 in Berlin
>>> after_working(office, friday, timedelta(hours=1)).isoformat()
'2026-11-30T08:30:00+00:00'
"""

from datetime import UTC, datetime, timedelta

from turnout.dsl.calendars import Calendar
from turnout.dsl.opening_hours import from_seconds, is_open, next_open, seconds, spans_from

__all__ = ["after_working", "is_open", "next_open"]


def after_working(calendar: Calendar, moment: datetime, duration: timedelta) -> datetime | None:
    """Return the first moment by which so much open time has passed since `moment`, in UTC.

    Open time is time that passes, so a night shift in which the clock is put back is an
    hour longer. A duration of nothing has passed at once, open or not. None where the
    calendar isn't open for so long in the ten years after (`HORIZON`).
    """
    if duration <= timedelta(0):
        return moment.astimezone(UTC)
    at = seconds(moment)
    rest = duration / timedelta(seconds=1)
    for start, end in spans_from(calendar, at):
        if end <= at:
            continue
        worked = end - max(start, at)
        if worked >= rest:
            return from_seconds(max(start, at) + rest)
        rest -= worked
    return None
