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

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import ceil, floor
from typing import Any, TypeAlias

import attrs

from turnout.dsl.conditions import Atom, Between, IsIn, OlderThan, StartsWith, WithinLast
from turnout.dsl.types import Value

MISSING = 0
"""The class of leads in which the field is missing."""

Mask: TypeAlias = int
"""A set of classes, one bit each."""

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
    return numbered, classes, _masks(classes, atoms)


def _masks(classes: Mapping[tuple[int, ...], int], atoms: Sequence[Atom]) -> dict[Atom, Mask]:
    """Return where each atom holds, from the classes by what holds in them."""
    bits: dict[int, list[int]] = {}
    for signature, number in classes.items():
        for atom in signature:
            bits.setdefault(atom, []).append(number)
    return {atom: set_of(bits.get(at, ())) for at, atom in enumerate(atoms)}


def mask_of(classes: Iterable[int]) -> Mask:
    """Return the set of these classes."""
    mask = 0
    for number in classes:
        mask |= 1 << number
    return mask


def set_of(numbers: Iterable[int]) -> int:
    """Return a set of many numbers as an int; linear in the largest, `mask_of` is in each."""
    found = list(numbers)
    if len(found) < 16:
        return mask_of(found)
    size = max(found) + 1
    bits = bytearray((size + 7) // 8)
    for number in found:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def key(mask: Mask) -> tuple[int, int]:
    """Return what a dict of many sets is keyed by, as an int is no good key.

    Python hashes an int modulo 2**61 - 1, in which the sets of one number have 61 different
    hashes in all.
    """
    return mask.bit_length(), mask


def members(mask: Mask) -> list[int]:
    """Return the classes of a set, in order.

    >>> members(0b1101)
    [0, 2, 3]
    """
    found: list[int] = []
    if not mask & mask - 1:  # the most common: one class, or none
        return [mask.bit_length() - 1] if mask else found
    digits = f"{mask:b}"[::-1]
    at = digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return found


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


# -- text: a cut lies just before (0) or just after (1) a text --

_BOTTOM, _TOP = ("", 1), ("\U0010ffff" * 3, 1)


def text(
    atoms: Sequence[Atom], alphabet: str, tell_apart: Callable[[str], Hashable] | None = None
) -> Domain:
    """Return the classes of normalised texts.

    The prefixes cut the line into stretches, and literals are points in them; a table's
    tens of thousands of keys are looked at once each, whatever the prefixes around them.

    alphabet: characters that a made-up text may go on with. tell_apart: what must be the
    same of two literals in one class, besides the atoms that hold.
    """
    named: dict[str, list[int]] = {}
    for at, atom in enumerate(atoms):
        for value in atom.values if isinstance(atom, IsIn) else ():
            assert isinstance(value, str)
            if value:  # a text that is there is never empty
                named.setdefault(value, []).append(at)
    literals = sorted(named)
    cuts, holding = _stretches(atoms)
    starts = [bisect_left(literals, low[0]) for low in cuts[1:]]
    bounds = [0, *starts, len(literals)]
    marks: dict[Hashable, int] = {}
    classes: dict[tuple[int, ...], int] = {}
    # What holds for a literal beside the prefixes is the same for most of a table's column.
    known: dict[Hashable, int] = {}
    numbers: list[int] = []
    between: list[int] = []
    for at, around in enumerate(holding):
        first, last = bounds[at], bounds[at + 1]
        gap = classes.get(around, 0)
        if not gap and not (first < last and cuts[at] == (literals[first], 0)):
            gap = classes.setdefault(around, len(classes) + 1)
        for literal in literals[first:last]:
            mark = None if tell_apart is None else tell_apart(literal)
            key = (at, mark, *named[literal])
            number = known.get(key)
            if number is None:
                apart = () if mark is None else (len(atoms) + marks.setdefault(mark, len(marks)),)
                signature = (*sorted((*around, *named[literal])), *apart)
                number = known[key] = classes.setdefault(signature, len(classes) + 1)
            numbers.append(number)
            if not gap:
                gap = classes.setdefault(around, len(classes) + 1)
        between.append(gap)
    return _text_domain(atoms, classes, _Texts(literals, numbers, cuts, between, bounds, alphabet))


def _stretches(atoms: Sequence[Atom]) -> tuple[list[tuple[str, int]], list[tuple[int, ...]]]:
    """Return where each stretch between the ends of prefixes starts, and the prefixes of it."""
    enters: dict[tuple[str, int], list[int]] = {}
    leaves: dict[tuple[str, int], list[int]] = {}
    for at, atom in enumerate(atoms):
        if isinstance(atom, StartsWith) and (atom.text, 0) < _TOP:
            enters.setdefault(max((atom.text, 0), _BOTTOM), []).append(at)
            leaves.setdefault(_after(atom.text), []).append(at)
    cuts = sorted({_BOTTOM, *enters, *(cut for cut in leaves if cut < _TOP)})
    holds: set[int] = set()
    holding: list[tuple[int, ...]] = []
    for cut in cuts:
        holds.difference_update(leaves.get(cut, ()))
        holds.update(enters.get(cut, ()))
        holding.append(tuple(sorted(holds)))
    return cuts, holding


@attrs.frozen
class _Texts:
    """A line of texts.

    literals: in order; numbers: the class of each. cuts: where each stretch starts;
    between: the class of the texts in it that are no literal; bounds: its first literal,
    and one past the last of the last.
    """

    literals: list[str]
    numbers: list[int]
    cuts: list[tuple[str, int]]
    between: list[int]
    bounds: list[int]
    alphabet: str

    def points(self) -> dict[int, list[str]]:
        """Return the literals of each class that has some."""
        found: dict[int, list[str]] = {}
        for literal, number in zip(self.literals, self.numbers, strict=True):
            found.setdefault(number, []).append(literal)
        return found

    def gaps(self, number: int) -> Iterator[tuple[tuple[str, int], tuple[str, int]]]:
        """Yield where the texts of a class lie that are no literals, from cut to cut."""
        for at, of in enumerate(self.between):
            if of != number:
                continue
            low = self.cuts[at]
            for literal in self.literals[self.bounds[at] : self.bounds[at + 1]]:
                if low != (literal, 0):
                    yield low, (literal, 0)
                low = literal, 1
            yield low, self.cuts[at + 1] if at + 1 < len(self.cuts) else _TOP


def _text_domain(atoms: Sequence[Atom], classes: dict[tuple[int, ...], int], of: _Texts) -> Domain:
    points = of.points()
    number_of = dict(zip(of.literals, of.numbers, strict=True))

    def class_of(value: Any) -> int:  # noqa: ANN401 - a text
        if value is None:
            return MISSING
        number = number_of.get(value)
        return of.between[bisect_right(of.cuts, (value, 0.5)) - 1] if number is None else number

    def sample(number: int) -> Value | None:
        if number in points:
            return points[number][0]
        made = (_text(low, high, of.alphabet) for low, high in of.gaps(number))
        return next((value for value in made if value is not None), None)

    def pieces(number: int) -> list[tuple[Cut, Cut]]:
        return [((text, 0), (text, 1)) for text in points.get(number, ())] or list(of.gaps(number))

    return Domain(len(classes) + 1, _masks(classes, atoms), class_of, sample, pieces)


def _after(prefix: str) -> tuple[str, int]:
    """Return the first cut after every text that starts with `prefix`."""
    kept = prefix.rstrip("\U0010ffff")
    return (kept[:-1] + chr(ord(kept[-1]) + 1), 0) if kept else _TOP


def _text(low: tuple[str, int], high: tuple[str, int], alphabet: str) -> str | None:
    if low[1] == 0:
        return low[0]
    for character in alphabet:
        for made in (low[0] + character, character):
            if low < (made, 0) and (made, 1) <= high:
                return made
    return None
