"""One route as regions: what every exact check of it starts from."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import TypeAlias

import attrs

from turnout.compiler.limits import sure_owners
from turnout.compiler.program import Program, RouteProgram
from turnout.compiler.regions import All, Budget, Masks, Regions, find, truth
from turnout.compiler.space import Space, space
from turnout.dsl.conditions import Atom, IsIn, Present, atoms
from turnout.dsl.policy import Policy, ToOwner
from turnout.dsl.types import Values

Oracle: TypeAlias = Callable[[Policy, str, Values, date], tuple[str | None, tuple[str, ...]]]
"""Runs one lead through the reference interpreter: policy, route, lead, day (or moment, where
a condition asks for hours) → the rule that
matches (None for a fallback), and who names each target that would be tried, in order."""

STEPS = 2_000_000
"""The steps that one question may take before it is left undecided."""


@attrs.frozen(slots=False, eq=False)
class Analysis:
    """A route, its space, and the region of each of its clauses.

    oracle: confirms witnesses. steps: the budget of each question.
    """

    program: Program
    route: RouteProgram
    regions: Regions
    oracle: Oracle
    steps: int

    @property
    def space(self) -> Space:
        """The space of leads, as fine as the policy's conditions need it."""
        return self.regions.space

    @cached_property
    def taken(self) -> tuple[All, ...]:
        """The region that each clause describes, in order."""
        return tuple(self.regions.region(clause.condition) for clause in self.route.clauses)

    @cached_property
    def left(self) -> tuple[All, ...]:
        """The region that each clause leaves, in order."""
        return tuple(
            self.regions.region(clause.condition, holds=False) for clause in self.route.clauses
        )

    @cached_property
    def possible(self) -> tuple[All, ...]:
        """What every lead is outside of: combinations that can't be."""
        return tuple(self.regions.outside(box) for box in self.space.impossible)

    @cached_property
    def satisfiable(self) -> tuple[int, ...]:
        """The clauses whose condition some lead satisfies. Raises OutOfSteps."""
        found = (at for at, region in enumerate(self.taken) if self.find([region]) is not None)
        return tuple(found)

    def find(self, regions: Iterable[All], *, outside: Iterable[int] = ()) -> Masks | None:
        """Return a box of leads in all of `regions` that none of these clauses takes.

        Raises OutOfSteps.
        """
        wanted = list(regions)
        limits = self.regions.both(wanted).box
        start = list(self.space.full)
        for at, mask in limits:
            start[at] &= mask
        met = [at for at in outside if truth(self.taken[at], start) is not False]
        return find(
            self.space,
            [*wanted, *(self.left[at] for at in met), *self.possible],
            Budget(self.steps),
        )

    def meeting(self, at: int) -> list[int]:
        """Return the earlier clauses that share a lead with clause `at`, at first sight."""
        start = list(self.space.full)
        for dimension, mask in self.taken[at].box:
            start[dimension] &= mask
        return [other for other in range(at) if truth(self.taken[other], start) is not False]


def analyse(
    program: Program,
    route: str,
    oracle: Oracle,
    steps: int = STEPS,
    *,
    also: Iterable[Atom] = (),
) -> Analysis:
    """Return the analysis of one route of `program`.

    also: further atoms that its questions use.
    """
    chosen = program.routes[route]
    policy = program.policy
    grid = space(policy.fields, dict.fromkeys([*_atoms(policy, chosen), *also]))
    return Analysis(program, chosen, Regions(grid), oracle, steps)


def _atoms(policy: Policy, route: RouteProgram) -> list[Atom]:
    """Return the atoms that a question about the route may use, each once, in order."""
    found: dict[Atom, None] = {}
    for clause in route.clauses:
        for atom in atoms(clause.condition):
            found[atom] = None
        for attempt in clause.attempts:
            if isinstance(attempt.target, ToOwner):
                found[owned(policy, attempt.target)] = None
    return list(found)


def owned(policy: Policy, target: ToOwner) -> Present | IsIn:
    """Return the condition under which an owner is sure to take the lead."""
    people = sure_owners(policy, target)
    return (
        Present(target.field) if len(people) == len(policy.people) else IsIn(target.field, people)
    )
