"""Sets of characters: as ranges of code points, with what differs in case alone."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""A set of characters, as sorted ranges of code points, both ends included."""

HIGHEST = 0x10FFFF
ANY: Ranges = ((0, HIGHEST),)
DIGITS: Ranges = ((48, 57),)
WORD: Ranges = ((48, 57), (65, 90), (95, 95), (97, 122))

_LAST_CASED = 0x1E943
"""The last character that has another case."""


def just(characters: str) -> Ranges:
    """Return the set of these characters."""
    return union([((ord(each), ord(each)),) for each in characters])


def union(sets: Iterable[Ranges]) -> Ranges:
    """Return the characters of all `sets`.

    >>> union([((97, 99),), ((100, 101), (65, 65))])
    ((65, 65), (97, 101))
    """
    found: list[tuple[int, int]] = []
    for low, high in sorted(pair for ranges in sets for pair in ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], high)
        else:
            found.append((low, high))
    return tuple(found)


def complement(ranges: Ranges) -> Ranges:
    """Return all other characters."""
    found: list[tuple[int, int]] = []
    start = 0
    for low, high in ranges:
        if start < low:
            found.append((start, low - 1))
        start = high + 1
    if start <= HIGHEST:
        found.append((start, HIGHEST))
    return tuple(found)


def holds(ranges: Ranges, character: str) -> bool:
    """Return whether a character is in a set."""
    code = ord(character)
    at = bisect_right(ranges, (code, HIGHEST)) - 1
    return at >= 0 and code <= ranges[at][1]


def folded(ranges: Ranges) -> Ranges:
    """Return what differs from a character of `ranges` in case alone, those included."""
    more: list[Ranges] = [ranges]
    for low, high in ranges:
        if high - low > 1_000:  # look at what has another case, not at each of them
            codes: Iterable[int] = (code for code in _orbits() if low <= code <= high)
        else:
            codes = range(low, high + 1)
        more += [_orbits()[code] for code in codes if code in _orbits()]
    return union(more)


@lru_cache(maxsize=1)
def _orbits() -> dict[int, Ranges]:
    """Return for each character that has another case all that are the same but for case."""
    groups: dict[str, list[int]] = {}
    for code in range(_LAST_CASED + 1):
        groups.setdefault(_simple_fold(chr(code)), []).append(code)
    cased = (group for group in groups.values() if len(group) > 1)
    return {code: tuple((each, each) for each in group) for group in cased for code in group}


def _simple_fold(character: str) -> str:
    """Return the simple case folding of the Unicode Standard, in which one character stays one."""
    folded_, lower = character.casefold(), character.lower()
    return folded_ if len(folded_) == 1 else lower if len(lower) == 1 else character
