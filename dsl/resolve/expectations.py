"""Expectations of tests: a closed list, each checked against the policy that it speaks of."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import get_args

from turnout.dsl import nodes, policy
from turnout.dsl.expectations import Expectation
from turnout.dsl.promises import Period
from turnout.dsl.resolve.declarations import WrittenName
from turnout.dsl.resolve.handing_over import named_by_rules
from turnout.dsl.resolve.promises import FORMS, WITH_SEQUENCE, period
from turnout.dsl.resolve.quotations import (
    refer_to_condition,
    refer_to_route,
    refer_to_rule,
    refer_to_target,
)
from turnout.dsl.resolve.scope import Scope, nearest
from turnout.dsl.source import Span
from turnout.dsl.targets import KINDS, Reason
from turnout.dsl.types import PersonName
from turnout.dsl.wording import worded, written
from turnout.dsl.zones import zone, zone_names

REASONS: tuple[Reason, ...] = get_args(Reason)
"""Why a target can be passed over."""

_ARGUMENTS = {"field": "FIELD", "text": '"REASON"', "identity": ""}
"""What is written behind an expectation about targets, else a name."""

EXPECTATIONS = {
    "rule": "rule NAME",
    "fallback": "fallback",
    **{
        kind.reached: f"{kind.reached} {_ARGUMENTS.get(kind.definition, 'NAME')}".strip()
        for kind in KINDS
    },
    "nobody": "nobody",
    "assignee": "assignee NAME",
    "sla": "sla 10 minutes",
    "due": 'due 2026-11-23 10:10 "Europe/Berlin"',
    "action": 'action task "Call back"',
    "issue": "issue FIELD",
    "passed-over": 'passed-over "round-robin TEAM" because away',
    "duplicate": "duplicate",
    "repeated": "repeated",
}
"""Every expectation with an example of its form."""

_COUNTS = {
    **{
        kind.reached: (0 if kind.definition in {"field", "text"} else 1, 1)
        for kind in KINDS
        if kind.definition not in {"identity", ""}
    },
    "rule": (1, 1),
    "fallback": (0, 1),
    "assignee": (1, 1),
    "sla": (0, 3),
    "due": (0, 3),
    "action": (1, 3),
    "issue": (1, 1),
    "passed-over": (1, 2),
}
"""The least and most arguments; none for what isn't listed."""


EXPECTED = {
    **{kind.reached: kind.definition for kind in KINDS},
    "assignee": "person",
    "issue": "field",
}
"""What the argument of an expectation names."""


class ExpectationReader:
    """Reads the expectations of one test."""

    def __init__(self, whole: policy.Policy, route: policy.Route | None, scope: Scope) -> None:
        """Read what is expected of `whole`. route: None where it isn't known."""
        self._policy = whole
        self._route = route
        self._scope = scope

    def read(self, node: nodes.Expect) -> Expectation | None:
        """Return the expectation, None where it was reported."""
        kind = node.kind.text
        if kind not in EXPECTATIONS:
            near = nearest(kind, EXPECTATIONS)
            advice = f"write one of {', '.join(EXPECTATIONS)}"
            message = f"a test can't expect `{kind}`"
            self._scope.report("unknown-name", node.kind.span, message, help=advice, near=near)
            return None
        least, most = _COUNTS.get(kind, (0, 0))
        if not least <= len(node.arguments) <= most or (kind == "due" and len(node.arguments) == 1):
            self._malformed(node)
            return None
        words = tuple(argument.text for argument in node.arguments)
        match kind:
            case "sla" if words:
                return self._sla(node)
            case "due" if words:
                return self._due(node)
            case _ if not self._knows(node):
                return None
            case "fallback" if words:
                said = self._otherwise_said().get(words[0], words[0])
                return Expectation(kind, (said,), node.span, node.negated)
            case _:
                return Expectation(kind, words, node.span, node.negated)

    def _otherwise_said(self) -> dict[str, str]:
        """Return the names of fallbacks by other ways to write the condition of their block."""
        if self._route is None:
            return {}
        return {
            " ".join(block.span.text.split()): written(block.condition, self._policy.fields)
            for block in _blocks(self._route.entries)
            if block.handover is None
        }

    def _malformed(self, node: nodes.Expect) -> None:
        kind = node.kind.text
        message = f"`{kind}` isn't written like this"
        self._scope.report(
            "unknown-value", node.span, message, help=f"write `{EXPECTATIONS[kind]}`"
        )

    def _sla(self, node: nodes.Expect) -> Expectation | None:
        match node.arguments:
            case (nodes.Literal(kind="number") as number, nodes.Name() as unit, *rest):
                is_wall = [each.text for each in rest] == ["wall"]
                if rest and not is_wall:
                    self._malformed(node)
                    return None
                span = Span(node.span.source, number.span.start, unit.span.end)
                within: Period | None = period(nodes.Duration(number, unit, span), self._scope)
                if within is None:
                    return None
                words = ("wall",) if is_wall else ()
                return Expectation("sla", words, node.span, node.negated, period=within)
            case _:
                self._malformed(node)
                return None

    def _due(self, node: nodes.Expect) -> Expectation | None:
        match node.arguments:
            case (
                nodes.Literal(kind="date") as day,
                nodes.Literal(kind="time") as time,
                *rest,
            ) if all(isinstance(each, nodes.Literal) and each.kind == "text" for each in rest):
                utc = nodes.Literal("text", "UTC", node.span)
                named = [each for each in rest if isinstance(each, nodes.Literal)]
                due = moment(day, time, named[0] if named else utc, node.span, self._scope)
                if due is None:
                    return None
                return Expectation("due", (), node.span, node.negated, moment=due)
            case _:
                self._malformed(node)
                return None

    def _knows(self, node: nodes.Expect) -> bool:
        """Return whether what the expectation names is there; report it where it isn't."""
        kind = node.kind.text
        if not node.arguments or EXPECTED.get(kind) == "text":
            return True
        first, *more = node.arguments
        if kind in {"rule", "fallback", "passed-over"} and self._route is None:
            return True  # nothing is known of it, and that is reported
        if kind == "passed-over" and more and more[0].text not in REASONS:
            self._scope.unknown("reason", as_name(more[0]), dict.fromkeys(REASONS))
            return False
        self._refer(kind, first, more)
        what, choices = self._choices(kind)
        known = dict.fromkeys(choices)
        if first.text in known or (kind == "fallback" and first.text in self._otherwise_said()):
            return True
        if what == "field" and self._scope.is_lost(first, self._policy.fields):
            return True
        self._scope.unknown(what, as_name(first), known)
        return False

    def _refer(self, kind: str, first: WrittenName, more: Iterable[WrittenName]) -> None:
        """Record what an expectation names."""
        match kind:
            case "rule":
                assert self._route is not None
                refer_to_rule(first, self._route.name, self._policy.routes, self._scope)
            case "fallback" if first.text.startswith("route "):
                refer_to_route(first, self._scope)
            case "fallback":
                refer_to_condition(first, self._policy.fields, self._scope)
            case "passed-over":
                refer_to_target(first, self._policy.fields, self._scope)
            case "action":
                for sequence in more if first.text in WITH_SEQUENCE else ():
                    self._scope.refer("sequence", sequence)
            case _:
                self._scope.refer(EXPECTED[kind], first)

    def _choices(self, kind: str) -> tuple[str, Iterable[str]]:
        """Return what an expectation names, in words, and the names that there are."""
        whole = self._policy
        match kind:
            case "team":
                return kind, whole.teams
            case "person" | "assignee":
                return "person", whole.people
            case "owner":
                fields = whole.fields.items()
                return "person field", [n for n, f in fields if isinstance(f.type, PersonName)]
            case "issue":
                return "field", whole.fields
            case "action":
                return kind, FORMS
            case "queue" | "partner" | "sequence":
                return kind, [place.name for place in whole.outlets.values() if place.kind == kind]
            case _:
                return self._parts(kind)

    def _parts(self, kind: str) -> tuple[str, Iterable[str]]:
        """Return what a part of the route is called, and the names of such parts."""
        assert self._route is not None
        match kind:
            case "rule":
                return kind, named_by_rules(self._route.entries)
            case "fallback":
                return kind, _fallbacks(self._policy, self._route)
            case _:
                return "target in the route", _targets(self._route)


def moment(
    day: nodes.Literal, time: nodes.Literal, in_zone: nodes.Literal, span: Span, scope: Scope
) -> datetime | None:
    """Return a moment by the clock of a time zone, in UTC; None where it was reported."""
    if in_zone.text not in zone_names():
        near = nearest(in_zone.text, zone_names())
        message = f"there is no time zone `{in_zone.text}`"
        advice = 'write one such as "Europe/Berlin"'
        scope.report("unknown-zone", in_zone.span, message, help=advice, near=near)
        return None
    hour, _, minute = time.text.partition(":")
    try:
        local = datetime.fromisoformat(f"{day.text}T{hour:>02}:{minute}").replace(
            tzinfo=zone(in_zone.text)
        )
        found = local.astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"`{day.text} {time.text}` is no moment"
        advice = "write a day and a time, such as `2026-11-23 10:00`"
        scope.report("unknown-value", span, message, help=advice)
        return None
    if found.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        message = f"`{day.text} {time.text}` is left out there: the clock goes forward"
        scope.report("unknown-value", span, message, help="write a time that there is")
        return None
    return found


def _fallbacks(whole: policy.Policy, route: policy.Route) -> Iterator[str]:
    """Yield what each fallback of a route is of: a block's condition, or "route NAME"."""
    for block in _blocks(route.entries):
        if block.fallback is not None and block.handover is not None:
            yield f"route {block.handover.route}"
        elif block.fallback is not None:
            yield written(block.condition, whole.fields)
    if route.fallback is not None:
        yield f"route {route.name}"


def _targets(route: policy.Route) -> list[str]:
    """Return every target that a route names, in words, each once."""
    chains = [rule.chain for rule in _rules(route.entries)]
    chains += [block.fallback for block in _blocks(route.entries) if block.fallback is not None]
    chains += [route.fallback or ()]
    return list(dict.fromkeys(worded(step.target) for chain in chains for step in chain))


def _rules(entries: tuple[policy.Entry, ...]) -> Iterator[policy.Rule]:
    for entry in entries:
        if isinstance(entry, policy.Rule):
            yield entry
        else:
            yield from _rules(entry.entries)


def _blocks(entries: tuple[policy.Entry, ...]) -> Iterator[policy.Block]:
    for entry in entries:
        if isinstance(entry, policy.Block):
            yield entry
            yield from _blocks(entry.entries)


def as_name(written_: nodes.Name | nodes.Literal) -> nodes.Name:
    """Return what is named, whether by a name or in quotes."""
    return nodes.Name(written_.text, written_.span)
