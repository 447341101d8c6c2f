"""What the classes of two fields say of how the fields stand to each other.

Two classes on one line may leave but one way to stand: all of 10..19 is below all of 50..99.
These combinations are entered as impossible boxes, few and wide, so that a search needs no
second look at them; what follows for three fields and more is `together`'s.
"""

from collections.abc import Iterator
from decimal import Decimal
from math import ceil, floor

from turnout.compiler.classes import standing_mask
from turnout.compiler.leads.dimensions import Dimension
from turnout.compiler.leads.partitions import Cut
from turnout.compiler.leads.samples import pieces
from turnout.compiler.masks import Mask, members
from turnout.dsl import types

MOST_PAIRS = 2_500
"""Pairs of classes up to which each is looked at; of more, `together` settles what is asked."""

_ALL = (-1, 0, 1)


def excluded(one: Dimension, two: Dimension) -> Iterator[tuple[Mask, Mask, Mask]]:
    """Yield classes of two fields on a line, and ways to stand in which no two of them do."""
    sides = [members(each.full & ~1) for each in (one, two)]
    on_line = all(each.field.type.shape in types.ON_A_LINE for each in (one, two))
    if not on_line or len(sides[0]) * len(sides[1]) > MOST_PAIRS:
        return
    mine, theirs = (
        {number: pieces(each, number) for number in numbers}
        for each, numbers in zip((one, two), sides, strict=True)
    )
    by_way: dict[tuple[int, Mask], Mask] = {}
    for number, own in mine.items():
        refused = dict.fromkeys(_ALL, 0)
        for other, beside in theirs.items():
            for way in _ALL:
                if not any(_can_stand(way, a, b) for a in own for b in beside):
                    refused[way] |= 1 << other
        for way, others in refused.items():
            if others:
                by_way[way, others] = by_way.get((way, others), 0) | 1 << number
    for (way, others), own_classes in by_way.items():
        yield own_classes, others, standing_mask([way])


def _can_stand(way: int, one: tuple[Cut, Cut], two: tuple[Cut, Cut]) -> bool:
    """Return whether some value of a piece stands so to some value of another."""
    if way > 0:
        return _can_stand(-1, two, one)
    if way < 0:
        return _lowest(one) < _highest(two)
    if _is_whole(one) == _is_whole(two):
        return bool(max(one[0], two[0]) < min(one[1], two[1]))
    (low, high), dense = (one, two) if _is_whole(one) else (two, one)
    number, side = dense[0]
    first = max(low, floor(number) + 1 if side else ceil(number))
    return bool(first < high and (Decimal(first), 0) < dense[1])


def _is_whole(piece: tuple[Cut, Cut]) -> bool:
    return isinstance(piece[0], int)


def _lowest(piece: tuple[Cut, Cut]) -> Decimal:
    return Decimal(piece[0]) if _is_whole(piece) else piece[0][0]


def _highest(piece: tuple[Cut, Cut]) -> Decimal:
    return Decimal(piece[1] - 1) if _is_whole(piece) else piece[1][0]
