"""A change that outcomes speak for, with what is said for it."""

from typing import Final, Literal, TypeAlias

from turnout.frozen import frozen
from turnout.reporting.suggesting.edited_policy import Replacement
from turnout.reporting.suggesting.odds import CountedShare

SuggestionKind: TypeAlias = Literal["declined", "conversions", "weights", "boundary", "unused"]

LEAST: Final = 30
"""Leads on each side of a comparison that is made."""


@frozen
class Proposal:
    """A change, and why. chance: of its test, before any correction; None where none was made.

    edits: none where the test was made but nothing would follow from it; it counts among the tests.
    why_not: why something would follow that nobody can write into the policy, "" otherwise.
    """

    kind: SuggestionKind
    subject: str
    evidence: tuple[str, ...]
    edits: tuple[Replacement, ...]
    chance: float | None = None
    why_not: str = ""


def told_tally(tally: CountedShare) -> str:
    """Return a share in words, with its counts and how sure it is.

    >>> told_tally(CountedShare(10, 100))
    '10.0 % (10 of 100; 5.5 to 17.4 %)'
    """
    low, high = tally.interval
    sure = f"{told_points(low)} to {told_points(high)} %"
    return f"{told_points(tally.share)} % ({tally.of:,} of {tally.whole:,}; {sure})"


def told_points(share: float) -> str:
    """Return a share as percent, to a tenth."""
    return f"{100 * share:.1f}"
