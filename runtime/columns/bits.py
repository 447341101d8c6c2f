"""The first box that takes each lead of a chunk: the engine's bitmaps, for all leads at once.

A bond's values come to a set of boxes; there are few different ones, and few combinations of
them: each is asked once, whatever the number of leads. The sets are kept as words of 64 boxes.
The first words of all combinations are ANDed before any second one, and only those that no box
has taken yet are asked for the next: most are taken early.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from turnout.runtime.columns.coding import Codes

_WORD = 64
_MASK = (1 << _WORD) - 1
_FEW = 2  # words: to AND these takes less than to tell combinations apart
_MOST_COMBINED = 1 << 62  # what a whole number of 64 bits tells apart


class BoxSets:
    """The different sets of boxes that one bond's values come to, numbered."""

    def __init__(self, boxes: int) -> None:
        """Begin with none. boxes: how many boxes the plan has."""
        self._width = max(1, -(-boxes // _WORD))
        self._numbers: dict[int, int] = {}
        self._words = np.zeros((self._width, 16), np.uint64)

    def __len__(self) -> int:
        """Return how many different sets there are so far."""
        return len(self._numbers)

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
    if not bonds or boxes <= _FEW * _WORD:
        return _first_boxes(every, boxes, bonds, size)
    codes, firsts = _different([(numbers, len(sets)) for sets, numbers in bonds])
    some = [(sets, numbers[firsts]) for sets, numbers in bonds]
    return _first_boxes(every, boxes, some, len(firsts))[codes]


def _different(numbers: Sequence[tuple[Codes, int]]) -> tuple[Codes, Codes]:
    """Return which combination of several numbers each lead has, and a lead that has each.

    numbers: of each lead, with how many there may be.
    """
    whole, among = numbers[0][0].copy(), numbers[0][1]
    for more, count in numbers[1:]:
        if among * count > _MOST_COMBINED:
            whole, firsts = _encoded(whole)
            among = len(firsts)
        whole *= count
        whole += more
        among *= count
    return _encoded(whole)


def _encoded(whole: Codes) -> tuple[Codes, Codes]:
    found = pa.array(whole).dictionary_encode()
    codes: Codes = found.indices.to_numpy().astype(np.int64)
    firsts = np.empty(len(found.dictionary), np.int64)
    firsts[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return codes, firsts


def _first_boxes(
    every: int, boxes: int, bonds: Sequence[tuple[BoxSets, Codes]], size: int
) -> Codes:
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
