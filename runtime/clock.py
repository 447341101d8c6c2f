"""What the clock says, for the door: everything behind it takes the moment as an argument."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

HOLD = 0.03
"""Seconds after which a transaction that changes leads, one after the other, ends."""

GIVING_WAY = 0.02
"""Seconds between two such transactions: whoever waits for the state asks for it more often."""


def aware(at: datetime | None) -> datetime | None:
    """Return a moment in UTC, None where it is left out. Raises ValueError without a zone."""
    if at is None:
        return None
    if at.tzinfo is None:
        raise ValueError("the clock needs a time zone, such as datetime.now(UTC)")
    return at.astimezone(UTC)


def lasting(seconds: float) -> Callable[[], bool]:
    """Return what says whether so many seconds have gone by."""
    until = monotonic() + seconds
    return lambda: monotonic() >= until


def this_moment() -> datetime:
    """Return what the clock says.

    INVARIANT: asked inside a transaction only. Whoever reads it before has to wait for its
    turn at the state, and would then decide at a moment that is over.
    """
    return datetime.now(UTC)
