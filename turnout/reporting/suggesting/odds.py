"""Shares, how sure they are, and whether two of them differ.

Intervals are Wilson's for a share and Newcombe's for a difference (R. G. Newcombe, "Interval
estimation for the difference between independent proportions", Statistics in Medicine 17 (1998),
method 10). Two shares are compared by Fisher's exact test, several by Pearson's chi-square. What a
run tests is corrected together by Holm's method: the chance that anything at all is found where
there is nothing is at most the level, however many tests there were.
"""

from collections.abc import Sequence
from math import erfc, exp, lgamma, log, sqrt
from typing import Final

from turnout.frozen import frozen

LEVEL: Final = 0.05
"""The chance at most that a run suggests anything where outcomes are all chance."""

_Z: Final = 1.959963984540054


@frozen
class CountedShare:
    """How many of so many."""

    of: int
    whole: int

    @property
    def share(self) -> float:
        """The share, 0 of none."""
        return self.of / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95 %.

        >>> [round(each, 3) for each in CountedShare(10, 100).interval]
        [0.055, 0.174]
        """
        if not self.whole:
            return 0.0, 1.0
        size, squared = self.whole, _Z * _Z
        middle = (self.of + squared / 2) / (size + squared)
        spread = _Z * sqrt(self.of * (size - self.of) / size + squared / 4) / (size + squared)
        return max(0.0, middle - spread), min(1.0, middle + spread)

    def __add__(self, other: "CountedShare") -> "CountedShare":
        return CountedShare(self.of + other.of, self.whole + other.whole)


def difference_interval(one: CountedShare, other: CountedShare) -> tuple[float, float]:
    """Return Newcombe's interval of 95 % of one share minus the other.

    >>> [round(each, 4) for each in difference_interval(CountedShare(56, 70), CountedShare(48, 80))]
    [0.0524, 0.3339]
    """
    apart = one.share - other.share
    (low, high), (least, most) = one.interval, other.interval
    down = sqrt((one.share - low) ** 2 + (most - other.share) ** 2)
    up = sqrt((high - one.share) ** 2 + (other.share - least) ** 2)
    return apart - down, apart + up


def fisher(one: CountedShare, other: CountedShare) -> float:
    """Return how likely shares are that are as far apart or further, were both the same.

    >>> round(fisher(CountedShare(1, 10), CountedShare(11, 14)), 5)
    0.00276
    """
    drawn, first, second = one.of + other.of, one.whole, other.whole
    least, most = max(0, drawn - second), min(drawn, first)
    whole = _choose(first + second, drawn)

    def log_chance(taken: int) -> float:
        return float(_choose(first, taken) + _choose(second, drawn - taken) - whole)

    seen = log_chance(one.of) + 1e-7
    chances = map(log_chance, range(least, most + 1))
    return min(1.0, sum(exp(each) for each in chances if each <= seen))


def _choose(size: int, taken: int) -> float:
    return lgamma(size + 1) - lgamma(taken + 1) - lgamma(size - taken + 1)


def chi_square(tallies: Sequence[CountedShare]) -> float:
    """Return how likely shares are that differ as much or more, were all the same.

    >>> round(chi_square([CountedShare(30, 100), CountedShare(50, 100)]), 5)
    0.00389
    """
    whole = sum(tallies, CountedShare(0, 0))
    if not 0 < whole.of < whole.whole:
        return 1.0
    apart = 0.0
    for each in tallies:
        due = each.whole * whole.share
        apart += (each.of - due) ** 2 / (due * (1 - whole.share)) if due else 0.0
    return _beyond(apart, len(tallies) - 1)


def _beyond(value: float, freedom: int) -> float:
    """Return the chance that a chi-square variable is larger than a value."""
    half = value / 2
    if not half:
        return 1.0
    first = 0.5 if freedom % 2 else 0.0
    powers = (first + k for k in range(freedom // 2))
    # By logarithms: for a team of hundreds the powers are larger than a float.
    terms = (exp(each * log(half) - half - lgamma(each + 1)) for each in powers)
    return min(1.0, (erfc(sqrt(half)) if freedom % 2 else 0.0) + sum(terms))


def holm(chances: Sequence[float]) -> list[float]:
    """Return chances corrected for how many there are, each to be held to the level.

    >>> [round(each, 3) for each in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    ranked = sorted(range(len(chances)), key=chances.__getitem__)
    corrected = [0.0] * len(chances)
    most = 0.0
    for place, at in enumerate(ranked):
        most = max(most, min(1.0, (len(chances) - place) * chances[at]))
        corrected[at] = most
    return corrected


def shrunken(tallies: Sequence[CountedShare]) -> list[float]:
    """Return each share drawn towards that of all, the more the less is known of it.

    A beta prior whose mean and spread are those of the shares beyond chance: empirical Bayes, by
    moments (J. C. Kleinman, "Proportions with extraneous variance: single and independent samples",
    JASA 68 (1973)). Where they spread no more than chance has them do, all are the same.

    >>> known = CountedShare(40, 100), CountedShare(20, 100), CountedShare(6, 10)
    >>> [round(each, 3) for each in shrunken(known)]
    [0.393, 0.209, 0.465]
    """
    known = [each for each in tallies if each.whole]
    whole = sum(known, CountedShare(0, 0))
    mean = whole.share
    if not 0 < mean < 1 or len(known) < 2:
        return [mean] * len(tallies)
    noise = mean * (1 - mean)
    squares = sum(each.whole * (each.share - mean) ** 2 for each in known)
    freedom = len(known) - 1
    size = whole.whole - sum(each.whole**2 for each in known) / whole.whole - freedom
    spread = (squares - freedom * noise) / size if size > 0 else 0.0
    if spread <= 0:
        return [mean] * len(tallies)
    prior = max(noise / spread - 1, 0.0)
    return [(each.of + prior * mean) / (each.whole + prior) for each in tallies]
