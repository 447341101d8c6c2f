"""Which clauses of a route meet a box, without asking each of them.

Every clause is a few boxes. For each dimension, boxes with the same side are one group,
and each class knows the groups that hold it. The boxes that meet a box are then those of
its most selective dimension (the bucket index that decides the cost of every rule-set
analysis), filtered by the other dimensions. Rules about one territory or one account
among thousands have a handful of rules to be compared with, however long the policy is.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

import attrs

from turnout.compiler.leads.boxes import boxes
from turnout.compiler.leads.budget import tick
from turnout.compiler.leads.columns import BitColumn, swept
from turnout.compiler.leads.regions import Masks, Region
from turnout.compiler.leads.space import Box, Space
from turnout.compiler.masks import Mask, key, mask_of, members, set_of
from turnout.frozen import define

FEW_CLASSES = 64
"""Classes up to which the groups of a side are looked up class by class."""

FEW_BOXES = 32
"""Boxes up to which each is asked in turn; more are intersected as bit sets."""

MOST_TRIED = 8
"""Classes of a dimension that a descent looks at, the lightest first."""

MOST_OF = 4
"""One in so many boxes is enough to ask all of them at once, by the columns."""

MOST_KEPT = 32 * 1024 * 1024
"""Bytes of bit sets that are kept for the next question."""

IMPOSSIBLE = -1
"""The clause number of boxes that hold no lead."""


@define(eq=False)
class _Side:
    """The boxes that meet one side.

    count: how many, those included that the dimension doesn't constrain. groups: the
    groups that they are in. bits: they as a set, once asked for and where there was room.
    around: those that accept all of it as a set, likewise; -1 for not yet.
    """

    count: int
    groups: tuple[int, ...]
    bits: int = 0
    around: int = -1


@define(slots=False, eq=False)
class _Axis:
    """One dimension: the boxes by their side, and those without one (free, by number)."""

    full: Mask
    free_bits: int = 0
    group_of: dict[tuple[int, Mask], int] = attrs.Factory(dict[tuple[int, Mask], int])
    sides: list[Mask] = attrs.Factory(list[Mask])
    groups: list[list[int]] = attrs.Factory(list[list[int]])
    holding: dict[int, list[int]] = attrs.Factory(dict[int, list[int]])
    known: dict[tuple[int, Mask], _Side] = attrs.Factory(dict[tuple[int, Mask], _Side])
    order: list[int] = attrs.Factory(list[int])
    light: dict[tuple[int, Mask], list[int]] = attrs.Factory(dict[tuple[int, Mask], list[int]])

    def enter(self, number: int, mask: Mask) -> None:
        group = self.group_of.setdefault(key(mask), len(self.groups))
        if group == len(self.groups):
            tick(mask.bit_count())
            self.sides.append(mask)
            self.groups.append([])
            for class_ in members(mask):
                self.holding.setdefault(class_, []).append(group)
        self.groups[group].append(number)
        tick()

    def close(self, count: int) -> None:
        """Note what is free of `count` boxes, and the classes that few boxes accept first."""
        self.free_bits = ((1 << count) - 1) & ~set_of(n for group in self.groups for n in group)
        self.order = sorted(members(self.full), key=self.weight)
        self.light[key(self.full)] = self.order[:MOST_TRIED]

    @cached_property
    def free(self) -> list[int]:
        return members(self.free_bits)

    def weight(self, class_: int) -> int:
        held = self.holding.get(class_, ())
        tick(1 + len(held))
        return sum([len(self.groups[group]) for group in held])

    def side(self, mask: Mask) -> _Side:
        found = self.known.get(key(mask))
        if found is None:
            tick(len(self.sides) >> 3)
            if mask.bit_count() <= FEW_CLASSES:
                held = {g: None for c in members(mask) for g in self.holding.get(c, ())}
                groups = tuple(held)
            else:
                groups = tuple(g for g, side in enumerate(self.sides) if side & mask)
            count = self.free_bits.bit_count() + sum(len(self.groups[group]) for group in groups)
            found = self.known[key(mask)] = _Side(count, groups)
        return found

    @cached_property
    def by_side(self) -> list[tuple[Mask, int]]:
        """Each side, with the boxes that have it as a set."""
        return list(zip(self.sides, map(set_of, self.groups), strict=True))

    def around(self, mask: Mask) -> int:
        """Return the boxes with a side that holds all of `mask`, as a set."""
        held = self.holding.get((mask & -mask).bit_length() - 1, ())
        tick(1 + len(held))
        return set_of(n for g in held if mask & ~self.sides[g] == 0 for n in self.groups[g])

    def numbers(self, side: _Side) -> list[int]:
        found = list(self.free)
        for group in side.groups:
            found += self.groups[group]
        found.sort()
        return found

    def lightest(self, mask: Mask) -> list[int]:
        """Return a few classes of `mask` that few boxes accept."""
        found = self.light.get(key(mask))
        if found is None:
            if mask.bit_count() <= FEW_CLASSES:
                found = sorted(members(mask), key=self.weight)[:MOST_TRIED]
            else:
                inside = (class_ for class_ in self.order if mask >> class_ & 1)
                found = list(islice(inside, MOST_TRIED))
            self.light[key(mask)] = found
        return found


class Index:
    """The boxes of a list of clauses, by what they meet. A set of boxes is an int, one bit each.

    boxes: of each clause, None where it is too many; such a clause is a web, of which
    nothing is known at sight. The impossible boxes of the space stand before all clauses.
    """

    def __init__(
        self,
        full: Sequence[Mask],
        owned: Iterable[Sequence[Box] | None],
        impossible: Iterable[Box] = (),
    ) -> None:
        """Enter the clauses with these boxes, in order. full: the classes of each dimension."""
        self._full = full
        self._axes = [_Axis(classes) for classes in full]
        self._boxes: list[Box] = []
        self._clause_of: list[int] = []
        self._first: list[int] = []
        self._room = MOST_KEPT
        self.boxes: list[Sequence[Box] | None] = []
        self.webs: list[int] = []
        for box in impossible:
            self._enter(IMPOSSIBLE, box)
        for clause, own in enumerate(owned):
            self.boxes.append(own)
            self._first.append(len(self._boxes))
            if own is None:
                self.webs.append(clause)
            for box in own or ():
                self._enter(clause, box)
        self._first.append(len(self._boxes))
        for axis in self._axes:
            axis.close(len(self._boxes))
        share = [sum(map(axis.weight, axis.order)) / max(1, len(axis.order)) for axis in self._axes]
        self._most_selective = sorted(
            (at for at, axis in enumerate(self._axes) if axis.groups),
            key=lambda at: self._axes[at].free_bits.bit_count() + share[at],
        )

    def _enter(self, clause: int, box: Box) -> None:
        number = len(self._boxes)
        self._boxes.append(box)
        self._clause_of.append(clause)
        for at, mask in box:
            self._axes[at].enter(number, mask)

    @cached_property
    def of_all(self) -> int:
        """The boxes of all clauses, as a set."""
        return (1 << len(self._boxes)) - (1 << self._first[0])

    @property
    def impossible(self) -> int:
        """The impossible boxes, as a set."""
        return (1 << self._first[0]) - 1

    def first(self, clause: int) -> int:
        """Return the number of the first box of a clause, as `met` counts; also past the last."""
        return self._first[clause]

    def of(self, clause: int) -> int:
        """Return the boxes of a clause as a set, an empty one for a web."""
        return (1 << self._first[clause + 1]) - (1 << self._first[clause])

    def clauses(self, found: int) -> list[int]:
        """Return the clauses whose boxes are in a set, ascending."""
        owners = dict.fromkeys(self._clause_of[number] for number in members(found))
        return [clause for clause in owners if clause != IMPOSSIBLE]

    def among(self, clauses: Iterable[int]) -> int:
        """Return the boxes of these clauses, and the impossible ones, as a set."""
        if isinstance(clauses, range) and clauses.step == 1 and clauses.start == 0:
            return (1 << self._first[clauses.stop]) - 1
        found = self.impossible
        for clause in clauses:
            found |= self.of(clause)
        return found

    def clauses_meeting(self, region: Region, before: int) -> list[int]:
        """Return the clauses before this one that share a lead with `region`, at first sight."""
        among = self.among(range(before))
        found: set[int] = {web for web in self.webs if web < before}
        for sides in boxes(region, self._full) or [region.box]:
            box = list(self._full)
            for at, mask in sides:
                box[at] &= mask
            found.update(by for by, _ in self.meeting(tuple(box), among) if by != IMPOSSIBLE)
        return sorted(found)

    def met(self, box: Sequence[Mask], among: int) -> int:
        """Return the boxes of a set that share a point with `box`."""
        if among.bit_count() <= FEW_BOXES:
            numbers = members(among)
            return mask_of(n for n in numbers if all(box[at] & mask for at, mask in self._boxes[n]))
        for at in self._most_selective:
            if box[at] != self._full[at]:
                among &= self.accepting(at, box[at])
                if not among:
                    break
        return among

    def accepting(self, at: int, mask: Mask) -> int:
        """Return the boxes that accept one of these classes on dimension `at`, as a set."""
        return self._bits(at, self._axes[at].side(mask))

    def free(self, at: int) -> int:
        """Return the boxes that accept every class of dimension `at`, as a set."""
        return self._axes[at].free_bits

    def accepted(self, at: int, among: int) -> Mask:
        """Return the classes of dimension `at` that a box of a set accepts."""
        axis = self._axes[at]
        if among & axis.free_bits:
            return axis.full
        found = 0
        if among.bit_count() <= FEW_BOXES or not self._fit:
            for number in members(among):
                found |= next(mask for dimension, mask in self._boxes[number] if dimension == at)
        else:
            tick(len(axis.by_side) * (1 + len(self._boxes) >> 10))
            for mask, who in axis.by_side:
                if who & among:
                    found |= mask
        return found

    def sides(self, at: int) -> int:
        """Return how many different sides the boxes have on dimension `at`."""
        return len(self._axes[at].groups)

    def meeting(self, box: Masks, among: int) -> Iterator[tuple[int, Box]]:
        """Yield each box of a set that shares a point with `box`, with its clause, in order."""
        for number in self._meeting(box, among):
            tick()
            yield self._clause_of[number], self._boxes[number]

    def most(self, box: Masks, among: int) -> int | None:
        """Return the boxes of a set that meet `box`, None where they are not most of all boxes.

        None also where there is no room for `columns`, by which most are asked at once.
        """
        fewest = max(FEW_BOXES, len(self._boxes) // MOST_OF)
        if among.bit_count() <= fewest or not self._fit:
            return None
        cutting = [(at, mask) for at, mask in enumerate(box) if mask != self._full[at]]
        sides = [(at, self._axes[at].side(mask)) for at, mask in cutting]
        if any(side.count <= fewest for _, side in sides):
            return None
        for at, side in sides:
            among &= self._bits(at, side)
        return among if among.bit_count() > fewest else None

    @cached_property
    def _fit(self) -> bool:
        """Whether there is room for the columns."""
        ends = sum(2 * len(axis.groups) + 1 for axis in self._axes)
        return ends * len(self._boxes) <= 8 * MOST_KEPT

    @cached_property
    def columns(self) -> dict[int, list[BitColumn]]:
        """The columns of all boxes, on each dimension that one of them constrains."""
        whole = (1 << len(self._boxes)) - 1
        return {
            at: swept(axis.full, axis.by_side, whole)
            for at, axis in enumerate(self._axes)
            if axis.groups
        }

    def _meeting(self, box: Masks, among: int) -> list[int]:
        if among.bit_count() <= FEW_BOXES:
            return [n for n in members(among) if all(box[at] & mask for at, mask in self._boxes[n])]
        cutting = [
            (axis.side(mask), at)
            for at, (axis, mask) in enumerate(zip(self._axes, box, strict=True))
            if mask != axis.full
        ]
        cutting.sort(key=lambda side: (side[0].count, side[1]))
        if cutting and cutting[0][0].count <= FEW_BOXES:
            side, at = cutting[0]
            return [
                number
                for number in self._axes[at].numbers(side)
                if among >> number & 1 and all(box[d] & mask for d, mask in self._boxes[number])
            ]
        for side, at in cutting:
            if side.count == len(self._boxes):
                break
            among &= self._bits(at, side)
        return members(among)

    def _bits(self, at: int, side: _Side) -> int:
        """Return the boxes that meet one side, as a set."""
        if side.bits:
            return side.bits
        axis = self._axes[at]
        found = axis.free_bits | set_of(n for group in side.groups for n in axis.groups[group])
        if self._has_room():
            side.bits = found
        return found

    def takes_all(self, box: Masks, among: int) -> bool:
        """Return whether one box of a set takes all of `box`; False says nothing of several."""
        for at in self._most_selective:
            axis = self._axes[at]
            mask = box[at]
            if among & ~axis.free_bits:
                among &= axis.free_bits if mask == axis.full else self._around(at, mask)
            if not among:
                return False
        return among != 0

    def _around(self, at: int, mask: Mask) -> int:
        """Return the boxes that accept all of one side, as a set."""
        axis = self._axes[at]
        side = axis.side(mask)
        if side.around < 0:
            found = axis.free_bits | axis.around(mask)
            if not self._has_room():
                return found
            side.around = found
        return side.around

    def _has_room(self) -> bool:
        """Take the room of one more set of boxes, if it is there."""
        size = len(self._boxes) // 8
        if self._room < size:
            return False
        self._room -= size
        return True

    def descent(self, box: Masks, among: int, without: Iterable[Box] = ()) -> Masks | None:
        """Return a part of `box` that no box of a set meets, found by the lightest classes.

        without: more boxes that it must not meet, a few. Settles nearly every box of which
        something is left; None says nothing.
        """
        tick(1 + len(self._boxes) >> 6)  # whole sets of boxes are cut
        found = self._narrowed(box, among)
        if found is None:
            return None
        among = found
        left = list(box)
        for sides in without:
            if all(left[at] & mask for at, mask in sides):
                outside = [(at, left[at] & ~mask) for at, mask in sides]
                step = self._lightest([side for side in outside if side[1]], among)
                if step is None:
                    return None
                at, left[at], among = step
        for at in self._most_selective:
            if not among:
                break
            if among & ~self._axes[at].free_bits:
                step = self._lightest([(at, left[at])], among)
                if step is not None:
                    _, left[at], among = step
        return None if among else tuple(left)

    def _narrowed(self, box: Masks, among: int) -> int | None:
        """Return the boxes of a set that meet `box`; None for so few that each is better asked."""
        if among.bit_count() <= FEW_BOXES:
            return None
        for at, mask in enumerate(box):
            if mask != self._full[at]:
                side = self._axes[at].side(mask)
                if side.count <= FEW_BOXES:
                    return None
                if side.count < len(self._boxes):
                    among &= self._bits(at, side)
        return among

    def _lightest(
        self, sides: Iterable[tuple[int, Mask]], among: int
    ) -> tuple[int, Mask, int] | None:
        """Return the class of one of these sides that fewest boxes of a set accept, and those."""
        best: tuple[int, Mask, int] | None = None
        for at, mask in sides:
            axis = self._axes[at]
            for class_ in axis.lightest(mask):
                meeting = among & self._bits(at, axis.side(1 << class_))
                if best is None or meeting.bit_count() < best[2].bit_count():
                    one = mask if mask.bit_count() == 1 else 1 << class_
                    best = at, one, meeting
                    if not meeting:
                        return best
        return best


def index(space: Space, regions: Iterable[Region]) -> Index:
    """Return the index of clauses with these regions, and of the space's impossible boxes."""
    full = space.full
    return Index(full, [boxes(region, full) for region in regions], space.impossible)
