"""Whom a chain of targets can give a lead to, whoever is available.

Anybody may be away, off-hours or at a cap, and a partner full, when a lead arrives; only
what always accepts takes every lead. So a target can be given the lead if each one
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

from turnout.compiler.candidates import Behind, behind, both, either
from turnout.compiler.program import Attempt
from turnout.dsl.conditions import ALWAYS, NEVER, Condition, Not
from turnout.dsl.policy import Policy
from turnout.dsl.promises import Reached
from turnout.dsl.targets import Target, said


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
        if attempt.target.kind.always_accepts:
            return
    yield Outcome(None, tuple(attempts))


@attrs.frozen(eq=False)
class Giving:
    """Whom the outcomes of chains can give leads to, by a policy.

    Thousands of rules send to a few chains, so that each answer is kept.
    """

    policy: Policy
    _behind: dict[Target, Behind] = attrs.field(factory=dict[Target, Behind], repr=False)
    _known: dict[tuple[Target | frozenset[str], ...], Condition] = attrs.field(
        factory=dict["tuple[Target | frozenset[str], ...]", Condition], repr=False
    )

    def leads(self, outcome: Outcome) -> Condition:
        """Return the leads that `outcome` can come about for."""
        return ALWAYS if outcome.attempt is None else self._given(outcome, frozenset())

    def leads_to(self, outcome: Outcome, reached: Reached) -> Condition:
        """Return the leads that `outcome` can give to `reached`."""
        if outcome.attempt is None:
            return NEVER
        target = outcome.attempt.target
        if _is_named(target, reached):
            return self.leads(outcome)
        here = self._of(target)
        if reached.kind != "person" or here.people is None or reached.name not in here.people:
            return NEVER
        return _to(here, reached.name, self._passed(outcome))

    def leads_to_others(self, outcome: Outcome, reached: Sequence[Reached]) -> Condition:
        """Return the leads that `outcome` can give to none of `reached`, nobody included."""
        if outcome.attempt is None:
            return ALWAYS
        if any(_is_named(outcome.attempt.target, each) for each in reached):
            return NEVER
        return self._given(outcome, frozenset(e.name for e in reached if e.kind == "person"))

    def _given(self, outcome: Outcome, but: frozenset[str]) -> Condition:
        """Return the leads that the outcome's target can take, people in `but` left out."""
        assert outcome.attempt is not None
        asked = (but, outcome.attempt.target, *(each.target for each in outcome.passed))
        if asked not in self._known:
            here, passed = self._of(outcome.attempt.target), self._passed(outcome)
            if here.people is not None:
                to = (_to(here, name, passed) for name in here.people if name not in but)
                self._known[asked] = either(to)
            else:
                can_take = all(_can_take(here, each) for each in passed)
                self._known[asked] = ALWAYS if can_take else NEVER
        return self._known[asked]

    def _passed(self, outcome: Outcome) -> list[Behind]:
        return [self._of(each.target) for each in outcome.passed]

    def _of(self, target: Target) -> Behind:
        if target not in self._behind:
            self._behind[target] = behind(self.policy, target)
        return self._behind[target]


def _is_named(target: Target, reached: Reached) -> bool:
    """Return whether a target is what `reached` names."""
    return (reached.kind, reached.name) == (target.kind.reached, said(target).name)


def _can_take(here: Behind, refused: Behind) -> bool:
    """Return whether a place can take a lead that `refused` passed on."""
    return refused.source != here.source or bool(_hours(refused, None) - _hours(here, None))


def _to(here: Behind, person: str, passed: Iterable[Behind]) -> Condition:
    """Return the leads that can be given to one person behind a target, once others passed."""
    assert here.people is not None
    one = here.people[person]
    if not one.is_active:
        return NEVER
    return both(one.leads, *(_passes(each, here, person) for each in passed))


def _passes(refused: Behind, here: Behind, person: str) -> Condition:
    """Return the leads that `refused` can pass on although `here` can give them to `person`."""
    one = None if refused.people is None else refused.people.get(person)
    if one is None or _hours(refused, person) - _hours(here, person):
        return ALWAYS  # it isn't about them, or it could have been closed for them
    is_same = refused.source == here.source
    if not is_same and (refused.caps or one.caps or not one.is_certain):
        return ALWAYS
    return NEVER if one.leads == ALWAYS or not one.is_certain else Not(one.leads)


def _hours(here: Behind, person: str | None) -> set[str]:
    """Return the calendars that must be open for a lead to be given, to a person or at all."""
    own = here.people[person].hours if person is not None and here.people is not None else None
    return {name for name in (here.hours, own) if name is not None}
