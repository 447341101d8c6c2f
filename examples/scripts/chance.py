"""Seeded chance that is the same on every machine and every version of Python."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import TypeVar

Choice = TypeVar("Choice")


class Chance:
    """A stream of choices, by the one method of `Random` that is promised never to change."""

    def __init__(self, seed: int) -> None:
        self._next = Random(seed).random  # noqa: S311 - sample data, nothing secret

    def happens(self, share: float) -> bool:
        """Whether something happens that happens in `share` of all cases."""
        return self._next() < share

    def number(self, low: int, high: int) -> int:
        """A number of low..high."""
        return low + int(self._next() * (high - low + 1))

    def one(self, choices: Sequence[Choice]) -> Choice:
        """One of `choices`."""
        return choices[int(self._next() * len(choices))]

    def word(self, choices: str) -> str:
        """One of the texts between bars."""
        return self.one(choices.split("|"))

    def weighted(self, weights: Mapping[str, int]) -> str:
        """One key, as often as its weight says."""
        at = self._next() * sum(weights.values())
        ends = accumulate(weights.values())
        return next(key for key, end in zip(weights, ends, strict=True) if at < end)
