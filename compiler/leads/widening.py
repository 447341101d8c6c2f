"""A set of leads as few boxes, each as wide as it can be.

The set is what is left outside of some regions (the rules of a route, say). One lead of
it is found by search; the box around it is grown, dimension by dimension, to all classes
that no region's box holds beside the others; the grown box is blocked, and the search
goes on until nothing is left. A box grown so is a prime implicant of the set (Quine, "A
way to simplify truth functions", American Mathematical Monthly 62, 1955), and which one
depends on the order of the dimensions, so several orders are tried and the box that is
easiest to say is kept. In the end boxes that the others cover are dropped, and sides that
say again what another box says are narrowed where that makes them shorter.

What is said with these boxes is exact: they cover the set and nothing besides it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from turnout.compiler.leads.budget import tick
from turnout.compiler.leads.index import Index
from turnout.compiler.leads.regions import HEAVY, Masks, Region, Regions, truth, weight
from turnout.compiler.leads.space import Space
from turnout.compiler.masks import Mask
from turnout.frozen import frozen

Effort: TypeAlias = Callable[[Masks], tuple[int, ...]]
"""How hard a box is to say; of several, the least is kept."""

Search: TypeAlias = Callable[[Sequence[Region]], Masks | None]
"""Finds a box of the set in all of these regions, None where there is none; may run out of
steps."""

SidesOf: TypeAlias = Callable[[int, Mask], Iterable[Mask]]
"""Parts of a side of a dimension."""

MOST_ORDERS = 12


@frozen(eq=False)
class Walls:
    """What a box must not meet: all that is in `index` but the impossible, and `trees`."""

    space: Space
    index: Index
    trees: tuple[Region, ...] = ()

    def meeting(self, at: int, mask: Mask) -> int:
        """Return the boxes of the index that accept one of these classes on dimension `at`."""
        if mask == self.space.full[at]:
            return self.index.of_all
        return self.index.accepting(at, mask) & self.index.of_all

    def free(self, box: Sequence[Mask], at: int, others: int) -> Mask:
        """Return the classes of dimension `at` that `box` could have and meet no wall.

        others: the boxes of the index that `box` meets on every other dimension.
        """
        full = self.space.full[at]
        taken = self.index.accepted(at, others)
        for tree in self.trees:
            taken |= column(tree, box, at, full)
        return full & ~taken


@frozen(eq=False)
class Cover:
    """The set to be covered: how to search it, and how hard a box of it is to say."""

    regions: Regions
    search: Search
    effort: Effort

    @property
    def full(self) -> Masks:
        """Every class of every dimension."""
        return self.regions.space.full

    def outside(self, box: Masks) -> Region:
        """Return the leads outside `box`."""
        return self.regions.outside(tuple(enumerate(box)))

    def is_covered(self, box: Masks, others: Sequence[Masks]) -> bool:
        """Return whether every lead of the set in `box` is in one of `others`."""
        beyond = [self.outside(other) for other in others]
        return self.search([region_of(self.regions.space, box), *beyond]) is None


def column(region: Region, box: Sequence[Mask], at: int, full: Mask) -> Mask:
    """Return the classes of dimension `at` with which `box` may meet `region`: no fewer."""
    if weight(region) > HEAVY:
        return full if truth(region, [*box[:at], full, *box[at + 1 :]]) is not False else 0
    found = full
    for other, mask in region.box:
        if other == at:
            found &= mask
        elif box[other] & mask == 0:
            return 0
    for either in region.eithers:
        if not found:
            return 0
        some = 0
        for part in either.alternatives:
            some |= column(part, box, at, found)
        found &= some
    return found


def grown(walls: Walls, seed: Masks, effort: Effort) -> Masks:
    """Return the widest box around `seed` that meets no wall, in the order easiest to say."""
    candidates = dict.fromkeys(_grown(walls, seed, order) for order in _orders(walls, seed))
    return min(candidates, key=lambda box: (effort(box), _widths(box)))


def _widths(box: Masks) -> tuple[int, ...]:
    """Return what settles ties: the wider box first, then the one with the earlier classes."""
    return (-sum(mask.bit_count() for mask in box), *box)


def _grown(walls: Walls, seed: Masks, order: Sequence[int]) -> Masks:
    tick(16 * len(order))
    full = walls.space.full
    behind = [walls.index.of_all]  # what the seed meets on the dimensions that are still to come
    for at in reversed(order[1:]):
        behind.append(behind[-1] & walls.meeting(at, seed[at]))
    box, met = list(seed), walls.index.of_all
    for at in order:
        others = met & behind.pop()
        if box[at] != full[at]:
            box[at] |= walls.free(box, at, others)
            met &= walls.meeting(at, box[at])
    return tuple(box)


def _orders(walls: Walls, seed: Masks) -> Iterator[list[int]]:
    """Yield orders of the dimensions: one with each of the tested ones last, and two whole."""
    tested = [at for at in range(len(seed)) if walls.index.sides(at)]
    beyond = [at for at in range(len(seed)) if at not in set(tested)]
    yield beyond + tested
    yield beyond + tested[::-1]
    busiest = sorted(tested, key=lambda at: (-walls.index.sides(at), at))[:MOST_ORDERS]
    for last in busiest:
        rest = [at for at in tested if at != last]
        yield [*beyond, *rest[::-1], last]
        yield [*beyond, last, *rest]


def needed(boxes: Sequence[Masks], cover: Cover) -> list[int]:
    """Return which of `boxes` the others don't cover, ascending; the hardest to say go first.

    May raise OutOfSteps.
    """
    kept = list(range(len(boxes)))
    for at in sorted(kept, key=lambda at: (cover.effort(boxes[at]), at), reverse=True):
        rest = [other for other in kept if other != at]
        if rest and cover.is_covered(boxes[at], [boxes[other] for other in rest]):
            kept = rest
    return kept


def narrowed(boxes: Sequence[Masks], cover: Cover, sides: SidesOf) -> list[Masks]:
    """Return `boxes` without what others say already, where that is easier to say.

    A box that is as wide as it can be says again what stands elsewhere ("outside the US"
    for what is only still open in EMEA). sides: narrower sides worth a try, besides those
    that leave another box's side out. May raise OutOfSteps.
    """
    made = list(boxes)
    for number in sorted(range(len(made)), key=lambda at: (cover.effort(made[at]), at)):
        others = [box for other, box in enumerate(made) if other != number]
        for at in range(len(made[number])):
            tick(len(others))
            box = made[number]
            if box[at] == cover.full[at]:
                continue
            beyond = {box[at] & ~other[at]: None for other in others}
            parts = [side for side in (*sides(at, box[at]), *beyond) if side]
            tries = [_with(box, at, side) for side in dict.fromkeys(parts)]
            for smaller in sorted(tries, key=cover.effort):
                left_out = _with(box, at, box[at] & ~smaller[at])
                if cover.effort(smaller) < cover.effort(box) and cover.is_covered(left_out, others):
                    made[number] = smaller
                    break
    return made


def _with(box: Masks, at: int, mask: Mask) -> Masks:
    return (*box[:at], mask, *box[at + 1 :])


def region_of(space: Space, box: Iterable[Mask]) -> Region:
    """Return a box of masks as a region."""
    sides = tuple((at, mask) for at, mask in enumerate(box) if mask != space.full[at])
    return Region(sides)
