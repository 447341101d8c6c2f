"""Leads in, decisions out: the route's clause, then the first of its targets that accepts.

The engine is fast where the interpreter is obvious; the laws hold the two to each other.
A lead is decided once: the same id again is answered with the decision already made, and
draws nothing.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

import attrs

from turnout.compiler.plan import matcher
from turnout.compiler.program import Attempt, Program, RouteProgram
from turnout.dsl.conditions import Open, atoms
from turnout.dsl.opening_hours import is_open
from turnout.dsl.policy import (
    LeastLoaded,
    Policy,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
)
from turnout.dsl.types import Value, Values
from turnout.dsl.wording import parts, worded
from turnout.runtime.availability import Ask, Availability, Refused
from turnout.runtime.decisions import Decision, Issue, PassedOver
from turnout.runtime.draw import Roster, draw, least_loaded
from turnout.runtime.leads import Lead, fingerprint
from turnout.runtime.stores import Recorded, Transaction

Engine: TypeAlias = Callable[[Lead, datetime, Transaction], Decision]
"""Decides one lead at a moment (with a time zone) inside a transaction, and records it."""

_CHANGED = "the lead has changed since it was routed; the decision stands"


@attrs.frozen
class _Accepted:
    """A target that takes the lead. assignee: None where it is no person."""

    assignee: str | None


_Try: TypeAlias = Callable[[Values, datetime, Transaction], _Accepted | Refused]
"""Offers a lead to a target at a moment: accepted, or why it is passed over."""


@attrs.frozen(eq=False)
class _Step:
    """One attempt of a clause, prepared. by: who names it. said: the target in words."""

    by: str
    kind: str
    name: str
    said: str
    offer: _Try


@attrs.frozen(eq=False)
class _Steps:
    """The attempts of one clause. rule: its name, None for a fallback."""

    rule: str | None
    steps: tuple[_Step, ...]


def engine(program: Program, route: str) -> Engine:
    """Return what decides leads by one route of `program`.

    Days (`older than`, `within`) are counted in UTC.
    """
    chosen = program.routes[route]
    match = matcher(program, route)
    clocks = _calendars(chosen)
    prepare = _Preparer(program.policy)
    clauses = tuple(
        _Steps(clause.name if clause.is_rule else None, prepare.steps(clause.attempts))
        for clause in chosen.clauses
    )
    last = _Steps(None, prepare.steps(chosen.last))

    def decide(lead: Lead, at: datetime, state: Transaction) -> Decision:
        print_ = fingerprint(lead)
        key = lead.id if lead.id is not None else f"content:{print_}"
        recorded = state.decided(route, key)
        if recorded is not None:
            return _again(recorded, lead, print_)
        moment = at.astimezone(UTC)
        number = None
        if lead.complaint is None:
            values = {**lead.values, **_answers(clocks, moment)} if clocks else lead.values
            number = match(values, moment.date())
        clause = last if number is None else clauses[number]
        step, assignee, passed = _offered(clause, lead.values, moment, state)
        decision = Decision(
            lead=key,
            route=route,
            rule=clause.rule,
            by=step.by if step else "",
            kind=step.kind if step else "none",
            target=step.name if step else "",
            assignee=assignee,
            at=moment,
            passed_over=passed,
            issues=lead.issues,
            row=lead.row,
        )
        state.record(decision, print_)
        return decision

    return decide


def _again(recorded: Recorded, lead: Lead, print_: str) -> Decision:
    """Return the decision already made, with what is to say about this lead."""
    changed = () if recorded.fingerprint == print_ else (Issue("", "", _CHANGED),)
    return attrs.evolve(
        recorded.decision, row=lead.row, issues=lead.issues + changed, repeated=True
    )


def _calendars(route: RouteProgram) -> tuple[Open, ...]:
    """Return each calendar whose hours a condition of the route asks, once."""
    asked = (atom for clause in route.clauses for atom in atoms(clause.condition))
    return tuple(dict.fromkeys(atom for atom in asked if isinstance(atom, Open)))


def _answers(clocks: tuple[Open, ...], moment: datetime) -> dict[str, Value]:
    """Return what stands among a lead's values for each calendar."""
    return {clock.field: is_open(clock.calendar, moment) for clock in clocks}


def _offered(
    clause: _Steps, values: Values, at: datetime, state: Transaction
) -> tuple[_Step | None, str | None, tuple[PassedOver, ...]]:
    """Return the step that accepts, None where none does, its assignee, and those passed over."""
    passed: list[PassedOver] = []
    for step in clause.steps:
        answer = step.offer(values, at, state)
        if isinstance(answer, _Accepted):
            return step, answer.assignee, tuple(passed)
        passed.append(PassedOver(step.said, answer.reason, answer.members))
    return None, None, tuple(passed)


class _Preparer:
    """Prepares targets: each team's roster is made once."""

    def __init__(self, policy: Policy) -> None:
        self._availability = Availability(policy)
        self._rosters: Mapping[str, Roster] = {
            name: Roster.of((member.person, member.weight) for member in team.members)
            for name, team in policy.teams.items()
        }

    def steps(self, attempts: tuple[Attempt, ...]) -> tuple[_Step, ...]:
        return tuple(
            _Step(a.by, *parts(a.target), worded(a.target), self._try(a.target)) for a in attempts
        )

    def _try(self, target: Target) -> _Try:
        match target:
            case RoundRobin(team):
                ask = self._availability.members(target)
                return _round_robin(team, self._rosters[team], ask)
            case LeastLoaded(team):
                return _least_loaded(self._rosters[team], self._availability.members(target))
            case ToPerson(name, anytime):
                return lambda _values, at, state: self._person(name, at, state, anytime=anytime)
            case ToOwner():
                return self._owner(target)
            case ToPartner():
                return self._partner(target)
            case _:
                return lambda _values, _at, _state: _Accepted(None)

    def _person(
        self, name: str, at: datetime, state: Transaction, *, anytime: bool
    ) -> _Accepted | Refused:
        reason = self._availability.person(name, at, state, anytime=anytime)
        return _Accepted(name) if reason is None else Refused(reason)

    def _owner(self, target: ToOwner) -> _Try:
        def offer(values: Values, at: datetime, state: Transaction) -> _Accepted | Refused:
            owner = values.get(target.field)
            if owner is None:
                return Refused("no-owner")
            return self._person(str(owner), at, state, anytime=target.anytime)

        return offer

    def _partner(self, target: ToPartner) -> _Try:
        def offer(_values: Values, at: datetime, state: Transaction) -> _Accepted | Refused:
            reason = self._availability.partner(target, at, state)
            return _Accepted(None) if reason is None else Refused(reason)

        return offer


def _round_robin(team: str, roster: Roster, ask: Ask) -> _Try:
    def offer(values: Values, at: datetime, state: Transaction) -> _Accepted | Refused:
        available = ask(values, at, state)
        if isinstance(available, Refused):
            return available
        drawn = draw(state.turns(team), roster, available)
        assert drawn is not None, "somebody with a weight is available"
        state.set_turns(team, drawn[1])
        return _Accepted(drawn[0])

    return offer


def _least_loaded(roster: Roster, ask: Ask) -> _Try:
    def offer(values: Values, at: datetime, state: Transaction) -> _Accepted | Refused:
        available = ask(values, at, state)
        if isinstance(available, Refused):
            return available
        chosen = least_loaded(roster, state.open_leads(roster.names), available)
        assert chosen is not None, "somebody with a weight is available"
        return _Accepted(chosen)

    return offer
