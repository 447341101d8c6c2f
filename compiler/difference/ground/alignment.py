"""Which clauses of two versions are the same one, in the same order.

Equal clauses are paired in order of occurrence, and of the pairs the longest run that
rises in both versions is kept: a longest common subsequence where keys are distinct
(Hunt and Szymanski, Communications of the ACM 20, 1977), in n log n time whatever the
policies are.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence


def aligned(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Return pairs of positions of equal keys, rising in both, as many as there can be.

    >>> aligned("abcd", "bxacd")
    [(1, 0), (2, 3), (3, 4)]
    """
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    places = dict(_occurrences(new[: len(new) - end], start))
    pairs = [
        (places_of, places[key])
        for key, places_of in _occurrences(old[: len(old) - end], start)
        if key in places
    ]
    middle = _rising(pairs)
    tail = [(len(old) - at, len(new) - at) for at in range(end, 0, -1)]
    return [*((at, at) for at in range(start)), *middle, *tail]


def _occurrences(
    keys: Sequence[Hashable], start: int
) -> Iterator[tuple[tuple[Hashable, int], int]]:
    """Yield each key from `start` on with the number of its occurrence, and its position."""
    seen: Counter[Hashable] = Counter()
    for at in range(start, len(keys)):
        seen[keys[at]] += 1
        yield (keys[at], seen[keys[at]]), at


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest part of `pairs` whose second positions rise; the first ones do."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for at, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        if length == len(ends):
            ends.append(place)
            last.append(at)
        else:
            ends[length], last[length] = place, at
    found: list[tuple[int, int]] = []
    at = last[-1] if last else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]
