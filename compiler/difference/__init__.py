"""The difference between two versions of a policy: whose decision changes, and what else.

A decision is what a lead is offered: the targets in the order in which they are tried.
Which leads get another one is found exactly, over everything that a lead can be to either
version; that none does is a proof. Where the steps run out, the clause in question is
named as undecided.
"""

from collections.abc import Iterator, Sequence

import attrs

from turnout.compiler.difference.besides import Change, changes
from turnout.compiler.difference.ground.geography import mentioned, never, placed
from turnout.compiler.difference.ground.joint_schema import Schema, shared
from turnout.compiler.difference.ground.lines import RouteVersion, version
from turnout.compiler.difference.ground.meanings import Meanings, Sets
from turnout.compiler.difference.moving.causes import Cause, Edits, causes
from turnout.compiler.difference.moving.changes import shifts
from turnout.compiler.difference.moving.compared import Compared, Purse, Shift
from turnout.compiler.difference.moving.offers import Offer
from turnout.compiler.difference.moving.pieces import CommonGround
from turnout.compiler.leads.budget import USUAL, Budget, OutOfSteps, timed
from turnout.compiler.leads.ground import ground
from turnout.compiler.outcomes import Outcome, outcome_of
from turnout.compiler.program import Program
from turnout.compiler.words.describe import side_names
from turnout.dsl.conditions import Condition, Duplicate, Named
from turnout.dsl.policy import Definition
from turnout.frozen import attribute, frozen

__all__ = [
    "Cause",
    "Change",
    "Difference",
    "Offer",
    "Outcome",
    "RouteDifference",
    "Shift",
    "difference",
]

MOST_QUESTIONS = 20
"""Questions about a route that may use up their steps before the rest is left undecided."""


@frozen(eq=False)
class RouteDifference:
    """What became of one route.

    old, new: its name in the two versions, None where one has no such route. causes: the
    leads whose decision changes, by the edits that move them. unreadable: what rows that
    aren't leads get, before and after, where that changes. renamed: rules that are the
    same but for their names. undecided: clauses of which the steps ran out.
    """

    old: str | None
    new: str | None
    causes: tuple[Cause, ...] = ()
    unreadable: tuple[Outcome, Outcome] | None = None
    renamed: tuple[tuple[str, str], ...] = ()
    undecided: tuple[str, ...] = ()
    compared: Compared | None = attribute(default=None, repr=False)

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """The shifts of all causes."""
        return tuple(shift for cause in self.causes for shift in cause.shifts)

    @property
    def is_same(self) -> bool:
        """Whether it is proved that no lead's decision changes."""
        is_in_both = self.old is not None and self.new is not None
        return is_in_both and not (self.shifts or self.unreadable or self.undecided)


@frozen(eq=False)
class Difference:
    """What a change of a policy changes.

    changes: of definitions (teams, people, fields, ...). caveats: leads that could not be
    compared, in sentences.
    """

    routes: tuple[RouteDifference, ...]
    changes: tuple[Change, ...]
    caveats: tuple[str, ...]

    @property
    def shifts(self) -> tuple[Shift, ...]:
        """The shifts of all routes."""
        return tuple(shift for route in self.routes for shift in route.shifts)

    @property
    def owners(self) -> tuple[tuple[str, bool, bool], ...]:
        """Who answers for leads that move: the name, whether some go, whether some come."""
        gone = {name for shift in self.shifts for name in shift.owners[0]}
        come = {name for shift in self.shifts for name in shift.owners[1]}
        return tuple((name, name in gone, name in come) for name in sorted(gone | come))

    @property
    def is_same(self) -> bool:
        """Whether it is proved that no lead's decision changes."""
        return not self.caveats and all(route.is_same for route in self.routes)


def difference(
    old: Program,
    new: Program,
    *,
    declared: Condition | None = None,
    budget: Budget = USUAL,
) -> Difference:
    """Return what changes from `old` to `new`.

    declared: where decisions were declared to change, in the new version's words. budget:
    what one question may take; what is open then is `undecided`.
    """
    schema = shared(old.policy, new.policy)
    routes: list[RouteDifference] = []
    for before, after in _paired([*old.routes], [*new.routes]):
        if before is None or after is None:
            routes.append(RouteDifference(before, after))
        else:
            asked = _Asked(schema, (old, new), (before, after), declared, budget)
            routes.append(_in_time(asked))
    return Difference(tuple(routes), tuple(changes(old.policy, new.policy)), schema.caveats)


def _in_time(asked: "_Asked") -> RouteDifference:
    """Return what became of a route; it is undecided as a whole where that takes too much."""
    try:
        with timed(asked.budget):
            return _route(asked)
    except OutOfSteps:
        return RouteDifference(*asked.routes, undecided=(f"route `{asked.routes[1]}`",))


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Yield the routes to compare: by name, and the only one left over with the only other."""
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    yield from ((name, name) for name in new if name in old)
    if len(gone) == len(come) == 1:
        yield gone[0], come[0]
        return
    yield from ((name, None) for name in gone)
    yield from ((None, name) for name in come)


@frozen(eq=False)
class _Asked:
    schema: Schema
    programs: tuple[Program, Program]
    routes: tuple[str, str]
    declared: Condition | None
    budget: Budget


def _route(asked: _Asked) -> RouteDifference:
    of = _compared(asked)
    edits = Edits(of)
    found = list(shifts(of, edits.around))
    moved = tuple(each for each in found if isinstance(each, Shift))
    (old, new), (before, after) = asked.programs, asked.routes
    unreadable = outcome_of(old.routes[before].last), outcome_of(new.routes[after].last)
    return RouteDifference(
        *asked.routes,
        causes=causes(edits, moved),
        unreadable=None if unreadable[0] == unreadable[1] else unreadable,
        renamed=tuple(_renamed(of)),
        undecided=tuple(dict.fromkeys(each for each in found if isinstance(each, str))),
        compared=of,
    )


def _compared(asked: _Asked) -> Compared:
    meanings = Meanings()
    readings = asked.schema.readings
    old, new = (
        version(program, name, view, readings, meanings, is_old=is_old)
        for program, name, view, is_old in zip(
            asked.programs,
            asked.routes,
            (asked.schema.old, asked.schema.new),
            (True, False),
            strict=True,
        )
    )
    declared = None if asked.declared is None else new.number(asked.declared, meanings)
    excluded = [meanings.number(each, {}) for each in _never_duplicates((old, new), meanings)]
    # These are asked for by what was numbered before, and by nothing else.
    agreements = [each for each in asked.schema.agreements if each.fact in meanings.atoms]
    told_apart = mentioned(agreements, meanings.atoms)
    excluded += [
        meanings.number(each, {}) for each in never(agreements, asked.schema.fields, told_apart)
    ]
    answers = {each.name: each.field for each in agreements}
    now = asked.programs[1]
    fields = {**asked.schema.fields, **answers}
    shared = ground(fields, meanings.atoms, now.since, now.first)
    sets = Sets(meanings, shared.regions)
    possible = (
        *shared.possible,
        *(sets.region(number, holds=False) for number in excluded),
    )
    return Compared(
        CommonGround(sets, possible),
        old,
        new,
        asked.schema.fields,
        asked.schema.raws,
        lambda values: placed(values, agreements, told_apart),
        side_names(shared.regions, _named(new)),
        Purse(asked.budget, MOST_QUESTIONS * asked.budget.steps),
        None if declared is None else sets.region(declared),
    )


def _never_duplicates(
    versions: tuple[RouteVersion, RouteVersion], meanings: Meanings
) -> Iterator[Condition]:
    """Yield what no lead is that a version has seen before, where somebody asks for these."""
    for each in versions:
        by = Duplicate(tuple(identity.fields for identity in each.policy.identities))
        if each.view.condition(by, {}) in meanings.atoms:
            yield each.view.never(by)


def _named(new: RouteVersion) -> Iterator[Definition]:
    """Yield the new version's definitions, over the shared fields."""
    names: dict[str, Named] = {}
    for definition in new.policy.definitions.values():
        meaning = new.view.condition(definition.meaning, names)
        yield attrs.evolve(definition, meaning=meaning)


def _renamed(of: Compared) -> Iterator[tuple[str, str]]:
    for one, two in of.common:
        old, new = of.old.rows[one], of.new.rows[two]
        is_one = all(row.way is not None and len(row.way.clauses) == 1 for row in (old, new))
        if old.is_rule and new.is_rule and old.title != new.title and is_one:
            assert old.clause is not None
            assert new.clause is not None
            yield old.clause.name, new.clause.name
