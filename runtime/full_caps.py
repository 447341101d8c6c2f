"""Which caps had no room for a lead, and how full each is: told with an explanation.

A decision says `at-cap` of whoever was passed over; how many leads of how many that are is
known only while the state is at hand.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from turnout.compiler.program import Program
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import Cap, Policy
from turnout.dsl.targets import Target, ToOwner, ToPerson, said
from turnout.dsl.types import Values
from turnout.dsl.wording import worded
from turnout.frozen import frozen
from turnout.runtime.availability import period
from turnout.runtime.decisions import Decision, PassedOver
from turnout.runtime.gauges import CountedCap, counted
from turnout.runtime.stores import TargetState, member_of, receivers


@frozen
class CapRefusal:
    """A cap without room. target: that was passed over, in words. who: a receiver's name."""

    target: str
    who: str
    told: str


def full_caps(
    program: Program, decision: Decision, values: Values, state: TargetState, at: datetime
) -> tuple[CapRefusal, ...]:
    """Return the caps for which targets were passed over, those that are full at a moment."""
    clauses = program.routes[decision.route].clauses
    targets: dict[str, Target] = {
        worded(attempt.target): attempt.target
        for attempts in [program.routes[decision.route].last, *(each.attempts for each in clauses)]
        for attempt in attempts
    }
    own = () if decision.repeated else _receivers(decision)  # the lead itself was given since
    found: list[CapRefusal] = []
    for passed in decision.passed_over:
        target = targets.get(passed.target)
        reasons = {passed.reason, *(reason for _, reason in passed.members)}
        if "at-cap" not in reasons or target is None:  # of somebody away it is their backup's
            continue
        for each in _asked(program.policy, target, passed, values):
            leads = counted(each, state, partial(period, moment=at)) - (each[1] in own)
            if leads >= each[0].most:
                found.append(CapRefusal(passed.target, each[1], _told(leads, each[0])))
    return tuple(found)


def _receivers(decision: Decision) -> tuple[str, ...]:
    return receivers(decision.kind, decision.target, decision.assignee)


def _asked(
    policy: Policy, target: Target, passed: PassedOver, values: Values
) -> Iterator[CountedCap]:
    """Yield the caps that a target asked: of the team itself, or of those who were at one."""
    name = said(target).name
    match target.kind.definition:
        case "team":
            team = policy.teams[name]
            yield from _of(team.caps, f"team {name}")
            for person in (person for person, reason in passed.members if reason == "at-cap"):
                yield from _of_person(policy, person)
                member = next(each for each in team.members if each.person == person)
                yield from _of(member.caps, member_of(name, person))
        case "partner":
            yield from _of(policy.outlets[f"partner {name}"].caps, f"partner {name}")
        case _:
            named = _person(target, values)
            people = [person for person, reason in passed.members if reason == "at-cap"]
            for person in people if passed.members else [] if named is None else [named]:
                yield from _of_person(policy, person)


def _person(target: Target, values: Values) -> str | None:
    """Return whom a target names that gives the lead to one person."""
    if isinstance(target, ToPerson):
        return target.person
    field = target.field if isinstance(target, ToOwner) else PREVIOUS_OWNER
    return None if values.get(field) is None else str(values[field])


def _of_person(policy: Policy, name: str) -> Iterator[CountedCap]:
    person = policy.people.get(name)
    return _of(() if person is None else person.caps, f"person {name}")


def _of(caps: Iterable[Cap], who: str) -> Iterator[CountedCap]:
    return ((cap, who) for cap in caps)


def _told(leads: int, cap: Cap) -> str:
    """Return how full a cap is.

    >>> _told(20, Cap(20, None, "UTC")), _told(8, Cap(8, "day", "UTC"))
    ('20 of 20 open leads', '8 of 8 leads this day')
    """
    if cap.per is None:
        return f"{leads:,} of {cap.most:,} open leads"
    if isinstance(cap.per, timedelta):
        hours = cap.per / timedelta(hours=1)
        return f"{leads:,} of {cap.most:,} leads in {hours:g} hours"
    return f"{leads:,} of {cap.most:,} leads this {cap.per}"


def by_target(full: Iterable[CapRefusal]) -> Mapping[str, Mapping[str, str]]:
    """Return what is told, by target, then by who: a person's name, or "" for the target itself."""
    found: dict[str, dict[str, str]] = {}
    for each in full:
        kind, _, who = each.who.partition(" ")
        name = {"person": who, "member": who.rpartition(" ")[2]}.get(kind, "")
        found.setdefault(each.target, {}).setdefault(name, each.told)
    return found
