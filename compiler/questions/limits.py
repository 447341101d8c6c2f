"""What can keep a target from taking a lead: hours, absence, caps, and what people serve.

A target is *sure* of leads while some set of calendars is open: a person with hours and no
other limit is sure of any lead while those hours last, a team while one such member's and
its own do. A queue is sure at any time, which is the empty set. Where what is to be matched
or whose lead it is decides, that is a condition on the lead beside the hours. Absence and
caps make nobody sure, since a day away comes and a cap can be full whatever the hour.
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import attrs

from turnout.compiler.leads.witness import DAY, MOST_DAYS, moments
from turnout.compiler.outcomes import served_by
from turnout.dsl.conditions import ALWAYS, Condition, IsIn, Present
from turnout.dsl.opening_hours import is_open
from turnout.dsl.policy import (
    Cap,
    LeastLoaded,
    Member,
    Person,
    Policy,
    PreviousOwner,
    RoundRobin,
    Target,
    Team,
    ToOwner,
    ToPartner,
    ToPerson,
)

Hours: TypeAlias = frozenset[str]
"""Calendars that must be open together; none is at any time."""


@attrs.frozen
class Sure:
    """What a target is sure to take: of the leads that satisfy a condition all, in some hours."""

    hours: Hours
    leads: Condition = ALWAYS


EVERY_LEAD = Sure(frozenset())
"""Whoever is sure of this can pass no lead on."""


def sure(policy: Policy, target: Target) -> tuple[Sure, ...]:
    """Return what `target` is sure to take, in roster order; it can pass on anything else."""
    match target:
        case RoundRobin() | LeastLoaded():
            return _sure_team(policy, target)
        case ToPerson(name, anytime):
            hours = _sure_person(policy, name, anytime=anytime)
        case ToOwner():
            return _sure_owner(policy, target)
        case PreviousOwner():
            hours = None  # there may be none
        case ToPartner(name, anytime):
            partner = policy.outlets[f"partner {name}"]
            hours = _sure(partner.hours, partner.caps, anytime=anytime)
        case _:
            return (EVERY_LEAD,)
    return () if hours is None else (Sure(hours),)


def _sure(hours: str | None, caps: tuple[Cap, ...], *, anytime: bool) -> Hours | None:
    """Return the hours in which nothing keeps a lead away, None where there are none."""
    if caps:
        return None
    return frozenset() if hours is None or anytime else frozenset({hours})


def _sure_person(policy: Policy, name: str, *, anytime: bool) -> Hours | None:
    person = policy.people.get(name)
    if person is None:  # unknown, which is reported; nothing else is said of them
        return frozenset()
    if person.is_inactive or person.away:
        return None
    return _sure(person.hours, person.caps, anytime=anytime)


def _sure_owner(policy: Policy, target: ToOwner) -> tuple[Sure, ...]:
    by_hours: dict[Hours, list[str]] = {}
    for name in policy.people:
        hours = _sure_person(policy, name, anytime=target.anytime)
        if hours is not None:
            by_hours.setdefault(hours, []).append(name)
    if len(policy.people) == len(by_hours.get(frozenset(), ())):
        return (Sure(frozenset(), Present(target.field)),)  # the same as any of them, and shorter
    return tuple(
        Sure(hours, IsIn(target.field, frozenset(names))) for hours, names in by_hours.items()
    )


def _sure_team(policy: Policy, target: RoundRobin | LeastLoaded) -> tuple[Sure, ...]:
    team = policy.teams[target.team]
    own = _sure(team.hours, team.caps, anytime=target.anytime)
    if own is None:
        return ()
    found: dict[Sure, None] = {}
    for member in _drawn(team):
        hours = _sure_person(policy, member.person, anytime=target.anytime)
        if hours is None or member.caps:
            continue
        person = policy.people.get(member.person)
        if person is None:
            found[Sure(own | hours)] = None
        elif all(person.serves.get(field) for field in target.matching):
            found[Sure(own | hours, served_by(policy, person.name, target.matching))] = None
    return tuple(found)


def _drawn(team: Team) -> list[Member]:
    return [member for member in team.members if member.weight]


def open_together(policy: Policy, names: Hours) -> tuple[Hours, ...]:
    """Return which of the calendars are open at some moment and the others closed.

    Each combination comes once, by its first moment in the `MOST_DAYS` days that are
    looked at.
    """
    calendars = [policy.calendars[name] for name in sorted(names)]
    found: dict[Hours, None] = {}
    for moment in moments(calendars, DAY, MOST_DAYS):
        found[frozenset(each.name for each in calendars if is_open(each, moment))] = None
    return tuple(found)


# -- in words --


def limits(policy: Policy, target: Target) -> list[str]:
    """Return what can keep the lead from the target, a few words each."""
    match target:
        case RoundRobin() | LeastLoaded():
            team = policy.teams[target.team]
            found = [f"only those who serve its {field}" for field in target.matching]
            found += _of(f"the team `{team.name}`", team.hours, team.caps, anytime=target.anytime)
            for member in _drawn(team):
                found += _of_person(policy, member.person, member.caps, anytime=target.anytime)
            return found
        case ToPerson(name, anytime):
            return list(_of_person(policy, name, (), anytime=anytime))
        case ToOwner(anytime=anytime) | PreviousOwner(anytime):
            return [
                text
                for name in policy.people
                for text in _of_person(policy, name, (), anytime=anytime)
            ]
        case ToPartner(name, anytime):
            partner = policy.outlets[f"partner {name}"]
            return list(_of(f"`{name}`", partner.hours, partner.caps, anytime=anytime))
        case _:
            return []


def _of(what: str, hours: str | None, caps: tuple[Cap, ...], *, anytime: bool) -> Iterator[str]:
    if hours is not None and not anytime:
        yield f"{what} works by `{hours}`"
    if caps:
        yield f"{what} has a cap"


def _of_person(policy: Policy, name: str, caps: tuple[Cap, ...], *, anytime: bool) -> Iterator[str]:
    person = policy.people.get(name)
    if person is None:
        return
    if person.is_inactive:
        yield f"`{name}` is inactive"
        return
    if person.away:
        yield f"`{name}` is away at times"
    yield from _of(f"`{name}`", person.hours, person.caps + caps, anytime=anytime)


# -- never --


def never(policy: Policy, target: Target) -> str | None:
    """Return why `target` can't ever take a lead, None where it can or has no weights at all."""
    match target:
        case RoundRobin() | LeastLoaded():
            return _never_drawn(policy, target)
        case ToPerson(name) if name in policy.people and policy.people[name].is_inactive:
            return f"`{name}` is inactive"
        case _:
            return None


def _never_drawn(policy: Policy, target: RoundRobin | LeastLoaded) -> str | None:
    team = policy.teams[target.team]
    drawn = [person for member in _drawn(team) if (person := policy.people.get(member.person))]
    if len(drawn) < len(_drawn(team)) or not drawn:
        return None  # reported already: an unknown member, or a team of nobody
    active = [person for person in drawn if not person.is_inactive]
    if not active:
        return f"everybody in `{team.name}` is inactive"
    asked = target.matching
    serving = [person for person in active if all(person.serves.get(field) for field in asked)]
    if not serving:
        alone = (field for field in asked if not any(each.serves.get(field) for each in active))
        return f"nobody in `{team.name}` says which {_listed(list(alone)[:1] or asked)} they serve"
    hours = team.hours
    if target.anytime or hours is None:
        return None

    def is_ever_open(person: Person) -> bool:
        return _meet(policy, frozenset({hours, person.hours or hours}))

    if any(map(is_ever_open, serving)):
        return None
    others = any(map(is_ever_open, active))
    who = f"nobody who says which {_listed(asked)} they serve" if others else "nobody"
    return f"{who} works while `{team.name}` does, by `{hours}`"


def _listed(fields: Sequence[str]) -> str:
    return " and ".join(f"`{field}`" for field in fields)


def _meet(policy: Policy, hours: Hours) -> bool:
    """Return whether the calendars are ever open together."""
    calendars = [policy.calendars[name] for name in sorted(hours)]
    return any(
        all(is_open(calendar, moment) for calendar in calendars)
        for moment in moments(calendars, DAY, MOST_DAYS)
    )
