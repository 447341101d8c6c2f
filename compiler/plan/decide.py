"""Deciding by a plan: bitmaps over its boxes, an AND for each field.

For each column and class the look-up keeps the set of boxes that take the class, as the
bits of an int; the AND over a lead's classes leaves the boxes that hold the lead, and the
lowest bit is the first in the order of the clauses (the bit-parallel lookup of Lakshman
and Stiliadis, "High-speed policy-based packet forwarding", SIGCOMM 1998). Work for one
lead is one AND a column, whatever the policy; for a value met before, one AND a field. A
condition that would need too many boxes is kept as the box around it and asked in full
when that box is hit, so the look-up grows with the policy and never with the combinations
in it.

Nothing here reads a policy: a plan that came from elsewhere decides as the one at home.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import accumulate
from typing import Protocol, TypeAlias

from turnout.compiler.classes import YesNo, finder
from turnout.compiler.masks import Mask, key, members, set_of
from turnout.compiler.plan.value import Answer, Column, Part, Plan
from turnout.dsl.conditions import DAY_IN, EndsWith, Open
from turnout.dsl.opening_hours import is_open
from turnout.dsl.types import Values
from turnout.dsl.zones import local_date
from turnout.frozen import frozen

_REMEMBERED = 5_000
"""Values of one field whose boxes are remembered."""


class Decider(Protocol):
    """Finds the clauses of leads by a plan."""

    def __call__(self, values: Values, today: date, after: int | None = None) -> int | None:
        """Return the number of the clause that takes a lead on a day (see `day`), if one does.

        Among the lead's values stand the facts that conditions ask: `facts`, and whether it was
        seen before. after: a clause that let the lead go on, so that a later one is wanted.
        """
        ...


def decider(plan: Plan) -> Decider:
    """Return what finds a lead's clause by `plan`."""
    accepting = [accepts for _, accepts in _accepting(plan)]
    every = (1 << len(plan.boxes)) - 1
    clauses = [box.clause for box in plan.boxes]
    webs = {
        at: _asked_in_full(plan, box.part)
        for at, box in enumerate(plan.boxes)
        if box.part is not None
    }
    required = plan.required
    firsts = _firsts(plan) if any(each.goes_on for each in plan.answers) else []

    def decide(values: Values, today: date, after: int | None = None) -> int | None:
        for name in required:
            if name not in values:
                return None
        left = every if after is None else every >> firsts[after + 1] << firsts[after + 1]
        for accepts in accepting:
            left &= accepts(values, today)
            if not left:
                return None
        while left:
            at = (left & -left).bit_length() - 1
            if at not in webs or webs[at](values, today):
                return clauses[at]
            left &= left - 1
        return None

    return decide


def is_day(field: str) -> bool:
    """Return whether a column is of the decision's own day, as rules with a validity ask it."""
    return field.startswith(DAY_IN)


def _firsts(plan: Plan) -> list[int]:
    """Return for each clause, and the end, how many boxes stand before its own."""
    own = [0] * len(plan.answers)
    for box in plan.boxes:
        own[box.clause] += 1
    return [0, *accumulate(own)]


def facts(plan: Plan, moment: datetime) -> Values:
    """Return which of the calendars that the plan asks are open, as its conditions ask it."""
    return {Open(each).field: is_open(each, moment) for each in plan.calendars}


def day(plan: Plan, moment: datetime) -> date:
    """Return the day of a moment as the plan counts days."""
    return local_date(moment, plan.timezone)


def answer(plan: Plan, number: int | None) -> Answer:
    """Return what a lead with this clause gets; None is a lead that no clause takes."""
    if number is not None:
        return plan.answers[number]
    return Answer(f"fallback of route {plan.route}", is_rule=False, attempts=plan.last)


@frozen(eq=False)
class FieldQuestion:
    """What some fields say of the boxes.

    fields: those asked. boxes: those that take a lead with such values on a day, as bits.
    """

    fields: frozenset[str]
    boxes: Callable[[Values, date], int]


def asked_columns(plan: Plan) -> tuple[FieldQuestion, ...]:
    """Return what is asked of the fields: a box that all accept, and whose part holds, is met."""
    return tuple(
        FieldQuestion(frozenset(filter(None, (a[0], a[2]))), of) for a, of in _accepting(plan)
    )


# -- the look-up --


_ClassOf: TypeAlias = Callable[[Values, date], int]

_Accepts: TypeAlias = Callable[[Values, date], int]
"""The boxes that accept a lead by what one field says, as bits."""


_About: TypeAlias = tuple[str, bool, str]
"""A field, whether its age is asked, and the field that it is compared with, or ""."""


@frozen(eq=False)
class _Table:
    """The boxes that accept each class of a column. mean: how many, over the classes."""

    column: Column
    by_class: list[int]
    mean: float


def _accepting(plan: Plan) -> list[tuple[_About, _Accepts]]:
    """Return what finds the accepting boxes, for each field that a box constrains, and that field.

    The field with the fewest boxes left on average comes first, so that most leads leave
    early; equal sets are one object.
    """
    every = (1 << len(plan.boxes)) - 1
    sides: dict[int, dict[tuple[int, Mask], list[int]]] = {}
    for number, box in enumerate(plan.boxes):
        for at, mask in box.sides:
            sides.setdefault(at, {}).setdefault(key(mask), []).append(number)
    shared: dict[int, int] = {}
    tables: dict[_About, list[_Table]] = {}
    for at in sorted(sides):
        column = plan.columns[at]
        by_side = [(mask, set_of(numbers)) for (_, mask), numbers in sides[at].items()]
        by_class = [shared.setdefault(bits, bits) for bits in _swept(column, by_side, every)]
        mean = sum(bits.bit_count() for bits in by_class) / len(by_class)
        found = _Table(column, by_class, mean)
        about = column.field, column.is_age, column.than or ""
        tables.setdefault(about, []).append(found)
    left = {about: min(each.mean for each in of) for about, of in tables.items()}
    return [
        (about, _by_class(tables[about], every))
        if about[1] or about[2] or is_day(about[0])
        else (about, _by_value(about[0], tables[about], every))
        for about in sorted(tables, key=lambda about: (left[about], about))
    ]


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


def _by_class(tables: list[_Table], every: int) -> _Accepts:
    pairs = [(_class_of(table.column), table.by_class) for table in tables]

    def accepts(values: Values, today: date) -> int:
        left = every
        for class_of, by_class in pairs:
            left &= by_class[class_of(values, today)]
        return left

    return accepts


def _by_value(name: str, tables: list[_Table], every: int) -> _Accepts:
    """Return what looks the boxes up by the field's value; values met before are remembered."""
    look_up = _look_up(tables, every)
    known: dict[object, int] = {}

    def accepts(values: Values, _today: date) -> int:
        value = values.get(name)
        found = known.get(value)
        if found is None:
            found = look_up(value)
            if len(known) < _REMEMBERED:
                known[value] = found
        return found

    return accepts


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


def _class_of(column: Column) -> _ClassOf:
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
