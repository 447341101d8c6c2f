"""When a lead must have been touched.

The time of an SLA runs while its assignee works, by their own calendar, else by that of
the team that they were drawn from: minutes and hours are hours in which it is open, a day
ends at the same time of its next open day, a week at the same time seven days later, and
where it is closed then, when it opens next. A lead that arrives while it is closed counts
from when it opens. Without a calendar, and with `wall`, it is plain time and a day is 24
hours.
"""

from datetime import UTC, datetime, timedelta

from turnout.dsl.calendars import Calendar
from turnout.dsl.opening_hours import HORIZON, next_open
from turnout.dsl.policy import Policy, Sla
from turnout.dsl.promises import Period
from turnout.dsl.targets import DRAWN, KINDS
from turnout.dsl.zones import zone
from turnout.runtime.decisions import STANDING_IN
from turnout.runtime.moves import Holder
from turnout.runtime.working_time import after_working

UNWORKED = {"none", *(kind.word for kind in KINDS if not kind.is_worked)}
"""Kinds of targets that nobody is to work on, so that nothing is due."""


def due(policy: Policy, sla: Sla | None, holder: Holder, at: datetime) -> datetime | None:
    """Return when a lead that `holder` was given at `at` is due, UTC; None where it never is.

    It never is where the holder's calendar isn't open for so long in ten years, and in a queue
    in which leads wait `until free`.
    """
    if sla is None or holder.kind in UNWORKED or _is_waiting(policy, holder):
        return None
    hours = None if sla.wall else hours_of(policy, holder)
    if hours is None:
        return at.astimezone(UTC) + timedelta(minutes=sla.period.minutes)
    return _worked(policy.calendars[hours], sla.period, at)


def is_before_acceptance(sla: Sla, holder: Holder, rule: str | None, by: str) -> bool:
    """Return whether an SLA only runs once its holder accepts the lead.

    So it does `from acceptance`, of whoever the rule itself names. by: as on a `Decision`.
    """
    if not sla.from_acceptance or holder.assignee is None:
        return False
    return by.partition(STANDING_IN)[0] == f"rule {rule}"


def first_due(  # noqa: PLR0913, PLR0917 - what a decision is made of
    policy: Policy, sla: Sla | None, holder: Holder, rule: str | None, by: str, at: datetime
) -> datetime | None:
    """Return when a lead that somebody is given is due, None where that isn't known yet."""
    if sla is None or is_before_acceptance(sla, holder, rule, by):
        return None
    return due(policy, sla, holder, at)


def _is_waiting(policy: Policy, holder: Holder) -> bool:
    """Return whether a lead only waits there until somebody is free, whose time runs then."""
    place = policy.outlets.get(holder.name)
    return place is not None and place.until_free


def hours_of(policy: Policy, holder: Holder) -> str | None:
    """Return the calendar that somebody works by, None where they have none."""
    if holder.assignee is not None:
        person = policy.people.get(holder.assignee)
        if person is not None and person.hours is not None:
            return person.hours
        is_drawn = holder.kind in DRAWN
        team = policy.teams.get(holder.target) if is_drawn else None
        return None if team is None else team.hours
    place = policy.outlets.get(holder.name)
    return None if place is None else place.hours


def _worked(calendar: Calendar, period: Period, at: datetime) -> datetime | None:
    if period.unit in {"minute", "hour"}:
        return after_working(calendar, at, timedelta(minutes=period.minutes))
    start = next_open(calendar, at)
    if start is None:
        return None
    local = start.astimezone(zone(calendar.timezone))
    days = period.amount * 7 if period.unit == "week" else _days(calendar, local, period.amount)
    if days is None:
        return None
    # By the clock on the wall, whatever it was put forward or back in between.
    then = local.replace(tzinfo=None) + timedelta(days=days)
    return next_open(calendar, then.replace(tzinfo=zone(calendar.timezone)))


def _days(calendar: Calendar, local: datetime, count: int) -> int | None:
    """Return after how many days `count` open days have begun, the first one left out."""
    midnight = local.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    clock = zone(calendar.timezone)
    for days in range(1, HORIZON):
        begins, ends = (
            (midnight + timedelta(days=each)).replace(tzinfo=clock) for each in (days, days + 1)
        )
        opens = next_open(calendar, begins)
        if opens is None:
            return None
        if opens < ends:
            count -= 1
        if count == 0:
            return days
    return None
