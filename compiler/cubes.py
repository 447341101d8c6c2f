"""The clauses of a route as boxes, indexed by the classes that they accept.

A clause becomes the boxes of its disjunctive form. For each dimension the boxes are
grouped by the side they have there, one bit a box, so that "which boxes meet this one" is
a union over the sides of each dimension and an intersection over the dimensions: a few
operations on Python ints, however many rules there are. A clause with more boxes than
are worth it is left out and named, and whoever asks looks at its tree instead.
"""

from collections.abc import Iterable, Sequence

import attrs

from turnout.compiler.domains import Mask, members
from turnout.compiler.regions import All
from turnout.compiler.space import Box, Space

MOST_CUBES = 128
"""The boxes that one clause may become."""

FEW_SIDES, FEW_CLASSES = 64, 8
"""Sides of a dimension up to which all are looked at, and classes of which the sides are noted."""

MOST_KNOWN = 8_192
"""Answers that an index keeps."""


def cubes(region: All, most: int = MOST_CUBES) -> tuple[Box, ...] | None:
    """Return boxes that together are `region`, None where they would be more than `most`.

    The boxes may overlap; none is empty.
    """
    made = _cubes(region, most)
    return None if made is None else tuple(tuple(sorted(cube.items())) for cube in made)


def _cubes(region: All, most: int) -> list[dict[int, Mask]] | None:
    made: list[dict[int, Mask]] = [dict(region.box)]
    for either in region.eithers:
        alternatives: list[dict[int, Mask]] = []
        for part in either.alternatives:
            inner = _cubes(part, most)
            if inner is None:
                return None
            alternatives += inner
        crossed = (_meet(one, two) for one in made for two in alternatives)
        made = []
        for cube in crossed:
            if cube is not None:
                made.append(cube)
            if len(made) > most:
                return None
    return made


def _meet(one: dict[int, Mask], two: dict[int, Mask]) -> dict[int, Mask] | None:
    both = dict(one)
    for at, mask in two.items():
        both[at] = both.get(at, mask) & mask
        if not both[at]:
            return None
    return both


@attrs.frozen(eq=False)
class Index:
    """Boxes of several owners, found by what they accept.

    owners: whose each box is, ascending. boxes: one each. free: for each dimension the
    boxes that don't constrain it. sides: for each dimension its different sides, with the
    boxes that have them. rest: the owners that were left out, whose boxes are too many.
    """

    space: Space
    owners: tuple[int, ...]
    boxes: tuple[Box, ...]
    free: tuple[int, ...]
    sides: tuple[tuple[tuple[Mask, int], ...], ...]
    rest: tuple[int, ...]
    _known: dict[tuple[int, Mask], int] = attrs.field(factory=dict[tuple[int, Mask], int])
    _holding: dict[int, dict[int, list[int]]] = attrs.field(factory=dict[int, dict[int, list[int]]])

    @property
    def every(self) -> int:
        """Every box, one bit each."""
        return (1 << len(self.owners)) - 1

    def accepting(self, at: int, mask: Mask) -> int:
        """Return the boxes that accept one of these classes on dimension `at`."""
        known = self._known.get((at, mask))
        if known is not None:
            return known
        found = self.free[at]
        for side, boxes in self._near(at, mask):
            if side & mask:
                found |= boxes
        if len(self._known) < MOST_KNOWN:
            self._known[at, mask] = found
        return found

    def _near(self, at: int, mask: Mask) -> Iterable[tuple[Mask, int]]:
        """Return sides of a dimension, all those among them that share a class with `mask`."""
        sides = self.sides[at]
        if len(sides) <= FEW_SIDES or mask.bit_count() > FEW_CLASSES:
            return sides
        holding = self._holding.get(at)
        if holding is None:
            holding = self._holding[at] = {}
            for number, (side, _) in enumerate(sides):
                for class_ in members(side):
                    holding.setdefault(class_, []).append(number)
        return (sides[number] for class_ in members(mask) for number in holding.get(class_, ()))

    def meeting(self, box: Sequence[Mask]) -> int:
        """Return the boxes that share a class with `box` on every dimension."""
        found = self.every
        for at, mask in enumerate(box):
            if self.sides[at] and mask != self.space.full[at]:
                found &= self.accepting(at, mask)
        return found

    def owned(self, boxes: int) -> list[int]:
        """Return the owners of these boxes, each once, ascending."""
        return list(dict.fromkeys(self.owners[bit] for bit in members(boxes)))


def index(space: Space, regions: Sequence[All], chosen: Iterable[int]) -> Index:
    """Return the index of those of `regions` that are `chosen`, by place, ascending."""
    owners: list[int] = []
    boxes: list[Box] = []
    rest: list[int] = []
    for owner in chosen:
        made = cubes(regions[owner])
        if made is None:
            rest.append(owner)
            continue
        boxes += made
        owners += [owner] * len(made)
    return of_boxes(space, owners, boxes, rest)


def of_boxes(
    space: Space, owners: Sequence[int], boxes: Sequence[Box], rest: Sequence[int] = ()
) -> Index:
    """Return the index of `boxes`, whose owners are `owners`."""
    groups: list[dict[Mask, list[int]]] = [{} for _ in space.dimensions]
    for number, box in enumerate(boxes):
        for at, mask in box:
            groups[at].setdefault(mask, []).append(number)
    every = (1 << len(boxes)) - 1
    sides = [{mask: _bits(found) for mask, found in group.items()} for group in groups]
    constrained = [0] * len(sides)
    for at, group in enumerate(sides):
        for found in group.values():
            constrained[at] |= found
    return Index(
        space,
        tuple(owners),
        tuple(boxes),
        tuple(every & ~found for found in constrained),
        tuple(tuple(group.items()) for group in sides),
        tuple(rest),
    )


def _bits(numbers: Sequence[int]) -> int:
    """Return a set as an int; by bytes, because adding bits one by one copies each time."""
    made = bytearray(numbers[-1] // 8 + 1)
    for number in numbers:
        made[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(made, "little")
