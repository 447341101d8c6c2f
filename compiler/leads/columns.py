"""The columns of a dimension: its classes, by the boxes that accept them.

Classes that the same boxes accept are one column, as sets of classes and of boxes in one
int each. What is left of a box without others is found by choosing a column a dimension
(see `cover`); of two columns, the one whose boxes the other's hold is the better choice.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from turnout.compiler.leads.budget import tick
from turnout.compiler.masks import Mask, members

BitColumn: TypeAlias = tuple[Mask, int]
"""Classes that the same boxes accept, and the set of those boxes."""

MOST_COMPARED = 48
"""Columns up to which each is compared with each; beyond, with its neighbours only."""


def swept(mask: Mask, by_side: Iterable[tuple[Mask, int]], whole: int) -> list[BitColumn]:
    """Return the columns of one dimension in class order, by sweeping over its classes.

    A side enters and leaves where its bits change, so a range costs two events however
    many classes it spans. by_side: sides within `mask`, each with the boxes that have it.
    whole: all boxes; those without a side accept every class.
    """
    events: dict[int, int] = {}
    accepting = whole
    for side, who in by_side:
        accepting &= ~who
        for class_ in members(side ^ side << 1):
            events[class_] = events.get(class_, 0) ^ who
    columns: list[BitColumn] = []
    start = 0
    for class_ in [*sorted(events), mask.bit_length()]:
        tick(1 + whole.bit_length() >> 9)
        between = mask & ((1 << class_) - (1 << start))
        if between:
            columns.append((between, accepting))
        accepting ^= events.get(class_, 0)
        start = class_
    return columns


def crossed(one: Sequence[BitColumn], two: Sequence[BitColumn]) -> Iterator[BitColumn]:
    """Yield the columns of two sets of boxes together, both in class order."""
    at = other = 0
    while at < len(one) and other < len(two):
        classes, accepting = one[at]
        others, also = two[other]
        if classes & others:
            yield classes & others, accepting | also
        end, its_end = classes.bit_length(), others.bit_length()
        at += end <= its_end
        other += its_end <= end


def union(columns: Iterable[BitColumn]) -> Mask:
    """Return the classes of all of `columns`."""
    whole = 0
    for classes, _ in columns:
        whole |= classes
    return whole


def lightest(columns: list[BitColumn], alive: int) -> list[BitColumn]:
    """Return the columns among the living boxes that hold no other's, equal ones joined."""
    joined: dict[int, Mask] = {}
    for classes, all_accepting in columns:
        accepting = all_accepting & alive
        joined[accepting] = joined.get(accepting, 0) | classes
    if 0 in joined:
        return [(joined[0], 0)]
    found = [(classes, accepting) for accepting, classes in joined.items()]
    while len(found) > MOST_COMPARED:
        fewer = _without_heavier_neighbours(found)
        if len(fewer) == len(found):
            return found
        found = fewer
    by_weight = sorted(found, key=lambda column: column[1].bit_count())
    kept: list[int] = []
    for _, accepting in by_weight:
        if not any(other & ~accepting == 0 for other in kept):
            kept.append(accepting)
    wanted = set(kept)
    return [column for column in found if column[1] in wanted]


def _without_heavier_neighbours(columns: list[BitColumn]) -> list[BitColumn]:
    kept: list[BitColumn] = []
    for column in columns:
        while kept and column[1] & ~kept[-1][1] == 0:
            kept.pop()
        if not kept or kept[-1][1] & ~column[1]:
            kept.append(column)
    return kept
