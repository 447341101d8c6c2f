"""Boxes of leads in the policy's own words.

A side of a box is a set of classes of one field. Where territories or segments of that
field make it up, their names say it; otherwise its values do, or what it lacks if that is
shorter. Long lists are folded.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import attrs

from turnout.compiler import domains
from turnout.compiler.domains import Cut, Mask, members
from turnout.compiler.regions import Regions
from turnout.compiler.space import YES, Dimension, Space
from turnout.compiler.universe import universe
from turnout.dsl import types
from turnout.dsl.conditions import Has, Open
from turnout.dsl.policy import Definition
from turnout.dsl.values import show
from turnout.dsl.wording import written

MOST = 6
"""Values that a list names before it is folded."""


@attrs.frozen(eq=False)
class Words:
    """Names for sides: by dimension, each definition that is a side of it, widest first."""

    space: Space
    names: Mapping[int, Sequence[tuple[str, Mask]]]


def words(regions: Regions, definitions: Iterable[Definition]) -> Words:
    """Return the names of those definitions that constrain a single dimension."""
    names: dict[int, list[tuple[str, Mask]]] = {}
    for definition in definitions:
        try:
            region = regions.region(definition.meaning)
        except KeyError:  # it asks what this space doesn't ask, so it is no side of it
            continue
        if len(region.box) == 1 and not region.eithers:
            ((at, mask),) = region.box
            names.setdefault(at, []).append((definition.name, mask))
    for found in names.values():
        found.sort(key=lambda name: -name[1].bit_count())
    return Words(regions.space, names)


def phrases(known: Words, box: Sequence[Mask]) -> list[str]:
    """Return one phrase for each side that `box` constrains, in schema order."""
    return [
        phrase(known, at, mask)
        for at, mask in enumerate(box)
        if mask != known.space.full[at] and not _follows(known.space, box, at)
    ]


def _follows(space: Space, box: Sequence[Mask], at: int) -> bool:
    """Return whether another side of the same field says this one too."""
    full = space.full[at]
    if space.dimensions[at].kind != "value":
        own = next(
            other
            for other, dimension in enumerate(space.dimensions)
            if dimension.field.name == space.dimensions[at].field.name
        )
        if box[own] == 1:
            return True
    if box[at] != full & ~1 or space.dimensions[at].kind not in {"value", "age"}:
        return False
    name = space.dimensions[at].field.name
    return any(
        other != at
        and dimension.field.name == name
        and box[other] not in {space.full[other], space.full[other] & ~1}
        for other, dimension in enumerate(space.dimensions)
    )


def phrase(known: Words, at: int, mask: Mask) -> str:
    """Return the words for one side."""
    dimension = known.space.dimensions[at]
    if dimension.kind in {"has", "pattern"}:
        return _yes_no(dimension, mask)
    name = dimension.field.name
    if isinstance(dimension.test, Open):
        is_open = dimension.domain.sample(members(mask)[0])
        return f"{dimension.test.calendar.name} {'open' if is_open else 'closed'}"
    present, every = mask & ~1, dimension.full & ~1
    if not present:
        return f"{name} missing"
    if present == every:
        return f"{name} present"
    named = _named(known, at, present)
    if named is not None:
        text = " or ".join(named)
    else:
        outside = _named(known, at, every & ~present)
        text = f"{name} outside {_and(outside)}" if outside else _plain(dimension, present)
    return f"{text} or missing" if mask & 1 else text


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _yes_no(dimension: Dimension, mask: Mask) -> str:
    assert dimension.test is not None
    name = dimension.field.name
    if isinstance(dimension.test, Has):
        value = show(dimension.field, dimension.test.value)
        return f"{name} {'with' if mask == YES else 'without'} {value}"
    said = written(dimension.test, {name: dimension.field})
    return said if mask == YES else f"not {said}"


def _named(known: Words, at: int, mask: Mask) -> list[str] | None:
    """Return a few names that together are `mask`, None where there are none."""
    left, chosen = mask, list[str]()
    for name, side in known.names.get(at, ()):
        if side & ~mask == 0 and side & left:
            chosen.append(name)
            left &= ~side
    return chosen if chosen and not left and len(chosen) <= MOST else None


def _plain(dimension: Dimension, present: Mask) -> str:
    kind = dimension.field.type
    if dimension.kind == "age":
        return _ranges(dimension, present, lambda low, high: _age(dimension.field.name, low, high))
    match kind:
        case types.Integer() | types.Number() | types.Money() | types.Date():
            return _ranges(dimension, present, lambda low, high: _between(dimension, low, high))
        case types.Text() | types.Code() | types.Email():
            return _texts(dimension, present)
        case _:
            return _listed(dimension, present)


def _listed(dimension: Dimension, present: Mask) -> str:
    name = dimension.field.name
    values = universe(dimension.field.type)
    inside = domains.values_of(dimension.domain, values, present)
    outside = domains.values_of(dimension.domain, values, dimension.full & ~1 & ~present)
    if len(outside) < len(inside) and len(outside) <= MOST:
        return f"{name} other than {_folded(dimension.field, outside, 'and')}"
    return f"{name} {_folded(dimension.field, inside, 'or')}"


def _folded(field: types.Field, values: Sequence[types.Value], joined: str) -> str:
    shown = [show(field, value) for value in values[:MOST]]
    more = len(values) - len(shown)
    if more > 0:
        return f"{', '.join(shown)} {joined} {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {joined} {shown[-1]}"


def _texts(dimension: Dimension, present: Mask) -> str:
    made = [dimension.domain.sample(number) for number in members(present)]
    shown = [value for value in made if value is not None]
    if not shown:
        return f"some {dimension.field.name}"
    return f"{dimension.field.name} such as {_folded(dimension.field, shown[:3], 'or')}"


def _ranges(dimension: Dimension, present: Mask, say: Callable[[Cut, Cut], str]) -> str:
    assert dimension.domain.pieces is not None
    pieces = sorted(p for number in members(present) for p in dimension.domain.pieces(number))
    merged: list[tuple[Cut, Cut]] = []
    for low, high in pieces:
        if merged and merged[-1][1] == low:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    said = [say(low, high) for low, high in merged]
    return " or ".join(said[:MOST]) + (f" or {len(said) - MOST} more" if len(said) > MOST else "")


def _age(name: str, low: int, high: int) -> str:
    if high == domains.HIGHEST:
        return f"{name} older than {low - 1} days"
    if low == 0:
        return f"{name} within {high - 1} days"
    if low == domains.LOWEST:
        return f"{name} in the future" if high == 0 else f"{name} at most {high - 1} days ago"
    return f"{name} {low} to {high - 1} days ago"


def _between(dimension: Dimension, low: Cut, high: Cut) -> str:
    field = dimension.field
    first, is_first_in = _end(field, low, is_low=True)
    last, is_last_in = _end(field, high, is_low=False)
    at_start = _is_end(dimension, low)
    at_end = _is_end(dimension, high)
    if not at_start and first == last:
        return f"{field.name} {first}"
    if at_end:
        return f"{field.name} {'>=' if is_first_in else '>'} {first}"
    if at_start:
        return f"{field.name} {'<=' if is_last_in else '<'} {last}"
    if is_first_in and is_last_in:
        return f"{field.name} {first}..{last}"
    above, below = ">=" if is_first_in else ">", "<=" if is_last_in else "<"
    return f"{field.name} {above} {first} and {below} {last}"


def _is_end(dimension: Dimension, cut: Cut) -> bool:
    assert dimension.domain.pieces is not None
    every = [p for n in range(1, dimension.domain.size) for p in dimension.domain.pieces(n)]
    return cut in {min(low for low, _ in every), max(high for _, high in every)}


def _end(field: types.Field, cut: Cut, *, is_low: bool) -> tuple[str, bool]:
    """Return the value at a cut as written, and whether it lies inside."""
    match field.type:
        case types.Integer():
            number = cut if is_low else cut - 1
            return show(field, number), True
        case types.Date():
            last = date.max.toordinal()
            day = max(1, min(last, cut if is_low else cut - 1))
            return date.fromordinal(day).isoformat(), True
        case _:
            value, side = cut
            return show(field, Decimal(value)), (side == 0) == is_low
