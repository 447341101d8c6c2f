"""A region as a union of boxes, and what is left when some of its parts are taken apart.

`and` keeps a box a box, `or` over one field does too, and `or` over several fields makes
two of one; conditions as people write them need a handful. One that would need more than
`MOST_BOXES` is left as it is, for the search that never multiplies anything out.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from turnout.compiler.leads.budget import tick
from turnout.compiler.leads.regions import Either, Region
from turnout.compiler.leads.space import Box
from turnout.compiler.masks import Mask, key
from turnout.frozen import define, frozen

MOST_BOXES = 64

MOST_STEPS = 32
"""Steps for each box that a region may have; where parts exclude each other, few come to one."""


def boxes(region: Region, full: Sequence[Mask], most: int = MOST_BOXES) -> tuple[Box, ...] | None:
    """Return boxes whose union is `region`, each once, in order; None for more than `most`.

    full: the classes of each dimension. The boxes may overlap; none is empty.
    """
    if not region.eithers and not any(mask & ~full[at] for at, mask in region.box):
        return (region.box,)
    found: dict[Box, None] = {}
    whole = 0
    for tried, box in enumerate(_expanded(region, full)):
        if tried == MOST_STEPS * most:
            return None
        if box is None:
            continue
        whole += 1
        found[box] = None
        if len(found) > most or whole > 4 * most:
            return None
    return tuple(found)


def _expanded(region: Region, full: Sequence[Mask]) -> Iterator[Box | None]:
    """Yield the boxes of a region as they come up, None for a step that came to none yet."""
    pending: list[tuple[dict[int, Mask], list[Either]]] = [(dict(region.box), list(region.eithers))]
    while pending:
        box, eithers = pending.pop()
        if not eithers:
            yield tuple(sorted(box.items()))
            continue
        yield None
        first, *rest = eithers
        tick(len(first.alternatives))
        branches: list[tuple[dict[int, Mask], list[Either]]] = []
        for part in first.alternatives:
            inner = _narrowed(box, part.box, full)
            if inner is None:
                continue
            if inner == box and not part.eithers:
                branches = [(box, rest)]  # this alternative takes all of it
                break
            branches.append((inner, [*part.eithers, *rest]))
        pending.extend(reversed(branches))


def _narrowed(box: dict[int, Mask], sides: Box, full: Sequence[Mask]) -> dict[int, Mask] | None:
    inner = dict(box)
    for at, mask in sides:
        both = inner.get(at, full[at]) & mask
        inner[at] = mask if both == mask else both  # one int for many boxes
        if not inner[at]:
            return None
    return inner


@frozen
class Parts:
    """A region as boxes from which other boxes are taken away."""

    boxes: tuple[Box, ...]
    without: tuple[Box, ...]


def parts(region: Region, full: Sequence[Mask]) -> Parts | None:
    """Return `region` as few boxes without others; None where it needs too many.

    An `Either` of single sides is the outside of one box, which is taken away as a whole;
    only the others are multiplied out.
    """
    kept: list[Either] = []
    without: list[Box] = []
    for either in region.eithers:
        outside = _outside_of(either, full)
        if outside is None:
            kept.append(either)
        else:
            without.append(outside)
    found = boxes(Region(region.box, tuple(kept)), full)
    return None if found is None else Parts(found, tuple(without))


def _outside_of(either: Either, full: Sequence[Mask]) -> Box | None:
    """Return the box of which `either` is the outside, None where it is not one's."""
    sides: dict[int, Mask] = {}
    for part in either.alternatives:
        if part.eithers or len(part.box) != 1:
            return None
        ((at, mask),) = part.box
        sides[at] = sides.get(at, full[at]) & ~mask
    return tuple(sorted(sides.items())) if all(sides.values()) else None


def merged(found: Iterable[Box], full: Sequence[Mask]) -> list[Box]:
    """Return fewer boxes with the same union: of those that differ in one side, one is made.

    Rules for each territory, segment and product of a list become a handful this way, and
    the rows of a table one. full: the classes of each dimension.
    """
    names = _Names(full)
    kept = dict.fromkeys(tuple((at, names.of(at, mask)) for at, mask in box) for box in found)
    order = sorted(range(len(full)), key=lambda at: (-len(names.sides[at]), at))
    before = len(kept) + 1
    while len(kept) < before:
        before = len(kept)
        for at in order:
            kept = _joined(kept, at, names)
    return [tuple((at, names.sides[at][number]) for at, number in box) for box in kept]


@define(init=False)
class _Names:
    """A number for each side of each dimension, 0 for the whole: a better key than its mask."""

    sides: list[list[Mask]]
    known: list[dict[tuple[int, Mask], int]]

    def __init__(self, full: Sequence[Mask]) -> None:
        self.sides = [[mask] for mask in full]
        self.known = [{key(mask): 0} for mask in full]

    def of(self, at: int, mask: Mask) -> int:
        number = self.known[at].setdefault(key(mask), len(self.sides[at]))
        if number == len(self.sides[at]):
            self.sides[at].append(mask)
        return number


_Named: TypeAlias = tuple[tuple[int, int], ...]
"""A box with the numbers of its sides."""


def _joined(found: dict[_Named, None], at: int, names: _Names) -> dict[_Named, None]:
    """Return the boxes with those joined into one that differ on dimension `at` only."""
    together: dict[_Named, list[int]] = {}
    tick(2 * len(found))
    for box in found:
        own, rest = 0, box
        for place, (dimension, number) in enumerate(box):
            if dimension == at:
                own, rest = number, box[:place] + box[place + 1 :]
                break
        together.setdefault(rest, []).append(own)
    if len(together) == len(found):
        return found
    joined: dict[_Named, None] = {}
    for rest, numbers in together.items():
        number = numbers[0] if len(numbers) == 1 else names.of(at, _union(names.sides[at], numbers))
        joined[tuple(sorted((*rest, (at, number)))) if number else rest] = None
    return joined


def _union(sides: Sequence[Mask], numbers: Iterable[int]) -> Mask:
    whole = 0
    for number in numbers:
        whole |= sides[number]
    return whole
