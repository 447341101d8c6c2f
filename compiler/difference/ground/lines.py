"""The clauses of one version's route, as rows that can be held beside the other version's.

To the program's clauses are added what it leaves unsaid: a lead that lacks a required
field takes the route's own fallback before any rule is asked, and a lead that nothing
takes gets no target at the end. Where a target reads a field of which the versions may
give a lead different values, these leads have a row of their own in front of the others.
Where a rule lets leads on, a row is a whole way of theirs (`ways.py`).
"""

import attrs

from turnout.compiler.difference.ground.meanings import Meanings
from turnout.compiler.difference.ground.receivers import Readings, marked
from turnout.compiler.difference.ground.sights import View
from turnout.compiler.difference.ground.ways import ClauseWay, ways
from turnout.compiler.outcomes import Outcome, outcome_of
from turnout.compiler.program import Clause, Program
from turnout.dsl.conditions import ALWAYS, And, Condition, Named, Not, Or, Present
from turnout.dsl.policy import Policy
from turnout.dsl.targets import said
from turnout.frozen import frozen


@frozen(eq=False)
class ClauseRow:
    """A clause as it is compared, with those that let its leads on to it.

    title: as a sentence names it. clause: all that a lead is asked as one; None for a row that
    the route leaves unsaid. meaning: the number of its condition. own: what its own targets
    come to; whole: with the fallbacks around it. way: the clauses one by one.
    """

    title: str
    clause: Clause | None
    meaning: int
    own: Outcome
    whole: Outcome
    way: ClauseWay | None = None

    @property
    def is_rule(self) -> bool:
        """Whether a rule stands behind it."""
        return self.clause is not None and self.clause.is_rule


@frozen(eq=False)
class RouteVersion:
    """A route of one version: `is_old`, or the new one.

    view: how it sees the shared fields. numbers: what each of its names means.
    """

    policy: Policy
    route: str
    is_old: bool
    view: View
    rows: tuple[ClauseRow, ...]
    numbers: dict[str, int]

    def number(self, condition: Condition, meanings: Meanings) -> int:
        """Return what one of its conditions means over the shared fields."""
        return _number(condition, self.view, {}, meanings, self.numbers)


def version(  # noqa: PLR0913 - a route, and what it is held beside
    program: Program,
    route: str,
    view: View,
    readings: Readings,
    meanings: Meanings,
    *,
    is_old: bool,
) -> RouteVersion:
    """Return a version's route in rows; `meanings` learns its conditions."""
    chosen = program.routes[route]
    policy = program.policy
    names: dict[str, Named] = {}
    numbers: dict[str, int] = {}
    rows: list[ClauseRow] = []

    def add(row: ClauseRow, condition: Condition) -> None:
        differing = _differing(row.whole, readings)
        if differing:
            shared = view.condition(condition, names)
            inside = And((shared, Or(tuple(differing.values()))))
            own, whole = (
                _marked(each, frozenset(differing), view) for each in (row.own, row.whole)
            )
            number = meanings.number(inside, numbers)
            rows.append(attrs.evolve(row, meaning=number, own=own, whole=whole))
        rows.append(row)

    required = [Not(Present(name)) for name, field in policy.fields.items() if field.required]
    last = outcome_of(chosen.last)
    lacking = Or(tuple(required))
    number = _number(lacking, view, names, meanings, numbers)
    add(ClauseRow("a required field is missing", None, number, last, last), lacking)
    for way in ways(program, route):
        condition = way.clause.condition
        number = _number(condition, view, names, meanings, numbers)
        add(ClauseRow(way.title, way.clause, number, way.own, way.whole, way), condition)
    nothing = Outcome(())
    number = _number(ALWAYS, view, names, meanings, numbers)
    rows.append(ClauseRow("the end of the route", None, number, nothing, nothing))
    return RouteVersion(policy, route, is_old, view, tuple(rows), numbers)


def _differing(of: Outcome, readings: Readings) -> dict[str, Condition]:
    """Return where the values differ that the outcome's targets read, by the field."""
    read = dict.fromkeys(name for target in of.targets for name in said(target).reads)
    found = {name: readings.differ(name) for name in read}
    return {name: where for name, where in found.items() if where is not None}


def _marked(of: Outcome, fields: frozenset[str], view: View) -> Outcome:
    return attrs.evolve(of, targets=marked(of.targets, fields, view.suffix))


def _number(
    condition: Condition,
    view: View,
    names: dict[str, Named],
    meanings: Meanings,
    numbers: dict[str, int],
) -> int:
    seen = condition if view.is_plain else view.condition(condition, names)
    return meanings.number(seen, numbers)
