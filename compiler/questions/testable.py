"""What tests can cover, in the language's own terms: rules, branches and else-steps.

- A *rule* is covered when a test's lead is taken by it, and so is a *fallback*, of a block
  or of the route.
- A *branch* is one of the alternatives of an `or` in a rule's condition, or in a territory
  or segment that it names: a territory without a condition of its own has one for each of
  its children. It is covered when the rule takes a lead for which it holds. Alternatives of
  an alternative stand in its place. What stands below a `not`, values in a list and the rows
  of a table are no branches.
- A rule that hands its leads to another route is covered when one of them is taken there. What
  stands in the other route counts once, as a part of it, whichever way a lead came.
- An *else-step* is every target of a chain behind its first. It is covered when a lead is
  offered to it, because everything before it passed the lead on; whether it then accepts
  is another matter. `else continue` is one, too, covered when a lead goes on by it.
"""

from collections.abc import Iterator, Mapping
from typing import assert_never

from turnout.compiler.program import Clause, Program
from turnout.dsl.conditions import (
    ALWAYS,
    And,
    Atom,
    Condition,
    Named,
    Not,
    Or,
)
from turnout.dsl.policy import Handover, Policy
from turnout.dsl.source import Span
from turnout.dsl.types import Field
from turnout.dsl.wording import is_list_of_texts, is_one_test, worded, written
from turnout.frozen import attribute, frozen

KINDS = ("rule", "fallback", "branch", "else")
LONGEST = 80
"""Characters of a branch in words."""


@frozen
class Coverable:
    """Something that a test can cover.

    kind: one of `KINDS`. clause: the number of the clause in which it stands. condition: of
    a branch, what must hold; always true otherwise. step: the number of an else-step among
    the clause's attempts, 0 otherwise. title: such as "rule dach", "dach: else queue triage".
    goes_on: it is an `else continue`; its step is behind all attempts. handover: of a rule that
    hands its leads over; `clause` is then the first that stands there for it.
    """

    kind: str
    route: str
    clause: int
    title: str
    condition: Condition
    step: int
    span: Span = attribute(repr=False)
    goes_on: bool = False
    handover: Handover | None = None


def coverables(program: Program) -> tuple[Coverable, ...]:
    """Return everything that tests of the policy can cover, in the order of its clauses."""
    return tuple(_all(program))


def _all(program: Program) -> Iterator[Coverable]:
    fields = program.policy.fields
    for name, route in program.routes.items():
        told: set[str] = set()
        for at, clause in enumerate(route.clauses):
            for handover in clause.handed_by[:1]:
                if handover.rule not in told:
                    told.add(handover.rule)
                    yield Coverable(
                        "rule",
                        name,
                        at,
                        f"rule {handover.rule}",
                        ALWAYS,
                        0,
                        handover.span,
                        handover=handover,
                    )
            if clause.handed_by:
                continue
            kind = "rule" if clause.is_rule else "fallback"
            title = f"rule {clause.name}" if clause.is_rule else clause.name
            yield Coverable(kind, name, at, title, ALWAYS, 0, clause.span)
            for label, condition in _branches(program.policy, clause).items():
                said = f"{title}: {_said(label, fields)}"
                yield Coverable("branch", name, at, said, condition, 0, clause.span)
            for step, attempt in enumerate(clause.attempts[: clause.own_attempts]):
                if step:
                    said = f"{title}: else {worded(attempt.target)}"
                    yield Coverable("else", name, at, said, ALWAYS, step, attempt.span)
            if clause.lets_on and clause.going_on is not None:
                said, step = f"{title}: else continue", clause.own_attempts
                yield Coverable("else", name, at, said, ALWAYS, step, clause.going_on, goes_on=True)


def _branches(policy: Policy, clause: Clause) -> dict[Condition, Condition]:
    """Return each alternative of a clause, with the whole of what must hold for it."""
    if not clause.is_rule:
        return {}
    found: dict[Condition, Condition] = {}
    for label, path in _alternatives(policy, clause.own, ()):
        found.setdefault(label, path[0] if len(path) == 1 else And(path))
    return found


def _alternatives(
    policy: Policy, condition: Condition, path: tuple[Condition, ...]
) -> Iterator[tuple[Condition, tuple[Condition, ...]]]:
    """Yield the alternatives in a condition, with those around them on the way."""
    if isinstance(condition, Atom):
        return
    match condition:
        case Named(meaning=meaning):
            yield from _alternatives(policy, meaning, path)
        case And(parts):
            for part in parts:
                yield from _alternatives(policy, part, path)
        case Or(parts):
            for part in parts if _is_choice(policy, condition) else ():
                inner = list(_alternatives(policy, part, (*path, part)))
                yield from inner or [(part, (*path, part))]
        case Not():
            return
        case _:
            assert_never(condition)


def _is_choice(policy: Policy, condition: Or) -> bool:
    """Return whether the parts are alternatives, and not one test with a list or a table."""
    parts = condition.parts
    if len(parts) < 2 or is_one_test(condition, policy.fields):
        return False
    return not all(_is_keyed(policy, part) for part in parts)


def _said(condition: Condition, fields: Mapping[str, Field]) -> str:
    """Return a branch in a few words."""
    if isinstance(condition, Or) and is_list_of_texts(condition, fields):
        more = len(condition.parts) - 1
        return f"{_shortened(written(condition.parts[0], fields))} or {more} more"
    return _shortened(written(condition, fields))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 4]} ..."


def _is_keyed(policy: Policy, part: Condition) -> bool:
    return (
        isinstance(part, Named)
        and part.name in policy.definitions
        and policy.definitions[part.name].is_keyed
    )
