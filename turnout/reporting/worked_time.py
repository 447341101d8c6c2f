"""How much of a stretch of time somebody worked, by their calendar."""

from turnout.dsl.calendars import Calendar
from turnout.dsl.opening_hours import open_spans
from turnout.dsl.policy import Policy
from turnout.frozen import attribute, define
from turnout.runtime.decisions import TargetKind
from turnout.runtime.due import hours_of
from turnout.runtime.moves import Holder

SECOND = 1_000_000
DAY = 86_400 * SECOND
"""In microseconds."""


@define(eq=False)
class WorkedTime:
    """The working time of a policy's people and teams; None for no policy."""

    policy: Policy | None = None
    _opened: dict[tuple[str, int], int] = attribute(factory=dict[tuple[str, int], int], init=False)

    def between(
        self, holder: tuple[TargetKind, str, str | None], start: int, end: int
    ) -> int | None:
        """Return the open time between two moments; None for somebody without hours.

        holder: kind, target, assignee. All in microseconds, the moments since 1970, UTC.
        """
        if self.policy is None:
            return None
        hours = hours_of(self.policy, Holder(*holder))
        calendar = None if hours is None else self.policy.calendars.get(hours)
        if calendar is None:
            return None
        first, last = start // DAY, end // DAY
        if first == last:
            return _of_day(calendar, first, start, end)
        whole = sum(self._day(calendar, day) for day in range(first + 1, last))
        from_first = _of_day(calendar, first, start, (first + 1) * DAY)
        return from_first + whole + _of_day(calendar, last, last * DAY, end)

    def _day(self, calendar: Calendar, day: int) -> int:
        key = calendar.name, day
        found = self._opened.get(key)
        if found is None:
            found = self._opened[key] = _of_day(calendar, day, day * DAY, (day + 1) * DAY)
        return found


def _of_day(calendar: Calendar, day: int, start: int, end: int) -> int:
    """Return the open time of a day of UTC between two moments of it."""
    return sum(
        max(0, min(end, closes * SECOND) - max(start, opens * SECOND))
        for opens, closes in open_spans(calendar, day)
    )
