"""Deciding by a plan: the first of its boxes that holds the lead.

`asking` says what is asked and which boxes take which answer, `paths` remembers where answers
led before: the work for a lead is one look-up for each field on which its decision hangs,
whatever the policy, and one AND for each field that is met for the first time.

Nothing here reads a policy: a plan that came from elsewhere decides as the one at home.
"""

from collections.abc import Callable
from datetime import date, datetime
from itertools import accumulate
from typing import Protocol, TypeAlias

from turnout.compiler.plan.asking import is_day, parts_in_full, questions
from turnout.compiler.plan.paths import MOST_BYTES, Crossing, Paths
from turnout.compiler.plan.value import Answer, Plan
from turnout.dsl.conditions import Open
from turnout.dsl.opening_hours import is_open
from turnout.dsl.types import Values
from turnout.dsl.zones import local_date

_Later: TypeAlias = Callable[[int], Crossing]
_Beyond: TypeAlias = Callable[[Crossing, object, Values, date], Crossing]

ANY_DAY = date(2026, 1, 1)
"""For plans that ask for none."""


class Decider(Protocol):
    """Finds the clauses of leads by a plan."""

    def __call__(self, values: Values, today: date, after: int | None = None) -> int | None:
        """Return the number of the clause that takes a lead on a day (see `day`), if one does.

        A plan that asks no clock (`asks_clock`) needs no day.

        Among the lead's values stand the facts that conditions ask: `facts`, and whether it was
        seen before. after: a clause that let the lead go on, so that a later one is wanted.
        """
        ...


def decider(plan: Plan) -> Decider:
    """Return what finds a lead's clause by `plan`."""
    first, *others = plan.required or ("",)
    found = _decider(plan, first, MOST_BYTES)

    def decide(values: Values, today: date = ANY_DAY, after: int | None = None) -> int | None:
        for name in others:
            if name not in values:
                return None
        return found(values, today, after)

    return decide if others else found


def complete_decider(plan: Plan, most_bytes: int = MOST_BYTES) -> Decider:
    """Return the same for leads of which it is known that they have every required field.

    most_bytes: what may be remembered of paths.
    """
    return _decider(plan, "", most_bytes)


def _decider(plan: Plan, needed: str, most_bytes: int) -> Decider:
    """Return what finds a lead's clause. needed: a field that it has to have, "" for none."""
    asked, clauses = tuple(questions(plan).values()), [box.clause for box in plan.boxes]
    paths = Paths(asked, clauses, parts_in_full(plan), most_bytes)
    start, later = paths.start((1 << len(plan.boxes)) - 1), _later(plan, paths)
    if not paths.is_plain:
        return _asking(start, later, paths.beyond, needed)
    if needed:
        return _looking_up_with(start, later, paths.beyond, needed)
    return _looking_up(start, later, paths.beyond)


# Each of these is one function that calls none of our own, though two differ in a line alone: a
# call takes as long as two questions.


def _looking_up(start: Crossing, later: _Later, beyond: _Beyond) -> Decider:
    """Return what decides by a plan whose questions are all answered by a field's value."""

    def decide(values: Values, today: date = ANY_DAY, after: int | None = None) -> int | None:
        field, known, told = start if after is None else later(after)
        get = values.get
        while known is not None:
            try:
                field, known, told = known[get(field)]
            except KeyError:
                field, known, told = beyond((field, known, told), get(field), values, today)
        number: int | None = told
        return number

    return decide


def _looking_up_with(start: Crossing, later: _Later, beyond: _Beyond, needed: str) -> Decider:
    """Return the same for leads that need a field."""

    def decide(values: Values, today: date = ANY_DAY, after: int | None = None) -> int | None:
        if needed not in values:
            return None
        field, known, told = start if after is None else later(after)
        get = values.get
        while known is not None:
            try:
                field, known, told = known[get(field)]
            except KeyError:
                field, known, told = beyond((field, known, told), get(field), values, today)
        number: int | None = told
        return number

    return decide


def _asking(start: Crossing, later: _Later, beyond: _Beyond, needed: str) -> Decider:
    """Return what decides by a plan of which the day or another field answers a question."""

    def decide(values: Values, today: date = ANY_DAY, after: int | None = None) -> int | None:
        if needed and needed not in values:
            return None
        answering, known, told = start if after is None else later(after)
        while known is not None:
            answer = answering(values, today)
            try:
                answering, known, told = known[answer]
            except KeyError:
                answering, known, told = beyond((answering, known, told), answer, values, today)
        number: int | None = told
        return number

    return decide


def _later(plan: Plan, paths: Paths) -> _Later:
    """Return where a lead begins that a clause let go on."""
    own = [0] * len(plan.answers)
    for box in plan.boxes:
        own[box.clause] += 1
    firsts = [0, *accumulate(own)]
    every = (1 << len(plan.boxes)) - 1
    known: dict[int, Crossing] = {}

    def later(after: int) -> Crossing:
        if after not in known:
            first = firsts[after + 1]
            known[after] = paths.start(every >> first << first)
        return known[after]

    return later


def asks_clock(plan: Plan) -> bool:
    """Return whether the plan asks which day it is or what is open."""
    return bool(plan.calendars) or any(
        column.is_age or is_day(column.field) for column in plan.columns
    )


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
