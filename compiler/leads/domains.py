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
de Berg et al., "Computational Geometry", 3rd edition, 10.3).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import ceil, floor
from typing import Any, TypeAlias

import attrs

from turnout.compiler.leads.masks import Mask, set_of
from turnout.dsl.conditions import Atom, Between, IsIn, OlderThan, WithinLast
from turnout.dsl.types import Value

MISSING = 0
"""The class of leads in which the field is missing."""

Cut: TypeAlias = Any
"""A place on an ordered line between two values; comparable with the others of its line."""


@attrs.frozen(eq=False)
class Domain:
    """One field's classes.

    size: how many, `missing` included. masks: the classes where each atom holds.
    class_of: the class of a normalised value (None is missing). sample: a value of a
    class, None where none could be made; for class 0, None as well. pieces: on an ordered
    line, where a class lies, from cut to cut.
    """

    size: int
    masks: Mapping[Atom, Mask] = attrs.field(repr=False)
    class_of: Callable[[Any], int] = attrs.field(repr=False)
    sample: Callable[[int], Value | None] = attrs.field(repr=False)
    pieces: Callable[[int], list[tuple[Cut, Cut]]] | None = attrs.field(default=None, repr=False)

    @property
    def full(self) -> Mask:
        """Every class, `missing` included."""
        return (1 << self.size) - 1


def _numbered(
    signatures: Iterable[tuple[int, ...]], atoms: Sequence[Atom]
) -> tuple[list[int], dict[tuple[int, ...], int], dict[Atom, Mask]]:
    """Return each signature's class (from 1), the classes, and where each atom holds."""
    classes: dict[tuple[int, ...], int] = {}
    numbered = [classes.setdefault(signature, len(classes) + 1) for signature in signatures]
    return numbered, classes, atom_masks(classes, atoms)


def atom_masks(classes: Mapping[tuple[int, ...], int], atoms: Sequence[Atom]) -> dict[Atom, Mask]:
    """Return where each atom holds, from the classes by what holds in them."""
    bits: dict[int, list[int]] = {}
    for signature, number in classes.items():
        for atom in signature:
            bits.setdefault(atom, []).append(number)
    return {atom: set_of(bits.get(at, ())) for at, atom in enumerate(atoms)}


# -- finite lists --


def finite(
    values: Sequence[Value], atoms: Sequence[IsIn], tell_apart: Iterable[frozenset[Value]] = ()
) -> Domain:
    """Return the classes of a finite list of values, in the list's order.

    tell_apart: further sets of values that the classes must not straddle.
    """
    sets = [atom.values for atom in atoms]
    extra = list(tell_apart)
    signatures: list[tuple[int, ...]] = []
    for value in values:
        holds = [at for at, chosen in enumerate(sets) if value in chosen]
        holds += [len(sets) + at for at, chosen in enumerate(extra) if value in chosen]
        signatures.append(tuple(holds))
    numbered, classes, masks = _numbered(signatures, atoms)
    number_of = dict(zip(values, numbered, strict=True))
    first: dict[int, Value] = {}
    for value, number in number_of.items():
        first.setdefault(number, value)
    # A value outside the list is one that no atom names.
    other = classes.get((), MISSING)

    def class_of(value: Any) -> int:  # noqa: ANN401 - any value of the field's type
        return MISSING if value is None else number_of.get(value, other)

    return Domain(len(classes) + 1, masks, class_of, first.get)


def presence(value: Value | None) -> Domain:
    """Return the two classes of a field that is only asked for its presence.

    value: what a made-up lead shows there; None where no value is possible.
    """
    size = 1 if value is None else 2
    return Domain(size, {}, lambda given: int(given is not None), {1: value}.get)


def values_of(domain: Domain, values: Sequence[Value], mask: Mask) -> tuple[Value, ...]:
    """Return those of `values` whose class is in `mask`, in order."""
    return tuple(value for value in values if mask >> domain.class_of(value) & 1)


# -- ordered lines --


def line(
    atoms: Sequence[Atom],
    intervals: Callable[[Atom], Iterable[tuple[Cut, Cut]]],
    *,
    ends: tuple[Cut, Cut],
    cut_of: Callable[[Any], Cut],
    between: Callable[[Cut, Cut], Value | None],
) -> Domain:
    """Return the classes of an ordered line.

    intervals: where an atom holds, half open from cut to cut. ends: the first and last
    cut. cut_of: a key between a value's neighbouring cuts. between: a value between two
    neighbouring cuts.
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
        signatures.append(tuple(sorted(holds)))
    numbered, classes, masks = _numbered(signatures, atoms)
    places: dict[int, list[int]] = {}
    for at, number in enumerate(numbered):
        places.setdefault(number, []).append(at)

    def pieces(number: int) -> list[tuple[Cut, Cut]]:
        return [(cuts[at], end_of(at)) for at in places.get(number, ())]

    def class_of(value: Any) -> int:  # noqa: ANN401 - whatever the line's values are
        return MISSING if value is None else numbered[bisect_right(cuts, cut_of(value)) - 1]

    def end_of(at: int) -> Cut:
        return cuts[at + 1] if at + 1 < len(cuts) else ends[1]

    def sample(number: int) -> Value | None:
        for at in places.get(number, ()):
            value = between(cuts[at], end_of(at))
            if value is not None:
                return value
        return None

    return Domain(len(classes) + 1, masks, class_of, sample, pieces)


# -- whole numbers and days: a cut is the first whole number after it --

LOWEST, HIGHEST = -(10**40), 10**40


def whole(atoms: Sequence[Atom], low: int | None, high: int | None) -> Domain:
    """Return the classes of the whole numbers from `low` to `high`."""
    ends = (LOWEST if low is None else low, HIGHEST if high is None else high + 1)
    return line(atoms, _whole_intervals, ends=ends, cut_of=lambda value: value, between=_whole)


def _whole_intervals(atom: Atom) -> Iterable[tuple[int, int]]:
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
        case _:
            raise AssertionError(atom)


def _whole(low: int, high: int) -> int:
    """Return a telling number in low..high-1: the end that a condition names."""
    if low != LOWEST:
        return low
    return 0 if high > 0 else high - 1


def days(atoms: Sequence[Atom]) -> Domain:
    """Return the classes of calendar days."""
    ends = (date.min.toordinal(), date.max.toordinal() + 1)

    def between(low: int, high: int) -> date:
        if low != ends[0]:
            return date.fromordinal(low)
        return date.fromordinal(min(high - 1, date(2026, 1, 1).toordinal()))

    return line(
        atoms,
        _day_intervals,
        ends=ends,
        cut_of=lambda value: value.toordinal(),
        between=between,
    )


def _day_intervals(atom: Atom) -> Iterable[tuple[int, int]]:
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
        case _:
            raise AssertionError(atom)


# -- decimal numbers: a cut lies just before (0) or just after (1) a number --

_FIRST = (Decimal(LOWEST), 0)
_LAST = (Decimal(HIGHEST), 1)


def dense(atoms: Sequence[Atom], low: Decimal | None, high: Decimal | None) -> Domain:
    """Return the classes of the decimal numbers from `low` to `high`."""
    ends = (_FIRST if low is None else (low, 0), _LAST if high is None else (high, 1))
    return line(
        atoms,
        _dense_intervals,
        ends=ends,
        cut_of=lambda value: (value, 0.5),
        between=_decimal,
    )


def _dense_intervals(atom: Atom) -> Iterable[tuple[tuple[Decimal, int], tuple[Decimal, int]]]:
    match atom:
        case IsIn(_, values):
            for value in values:
                assert isinstance(value, int | Decimal)
                yield (Decimal(value), 0), (Decimal(value), 1)
        case Between(_, low, high, low_open, high_open):
            assert not isinstance(low, date)
            assert not isinstance(high, date)
            start = _FIRST if low is None else (Decimal(low), int(low_open))
            end = _LAST if high is None else (Decimal(high), int(not high_open))
            yield start, end
        case _:
            raise AssertionError(atom)


def _decimal(low: tuple[Decimal, int], high: tuple[Decimal, int]) -> Decimal | None:
    if low[1] == 0 and low != _FIRST:
        return low[0]
    if low == _FIRST:
        return Decimal(0) if high > (Decimal(0), 0) else high[0] - 1
    if high[0] > low[0] + 1:
        return Decimal(floor(low[0]) + 1)
    return (low[0] + high[0]) / 2 if high[0] > low[0] else None
