"""What is sure to be taken once everybody declined whom a rule offers its leads.

Whoever the rule itself names may decline, so nobody of them is sure of any lead; what takes every
lead and firms aren't asked. Behind them comes the fallback, which offers nothing: somebody of it is
sure of leads as ever, but for those who may have declined already.
"""

from collections.abc import Iterator

import attrs

from turnout.compiler.candidates import behind
from turnout.compiler.program import Attempt, Clause
from turnout.compiler.questions.limits import Sure, sure
from turnout.dsl.policy import Policy


def sure_after_offers(policy: Policy, clause: Clause) -> Iterator[Sure]:
    """Yield what somebody is sure to take of a clause's leads, whoever declines them."""
    own, inherited = (
        clause.attempts[: clause.own_attempts],
        clause.attempts[clause.own_attempts :],
    )
    declining = {name for each in own for name in behind(policy, each.target).people or ()}
    for attempt in own:
        if behind(policy, attempt.target).people is None:
            yield from sure(policy, attempt.target)
    rest = _without(policy, declining)
    for attempt in inherited:
        if not _is_one_of(policy, attempt, declining):
            yield from sure(rest, attempt.target)


def _without(policy: Policy, people: set[str]) -> Policy:
    """Return the policy with nobody of these people in its teams."""
    teams = {
        name: attrs.evolve(
            team, members=tuple(each for each in team.members if each.person not in people)
        )
        for name, team in policy.teams.items()
    }
    return attrs.evolve(policy, teams=teams)


def _is_one_of(policy: Policy, attempt: Attempt, people: set[str]) -> bool:
    """Return whether a target that names no team can give a lead to one of these people."""
    if attempt.target.kind.definition == "team":
        return False
    return not people.isdisjoint(behind(policy, attempt.target).people or ())
