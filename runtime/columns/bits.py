"""The different sets of boxes that values come to, and the first box of sets that meet.

A set is kept as the bits of an int, and as words of 64 boxes where many sets are ANDed at once:
the first words of all combinations are ANDed before any second one, and only those that no box
has taken yet are asked for the next: most are taken early.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from turnout.runtime.columns.coding import Codes, Numbers

_WORD = 64
_MASK = (1 << _WORD) - 1
_FEW = 2  # words: to AND these takes less than to tell combinations apart
_MOST_COMBINED = 1 << 62  # what a whole number of 64 bits tells apart


class BoxSets:
    """The different sets of boxes that values come to, numbered."""

    def __init__(self, every: int) -> None:
        """Begin with none. every: the boxes that may be in any of them, as bits."""
        self.every: int = every
        self._bytes = 8 * max(1, -(-every.bit_length() // _WORD))
        self._numbers: dict[int, int] = {}
        self._sets: list[int] = []
        self._words = np.zeros((0, self._bytes // 8), np.uint64)
        self._firsts = np.zeros(0, np.int64)

    def __len__(self) -> int:
        """Return how many different sets there are so far."""
        return len(self._sets)

    def __getitem__(self, number: int) -> int:
        """Return the set of a number, as bits."""
        return self._sets[number]

    @property
    def size(self) -> int:
        """How many bytes the sets take, about."""
        return len(self._sets) * self._bytes

    def number(self, boxes: int) -> int:
        """Return the number of a set, given as bits; of all of them where it is -1."""
        boxes &= self.every
        found = self._numbers.setdefault(boxes, len(self._sets))
        if found == len(self._sets):
            self._sets.append(boxes)
        return found

    def words(self) -> NDArray[np.uint64]:
        """Return the words of each set, sets x words."""
        new = self._sets[len(self._words) :]
        if new:
            written = b"".join([boxes.to_bytes(self._bytes, "little") for boxes in new])
            more = np.frombuffer(written, "<u8").reshape(len(new), -1)
            self._words = np.concatenate([self._words, more])
        return self._words

    def firsts(self) -> Codes:
        """Return the first box of each set, -1 where it has none."""
        new = self._sets[len(self._firsts) :]
        if new:
            more = np.array([(boxes & -boxes).bit_length() - 1 for boxes in new], np.int64)
            self._firsts = np.concatenate([self._firsts, more])
        return self._firsts


def first_boxes(bonds: Sequence[tuple[BoxSets, Numbers]]) -> Codes:
    """Return for each lead the first box that all its sets have, -1 where there is none.

    bonds: one at least, each with the number of the set of each lead.
    """
    if len(bonds) == 1:
        ((sets, numbers),) = bonds
        return sets.firsts().take(numbers)
    if bonds[0][0].every.bit_length() <= _FEW * _WORD:
        return _first_boxes(bonds)
    codes, firsts = _different([(numbers, len(sets)) for sets, numbers in bonds])
    return _first_boxes([(sets, numbers[firsts]) for sets, numbers in bonds])[codes]


def _different(numbers: Sequence[tuple[Numbers, int]]) -> tuple[Codes, Codes]:
    """Return which combination of several numbers each lead has, and a lead that has each.

    numbers: of each lead, with how many there may be.
    """
    whole, among = numbers[0][0].astype(np.int64), numbers[0][1]
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


def _first_boxes(bonds: Sequence[tuple[BoxSets, Numbers]]) -> Codes:
    left = [(sets.words(), numbers) for sets, numbers in bonds]
    places = np.arange(len(left[0][1]))
    found = np.full(len(places), -1, np.int64)
    for at in range(left[0][0].shape[1]):
        words = np.full(len(places), _MASK, np.uint64)
        for own, numbers in left:
            words &= own[:, at][numbers]
        taken = words != 0
        if taken.any():
            lowest = words[taken]
            lowest &= ~lowest + np.uint64(1)
            behind = np.bitwise_count(lowest - np.uint64(1)).astype(np.int64)  # it counts in 8 bits
            found[places[taken]] = behind + at * _WORD
            places = places[~taken]
            if not len(places):
                break
            left = [(own, numbers[~taken]) for own, numbers in left]
    return found
