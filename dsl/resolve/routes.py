"""Routes: rules, blocks, fallbacks, and the targets that they send to."""

from collections.abc import Mapping

from turnout.dsl import nodes, policy
from turnout.dsl.findings import Finding, Label, Severity
from turnout.dsl.resolve.conditions import ConditionReader
from turnout.dsl.resolve.people import is_served
from turnout.dsl.resolve.places import is_broken
from turnout.dsl.resolve.promises import actions, only, owner, sla
from turnout.dsl.resolve.scope import Scope, article
from turnout.dsl.source import Span
from turnout.dsl.types import Field, PersonName

MAX_REASON = 1_000


class RouteReader:
    """Reads routes; `unsound` names those in which a condition could not be read."""

    def __init__(
        self, conditions: ConditionReader, fields: Mapping[str, Field], scope: Scope
    ) -> None:
        """Read conditions with `conditions`, reporting to `scope`."""
        self._conditions = conditions
        self._fields = fields
        self._scope = scope
        self._rules: dict[str, Span] = {}
        self._broken: tuple[Span, ...] = ()
        self._is_sound = True
        self.unsound: set[str] = set()

    def route(self, node: nodes.Route, broken: tuple[Span, ...]) -> policy.Route | None:
        """Return the route as far as it could be read, None where its name is taken."""
        owned_by = owner(node.owner, self._scope)
        if not self._scope.declare("route", node.name):
            return None
        self._rules, self._broken, self._is_sound = {}, broken, True
        entries, fallback, fallback_span = self._entries(node.entries)
        if is_broken(node.span, broken) or not self._is_sound:
            self.unsound.add(node.name.text)
        return policy.Route(
            node.name.text, entries, fallback, node.name.span, fallback_span, owner=owned_by
        )

    def _entries(
        self, nodes_: tuple[nodes.EntryNode, ...]
    ) -> tuple[tuple[policy.Entry, ...], policy.Chain | None, Span | None]:
        entries: list[policy.Entry] = []
        fallback: policy.Chain | None = None
        fallback_node: nodes.Fallback | None = None
        for node in nodes_:
            entry: policy.Entry | None = None
            match node:
                case nodes.Rule():
                    entry = self._rule(node)
                case nodes.Within():
                    entry = self._within(node)
                case nodes.Fallback():
                    if fallback_node is not None:
                        self._second_fallback(node, fallback_node)
                        continue
                    fallback, fallback_node = self._chain(node.chain), node
            if fallback_node is not None and node is not fallback_node:
                self._after_fallback(node, fallback_node)
            if entry is not None:
                entries.append(entry)
        return tuple(entries), fallback, _word(fallback_node)

    def _second_fallback(self, node: nodes.Fallback, first: nodes.Fallback) -> None:
        self._scope.findings.append(
            Finding(
                "duplicate-clause",
                Severity.ERROR,
                node.span,
                "there is a fallback already",
                labels=(Label(first.span, "this one takes every lead that is left"),),
                help=("join them in one: `fallback to ... else ...`",),
            )
        )

    def _after_fallback(self, node: nodes.EntryNode, fallback: nodes.Fallback) -> None:
        self._is_sound = False
        self._scope.findings.append(
            Finding(
                "misplaced-fallback",
                Severity.ERROR,
                fallback.span,
                "the fallback stands before a rule",
                text="takes every lead that is left",
                labels=(Label(_head(node), "written after it"),),
                help=("move the fallback to the end of its block",),
            )
        )

    def _rule(self, node: nodes.Rule) -> policy.Rule | None:
        name = node.name.text
        if name in self._rules:
            self._scope.findings.append(
                Finding(
                    "duplicate-name",
                    Severity.ERROR,
                    node.name.span,
                    f"the route has two rules `{name}`",
                    labels=(Label(self._rules[name], "the first"),),
                    help=("rename one of the two, or delete it",),
                )
            )
            self._is_sound = False
        self._rules.setdefault(name, node.name.span)
        conditions = [
            self._conditions.read(written)
            for written in node.conditions
            if not is_broken(written.span, self._broken)  # what is left of it says nothing
        ]
        chains = [self._chain(chain) for chain in node.chains]
        promised = only(f"the rule `{name}`", "sla", node.slas, self._scope)
        answer = sla(promised, self._chain, self._scope)
        doings = actions(node.actions, self._scope)
        if is_broken(node.span, self._broken):
            self._is_sound = False
            return None
        self._complain_of_clauses(node)
        if len(conditions) != 1 or conditions[0] is None:
            self._is_sound = False
            return None
        chain = chains[0] if chains else ()
        return policy.Rule(name, conditions[0], chain, node.name.span, sla=answer, actions=doings)

    def _complain_of_clauses(self, node: nodes.Rule) -> None:
        for word, clauses in (("when", node.conditions), ("to", node.chains)):
            if not clauses:
                message = f"the rule `{node.name.text}` has no `{word}`"
                self._scope.report("incomplete-rule", node.name.span, message)
            for again in clauses[1:]:
                message = f"the rule `{node.name.text}` has more than one `{word}`"
                advice = "join them with `and`" if word == "when" else "write the second as `else`"
                self._scope.report("duplicate-clause", again.span, message, help=advice)

    def _within(self, node: nodes.Within) -> policy.Block | None:
        owned_by = owner(node.owner, self._scope)
        is_gone = is_broken(node.condition.span, self._broken)
        condition = None if is_gone else self._conditions.read(node.condition)
        entries, fallback, fallback_span = self._entries(node.entries)
        if condition is None:
            self._is_sound = False
            return None
        return policy.Block(
            condition, entries, fallback, node.condition.span, fallback_span, owner=owned_by
        )

    # -- targets --

    def _chain(self, node: nodes.Chain) -> policy.Chain:
        """Return the targets in order; none of them where one was reported."""
        steps: list[policy.Step] = []
        for written in node.targets:
            target = self._target(written)
            if target is not None:
                steps.append(policy.Step(target, written.span))
        return tuple(steps) if len(steps) == len(node.targets) else ()

    def _target(self, node: nodes.Target) -> policy.Target | None:
        argument = node.argument
        if argument is None:
            self._scope.needs_identity(node.kind, node.span)
            return policy.PreviousOwner(node.anytime)
        if isinstance(argument, nodes.Literal):
            return self._reject(argument)
        name = argument.text
        match node.kind:
            case "round-robin" | "least-loaded":
                matching = self._matching(node.matching)
                kind = policy.RoundRobin if node.kind == "round-robin" else policy.LeastLoaded
                if not self._scope.knows("team", argument) or matching is None:
                    return None
                return kind(name, matching, node.anytime)
            case "person":
                known = self._scope.knows("person", argument)
                return policy.ToPerson(name, node.anytime) if known else None
            case "owner":
                return policy.ToOwner(name, node.anytime) if self._is_owner(argument) else None
            case "queue":
                return policy.ToQueue(name) if self._scope.knows("queue", argument) else None
            case "partner":
                known = self._scope.knows("partner", argument)
                return policy.ToPartner(name, node.anytime) if known else None
            case _:
                known = self._scope.knows("sequence", argument)
                return policy.ToSequence(name) if known else None

    def _matching(self, names: tuple[nodes.Name, ...]) -> tuple[str, ...] | None:
        """Return the fields by which members are matched, None where one was reported."""
        for name in names:
            field = self._fields.get(name.text)
            if field is None:
                if name.text not in self._scope.broken_fields:
                    self._scope.unknown("field", name, self._fields)
                return None
            if not is_served(field):
                message = (
                    f"nobody can be matched by `{name.text}`, {article(field.type.word)} field"
                )
                self._scope.report("type-mismatch", name.span, message)
                return None
        return tuple(dict.fromkeys(name.text for name in names))

    def _reject(self, reason: nodes.Literal) -> policy.Reject | None:
        text = reason.text.strip()
        if not text or len(text) > MAX_REASON:
            message = "a lead is rejected for a reason of 1 to 1,000 characters"
            self._scope.report("unknown-value", reason.span, message)
            return None
        return policy.Reject(text)

    def _is_owner(self, name: nodes.Name) -> bool:
        field = self._fields.get(name.text)
        if field is None:
            if name.text not in self._scope.broken_fields:
                people = {
                    key: f for key, f in self._fields.items() if isinstance(f.type, PersonName)
                }
                self._scope.unknown("person field", name, people)
            return False
        if not isinstance(field.type, PersonName):
            self._scope.report(
                "type-mismatch",
                name.span,
                f"`{name.text}` is {article(field.type.word)} field, not a person field",
                help=f"declare it as `{name.text}: person`",
            )
            return False
        return True


def _word(node: nodes.Fallback | None) -> Span | None:
    if node is None:
        return None
    return Span(node.span.source, node.span.start, node.span.start + len("fallback"))


def _head(node: nodes.EntryNode) -> Span:
    match node:
        case nodes.Rule(name=name):
            return name.span
        case nodes.Within(condition=condition):
            return condition.span
        case _:
            return node.span
