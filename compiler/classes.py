"""The classes of one field's values, as data: whatever a condition can't tell apart is one.

A class is a number, and class 0 is "missing". Each kind of classes says how a value's own
is found, and nothing else, so that it can be compared, pickled and written down; the
analysis of a policy and the plan that decides leads share them. No kind depends on an
order of texts: a text has the class of the literal that it is, else of its longest prefix.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeAlias, assert_never

from turnout.dsl.conditions import (
    Contains,
    EndsWith,
    Has,
    HasWord,
    Matches,
    Pattern,
    standing,
)
from turnout.dsl.patterns import searcher
from turnout.dsl.types import Value
from turnout.dsl.values.slices import slice_of
from turnout.dsl.values.words import has_word
from turnout.frozen import attribute, frozen

MISSING = 0
"""The class of leads in which the field is missing."""

YesNoTest: TypeAlias = Has | Pattern
"""What is asked of a value as a whole, where no order of the values helps."""


TextCut: TypeAlias = tuple[str, int]
"""A place between texts: just before (0) or just after (1) one, in the order of code points."""

BOTTOM: TextCut = ("", 1)
TOP: TextCut = ("\U0010ffff" * 3, 1)


def stretch_cuts(prefixes: Iterable[str]) -> list[TextCut]:
    """Return where the stretches between the ends of prefixes start, in order."""
    found = {BOTTOM}
    for prefix in prefixes:
        found.add(max((prefix, 0), BOTTOM))
        found.add(after(prefix))
    return sorted(cut for cut in found if cut < TOP)


def after(prefix: str) -> TextCut:
    """Return the first cut after every text that starts with `prefix`."""
    kept = prefix.rstrip("\U0010ffff")
    return (kept[:-1] + chr(ord(kept[-1]) + 1), 0) if kept else TOP


@frozen(slots=False)
class _Numbered:
    """Classes that a list of things has. numbers: the class of each, in the list's order."""

    size: int
    numbers: tuple[int, ...] = attribute(repr=False)

    @cached_property
    def places(self) -> Mapping[int, tuple[int, ...]]:
        """Where in the list each class stands."""
        found: dict[int, list[int]] = {}
        for at, number in enumerate(self.numbers):
            found.setdefault(number, []).append(at)
        return {number: tuple(places) for number, places in found.items()}


@frozen(slots=False)
class Listed(_Numbered):
    """The classes of values from a closed list. other: that of a value outside the list."""

    values: tuple[Value, ...] = attribute(repr=False)
    other: int

    @cached_property
    def number_of(self) -> Mapping[Value, int]:
        """The class of each value of the list."""
        return dict(zip(self.values, self.numbers, strict=True))


@frozen
class There:
    """The one class of whatever value is there; `size` is 1 where no value is possible."""

    size: int = 2


@frozen
class YesNo:
    """What one test answers: class 1 where it holds, else 0, also where the field is missing."""

    test: YesNoTest
    size: int = attribute(default=2, init=False)


@frozen(slots=False)
class Whole(_Numbered):
    """The classes of whole numbers, in pieces. cuts: the first number of each but the lowest."""

    cuts: tuple[int, ...] = attribute(repr=False)


@frozen(slots=False)
class Days(_Numbered):
    """The classes of calendar days, in pieces. cuts: the first day of each but the earliest."""

    cuts: tuple[date, ...] = attribute(repr=False)


@frozen(slots=False)
class Dense(_Numbered):
    """The classes of decimal numbers, in pieces. cuts: where each but the lowest begins.

    A cut lies just before (0) or just after (1) a number.
    """

    cuts: tuple[tuple[Decimal, int], ...] = attribute(repr=False)


@frozen(slots=False)
class Texts(_Numbered):
    """The classes of texts; the numbers are those of `literals`, in order.

    inside: the class of what begins with each of `prefixes` and with no longer one, and is
    no literal. other: that of every other text.
    """

    literals: tuple[str, ...] = attribute(repr=False)
    prefixes: tuple[str, ...]
    inside: tuple[int, ...]
    other: int

    @cached_property
    def number_of(self) -> Mapping[str, int]:
        """The class of each literal."""
        return dict(zip(self.literals, self.numbers, strict=True))

    @cached_property
    def inside_of(self) -> Mapping[str, int]:
        """The class of what begins with each prefix and with no longer one."""
        return dict(zip(self.prefixes, self.inside, strict=True))

    @cached_property
    def _lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(prefix) for prefix in self.prefixes}, reverse=True))

    def around(self, text: str) -> int:
        """Return the class of a text that is no literal."""
        for length in self._lengths:
            number = self.inside_of.get(text[:length])
            if number is not None:
                return number
        return self.other

    @cached_property
    def stretches(self) -> Mapping[int, list[tuple[TextCut, TextCut]]]:
        """Where the texts of each class lie, literals apart, from cut to cut."""
        cuts = stretch_cuts(self.prefixes)
        found: dict[int, list[tuple[TextCut, TextCut]]] = {}
        for low, high in zip(cuts, [*cuts[1:], TOP], strict=True):
            found.setdefault(self.around(low[0]), []).append((low, high))
        return found


@frozen
class Sliced:
    """The classes of texts by where they fall among the slices of a name (`values.slices`).

    cuts: the first slice of each class but that of the lowest.
    """

    of: str
    cuts: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many classes there are, `missing` included."""
        return len(self.cuts) + 2


@frozen
class Standings:
    """How a field stands to another: class 0 where either is missing, then below, same, above.

    than: the other field. is_ordered: their values lie on a line; others that differ are above
    each other. A value of these classes is the pair of both fields' values.
    """

    than: str
    is_ordered: bool = True
    size: int = attribute(default=4, init=False)


def standing_mask(standings: Iterable[int]) -> int:
    """Return the classes of a `Standings` that are meant by -1 (below), 0 (the same) and 1.

    >>> bin(standing_mask([-1, 0]))
    '0b110'
    """
    return sum(1 << each + 2 for each in standings)


Classes: TypeAlias = Listed | There | YesNo | Whole | Days | Dense | Texts | Sliced | Standings


def class_of(classes: Classes, value: Any) -> int:  # noqa: ANN401 - a value of the field's type
    """Return the class of a normalised value; None is missing."""
    return finder(classes)(value)


def finder(classes: Classes) -> Callable[[Any], int]:
    """Return what finds the class of a normalised value; for many values, keep it."""
    match classes:
        case Listed(other=other):
            listed = classes.number_of
            return lambda value: MISSING if value is None else listed.get(value, other)
        case There():
            return lambda value: int(value is not None)
        case YesNo(test):
            tested = tester(test)
            return lambda value: int(value is not None and tested(value))
        case Whole(numbers=numbers, cuts=cuts):
            return lambda value: MISSING if value is None else numbers[bisect_right(cuts, value)]
        case Days(numbers=numbers, cuts=days):
            return lambda value: MISSING if value is None else numbers[bisect_right(days, value)]
        case Dense(numbers=numbers, cuts=sides):
            return lambda value: (
                MISSING if value is None else numbers[bisect_right(sides, (value, 0.5))]
            )
        case Texts():
            literals, around = classes.number_of, classes.around

            def text(value: str | None) -> int:
                if value is None:
                    return MISSING
                number = literals.get(value)
                return around(value) if number is None else number

            return text
        case Sliced(of, slices):
            return lambda value: (
                MISSING if value is None else bisect_right(slices, slice_of(of, value)) + 1
            )
        case Standings():
            return _stands
        case _:
            assert_never(classes)


def _stands(pair: tuple[Value | None, Value | None]) -> int:
    one, two = pair
    return MISSING if one is None or two is None else standing(one, two) + 2


def is_as_tested(test: YesNoTest, value: Value) -> bool:
    """Return whether a test holds for a value that is there."""
    return tester(test)(value)


def tester(test: YesNoTest) -> Callable[[Any], bool]:
    """Return what tells whether a test holds for a value that is there; for many, keep it."""
    match test:
        case EndsWith(_, text):
            return lambda value: value.endswith(text)
        case Contains(_, text) | Has(_, text):
            return lambda value: text in value
        case HasWord(_, text):
            return lambda value: has_word(value, text)
        case Matches(_, pattern):
            # RE2 may not be there, and is needed only once a text is asked.
            return lambda value: searcher(pattern)(value)  # noqa: PLW0108
        case _:
            assert_never(test)
