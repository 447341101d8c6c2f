"""What a clause gives its leads: which targets they are offered, and who can have them then.

Two clauses give the same when no lead could tell them apart, which is one question for the
checks, for `diff` and for guarantees. What is offered are the targets in their order; the
last is the first that always accepts, and one that asks no less than a target before it is
left out, since whatever kept that one from the lead keeps it, too (`tried`).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache

import attrs

from turnout.compiler.program import Attempt, Clause
from turnout.dsl.conditions import Condition
from turnout.dsl.policy import Sla
from turnout.dsl.targets import Accepting, Target, said
from turnout.dsl.wording import acted, promised, worded
from turnout.frozen import attribute, frozen

# -- what is offered --


@frozen
class Outcome:
    """What a lead gets: the targets that it is offered, in order, and on what terms.

    targets: those that are `tried`. terms: whatever else the clause says (a due time,
    actions), by name, in words. sla: the due time, for whoever says it in words of its own.
    goes_on: whom they pass on goes on to what comes next.
    """

    targets: tuple[Target, ...]
    terms: tuple[tuple[str, str], ...] = ()
    sla: Sla | None = attribute(default=None, eq=False, repr=False)
    goes_on: bool = False

    def __str__(self) -> str:
        """Return the outcome in the words of the language."""
        more = ["continue"] if self.goes_on else []
        offered = " else ".join([*map(worded, self.targets), *more]) or "no target"
        return "; ".join([offered, *(f"{name} {words}" for name, words in self.terms)])


def outcome(clause: Clause) -> Outcome:
    """Return what a clause gives its leads."""
    found = outcome_of(clause.attempts, _terms(clause))
    if clause.sla is None and not clause.lets_on:
        return found
    return attrs.evolve(found, sla=clause.sla, goes_on=clause.lets_on)


def outcome_of_way(clauses: Sequence[Clause]) -> Outcome:
    """Return what a lead gets whose whole way these clauses are: each lets it on to the next.

    Where the last lets it on, too, nobody has it then. What a clause promises holds where one
    of its own targets has the lead, which is said where the clauses promise different things.
    """
    if len(clauses) == 1:
        return attrs.evolve(outcome(clauses[0]), goes_on=False)
    every = tuple(attempt.target for clause in clauses for attempt in clause.attempts)
    kept = set(_deciding(every))
    legs: list[tuple[tuple[Target, ...], tuple[tuple[str, str], ...]]] = []
    at = 0
    for clause in clauses:
        end = at + len(clause.attempts)
        targets = tuple(every[number] for number in range(at, end) if number in kept)
        at = end
        if targets or clause is clauses[-1]:
            legs.append((targets, _terms(clause)))
        if any(isinstance(target, Accepting) for target in targets):
            break
    found = tuple(target for targets, _ in legs for target in targets)
    last = clauses[-1]
    if len({terms for _, terms in legs}) == 1:
        return Outcome(found, legs[0][1], last.sla)
    said = tuple(
        (name, f"{words} ({_had_by(targets)})") for targets, terms in legs for name, words in terms
    )
    return Outcome(found, said)


def _had_by(targets: Sequence[Target]) -> str:
    return f"with {' or '.join(map(worded, targets))}" if targets else "with nobody"


def outcome_of(attempts: Sequence[Attempt], terms: tuple[tuple[str, str], ...] = ()) -> Outcome:
    """Return what these attempts come to."""
    return _outcome(tuple([attempt.target for attempt in attempts]), terms)


@lru_cache(maxsize=1_000)  # thousands of rules have a few chains
def _outcome(targets: tuple[Target, ...], terms: tuple[tuple[str, str], ...]) -> Outcome:
    return Outcome(tried(targets), terms)


def _terms(clause: Clause) -> tuple[tuple[str, str], ...]:
    """Return what a clause says of its leads besides who gets them, in words."""
    found: list[tuple[str, str]] = []
    if clause.offer is not None:
        found.append(("offer", str(clause.offer)))
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
    return tuple(targets[at] for at in _deciding(tuple(targets)))


@lru_cache(maxsize=1_000)  # thousands of rules have a few chains
def _deciding(targets: tuple[Target, ...]) -> tuple[int, ...]:
    found: list[int] = []
    for at, target in enumerate(targets):
        if any(_asks_no_less(target, targets[before]) for before in found):
            continue
        found.append(at)
        if isinstance(target, Accepting):
            break
    return tuple(found)


def _asks_no_less(target: Target, before: Target) -> bool:
    """Return whether `target` passes on all that `before` passed on, whatever the policy.

    It has to choose among the same people or firms, asking hours and matches at least as
    strictly. Nothing is made of who is in a team or has no hours: that may change, and the
    rules stay.
    """
    if target.kind.reached != before.kind.reached:  # as in most of thousands of chains
        return False
    one, two = said(target), said(before)
    is_as_strict = set(two.matching) <= set(one.matching) and (two.anytime or not one.anytime)
    return one.name == two.name and is_as_strict


# -- who can have the lead --


@frozen
class End:
    """One end that a chain can come to.

    attempt: the target that is given the lead, None where nobody is. passed: the attempts
    before it. let_on: targets of rules that let leads on, each with the leads that it was
    asked about and passed on before. missed: who is left out, since they missed the lead's
    SLA, such as "person ana". after: it comes later than this, None for at once. only: the
    people who can get the lead so, None for all.
    """

    attempt: Attempt | None
    passed: tuple[Attempt, ...]
    missed: frozenset[str] = frozenset()
    after: datetime | None = None
    only: frozenset[str] | None = None
    let_on: tuple[tuple[Target, Condition], ...] = ()


def ends(attempts: Sequence[Attempt]) -> Iterator[End]:
    """Yield the ends that a chain can come to, in order; some only for some leads, or none."""
    passed: list[Attempt] = []
    for at in _deciding(tuple(attempt.target for attempt in attempts)):
        yield End(attempts[at], tuple(passed))
        if isinstance(attempts[at].target, Accepting):
            return
        passed.append(attempts[at])
    yield End(None, tuple(passed))
