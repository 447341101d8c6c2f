"""Whom a chain of targets can give a lead to, whoever is available.

Anybody may be away, off-hours or at a cap, and a partner full, when a lead arrives; only
what `always_accepts` names takes every lead. So a target can be given the lead if each one
before it can pass it on.

Those before it say something about who is available, and it may not be contradicted: once
`person ana` has passed a lead on, no team gives it to her. She is free again only for a
reason that doesn't matter to the later target: its hours aren't asked (`anytime`), the
team that passed her over was closed or full and not she, or she doesn't serve what was to
be matched. Where that depends on the lead, it is a condition on the lead, so that the
answer stays exact. Different calendars count as independent of each other.
"""

from collections.abc import Iterable, Iterator, Sequence

import attrs

from turnout.compiler.program import Attempt, always_accepts
from turnout.dsl.conditions import (
    ALWAYS,
    NEVER,
    And,
    Condition,
    Has,
    IsIn,
    Not,
    Or,
    Present,
)
from turnout.dsl.policy import (
    LeastLoaded,
    Policy,
    PreviousOwner,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
    ToQueue,
    ToSequence,
)
from turnout.dsl.promises import Reached
from turnout.dsl.types import AnyOf


@attrs.frozen
class Outcome:
    """One end that a chain can come to.

    attempt: the target that is given the lead, None where nobody is. passed: the attempts
    before it.
    """

    attempt: Attempt | None
    passed: tuple[Attempt, ...]


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
    match outcome.attempt.target:
        case ToPartner() as target:
            return ALWAYS if _can_be_partner(policy, outcome, target) else NEVER
        case ToOwner(field) if not outcome.passed:
            inactive = frozenset(name for name, each in policy.people.items() if each.is_inactive)
            own = Present(field)  # the same as any of the people, and shorter
            return both(own, Not(IsIn(field, inactive))) if inactive else own
        case PreviousOwner() if not outcome.passed and _people(policy, PreviousOwner()):
            return policy.seen  # anybody who isn't inactive may be the one
        case target:
            people = _people(policy, target)
            return ALWAYS if people is None else _to_any(policy, outcome, people)


def given_to(policy: Policy, outcome: Outcome, reached: Reached) -> Condition:
    """Return the leads that `outcome` can give to `reached`."""
    if outcome.attempt is None:
        return NEVER
    if _is_named(outcome.attempt.target, reached):
        return given(policy, outcome)
    people = _people(policy, outcome.attempt.target)
    if reached.kind != "person" or people is None or reached.name not in people:
        return NEVER
    return _to(policy, outcome, reached.name)


def given_to_others(policy: Policy, outcome: Outcome, reached: Sequence[Reached]) -> Condition:
    """Return the leads that `outcome` can give to none of `reached`, nobody included."""
    if outcome.attempt is None:
        return ALWAYS
    if any(_is_named(outcome.attempt.target, each) for each in reached):
        return NEVER
    named = {each.name for each in reached if each.kind == "person"}
    people = _people(policy, outcome.attempt.target)
    if people is None or not named.intersection(people):
        return given(policy, outcome)
    return _to_any(policy, outcome, [person for person in people if person not in named])


# -- conditions, without what is sure --


def either(parts: Iterable[Condition]) -> Condition:
    """Return the leads in at least one of `parts`."""
    kept = tuple(part for part in parts if part != NEVER)
    if ALWAYS in kept:
        return ALWAYS
    return kept[0] if len(kept) == 1 else Or(kept)


def both(*parts: Condition) -> Condition:
    """Return the leads in all of `parts`."""
    kept = tuple(part for part in parts if part != ALWAYS)
    if NEVER in kept:
        return NEVER
    return kept[0] if len(kept) == 1 else And(kept)


# -- targets --


def _people(policy: Policy, target: Target) -> list[str] | None:
    """Return the people whom a target can give a lead to, None where it is no person."""
    match target:
        case RoundRobin(team) | LeastLoaded(team):
            names = [member.person for member in policy.teams[team].members if member.weight]
        case ToPerson(person):
            names = [person]
        case ToOwner() | PreviousOwner():
            names = list(policy.people)
        case _:
            return None
    return [name for name in names if not policy.people[name].is_inactive]


def _is_named(target: Target, reached: Reached) -> bool:
    """Return whether a target is what `reached` names, persons left out."""
    match target:
        case RoundRobin(name) | LeastLoaded(name):
            kind = "team"
        case ToOwner(name):
            kind = "owner"
        case PreviousOwner():
            kind, name = "previous-owner", ""
        case ToQueue(name):
            kind = "queue"
        case ToPartner(name):
            kind = "partner"
        case ToSequence(name):
            kind = "sequence"
        case _:
            return False
    return (reached.kind, reached.name) == (kind, name)


def _can_be_partner(policy: Policy, outcome: Outcome, target: ToPartner) -> bool:
    """Return whether a partner can take a lead that targets before it passed on."""
    has_hours = policy.outlets[f"partner {target.partner}"].hours is not None
    return all(
        not isinstance(each.target, ToPartner)
        or each.target.partner != target.partner
        or (has_hours and target.anytime and not each.target.anytime)
        for each in outcome.passed
    )


def _to_any(policy: Policy, outcome: Outcome, people: Iterable[str]) -> Condition:
    return either(_to(policy, outcome, person) for person in people)


def _to(policy: Policy, outcome: Outcome, person: str) -> Condition:
    """Return the leads that the outcome's target can give to one person."""
    assert outcome.attempt is not None
    target = outcome.attempt.target
    own: Condition = ALWAYS
    match target:
        case ToOwner(field):
            own = IsIn(field, frozenset({person}))
        case PreviousOwner():
            own = policy.seen
        case RoundRobin(matching=fields) | LeastLoaded(matching=fields):
            own = served_by(policy, person, fields)
        case _:
            pass
    return both(own, *(_passes(policy, each.target, target, person) for each in outcome.passed))


def _passes(policy: Policy, refused: Target, target: Target, person: str) -> Condition:
    """Return the leads that `refused` can pass on although `target` can give them to `person`."""
    open_ = _hours(policy, target, person)
    could_be_closed = bool(_hours(policy, refused, person) - open_)
    match refused:
        case ToPerson(name):
            return ALWAYS if name != person or could_be_closed else NEVER
        case ToOwner(field):
            return ALWAYS if could_be_closed else Not(IsIn(field, frozenset({person})))
        case PreviousOwner() if isinstance(target, PreviousOwner):  # the same person again
            return ALWAYS if could_be_closed else NEVER
        case RoundRobin(name, fields) | LeastLoaded(name, fields):
            team = policy.teams[name]
            own = [each for each in team.members if each.person == person and each.weight]
            if not own or could_be_closed:
                return ALWAYS
            is_same = isinstance(target, RoundRobin | LeastLoaded) and target.team == name
            if (team.caps or own[0].caps) and not is_same:
                return ALWAYS
            served = served_by(policy, person, fields)
            return NEVER if served == ALWAYS else Not(served)
        case _:
            return ALWAYS


def _hours(policy: Policy, target: Target, person: str) -> set[str]:
    """Return the calendars that must be open for `target` to give a lead to `person`."""
    match target:
        case RoundRobin(name, anytime=anytime) | LeastLoaded(name, anytime=anytime):
            calendars = {policy.people[person].hours, policy.teams[name].hours}
        case ToPerson(anytime=anytime) | ToOwner(anytime=anytime) | PreviousOwner(anytime):
            calendars = {policy.people[person].hours}
        case _:
            return set()
    return set() if anytime else {name for name in calendars if name is not None}


def served_by(policy: Policy, person: str, fields: Iterable[str]) -> Condition:
    """Return the leads whose values in all of `fields` the person serves."""
    parts: list[Condition] = []
    for field in fields:
        served = policy.people[person].serves.get(field, frozenset())
        kind = policy.fields[field].type
        if isinstance(kind, AnyOf):
            others = [value for value in kind.values if value not in served]
            parts += [Present(field), *(Not(Has(field, value)) for value in others)]
        else:
            parts.append(IsIn(field, served))
    return both(*parts)
