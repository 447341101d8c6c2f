"""Who gets the leads of a chunk: what is the same for all of a clause's leads is asked once.

What becomes of most leads is settled at the beginning of a chunk (`settled_leads.py`): their target
takes every lead alike, whatever came before, or a team whose members nobody counts draws for
them in a run: its turns depend on no other lead. The rest (caps that fill up, fewest leads) is
offered lead by lead, in order; whatever changes what these ask is counted among them, in its
place.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

import attrs
import numpy as np

from turnout.compiler.plan.value import Answer, Plan
from turnout.dsl.policy import Policy
from turnout.dsl.targets import Target, said
from turnout.dsl.types import Value
from turnout.frozen import frozen
from turnout.runtime.columns.coding import Codes
from turnout.runtime.columns.dependence import asked_of, counted_by, in_order, targets_of
from turnout.runtime.columns.run_state import RunState
from turnout.runtime.columns.settled_leads import Drawn, HasLead, Settling, Taken, Unsettled, Way
from turnout.runtime.decisions import Decision, PassedOver
from turnout.runtime.draw import draws
from turnout.runtime.due import first_due
from turnout.runtime.engine import Preparer, Steps, named_by, offered
from turnout.runtime.memberships import rosters
from turnout.runtime.moves import Holder

FindClause: TypeAlias = Callable[[dict[str, Value], int], int | None]
"""Finds the clause that takes a lead with these values, behind a clause that let it go on."""

FindValues: TypeAlias = Callable[[int], dict[str, Value]]
"""Finds the values of the lead at a place."""


@frozen(eq=False)
class _Part:
    """Leads of a clause that say the same where its targets ask, at some places.

    told: what each says; None where that differs.
    """

    clause: int
    places: Codes
    told: dict[str, Value] | None
    way: Way


_Opened: TypeAlias = tuple[int, dict[str, Value] | None, Steps, tuple[PassedOver, ...]]
"""A clause, what its leads say, the steps that are left and what was passed over before."""


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
        self._settling = Settling(policy, self._answers, self._steps, prepare)
        self._rosters = {name: rosters(team) for name, team in policy.teams.items()}
        self._in_order = in_order(policy, self._answers)
        self._state = RunState()
        self._goes_on = goes_on = any(each.goes_on for each in self._answers)
        self._read_by = [
            sorted({name for target in targets_of([each]) for name in said(target).reads})
            for each in self._answers
        ]
        self.reads: frozenset[str] = (
            frozenset(policy.fields)
            if goes_on
            else frozenset(name for each in targets_of(self._answers) for name in said(each).reads)
        )
        """The fields whose values leads are offered by."""
        self._unread = frozenset(
            number for number in range(len(self._answers)) if not (goes_on or self._read_by[number])
        )
        self.by_values: frozenset[int] = self._in_order - self._unread
        """The clauses whose leads are offered by values, the last one that of no clause."""
        self._numbers: dict[tuple[object, ...], int] = {}
        self._at: datetime | None = None
        self._ways: dict[int, Way] = {}
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
        parts = [
            part
            for clause in np.unique(clauses).tolist()
            for part in self._parts(clause, np.flatnonzero(clauses == clause), at, values)
        ]
        asked = self._asked_by(parts)
        parts = [self._undrawn(part, asked) for part in parts]
        found = np.empty(len(clauses), np.int64)
        self._settle(parts, found, at)
        in_order = self._give_ahead(parts, asked, found, at)
        self._offer(parts, in_order, found, at, values, after)
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

    def _parts(
        self, clause: int, places: Codes, at: datetime, values: FindValues
    ) -> Iterator[_Part]:
        """Yield the leads of a clause that say the same where its targets read what they say."""
        if clause not in self.by_values:
            way = self._ways.get(clause)
            if way is None:
                way = self._settling.way(clause, {}, at, self._state)
                if not isinstance(way, Unsettled):
                    self._ways[clause] = way
            yield _Part(clause, places, {}, way)
        elif self._goes_on:  # to clauses that read anything
            yield _Part(clause, places, None, Unsettled(0, ()))
        else:
            names = self._read_by[clause]
            alike: dict[tuple[Value | None, ...], list[int]] = {}
            for place in places.tolist():
                told = values(place)
                alike.setdefault(tuple(map(told.get, names)), []).append(place)
            for those in alike.values():
                told = values(those[0])
                way = self._settling.way(clause, told, at, self._state)
                yield _Part(clause, np.array(those, np.int64), told, way)

    def _asked_by(self, parts: Iterable[_Part]) -> frozenset[str]:
        """Return the turns and counts that the unsettled ask, and those that don't agree.

        Two parts that draw from one team, each from other people, have to take turns in order.
        """
        found = set[str]()
        drawing: dict[str, frozenset[str]] = {}
        for part in parts:
            match part.way:
                case Unsettled(step):
                    clauses = range(len(self._answers)) if self._goes_on else (part.clause,)
                    for clause in clauses:
                        targets = [*targets_of([self._answers[clause]])]
                        for target in targets if self._goes_on else targets[step:]:
                            found |= asked_of(self._policy, target)
                case Drawn(team, _, available):
                    if drawing.setdefault(team, available) != available:
                        found.add(f"turns {team}")
                case Taken():
                    pass
        return frozenset(found)

    @staticmethod
    def _undrawn(part: _Part, asked: Collection[str]) -> _Part:
        """Return a part to be offered in order if it draws from a team of which others ask."""
        way = part.way
        if isinstance(way, Drawn) and f"turns {way.team}" in asked:
            return attrs.evolve(part, way=Unsettled(way.step, way.passed))
        return part

    def _settle(self, parts: Iterable[_Part], found: Codes, at: datetime) -> None:
        """Note the outcomes of leads that are settled."""
        drawing: dict[str, list[_Part]] = {}
        for part in parts:
            match part.way:
                case Taken(step, given, passed):
                    found[part.places] = self._outcome(part.clause, step, given, passed, at)
                case Drawn(team):
                    drawing.setdefault(team, []).append(part)
                case Unsettled():
                    pass
        for team, those in drawing.items():
            self._draw(team, those, found, at)

    def _draw(self, team: str, parts: Sequence[_Part], found: Codes, at: datetime) -> None:
        """Note the outcomes of leads for which one team draws, in order."""
        ways = [part.way for part in parts if isinstance(part.way, Drawn)]
        places = np.concatenate([part.places for part in parts])
        numbers = np.repeat(np.arange(len(parts)), [len(part.places) for part in parts])
        order = np.argsort(places)
        roster = self._rosters[team](at)
        drawn, turns = draws(self._state.turns(team), roster, ways[0].available, len(places))
        self._state.set_turns(team, turns)
        at_of = {name: at for at, name in enumerate(roster.names)}
        people = np.fromiter((at_of[name] for name in drawn), np.int64, len(drawn))
        pairs, codes = np.unique(numbers[order] * len(at_of) + people, return_inverse=True)
        outcomes: list[int] = []
        for pair in pairs.tolist():
            number, person = divmod(int(pair), len(at_of))
            way, given = ways[number], (roster.names[person], None)
            clause = parts[number].clause
            outcomes.append(self._outcome(clause, way.step, given, way.passed, at))
        found[places[order]] = np.array(outcomes, np.int64)[codes]

    def _give_ahead(
        self, parts: Iterable[_Part], asked: frozenset[str], found: Codes, at: datetime
    ) -> Codes:
        """Count leads that are settled; return the places of those to be counted in order."""
        settled = [
            part.places
            for part in parts
            if part.clause in self._in_order and not isinstance(part.way, Unsettled)
        ]
        places = np.concatenate(settled) if settled else np.empty(0, np.int64)
        numbers, counts = np.unique(found[places], return_counts=True)
        in_order: list[int] = []
        for number, leads in zip(numbers.tolist(), counts.tolist(), strict=True):
            outcome = self.outcomes[int(number)]
            taker = outcome.kind, outcome.target, outcome.assignee
            if asked.isdisjoint(counted_by(*taker)):
                self._state.give(*taker, at, leads)
            else:
                in_order.append(number)
        return places[np.isin(found[places], in_order)]

    def _offer(  # noqa: PLR0913, PLR0917 - what a lead is offered by
        self,
        parts: Sequence[_Part],
        settled: Codes,
        found: Codes,
        at: datetime,
        values: FindValues,
        after: FindClause,
    ) -> None:
        """Offer leads one after the other, in order. settled: places of those that are counted."""
        part_of = np.full(len(found), -1, np.int64)
        for number, part in enumerate(parts):
            if isinstance(part.way, Unsettled):
                part_of[part.places] = number
        is_offered = part_of >= 0
        is_offered[settled] = True
        places = np.flatnonzero(is_offered)
        open_parts = [self._opened(part) for part in parts]
        last = len(self._steps) - 1
        for place, number in zip(places.tolist(), part_of[places].tolist(), strict=True):
            if number < 0:
                outcome = self.outcomes[int(found[place])]
                self._state.give(outcome.kind, outcome.target, outcome.assignee, at)
                continue
            clause, told, steps, passed = open_parts[int(number)]
            if told is None:
                told = values(place)
            step, accepted, more = offered(steps, told, at, self._state)
            passed += more
            step_number = len(passed)  # each one before it was passed over
            while step is None and steps.goes_on:
                behind = after(told, clause)
                clause = last if behind is None else behind
                steps = self._steps[clause]
                step, accepted, more = offered(steps, told, at, self._state)
                step_number = len(more)
                passed += more
            if step is not None:
                self._state.give(step.kind, step.name, accepted.assignee, at)
            found[place] = self._outcome(
                clause,
                None if step is None else step_number,
                (accepted.assignee, accepted.instead_of),
                passed,
                at,
            )

    def _opened(self, part: _Part) -> _Opened:
        """Return what is left to be asked of a part's leads."""
        steps, way = self._steps[part.clause], part.way
        if not isinstance(way, Unsettled):
            return part.clause, part.told, steps, ()
        rest = attrs.evolve(steps, steps=steps.steps[way.step :]) if way.step else steps
        return part.clause, part.told, rest, way.passed

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
