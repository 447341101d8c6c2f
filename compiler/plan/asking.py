"""The questions of a plan: what is asked of a lead, and which boxes take which answer.

For each column and class the look-up keeps the set of boxes that take the class, as the
bits of an int (the bit-parallel lookup of Lakshman and Stiliadis, "High-speed policy-based
packet forwarding", SIGCOMM 1998). The columns of one field are one question, answered by
its value; values met before are remembered with their boxes.

A condition that would need too many boxes is kept as the box around it and asked in full,
so the look-up grows with the policy and never with the combinations in it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeAlias, cast

from turnout.compiler.classes import Texts, There, YesNo, finder
from turnout.compiler.masks import Mask, key, members, set_of
from turnout.compiler.plan.value import Column, Part, Plan
from turnout.dsl.conditions import DAY_IN, EndsWith
from turnout.dsl.types import Values
from turnout.frozen import frozen

_REMEMBERED = 5_000
"""Values of one field whose boxes are remembered."""

_LONGEST_REMEMBERED = 100
"""Characters of a text that is remembered."""

About: TypeAlias = tuple[str, bool, str]
"""A field, whether its age is asked, and the field that it is compared with, or ""."""

SayAnswer: TypeAlias = Callable[[Values, date], object]
"""What a lead says on a day, to be looked up."""

AskInFull: TypeAlias = Callable[[Values, date], bool]
"""Whether a condition that is asked in full holds."""


@frozen(eq=False)
class FieldQuestion:
    """What a lead is asked about one field.

    field: the one whose value is the answer, "" where the day or another field has a say.
    answering: finds the answer. accepts: the boxes that take an answer. asking: the boxes
    that ask it at all. Boxes are the bits of an int. unless_ends: some ends of texts, and the
    boxes that take each text that has none of these, where nothing else is asked.
    """

    field: str
    answering: SayAnswer
    accepts: Callable[[object], int]
    asking: int
    unless_ends: tuple[tuple[str, ...], int] | None = None


def is_remembered(answer: object) -> bool:
    """Return whether an answer is short enough to be kept."""
    return not isinstance(answer, str) or len(answer) <= _LONGEST_REMEMBERED


def is_day(field: str) -> bool:
    """Return whether a column is of the decision's own day, as rules with a validity ask it."""
    return field.startswith(DAY_IN)


def questions(plan: Plan) -> dict[About, FieldQuestion]:
    """Return the questions that some box asks.

    The one with the fewest boxes left on average comes first, so that most leads leave
    early; equal sets are one object.
    """
    every = (1 << len(plan.boxes)) - 1
    sides: dict[int, dict[tuple[int, Mask], list[int]]] = {}
    asking: dict[About, list[int]] = {}
    for number, box in enumerate(plan.boxes):
        for at, mask in box.sides:
            sides.setdefault(at, {}).setdefault(key(mask), []).append(number)
            asking.setdefault(about(plan.columns[at]), []).append(number)
    shared: dict[int, int] = {}
    tables: dict[About, list[_Table]] = {}
    for at in sorted(sides):
        column = plan.columns[at]
        by_side = [(mask, set_of(numbers)) for (_, mask), numbers in sides[at].items()]
        by_class = [shared.setdefault(bits, bits) for bits in _swept(column, by_side, every)]
        mean = sum(bits.bit_count() for bits in by_class) / len(by_class)
        tables.setdefault(about(column), []).append(_Table(column, by_class, mean))
    left = {each: min(table.mean for table in of) for each, of in tables.items()}
    return {
        each: _question(each, tables[each], every, set_of(asking[each]))
        for each in sorted(tables, key=lambda each: (left[each], each))
    }


def about(column: Column) -> About:
    """Return what a column asks: columns of which that is the same are one question."""
    return column.field, column.is_age, column.than or ""


def parts_in_full(plan: Plan) -> Mapping[int, AskInFull]:
    """Return, for each box that is asked in full, what does so."""
    return {
        at: _asked_in_full(plan, box.part)
        for at, box in enumerate(plan.boxes)
        if box.part is not None
    }


# -- the look-up --


@frozen(eq=False)
class _Table:
    """The boxes that accept each class of a column. mean: how many, over the classes."""

    column: Column
    by_class: list[int]
    mean: float


def _swept(column: Column, by_side: Iterable[tuple[Mask, int]], every: int) -> list[int]:
    """Return the boxes that accept each class, by sweeping over the classes.

    A side enters and leaves where its bits change, so a range costs two events however
    many classes it spans. by_side: sides, each with the boxes that have it.
    """
    events: dict[int, int] = {}
    accepting = every
    for side, who in by_side:
        accepting &= ~who
        for class_ in members(side ^ side << 1):
            events[class_] = events.get(class_, 0) ^ who
    found: list[int] = []
    for class_ in range(column.classes.size):
        accepting ^= events.get(class_, 0)
        found.append(accepting)
    return found


def _question(of: About, tables: list[_Table], every: int, asking: int) -> FieldQuestion:
    field, is_age, than = of
    if is_age or than or is_day(field):
        return _by_class(tables, every, asking)
    return FieldQuestion(
        field,
        lambda values, _today: values.get(field),
        _by_value(tables, every),
        asking,
        _unless_ends(tables, every),
    )


def _unless_ends(tables: list[_Table], every: int) -> tuple[tuple[str, ...], int] | None:
    ends: list[str] = []
    left = every
    for table in tables:
        classes = table.column.classes
        if isinstance(classes, There):
            left &= table.by_class[-1]
        elif isinstance(classes, YesNo) and isinstance(classes.test, EndsWith):
            ends.append(classes.test.text)
            left &= table.by_class[0]
        elif isinstance(classes, Texts) and not (classes.literals or classes.prefixes):
            left &= table.by_class[classes.other]
        else:
            return None
    return tuple(ends), left


def _by_class(tables: list[_Table], every: int, asking: int) -> FieldQuestion:
    """Return a question to which the class in each of its columns is the answer."""
    finders = [_class_of(table.column) for table in tables]
    accepted = [table.by_class for table in tables]

    def answering(values: Values, today: date) -> tuple[int, ...]:
        return tuple([find(values, today) for find in finders])

    def accepts(answer: object) -> int:
        left = every
        classes = cast("tuple[int, ...]", answer)  # `answering` returned it
        for by_class, class_ in zip(accepted, classes, strict=True):
            left &= by_class[class_]
        return left

    return FieldQuestion("", answering, accepts, asking)


def _by_value(tables: list[_Table], every: int) -> Callable[[object], int]:
    """Return what looks the boxes up by the field's value; values met before are remembered.

    In one column a class is found as fast as a value that is remembered.
    """
    if len(tables) == 1 and not _asks_end(tables[0].column):
        find, by_class = finder(tables[0].column.classes), tables[0].by_class
        return lambda value: by_class[find(value)]
    look_up = _look_up(tables, every)
    known: dict[object, int] = {}

    def accepts(value: object) -> int:
        found = known.get(value)
        if found is None:
            found = look_up(value)
            if len(known) < _REMEMBERED and is_remembered(value):
                known[value] = found
        return found

    return accepts


def _asks_end(column: Column) -> bool:
    return isinstance(column.classes, YesNo) and isinstance(column.classes.test, EndsWith)


def _look_up(tables: list[_Table], every: int) -> Callable[[object], int]:
    """Return what finds the boxes that accept a value.

    Most texts end in none of the ends that a policy asks for, which one question settles.
    """
    ends: list[tuple[str, list[int]]] = []
    others: list[tuple[Callable[[object], int], list[int]]] = []
    for table in tables:
        classes = table.column.classes
        if isinstance(classes, YesNo) and isinstance(classes.test, EndsWith):
            ends.append((classes.test.text, table.by_class))
        else:
            others.append((finder(classes), table.by_class))
    asked = tuple(text for text, _ in ends)
    with_none = every
    for _, by_class in ends:
        with_none &= by_class[0]

    def accepts(value: object) -> int:
        left = every
        for find, by_class in others:
            left &= by_class[find(value)]
        if not (isinstance(value, str) and value.endswith(asked)):
            return left & with_none
        for text, by_class in ends:
            left &= by_class[value.endswith(text)]
        return left

    return accepts


def _class_of(column: Column) -> Callable[[Values, date], int]:
    """Return what finds a lead's class in one column."""
    name, find, than = column.field, finder(column.classes), column.than
    if is_day(name):
        return lambda _values, today: find(today)
    if than is not None:
        return lambda values, _today: find((values.get(name), values.get(than)))
    if not column.is_age:
        return lambda values, _today: find(values.get(name))

    def age(values: Values, today: date) -> int:
        day = values.get(name)
        return find((today - day).days if isinstance(day, date) else None)

    return age


# -- what is asked in full --


def _asked_in_full(plan: Plan, number: int) -> Callable[[Values, date], bool]:
    """Return what tells whether a lead is in a part: the parts it refers to come first."""
    wanted = {number}
    for at in range(number, -1, -1):
        if at in wanted:
            wanted.update(other for either in plan.parts[at].eithers for other in either)
    asked = [(at, plan.parts[at]) for at in sorted(wanted)]
    read = sorted({at for _, part in asked for at, _ in part.sides})
    class_of = {at: _class_of(plan.columns[at]) for at in read}

    def is_in(values: Values, today: date) -> bool:
        point = {at: find(values, today) for at, find in class_of.items()}
        holds: dict[int, bool] = {}
        for at, part in asked:
            holds[at] = _holds(part, point, holds)
        return holds[number]

    return is_in


def _holds(part: Part, point: dict[int, int], known: dict[int, bool]) -> bool:
    return all(mask >> point[at] & 1 for at, mask in part.sides) and all(
        any(known[other] for other in either) for either in part.eithers
    )
