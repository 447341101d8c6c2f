"""When a lead must have been touched.

Time is counted while the assignee works: by their own hours, else by those of the team
that they were drawn from, else round the clock. A day is 24 hours of it.
"""

from datetime import datetime, timedelta

from turnout.dsl.calendars import Calendar
from turnout.dsl.policy import Policy, Sla
from turnout.runtime.calendars import after_working

UNWORKED = {"sequence", "reject", "none"}
"""Kinds of targets that nobody is to work on, so that nothing is due."""


def due(
    sla: Sla | None, kind: str, at: datetime, calendar: Calendar | None = None
) -> datetime | None:
    """Return when a lead that was given away at `at` is due, UTC; None where it never is.

    kind: of the target that has it. calendar: of its assignee, None for round the clock;
    not asked where the SLA says `wall`, nor where it stays closed for years.
    """
    if sla is None or kind in UNWORKED:
        return None
    length = timedelta(minutes=sla.period.minutes)
    worked = None if calendar is None or sla.wall else after_working(calendar, at, length)
    return worked or at + length


def working(policy: Policy, kind: str, target: str, assignee: str | None) -> Calendar | None:
    """Return the calendar by which a lead is worked on; see above.

    kind, target, assignee: who has it, as a decision says.
    """
    person = policy.people.get(assignee or "")
    hours = person.hours if person is not None else None
    if hours is None and kind in {"round-robin", "least-loaded"}:
        hours = policy.teams[target].hours
    if kind == "partner":
        hours = policy.places[f"partner {target}"].hours
    return policy.calendars[hours] if hours is not None else None
