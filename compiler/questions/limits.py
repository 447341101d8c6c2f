"""What can keep a target from taking a lead: hours, absence, caps, and what people serve.

A target is *sure* of leads while some set of calendars is open: a person with hours and no
cap is sure of any lead while those hours last and they aren't away, a team while one such
member's and its own do. A queue is sure at any time, which is the empty set. Where what is
to be matched or whose lead it is decides, that is a condition on the lead beside the hours.
A cap makes nobody sure, since it can be full whatever the hour. Absence is one of the hours:
somebody's `presence`.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeAlias

from turnout.compiler.candidates import Candidate, behind, either
from turnout.compiler.leads.timeline import MomentKind, kinds, presence
from turnout.dsl.calendars import Calendar
from turnout.dsl.conditions import ALWAYS, NEVER, Condition
from turnout.dsl.policy import Cap, Policy
from turnout.dsl.targets import Accepting, Target, said
from turnout.dsl.wording import lasting
from turnout.frozen import frozen

Calendars: TypeAlias = frozenset[Calendar]
"""Calendars that must be open together; none is at any time."""


@frozen
class Sure:
    """What a target is sure to take: of the leads that satisfy a condition all, in some hours."""

    hours: Calendars
    leads: Condition = ALWAYS


EVERY_LEAD = Sure(frozenset())
"""Whoever is sure of this can pass no lead on."""


def sure(policy: Policy, target: Target) -> tuple[Sure, ...]:
    """Return what `target` is sure to take, by their hours; it can pass on anything else."""
    if isinstance(target, Accepting):
        return (EVERY_LEAD,)
    here = behind(policy, target)
    if here.caps:
        return ()
    own = calendars(policy, here.hours)
    if here.people is None:
        return (Sure(own),)
    by_hours: dict[Calendars, list[Condition]] = {}
    for one in (*here.people.values(), *here.stand_ins):
        has_caps = one.caps or (one.known is not None and one.known.caps)
        if one.is_active and one.certain != NEVER and not has_caps:
            by_hours.setdefault(own | hours_of(policy, one), []).append(one.certain)
    found = ((hours, either(leads)) for hours, leads in by_hours.items())
    return tuple(Sure(hours, leads) for hours, leads in found if leads != NEVER)


def hours_of(policy: Policy, one: Candidate) -> Calendars:
    """Return what must be open for somebody to be there: their hours, presence and membership.

    Of a backup it is the absence of those for whom they stand in, too.
    """
    there = None if one.known is None else presence(one.known)
    besides = (each for each in (there, one.membership) if each is not None)
    return calendars(policy, one.hours).union(besides, one.instead)


def calendars(policy: Policy, hours: str | None) -> Calendars:
    """Return the calendar of these hours, if any are asked."""
    return frozenset() if hours is None else frozenset({policy.calendars[hours]})


def worst_moments(certain: Sequence[Sure], clocks: Calendars, since: date) -> Iterator[MomentKind]:
    """Yield the kinds of moments at which the fewest of `certain` are sure, the earliest first.

    clocks: calendars that are asked for besides. Of two kinds that they don't tell apart, one
    at which fewer targets are sure of leads is worse, whatever the lead.
    """
    by_clocks: dict[Calendars, dict[frozenset[Sure], MomentKind]] = {}
    for kind in kinds(clocks.union(*(each.hours for each in certain)), since):
        there = frozenset(each for each in certain if each.hours <= kind.open)
        known = by_clocks.setdefault(kind.open & clocks, {})
        if not any(fewer <= there for fewer in known):
            for more in [more for more in known if there < more]:
                del known[more]
            known[there] = kind
    found = (kind for known in by_clocks.values() for kind in known.values())
    yield from sorted(found, key=lambda kind: kind.first)


# -- in words --


def limits(policy: Policy, target: Target) -> list[str]:
    """Return what can keep the lead from the target, a few words each."""
    here, what = behind(policy, target), said(target)
    title = f"the team `{what.name}`" if target.kind.receiver == "member" else f"`{what.name}`"
    found = [f"only those who serve its {field}" for field in what.matching]
    found += _of(title, here.hours, here.caps)
    for name, one in (here.people or {}).items():
        found += _of_person(name, one)
        if one.validity is not None:
            days = lasting(one.validity.first, one.validity.last)
            found.append(f"`{name}` is in it {days}")
    return found


def _of(what: str, hours: str | None, caps: tuple[Cap, ...]) -> Iterator[str]:
    if hours is not None:
        yield f"{what} works by `{hours}`"
    if caps:
        yield f"{what} has a cap"


def _of_person(name: str, one: Candidate) -> Iterator[str]:
    person = one.known
    if person is None:
        return
    if person.is_inactive:
        yield f"`{name}` is inactive"
        return
    if person.away:
        yield f"`{name}` is away at times"
    yield from _of(f"`{name}`", one.hours, person.caps + one.caps)
