"""Sets of leads: what a condition describes, what two share, what one leaves of another.

A condition becomes a tree of two kinds of node over the classes of a `Space`. A `Region`
is a box (for some dimensions, the classes allowed) and a list of `Either`s; an `Either`
is a list of `Region`s. Negation swaps the kinds and complements the masks, so `not` costs
nothing and nothing is multiplied out.

The one question is `find`: a box in which all of some regions hold. It is a search in
the manner of Davis, Logemann and Loveland (Communications of the ACM 5, 1962) over
classes in place of truth values: an `Either` with one alternative left narrows the box,
one with none refutes it, and only when nothing follows any more is an `Either` split,
the one with the fewest alternatives, each branch without the leads of those before. A
box in which nothing is left to settle holds only leads that satisfy everything. The
search is exact; it counts its steps, and where they run out it says so.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias, assert_never

from turnout.compiler.leads.budget import Meter, tick
from turnout.compiler.leads.possible_texts import real
from turnout.compiler.leads.space import Box, Space
from turnout.compiler.masks import Mask
from turnout.dsl.conditions import And, Atom, Condition, Named, Not, Or
from turnout.frozen import frozen

Masks: TypeAlias = tuple[Mask, ...]
"""A box with a mask for every dimension."""


@frozen(eq=False)
class Region:
    """The leads inside `box` that are in one of the alternatives of each of `eithers`."""

    box: Box
    eithers: tuple["Either", ...] = ()


@frozen(eq=False, slots=False)
class Either:
    """The leads in at least one of the alternatives.

    reads: the dimensions that it constrains anywhere, one bit each. weight: how many boxes
    stand in it, those that it shares with itself counted wherever they stand; a name that
    is used twice in each of forty names after it stands in the last one a trillion times.
    """

    alternatives: tuple[Region, ...]
    reads: int

    @cached_property
    def weight(self) -> int:
        """The boxes in all alternatives."""
        return sum([weight(part) for part in self.alternatives])


def weight(region: Region) -> int:
    """Return how many boxes stand in a region, one for its own; see `Either`."""
    if not region.eithers:
        return 1
    return 1 + sum([either.weight for either in region.eithers])


HEAVY = 256
"""Boxes in a region from which on it pays to keep what is known of its parts."""

EVERYTHING = Region(())
NOTHING = Region((), (Either((), 0),))


class Regions:
    """The regions of one space; conditions are translated once."""

    def __init__(self, space: Space) -> None:
        """Translate conditions into regions of `space`."""
        self.space = space
        self._known: dict[tuple[str, bool], Region] = {}

    def region(self, condition: Condition, *, holds: bool = True) -> Region:
        """Return the leads for which `condition` holds, or those for which it doesn't."""
        if isinstance(condition, Atom):
            at, mask = self.space.sides[condition]
            full = self.space.dimensions[at].full
            return self._side(at, mask & full if holds else full & ~mask)
        match condition:
            case Named(name=name, meaning=meaning):
                if (name, holds) not in self._known:
                    self._known[name, holds] = self.region(meaning, holds=holds)
                return self._known[name, holds]
            case Not(part):
                return self.region(part, holds=not holds)
            case And(parts) | Or(parts):
                inner = [self.region(part, holds=holds) for part in parts]
                return self.both(inner) if isinstance(condition, And) == holds else self.any(inner)
            case _:
                assert_never(condition)

    @property
    def named(self) -> Mapping[tuple[str, bool], Region]:
        """What names mean, by name and whether that holds, as far as it was asked for."""
        return self._known

    def take_over(
        self, known: "Regions", changed: int, names: Collection[str] = ()
    ) -> Callable[[Region], bool]:
        """Take over what names mean in another version of the space.

        changed: the dimensions that are others there, one bit each. names: those that mean
        something else. Return whether a region of the other version is one of this, too: that
        which the same condition has, where it uses none of these names.
        """
        is_new = not self._known
        if is_new:
            self._known.update(
                (key, region)
                for key, region in known.named.items()
                if key[0] not in names and not reads(region) & changed
            )

        def is_kept(region: Region) -> bool:
            # A name has one `Either` in all regions, so none comes beside those made here.
            return (is_new or not region.eithers) and not reads(region) & changed

        return is_kept

    def outside(self, box: Box) -> Region:
        """Return the leads outside `box`."""
        full = self.space.full
        return self.any([self._side(at, full[at] & ~mask) for at, mask in box])

    def _side(self, at: int, mask: Mask) -> Region:
        if mask == 0:
            return NOTHING
        return EVERYTHING if mask == self.space.full[at] else Region(((at, mask),))

    def both(self, parts: Iterable[Region]) -> Region:
        """Return the leads in all of `parts`."""
        box: dict[int, Mask] = {}
        eithers: dict[Either, None] = {}
        for part in parts:
            for at, mask in part.box:
                box[at] = box[at] & mask if at in box else mask  # one int for many regions
                if box[at] == 0:
                    return NOTHING
            if part.eithers:
                eithers.update(dict.fromkeys(part.eithers))
        return Region(tuple(sorted(box.items())), tuple(eithers))

    def any(self, parts: Iterable[Region]) -> Region:
        """Return the leads in at least one of `parts`."""
        sides: dict[int, Mask] = {}
        alternatives: list[Region] = []
        for part in parts:
            if not part.eithers and not part.box:
                return EVERYTHING
            if is_nothing(part):
                continue
            if not part.eithers and len(part.box) == 1:
                ((at, mask),) = part.box
                sides[at] = sides.get(at, 0) | mask
            elif not part.box and len(part.eithers) == 1:
                alternatives.extend(part.eithers[0].alternatives)
            else:
                alternatives.append(part)
        merged = [self._side(at, mask) for at, mask in sorted(sides.items())]
        if any(side is EVERYTHING for side in merged):
            return EVERYTHING
        return _either((*merged, *alternatives))

    def complement(self, region: Region, known: dict[Region, Region] | None = None) -> Region:
        """Return the leads outside `region`.

        known: of parts that were met, which are the same wherever they stand.
        """
        known = {} if known is None else known
        if region not in known:
            tick()
            full = self.space.full
            parts = [self._side(at, full[at] & ~mask) for at, mask in region.box]
            parts += [
                self.both([self.complement(part, known) for part in either.alternatives])
                for either in region.eithers
            ]
            known[region] = self.any(parts)
        return known[region]


def is_nothing(region: Region) -> bool:
    """Return whether `region` is empty at first sight."""
    return any(not either.alternatives for either in region.eithers)


def reads(region: Region) -> int:
    """Return the dimensions that a region constrains, one bit each."""
    found = 0
    for at, _ in region.box:
        found |= 1 << at
    for either in region.eithers:
        found |= either.reads
    return found


def _either(alternatives: tuple[Region, ...]) -> Region:
    if len(alternatives) == 1:
        return alternatives[0]
    reads = 0
    for part in alternatives:
        for at, _ in part.box:
            reads |= 1 << at
        for inner in part.eithers:
            reads |= inner.reads
    return Region((), (Either(alternatives, reads),))


# -- three-valued evaluation over a box --


def truth(region: Region, box: Sequence[Mask]) -> bool | None:
    """Return whether all of `box`'s leads are in `region`, none (False), or it depends (None).

    A `None` may stand for True or False where several `Either`s would have to be taken
    together; `find` decides those.
    """
    if region.eithers and weight(region) > HEAVY:
        return _truth(region, box, {})
    return _truth(region, box, None)


_Answers: TypeAlias = dict[Either, bool | None]


def _truth(region: Region, box: Sequence[Mask], known: _Answers | None) -> bool | None:
    """Return the same as `truth`. known: of `Either`s that were met; None where none is kept."""
    whole = True
    for at, mask in region.box:
        here = box[at]
        if here & mask == 0:
            return False
        whole = whole and here & ~mask == 0
    for either in region.eithers:
        if known is None:
            answer = _some(either, box, None)
        elif either in known:
            answer = known[either]
        else:
            answer = known[either] = _some(either, box, known)
        if answer is False:
            return False
        whole = whole and answer is True
    return True if whole else None


def _some(either: Either, box: Sequence[Mask], known: _Answers | None) -> bool | None:
    if known is not None:
        tick(len(either.alternatives))
    some: bool | None = False
    for part in either.alternatives:
        inner = _truth(part, box, known)
        if inner is True:
            return True
        if inner is None:
            some = None
    return some


# -- search --


def find(space: Space, regions: Iterable[Region], meter: Meter, within: Box = ()) -> Masks | None:
    """Return a box whose leads are in all of `regions`, None where no lead is.

    The box never holds an impossible combination, and its lowest classes are a lead if
    `regions` stay outside of `space.impossible`. Raises OutOfSteps.
    """
    wanted = list(regions)
    outside = Regions(space).outside

    def search(refuted: Sequence[Box]) -> Masks | None:
        return _box(space, [*wanted, *map(outside, refuted)], meter, within)

    return real(space.tight, search, meter)


def _box(space: Space, regions: Iterable[Region], meter: Meter, within: Box) -> Masks | None:
    start = list(space.full)
    for at, mask in within:
        start[at] &= mask
    eithers: dict[Either, None] = {}
    for region in regions:
        for at, mask in region.box:
            start[at] &= mask
        if region.eithers:
            eithers.update(dict.fromkeys(region.eithers))
    if not all(start):
        return None
    stack = [(start, list(eithers))]
    while stack:
        settled = _propagate(*stack.pop(), meter)
        if settled is None:
            continue
        box, open_ = settled
        if not open_:
            return tuple(box)
        stack.extend(reversed(_split(box, open_, meter)))
    return None


def _propagate(
    box: list[Mask], eithers: list[Either], meter: Meter
) -> tuple[list[Mask], list[Either]] | None:
    """Return the box narrowed by all that follows, and what is still open; None if refuted."""
    changed = -1  # every dimension
    waiting = eithers
    while True:
        narrowed = 0
        still: list[Either] = []
        fresh: list[Either] = []
        for either in waiting:
            if either.reads & (changed | narrowed) == 0:
                still.append(either)
                continue
            meter.take(1, len(either.alternatives) >> 4)
            found = _reduce(either, box)
            if found is None:
                continue
            if not found:
                return None
            if len(found) > 1:
                still.append(either)
                continue
            for at, mask in found[0].box:
                if box[at] & ~mask:
                    box[at] &= mask
                    narrowed |= 1 << at
            fresh.extend(found[0].eithers)
        if not narrowed and not fresh:
            return box, still
        # New ones have been looked at by nobody yet, so every dimension counts as changed.
        changed = -1 if fresh else narrowed
        # A name that several conditions use is one `Either`, wherever it comes up again.
        waiting = [*dict.fromkeys(still + fresh)] if fresh else still


def _reduce(either: Either, box: list[Mask]) -> list[Region] | None:
    """Return the alternatives that still meet `box`; None where one takes all of it."""
    found: list[Region] = []
    for part in either.alternatives:
        takes_all = not part.eithers
        for at, mask in part.box:
            here = box[at]
            if here & mask == 0:
                break
            takes_all = takes_all and here & ~mask == 0
        else:
            if takes_all:
                return None
            found.append(part)
    return found


def _split(
    box: list[Mask], eithers: list[Either], meter: Meter
) -> list[tuple[list[Mask], list[Either]]]:
    """Return the branches of the `Either` with the fewest alternatives left, no lead in two."""
    best: Either | None = None
    kept: list[Region] = []
    for either in eithers:
        meter.take(0, len(either.alternatives) >> 4)
        found = _reduce(either, box) or []
        if best is None or len(found) < len(kept):
            best, kept = either, found
        if len(kept) == 2:
            break
    open_ = [either for either in eithers if either is not best]
    branches: list[tuple[list[Mask], list[Either]]] = []
    left = list(box)
    for part in kept:
        inner = list(left)
        for at, mask in part.box:
            inner[at] &= mask
        if all(inner):
            branches.append((inner, [*open_, *part.eithers]))
        # The branches after it leave out this one's leads, so that none is searched twice.
        if len(part.box) == 1 and not part.eithers:
            ((at, mask),) = part.box
            left[at] &= ~mask
            if not left[at]:
                break
        elif not part.eithers:
            sides = tuple(Region(((at, box[at] & ~mask),)) for at, mask in part.box)
            open_ = [*open_, Either(sides, sum(1 << at for at, _ in part.box))]
    return branches
