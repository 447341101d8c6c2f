"""Deciding by a plan: the first of its boxes that holds the lead.

`asking` says what is asked and which boxes take which answer, `paths` remembers where answers
led before: the work for a lead is one look-up for each field on which its decision hangs,
whatever the policy, and one AND for each field that is met for the first time.

Nothing here reads a policy: a plan that came from elsewhere decides as the one at home.
"""

from collections.abc import Callable
from datetime import date, datetime
from itertools import accumulate
from typing import Protocol

from turnout.compiler.plan.asking import is_day, parts_in_full, questions
from turnout.compiler.plan.paths import MOST_BYTES, Crossing, Paths
from turnout.compiler.plan.value import Answer, Plan
from turnout.dsl.conditions import Open
from turnout.dsl.opening_hours import is_open
from turnout.dsl.types import Values
from turnout.dsl.zones import local_date


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
    found, required = complete_decider(plan), plan.required

    def decide(values: Values, today: date, after: int | None = None) -> int | None:
        for name in required:
            if name not in values:
                return None
        return found(values, today, after)

    return decide if required else found


def complete_decider(plan: Plan, most_bytes: int = MOST_BYTES) -> Decider:
    """Return the same for leads of which it is known that they have every required field.

    most_bytes: what may be remembered of paths.
    """
    asked, clauses = tuple(questions(plan).values()), [box.clause for box in plan.boxes]
    paths = Paths(asked, clauses, parts_in_full(plan), most_bytes)
    start, beyond = paths.start((1 << len(plan.boxes)) - 1), paths.beyond
    later = _later(plan, paths)

    def decide(values: Values, today: date, after: int | None = None) -> int | None:
        crossing = start if after is None else later(after)
        field, known, told = crossing
        get = values.get
        while known is not None:
            answer = get(field)
            try:
                crossing = known[answer]
            except KeyError:
                crossing = beyond(crossing, answer, values, today)
            field, known, told = crossing
        number: int | None = told
        return number

    def decide_by_more(values: Values, today: date, after: int | None = None) -> int | None:
        crossing = start if after is None else later(after)
        answering, known, told = crossing
        while known is not None:
            answer = answering(values, today)
            try:
                crossing = known[answer]
            except KeyError:
                crossing = beyond(crossing, answer, values, today)
            answering, known, told = crossing
        number: int | None = told
        return number

    return decide if paths.is_plain else decide_by_more


def _later(plan: Plan, paths: Paths) -> Callable[[int], Crossing]:
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


ANY_DAY = date(2026, 1, 1)
"""For plans that ask for none."""


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
