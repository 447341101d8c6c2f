"""The exact share of leads that each clause of a route receives.

A share needs a measure, and over what a lead can be there is no natural one. This one
counts combinations of values. A field with a closed list (countries, picklists, yes/no,
people) or with both bounds (`integer 0..100`) counts value by value. Open numbers and
dates count range by range, as the policy's conditions cut them. Of texts, codes and
e-mails each literal, prefix and pattern that the policy names counts as one text beside a
hundred others. Missing is one more value where a field may be missing, and what can't be
together isn't counted. So a share says how much of what the policy distinguishes a rule
decides, not how many leads of next week it will get: a sample of leads tells that.

The count goes through the dimensions one after the other and keeps, as a set of bits,
the boxes that a partial lead is still inside; partial leads in the same boxes are one
state with one weight (a decision diagram, built level by level and never kept). The
states are counted against a budget, for their number has no bound but the product.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, prod
from typing import assert_never

from turnout.compiler.classes import Sliced, finder
from turnout.compiler.leads.boxes import boxes
from turnout.compiler.leads.budget import Meter, OutOfSteps
from turnout.compiler.leads.dimensions import Dimension
from turnout.compiler.leads.regions import Region
from turnout.compiler.leads.samples import pieces
from turnout.compiler.leads.space import Box, Space
from turnout.compiler.leads.universe import universe
from turnout.compiler.masks import members
from turnout.compiler.questions.analysis import Analysis
from turnout.dsl import types
from turnout.dsl.values.slices import SLICES
from turnout.frozen import frozen

MOST_BOXES = 4_096
STATES = 1_500_000
"""Steps of a count; a step is one state on one dimension going one way."""

OTHER_TEXTS = 100
"""Texts that no condition names, beside each that one does."""

_NOWHERE = -1
"""The owner of boxes whose points aren't counted."""


@frozen
class Shares:
    """What each clause receives of the leads counted, and what reaches the end.

    of: by clause. left: without a target. They add up to 1, unless there is no lead.
    weight: what was counted, in combinations.
    """

    of: tuple[Fraction, ...]
    left: Fraction
    weight: int


def shares(analysis: Analysis, within: Iterable[Region] = (), states: int = STATES) -> Shares:
    """Return the shares of the leads that are in all of `within`. Raises OutOfSteps."""
    space = analysis.space
    owners: list[int] = []
    found: list[Box] = []
    outside = [analysis.regions.complement(region) for region in within]
    impossible = [Region(box) for box in space.impossible]
    regions = [(_NOWHERE, region) for region in (*impossible, *outside)]
    regions += list(enumerate(analysis.taken))
    for owner, region in regions:
        made = boxes(region, space.full, MOST_BOXES)
        if made is None:
            raise OutOfSteps
        owners += [owner] * len(made)
        found += made
    count = len(analysis.taken)
    weights = _counted(space, (owners, found), count, Meter(states))
    whole = sum(weight for owner, weight in weights.items() if owner != _NOWHERE)
    parts = [Fraction(weights.get(owner, 0), whole or 1) for owner in range(count + 1)]
    return Shares(tuple(parts[:count]), parts[count], whole)


def _counted(
    space: Space, owned: tuple[Sequence[int], Sequence[Box]], end: int, meter: Meter
) -> Mapping[int, int]:
    """Return the weight of the points whose first box is each owner's; `end` has the rest."""
    owners, boxes = owned
    columns = [_columns(space, at, boxes, meter) for at in range(len(space.dimensions))]
    order = _order(space, columns)
    levels = _levels(owners, boxes, order)
    found: dict[int, int] = {}
    states = {(1 << len(boxes)) - 1: 1}
    beyond = prod(sum(column.values()) for column in columns)
    for at, level in zip(order, levels, strict=True):
        after: dict[int, int] = {}
        beyond //= sum(columns[at].values())
        for alive, mass in states.items():
            meter.take(len(columns[at]) * (1 + len(level.same)))
            for accepting, weight in columns[at].items():
                left = level.reduced(alive & accepting)
                if left & (left - 1) or not left & level.done:
                    after[left] = after.get(left, 0) + mass * weight
                else:
                    owner = owners[left.bit_length() - 1]
                    found[owner] = found.get(owner, 0) + mass * weight * beyond
        states = after
    for alive, mass in states.items():
        owner = owners[(alive & -alive).bit_length() - 1] if alive else end
        found[owner] = found.get(owner, 0) + mass
    return found


@frozen
class _Level:
    """What follows for the boxes that are alive once a dimension is behind.

    done: those that constrain none of the dimensions to come. same: sets of boxes of one
    owner that ask the same from here on, for the first time; one of them is enough.
    """

    done: int
    same: tuple[int, ...]

    def reduced(self, alive: int) -> int:
        """Return the boxes of `alive` that still matter."""
        for equal in self.same:
            some = alive & equal
            if some & (some - 1):
                alive = alive & ~equal | some & -some
        settled = alive & self.done
        return alive & ((settled & -settled) << 1) - 1 if settled else alive


def _levels(owners: Sequence[int], boxes: Sequence[Box], order: Sequence[int]) -> list[_Level]:
    """Return one level for each dimension of `order`.

    INVARIANT: the boxes of one owner are next to each other, so which of several that ask
    the same is kept changes nothing.
    """
    place = {at: number for number, at in enumerate(order)}
    rests = [sorted(((place[at], mask) for at, mask in box), reverse=True) for box in boxes]
    done = sum(1 << number for number, rest in enumerate(rests) if not rest)
    groups: dict[object, int] = {}
    for number, rest in enumerate(rests):
        key = owners[number], tuple(rest)
        groups[key] = groups.get(key, 0) | 1 << number
    levels: list[_Level] = []
    by_place: dict[int, list[int]] = {}
    for number, rest in enumerate(rests):
        for at, _ in rest:
            by_place.setdefault(at, []).append(number)
    for at in range(len(order)):
        touched: dict[object, None] = {}
        for number in by_place.get(at, ()):
            rests[number].pop()
            key = owners[number], tuple(rests[number])
            groups[key] = groups.get(key, 0) | 1 << number
            touched[key] = None
            if not rests[number]:
                done |= 1 << number
        same = (groups[key] for key in touched)
        levels.append(_Level(done, tuple(equal for equal in same if equal & (equal - 1))))
    return levels


def _order(space: Space, columns: Sequence[Mapping[int, int]]) -> list[int]:
    """Return the dimensions in the order of the count.

    Those that depend on each other come together, and first those that leave few boxes.
    """
    links = linked(space)
    alike = [_selectivity(column) for column in columns]
    tested = [at for at in range(len(columns)) if len(columns[at]) > 1]
    together: dict[int, list[int]] = {}
    for at in sorted(tested, key=lambda at: (alike[at], at)):
        together.setdefault(links[at], []).append(at)
    order = [at for group in together.values() for at in group]
    return order + [at for at in range(len(columns)) if len(columns[at]) <= 1]


def linked(space: Space) -> list[int]:
    """Return for each dimension those that its classes may depend on, itself included."""
    links = [1 << at for at in range(len(space.dimensions))]
    groups = [[at for at, _ in box] for box in space.impossible]
    groups += [sorted(axis.dimensions) for axis in space.tight]
    for group in groups:
        together = 0
        for at in group:
            together |= links[at]
        for at in members(together):
            links[at] = together
    return links


def _columns(space: Space, at: int, boxes: Sequence[Box], meter: Meter) -> dict[int, int]:
    """Return, by the boxes that accept them, the weight of a dimension's classes."""
    by_side: dict[int, int] = {}
    free = (1 << len(boxes)) - 1
    for number, box in enumerate(boxes):
        for dimension, mask in box:
            if dimension == at:
                by_side[mask] = by_side.get(mask, 0) | 1 << number
                free &= ~(1 << number)
    full = space.full[at]
    accepting = dict.fromkeys(members(full), free)
    for side, numbers in by_side.items():
        meter.take(side.bit_count())
        for class_ in members(side & full):
            accepting[class_] |= numbers
    weights = class_weights(space.dimensions[at])
    found: dict[int, int] = {}
    for class_, numbers in accepting.items():
        found[numbers] = found.get(numbers, 0) + weights[class_]
    return found


def _selectivity(columns: Mapping[int, int]) -> Fraction:
    """Return the boxes that are left of a class on average: few make few states."""
    return Fraction(sum(numbers.bit_count() for numbers in columns), max(1, len(columns)))


def class_weights(dimension: Dimension) -> list[int]:
    """Return how many values each class of a dimension counts as, `missing` first."""
    size = dimension.partition.size
    if isinstance(dimension.partition.classes, Sliced):
        ends = (0, *dimension.partition.classes.cuts, SLICES)
        widths = [high - low for low, high in pairwise(ends)]
        return [1, *(width // gcd(*widths) for width in widths)]
    if dimension.kind != "value":
        return [OTHER_TEXTS, 1] if dimension.kind == "pattern" else [1] * size
    kind = dimension.field.type
    match kind.shape:
        case "listed":
            return _listed(dimension)
        case "text":
            named = 1
            for mask in dimension.partition.masks.values():
                named |= mask
            return [1 if named >> class_ & 1 else OTHER_TEXTS for class_ in range(size)]
        case "whole":
            if not isinstance(kind, types.Integer) or kind.low is None or kind.high is None:
                return [1] * size
            spans = (pieces(dimension, class_) for class_ in range(1, size))
            return [1, *(sum(end - start for start, end in found) for found in spans)]
        case "dense" | "days" | "several":
            return [1] * size
        case _:
            assert_never(kind.shape)


def _listed(dimension: Dimension) -> list[int]:
    weights = [1] + [0] * (dimension.partition.size - 1)
    find = finder(dimension.partition.classes)
    for value in universe(dimension.field.type):
        weights[find(value)] += 1
    return weights
