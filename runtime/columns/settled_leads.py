"""What becomes of a clause's leads at a moment as long as the run goes on, whatever is given.

In a run nobody gives a lead back. So whoever is at a cap stays there at this moment, and whom
neither a calendar nor a cap limits takes every lead. Targets that refuse for such a reason are
passed over by all leads of the clause; behind them stands one that takes them all, or a team
whose members nobody counts, or one for which it matters who came before. Only leads of the last
kind have to be offered one after the other. Where caps fill up in a large file these become few.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

import attrs

from turnout.compiler.plan.value import Answer
from turnout.dsl.policy import Policy
from turnout.dsl.targets import LeastLoaded, PreviousOwner, RoundRobin, Target, ToPartner
from turnout.dsl.types import Value
from turnout.frozen import frozen
from turnout.runtime.availability import Ask, Refused
from turnout.runtime.columns.run_state import RunState
from turnout.runtime.decisions import PassedOver
from turnout.runtime.engine import Preparer, Steps, offered

HasLead: TypeAlias = tuple[str | None, str | None]
"""The person who has a lead, None where none does, and who is away instead of whom they do."""

NOBODY: HasLead = None, None


@frozen
class Taken:
    """All leads are given alike. step: the number of the one that takes them, if any."""

    step: int | None
    given: HasLead
    passed: tuple[PassedOver, ...]


@frozen
class Drawn:
    """One team draws for all leads, from the same people."""

    team: str
    step: int
    available: frozenset[str]
    passed: tuple[PassedOver, ...]


@frozen
class Unsettled:
    """The leads are offered one by one, from a step on; those before pass over all of them."""

    step: int
    passed: tuple[PassedOver, ...]


Way: TypeAlias = Taken | Drawn | Unsettled
"""What becomes of the leads of a clause that say the same."""


class Settling:
    """Finds what becomes of the leads of clauses."""

    def __init__(
        self, policy: Policy, answers: Sequence[Answer], steps: Sequence[Steps], prepare: Preparer
    ) -> None:
        """Prepare. steps: of each answer, ready to be offered leads."""
        self._policy, self._answers, self._steps = policy, answers, steps
        self._prepare = prepare
        self._asks: dict[Target, Ask] = {}

    def way(self, clause: int, told: dict[str, Value], at: datetime, state: RunState) -> Way:
        """Return what becomes of a clause's leads from now on, at this moment.

        told: the values of each that targets read. Nothing is counted.
        """
        steps, passed = self._steps[clause], tuple[PassedOver, ...]()
        if steps.goes_on:
            return Unsettled(0, ())
        for number, (step, attempt) in enumerate(
            zip(steps.steps, self._answers[clause].attempts, strict=True)
        ):
            target = attempt.target
            if isinstance(target, PreviousOwner):
                return Unsettled(number, passed)
            if isinstance(target, RoundRobin | LeastLoaded):
                available = self._ask(target)(told, at, state, frozenset())
                if isinstance(available, Refused):
                    if not self._stays(target.team, available):
                        return Unsettled(number, passed)
                    passed += (PassedOver(step.said, available.reason, available.members),)
                    continue
                if isinstance(target, LeastLoaded) or self._is_counted(target.team, available):
                    return Unsettled(number, passed)
                return Drawn(target.team, number, available, passed)
            one = attrs.evolve(steps, steps=(step,))
            taken, accepted, refused = offered(one, told, at, state)
            if taken is not None:
                if self._has_caps(target, accepted.assignee):
                    return Unsettled(number, passed)
                return Taken(number, (accepted.assignee, accepted.instead_of), passed)
            passed += refused
        return Taken(None, NOBODY, passed)

    def _ask(self, target: RoundRobin | LeastLoaded) -> Ask:
        found = self._asks.get(target)
        if found is None:
            found = self._asks[target] = self._prepare.members(target)
        return found

    def _stays(self, team: str, refused: Refused) -> bool:
        """Return whether a team that refuses a lead goes on to refuse it, for the same reasons.

        A team that has a cap of its own may come to it by leads that others of its members are
        given, and then that is the reason.
        """
        return not (self._policy.teams[team].caps and refused.members)

    def _is_counted(self, team: str, people: frozenset[str]) -> bool:
        """Return whether somebody counts the leads of a team, or of some of its members."""
        own = self._policy.teams[team]
        return (
            bool(own.caps)
            or any(each.caps for each in own.members if each.person in people)
            or any(self._policy.people[name].caps for name in people)
        )

    def _has_caps(self, target: Target, assignee: str | None) -> bool:
        if isinstance(target, ToPartner):
            return bool(self._policy.outlets[f"partner {target.partner}"].caps)
        return assignee is not None and bool(self._policy.people[assignee].caps)
