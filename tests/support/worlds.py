"""Every way in which people can be unavailable, and what becomes of a lead in each."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import chain, combinations
from typing import TypeAlias

import attrs

from tests.support.counting import ROUTE
from tests.support.enumeration import Arrival
from tests.support.strategies import PEOPLE
from turnout.compiler.meaning.interpreter import Match, settle
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import Person, Policy
from turnout.dsl.promises import (
    MOST_HOPS,
    AlwaysByRule,
    AlwaysReaches,
    Claim,
    NeverReaches,
    Reached,
    SlaAtMost,
)
from turnout.dsl.targets import (
    CurrentOwner,
    LeastLoaded,
    PreviousOwner,
    Reject,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
    ToQueue,
    ToSequence,
)
from turnout.dsl.wording import parts

AWAY = (*PEOPLE, "outside")

Attempts: TypeAlias = tuple[tuple[Target, str], ...]
"""Targets in the order in which they are tried, each with the rule that names it."""


@attrs.frozen
class World:
    """Who is unavailable, and why: people and partners, calendars, teams and members at a cap."""

    gone: frozenset[str]
    closed: frozenset[str | None]
    full: frozenset[str]

    def is_here(self, person: Person, *, anytime: bool) -> bool:
        is_open = anytime or person.hours not in self.closed
        return not person.is_inactive and person.name not in self.gone and is_open


def subsets(names: Iterable[str]) -> Iterator[frozenset[str]]:
    every = sorted(names)
    sizes = range(len(every) + 1)
    return map(frozenset, chain.from_iterable(combinations(every, size) for size in sizes))


def worlds(policy: Policy, closed: Iterable[frozenset[str]] | None = None) -> list[World]:
    """Return every way in which people can be unavailable.

    closed: the calendars that are closed together at some moment; any where left out.
    """
    shut = list(subsets(policy.calendars) if closed is None else closed)
    full = {f"team {team.name}" for team in policy.teams.values() if team.caps}
    full |= {
        f"{team.name} {member.person}"
        for team in policy.teams.values()
        for member in team.members
        if member.caps
    }
    return [
        World(gone, frozenset[str | None](names), at_cap)
        for gone in subsets(AWAY)
        for names in shut
        for at_cap in subsets(full)
    ]


@attrs.frozen
class End:
    """Who is given a lead. assignees: the people who can be drawn, none for a place."""

    target: Target | None
    assignees: frozenset[str]


def ends(
    policy: Policy,
    attempts: Attempts,
    lead: Arrival,
    among: Sequence[World],
    missed: frozenset[str] = frozenset(),
) -> tuple[End, ...]:
    """Return what becomes of a lead in each world. missed: who had it and is left out.

    Many leads are alike in all that the attempts read of one; what becomes of the first is
    kept for the others, which are told here by nothing else.
    """
    told = {name: lead.values[name] for name in _read(attempts) if name in lead.values}
    asked = (attempts, frozenset(told.items()), lead.today, id(among), missed)
    memory = _memory(policy)
    if asked not in memory:
        alike = Arrival(told, lead.today)
        found = tuple(_end(policy, attempts, alike, world, missed) for world in among)
        memory[asked] = among, found  # as long as it is kept, no other list has its id
    return memory[asked][1]


_Memory: TypeAlias = dict[Hashable, tuple[Sequence[World], tuple[End, ...]]]
_LAST: list[tuple[Policy, _Memory]] = []
"""The policy that was asked about last, with what was found."""


def _memory(policy: Policy) -> _Memory:
    if not _LAST or _LAST[0][0] is not policy:
        _LAST[:] = [(policy, {})]
    return _LAST[0][1]


def _read(attempts: Attempts) -> Iterator[str]:
    for target, _ in attempts:
        match target:
            case RoundRobin(_, fields) | LeastLoaded(_, fields):
                yield from fields
            case ToOwner(field):
                yield field
            case PreviousOwner():
                yield PREVIOUS_OWNER
            case _:
                pass


def _end(
    policy: Policy, attempts: Attempts, lead: Arrival, world: World, missed: frozenset[str]
) -> End:
    people = set[str]()

    def accept(target: Target) -> tuple[str | None, str | None]:
        nonlocal people
        people = set[str]()
        if place(target) in missed:
            return None, "missed-sla"
        match target:
            case ToQueue() | ToSequence() | CurrentOwner() | Reject():
                return None, None
            case ToPartner(name, anytime):
                is_open = anytime or policy.outlets[f"partner {name}"].hours not in world.closed
                return None, None if is_open and name not in world.gone else "away"
            case _:
                people = without(available(policy, target, lead, world), missed)
                return None, None if people else "away"

    attempt = settle(attempts, accept).attempt
    return End(None, frozenset()) if attempt is None else End(attempt[0], frozenset(people))


def place(target: Target) -> str:
    """Return a target as one that missed a lead is named."""
    return " ".join(parts(target)).strip()


def without(people: set[str], missed: frozenset[str]) -> set[str]:
    return {name for name in people if f"person {name}" not in missed}


def available(policy: Policy, target: Target, lead: Arrival, world: World) -> set[str]:
    """Return the people whom a target can give a lead to."""
    match target:
        case RoundRobin(name, fields, anytime) | LeastLoaded(name, fields, anytime):
            team = policy.teams[name]
            if (not anytime and team.hours in world.closed) or f"team {name}" in world.full:
                return set()
            return {
                member.person
                for member in team.members
                if member.weight and f"{name} {member.person}" not in world.full
                if world.is_here(policy.people[member.person], anytime=anytime)
                if all(serves(policy.people[member.person], field, lead) for field in fields)
            }
        case ToPerson(name, anytime):
            return {name} if world.is_here(policy.people[name], anytime=anytime) else set()
        case ToOwner(field, anytime) if field in lead.values:
            owner = str(lead.values[field])
            return {owner} if world.is_here(policy.people[owner], anytime=anytime) else set()
        case PreviousOwner(anytime) if PREVIOUS_OWNER in lead.values:
            owner = str(lead.values[PREVIOUS_OWNER])
            return {owner} if world.is_here(policy.people[owner], anytime=anytime) else set()
        case _:
            return set()


def serves(person: Person, field: str, lead: Arrival) -> bool:
    value = lead.values.get(field)
    wanted = value if isinstance(value, frozenset) else {value}
    return value is not None and set(wanted) <= person.serves.get(field, frozenset())


def is_reached(end: End, reached: Reached) -> bool:
    """Return whether the lead can be with what a guarantee names."""
    match end.target:
        case RoundRobin(name) | LeastLoaded(name) if reached.kind == "team":
            return name == reached.name
        case ToQueue(name) if reached.kind == "queue":
            return name == reached.name
        case ToPartner(name) if reached.kind == "partner":
            return name == reached.name
        case ToSequence(name) if reached.kind == "sequence":
            return name == reached.name
        case ToOwner(name) if reached.kind == "owner":
            return name == reached.name
        case PreviousOwner() if reached.kind == "previous-owner":
            return True
        case CurrentOwner() if reached.kind == "current-owner":
            return True
        case _:
            return reached.kind == "person" and reached.name in end.assignees


def is_elsewhere(end: End, targets: tuple[Reached, ...]) -> bool:
    """Return whether the lead can be with somebody whom a guarantee doesn't name."""
    if any(each.kind != "person" and is_reached(end, each) for each in targets):
        return False
    persons = {each.name for each in targets if each.kind == "person"}
    return not end.assignees or not end.assignees <= persons


@attrs.frozen
class Course:
    """What can become of a lead, once one leg has it. now: at once; later: as its SLA is missed."""

    found: Match
    now: frozenset[End]
    later: frozenset[End]


def courses(policy: Policy, said: Match, lead: Arrival, among: Sequence[World]) -> list[Course]:
    """Return what can become of a lead of which the interpreter says this, leg by leg."""
    by_leg: dict[Match, set[End]] = {}
    of_legs = [ends(policy, leg.attempts, lead, among) for leg in said.legs]
    for in_a_world in zip(*of_legs, strict=True):
        for leg, end in zip(said.legs, in_a_world, strict=True):
            if end.target is not None or leg is said.legs[-1]:
                by_leg.setdefault(leg, set()).add(end)
                break
    return [_course(policy, leg, frozenset(now), lead, among) for leg, now in by_leg.items()]


def _course(
    policy: Policy, found: Match, now: frozenset[End], lead: Arrival, among: Sequence[World]
) -> Course:
    if found.sla is None or found.sla.then is None:
        return Course(found, now, frozenset())
    then: Attempts = ((found.sla.then.target, "sla"),)
    last = tuple((step.target, "") for step in policy.routes[ROUTE].fallback or ())
    later = set[End]()
    pending = {(frozenset({holder}), 0) for end in now for holder in holders(end)}
    known = set(pending)
    while pending:
        missed, hops = pending.pop()
        at_once = ends(policy, then if hops < MOST_HOPS else (), lead, among, missed)
        at_last = ends(policy, last, lead, among, missed)
        for end, otherwise in set(zip(at_once, at_last, strict=True)):
            if end.target is None:
                later.add(otherwise)
                continue
            later.add(end)
            after = {(missed | {one}, hops + 1) for one in holders(end)}
            pending |= after - known
            known |= after
    return Course(found, now, frozenset(later))


def holders(end: End) -> set[str]:
    """Return who can have a lead at an end, and miss it."""
    if end.target is None or isinstance(end.target, Reject | ToSequence | CurrentOwner):
        return set()
    people = {f"person {name}" for name in end.assignees}
    return people or {place(end.target)}


def is_broken(claim: Claim, course: Course) -> bool:
    """Return whether a lead can break a claim."""
    match claim:
        case AlwaysByRule(rules):
            return course.found.rule not in rules
        case SlaAtMost(period, wall):
            sla = course.found.sla
            is_kept = sla is not None and sla.period.minutes <= period.minutes
            return not is_kept or (wall and sla is not None and not sla.wall)
        case AlwaysReaches(targets):
            return any(is_elsewhere(end, targets) for end in course.now)
        case NeverReaches(targets):
            given_to = course.now | course.later
            return any(is_reached(end, each) for end in given_to for each in targets)
        case _:
            return any(isinstance(end.target, Reject) for end in course.now | course.later)
