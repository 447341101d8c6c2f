"""A route as assignment rules of Salesforce: what can be said there, and by name what can't.

What falls through all entries is the default owner's, so that a fallback to the queue of the
left-over leads isn't written.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from turnout.compiler.program import Clause, Program
from turnout.dsl import types
from turnout.dsl.conditions import ALWAYS
from turnout.dsl.policy import Policy
from turnout.dsl.promises import Action
from turnout.dsl.source import Span
from turnout.dsl.targets import CurrentOwner, Target, ToPerson, ToQueue
from turnout.dsl.wording import worded
from turnout.frozen import define, frozen
from turnout.importing.drafts import LEFT_OVER
from turnout.importing.salesforce.written_conditions import ConditionWriter
from turnout.importing.salesforce.written_criteria import (
    MOST_ENTRIES,
    NotSaidError,
    criteria_lines,
    without_nesting,
)
from turnout.trials.outside_names import OutsideNames

_NO_NAMES: OutsideNames = {}
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<AssignmentRules xmlns="http://soap.sforce.com/2006/04/metadata">
    <assignmentRule>
        <fullName>{name}</fullName>
        <active>true</active>
"""
_TAIL = "    </assignmentRule>\n</AssignmentRules>\n"


@frozen
class NotSaid:
    """What assignment rules can't say, where it stands, and what to do about it."""

    span: Span
    message: str
    help: str = ""


def assignment_rules(
    program: Program, route: str, kind: str, names: OutsideNames = _NO_NAMES
) -> str | tuple[NotSaid, ...]:
    """Return a route as a file of assignment rules, or all that they can't say.

    kind: of the object, "Lead" or "Case". names: what Salesforce calls queues and people.
    """
    writer = _Writer(program.policy, kind, names)
    refused: list[NotSaid] = []
    entries: list[str] = []
    for clause in program.routes[route].clauses:
        try:
            entries.append(writer.entry(clause))
        except NotSaidError as failure:
            refused.append(NotSaid(clause.span, f"{clause.title}: {failure.message}", failure.help))
    refused += writer.of_policy()
    if len(entries) > MOST_ENTRIES:
        message = f"{len(entries):,} rules, and Salesforce takes {MOST_ENTRIES:,} entries"
        refused.append(NotSaid(program.routes[route].clauses[0].span, message))
    if refused:
        return tuple(refused)
    return f"{_HEAD.format(name=escape(route))}{''.join(entries)}{_TAIL}"


@define
class _Writer:
    """Writes the entries of a policy. kind: of the object. names: those of Salesforce."""

    policy: Policy
    kind: str
    names: OutsideNames

    def of_policy(self) -> Iterator[NotSaid]:
        """Yield what is said of the whole policy and has no equal."""
        for name, field in self.policy.fields.items():
            if field.required and not field.is_id and name != types.ID and field.span is not None:
                message = f"`{name}` is required, and assignment rules require nothing"
                yield NotSaid(field.span, message, "take `required` out, or ask `is present`")

    def entry(self, clause: Clause) -> str:
        """Return an entry. Raises NotSaidError."""
        if clause.validity is not None:
            raise NotSaidError("it counts on some days only", "write it without `from` and `until`")
        if clause.sla is not None:
            raise NotSaidError("it has an SLA", "escalation rules are separate in Salesforce")
        if clause.goes_on:
            raise NotSaidError("it lets leads go on", "leave `else continue` out")
        receiver = self._receiver(clause)
        if receiver is None:
            return ""
        lines = [*receiver]
        if clause.condition != ALWAYS:
            conditions = ConditionWriter(self.policy, self.kind)
            lines += criteria_lines(without_nesting(conditions.logic(clause.condition)))
        lines += _templates(clause.actions)
        inside = "".join(f"            {line}\n" for line in lines)
        return f"        <ruleEntry>\n{inside}        </ruleEntry>\n"

    def _receiver(self, clause: Clause) -> list[str] | None:
        """Return the lines with who gets a lead, None where it is left to the default owner."""
        first, *others = [each.target for each in clause.attempts[: clause.own_attempts]]
        assigned = self._assigned(first)
        for other in others:
            if other != ToQueue(LEFT_OVER):
                raise NotSaidError(
                    f"`else {worded(other)}` has no equal, since nobody is ever away there",
                    "leave the else-step out",
                )
        if not clause.is_rule and not clause.around and first == ToQueue(LEFT_OVER):
            return None
        return assigned

    def _assigned(self, target: Target) -> list[str]:
        if isinstance(target, ToQueue):
            derived = target.queue.replace("-", "_")
            return _to(self._called(f"queue {target.queue}") or derived, "Queue")
        if isinstance(target, CurrentOwner):
            return []
        if not isinstance(target, ToPerson):
            raise NotSaidError(
                f"`{worded(target)}` has no equal", "send these leads to a queue or a person"
            )
        person = self.policy.people[target.person]
        user = self._called(f"person {person.name}") or person.email
        if user is None:
            raise NotSaidError(f"`{person.name}` has no `email`", "give them one, as there")
        if person.caps or person.hours or person.away or person.is_inactive:
            raise NotSaidError(
                f"`{person.name}` has hours, caps or days away",
                "users get every lead that is assigned to them",
            )
        return _to(user, "User")

    def _called(self, target: str) -> str:
        """Return what Salesforce calls a target in rules, "" where no table says it."""
        return self.names.get(target, ("", ""))[0]


def _to(name: str, kind: str) -> list[str]:
    return [f"<assignedTo>{escape(name)}</assignedTo>", f"<assignedToType>{kind}</assignedToType>"]


def _templates(actions: tuple[Action, ...]) -> Iterator[str]:
    for action in actions:
        if action.kind != "notify" or action.arguments[:1] != ("email",):
            said = " ".join((action.kind, *action.arguments))
            raise NotSaidError(f"`do {said}` has no equal", "an entry has only a mail's template")
        yield f"<template>{escape(action.arguments[1])}</template>"
