"""Who gets the leads of a chunk: what is the same for all of a clause's leads is asked once.

Targets are of three kinds. Some take every lead alike, or none, whatever came before. A team
whose members nobody counts is drawn from in a run: its turns depend on no other lead. The
rest (caps, fewest leads, owners, members who match the lead) is offered lead by lead, in
order, and so is all that changes what these ask.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias, assert_never

import attrs
import numpy as np

from turnout.compiler.plan.value import Answer, Plan
from turnout.dsl.policy import Policy
from turnout.dsl.targets import (
    Accepting,
    LeastLoaded,
    PreviousOwner,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
    said,
)
from turnout.dsl.types import Value
from turnout.frozen import frozen
from turnout.runtime.availability import Refused
from turnout.runtime.columns.coding import Codes
from turnout.runtime.columns.run_state import RunState
from turnout.runtime.decisions import Decision, PassedOver
from turnout.runtime.draw import draws
from turnout.runtime.due import first_due
from turnout.runtime.engine import Preparer, Steps, named_by, offered
from turnout.runtime.memberships import rosters
from turnout.runtime.moves import Holder
from turnout.runtime.stores import member_of

FindClause: TypeAlias = Callable[[dict[str, Value], int], int | None]
"""Finds the clause that takes a lead with these values, behind a clause that let it go on."""

FindValues: TypeAlias = Callable[[int], dict[str, Value]]
"""Finds the values of the lead at a place."""


HasLead: TypeAlias = tuple[str | None, str | None]
"""The person who has a lead, None where none does, and who is away instead of whom they do."""


@frozen
class _Taken:
    """What becomes of all leads of a clause. outcome: its number."""

    outcome: int


@frozen
class _Drawn:
    """Leads of a clause that one team draws from, after the same was passed over for all."""

    team: str
    step: int
    available: frozenset[str]
    passed: tuple[PassedOver, ...]


_Way: TypeAlias = _Taken | _Drawn
"""What becomes of the leads of a clause that depends on no other lead."""


@frozen
class OfferedTargets:
    """What a clause asks of a lead: targets, in order. step: the one that takes it, if any."""

    targets: tuple[Target, ...]
    step: int | None


class Offering:
    """Offers the leads of a run to the targets of their clauses, a chunk at a time."""

    def __init__(self, policy: Policy, plan: Plan) -> None:
        self._policy, self._plan = policy, plan
        prepare = Preparer(policy)
        self._answers: list[Answer] = [
            *plan.answers,
            Answer(f"fallback of route {plan.route}", is_rule=False, attempts=plan.last),
        ]
        self._steps = [*map(prepare.clause, plan.answers), Steps(None, prepare.steps(plan.last))]
        self._members = prepare.members
        self._rosters = {name: rosters(team) for name, team in policy.teams.items()}
        self._in_order = _in_order(policy, self._answers)
        self._state = RunState()
        goes_on = any(each.goes_on for each in self._answers)
        self.reads: frozenset[str] = (
            frozenset(policy.fields)
            if goes_on
            else frozenset(name for each in _targets(self._answers) for name in said(each).reads)
        )
        """The fields whose values leads are offered by."""
        self._unread = frozenset(
            number
            for number, each in enumerate(self._answers)
            if not goes_on and not any(said(target).reads for target in _targets([each]))
        )
        self.by_values: frozenset[int] = self._in_order - self._unread
        """The clauses whose leads are offered by values, the last one that of no clause."""
        self._numbers: dict[tuple[object, ...], int] = {}
        self._at: datetime | None = None
        self._ways: dict[int, _Way] = {}
        self.outcomes: list[Decision] = []
        """By number: a decision without its lead, row and issues."""

    def chunk(self, clauses: Codes, at: datetime, values: FindValues, after: FindClause) -> Codes:
        """Return the number of the outcome of each lead of a chunk, in order.

        clauses: of each lead, negative where none takes it.
        """
        if at != self._at:
            self._at = at
            self._ways.clear()
        last = len(self._steps) - 1
        clauses = np.where(clauses < 0, last, clauses)
        found = np.empty(len(clauses), np.int64)
        in_order = np.zeros(len(clauses), bool)
        draws_of: dict[tuple[str, frozenset[str]], list[int]] = {}
        for clause in np.unique(clauses).tolist():
            if clause in self._in_order:
                in_order |= clauses == clause
            elif isinstance(way := self._way(clause, at), _Taken):
                found[clauses == clause] = way.outcome
            else:
                draws_of.setdefault((way.team, way.available), []).append(clause)
        for (team, available), drawing in draws_of.items():
            places = np.flatnonzero(np.isin(clauses, drawing))
            found[places] = self._draw(team, available, clauses[places], at)
        self._offer(np.flatnonzero(in_order).tolist(), clauses, found, at, values, after)
        return found

    def asked(
        self, clause: int, told: dict[str, Value], at: datetime, after: FindClause
    ) -> tuple[OfferedTargets, ...]:
        """Return what is asked of a lead as if it were the first one, up to what takes it.

        clause: negative where none takes it. The last one is that whose target takes the lead;
        where none does, its `step` is None. Nothing of it is counted.
        """
        last, state = len(self._steps) - 1, RunState()
        clause = last if clause < 0 else clause
        found: list[OfferedTargets] = []
        while True:
            steps = self._steps[clause]
            step, _, _ = offered(steps, told, at, state)
            number = None if step is None else steps.steps.index(step)
            targets = tuple(each.target for each in self._answers[clause].attempts)
            taken = targets if number is None else targets[: number + 1]
            found.append(OfferedTargets(taken, number))
            if step is not None or not steps.goes_on:
                return tuple(found)
            behind = after(told, clause)
            clause = last if behind is None else behind

    def is_alike(self, clause: int) -> bool:
        """Return whether what is asked is the same for all leads of a clause."""
        return (len(self._steps) - 1 if clause < 0 else clause) not in self._in_order

    @property
    def state(self) -> RunState:
        """The turns and counts of the run."""
        return self._state

    def _way(self, clause: int, at: datetime) -> _Way:
        if clause not in self._ways:
            self._ways[clause] = self._asked(clause, at)
        return self._ways[clause]

    def _asked(self, clause: int, at: datetime) -> _Way:
        """Return what becomes of the leads of a clause that nothing but the moment decides."""
        steps, passed = self._steps[clause], list[PassedOver]()
        for number, (step, attempt) in enumerate(
            zip(steps.steps, self._answers[clause].attempts, strict=True)
        ):
            if isinstance(attempt.target, RoundRobin):
                available = self._members(attempt.target)({}, at, self._state, frozenset())
                if not isinstance(available, Refused):
                    return _Drawn(attempt.target.team, number, available, tuple(passed))
                passed.append(PassedOver(step.said, available.reason, available.members))
                continue
            one = attrs.evolve(steps, steps=(step,))
            taken, accepted, refused = offered(one, {}, at, self._state)
            if taken is not None:
                return _Taken(
                    self._outcome(
                        clause, number, (accepted.assignee, accepted.instead_of), tuple(passed), at
                    )
                )
            passed += refused
        return _Taken(self._outcome(clause, None, (None, None), tuple(passed), at))

    def _draw(self, team: str, available: frozenset[str], clauses: Codes, at: datetime) -> Codes:
        """Return the outcomes of leads that one team draws from, in order."""
        roster = self._rosters[team](at)
        drawn, turns = draws(self._state.turns(team), roster, available, len(clauses))
        self._state.set_turns(team, turns)
        places = {name: at for at, name in enumerate(roster.names)}
        people = np.fromiter((places[name] for name in drawn), np.int64, len(drawn))
        pairs, codes = np.unique(clauses * len(places) + people, return_inverse=True)
        numbers: list[int] = []
        for pair in pairs.tolist():
            clause, person = divmod(int(pair), len(places))
            way = self._ways[clause]
            assert isinstance(way, _Drawn), "these clauses draw"
            name = roster.names[person]
            numbers.append(self._outcome(clause, way.step, (name, None), way.passed, at))
        return np.array(numbers, np.int64)[codes]

    def _offer(  # noqa: PLR0913, PLR0917 - what a lead is offered by
        self,
        places: Sequence[int],
        clauses: Codes,
        found: Codes,
        at: datetime,
        values: FindValues,
        after: FindClause,
    ) -> None:
        """Offer leads one after the other, in order."""
        last = len(self._steps) - 1
        for place, first in zip(places, clauses[places].tolist(), strict=True):
            clause = int(first)
            told = {} if clause in self._unread else values(place)
            steps = self._steps[clause]
            step, accepted, passed = offered(steps, told, at, self._state)
            number = len(passed)  # of that step: each one before it was passed over
            while step is None and steps.goes_on:
                behind = after(told, clause)
                clause = last if behind is None else behind
                steps = self._steps[clause]
                step, accepted, more = offered(steps, told, at, self._state)
                number = len(more)
                passed += more
            if step is not None:
                self._state.give(step.kind, step.name, accepted.assignee, at)
            found[place] = self._outcome(
                clause,
                None if step is None else number,
                (accepted.assignee, accepted.instead_of),
                passed,
                at,
            )

    def _outcome(
        self,
        clause: int,
        step_number: int | None,
        given: HasLead,
        passed: tuple[PassedOver, ...],
        at: datetime,
    ) -> int:
        key = clause, step_number, given, passed, at
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.outcomes)
            self.outcomes.append(self._decision(clause, step_number, given, passed, at))
        return number

    def _decision(
        self,
        clause: int,
        step_number: int | None,
        given: HasLead,
        passed: tuple[PassedOver, ...],
        at: datetime,
    ) -> Decision:
        steps, holder, by = self._steps[clause], Holder("none", "", None), ""
        if step_number is not None:
            step = steps.steps[step_number]
            holder = Holder(step.kind, step.name, given[0])
            by = named_by(step, given[1])
        return Decision(
            lead="",
            route=self._plan.route,
            rule=steps.rule,
            by=by,
            kind=holder.kind,
            target=holder.target,
            assignee=holder.assignee,
            at=at,
            passed_over=passed,
            due=first_due(self._policy, steps.sla, holder, steps.rule, by, at),
            actions=steps.actions,
        )


def _in_order(policy: Policy, answers: Sequence[Answer]) -> frozenset[int]:
    """Return the clauses whose leads are offered one by one: what they ask depends on others.

    At first those with a target of which that is so, and those that draw from one team at
    different hours; then whatever changes what these ask, or asks what these change. Where
    leads go on to other clauses, all.
    """
    if any(each.goes_on for each in answers):
        return frozenset(range(len(answers)))
    hours: dict[str, set[bool]] = {}
    for target in _targets(answers):
        if isinstance(target, RoundRobin):
            hours.setdefault(target.team, set()).add(target.anytime)
    found: set[int] = set()
    more = {
        number
        for number, each in enumerate(answers)
        for target in _targets([each])
        if _depends(policy, target)
        or (isinstance(target, RoundRobin) and len(hours[target.team]) > 1)
    }
    while more:
        found |= more
        asked, changed = set[str](), set[str]()
        for target in _targets(answers[number] for number in found):
            asked |= _asked_of(policy, target)
            changed |= _changed_by(policy, target)
        more = {
            number
            for number, each in enumerate(answers)
            if number not in found
            if any(
                not asked.isdisjoint(_changed_by(policy, target))
                or not changed.isdisjoint(_asked_of(policy, target))
                for target in _targets([each])
            )
        }
    return frozenset(found)


def _targets(answers: Iterable[Answer]) -> Iterator[Target]:
    return (attempt.target for each in answers for attempt in each.attempts)


def _depends(policy: Policy, target: Target) -> bool:
    """Return whether who takes a lead of a target depends on the lead, or on those before it."""
    if isinstance(target, Accepting | RoundRobin | ToPerson | ToPartner):
        counted = _asked_of(policy, target)
        is_matched = isinstance(target, RoundRobin) and bool(target.matching)
        return is_matched or any(not each.startswith("turns ") for each in counted)
    return True


def _asked_of(policy: Policy, target: Target) -> frozenset[str]:
    """Return the turns and counts that a target asks: `turns TEAM`, `open PERSON`, receivers."""
    if isinstance(target, Accepting):
        return frozenset()
    match target:
        case RoundRobin(name) | LeastLoaded(name):
            team = policy.teams[name]
            is_drawn = isinstance(target, RoundRobin)
            found = (
                {f"turns {name}"} if is_drawn else {f"open {each.person}" for each in team.members}
            )
            found |= {f"team {name}"} if team.caps else set()
            found |= {member_of(name, each.person) for each in team.members if each.caps}
            return frozenset(found | _capped(policy, (each.person for each in team.members)))
        case ToPerson(name):
            return frozenset(_capped(policy, [name, *policy.backups(name)]))
        case ToOwner() | PreviousOwner():
            return frozenset(_capped(policy, policy.people))
        case ToPartner(name):
            partner = f"partner {name}"
            return frozenset([partner] if policy.outlets[partner].caps else [])
        case _:
            assert_never(target)


def _capped(policy: Policy, people: Iterable[str]) -> set[str]:
    return {f"person {name}" for name in people if policy.people[name].caps}


def _changed_by(policy: Policy, target: Target) -> frozenset[str]:
    """Return the turns and counts that may change where a target takes a lead."""
    if isinstance(target, Accepting):
        return frozenset()
    match target:
        case RoundRobin(name) | LeastLoaded(name):
            people = [each.person for each in policy.teams[name].members]
            own = {f"turns {name}", f"team {name}", *(member_of(name, each) for each in people)}
            return frozenset(own | _given(people))
        case ToPerson(name):
            return frozenset(_given([name, *policy.backups(name)]))
        case ToOwner() | PreviousOwner():
            return frozenset(_given(policy.people))
        case ToPartner(name):
            return frozenset([f"partner {name}"])
        case _:
            assert_never(target)


def _given(people: Iterable[str]) -> set[str]:
    return {each for name in people for each in (f"person {name}", f"open {name}")}
