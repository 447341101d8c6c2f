"""A side of a box as SQL: whether a field's value is of one of some classes.

A side that the dialect can't say has two answers, whether it holds for sure and whether it can
hold at all; between them is what is left for the batch.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import TypeAlias, assert_never

from sqlglot import exp

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
    YesNoTest,
)
from turnout.compiler.masks import Mask, members
from turnout.compiler.plan.asking import is_day
from turnout.compiler.plan.value import Column
from turnout.dsl.conditions import SEEN, Matches
from turnout.dsl.types import Field, Value
from turnout.dsl.values.slices import SLICES
from turnout.frozen import attribute, frozen
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.syntax import (
    FALSE,
    TRUE,
    Sql,
    above,
    amount,
    at_least,
    below,
    called,
    choice,
    column,
    day,
    equal,
    every,
    is_missing,
    is_there,
    literal,
    negated,
    none_of,
    number,
    one_of,
    some,
    text,
    unequal,
)
from turnout.warehouse.texts_asked import (
    begins,
    is_in_slices,
    is_unclear,
    tested,
)

LONGEST_LIST = 200
"""Values that one column may compare with in the view itself; more stand in a table."""

WIDEST, FINEST = 38, 9
"""Digits of a decimal number in the columns that a view reads, and how many are decimals."""

_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
MANY_PIECES = 8
"""Pieces of whole numbers from which on their classes stand in a list, number by number."""

_GRAIN = Decimal(1).scaleb(-FINEST)
EXACT = Context(prec=2 * WIDEST)


@frozen
class Held:
    """Whether a condition holds: for sure, and as far as can be told.

    there: what has to hold besides, which is that a value is there.
    """

    surely: Sql
    perhaps: Sql
    there: Sql = TRUE

    def whole(self) -> "Held":
        """Return the same with nothing besides."""
        if self.there == TRUE:
            return self
        return Held(every((self.there, self.surely)), every((self.there, self.perhaps)))


SURE = Held(TRUE, TRUE)


def all_of(parts: Iterable[Held]) -> Held:
    """Return whether all of some conditions hold."""
    found = [each.whole() for each in parts]
    return Held(every(each.surely for each in found), every(each.perhaps for each in found))


def any_of(parts: Iterable[Held]) -> Held:
    """Return whether one of some conditions holds; whether a value is there is asked once."""
    besides: dict[Sql, list[Held]] = {}
    for each in parts:
        besides.setdefault(each.there, []).append(each)
    found = [
        Held(some(each.surely for each in own), some(each.perhaps for each in own), there)
        for there, own in besides.items()
    ]
    if len(found) == 1:
        return found[0]
    whole = [each.whole() for each in found]
    return Held(some(each.surely for each in whole), some(each.perhaps for each in whole))


@frozen
class Setting:
    """What a view's expressions are about.

    fields: of the schema. today: the day on which leads are decided, None where each has its
    own, in the column `today_sql`. facts: whether calendars are open, those that are known.
    guards: values of fields whose column may have what can't be one, NULL for that.
    """

    dialect: Dialect
    fields: Mapping[str, Field] = attribute(repr=False)
    today: date | None
    today_sql: Sql = attribute(repr=False)
    facts: Mapping[str, bool]
    guards: Mapping[str, Sql] = attribute(factory=dict[str, Sql], repr=False)

    def value(self, field: str) -> Sql:
        """Return the column that holds a field's value, or what guards it."""
        if field in self.guards:
            return self.guards[field].copy()
        return column(field, self.dialect, "l")


def unsaid(asked: Column, frame: Setting) -> str:
    """Return why a dialect can't say what a column asks, "" where it can."""
    classes, name = asked.classes, frame.dialect.name
    test = classes.test if isinstance(classes, YesNo) else None
    if isinstance(test, Matches) and not frame.dialect.has_re2:
        return f'{asked.field} matches "{test.pattern}": {name} has regular expressions of its own'
    if isinstance(classes, Sliced) and not frame.dialect.has_slices:
        return f"{asked.field} in a part of all: {name} has no SHA-256"
    if asked.field in frame.fields or is_day(asked.field) or asked.field in frame.facts:
        return ""
    if asked.field == SEEN:
        return "duplicate: whether a lead was seen before stands in a state"
    return f"{asked.field}: hours hang on the clock; say of which moment, with --at"


def side(asked: Column, mask: Mask, frame: Setting) -> Held:
    """Return whether a lead's class in a column is one of `mask`."""
    if unsaid(asked, frame):
        return Held(FALSE, TRUE)
    if asked.field in frame.facts:
        return _constant(mask >> _fact_class(asked.classes, frame.facts[asked.field]) & 1)
    if is_day(asked.field):
        return _of_today(asked, mask, frame)
    takes_missing = bool(mask & 1)
    this = frame.value(asked.field)
    if isinstance(asked.classes, Standings):
        return _standing(asked, asked.classes, mask, frame)
    held = _present(asked, mask, frame)
    if takes_missing:
        missing = is_missing(this)
        return Held(_or(missing, held.surely), _or(missing, held.perhaps))
    return Held(held.surely, held.perhaps, is_there(this))


def _or(one: Sql, two: Sql) -> Sql:
    return some((one, two))


def _truth(is_so: object) -> Sql:
    return TRUE if is_so else FALSE


def _constant(is_so: object) -> Held:
    return Held(_truth(is_so), _truth(is_so))


def _fact_class(classes: object, value: bool) -> int:  # noqa: FBT001 - a fact
    if isinstance(classes, Listed):
        return classes.number_of.get(value, classes.other)
    return 1


def _present(asked: Column, mask: Mask, frame: Setting) -> Held:
    """Return whether a value that is there has one of the classes."""
    this, classes, dialect = frame.value(asked.field), asked.classes, frame.dialect
    match classes:
        case There():
            return _constant(mask & 2)
        case Listed():
            return _sure(_listed(classes, mask, this))
        case Texts():
            return _sure(_text(classes, mask, this))
        case YesNo(test):
            return _yes_no(test, mask, this, dialect)
        case Whole(numbers=numbers, cuts=cuts) if asked.is_age:
            return _sure(_age(numbers, cuts, mask, asked, frame))
        case Whole(numbers=numbers, cuts=cuts):
            return _sure(_pieces(numbers, [_whole(each) for each in cuts], mask, this))
        case Days(numbers=numbers, cuts=days):
            return _sure(_pieces(numbers, [day(each) for each in days], mask, this))
        case Dense(numbers=numbers, cuts=sides):
            ends = [_dense(value, place, dialect) for value, place in sides]
            return _sure(_pieces(numbers, ends, mask, this))
        case Sliced():
            return _sure(_sliced(classes, mask, this, dialect))
        case Standings():
            raise AssertionError(asked)  # it asks two fields
        case _:
            assert_never(classes)


def _sure(this: Sql) -> Held:
    return Held(this, this)


def _yes_no(test: YesNoTest, mask: Mask, this: Sql, dialect: Dialect) -> Held:
    holds, unclear = tested(test, this, dialect), is_unclear(test, this, dialect)
    match mask & 3:
        case 3:
            return SURE
        case 2:
            return Held(holds, some((holds, unclear)))
        case 1:
            return Held(every((negated(holds), negated(unclear))), negated(holds))
        case _:
            return Held(FALSE, FALSE)


# -- lists and texts --


def _listed(classes: Listed, mask: Mask, this: Sql) -> Sql:
    inside = [v for v, n in zip(classes.values, classes.numbers, strict=True) if mask >> n & 1]
    outside = [v for v, n in zip(classes.values, classes.numbers, strict=True) if not mask >> n & 1]
    if mask >> classes.other & 1:
        return _excluding(this, outside)
    return _including(this, inside)


def _including(this: Sql, values: Sequence[Value]) -> Sql:
    if values and all(isinstance(each, bool) for each in values):
        return TRUE if len(set(values)) == 2 else this.copy() if values[0] else negated(this.copy())
    return one_of(this.copy(), [literal(each) for each in values])


def _excluding(this: Sql, values: Sequence[Value]) -> Sql:
    if values and all(isinstance(each, bool) for each in values):
        return FALSE if len(set(values)) == 2 else negated(_including(this, values))
    return none_of(this.copy(), [literal(each) for each in values])


def _text(classes: Texts, mask: Mask, this: Sql) -> Sql:
    """Return whether a text is of the classes: as a literal, else by its longest prefix."""
    pairs = list(zip(classes.literals, classes.numbers, strict=True))
    inside = [text(each) for each, number_ in pairs if mask >> number_ & 1]
    outside = [text(each) for each, number_ in pairs if not mask >> number_ & 1]
    around = _around(classes, mask, this)
    if around == TRUE:
        return none_of(this.copy(), outside)
    kept = around if around == FALSE else every((none_of(this.copy(), outside), around))
    return some((one_of(this.copy(), inside), kept))


def _around(classes: Texts, mask: Mask, this: Sql) -> Sql:
    """Return whether the longest prefix of a text is of the classes, the longest asked first."""
    found = TRUE if mask >> classes.other & 1 else FALSE
    by_length: dict[int, tuple[list[Sql], list[Sql]]] = {}
    for prefix, number_ in zip(classes.prefixes, classes.inside, strict=True):
        taken, left = by_length.setdefault(len(prefix), ([], []))
        (taken if mask >> number_ & 1 else left).append(text(prefix))
    for length in sorted(by_length):
        taken, left = by_length[length]
        start = begins(this, length)
        found = some((one_of(start, taken), every((none_of(start.copy(), left), found))))
    return found


def _sliced(classes: Sliced, mask: Mask, this: Sql, dialect: Dialect) -> Sql:
    ends = [0, *classes.cuts, SLICES]
    runs = _runs([*range(1, classes.size)], mask)
    return some(
        is_in_slices(this, classes, ends[first], ends[last], dialect) for first, last in runs
    )


# -- lines --


@frozen
class _Behind:
    """A piece that begins just after a number."""

    number: Sql


Start: TypeAlias = Sql | _Behind | bool
"""Where a piece begins: a number, or whether every value of the column lies above it."""


def _runs(numbers: Sequence[int], mask: Mask) -> list[tuple[int, int]]:
    """Return the runs of places whose class is taken: the first, and the one after the last."""
    found: list[tuple[int, int]] = []
    for at, number_ in enumerate(numbers):
        if not mask >> number_ & 1:
            continue
        if found and found[-1][1] == at:
            found[-1] = found[-1][0], at + 1
        else:
            found.append((at, at + 1))
    return found


def _pieces(numbers: Sequence[int], ends: Sequence[Start], mask: Mask, this: Sql) -> Sql:
    """Return whether a value lies in the pieces of the classes.

    ends: where each piece but the lowest begins.
    """
    spans: list[Sql] = []
    for first, last in _runs(numbers, mask):
        parts: list[Sql] = []
        if first > 0:
            parts.append(_is_from(this, ends[first - 1]))
        if last < len(numbers):
            parts.append(negated(_is_from(this, ends[last - 1])))
        spans.append(every(parts))
    return some(spans)


def _is_from(this: Sql, start: Start) -> Sql:
    """Return whether a value lies in the piece that begins there, or above it."""
    if isinstance(start, bool):
        return _truth(start)
    if isinstance(start, _Behind):
        return above(this.copy(), start.number)
    return at_least(this.copy(), start)


def line_class(asked: Column, setting: Setting) -> Sql | None:
    """Return the class of a value on a line, by its place or by halves; None for other columns."""
    this = setting.value(asked.field)
    match asked.classes:
        case Whole(numbers=numbers, cuts=cuts) if not asked.is_age:
            if setting.dialect.has_lists and _are_near(cuts):
                return _by_place(this, numbers, cuts)
            ends = [_whole(each) for each in cuts]
        case Days(numbers=numbers, cuts=days) if not is_day(asked.field):
            ends = [day(each) for each in days]
        case Dense(numbers=numbers, cuts=sides):
            ends = [_dense(value, place, setting.dialect) for value, place in sides]
        case _:
            return None
    found = _halved(this, numbers, ends, 0, len(numbers))
    return choice([(is_missing(this), number(0))], found)


def _are_near(cuts: Sequence[int]) -> bool:
    """Return whether many pieces of whole numbers lie in a short stretch."""
    is_in_column = bool(cuts) and cuts[0] > _LEAST and cuts[-1] <= _MOST
    return is_in_column and len(cuts) >= MANY_PIECES and cuts[-1] - cuts[0] <= LONGEST_LIST


def _by_place(this: Sql, numbers: Sequence[int], cuts: Sequence[int]) -> Sql:
    """Return the class of a whole number, out of a list of those between the cuts."""
    low, high = cuts[0], cuts[-1]
    between = (numbers[bisect_right(cuts, each)] for each in range(low, high))
    place = exp.Sub(this=this.copy(), expression=number(low - 1))
    found = called("LIST_EXTRACT", exp.Array(expressions=[*map(number, between)]), place)
    cases = [
        (is_missing(this), number(0)),
        (below(this.copy(), number(low)), number(numbers[0])),
        (at_least(this.copy(), number(high)), number(numbers[-1])),
    ]
    return choice(cases, found)


def _halved(this: Sql, numbers: Sequence[int], ends: Sequence[Start], low: int, high: int) -> Sql:
    """Return the class of a value in one of the pieces from `low` up to `high`, left out."""
    if len(set(numbers[low:high])) == 1:
        return number(numbers[low])
    middle = (low + high) // 2
    cut = ends[middle - 1]
    first, rest = (
        _halved(this, numbers, ends, low, middle),
        _halved(this, numbers, ends, middle, high),
    )
    return choice([(_is_from(this, cut), rest)], first)


def _whole(cut: int) -> Start:
    """Return where a piece of whole numbers begins, in a column of 64 bits."""
    if cut <= _LEAST:
        return True
    return number(cut) if cut <= _MOST else False


def _dense(value: Decimal, place: int, dialect: Dialect) -> Start:
    """Return where a piece of decimal numbers begins, in a column of so many decimals.

    Just after a number is the next one that the column can hold.
    """
    if value and value.adjusted() >= WIDEST - FINEST:
        return value < 0
    way = ROUND_FLOOR if place else ROUND_CEILING
    rounded = value.quantize(_GRAIN, way, EXACT)
    cut = EXACT.add(rounded, _GRAIN) if place else rounded
    if abs(cut) >= Decimal(10) ** (WIDEST - FINEST):
        return cut < 0
    told = amount((rounded if rounded == value else cut).normalize(EXACT), dialect)
    return _Behind(told) if place and rounded == value else told


def _age(
    numbers: Sequence[int], cuts: Sequence[int], mask: Mask, asked: Column, frame: Setting
) -> Sql:
    """Return whether a day lies so many days before the day of the decision.

    Where that day is known, a date is compared with the days themselves.
    """
    this = frame.value(asked.field)
    if frame.today is None:
        return _pieces(numbers, [_whole(cut) for cut in cuts], mask, days_between(this, frame))
    spans: list[Sql] = []
    for first, last in _runs(numbers, mask):
        newest = _days_before(frame.today, cuts[first - 1]) if first else None
        oldest = _days_before(frame.today, cuts[last - 1] - 1) if last < len(numbers) else None
        spans.append(every((_not_after(this, newest), _not_before(this, oldest))))
    return some(spans)


def _days_before(today: date, days: int) -> date | bool:
    """Return a day so many days ago; true where it would lie after all days, false before all."""
    try:
        return today - timedelta(days)
    except OverflowError:
        return days < 0


def _not_after(this: Sql, last: date | bool | None) -> Sql:  # noqa: FBT001 - no day
    if last is None or last is True:
        return TRUE
    return FALSE if last is False else negated(below(day(last), this.copy()))


def _not_before(this: Sql, first: date | bool | None) -> Sql:  # noqa: FBT001 - no day
    if first is None or first is False:
        return TRUE
    return FALSE if first is True else at_least(this.copy(), day(first))


def days_between(this: Sql, frame: Setting) -> Sql:
    """Return how many days a day lies before that of the decision."""
    if frame.dialect.name == "postgres":
        found: Sql = exp.Paren(this=exp.Sub(this=frame.today_sql.copy(), expression=this.copy()))
        return found
    between: Sql = exp.DateDiff(
        this=frame.today_sql.copy(), expression=this.copy(), unit=exp.var("DAY")
    )
    return between


def _of_today(asked: Column, mask: Mask, frame: Setting) -> Held:
    classes = asked.classes
    if not isinstance(classes, Days):
        return _constant(mask & 2)
    if frame.today is not None:
        return _constant(mask >> classes.numbers[bisect_right(classes.cuts, frame.today)] & 1)
    ends = [day(each) for each in classes.cuts]
    return _sure(_pieces(classes.numbers, ends, mask, frame.today_sql))


# -- two fields --


def _standing(asked: Column, classes: Standings, mask: Mask, frame: Setting) -> Held:
    one, two = frame.value(asked.field), frame.value(classes.than)
    are_there = every((is_there(one), is_there(two)))
    signs: list[Sql] = []
    if classes.is_ordered:
        match mask >> 1 & 7:
            case 7:
                signs.append(TRUE)
            case 5:
                signs.append(unequal(one.copy(), two.copy()))
            case taken:
                how: list[Callable[[Sql, Sql], Sql]] = [below, equal, _above]
                signs += (how[at](one.copy(), two.copy()) for at in members(taken))
    elif mask >> 2 & 3 == 3:
        signs.append(TRUE)
    elif mask >> 2 & 1:
        signs.append(equal(one.copy(), two.copy()))
    elif mask >> 3 & 1:
        signs.append(unequal(one.copy(), two.copy()))
    held = every((are_there, some(signs)))
    if not mask & 1:
        return _sure(held)
    return _sure(some((is_missing(one), is_missing(two), held)))


def _above(one: Sql, two: Sql) -> Sql:
    return above(one, two)
