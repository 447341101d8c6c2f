"""Making the plan of a route out of its program: its conditions as boxes over classes.

Each condition is a union of boxes. One that would need too many is kept as the box around
it and as parts to be asked in full, equal parts once.
"""

import attrs

from turnout.compiler.classes import Classes, Listed
from turnout.compiler.leads.boxes import boxes
from turnout.compiler.leads.dimensions import Dimension
from turnout.compiler.leads.ground import Ground
from turnout.compiler.leads.regions import Region
from turnout.compiler.plan.value import Answer, ClauseBox, Column, Part, Plan, PlannedAttempt, Sides
from turnout.compiler.program import Attempt, Clause, Program
from turnout.compiler.questions.route_ground import route_ground
from turnout.dsl.calendars import Calendar
from turnout.dsl.conditions import Open
from turnout.dsl.policy import Identity, Sla, Step
from turnout.dsl.source import NOWHERE


def plan_of(program: Program, route: str, policy_hash: str = "") -> Plan:
    """Return the plan of one route of `program`. policy_hash: see `Plan`."""
    chosen, policy = program.routes[route], program.policy
    ground = route_ground(program, route)
    parts = _Parts()
    found: list[ClauseBox] = []
    for at, clause in enumerate(chosen.clauses):
        region = ground.regions.region(clause.condition)
        own = boxes(region, ground.space.full)
        if own is None:
            found.append(ClauseBox(at, region.box, parts.number(region)))
        else:
            found += [ClauseBox(at, box) for box in own]
    columns, numbers = _columns(ground, [*(b.sides for b in found), *(p.sides for p in parts.all)])
    return Plan(
        policy=policy.name,
        route=route,
        policy_hash=policy_hash,
        timezone=policy.timezone,
        required=tuple(name for name, field in policy.fields.items() if field.required),
        columns=columns,
        answers=tuple(map(_answer, chosen.clauses)),
        boxes=tuple(ClauseBox(b.clause, _renumbered(b.sides, numbers), b.part) for b in found),
        parts=tuple(Part(_renumbered(p.sides, numbers), p.eithers) for p in parts.all),
        last=_attempts(chosen.last),
        calendars=_calendars(ground),
        identities=_identities(program),
    )


class _Parts:
    """Numbers the parts of regions, those that others refer to first."""

    def __init__(self) -> None:
        self._numbers: dict[Part, int] = {}
        self._known: dict[Region, int] = {}

    @property
    def all(self) -> tuple[Part, ...]:
        return tuple(self._numbers)

    def number(self, region: Region) -> int:
        """Return the number of a region; a region is its own key, so each is met once."""
        if region not in self._known:
            eithers = (
                tuple(dict.fromkeys(self.number(inner) for inner in either.alternatives))
                for either in region.eithers
            )
            part = Part(region.box, tuple(eithers))
            self._known[region] = self._numbers.setdefault(part, len(self._numbers))
        return self._known[region]


# -- columns --


def _columns(ground: Ground, used: list[Sides]) -> tuple[tuple[Column, ...], dict[int, int]]:
    """Return the columns that some side constrains, and their numbers by dimension."""
    asked = sorted({at for sides in used for at, _ in sides})
    columns = tuple(column_of(ground.space.dimensions[at]) for at in asked)
    return columns, {at: number for number, at in enumerate(asked)}


def column_of(dimension: Dimension) -> Column:
    """Return the column of a plan that a dimension becomes."""
    bare = _bare(dimension.partition.classes)
    if dimension.kind == "standing":
        return Column(dimension.pair[0], bare)
    return Column(dimension.field.name, bare, is_age=dimension.kind == "age")


def _bare(classes: Classes) -> Classes:
    """Return the classes without the values of a list that are like any other."""
    if not isinstance(classes, Listed):
        return classes
    pairs = zip(classes.values, classes.numbers, strict=True)
    kept = [(value, number) for value, number in pairs if number != classes.other]
    values = tuple(value for value, _ in kept)
    return attrs.evolve(classes, values=values, numbers=tuple(number for _, number in kept))


def _renumbered(sides: Sides, numbers: dict[int, int]) -> Sides:
    return tuple((numbers[at], mask) for at, mask in sides)


# -- what a clause says, without its places in files --


def _answer(clause: Clause) -> Answer:
    return Answer(
        clause.name,
        clause.is_rule,
        _attempts(clause.attempts),
        None if clause.sla is None else _sla(clause.sla),
        tuple(attrs.evolve(action, span=NOWHERE) for action in clause.actions),
        clause.steward,
        clause.lets_on,
        None if clause.offer is None else attrs.evolve(clause.offer, span=NOWHERE),
    )


def _attempts(tried: tuple[Attempt, ...]) -> tuple[PlannedAttempt, ...]:
    return tuple(PlannedAttempt(each.target, each.by) for each in tried)


def _sla(sla: Sla) -> Sla:
    then = None if sla.then is None else Step(sla.then.target, NOWHERE)
    return attrs.evolve(sla, then=then, span=NOWHERE)


def _calendars(ground: Ground) -> tuple[Calendar, ...]:
    asked = (atom.calendar for atom in ground.asked if isinstance(atom, Open))
    return tuple(attrs.evolve(each, span=NOWHERE) for each in dict.fromkeys(asked))


def _identities(program: Program) -> tuple[Identity, ...]:
    return tuple(attrs.evolve(each, span=NOWHERE) for each in program.policy.identities)
