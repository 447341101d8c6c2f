"""SLAs, actions, owners and guarantees: what a policy promises, read and looked up."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from turnout.dsl import nodes, policy
from turnout.dsl.conditions import ALWAYS, Condition
from turnout.dsl.promises import (
    MINUTES,
    Action,
    ActionKind,
    AlwaysByRule,
    AlwaysReaches,
    Claim,
    Guarantee,
    NeverReaches,
    NeverRejects,
    Period,
    Reached,
    SlaAtMost,
)
from turnout.dsl.resolve.conditions import ConditionReader
from turnout.dsl.resolve.handing_over import named_by_rules
from turnout.dsl.resolve.schema import number
from turnout.dsl.resolve.scope import Scope, nearest
from turnout.dsl.targets import KINDS
from turnout.dsl.types import Field, PersonName
from turnout.dsl.values.time_words import unit_meant

LONGEST = Period(366, "day")
MAX_TEXT = 1_000
MAX_OWNER = 200

_UNITS = {written: unit for unit in MINUTES for written in (unit, f"{unit}s")}
_TEXT, _WORD, _SEQUENCE = "a text", "a name", "a sequence"
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "task": (_TEXT,),
    "notify": (_WORD, _TEXT),
    "start": (_SEQUENCE,),
    "tag": (_TEXT,),
    "suppress": (_SEQUENCE,),
    "channel": (_WORD,),
}
"""What each action takes."""
FORMS = {
    "task": 'task "Call back"',
    "notify": 'notify slack "#emea-deals"',
    "start": "start welcome",
    "tag": 'tag "hot"',
    "suppress": "suppress welcome",
    "channel": "channel phone",
}
WITH_SEQUENCE = frozenset(kind for kind, takes in _ACTIONS.items() if _SEQUENCE in takes)
"""The actions that name a sequence."""
REACHED = {kind.reached: kind.definition for kind in KINDS if kind.definition != "text"}
"""Whom a guarantee can speak of, with what it names then."""
_NAMELESS = {"identity", ""}
_NAMED = [reached for reached, definition in REACHED.items() if definition not in _NAMELESS]

_Clause = TypeVar("_Clause", bound=Any)


# -- owners --


def steward(written: nodes.Owned | None, scope: Scope) -> str | None:
    """Return who answers for what `written` stands behind, None where nobody is named."""
    if written is None:
        return None
    text = written.by.text.strip()
    if text and len(text) <= MAX_OWNER and text.isprintable():
        return text
    message = "an owner is a name or a text of 1 to 200 characters on one line"
    scope.report("unknown-value", written.by.span, message)
    return None


def steward_among(clauses: Iterable[object], scope: Scope) -> str | None:
    """Return the owner that one of a team's clauses names."""
    written = [clause for clause in clauses if isinstance(clause, nodes.Owned)]
    return steward(only("the team", "owned by", written, scope), scope)


def only(what: str, word: str, clauses: Iterable[_Clause], scope: Scope) -> _Clause | None:
    """Return the one clause, None where there is none; report every further one."""
    written = list(clauses)
    for again in written[1:]:
        scope.report("duplicate-clause", again.span, f"{what} has more than one `{word}`")
    return written[0] if written else None


# -- SLAs and actions --


def period(node: nodes.Duration, scope: Scope) -> Period | None:
    """Return the length of time, None where it was reported."""
    unit = _UNITS.get(node.unit.text)
    if unit is None:
        near = unit_meant(node.unit.text) or nearest(node.unit.text, _UNITS)
        message = f"`{node.unit.text}` is no unit of time"
        advice = "write minutes, hours, days or weeks"
        scope.report("unknown-value", node.unit.span, message, help=advice, near=near)
        return None
    amount = number(node.number)
    found = Period(int(amount), unit) if amount is not None and amount == int(amount) else None
    if found is None or not 0 < found.minutes <= LONGEST.minutes:
        message = f"`{node.span.text}` is not a time to answer in"
        advice = f"write a whole number, from 1 minute to {LONGEST}"
        scope.report("unknown-value", node.span, message, help=advice)
        return None
    return found


def sla(
    node: nodes.Sla | None,
    chain: Callable[[nodes.Chain], policy.Chain],
    scope: Scope,
    *,
    is_offered: bool,
) -> policy.Sla | None:
    """Return a rule's SLA. chain: reads targets, and reports what is wrong with them.

    is_offered: whether the rule offers its leads.
    """
    if node is None:
        return None
    start = node.from_acceptance
    if start is not None and not is_offered:
        message = "the rule offers its leads to nobody, so that nobody accepts them"
        advice = "add an `offer`, such as `offer 15 minutes`, or leave `from acceptance` out"
        scope.report("unknown-value", start.span, message, help=advice)
    within = period(node.within, scope)
    known_steps = _sla_steps(node.steps, within, scope)
    steps = () if node.then is None else chain(nodes.Chain((node.then,), node.then.span))
    if within is None or known_steps is None or (node.then is not None and not steps):
        return None
    absence = None
    if node.absence is not None:
        lasts = node.absence.within
        known = None if lasts is None else period(lasts, scope)
        if lasts is not None and known is None:
            return None
        absence = policy.SlaAbsence(known)
    then = steps[0] if steps else None
    of = node.span, absence, known_steps, start is not None
    return policy.Sla(within, node.wall, then, *of)


def _sla_steps(
    written: tuple[nodes.SlaStep, ...], first: Period | None, scope: Scope
) -> tuple[policy.SlaStep, ...] | None:
    """Return the steps of an SLA, None where something is wrong with them, which is reported.

    first: the time of the first step.
    """
    found: list[policy.SlaStep] = []
    for step in written[:-1]:
        if step.deed.word == "then":
            message = f"`{step.deed.span.text}` is not the last step"
            advice = "put it at the end: the steps begin anew for whoever has the lead then"
            scope.report("unknown-value", step.deed.span, message, help=advice)
            return None
    for step in written:
        lasts = period(step.within, scope) if found else first
        if lasts is None:
            return None
        if found and lasts.minutes <= found[-1].period.minutes:
            message = f"`{step.within.span.text}` doesn't come after `{found[-1].period}`"
            advice = "write the steps by their times, all counted from when the lead was given"
            scope.report("unknown-value", step.within.span, message, help=advice)
            return None
        found.append(policy.SlaStep(lasts, step.deed.word))
    return tuple(found)


def actions(written: Iterable[nodes.Action], scope: Scope) -> tuple[Action, ...]:
    """Return a rule's actions in order, without those that were reported."""
    found = (_action(node, scope) for node in written)
    return tuple(action for action in found if action is not None)


def _action(node: nodes.Action, scope: Scope) -> Action | None:
    kind = node.kind.text
    wanted = _ACTIONS.get(kind)
    if wanted is None:
        near = nearest(kind, _ACTIONS)
        message = f"there is no action `{kind}`"
        advice = f"the actions are {', '.join(_ACTIONS)}"
        scope.report("unknown-name", node.kind.span, message, help=advice, near=near)
        return None
    if len(node.arguments) != len(wanted):
        message = f"`{kind}` takes {' and '.join(wanted)}"
        scope.report("unknown-value", node.span, message, help=f"write `{FORMS[kind]}`")
        return None
    fits = [
        _fits(kind, *pair, scope) for pair in zip(node.arguments, wanted, strict=True)
    ]  # all are asked, so that each is reported
    if not all(fits):
        return None
    return Action(
        cast("ActionKind", kind), tuple(each.text.strip() for each in node.arguments), node.span
    )


def _fits(kind: str, argument: nodes.Name | nodes.Literal, wanted: str, scope: Scope) -> bool:
    is_name = isinstance(argument, nodes.Name)
    if wanted == _SEQUENCE and isinstance(argument, nodes.Name):
        return scope.knows("sequence", argument)
    if is_name != (wanted != _TEXT):
        message = f"`{kind}` takes {wanted} here"
        scope.report("unknown-value", argument.span, message, help=f"write `{FORMS[kind]}`")
        return False
    if is_name or 0 < len(argument.text.strip()) <= MAX_TEXT:
        return True
    message = f"the text of `{kind}` has 1 to 1,000 characters"
    scope.report("unknown-value", argument.span, message)
    return False


# -- guarantees --


class GuaranteeReader:
    """Reads guarantees about the routes that were read before."""

    def __init__(
        self,
        conditions: ConditionReader,
        fields: Mapping[str, Field],
        routes: Mapping[str, policy.Route],
        scope: Scope,
    ) -> None:
        """Read conditions with `conditions`, reporting to `scope`."""
        self._conditions = conditions
        self._fields = fields
        self._rules = {name: set(named_by_rules(route.entries)) for name, route in routes.items()}
        self._scope = scope

    def read(self, node: nodes.Guarantee) -> Guarantee | None:
        """Return the guarantee, None where a part of it was reported."""
        name = node.name.text
        what = f"the guarantee `{name}`"
        by = steward(node.owner, self._scope)
        is_new = self._scope.stands("guarantee", node.name)
        written = only(what, "when", node.conditions, self._scope)
        condition: Condition | None = ALWAYS
        if written is not None:
            condition = self._conditions.read(written)
        routes = [each.route for each in node.routes if self._scope.knows("route", each.route)]
        about = tuple(dict.fromkeys(each.text for each in routes))
        claims = [self._claim(claim, about or tuple(self._rules)) for claim in node.claims]
        if not node.claims:
            message = f"{what} claims nothing"
            advice = "write what holds, such as `never rejects` or `sla at most 4 hours`"
            self._scope.report("incomplete-guarantee", node.name.span, message, help=advice)
        sound = tuple(claim for claim in claims if claim is not None)
        if condition is None or not is_new or len(routes) < len(node.routes):
            return None
        return Guarantee(name, condition, about or tuple(self._rules), sound, by, node.name.span)

    def _claim(self, node: nodes.Claim, routes: tuple[str, ...]) -> Claim | None:
        match node.words:
            case "always reaches" | "never reaches":
                found = [self._reached(each) for each in _of(nodes.Reached, node.operands)]
                targets = tuple(each for each in found if each is not None)
                if len(targets) < len(found):
                    return None
                kind = AlwaysReaches if node.words == "always reaches" else NeverReaches
                return kind(targets, node.span)
            case "always by rule":
                names = _of(nodes.Name, node.operands)
                is_known = [self._knows_rule(name, routes) for name in names]
                if not all(is_known):
                    return None
                return AlwaysByRule(tuple(name.text for name in names), node.span)
            case "sla at most":
                (written,) = _of(nodes.Duration, node.operands)
                within = period(written, self._scope)
                return None if within is None else SlaAtMost(within, node.wall, node.span)
            case _:
                return NeverRejects(node.span)

    def _knows_rule(self, name: nodes.Name, routes: tuple[str, ...]) -> bool:
        for route in routes:
            if name.text in self._rules.get(route, ()):
                self._scope.refer("rule", name, of=route)
        rules = {rule: None for route in routes for rule in sorted(self._rules.get(route, ()))}
        if name.text in rules:
            return True
        self._scope.unknown("rule", name, rules)
        return False

    def _reached(self, node: nodes.Reached) -> Reached | None:
        kind, name = node.kind.text, node.name
        if kind not in REACHED:
            near = nearest(kind, REACHED)
            advice = f"write {', '.join(_NAMED)}"
            message = f"a guarantee can't speak of `{kind}`"
            self._scope.report("unknown-name", node.kind.span, message, help=advice, near=near)
            return None
        if (name is None) != (REACHED[kind] in _NAMELESS):
            message = f"`{kind}` {'needs' if name is None else 'takes no'} name"
            self._scope.report(
                "unknown-value", node.span, message.replace("needs name", "needs a name")
            )
            return None
        if name is None:
            if REACHED[kind] == "identity":
                self._scope.needs_identity(kind, node.span)
            return Reached(kind, "", node.span)
        known = self._is_owner(name) if REACHED[kind] == "field" else self._scope.knows(kind, name)
        return Reached(kind, name.text, node.span) if known else None

    def _is_owner(self, name: nodes.Name) -> bool:
        self._scope.refer("field", name)
        people = {key for key, field in self._fields.items() if isinstance(field.type, PersonName)}
        if name.text not in people and not self._scope.is_lost(name, self._fields):
            self._scope.unknown("person field", name, dict.fromkeys(sorted(people)))
        return name.text in people


def _of(kind: type[_Clause], operands: tuple[Any, ...]) -> list[_Clause]:
    return [operand for operand in operands if isinstance(operand, kind)]
