"""Whom a chain of targets can give a lead to, whoever is available.

Anybody may be away, off-hours or at a cap, and a partner full, when a lead arrives; only
what `always_accepts` names takes every lead. So a target can be given the lead if each one
before it can pass it on. Who passed it on is unavailable for the rest of the chain: after
`person ana`, a team gives the lead to somebody else, or passes it on, too. Where that
depends on the lead (who its owner is), it is a condition on the lead, so that the answer
stays exact.
"""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from turnout.compiler.program import Attempt, always_accepts
from turnout.dsl.conditions import ALWAYS, NEVER, And, Condition, IsIn, Not, Or, Present
from turnout.dsl.policy import (
    LeastLoaded,
    Policy,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
    ToQueue,
    ToSequence,
)
from turnout.dsl.promises import Reached


@attrs.frozen
class Outcome:
    """One end that a chain can come to.

    attempt: the target that is given the lead, None where nobody is. passed: the attempts
    before it. refused: their targets, whose people are unavailable.
    """

    attempt: Attempt | None
    passed: tuple[Attempt, ...]

    @property
    def refused(self) -> tuple[Target, ...]:
        """The targets that passed the lead on."""
        return tuple(attempt.target for attempt in self.passed)


def outcomes(attempts: Sequence[Attempt]) -> Iterator[Outcome]:
    """Yield the ends that a chain can come to, in order; some only for some leads, or none."""
    for at, attempt in enumerate(attempts):
        yield Outcome(attempt, tuple(attempts[:at]))
        if always_accepts(attempt.target):
            return
    yield Outcome(None, tuple(attempts))


def given(policy: Policy, outcome: Outcome) -> Condition:
    """Return the leads that `outcome` can come about for."""
    if outcome.attempt is None:
        return ALWAYS
    target = outcome.attempt.target
    people = _people(policy, target)
    if people is None:
        return NEVER if target in outcome.refused else ALWAYS
    if isinstance(target, ToOwner) and not outcome.passed:
        return Present(target.field)  # the same as any of the people, and shorter
    return _to_any(policy, outcome, people)


def given_to(policy: Policy, outcome: Outcome, reached: Reached) -> Condition:
    """Return the leads that `outcome` can give to `reached`."""
    if outcome.attempt is None:
        return NEVER
    if _is_named(outcome.attempt.target, reached):
        return given(policy, outcome)
    people = _people(policy, outcome.attempt.target)
    if reached.kind != "person" or people is None or reached.name not in people:
        return NEVER
    return _to_any(policy, outcome, [reached.name])


def given_to_others(policy: Policy, outcome: Outcome, reached: Sequence[Reached]) -> Condition:
    """Return the leads that `outcome` can give to none of `reached`, nobody included."""
    if outcome.attempt is None:
        return ALWAYS
    if any(_is_named(outcome.attempt.target, each) for each in reached):
        return NEVER
    people = _people(policy, outcome.attempt.target)
    if people is None:
        return given(policy, outcome)
    named = {each.name for each in reached if each.kind == "person"}
    return _to_any(policy, outcome, [person for person in people if person not in named])


def _people(policy: Policy, target: Target) -> list[str] | None:
    """Return the people whom a target can give a lead to, None where it is no person."""
    match target:
        case RoundRobin(team) | LeastLoaded(team):
            return [member.person for member in policy.teams[team].members if member.weight]
        case ToPerson(person):
            return [person]
        case ToOwner():
            return list(policy.people)
        case _:
            return None


def _is_named(target: Target, reached: Reached) -> bool:
    """Return whether a target is what `reached` names, persons left out."""
    match target:
        case RoundRobin(name) | LeastLoaded(name):
            kind = "team"
        case ToOwner(name):
            kind = "owner"
        case ToQueue(name):
            kind = "queue"
        case ToPartner(name):
            kind = "partner"
        case ToSequence(name):
            kind = "sequence"
        case _:
            return False
    return (reached.kind, reached.name) == (kind, name)


def _to_any(policy: Policy, outcome: Outcome, people: Iterable[str]) -> Condition:
    parts = [_to(policy, outcome, person) for person in people]
    possible = tuple(part for part in parts if part != NEVER)
    if ALWAYS in possible:
        return ALWAYS
    return possible[0] if len(possible) == 1 else Or(possible)


def _to(policy: Policy, outcome: Outcome, person: str) -> Condition:
    """Return the leads that the outcome's target can give to one person."""
    assert outcome.attempt is not None
    parts: list[Condition] = []
    target = outcome.attempt.target
    if isinstance(target, ToOwner):
        parts.append(IsIn(target.field, frozenset({person})))
    for refused in outcome.refused:
        if isinstance(refused, ToOwner):
            parts.append(Not(IsIn(refused.field, frozenset({person}))))
        elif person in (_people(policy, refused) or ()):
            return NEVER
    return parts[0] if len(parts) == 1 else And(tuple(parts))
