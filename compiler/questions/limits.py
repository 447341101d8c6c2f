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

from turnout.compiler.candidates import Candidate, behind, either
from turnout.compiler.leads.witness import DAY, MOST_DAYS, moments
from turnout.dsl.conditions import ALWAYS, NEVER, Condition
from turnout.dsl.opening_hours import is_open
from turnout.dsl.policy import Cap, Policy
from turnout.dsl.targets import Accepting, Target, said

Calendars: TypeAlias = frozenset[str]
"""Calendars that must be open together; none is at any time."""


@attrs.frozen
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
    own = _open_hours(here.hours, here.caps)
    if own is None:
        return ()
    if here.people is None:
        return (Sure(own),)
    by_hours: dict[Calendars, list[Condition]] = {}
    for one in here.people.values():
        hours = _hours(one)
        if hours is not None and one.is_certain:
            by_hours.setdefault(own | hours, []).append(one.leads)
    found = ((hours, either(leads)) for hours, leads in by_hours.items())
    return tuple(Sure(hours, leads) for hours, leads in found if leads != NEVER)


def _hours(one: Candidate) -> Calendars | None:
    """Return the hours in which nothing keeps a lead from somebody, None where there are none."""
    person = one.known
    if person is None:
        return frozenset()
    if person.is_inactive or person.away:
        return None
    return _open_hours(one.hours, person.caps + one.caps)


def _open_hours(hours: str | None, caps: tuple[Cap, ...]) -> Calendars | None:
    if caps:
        return None
    return frozenset() if hours is None else frozenset({hours})


def open_together(policy: Policy, names: Calendars) -> tuple[Calendars, ...]:
    """Return which of the calendars are open at some moment and the others closed.

    Each combination comes once, by its first moment in the `MOST_DAYS` days that are
    looked at.
    """
    calendars = [policy.calendars[name] for name in sorted(names)]
    found: dict[Calendars, None] = {}
    for moment in moments(calendars, DAY, MOST_DAYS):
        found[frozenset(each.name for each in calendars if is_open(each, moment))] = None
    return tuple(found)


# -- in words --


def limits(policy: Policy, target: Target) -> list[str]:
    """Return what can keep the lead from the target, a few words each."""
    here, what = behind(policy, target), said(target)
    title = f"the team `{what.name}`" if target.kind.receiver == "member" else f"`{what.name}`"
    found = [f"only those who serve its {field}" for field in what.matching]
    found += _of(title, here.hours, here.caps)
    for name, one in (here.people or {}).items():
        found += _of_person(name, one)
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


# -- never --


def never(policy: Policy, target: Target) -> str | None:
    """Return why `target` can't ever take a lead, None where it can or has no weights at all."""
    here, what = behind(policy, target), said(target)
    people = here.people or {}
    known = [one.known for one in people.values() if one.known is not None]
    if len(known) < len(people) or not known or target.kind.definition not in {"team", "person"}:
        return None  # nobody is named; or reported already: an unknown member, a team of nobody
    active = [one for one in people.values() if one.is_active]
    if target.kind.definition == "person":
        return None if active else f"`{what.name}` is inactive"
    if not active:
        return f"everybody in `{what.name}` is inactive"
    serving = [one for one in active if one.leads != NEVER]
    if not serving:
        serves = [one.known.serves for one in active if one.known is not None]
        alone = (field for field in what.matching if not any(each.get(field) for each in serves))
        asked = _listed(list(alone)[:1] or what.matching)
        return f"nobody in `{what.name}` says which {asked} they serve"
    hours = here.hours
    if hours is None:
        return None

    def is_ever_open(one: Candidate) -> bool:
        return _meet(policy, frozenset({hours, one.hours or hours}))

    if any(map(is_ever_open, serving)):
        return None
    others = any(map(is_ever_open, active))
    who = f"nobody who says which {_listed(what.matching)} they serve" if others else "nobody"
    return f"{who} works while `{what.name}` does, by `{hours}`"


def _listed(fields: Sequence[str]) -> str:
    return " and ".join(f"`{field}`" for field in fields)


def _meet(policy: Policy, hours: Calendars) -> bool:
    """Return whether the calendars are ever open together."""
    calendars = [policy.calendars[name] for name in sorted(hours)]
    return any(
        all(is_open(calendar, moment) for calendar in calendars)
        for moment in moments(calendars, DAY, MOST_DAYS)
    )
