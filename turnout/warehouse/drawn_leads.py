"""Leads that try what a plan asks: values at and beside the edge of each condition, and odd ones.

They are drawn by a generator of our own, so that the same plan is tried with the same leads
wherever it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import TypeVar, assert_never

from turnout.compiler.classes import (
    Days,
    Dense,
    Listed,
    Sliced,
    Standings,
    Texts,
    There,
    Whole,
    YesNo,
)
from turnout.compiler.plan.value import Column, Plan
from turnout.dsl import types
from turnout.dsl.conditions import Contains, EndsWith, Has, HasWord, Matches
from turnout.dsl.types import Field, Value
from turnout.warehouse.column_tests import EXACT, FINEST, WIDEST
from turnout.warehouse.odd_values import listed

HOSTILE = (
    "'",
    "''; drop table leads; --",
    '"',
    "\\",
    "\\'",
    "%",
    "_",
    "$$",
    "/* */",
    "é",
    "e\u0301",
    "straße",
    "\u212a",
    "日本",
    "\U0001f600",
    "a\nb",
    "null",
    "0",
    " x",
    "x" * 300,
)
"""Texts that a careless statement would trip over."""

_GRAIN = Decimal(1).scaleb(-FINEST)
_MOST_NUMBER = Decimal("9" * (WIDEST - FINEST - 1))
_MOST_WHOLE = (1 << 63) - 1
_MOST_EDGES = 400

Drawn = TypeVar("Drawn")


class Dice:
    """A linear congruential generator (Knuth's MMIX constants): the same on every machine."""

    def __init__(self, seed: int) -> None:
        """Begin with a seed."""
        self._state = seed

    def below(self, bound: int) -> int:
        """Return a whole number from 0 up to a bound, left out."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return (self._state >> 33) * bound >> 31

    def one(self, of: Sequence[Drawn]) -> Drawn:
        """Return one of several."""
        return of[self.below(len(of))]


def drawn_leads(
    plan: Plan, fields: Mapping[str, Field], today: date, count: int, seed: int = 1
) -> list[dict[str, Value]]:
    """Return so many leads, as values by field; some of them can't be values of their field."""
    dice = Dice(seed)
    pools = {name: _pools(name, field, plan, today) for name, field in fields.items()}
    pairs = [(each.field, each.than) for each in plan.columns if each.than is not None]
    found: list[dict[str, Value]] = []
    for _ in range(count):
        lead = {
            name: dice.one(dice.one((edges, edges, others)) or others)
            for name, (edges, others) in pools.items()
            if dice.below(12 if fields[name].required else 5)
        }
        for one, two in pairs:
            if one in lead and two in lead and not dice.below(3):
                lead[two] = lead[one]
        found.append(lead)
    return found


def _pools(
    name: str, field: Field, plan: Plan, today: date
) -> tuple[Sequence[Value], Sequence[Value]]:
    """Return what the conditions on a field tell apart, and odd and ordinary values of it."""
    asked = [each for each in plan.columns if name in {each.field, each.than}]
    edges = (value for column in asked for value in _edges(column, today))
    return tuple(dict.fromkeys(islice(edges, _MOST_EDGES))), tuple(_odd(field.type, today))


def _edges(column: Column, today: date) -> Iterable[Value]:
    match column.classes:
        case Listed(values=values):
            yield from values[: _MOST_EDGES // 2]
        case Texts(literals=literals, prefixes=prefixes):
            for text in (*literals[:100], *prefixes[:100]):
                yield from (text, f"{text}x", f"{text}é", text[:-1] or text)
        case YesNo(test):
            yield from _tried(test)
        case Whole(cuts=cuts) if column.is_age:
            yield from (day for cut in cuts for at in (-1, 0, 1) if (day := _ago(today, cut + at)))
        case Whole(cuts=cuts):
            yield from (cut + at for cut in cuts for at in (-1, 0, 1) if abs(cut) < _MOST_WHOLE)
        case Days(cuts=days):
            yield from (day for cut in days for at in (-1, 0, 1) if (day := _ago(cut, at)))
        case Dense(cuts=sides):
            yield from (near for value, _ in sides for near in _near(value))
        case Sliced():
            yield from (f"lead-{at}" for at in range(60))
        case There() | Standings():
            pass
        case _:
            assert_never(column.classes)


def _near(value: Decimal) -> Iterable[Decimal]:
    """Yield the numbers at and beside one, of those that a column can hold."""
    if abs(value) < _MOST_NUMBER:
        near = value.quantize(_GRAIN, context=EXACT)
        yield from (near, EXACT.subtract(near, _GRAIN), EXACT.add(near, _GRAIN))


def _tried(test: Has | EndsWith | Contains | HasWord | Matches) -> Iterable[Value]:
    match test:
        case Has(_, value):
            yield frozenset((value,))
        case EndsWith(_, text) | Contains(_, text) | HasWord(_, text):
            yield from (text, f"x{text}", f"{text}x", f"a {text} b", f"é{text}", f"-{text}-")
        case Matches(_, pattern):
            bare = "".join(
                sign for sign in pattern.replace("\\b", "") if sign not in "^$\\()[]|?*+"
            )
            yield from (bare or "x", f"a {bare} b", f"x{bare}x")
        case _:
            assert_never(test)


def _ago(day: date, days: int) -> date | None:
    try:
        return day - timedelta(days)
    except OverflowError:
        return None


def _odd(kind: types.FieldType, today: date) -> Iterable[Value]:
    """Yield values of a type, some of which a field's list or bounds leave out."""
    match kind:
        case types.Integer():
            yield from (0, 1, -1, 7, 1_000, _MOST_WHOLE, -_MOST_WHOLE)
        case types.Number() | types.Money():
            yield from (Decimal(0), _GRAIN, -_GRAIN, Decimal("12.5"), _MOST_NUMBER, -_MOST_NUMBER)
        case types.Boolean():
            yield from (True, False)
        case types.Date():
            yield from (today, date(1, 1, 1), date(9999, 12, 31), date(2000, 2, 29))
        case types.AnyOf(values):
            yield from (frozenset((each,)) for each in values[:50])
            yield from (frozenset(values), frozenset(values[:2]), frozenset(("?", values[0])))
            yield frozenset(("?",))
        case (
            types.Country()
            | types.Subdivision()
            | types.Language()
            | types.OneOf()
            | types.PersonName()
        ):
            yield from listed(kind)[:50]
            yield from ("", "?", "'")
        case types.Text() | types.Code() | types.Email() | types.Phone() | types.Domain():
            yield from ("", *HOSTILE)
        case _:
            assert_never(kind)
