"""A box of leads as a condition that a policy could have written.

`describe` says a box to people and folds what is long; here nothing is folded, and what
is printed parses back to the same leads. Names come first, then values, ranges and
prefixes; where a field may be missing, the condition says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import assert_never

from turnout.compiler import masks
from turnout.compiler.classes import Sliced
from turnout.compiler.leads import partitions
from turnout.compiler.leads.dimensions import YES, Dimension
from turnout.compiler.leads.partitions import Cut
from turnout.compiler.leads.samples import ends, pieces, sample
from turnout.compiler.leads.universe import universe
from turnout.compiler.masks import Mask
from turnout.compiler.words.describe import (
    SideNames,
    absorbed,
    follows,
    named,
    slice_spans,
    spans,
    standing_condition,
)
from turnout.dsl import types
from turnout.dsl.conditions import (
    And,
    Between,
    Condition,
    Duplicate,
    During,
    InSlice,
    IsIn,
    LaterThan,
    Not,
    OlderThan,
    Open,
    Or,
    Ordered,
    Present,
    StartsWith,
    WithinLast,
    WithinNext,
)
from turnout.dsl.types import Value
from turnout.dsl.values.slices import SLICES


def spelled(known: SideNames, box: Sequence[Mask]) -> Condition:
    """Return a condition that describes the leads of `box` and no others."""
    names, left = absorbed(known, box)
    parts: list[Condition] = [*names]
    for at, mask in enumerate(left):
        if mask != known.space.full[at] and not follows(known.space, left, at):
            parts.append(side(known, at, mask))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def side(known: SideNames, at: int, mask: Mask) -> Condition:
    """Return the condition that holds for leads with these classes on one dimension."""
    dimension = known.space.dimensions[at]
    if dimension.kind in {"has", "pattern"}:
        assert dimension.test is not None
        return dimension.test if mask == YES else Not(dimension.test)
    if isinstance(dimension.test, Open | Duplicate):
        is_open = bool(sample(dimension, masks.members(mask)[0]))
        return dimension.test if is_open else Not(dimension.test)
    if isinstance(dimension.test, During):
        zone = dimension.test.zone
        return _any(_during(low, high, zone) for low, high in spans(dimension, mask))
    if dimension.kind == "standing":
        return standing_condition(dimension, mask)
    field = dimension.field.name
    whole = named(known, at, mask)
    if whole is not None:
        return _any(whole)
    present, every = mask & ~1, dimension.full & ~1
    if not present:
        return Not(Present(field))
    there = Present(field) if present == every else _values(known, at, present)
    return _any([there, Not(Present(field))]) if mask & 1 else there


def _during(low: int, high: int, zone: str) -> Condition:
    first, last = (date.fromordinal(low), date.fromordinal(high - 1))
    bottom, top = partitions.DAYS
    return During(first if low > bottom else None, last if high < top else None, zone)


def _values(known: SideNames, at: int, present: Mask) -> Condition:
    """Return a condition for these classes, which are neither none nor all; false if missing."""
    dimension = known.space.dimensions[at]
    field = dimension.field.name
    every = dimension.full & ~1
    inside = named(known, at, present)
    if inside is not None:
        return _any(inside)
    outside = named(known, at, every & ~present)
    if outside is not None:
        return And((Present(field), Not(_any(outside))))
    if dimension.kind == "slice":
        return _any(_slice(dimension, *span) for span in slice_spans(dimension, present))
    if dimension.kind == "age":
        return _any(_age(dimension.field, *span) for span in spans(dimension, present))
    shape = dimension.field.type.shape
    match shape:
        case "whole" | "dense" | "days":
            return _any(_span(dimension, low, high) for low, high in spans(dimension, present))
        case "text":
            return _text(dimension, present)
        case "listed" | "several":
            return _listed(dimension, present)
        case _:
            assert_never(shape)


def _any(parts: Iterable[Condition]) -> Condition:
    chosen = tuple(parts)
    return chosen[0] if len(chosen) == 1 else Or(chosen)


def _listed(dimension: Dimension, present: Mask) -> Condition:
    field, values = dimension.field, universe(dimension.field.type)
    inside = partitions.values_of(dimension.partition, values, present)
    outside = partitions.values_of(dimension.partition, values, dimension.full & ~1 & ~present)
    if inside and len(inside) <= len(outside) + 1:
        return IsIn(field.name, frozenset(inside))
    return And((Present(field.name), Not(IsIn(field.name, frozenset(outside)))))


def _slice(dimension: Dimension, low: int, high: int) -> Condition:
    field, classes = dimension.field.name, dimension.partition.classes
    assert isinstance(classes, Sliced)
    top: Condition = InSlice(field, classes.of, high) if high < SLICES else Present(field)
    return And((top, Not(InSlice(field, classes.of, low)))) if low else top


def _age(of: types.Field, low: int, high: int) -> Condition:
    """Return the test for ages from `low` to `high` - 1 days; those below 0 lie ahead."""
    field, zone = of.name, of.type.zone if isinstance(of.type, types.Date) else "UTC"
    if low == 0 and high < partitions.HIGHEST:
        return WithinLast(field, high - 1, zone)
    if high == 1 and low > partitions.LOWEST:
        return WithinNext(field, -low, zone)
    tests: list[Condition] = []
    if low > 0:
        tests.append(OlderThan(field, low - 1, zone))
    elif low > partitions.LOWEST:
        tests.append(Not(LaterThan(field, -low, zone)))
    if high <= 0:
        tests.append(LaterThan(field, -high, zone))
    elif high < partitions.HIGHEST:
        tests.append(Not(OlderThan(field, high - 1, zone)))
    if all(isinstance(test, Not) for test in tests):  # a day that is missing would pass
        tests.insert(0, Present(field))
    return tests[0] if len(tests) == 1 else And(tuple(tests))


def _span(dimension: Dimension, low: Cut, high: Cut) -> Condition:
    field, kind = dimension.field.name, dimension.field.type
    first, last = ends(dimension)
    match kind.shape:
        case "whole":
            whole = None if low == first else low, None if high == last else high - 1
            return _between(field, *whole)
        case "days":
            from_ = None if low == first else date.fromordinal(low)
            return _between(field, from_, None if high == last else date.fromordinal(high - 1))
        case "dense":
            bottom, top = None if low == first else low[0], None if high == last else high[0]
            if bottom is not None and bottom == top:
                return IsIn(field, frozenset({bottom}))
            starts_after, ends_before = low != first and low[1] == 1, high != last and high[1] == 0
            return Between(field, bottom, top, low_open=starts_after, high_open=ends_before)
        case "text" | "listed" | "several":
            raise AssertionError(dimension)  # no line
        case _:
            assert_never(kind.shape)


def _between(field: str, low: Ordered | None, high: Ordered | None) -> Condition:
    return (
        IsIn(field, frozenset({low}))
        if low == high and low is not None
        else Between(field, low, high)
    )


def _text(dimension: Dimension, wanted: Mask) -> Condition:
    """Return a condition for classes of a text: literals and prefixes, less those inside them.

    Prefixes nest like folders, so a set of texts is a few prefixes and literals, each
    prefix less what it holds too much, which is said in the same way, and so on inwards.
    """
    field = dimension.field.name
    every = dimension.full & ~1
    prefixes = [
        (test, mask & every)
        for test, mask in dimension.partition.masks.items()
        if isinstance(test, StartsWith) and mask & every
    ]
    prefixes.sort(key=lambda side: -side[1].bit_count())
    points = {number: _points(dimension, number) for number in masks.members(every)}
    named_ = masks.mask_of(number for number, values in points.items() if values)
    for _, mask in prefixes:
        named_ |= mask
    if not wanted & ~named_:
        return _covered(field, prefixes, points, wanted)
    # Texts that no test names are said by what they are not.
    return And((Present(field), Not(_covered(field, prefixes, points, every & ~wanted))))


def _points(dimension: Dimension, number: int) -> list[Value]:
    """Return the literals that make up a class, none where it holds other texts."""
    return [low[0] for low, high in pieces(dimension, number) if low[0] == high[0]]


def _covered(
    field: str,
    prefixes: Sequence[tuple[StartsWith, Mask]],
    points: Mapping[int, list[Value]],
    wanted: Mask,
) -> Condition:
    """Return a condition for these classes, each of which has a literal or a prefix."""
    parts, left = list[Condition](), wanted
    for test, mask in prefixes:
        if mask & left and not mask & ~wanted:
            parts.append(test)
            left &= ~mask
    literals = [value for number in masks.members(left) for value in points[number]]
    left &= ~masks.mask_of(number for number in masks.members(left) if points[number])
    while left:
        # The innermost prefix of a class; what it holds besides lies deeper.
        test, mask = min((s for s in prefixes if s[1] & left), key=lambda s: s[1].bit_count())
        parts.append(And((test, Not(_covered(field, prefixes, points, mask & ~wanted)))))
        left &= ~mask
        literals = [value for value in literals if not str(value).startswith(test.text)]
    if literals:
        parts.insert(0, IsIn(field, frozenset(literals)))
    return _any(parts)
