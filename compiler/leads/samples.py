"""Values of a class again, and where it lies on its line: what is shown of leads."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from math import floor
from typing import assert_never

from turnout.compiler.classes import (
    Days,
    Dense,
    Listed,
    Sliced,
    Standings,
    TextCut,
    Texts,
    There,
    Whole,
    YesNo,
)
from turnout.compiler.leads.dimensions import Dimension
from turnout.compiler.leads.partitions import DAYS, DENSE_ENDS, HIGHEST, LOWEST, Cut
from turnout.compiler.leads.universe import example
from turnout.dsl import types
from turnout.dsl.types import Value
from turnout.dsl.values import jsonable, read

MOST_LIKE = 500
"""Texts like one another that are tried until enough are read as themselves."""

_TODAY = date(2026, 1, 1).toordinal()


def sample(dimension: Dimension, number: int) -> Value | None:
    """Return a value of a class of this dimension, of an age in days.

    None for class 0, for a yes/no dimension, and where no value could be made.
    """
    match dimension.partition.classes:
        case Listed(values=values) as listed:
            places = listed.places.get(number)
            return values[places[0]] if places else None
        case There():
            return example(dimension.field.type) if number == 1 else None
        case YesNo() | Sliced() | Standings():
            return None
        case Whole():
            return next((_whole(*piece) for piece in pieces(dimension, number)), None)
        case Days():
            return next((_day(*piece) for piece in pieces(dimension, number)), None)
        case Dense():
            made = (_decimal(*piece) for piece in pieces(dimension, number))
            return next((value for value in made if value is not None), None)
        case Texts() as texts:
            literal = next(_literals(texts, number), None)
            between = (_text(dimension.field.type, *gap) for gap in _gaps(texts, number))
            return literal or next((value for value in between if value is not None), None)
        case _:
            assert_never(dimension.partition.classes)


def pieces(dimension: Dimension, number: int) -> list[tuple[Cut, Cut]]:
    """Return where a class lies on the ordered line of this dimension, from cut to cut.

    Of a text, the literals that make up the class, else what lies between literals.
    """
    match dimension.partition.classes:
        case Whole(cuts=cuts) | Dense(cuts=cuts) as line:
            return _pieces(cuts, line.places.get(number, ()), ends(dimension))
        case Days(cuts=days) as line:
            ordinals = [day.toordinal() for day in days]
            return _pieces(ordinals, line.places.get(number, ()), DAYS)
        case Texts() as texts:
            points = [((text, 0), (text, 1)) for text in _literals(texts, number)]
            return points or list(_gaps(texts, number))
        case Listed() | There() | YesNo() | Sliced() | Standings():
            raise AssertionError("these values lie on no line")
        case _:
            assert_never(dimension.partition.classes)


def _pieces(
    cuts: Sequence[Cut], places: Iterable[int], around: tuple[Cut, Cut]
) -> list[tuple[Cut, Cut]]:
    first, last = around
    return [(cuts[at - 1] if at else first, cuts[at] if at < len(cuts) else last) for at in places]


def ends(dimension: Dimension) -> tuple[Cut, Cut]:
    """Return the first and the last cut of an ordered line of numbers, days or ages."""
    if dimension.kind == "age":
        return LOWEST, HIGHEST
    kind = dimension.field.type
    match kind:
        case types.Integer(low, high):
            return LOWEST if low is None else low, HIGHEST if high is None else high + 1
        case types.Date():
            return DAYS
        case types.Number(low, high):
            first, last = DENSE_ENDS
            return (first if low is None else (low, 0)), (last if high is None else (high, 1))
        case types.Money():
            return DENSE_ENDS
        case (
            types.Text()
            | types.Code()
            | types.Email()
            | types.Phone()
            | types.Domain()
            | types.Boolean()
            | types.Country()
            | types.Subdivision()
            | types.Language()
            | types.OneOf()
            | types.AnyOf()
            | types.PersonName()
        ):
            raise AssertionError(kind)  # no line
        case _:
            assert_never(kind)


def _whole(low: int, high: int) -> int:
    """Return a telling number in low..high-1: the end that a condition names."""
    if low != LOWEST:
        return low
    return 0 if high > 0 else high - 1


def _day(low: int, high: int) -> date:
    return date.fromordinal(low if low != DAYS[0] else min(high - 1, _TODAY))


def _decimal(low: tuple[Decimal, int], high: tuple[Decimal, int]) -> Decimal | None:
    first, _ = DENSE_ENDS
    if low[1] == 0 and low != first:
        return low[0]
    if low == first:
        return Decimal(0) if high > (Decimal(0), 0) else high[0] - 1
    if high[0] > low[0] + 1:
        return Decimal(floor(low[0]) + 1)
    return (low[0] + high[0]) / 2 if high[0] > low[0] else None


# -- texts --


def texts_between(
    field: types.Field, stretch: tuple[TextCut, TextCut], without: frozenset[str], most: int
) -> list[str]:
    """Return up to so many texts of a field between two cuts, which are read as themselves."""
    low, high = stretch
    found: list[str] = []
    made = _text(field.type, low, high)
    for text in islice(_like(made), MOST_LIKE) if made is not None else ():
        if len(found) == most:
            break
        is_between = low <= (text, 0) and (text, 1) <= high
        if not is_between or text in without or text in found:
            continue
        if read(field, jsonable(text)) == text:
            found.append(text)
    return found


def _like(made: str) -> Iterator[str]:
    """Yield a text, and others that are like it: with a letter or digit more, or another one."""
    yield made
    for at in range(len(made), -1, -1):
        for character in "0123456789abc":
            yield made[:at] + character + made[at:]
            yield made[:at] + character + made[at + 1 :]


def _literals(texts: Texts, number: int) -> Iterator[str]:
    """Yield the literals of a class."""
    return (texts.literals[at] for at in texts.places.get(number, ()))


def _gaps(texts: Texts, number: int) -> Iterator[tuple[TextCut, TextCut]]:
    """Yield where the texts of a class lie that are no literals, from cut to cut."""
    for low, high in texts.stretches.get(number, ()):
        start = low
        inside = bisect_left(texts.literals, low[0]), bisect_left(texts.literals, high[0])
        for literal in texts.literals[slice(*inside)]:
            if start != (literal, 0):
                yield start, (literal, 0)
            start = literal, 1
        yield start, high


def _text(kind: types.FieldType, low: TextCut, high: TextCut) -> str | None:
    """Return a text of this type between two cuts, None where none could be made."""
    if isinstance(kind, types.Phone):
        return _ended(_longer("+0123456789", low, high), "4930123456", low, high)
    if isinstance(kind, types.Domain):
        made = _longer("abcdefghijklmnopqrstuvwxyz0123456789-.", low, high)
        return _ended(made, ".example", low, high)
    if isinstance(kind, types.CompanyName):
        return _longer("abcdefghijklmnopqrstuvwxyz0123456789", low, high)
    if not isinstance(kind, types.Code):
        return _longer("abcdefghijklmnopqrstuvwxyz0123456789-.", low, high)
    if kind.digits is None:
        return _longer("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", low, high)
    made = first_digits(low, kind.digits)
    return made if made is not None and (made, 1) <= high else None


def _longer(alphabet: str, low: TextCut, high: TextCut) -> str | None:
    """Return a text that goes on with one of these characters."""
    if low[1] == 0:
        return low[0]
    for character in alphabet:
        for made in (low[0] + character, character):
            if low < (made, 0) and (made, 1) <= high:
                return made
    return None


def _ended(made: str | None, end: str, low: TextCut, high: TextCut) -> str | None:
    """Return a made-up text with the end of one of its type, where there is room for it."""
    if made is None or low[1] == 0:
        return made
    whole = made + end
    return whole if low < (whole, 0) and (whole, 1) <= high else made


def first_digits(low: TextCut, length: int) -> str | None:
    """Return the first text of `length` digits after a cut, None where there is none.

    >>> first_digits(("12", 1), 3), first_digits(("99A", 0), 2)
    ('120', None)
    """
    text, side = low
    kept = text[: next((at for at, c in enumerate(text) if not "0" <= c <= "9"), len(text))]
    after = text[len(kept) : len(kept) + 1]
    if len(kept) > length or (len(kept) == length and (after or side)):
        return _next_digits(kept[:length], length)
    return _next_digits(kept, length) if after > "9" else kept.ljust(length, "0")


def _next_digits(prefix: str, length: int) -> str | None:
    """Return the first text of `length` digits after all that start with `prefix`."""
    kept = prefix.rstrip("9")
    return (kept[:-1] + chr(ord(kept[-1]) + 1)).ljust(length, "0") if kept else None
