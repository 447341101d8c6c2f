"""Where a lead stands between its arrival and its end.

A lead that is decided waits in a queue, is somebody's, or is nobody's to work on. What happens to
it from then on marks it: it is offered, accepted, contacted, and in the end converted, closed or
returned. A lead that changes hands begins again. So the status of a lead follows from its events.
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

from turnout.runtime.decisions import Decision

LeadMark: TypeAlias = Literal["offered", "accepted", "contacted", "converted", "closed", "returned"]
"""What happened last to a lead that somebody has."""

Status: TypeAlias = Literal["unworked", "queued", "assigned"] | LeadMark
"""Where a lead stands. unworked: nobody is to work on it. queued: whoever claims it has it.
assigned: somebody has it, and was not asked whether they take it."""

MarkKind: TypeAlias = LeadMark | Literal["rejected", "released"]
"""Events that leave a lead where it is; a move may follow in the same transaction."""

MARKS: tuple[LeadMark, ...] = get_args(LeadMark)

ENDED: Final[frozenset[Status]] = frozenset({"converted", "closed", "returned"})
"""Statuses of leads that are done with."""

_MARKS: Final[Mapping[str, LeadMark]] = {
    **{mark: mark for mark in MARKS},
    "claimed": "accepted",
    "erased": "closed",
}


def first_status(decision: Decision) -> Status:
    """Return where a lead stands as soon as it is decided.

    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 11, 23, tzinfo=UTC)
    >>> first_status(Decision("L-1", "inbound", None, "", "queue", "triage", None, at))
    'queued'
    """
    if decision.kind == "queue":
        return "queued"
    if decision.assignee is not None or decision.kind == "partner":
        return "assigned"
    return "unworked"


def marked(mark: LeadMark | None, event: str) -> LeadMark | None:
    """Return what marks a lead after an event of a kind that decides nothing.

    What is done with stays so. Returns None where nothing marks it.

    >>> marked("accepted", "contacted"), marked("closed", "contacted"), marked(None, "rejected")
    ('contacted', 'closed', None)
    """
    if mark is not None and mark in ENDED:
        return mark
    found: LeadMark | None = _MARKS.get(event)
    return mark if found is None else found
