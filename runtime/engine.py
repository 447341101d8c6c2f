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
from turnout.compiler.program import Attempt, Program
from turnout.dsl.policy import LeastLoaded, Policy, RoundRobin, Sla, Target, ToOwner, ToPerson
from turnout.dsl.types import Values
from turnout.dsl.wording import parts, worded
from turnout.runtime.decisions import Decision, Doing, Issue, PassedOver
from turnout.runtime.draw import Roster, draw, least_loaded
from turnout.runtime.due import due
from turnout.runtime.leads import Lead, fingerprint
from turnout.runtime.stores import Recorded, Transaction

Engine: TypeAlias = Callable[[Lead, datetime, Transaction], Decision]
"""Decides one lead at a moment (with a time zone) inside a transaction, and records it."""

_CHANGED = "the lead has changed since it was routed; the decision stands"


@attrs.frozen
class _Accepted:
    """A target that takes the lead. assignee: None where it is no person."""

    assignee: str | None


_Try: TypeAlias = Callable[[Values, Transaction], _Accepted | str]
"""Offers a lead to a target: accepted, or the reason why it is passed over."""


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
    sla: Sla | None = None
    actions: tuple[Doing, ...] = ()


def engine(program: Program, route: str) -> Engine:
    """Return what decides leads by one route of `program`.

    Days (`older than`, `within`) are counted in UTC.
    """
    chosen = program.routes[route]
    match = matcher(program, route)
    prepare = _Preparer(program.policy)
    clauses = tuple(
        _Steps(
            clause.name if clause.is_rule else None,
            prepare.steps(clause.attempts),
            clause.sla,
            tuple(Doing(action.kind, action.arguments) for action in clause.actions),
        )
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
        number = None if lead.complaint is not None else match(lead.values, moment.date())
        clause = last if number is None else clauses[number]
        step, assignee, passed = _offered(clause, lead.values, state)
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
            due=None if step is None else due(clause.sla, step.kind, moment),
            actions=clause.actions,
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


def _offered(
    clause: _Steps, values: Values, state: Transaction
) -> tuple[_Step | None, str | None, tuple[PassedOver, ...]]:
    """Return the step that accepts, None where none does, its assignee, and those passed over."""
    passed: list[PassedOver] = []
    for step in clause.steps:
        answer = step.offer(values, state)
        if not isinstance(answer, str):
            return step, answer.assignee, tuple(passed)
        passed.append(PassedOver(step.said, answer))
    return None, None, tuple(passed)


class _Preparer:
    """Prepares targets: each team's roster is made once."""

    def __init__(self, policy: Policy) -> None:
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
                return _round_robin(team, self._rosters[team])
            case LeastLoaded(team):
                return _least_loaded(self._rosters[team])
            case ToPerson(person):
                return lambda _values, _state: _Accepted(person)
            case ToOwner(field):
                return _owner(field)
            case _:
                return lambda _values, _state: _Accepted(None)


def _round_robin(team: str, roster: Roster) -> _Try:
    available = frozenset(roster.names)

    def offer(_values: Values, state: Transaction) -> _Accepted | str:
        drawn = draw(state.turns(team), roster, available)
        if drawn is None:
            return "empty"
        state.set_turns(team, drawn[1])
        return _Accepted(drawn[0])

    return offer


def _least_loaded(roster: Roster) -> _Try:
    available = frozenset(roster.names)

    def offer(_values: Values, state: Transaction) -> _Accepted | str:
        chosen = least_loaded(roster, state.open_leads(roster.names), available)
        return "empty" if chosen is None else _Accepted(chosen)

    return offer


def _owner(field: str) -> _Try:
    def offer(values: Values, _state: Transaction) -> _Accepted | str:
        owner = values.get(field)
        return "no-owner" if owner is None else _Accepted(str(owner))

    return offer
