"""Who stands behind a target in a policy, and what can keep each of them from a lead.

A target is offered a lead, and then a person behind it is given it, or a firm, or it lands
where everything is taken. What the policy says of them is told here once for every kind of
target; `outcomes` asks it for whom a chain can give a lead to, `limits` for what a target
is sure to take.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from typing import assert_never

import attrs

from turnout.dsl.calendars import ROUND_THE_CLOCK, Calendar, complement, on_days
from turnout.dsl.conditions import (
    ALWAYS,
    NEVER,
    And,
    Atom,
    Condition,
    Has,
    IsIn,
    Named,
    Not,
    Open,
    Or,
    Present,
)
from turnout.dsl.policy import Cap, Person, Policy, Validity
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
from turnout.dsl.types import AnyOf, Value
from turnout.frozen import frozen


@frozen
class Candidate:
    """A person whom a target can give a lead to.

    leads: those for which they can be the one. is_certain: they are the one for all of
    these, while they are there; not so where it isn't known who is. known: as declared,
    None for a name that nothing declares, which is reported and of which nothing else is
    said. hours: the calendar that has to be open, None where none is asked. caps: on leads
    through this target only, beside the person's own. validity: the days on which they are in
    the team, None where they always are; membership: the calendar that is open on these.
    instead: of a backup, the calendars that are open while those are away for whom they stand in.
    own: of somebody who is a backup, too, the leads that are theirs themselves.
    """

    leads: Condition
    known: Person | None
    hours: str | None
    caps: tuple[Cap, ...] = ()
    is_certain: bool = True
    validity: Validity | None = None
    membership: Calendar | None = None
    instead: tuple[Calendar, ...] = ()
    own: Condition | None = None

    @property
    def certain(self) -> Condition:
        """The leads for which they are the one, while they are there."""
        return self.leads if self.is_certain else self.own or NEVER

    @property
    def is_active(self) -> bool:
        """Whether they are given leads at all."""
        return self.known is None or not self.known.is_inactive


@frozen
class Behind:
    """Who stands behind a target.

    source: tells whether two targets choose among the same. people: by name, in the order
    of the roster or the policy; None where no person is given the lead. hours, caps: those
    of the team or the firm itself; the hours None where none are asked. lacking: why there
    may be nobody whatever the hour, "" where somebody is named. stand_ins: backups, who are among
    the people, too, as they have the leads of whoever is away as the policy says.
    """

    source: str
    people: Mapping[str, Candidate] | None = None
    hours: str | None = None
    caps: tuple[Cap, ...] = ()
    lacking: str = ""
    stand_ins: tuple[Candidate, ...] = ()


def behind(policy: Policy, target: Target) -> Behind:
    """Return who stands behind a target; nobody who limits it where it takes every lead."""
    if isinstance(target, Accepting):
        return Behind(f"{target.kind.word} {said(target).name}")
    match target:
        case RoundRobin() | LeastLoaded():
            return _team(policy, target)
        case ToPerson(name, anytime):
            named = {name: _candidate(policy, name, ALWAYS, anytime)}
            return _with_backups(policy, Behind(f"person {name}", named), anytime)
        case ToOwner(field, anytime):
            owners = {
                name: _candidate(policy, name, IsIn(field, frozenset({name})), anytime)
                for name in policy.people
            }
            of = Behind(f"owner {field}", owners, lacking=f"`{field}` may be missing")
            return _with_backups(policy, of, anytime)
        case PreviousOwner(anytime):
            owners = {
                name: attrs.evolve(_candidate(policy, name, policy.seen, anytime), is_certain=False)
                for name in policy.people
            }
            lacking = "there may be no earlier lead, or nobody who had one"
            of = Behind("previous owner", owners, lacking=lacking)
            return _with_backups(policy, of, anytime)
        case ToPartner(name, anytime):
            partner = policy.outlets[f"partner {name}"]
            hours = None if anytime else partner.hours
            return Behind(f"partner {name}", None, hours, partner.caps)
        case _:
            assert_never(target)


def _candidate(policy: Policy, name: str, leads: Condition, anytime: bool) -> Candidate:  # noqa: FBT001 - as the policy has it
    person = policy.people.get(name)
    hours = None if anytime or person is None else person.hours
    return Candidate(leads, person, hours)


def _with_backups(policy: Policy, of: Behind, anytime: bool) -> Behind:  # noqa: FBT001 - as the policy has it
    """Return who stands behind a target, and who stands in for them.

    Anybody may be said to be away at any time; on the days that the policy says it is sure.
    """
    named = of.people or {}
    people = dict(named)
    stand_ins: list[Candidate] = []
    for name, one in named.items():
        gone: tuple[Calendar, ...] | None = ()
        for away, backup in pairwise((name, *policy.backups(name))):
            gone = None if gone is None else _gone(policy, away, gone)
            new = _candidate(policy, backup, one.leads, anytime)
            if gone is not None:
                stand_ins.append(attrs.evolve(new, is_certain=one.is_certain, instead=gone))
            people[backup] = _also(people.get(backup), new)
    return attrs.evolve(of, people=people, stand_ins=tuple(stand_ins))


def _gone(policy: Policy, name: str, before: tuple[Calendar, ...]) -> tuple[Calendar, ...] | None:
    """Return what is open while somebody is gone, and those before; None where they never are."""
    person = policy.people.get(name)
    if person is None:
        return None
    away = _absence(person)
    if person.is_inactive:
        return before
    return None if away is None else (*before, away)


def _absence(person: Person) -> Calendar | None:
    """Return the calendar that is open while a person is away, None where they never are."""
    if not person.away:
        return None
    name = f"absence of {person.name}"
    days = complement(person.away)
    return Calendar(name, person.timezone, ROUND_THE_CLOCK, (), days, person.span)


def _also(known: Candidate | None, backup: Candidate) -> Candidate:
    """Return somebody who may be a backup, beside what they are themselves."""
    if known is None:
        return attrs.evolve(backup, is_certain=False)
    leads = either([known.leads, backup.leads])
    return attrs.evolve(known, leads=leads, is_certain=False, own=known.certain)


def _team(policy: Policy, target: RoundRobin | LeastLoaded) -> Behind:
    team = policy.teams[target.team]
    people: dict[str, Candidate] = {}
    for member in team.members:
        if member.weight:
            is_known = member.person in policy.people
            served = served_by(policy, member.person, target.matching) if is_known else ALWAYS
            one = _candidate(policy, member.person, served, target.anytime)
            days = member.validity
            there = None if days is None else _membership(member.person, team.name, days)
            people[member.person] = attrs.evolve(
                one, caps=member.caps, validity=days, membership=there
            )
    hours = None if target.anytime else team.hours
    return Behind(f"team {team.name}", people, hours, team.caps)


def _membership(person: str, team: str, days: Validity) -> Calendar:
    """Return the calendar that is open while somebody is in a team."""
    return on_days(f"{person} in {team}", days.zone, days.first, days.last, days.span)


def served_by(policy: Policy, person: str, fields: Iterable[str]) -> Condition:
    """Return the leads whose values in all of `fields` the person serves."""
    parts: list[Condition] = []
    for field in fields:
        served = policy.people[person].serves.get(field, frozenset())
        kind = policy.fields[field].type
        if not served:
            return NEVER
        if isinstance(kind, AnyOf):
            others = [value for value in kind.values if value not in served]
            parts += [Present(field), *(Not(Has(field, value)) for value in others)]
        else:
            parts.append(IsIn(field, served))
    return both(*parts)


# -- conditions, without what is sure --

MOST_SERVINGS = 8
"""Different conditions up to which it is counted for which leads so many of them hold."""


def either(parts: Iterable[Condition]) -> Condition:
    """Return the leads in at least one of `parts`."""
    kept: dict[Condition, None] = {}
    listed: dict[str, list[Value]] = {}
    for part in parts:
        if isinstance(part, IsIn):  # one list of values is shorter than many
            listed.setdefault(part.field, []).extend(part.values)
        elif part != NEVER:
            kept[part] = None
    if ALWAYS in kept:
        return ALWAYS
    kept |= {IsIn(field, frozenset(values)): None for field, values in listed.items()}
    return next(iter(kept)) if len(kept) == 1 else Or(tuple(kept))


def both(*parts: Condition) -> Condition:
    """Return the leads in all of `parts`."""
    kept = dict.fromkeys(part for part in parts if part != ALWAYS)
    if NEVER in kept:
        return NEVER
    return next(iter(kept)) if len(kept) == 1 else And(tuple(kept))


def while_open(condition: Condition, open_: frozenset[Calendar]) -> Condition:
    """Return what a condition asks of a lead while just these calendars are open."""
    if isinstance(condition, Open):
        return ALWAYS if condition.calendar in open_ else NEVER
    if isinstance(condition, Atom):
        return condition
    match condition:
        case And(inner):
            return both(*(while_open(part, open_) for part in inner))
        case Or(inner):
            return either(while_open(part, open_) for part in inner)
        case Not(part):
            asked = while_open(part, open_)
            return NEVER if asked == ALWAYS else ALWAYS if asked == NEVER else Not(asked)
        case Named():
            return condition
        case _:
            assert_never(condition)


def at_least(count: int, conditions: Sequence[Condition]) -> Condition:
    """Return the leads that so many of the conditions hold for.

    With more different ones than `MOST_SERVINGS`, those for which that many of one do.
    """
    times: dict[Condition, int] = {}
    for each in conditions:
        if each != NEVER:
            times[each] = times.get(each, 0) + 1
    distinct = list(times)
    sizes = range(1, len(distinct) + 1) if len(distinct) <= MOST_SERVINGS else (1,)
    enough = (
        both(*chosen)
        for size in sizes
        for chosen in combinations(distinct, size)
        if sum(times[each] for each in chosen) >= count
    )
    return ALWAYS if count <= 0 else either(enough)
