"""Leads in, decisions out: the route's clause, then the first of its targets that accepts.

Where none accepts and the clause lets leads go on, the next clause is asked; the decision is
that of the last one asked, with all who were passed over.

The engine is fast where the interpreter is obvious; the laws hold the two to each other.
A lead is decided once: the same id again is answered with the decision already made, and
draws nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final, Protocol, TypeAlias, assert_never

import attrs

from turnout.compiler.meaning.identity import NEW, history
from turnout.compiler.plan.decide import (
    ANY_DAY,
    Decider,
    asks_clock,
    complete_decider,
    day,
    facts,
)
from turnout.compiler.plan.value import Answer, Plan, PlannedAttempt
from turnout.dsl.acceptance import TimedOffer
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import Policy, Sla
from turnout.dsl.targets import (
    Accepting,
    KindWord,
    LeastLoaded,
    PreviousOwner,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
    said,
)
from turnout.dsl.types import Values
from turnout.dsl.values.literals import jsonable
from turnout.dsl.values.reading import Issue
from turnout.dsl.wording import parts, worded
from turnout.frozen import frozen
from turnout.runtime.availability import Ask, Availability, Refused
from turnout.runtime.decisions import STANDING_IN, Decision, Doing, PassedOver
from turnout.runtime.draw import Turns, draw, least_loaded
from turnout.runtime.due import first_due
from turnout.runtime.events import NOTHING_LOGGED, Draw, LoggedLead
from turnout.runtime.keys import NO_ID, SAME_ROW
from turnout.runtime.leads import Lead
from turnout.runtime.memberships import Rosters, rosters
from turnout.runtime.moves import Holder, Move, Watch, holder_of
from turnout.runtime.stores import Recorded, TargetState, Transaction, microseconds
from turnout.runtime.timed_offers import can_pass_on, offer_to, rank_of


class Engine(Protocol):
    """Decides leads by one route."""

    def __call__(self, lead: Lead, at: datetime, state: Transaction, *, anew: str = "") -> Decision:
        """Decide one lead at a moment (with a time zone) inside a transaction, and record it.

        anew: the reason why a lead that was decided before is decided again; with none it
        is answered with the decision already made.
        """
        ...


LeadLogger: TypeAlias = Callable[[str, tuple[str, ...], Values], LoggedLead]
"""Says what the log keeps of a lead: by the clause that has it, the rules that took it and let it
go on before, and its values."""


def log_nothing(_clause: str, _let_on: tuple[str, ...], _values: Values) -> LoggedLead:
    """Return that nothing is kept."""
    return NOTHING_LOGGED


MISSED: Final = "missed-sla"
"""Why somebody is passed over who had the lead and let its time run out."""

_CHANGED = "the lead has changed since it was routed; the decision stands"


@frozen
class _Accepted:
    """A target that takes the lead. assignee: None where it is no person. draw: if any.

    instead_of: who is away, where a backup has it.
    """

    assignee: str | None
    draw: Draw | None = None
    instead_of: str | None = None


_NOBODY = _Accepted(None)
_NO_HOLDER = Holder("none", "", None)
_AS_IT_IS: Final = nullcontext()

_Try: TypeAlias = Callable[[Values, datetime, TargetState, frozenset[str]], _Accepted | Refused]
"""Offers a lead to a target at a moment, some people left out: accepted, or why not."""


def keeper(
    policy: Policy, plan: Plan, *, passes_on: bool
) -> Callable[[Values], dict[str, str | int | bool | list[str]]]:
    """Return what picks the values that later targets ask, as JSON has them.

    Those of a missed SLA; passes_on: those of the rules, too, and by which queues are in order.
    """
    then = [attempt.target for answer in plan.answers for attempt in answer.after_sla]
    targets = [*then, *(attempt.target for attempt in plan.last)]
    if passes_on:
        targets += [attempt.target for answer in plan.answers for attempt in answer.attempts]
    asked = dict.fromkeys(name for target in targets for name in said(target).reads)
    if passes_on:
        asked |= dict.fromkeys(each.rank for each in policy.outlets.values() if each.rank)
    return lambda values: {name: jsonable(values[name]) for name in asked if name in values}


@frozen(eq=False)
class _Step:
    """One attempt of a clause, prepared. by: who names it. said: the target in words."""

    by: str
    kind: KindWord
    name: str
    said: str
    offer: _Try


@frozen(eq=False)
class Steps:
    """The attempts of one clause. rule: its name, None for a fallback; name: of either."""

    rule: str | None
    steps: tuple[_Step, ...]
    sla: Sla | None = None
    actions: tuple[Doing, ...] = ()
    goes_on: bool = False
    name: str = ""
    offer: TimedOffer | None = None


def engine(
    policy: Policy, plan: Plan, match: Decider | None = None, log_lead: LeadLogger = log_nothing
) -> Engine:
    """Return what decides leads by the plan of a route.

    policy: who stands behind the targets. match: decides by the plan, where that is made already.
    log_lead: says what the log keeps of a lead.
    """
    route, identities, calendars = plan.route, plan.identities, plan.calendars
    prepare = Preparer(policy)
    match = match or complete_decider(plan)  # a lead without a required field has a complaint
    clauses = prepare.clauses(plan.answers)
    last = Steps(None, prepare.steps(plan.last))
    passes_on = can_pass_on(policy, plan)
    kept_values = keeper(policy, plan, passes_on=passes_on)

    clock = clock_of(plan)

    def decide(lead: Lead, at: datetime, state: Transaction, *, anew: str = "") -> Decision:
        print_, key = lead.fingerprint, lead.key
        recorded = state.decided(route, key)
        # Of one that was erased nothing is taken in again.
        if recorded is not None and (not anew or recorded.decision.lead != key):
            return again(recorded, lead, print_)
        moment, today, of_calendars = clock(at)
        seen, before = lead.found_by(identities), NEW
        if seen:
            before = history(seen, key, microseconds(moment), state.earlier)
        values: Values = lead.values
        if identities or calendars:
            values = {**values, **before.facts, **of_calendars}
        number = match(values, today) if lead.complaint is None else None
        clause = last if number is None else clauses[number]
        let_on: tuple[str, ...] = ()
        with _AS_IT_IS if recorded is None else state.without(recorded):
            step, accepted, passed = offered(clause, values, moment, state)
            while step is None and clause.goes_on:
                let_on += (clause.name,)
                number = match(values, today, number)
                clause = last if number is None else clauses[number]
                step, accepted, more = offered(clause, values, moment, state)
                passed += more
        holder = holder_of(step.kind, step.name, accepted.assignee) if step else _NO_HOLDER
        by = named_by(step, accepted.instead_of) if step else ""
        decision = Decision(
            lead=key,
            route=route,
            rule=clause.rule,
            by=by,
            kind=holder.kind,
            target=holder.target,
            assignee=holder.assignee,
            at=moment,
            passed_over=passed,
            issues=lead.issues,
            row=lead.row,
            due=first_due(policy, clause.sla, holder, clause.rule, by, moment),
            actions=clause.actions,
            duplicate_of=before.duplicate_of,
            looked_up=lead.looked_up,
        )
        remembered = tuple([found for found, _ in seen]) if seen else ()
        watch = None
        is_timed = decision.due is not None and clause.sla is not None and bool(clause.sla.steps)
        if is_timed or passes_on:
            rank = rank_of(policy, holder, values) if passes_on else 0
            watch = Watch(values=kept_values(values), rank=rank, is_timed=is_timed)
        logged = log_lead(clause.name, let_on, lead.values)
        if recorded is None:
            state.record(decision, print_, watch, remembered, accepted.draw, logged)
        else:
            move = Move(route, key, moment, anew, Holder.of(recorded.decision), holder)
            now = Recorded(decision, print_, watch=watch)
            state.move(now, move, remembered, accepted.draw, logged)
        if clause.offer is not None:
            offer_to(policy, clause.offer, decision, state, moment)
        return decision

    return decide


DayOf: TypeAlias = Callable[[datetime], tuple[datetime, date, Values]]
"""Returns a moment in UTC, the plan's day of it, and what it says of calendars."""


def clock_of(plan: Plan) -> DayOf:
    """Return the clock of a plan: of one that doesn't ask for days any day will do."""
    is_asked = asks_clock(plan)

    @lru_cache(maxsize=1)  # a batch of leads is decided at one moment
    def clock(at: datetime) -> tuple[datetime, date, Values]:
        moment = at if at.tzinfo is UTC else at.astimezone(UTC)
        return (
            (moment, day(plan, moment), facts(plan, moment)) if is_asked else (moment, ANY_DAY, {})
        )

    return clock


def again(recorded: Recorded, lead: Lead, print_: str) -> Decision:
    """Return the decision already made, with what is to say about this lead."""
    issues = lead.issues
    if lead.id is None:
        issues = tuple(
            attrs.evolve(each, reason=SAME_ROW) if each.reason == NO_ID else each for each in issues
        )
    if recorded.fingerprint and recorded.fingerprint != print_:
        issues += (Issue("", "", _CHANGED),)
    return attrs.evolve(
        recorded.decision, lead=lead.key, row=lead.row, issues=issues, repeated=True
    )


def offered(
    clause: Steps,
    values: Values,
    at: datetime,
    state: TargetState,
    left_out: frozenset[str] = frozenset(),
) -> tuple[_Step | None, _Accepted, tuple[PassedOver, ...]]:
    """Return the step that accepts, None where none does, whom it gives, and those passed over.

    left_out: people and places that aren't asked, as `Holder.name` has them.
    """
    passed: list[PassedOver] = []
    for step in clause.steps:
        if left_out and f"{step.kind} {step.name}" in left_out:
            passed.append(PassedOver(step.said, MISSED))
            continue
        answer = step.offer(values, at, state, left_out)
        if isinstance(answer, _Accepted):
            return step, answer, tuple(passed)
        passed.append(PassedOver(step.said, answer.reason, answer.members))
    return None, _NOBODY, tuple(passed)


def named_by(step: _Step, instead_of: str | None) -> str:
    """Return who names whoever has a lead. instead_of: who is away, where a backup has it."""
    return step.by if instead_of is None else f"{step.by}{STANDING_IN}{instead_of}"


class Preparer:
    """Prepares targets, each when it is first asked for: a run meets few of many rules."""

    def __init__(self, policy: Policy) -> None:
        self._tries: dict[Target, _Try] = {}
        self._availability = Availability(policy)
        self._rosters: Mapping[str, Rosters] = {
            name: rosters(team) for name, team in policy.teams.items()
        }

    def clauses(self, answers: Sequence[Answer]) -> Mapping[int, Steps]:
        """Return what each clause says, by its number, prepared when it is first asked for."""
        return _Clauses(self, answers)

    def members(self, target: RoundRobin | LeastLoaded) -> Ask:
        """Return what asks who of a team can be drawn."""
        return self._availability.members(target)

    def clause(self, answer: Answer) -> Steps:
        """Return what a clause says, ready to be offered leads."""
        actions = tuple(Doing(action.kind, action.arguments) for action in answer.actions)
        steps = self.steps(answer.attempts)
        of = answer.sla, actions, answer.goes_on, answer.name, answer.offer
        return Steps(answer.rule, steps, *of)

    def steps(self, attempts: tuple[PlannedAttempt, ...]) -> tuple[_Step, ...]:
        """Return the attempts, ready to be offered leads."""
        return tuple(
            _Step(a.by, *parts(a.target), worded(a.target), self._tried(a.target)) for a in attempts
        )

    def _tried(self, target: Target) -> _Try:
        found = self._tries.get(target)
        if found is None:
            found = self._tries[target] = self._try(target)
        return found

    def _try(self, target: Target) -> _Try:
        if isinstance(target, Accepting):
            return lambda _values, _at, _state, _left_out: _NOBODY
        match target:
            case RoundRobin(team):
                ask = self._availability.members(target)
                return _round_robin(team, self._rosters[team], ask)
            case LeastLoaded(team):
                return _least_loaded(self._rosters[team], self._availability.members(target))
            case ToPerson(name, anytime):
                return lambda _values, at, state, left_out: self._person(
                    name, at, state, left_out, anytime=anytime
                )
            case ToOwner(field, anytime):
                return self._owner(field, anytime=anytime)
            case PreviousOwner(anytime):
                return self._owner(PREVIOUS_OWNER, anytime=anytime)
            case ToPartner():
                return self._partner(target)
            case _:
                assert_never(target)

    def _person(
        self,
        name: str,
        at: datetime,
        state: TargetState,
        left_out: frozenset[str],
        *,
        anytime: bool,
    ) -> _Accepted | Refused:
        taker = self._availability.taker(name, at, state, left_out, anytime=anytime)
        if isinstance(taker, Refused):
            return taker
        return _Accepted(taker, instead_of=None if taker == name else name)

    def _owner(self, name: str, *, anytime: bool) -> _Try:
        def offer(
            values: Values, at: datetime, state: TargetState, left_out: frozenset[str]
        ) -> _Accepted | Refused:
            owner = values.get(name)
            if owner is None:
                return Refused("no-owner")
            return self._person(str(owner), at, state, left_out, anytime=anytime)

        return offer

    def _partner(self, target: ToPartner) -> _Try:
        def offer(
            _values: Values, at: datetime, state: TargetState, _left_out: frozenset[str]
        ) -> _Accepted | Refused:
            reason = self._availability.partner(target, at, state)
            return _Accepted(None) if reason is None else Refused(reason)

        return offer


class _Clauses(dict[int, Steps]):
    """What clauses say, by their numbers; each is prepared when it is first looked up."""

    def __init__(self, prepare: Preparer, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._prepare = prepare
        self._answers = answers

    def __missing__(self, number: int) -> Steps:
        found = self[number] = self._prepare.clause(self._answers[number])
        return found


def _round_robin(team: str, of: Rosters, ask: Ask) -> _Try:
    def offer(
        values: Values, at: datetime, state: TargetState, left_out: frozenset[str]
    ) -> _Accepted | Refused:
        available = ask(values, at, state, left_out)
        if isinstance(available, Refused):
            return available
        before = state.turns(team)
        roster = of(at)
        drawn = draw(before, roster, available)
        assert drawn is not None, "somebody with a weight is available"
        person, after = drawn
        state.set_turns(team, after)
        entitled = _behind(before, person), _behind(after, person)
        return _Accepted(person, Draw(team, person, *entitled, len(available), len(roster.names)))

    return offer


def _behind(turns: Turns, person: str) -> tuple[int, int]:
    return turns.lag.get(person, 0), turns.scale


def _least_loaded(of: Rosters, ask: Ask) -> _Try:
    def offer(
        values: Values, at: datetime, state: TargetState, left_out: frozenset[str]
    ) -> _Accepted | Refused:
        available = ask(values, at, state, left_out)
        if isinstance(available, Refused):
            return available
        roster = of(at)
        chosen = least_loaded(roster, state.open_leads(roster.names), available)
        assert chosen is not None, "somebody with a weight is available"
        return _Accepted(chosen)

    return offer
