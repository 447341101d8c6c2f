"""What comes of an attempt to tell somebody, and when it is tried again."""

from collections.abc import Callable
from typing import TypeAlias

from turnout.frozen import frozen

DELAYS = (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Seconds before each further attempt, some three days in all; then it is given up."""

LONGEST = DELAYS[-1]


@frozen
class Delivered:
    """It arrived."""


@frozen
class Unwanted:
    """The endpoint isn't told of such events."""


@frozen
class Failed:
    """It didn't. retry_after: seconds that the other side asked to wait, 0 where it didn't."""

    reason: str
    retry_after: float = 0.0


@frozen
class Unsendable:
    """It never will, for what it says."""

    reason: str


@frozen
class Ended:
    """The other side wants nothing any more (410)."""

    reason: str


Upshot: TypeAlias = Delivered | Unwanted | Failed | Unsendable | Ended


def delay_before(attempt: int, asked: float, chance: Callable[[], float]) -> float | None:
    """Return the seconds to the next attempt behind a failed one, None where that was the last.

    attempt: the failed one, from 1. asked: what the other side asked for, which counts up to a
    day. chance: returns a number of [0, 1): a delay is up to a fifth shorter or longer, so that
    what failed together doesn't come back together.
    """
    if attempt > len(DELAYS):
        return None
    jittered = DELAYS[attempt - 1] * (0.8 + 0.4 * chance())
    return max(jittered, min(asked, LONGEST))
