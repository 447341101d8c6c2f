"""The clauses of one version's route, as rows that can be held beside the other version's.

To the program's clauses are added what it leaves unsaid: a lead that lacks a required
field takes the route's own fallback before any rule is asked, and a lead that nothing
takes gets no target at the end. Where a target reads a field of which the versions may
give a lead different values, these leads have a row of their own in front of the others.
"""

import attrs

from turnout.compiler.difference.ground.meanings import Meanings
from turnout.compiler.difference.ground.receivers import Readings, marked
from turnout.compiler.difference.ground.sights import View
from turnout.compiler.program import Attempt, Clause, Program
from turnout.dsl.conditions import ALWAYS, And, Condition, Named, Not, Or, Present
from turnout.dsl.policy import Policy
from turnout.dsl.targets import Target, said
from turnout.dsl.wording import acted, promised, worded


@attrs.frozen
class Outcome:
    """What a lead gets: the targets that it is offered, in order, and on what terms.

    targets: up to the first that always accepts; those after it are never tried. terms:
    whatever else the clause says (a due time, actions), by name, in words.
    """

    targets: tuple[Target, ...]
    terms: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return the outcome in the words of the language."""
        said = " else ".join(worded(target) for target in self.targets) or "no target"
        return "; ".join([said, *(f"{name} {words}" for name, words in self.terms)])


@attrs.frozen(eq=False)
class Row:
    """A clause as it is compared.

    title: as a sentence names it. clause: None for a row that the route leaves unsaid.
    meaning: the number of its condition. own: what its own targets come to; whole: with
    the fallbacks around it.
    """

    title: str
    clause: Clause | None
    meaning: int
    own: Outcome
    whole: Outcome

    @property
    def is_rule(self) -> bool:
        """Whether a rule stands behind it."""
        return self.clause is not None and self.clause.is_rule


@attrs.frozen(eq=False)
class RouteVersion:
    """A route of one version: `is_old`, or the new one.

    view: how it sees the shared fields. numbers: what each of its names means.
    """

    policy: Policy
    route: str
    is_old: bool
    view: View
    rows: tuple[Row, ...]
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
    rows: list[Row] = []

    def add(row: Row, condition: Condition) -> None:
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
    add(Row("a required field is missing", None, number, last, last), lacking)
    for clause in chosen.clauses:
        whole = clause_outcome(clause)
        own = outcome_of(clause.attempts[: clause.own_attempts], whole.terms)
        number = _number(clause.condition, view, names, meanings, numbers)
        add(Row(clause.title, clause, number, own, whole), clause.condition)
    nothing = Outcome(())
    number = _number(ALWAYS, view, names, meanings, numbers)
    rows.append(Row("the end of the route", None, number, nothing, nothing))
    return RouteVersion(policy, route, is_old, view, tuple(rows), numbers)


def _differing(outcome: Outcome, readings: Readings) -> dict[str, Condition]:
    """Return where the values differ that the outcome's targets read, by the field."""
    read = dict.fromkeys(name for target in outcome.targets for name in said(target).reads)
    found = {name: readings.differ(name) for name in read}
    return {name: where for name, where in found.items() if where is not None}


def _marked(outcome: Outcome, fields: frozenset[str], view: View) -> Outcome:
    return attrs.evolve(outcome, targets=marked(outcome.targets, fields, view.suffix))


def _number(
    condition: Condition,
    view: View,
    names: dict[str, Named],
    meanings: Meanings,
    numbers: dict[str, int],
) -> int:
    seen = condition if view.is_plain else view.condition(condition, names)
    return meanings.number(seen, numbers)


def clause_outcome(clause: Clause) -> Outcome:
    """Return what a clause gives its leads."""
    return outcome_of(clause.attempts, _terms(clause))


def outcome_of(attempts: tuple[Attempt, ...], terms: tuple[tuple[str, str], ...] = ()) -> Outcome:
    """Return what these attempts come to."""
    return Outcome(offered(tuple(attempt.target for attempt in attempts)), terms)


def offered(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """Return those targets that can be tried: up to the first that always accepts, each once.

    Whoever passed a lead over does so again when asked again.
    """
    end = next(
        (at for at, target in enumerate(targets) if target.kind.always_accepts), len(targets)
    )
    return tuple(dict.fromkeys(targets[: end + 1]))


def _terms(clause: Clause) -> tuple[tuple[str, str], ...]:
    """Return what a clause says of its leads besides who gets them, in words."""
    found: list[tuple[str, str]] = []
    if clause.sla is not None:
        found.append(("sla", promised(clause.sla)))
    found += [("do", acted(action.kind, action.arguments)) for action in clause.actions]
    return tuple(found)
