"""When a lead must have been touched.

A day is 24 hours.
"""

from datetime import datetime, timedelta

from turnout.dsl.policy import Sla

UNWORKED = {"sequence", "reject", "none"}
"""Kinds of targets that nobody is to work on, so that nothing is due."""


def due(sla: Sla | None, kind: str, at: datetime) -> datetime | None:
    """Return when a lead that was given away at `at` is due, UTC; None where it never is.

    kind: of the target that has it.
    """
    if sla is None or kind in UNWORKED:
        return None
    return at + timedelta(minutes=sla.period.minutes)
