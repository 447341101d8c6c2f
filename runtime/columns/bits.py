"""The first box that takes each lead of a chunk: the engine's bitmaps, for all leads at once.

A bond's values come to a set of boxes; there are few different ones. They are kept as
words of 64 boxes. The first words of all leads are ANDed before any second one, and only
leads that no box has taken yet are asked for the next: most leads are taken early.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from turnout.runtime.columns.coding import Codes

_WORD = 64
_MASK = (1 << _WORD) - 1


class BoxSets:
    """The different sets of boxes that one bond's values come to, numbered."""

    def __init__(self, boxes: int) -> None:
        """Begin with none. boxes: how many boxes the plan has."""
        self._width = max(1, -(-boxes // _WORD))
        self._numbers: dict[int, int] = {}
        self._words = np.zeros((self._width, 16), np.uint64)

    def number(self, boxes: int) -> int:
        """Return the number of a set, given as bits; all of them where it is negative."""
        found = self._numbers.get(boxes)
        if found is None:
            found = self._numbers[boxes] = len(self._numbers)
            if found == self._words.shape[1]:
                self._words = np.concatenate([self._words, np.zeros_like(self._words)], axis=1)
            for at in range(self._width):
                self._words[at, found] = boxes >> at * _WORD & _MASK
        return found

    def word(self, at: int) -> NDArray[np.uint64]:
        """Return the boxes from `64 * at` on that are in each set, by its number."""
        found: NDArray[np.uint64] = self._words[at]
        return found


def first_boxes(every: int, boxes: int, bonds: Sequence[tuple[BoxSets, Codes]], size: int) -> Codes:
    """Return for each lead the first box that all its sets have, -1 where there is none.

    every: the boxes that are asked for at all, as bits; boxes: how many there are. bonds:
    each with the number of the set of each lead.
    """
    found = np.full(size, -1, np.int64)
    places = np.arange(size)
    left = [(sets, numbers) for sets, numbers in bonds]
    for at in range(-(-boxes // _WORD)):
        asked = every >> at * _WORD & _MASK
        if not asked:
            continue
        words = np.full(len(places), asked, np.uint64)
        for sets, numbers in left:
            words &= sets.word(at)[numbers]
        taken = words != 0
        if taken.any():
            lowest = words[taken]
            lowest &= ~lowest + np.uint64(1)
            behind = np.bitwise_count(lowest - np.uint64(1)).astype(np.int64)  # it counts in 8 bits
            found[places[taken]] = behind + at * _WORD
            places = places[~taken]
            if not len(places):
                break
            left = [(sets, numbers[~taken]) for sets, numbers in left]
    return found
