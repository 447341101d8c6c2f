"""Boxes of leads in the policy's own words.

A side of a box is a set of classes of one field. Where territories or segments make up
one side, or several together, their names say it; otherwise its values do, or what it
lacks if that is shorter. Long lists are folded; `spelling` says the same unfolded.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import assert_never

from turnout.compiler.classes import Sliced, Texts, standing_mask
from turnout.compiler.leads import partitions
from turnout.compiler.leads.dimensions import YES, Dimension
from turnout.compiler.leads.partitions import Cut
from turnout.compiler.leads.regions import Regions
from turnout.compiler.leads.samples import ends, pieces, sample
from turnout.compiler.leads.space import Box, Space
from turnout.compiler.leads.universe import universe
from turnout.compiler.masks import Mask, members
from turnout.dsl import types
from turnout.dsl.conditions import (
    SEEN,
    SIGNS,
    STANDINGS,
    And,
    Beside,
    Condition,
    Duplicate,
    During,
    Has,
    Named,
    Not,
    Open,
    Present,
    Sign,
)
from turnout.dsl.policy import Definition
from turnout.dsl.values import show
from turnout.dsl.values.slices import SLICES, percent
from turnout.dsl.wording import said_day, written
from turnout.frozen import attribute, frozen

MOST = 6
"""Values that a list names before it is folded."""


@frozen(eq=False)
class SideNames:
    """Names for sides: by dimension, each definition that is a side of it, widest first.

    corners: the definitions that constrain several dimensions at once, as boxes.
    """

    space: Space
    names: Mapping[int, Sequence[tuple[Named, Mask]]]
    corners: Sequence[tuple[Named, Box]] = ()
    _said: dict[tuple[int, Mask], str] = attribute(factory=dict[tuple[int, Mask], str], repr=False)

    def phrase(self, at: int, mask: Mask) -> str:
        """Return the words for one side; they are looked for once."""
        if (at, mask) not in self._said:
            self._said[at, mask] = _phrase(self, at, mask)
        return self._said[at, mask]


def side_names(regions: Regions, definitions: Iterable[Definition]) -> SideNames:
    """Return the names of those definitions that are boxes."""
    names: dict[int, list[tuple[Named, Mask]]] = {}
    corners: list[tuple[Named, Box]] = []
    for definition in definitions:
        name = Named(definition.kind, definition.name, definition.meaning)
        try:
            region = regions.region(name)
        except KeyError:  # it asks what this space doesn't ask, so it is no side of it
            continue
        if region.eithers:
            continue
        if len(region.box) == 1:
            ((at, mask),) = region.box
            names.setdefault(at, []).append((name, mask))
        elif region.box:
            corners.append((name, region.box))
    for found in names.values():
        found.sort(key=lambda name: -name[1].bit_count())
    return SideNames(regions.space, names, corners)


def phrases(known: SideNames, box: Sequence[Mask]) -> list[str]:
    """Return one phrase for each name or side that `box` constrains, in schema order."""
    names, left = absorbed(known, box)
    said = [
        known.phrase(at, mask)
        for at, mask in enumerate(left)
        if mask != known.space.full[at] and not follows(known.space, left, at)
    ]
    return [*(name.name for name in names), *said]


def telling(known: SideNames, box: Sequence[Mask]) -> list[str]:
    """Return the phrases of a box, those first that say most: names, closed lists and ranges.

    Of a text only a few values can be named, and that it is one of the others says little.
    """
    names, left = absorbed(known, box)
    said: list[tuple[bool, str]] = []
    for at, mask in enumerate(left):
        if mask != known.space.full[at] and not follows(known.space, left, at):
            dimension = known.space.dimensions[at]
            is_open = dimension.kind == "pattern" or (
                dimension.kind == "value"
                and dimension.field.type.shape == "text"
                and named(known, at, mask) is None
            )
            said.append((is_open, known.phrase(at, mask)))
    said.sort(key=lambda pair: pair[0])
    return [*(name.name for name in names), *(phrase for _, phrase in said)]


def on_days(space: Space, box: Sequence[Mask]) -> tuple[str, tuple[Mask, ...]]:
    """Return on which days leads of a box arrive, "" for any, and the box without that."""
    said = [
        _ranges(dimension, box[at], days_in_words)
        for at, dimension in enumerate(space.dimensions)
        if isinstance(dimension.test, During) and box[at] != space.full[at]
    ]
    left = (
        full if isinstance(dimension.test, During) else mask
        for mask, full, dimension in zip(box, space.full, space.dimensions, strict=True)
    )
    return " and ".join(said), tuple(left)


def absorbed(known: SideNames, box: Sequence[Mask]) -> tuple[list[Named], list[Mask]]:
    """Return names that say several sides of `box` at once, and the box without those sides.

    The box is what all the names and the box that is left have in common.
    """
    names, left = list[Named](), list(box)
    full = known.space.full
    while True:
        best: tuple[Named, list[int]] | None = None
        for name, corner in known.corners:
            if any(box[at] & ~mask for at, mask in corner):
                continue
            said = [at for at, mask in corner if left[at] == box[at] == mask != full[at]]
            if len(said) > (1 if best is None else len(best[1])):
                best = name, said
        if best is None:
            return names, left
        names.append(best[0])
        for at in best[1]:
            left[at] = full[at]


def follows(space: Space, box: Sequence[Mask], at: int) -> bool:
    """Return whether another side of the same field says this one too."""
    full = space.full[at]
    if space.dimensions[at].kind == "standing":
        return _is_told(space, box, at)
    if space.dimensions[at].kind != "value":
        own = next(
            other
            for other, dimension in enumerate(space.dimensions)
            if dimension.field.name == space.dimensions[at].field.name
        )
        if box[own] == 1 and box[at] & 1:
            return True
    if box[at] != full & ~1 or space.dimensions[at].kind not in {"value", "age", "slice"}:
        return False
    name = space.dimensions[at].field.name
    return any(
        other != at
        and dimension.field.name == name
        and box[other] != space.full[other]
        and not box[other] & 1
        for other, dimension in enumerate(space.dimensions)
        if other > at or box[other] != space.full[other] & ~1
    )


def _is_told(space: Space, box: Sequence[Mask], at: int) -> bool:
    """Return whether two fields say by themselves that one of them is missing, or that none is."""
    pair = space.dimensions[at].pair
    own = [
        box[other]
        for other, dimension in enumerate(space.dimensions)
        if dimension.kind == "value" and dimension.field.name in pair
    ]
    if box[at] == 1:
        return 1 in own
    return box[at] == space.full[at] & ~1 and not any(mask & 1 for mask in own)


def _phrase(known: SideNames, at: int, mask: Mask) -> str:
    dimension = known.space.dimensions[at]
    if dimension.kind in {"has", "pattern"}:
        return _yes_no(dimension, mask)
    whole = named(known, at, mask)
    if whole is not None:
        return " or ".join(name.name for name in whole)
    name = dimension.field.name
    if isinstance(dimension.test, Open):
        is_open = sample(dimension, members(mask)[0])
        name = dimension.test.calendar.name
        if " in " in name:  # somebody's membership of a team
            return name if is_open else name.replace(" in ", " not in ")
        return f"{name} {'open' if is_open else 'closed'}"
    if isinstance(dimension.test, Duplicate):
        return SEEN if sample(dimension, members(mask)[0]) else f"not {SEEN}"
    if isinstance(dimension.test, During):
        return _ranges(dimension, mask, days_in_words)
    if dimension.kind == "standing":
        return _compared(dimension, mask)
    present, every = mask & ~1, dimension.full & ~1
    if not present:
        return f"{name} missing"
    if present == every:
        return f"{name} present"
    inside = named(known, at, present)
    outside = None if inside else named(known, at, every & ~present)
    if inside:
        text = " or ".join(one.name for one in inside)
    elif outside:
        text = f"{name} outside {_and([one.name for one in outside])}"
    else:
        text = _plain(dimension, present)
    return f"{text} or missing" if mask & 1 else text


def _compared(dimension: Dimension, mask: Mask) -> str:
    one, two = dimension.pair
    if mask == 1:
        return f"{one} or {two} missing"
    present = mask & ~1
    if present == dimension.full & ~1:
        return f"{one} and {two} present"
    said = written(standing_condition(dimension, present), {})
    return f"{said} or one of them missing" if mask & 1 else said


def standing_condition(dimension: Dimension, mask: Mask) -> Condition:
    """Return the condition that two fields stand to each other in one of these ways."""
    one, two = dimension.pair
    every = dimension.full & ~1
    if mask & 1:  # what a comparison isn't holds where a field is missing, too
        return Not(standing_condition(dimension, every & ~mask))
    if mask == every:
        return And((Present(one), Present(two)))
    sign: Sign = next(sign for sign in SIGNS if standing_mask(STANDINGS[sign]) & every == mask)
    return Beside(one, sign, two)


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


def named(known: SideNames, at: int, mask: Mask) -> list[Named] | None:
    """Return a few names that together are `mask`, None where there are none."""
    left, chosen, beyond = mask, list[Named](), known.space.full[at] & ~mask
    for name, side in known.names.get(at, ()):
        if side & left and not side & beyond:
            chosen.append(name)
            left &= ~side
    return chosen if chosen and not left and len(chosen) <= MOST else None


def _plain(dimension: Dimension, present: Mask) -> str:
    kind = dimension.field.type
    if dimension.kind == "slice":
        return " or ".join(_fallen(dimension, *span) for span in slice_spans(dimension, present))
    if dimension.kind == "age":
        return _ranges(
            dimension, present, lambda low, high: age_in_words(dimension.field.name, low, high)
        )
    match kind.shape:
        case "whole" | "dense" | "days":
            return _ranges(dimension, present, lambda low, high: _between(dimension, low, high))
        case "text":
            return _texts(dimension, present)
        case "listed" | "several":
            return _listed(dimension, present)
        case _:
            assert_never(kind.shape)


def _listed(dimension: Dimension, present: Mask) -> str:
    name = dimension.field.name
    values = universe(dimension.field.type)
    inside = partitions.values_of(dimension.partition, values, present)
    outside = partitions.values_of(dimension.partition, values, dimension.full & ~1 & ~present)
    # A few left out are the shorter list; so are many of far more.
    if len(outside) < len(inside) and (len(outside) <= MOST or 3 * len(outside) < len(inside)):
        return f"{name} other than {_folded(dimension.field, outside, 'and')}"
    return f"{name} {_folded(dimension.field, inside, 'or')}"


def _folded(field: types.Field, values: Sequence[types.Value], joined: str) -> str:
    shown = [show(field, value) for value in values[:MOST]]
    more = len(values) - len(shown)
    if more > 0:
        return f"{', '.join(shown)} {joined} {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {joined} {shown[-1]}"


def slice_spans(dimension: Dimension, present: Mask) -> list[tuple[int, int]]:
    """Return from which slice to before which these classes of a slice reach, joined, in order."""
    classes = dimension.partition.classes
    assert isinstance(classes, Sliced)
    ends_ = (0, *classes.cuts, SLICES)
    found: list[tuple[int, int]] = []
    for number in members(present):
        low, high = ends_[number - 1], ends_[number]
        if found and found[-1][1] == low:
            low = found.pop()[0]
        found.append((low, high))
    return found


def _fallen(dimension: Dimension, low: int, high: int) -> str:
    classes = dimension.partition.classes
    assert isinstance(classes, Sliced)
    name, of = dimension.field.name, show(types.Text(), classes.of)
    if not low:
        return f"{name} in first {percent(high)} of {of}"
    if high == SLICES:
        return f"{name} not in first {percent(low)} of {of}"
    return f"{name} from {percent(low)} to {percent(high)} of {of}"


def _texts(dimension: Dimension, present: Mask) -> str:
    classes = dimension.partition.classes
    if isinstance(classes, Texts) and present >> classes.other & 1:
        return _other_texts(dimension, classes, present)
    made = [sample(dimension, number) for number in members(present)]
    shown = [value for value in made if value is not None]
    if not shown:
        return f"some {dimension.field.name}"
    return f"{dimension.field.name} such as {_folded(dimension.field, shown[:3], 'or')}"


def _other_texts(dimension: Dimension, classes: Texts, present: Mask) -> str:
    """Return what to call most texts of a field: all but those that are named, where these are few.

    A made-up text of them ("such as 0") would say nothing.
    """
    name = dimension.field.name
    pairs = zip(classes.prefixes, classes.inside, strict=True)
    starts = [text for text, inside in pairs if not present >> inside & 1]
    literals = [text for text, at in classes.number_of.items() if not present >> at & 1]
    if starts or not literals or len(literals) > MOST:
        return f"any other {name}"
    return f"{name} other than {_folded(dimension.field, sorted(literals), 'and')}"


def _ranges(dimension: Dimension, present: Mask, say: Callable[[Cut, Cut], str]) -> str:
    said = [say(low, high) for low, high in spans(dimension, present)]
    return " or ".join(said[:MOST]) + (f" or {len(said) - MOST} more" if len(said) > MOST else "")


def spans(dimension: Dimension, present: Mask) -> list[tuple[Cut, Cut]]:
    """Return where these classes lie on an ordered line, from cut to cut, joined and in order."""
    found = sorted(p for number in members(present) for p in pieces(dimension, number))
    merged: list[tuple[Cut, Cut]] = []
    for low, high in found:
        if merged and merged[-1][1] == low:
            merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return merged


def days_in_words(low: int, high: int) -> str:
    """Return the days of a decision from `low` on, up to `high`, which is left out.

    >>> first = date(2027, 4, 1).toordinal()
    >>> days_in_words(first, first + 1), days_in_words(first, first + 30)
    ('on 1 April 2027', 'from 1 April 2027 until 30 April 2027')
    """
    first, last = partitions.DAYS
    if high - low == 1:
        return f"on {said_day(date.fromordinal(low))}"
    said = [f"from {said_day(date.fromordinal(low))}"] if low > first else []
    said += [f"until {said_day(date.fromordinal(high - 1))}"] if high < last else []
    return " ".join(said) or "on any day"


def age_in_words(name: str, low: int, high: int) -> str:
    """Return ages from `low` to `high` - 1 days in words; those below 0 lie ahead."""
    last = high - 1
    if high == partitions.HIGHEST:
        if low > 0:
            return f"{name} older than {low - 1} days" if low > 1 else f"{name} in the past"
        return f"{name} at most {-low} days ahead" if low else f"{name} today or earlier"
    if low == partitions.LOWEST:
        if last < 0:
            return f"{name} later than {-high} days" if high else f"{name} in the future"
        return f"{name} at most {last} days ago" if last else f"{name} today or later"
    if low == 0:
        return f"{name} within {last} days" if last else f"{name} today"
    if last == 0:
        return f"{name} within next {-low} days"
    if low > 0:
        return f"{name} {low} to {last} days ago"
    if last < 0:
        return f"{name} {-last} to {-low} days ahead"
    return f"{name} from {last} days ago to {-low} days ahead"


def _between(dimension: Dimension, low: Cut, high: Cut) -> str:
    field = dimension.field
    first, is_first_in = _end(field, low, is_low=True)
    last, is_last_in = _end(field, high, is_low=False)
    at_start, at_end = low == ends(dimension)[0], high == ends(dimension)[1]
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


def _end(field: types.Field, cut: Cut, *, is_low: bool) -> tuple[str, bool]:
    """Return the value at a cut as written, and whether it lies inside."""
    shape = field.type.shape
    match shape:
        case "whole":
            number = cut if is_low else cut - 1
            return show(field, number), True
        case "days":
            last = date.max.toordinal()
            day = max(1, min(last, cut if is_low else cut - 1))
            return date.fromordinal(day).isoformat(), True
        case "dense":
            value, side = cut
            return show(field, Decimal(value)), (side == 0) == is_low
        case "text" | "listed" | "several":
            raise AssertionError(field)  # no line
        case _:
            assert_never(shape)
