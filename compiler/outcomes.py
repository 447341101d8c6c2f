"""What a clause gives its leads: which targets they are offered, and who can have them then.

Two clauses give the same when no lead could tell them apart, which is one question for the
checks, for `diff` and for guarantees. What is offered are the targets in their order; the
last is the first that always accepts, and one that asks no less than a target before it is
left out, since whatever kept that one from the lead keeps it, too (`tried`).

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
from turnout.compiler.program import Attempt, Clause
from turnout.dsl.conditions import ALWAYS, NEVER, Condition, Not
from turnout.dsl.policy import Policy
from turnout.dsl.promises import Reached
from turnout.dsl.targets import Accepting, Target, said
from turnout.dsl.wording import acted, promised, worded

# -- what is offered --


@attrs.frozen
class Outcome:
    """What a lead gets: the targets that it is offered, in order, and on what terms.

    targets: those that are `tried`. terms: whatever else the clause says (a due time,
    actions), by name, in words.
    """

    targets: tuple[Target, ...]
    terms: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Return the outcome in the words of the language."""
        offered = " else ".join(worded(target) for target in self.targets) or "no target"
        return "; ".join([offered, *(f"{name} {words}" for name, words in self.terms)])


def outcome(clause: Clause) -> Outcome:
    """Return what a clause gives its leads."""
    return outcome_of(clause.attempts, _terms(clause))


def outcome_of(attempts: Sequence[Attempt], terms: tuple[tuple[str, str], ...] = ()) -> Outcome:
    """Return what these attempts come to."""
    return Outcome(tried([attempt.target for attempt in attempts]), terms)


def _terms(clause: Clause) -> tuple[tuple[str, str], ...]:
    """Return what a clause says of its leads besides who gets them, in words."""
    found: list[tuple[str, str]] = []
    if clause.sla is not None:
        found.append(("sla", promised(clause.sla)))
    found += [("do", acted(action.kind, action.arguments)) for action in clause.actions]
    return tuple(found)


def tried(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return the targets of a chain on which it depends who gets a lead, in order.

    >>> from turnout.dsl.targets import ToPerson, ToQueue
    >>> ana, triage = ToPerson("ana"), ToQueue("triage")
    >>> tried([ana, ana, triage, ToPerson("ben")]) == (ana, triage)
    True
    """
    return tuple(targets[at] for at in _deciding(targets))


def _deciding(targets: Sequence[Target]) -> list[int]:
    found: list[int] = []
    for at, target in enumerate(targets):
        if any(_asks_no_less(target, targets[before]) for before in found):
            continue
        found.append(at)
        if isinstance(target, Accepting):
            break
    return found


def _asks_no_less(target: Target, before: Target) -> bool:
    """Return whether `target` passes on all that `before` passed on, whatever the policy.

    It has to choose among the same people or firms, asking hours and matches at least as
    strictly. Nothing is made of who is in a team or has no hours: that may change, and the
    rules stay.
    """
    one, two = said(target), said(before)
    is_same = (target.kind.reached, one.name) == (before.kind.reached, two.name)
    is_as_strict = set(two.matching) <= set(one.matching) and (two.anytime or not one.anytime)
    return is_same and is_as_strict


# -- who can have the lead --


@attrs.frozen
class End:
    """One end that a chain can come to.

    attempt: the target that is given the lead, None where nobody is. passed: the attempts
    before it.
    """

    attempt: Attempt | None
    passed: tuple[Attempt, ...]


def ends(attempts: Sequence[Attempt]) -> Iterator[End]:
    """Yield the ends that a chain can come to, in order; some only for some leads, or none."""
    passed: list[Attempt] = []
    for at in _deciding([attempt.target for attempt in attempts]):
        yield End(attempts[at], tuple(passed))
        if isinstance(attempts[at].target, Accepting):
            return
        passed.append(attempts[at])
    yield End(None, tuple(passed))


@attrs.frozen(eq=False)
class Giving:
    """Whom the ends of chains can give leads to, by a policy.

    Thousands of rules send to a few chains, so that each answer is kept.
    """

    policy: Policy
    _behind: dict[Target, Behind] = attrs.field(factory=dict[Target, Behind], repr=False)
    _known: dict[tuple[Target | frozenset[str], ...], Condition] = attrs.field(
        factory=dict["tuple[Target | frozenset[str], ...]", Condition], repr=False
    )

    def leads(self, end: End) -> Condition:
        """Return the leads that `end` can come about for."""
        return ALWAYS if end.attempt is None else self._given(end, frozenset())

    def leads_to(self, end: End, reached: Reached) -> Condition:
        """Return the leads that `end` can give to `reached`."""
        if end.attempt is None:
            return NEVER
        target = end.attempt.target
        if _is_named(target, reached):
            return self.leads(end)
        here = self._of(target)
        if reached.kind != "person" or here.people is None or reached.name not in here.people:
            return NEVER
        return _to(here, reached.name, self._passed(end))

    def leads_to_others(self, end: End, reached: Sequence[Reached]) -> Condition:
        """Return the leads that `end` can give to none of `reached`, nobody included."""
        if end.attempt is None:
            return ALWAYS
        if any(_is_named(end.attempt.target, each) for each in reached):
            return NEVER
        return self._given(end, frozenset(e.name for e in reached if e.kind == "person"))

    def _given(self, end: End, but: frozenset[str]) -> Condition:
        """Return the leads that the end's target can take, people in `but` left out."""
        assert end.attempt is not None
        asked = (but, end.attempt.target, *(each.target for each in end.passed))
        if asked not in self._known:
            here, passed = self._of(end.attempt.target), self._passed(end)
            if here.people is not None:
                to = (_to(here, name, passed) for name in here.people if name not in but)
                self._known[asked] = either(to)
            else:
                can_take = all(_can_take(here, each) for each in passed)
                self._known[asked] = ALWAYS if can_take else NEVER
        return self._known[asked]

    def _passed(self, end: End) -> list[Behind]:
        return [self._of(each.target) for each in end.passed]

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
