"""What targets ask of a run, and what they change there: who has to be offered leads in order.

Asked and changed are turns (`turns TEAM`), open leads (`open PERSON`) and what caps count, as
`receivers` names them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from turnout.compiler.plan.value import Answer
from turnout.dsl.policy import Policy
from turnout.dsl.targets import (
    Accepting,
    LeastLoaded,
    PreviousOwner,
    RoundRobin,
    Target,
    ToOwner,
    ToPartner,
    ToPerson,
)
from turnout.runtime.stores import member_of, receivers


def in_order(policy: Policy, answers: Sequence[Answer]) -> frozenset[int]:
    """Return the clauses whose leads are offered one by one: what they ask depends on others.

    At first those with a target of which that is so, and those that draw from one team at
    different hours; then whatever changes what these ask, or asks what these change. Where
    leads go on to other clauses, all.
    """
    if any(each.goes_on for each in answers):
        return frozenset(range(len(answers)))
    hours: dict[str, set[bool]] = {}
    for target in targets_of(answers):
        if isinstance(target, RoundRobin):
            hours.setdefault(target.team, set()).add(target.anytime)
    found: set[int] = set()
    more = {
        number
        for number, each in enumerate(answers)
        for target in targets_of([each])
        if _depends(policy, target)
        or (isinstance(target, RoundRobin) and len(hours[target.team]) > 1)
    }
    while more:
        found |= more
        asked, changed = set[str](), set[str]()
        for target in targets_of(answers[number] for number in found):
            asked |= asked_of(policy, target)
            changed |= _changed_by(policy, target)
        more = {
            number
            for number, each in enumerate(answers)
            if number not in found
            if any(
                not asked.isdisjoint(_changed_by(policy, target))
                or not changed.isdisjoint(asked_of(policy, target))
                for target in targets_of([each])
            )
        }
    return frozenset(found)


def counted_by(kind: str, target: str, assignee: str | None) -> frozenset[str]:
    """Return the counts that change where a lead is given."""
    opened = () if assignee is None else (f"open {assignee}",)
    return frozenset((*receivers(kind, target, assignee), *opened))


def targets_of(answers: Iterable[Answer]) -> Iterator[Target]:
    """Yield the targets of some answers, in order."""
    return (attempt.target for each in answers for attempt in each.attempts)


def _depends(policy: Policy, target: Target) -> bool:
    """Return whether who takes a lead of a target depends on the lead, or on those before it."""
    if isinstance(target, Accepting | RoundRobin | ToPerson | ToPartner):
        counted = asked_of(policy, target)
        is_matched = isinstance(target, RoundRobin) and bool(target.matching)
        return is_matched or any(not each.startswith("turns ") for each in counted)
    return True


def asked_of(policy: Policy, target: Target) -> frozenset[str]:
    """Return the turns and counts that a target asks: `turns TEAM`, `open PERSON`, receivers."""
    if isinstance(target, Accepting):
        return frozenset()
    match target:
        case RoundRobin(name) | LeastLoaded(name):
            team = policy.teams[name]
            is_drawn = isinstance(target, RoundRobin)
            found = (
                {f"turns {name}"} if is_drawn else {f"open {each.person}" for each in team.members}
            )
            found |= {f"team {name}"} if team.caps else set()
            found |= {member_of(name, each.person) for each in team.members if each.caps}
            return frozenset(found | _capped(policy, (each.person for each in team.members)))
        case ToPerson(name):
            return frozenset(_capped(policy, [name, *policy.backups(name)]))
        case ToOwner() | PreviousOwner():
            return frozenset(_capped(policy, policy.people))
        case ToPartner(name):
            partner = f"partner {name}"
            return frozenset([partner] if policy.outlets[partner].caps else [])
        case _:
            assert_never(target)


def _capped(policy: Policy, people: Iterable[str]) -> set[str]:
    return {f"person {name}" for name in people if policy.people[name].caps}


def _changed_by(policy: Policy, target: Target) -> frozenset[str]:
    """Return the turns and counts that may change where a target takes a lead."""
    if isinstance(target, Accepting):
        return frozenset()
    match target:
        case RoundRobin(name) | LeastLoaded(name):
            people = [each.person for each in policy.teams[name].members]
            own = {f"turns {name}", f"team {name}", *(member_of(name, each) for each in people)}
            return frozenset(own | _given(people))
        case ToPerson(name):
            return frozenset(_given([name, *policy.backups(name)]))
        case ToOwner() | PreviousOwner():
            return frozenset(_given(policy.people))
        case ToPartner(name):
            return frozenset([f"partner {name}"])
        case _:
            assert_never(target)


def _given(people: Iterable[str]) -> set[str]:
    return {each for name in people for each in (f"person {name}", f"open {name}")}
