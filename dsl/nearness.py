"""Which rows of a table are called as nearly like a lead as any, and near enough.

How near two names are is a whole percentage: of the letters of both, those that stand in both
in the same order, rounded down; the longest common subsequence counted twice, over both
lengths. `muller` and `mueller` are 12 of 13 letters, 92 %.

So that a lead isn't compared with every row: a name that is near enough has most of the pairs of
neighbouring letters of the other (Ukkonen, "Approximate string matching with q-grams", 1992).
How many of a lead's pairs each row has is counted for all rows at once, as the bits of a few
ints; only rows that have enough of them are compared. Names of more than `LONGEST_NAME`
characters are found only if they are equal.
"""

import re
from array import array
from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from turnout.frozen import attribute, define, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from turnout.dsl.types import Value

LONGEST_NAME = 200
"""Characters of a name that is compared; a longer one is only equal or not."""

LEAST_PERCENT, MOST_PERCENT = 70, 100

_REMEMBERED = 5_000
_LOOKED_FOR = (93, 86, 80, 0)
_SPARSE = 64
_SOME_BITS = re.compile(rb"[^\0]", re.DOTALL)
_BEFORE, _BEHIND = "\x02", "\x03"  # no value has them


@frozen
class NearnessRow:
    """A row that is found by a name. name: as it is written; key: as it is compared.

    value: what the row says, None where its cell is empty. beside: its values of the fields
    that break ties, None where a cell is empty.
    """

    line: int
    name: str
    key: str
    value: "Value | None"
    beside: tuple["Value | None", ...] = ()


@frozen(slots=False)
class Nearness:
    """What `near 92% then country` says of a lookup, and the rows that it chooses among.

    percent: how near a row has to be. then: the fields that break ties, the first first.
    """

    percent: int
    then: tuple[str, ...] = ()
    rows: tuple[NearnessRow, ...] = attribute(default=(), hash=False, repr=False)

    def nearest(self, key: str) -> tuple[int, tuple[NearnessRow, ...]]:
        """Return how near the nearest rows are, in percent, and all of them, as in the table.

        No rows where none is near enough.
        """
        if key in self._equal:
            return MOST_PERCENT, self._equal[key]
        if len(key) > LONGEST_NAME or self.percent == MOST_PERCENT:
            return 0, ()
        found = self._known.get(key)
        if found is None:
            found = self._compared(key)
            if len(self._known) < _REMEMBERED:
                self._known[key] = found
        return found

    @cached_property
    def _equal(self) -> dict[str, tuple[NearnessRow, ...]]:
        found: dict[str, list[NearnessRow]] = {}
        for row in self.rows:
            found.setdefault(row.key, []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def _known(self) -> dict[str, tuple[int, tuple[NearnessRow, ...]]]:
        return {}

    @cached_property
    def _names(self) -> "_Names":
        return _Names.of(key for key in self._equal if len(key) <= LONGEST_NAME)

    def _compared(self, key: str) -> tuple[int, tuple[NearnessRow, ...]]:
        """Look for what is very near first: where there is such a row, few are compared."""
        for least in dict.fromkeys(max(self.percent, some) for some in _LOOKED_FOR):
            percent, keys = self._names.nearest(key, least)
            if keys:
                rows = (row for each in keys for row in self._equal[each])
                return percent, tuple(sorted(rows, key=lambda row: row.line))
        return 0, ()


@define
class _Names:
    """Names by their lengths, and by the pairs of neighbouring letters that they have.

    dense: of pairs that many names have, those names as the bits of an int.
    """

    names: list[str] = attrs.Factory(list[str])
    by_length: dict[int, int] = attrs.Factory(dict[int, int])
    by_pair: "dict[str, array[int]]" = attrs.Factory(dict[str, "array[int]"])
    dense: dict[str, int] = attrs.Factory(dict[str, int])

    @classmethod
    def of(cls, names: "Iterable[str]") -> "_Names":
        """Return the index of different names."""
        made = cls()
        lengths: dict[int, array[int]] = {}
        for number, name in enumerate(names):
            made.names.append(name)
            lengths.setdefault(len(name), array("I")).append(number)
            for pair in set(_pairs(name)):
                made.by_pair.setdefault(pair, array("I")).append(number)
        made.by_length = {length: _bits(numbers) for length, numbers in lengths.items()}
        least = len(made.names) // _SPARSE
        made.dense = {
            pair: _bits(numbers) for pair, numbers in made.by_pair.items() if len(numbers) > least
        }
        return made

    def nearest(self, name: str, least: int) -> tuple[int, "Sequence[str]"]:
        """Return the highest percentage that is no less than `least`, and the names that have it.

        In the order in which they were given; none where none is near enough.
        """
        places: dict[str, int] = {}
        for at, letter in enumerate(name):
            places[letter] = places.get(letter, 0) | 1 << at
        best, found = least, list[str]()
        for other in self._candidates(name, least):
            both = len(name) + len(other)
            if 200 * min(len(name), len(other)) < best * both:
                continue
            percent = 200 * _in_both(places, len(name), other) // both
            if percent > best:
                best, found = percent, []
            if percent == best:
                found.append(other)
        return (best, found) if found else (0, ())

    def _candidates(self, name: str, least: int) -> "Iterator[str]":
        """Yield the names that may be near enough, in order."""
        digits = self._counted(_pairs(name))
        having = 0
        for length in range(_shortest(len(name), least), _longest(len(name), least) + 1):
            if length in self.by_length:
                needed = _needed(len(name), length, least)
                having |= self.by_length[length] & _at_least(needed, digits)
        return (self.names[number] for number in _members(having))

    def _counted(self, pairs: "Sequence[str]") -> list[int]:
        """Return how many of the pairs each name has: the binary digits of it, as bits."""
        digits: list[int] = []
        for pair in pairs:
            carried = self.dense.get(pair)
            if carried is None:
                carried = _bits(self.by_pair.get(pair, ()))
            for at, digit in enumerate(digits):
                digits[at], carried = digit ^ carried, digit & carried
                if not carried:
                    break
            if carried:
                digits.append(carried)
        return digits


def _at_least(needed: int, digits: "Sequence[int]") -> int:
    """Return where the number of these binary digits is no less than `needed`."""
    if needed <= 0:
        return -1
    more, equal = 0, -1
    for at in range(max(len(digits), needed.bit_length()) - 1, -1, -1):
        digit = digits[at] if at < len(digits) else 0
        if needed >> at & 1:
            equal &= digit
        else:
            more |= equal & digit
            equal &= ~digit
    return more | equal


def _shortest(length: int, least: int) -> int:
    return -(-length * least // (200 - least))


def _longest(length: int, least: int) -> int:
    return length * (200 - least) // least


def _needed(length: int, other: int, least: int) -> int:
    """Return how many pairs of a name a name of another length has that is near enough.

    A letter that only the name has spoils two of its pairs, one that only the other has one.
    """
    differing = (length + other) * (100 - least) // 100
    differing -= (differing - other + length) % 2
    only_here = (differing - (other - length)) // 2
    return length + 1 - differing - only_here


def _in_both(places: "Mapping[str, int]", length: int, other: str) -> int:
    """Return how many letters stand in both names in the same order.

    places: where each letter of a name stands, as bits; length: of that name. By bit-parallel
    dynamic programming: Hyyro, "Bit-parallel LCS-length computation revisited", 2004.
    """
    every = (1 << length) - 1
    left = every
    for letter in other:
        here = left & places.get(letter, 0)
        left = (left + here | left - here) & every
    return length - left.bit_count()


def _pairs(name: str) -> list[str]:
    padded = f"{_BEFORE}{name}{_BEHIND}"
    return [padded[at : at + 2] for at in range(len(name) + 1)]


def _bits(numbers: "Sequence[int]") -> int:
    if not numbers:
        return 0
    found = bytearray((numbers[-1] >> 3) + 1)
    for number in numbers:
        found[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(found, "little")


def _members(bits: int) -> "Iterator[int]":
    for found in _SOME_BITS.finditer(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        byte = found[0][0]
        yield from (found.start() * 8 + at for at in range(8) if byte >> at & 1)
