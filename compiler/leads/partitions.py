"""The values of one field, cut into the coarsest classes that its atoms can tell apart.

Two values belong to one class when exactly the same atoms hold for them, so a set of
classes says of a field everything that a condition can say. A set of classes is an int
used as a bit set; class 0 is always "missing".

Three kinds of values cover all field types: a finite list (countries, picklists, people),
an ordered line (numbers, dates, ages), and text, which is an ordered line too: a literal
is a point, and a prefix is the interval from it to the next prefix, so that `starts with`
and `is` are exact together (and a table with tens of thousands of keys is one atom a
value of its column). The line is swept once, atoms entering and leaving; a piece's
signature is the set of atoms that hold on it (the elementary segments of a segment tree;
de Berg et al., "Computational Geometry", 3rd edition, 10.3). What comes out is data, see
`classes`; `samples` makes values of a class again.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import ceil, floor
from typing import Any, TypeAlias, assert_never

from turnout.compiler.classes import (
    MISSING,
    Classes,
    Days,
    Dense,
    Listed,
    Sliced,
    Standings,
    There,
    Whole,
    YesNo,
    YesNoTest,
    finder,
    standing_mask,
)
from turnout.compiler.leads.budget import tick
from turnout.compiler.masks import Mask, set_of
from turnout.dsl.conditions import (
    STANDINGS,
    Age,
    Atom,
    Beside,
    Between,
    InSlice,
    IsIn,
    LaterThan,
    OlderThan,
    Sign,
    WithinLast,
    WithinNext,
)
from turnout.dsl.types import Value
from turnout.dsl.values.slices import SLICES
from turnout.frozen import attribute, frozen

Cut: TypeAlias = Any
"""A place on an ordered line between two values; comparable with the others of its line."""


@frozen
class Partition:
    """One field's classes. masks: those where each atom holds."""

    classes: Classes
    masks: Mapping[Atom, Mask] = attribute(repr=False, hash=False)

    @property
    def size(self) -> int:
        """How many classes there are, `missing` included."""
        return self.classes.size

    @property
    def full(self) -> Mask:
        """Every class, `missing` included."""
        return (1 << self.size) - 1


def _numbered(
    signatures: Sequence[tuple[int, ...]], atoms: Sequence[Atom]
) -> tuple[tuple[int, ...], dict[tuple[int, ...], int], dict[Atom, Mask]]:
    """Return each signature's class (from 1), the classes, and where each atom holds."""
    classes = {each: number for number, each in enumerate(dict.fromkeys(signatures), 1)}
    numbered = tuple(map(classes.__getitem__, signatures))
    return numbered, classes, atom_masks(classes, atoms)


def atom_masks(classes: Mapping[tuple[int, ...], int], atoms: Sequence[Atom]) -> dict[Atom, Mask]:
    """Return where each atom holds, from the classes by what holds in them."""
    bits: dict[int, list[int]] = {}
    for signature, number in classes.items():
        tick(len(signature))
        for atom in signature:
            bits.setdefault(atom, []).append(number)
    return {atom: set_of(bits.get(at, ())) for at, atom in enumerate(atoms)}


# -- finite lists --


def finite(
    values: Sequence[Value], atoms: Sequence[IsIn], tell_apart: Iterable[frozenset[Value]] = ()
) -> Partition:
    """Return the classes of a finite list of values, in the list's order.

    tell_apart: further sets of values that the classes must not straddle.
    """
    chosen_by: dict[Value, list[int]] = {}
    for at, chosen in enumerate([*(atom.values for atom in atoms), *tell_apart]):
        tick(len(chosen))
        for value in chosen:
            chosen_by.setdefault(value, []).append(at)
    known = {value: tuple(by) for value, by in chosen_by.items()}
    signatures = [known.get(value, ()) for value in values]
    numbered, classes, masks = _numbered(signatures, atoms)
    # A value outside the list is one that no atom names.
    other = classes.get((), MISSING)
    return Partition(Listed(len(classes) + 1, numbered, tuple(values), other), masks)


def presence(*, has_values: bool) -> Partition:
    """Return the two classes of a field that is only asked for its presence.

    has_values: whether any value is possible, else there is one class only.
    """
    return Partition(There(2 if has_values else 1), {})


def yes_no(test: YesNoTest) -> Partition:
    """Return the two classes of what one test answers."""
    return Partition(YesNo(test), {test: 0b10})


def slices(of: str, asked: Iterable[InSlice]) -> Partition:
    """Return the classes of where texts fall by a name."""
    atoms = list(asked)
    cuts = tuple(sorted({atom.slices for atom in atoms} - {SLICES}))
    masks: dict[Atom, Mask] = {
        atom: (1 << bisect_left(cuts, atom.slices) + 2) - 2 for atom in atoms
    }
    return Partition(Sliced(of, cuts), masks)


def standings(than: str, asked: Iterable[tuple[Beside, Sign]], *, is_ordered: bool) -> Partition:
    """Return the classes of how a field stands to another. asked: with their signs from there."""
    masks: dict[Atom, Mask] = {atom: standing_mask(STANDINGS[sign]) for atom, sign in asked}
    return Partition(Standings(than, is_ordered), masks)


def values_of(partition: Partition, values: Sequence[Value], mask: Mask) -> tuple[Value, ...]:
    """Return those of `values` whose class is in `mask`, in order."""
    class_of = finder(partition.classes)
    return tuple(value for value in values if mask >> class_of(value) & 1)


# -- ordered lines --

OnLine: TypeAlias = IsIn | Between | Age
"""Atoms that hold for stretches of a line."""


def swept(
    atoms: Sequence[OnLine],
    intervals: Callable[[OnLine], Iterable[tuple[Cut, Cut]]],
    ends: tuple[Cut, Cut],
) -> tuple[list[Cut], tuple[int, ...], dict[Atom, Mask]]:
    """Return the cuts of an ordered line, the class of each piece, and where each atom holds.

    intervals: where an atom holds, half open from cut to cut. ends: the first and last
    cut, which are not among the cuts returned.
    """
    enters: dict[Cut, list[int]] = {}
    leaves: dict[Cut, list[int]] = {}
    for at, atom in enumerate(atoms):
        for low, high in intervals(atom):
            start, end = max(low, ends[0]), min(high, ends[1])
            if start < end:
                enters.setdefault(start, []).append(at)
                leaves.setdefault(end, []).append(at)
    cuts = sorted({ends[0], *enters, *(cut for cut in leaves if cut < ends[1])})
    signatures: list[tuple[int, ...]] = []
    holds: set[int] = set()
    for cut in cuts:
        holds.difference_update(leaves.get(cut, ()))
        holds.update(enters.get(cut, ()))
        tick(len(holds))
        signatures.append(tuple(sorted(holds)))
    numbered, _, masks = _numbered(signatures, atoms)
    return cuts[1:], numbered, masks


# -- whole numbers and days: a cut is the first whole number after it --

LOWEST, HIGHEST = -(10**40), 10**40


def whole(atoms: Sequence[OnLine], low: int | None, high: int | None) -> Partition:
    """Return the classes of the whole numbers from `low` to `high`."""
    ends = (LOWEST if low is None else low, HIGHEST if high is None else high + 1)
    cuts, numbers, masks = swept(atoms, _whole_intervals, ends)
    return Partition(Whole(max(numbers) + 1, numbers, tuple(cuts)), masks)


def _whole_intervals(atom: OnLine) -> Iterable[tuple[int, int]]:
    match atom:
        case IsIn(_, values):
            for value in values:
                assert isinstance(value, int)
                yield value, value + 1
        case Between(_, low, high, low_open, high_open):
            assert not isinstance(low, date)
            assert not isinstance(high, date)
            start = LOWEST if low is None else floor(low) + 1 if low_open else ceil(low)
            end = HIGHEST if high is None else ceil(high) if high_open else floor(high) + 1
            yield start, end
        case OlderThan(_, days):
            yield days + 1, HIGHEST
        case WithinLast(_, days):
            yield 0, days + 1
        case WithinNext(_, days):
            yield -days, 1
        case LaterThan(_, days):
            yield LOWEST, -days
        case _:
            assert_never(atom)


DAYS = (date.min.toordinal(), date.max.toordinal() + 1)
"""The first and the last cut of calendar days, as ordinals."""


def days(atoms: Sequence[OnLine]) -> Partition:
    """Return the classes of calendar days."""
    cuts, numbers, masks = swept(atoms, _day_intervals, DAYS)
    return Partition(Days(max(numbers) + 1, numbers, tuple(map(date.fromordinal, cuts))), masks)


def _day_intervals(atom: OnLine) -> Iterable[tuple[int, int]]:
    match atom:
        case IsIn(_, values):
            for value in values:
                assert isinstance(value, date)
                yield value.toordinal(), value.toordinal() + 1
        case Between(_, low, high, low_open, high_open):
            start, end = 0, HIGHEST
            if isinstance(low, date):
                start = low.toordinal() + low_open
            if isinstance(high, date):
                end = high.toordinal() + (not high_open)
            yield start, end
        case OlderThan() | WithinLast() | WithinNext() | LaterThan():
            raise AssertionError(atom)  # an age is a whole number
        case _:
            assert_never(atom)


# -- decimal numbers: a cut lies just before (0) or just after (1) a number --

DENSE_ENDS = (Decimal(LOWEST), 0), (Decimal(HIGHEST), 1)
"""The first and last cut of the decimal numbers."""


def dense(atoms: Sequence[OnLine], low: Decimal | None, high: Decimal | None) -> Partition:
    """Return the classes of the decimal numbers from `low` to `high`."""
    first, last = DENSE_ENDS
    ends = (first if low is None else (low, 0), last if high is None else (high, 1))
    cuts, numbers, masks = swept(atoms, _dense_intervals, ends)
    return Partition(Dense(max(numbers) + 1, numbers, tuple(cuts)), masks)


def _dense_intervals(atom: OnLine) -> Iterable[tuple[tuple[Decimal, int], tuple[Decimal, int]]]:
    match atom:
        case IsIn(_, values):
            for value in values:
                assert isinstance(value, int | Decimal)
                yield (Decimal(value), 0), (Decimal(value), 1)
        case Between(_, low, high, low_open, high_open):
            assert not isinstance(low, date)
            assert not isinstance(high, date)
            first, last = DENSE_ENDS
            start = first if low is None else (Decimal(low), int(low_open))
            end = last if high is None else (Decimal(high), int(not high_open))
            yield start, end
        case OlderThan() | WithinLast() | WithinNext() | LaterThan():
            raise AssertionError(atom)  # an age is a whole number
        case _:
            assert_never(atom)
