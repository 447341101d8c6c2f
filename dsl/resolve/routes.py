"""Routes: rules, blocks, fallbacks, and the targets that they send to."""

from collections.abc import Iterator, Mapping

import attrs

from turnout.dsl import nodes, policy
from turnout.dsl.conditions import NEVER, And, Condition
from turnout.dsl.findings import Finding, Label, Severity
from turnout.dsl.rereading import TableValues
from turnout.dsl.resolve import going_on, handing_over
from turnout.dsl.resolve.acceptance import complain_of_going_on, offer
from turnout.dsl.resolve.conditions import UNKNOWN, Bounds, ConditionReader
from turnout.dsl.resolve.families import is_broken
from turnout.dsl.resolve.going_on import parted
from turnout.dsl.resolve.kept_rules import KeptRules
from turnout.dsl.resolve.people import is_served
from turnout.dsl.resolve.promises import actions, only, sla, steward
from turnout.dsl.resolve.rule_rows import RowReader
from turnout.dsl.resolve.rule_tables import RuleRows
from turnout.dsl.resolve.scope import Scope, article
from turnout.dsl.resolve.validities import validity
from turnout.dsl.source import Span
from turnout.dsl.targets import BY_WORD, Kind, Said, Target, made
from turnout.dsl.types import Field, PersonName
from turnout.frozen import frozen

MAX_REASON = 1_000


@frozen
class Inexact:
    """A route with conditions of which a part was reported.

    least: the route in which they mean as few leads as they can; in the policy's own they
    mean as many as they can. unsure: the spans of the clauses that depend on them.
    """

    least: policy.Route
    unsure: frozenset[Span]


class RouteReader:
    """Reads routes.

    kept: rules that needn't be read again, None where none are kept.
    unsound: the routes in which a clause is lost, so that nothing is known of the others.
    inexact: those in which all clauses are known, and some conditions in part.
    """

    def __init__(
        self,
        conditions: ConditionReader,
        fields: Mapping[str, Field],
        scope: Scope,
        tables: Mapping[Span, RuleRows | None],
        zone: str,
    ) -> None:
        """Read conditions with `conditions`, reporting to `scope`.

        tables: those of rules, by the place of their heads; None where one can't be read.
        zone: of the policy's days.
        """
        self._zone = zone
        self._conditions = conditions
        self._tables = tables
        self._fields = fields
        self._scope = scope
        self._route = ""
        self._broken: tuple[Span, ...] = ()
        self._is_sound = True
        self._least: dict[Span, Condition] = {}
        self.kept: KeptRules | None = None
        self.unsound: set[str] = set()
        self.inexact: dict[str, Inexact] = {}

    def route(self, node: nodes.Route, broken: tuple[Span, ...]) -> policy.Route | None:
        """Return the route as far as it could be read, None where its name is taken."""
        owned_by = steward(node.owner, self._scope)
        if not self._scope.stands("route", node.name):
            return None
        name = node.name.text
        self._route, self._broken, self._is_sound, self._least = name, broken, True, {}
        entries, fallback, fallback_span = self._entries(node.entries)
        route = policy.Route(
            name, entries, fallback, node.name.span, fallback_span, owned_by, node.span
        )
        if is_broken(node.span, broken) or not self._is_sound:
            self.unsound.add(name)
        elif self._least:
            unsure: set[Span] = set()
            least = self._narrowed(entries, unsure, is_sure=True)
            self.inexact[name] = Inexact(attrs.evolve(route, entries=least), frozenset(unsure))
        return route

    def _narrowed(
        self, entries: tuple[policy.Entry, ...], unsure: set[Span], *, is_sure: bool
    ) -> tuple[policy.Entry, ...]:
        """Return the entries with the least that their conditions mean.

        unsure: gets the spans of those that are not known for sure, or stand in one.
        """
        narrowed: list[policy.Entry] = []
        for entry in entries:
            is_known = is_sure and entry.span not in self._least
            if not is_known:
                unsure.add(entry.span)
            least = self._least.get(entry.span, entry.condition)
            if isinstance(entry, policy.Rule):
                narrowed.append(attrs.evolve(entry, condition=least))
                continue
            if not is_known and entry.fallback_span is not None:
                unsure.add(entry.fallback_span)
            inside = self._narrowed(entry.entries, unsure, is_sure=is_known)
            narrowed.append(attrs.evolve(entry, condition=least, entries=inside))
        return tuple(narrowed)

    def _entries(
        self, nodes_: tuple[nodes.EntryNode, ...]
    ) -> tuple[tuple[policy.Entry, ...], policy.Chain | None, Span | None]:
        entries: list[policy.Entry] = []
        fallback: policy.Chain | None = None
        fallback_node: nodes.Fallback | None = None
        for node in nodes_:
            entry: policy.Entry | None = None
            match node:
                case nodes.Rule() if (kept := self._kept_rule(node)) is not None:
                    entry = kept
                case nodes.Rule() if handing_over.handed_to(node) is not None:
                    entry = self._handing(node)
                case nodes.Rule():
                    entry = self._rule_to_keep(node)
                case nodes.RuleTable():
                    entries += self._rows(node)
                case nodes.Within():
                    entry = self._within(node)
                case nodes.Fallback():
                    if fallback_node is not None:
                        self._second_fallback(node, fallback_node)
                        continue
                    fallback, fallback_node = self._chain(node.chain, "fallback"), node
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

    def _handing(self, node: nodes.Rule) -> policy.Block | None:
        """Return the block, still empty, in which a rule's leads meet another route."""
        self._complain_of_name(node.name)
        conditions = self._conditions_of(node)
        days = validity(node.validity, self._zone, self._scope)
        to = handing_over.handover(node, self._scope)
        if to is None or is_broken(node.span, self._broken):
            self._is_sound = False
            return None
        self._complain_of_clauses(node)
        bounds = conditions[0] if len(conditions) == 1 else UNKNOWN
        if days.is_lost:
            bounds = Bounds(NEVER, bounds.most)
        if days.validity is not None:
            during = days.validity.during
            most = And((bounds.most, during))
            bounds = Bounds(most if bounds.is_exact else And((bounds.least, during)), most)
        span = node.conditions[0].span if len(node.conditions) == 1 else node.name.span
        condition = self._most(bounds, span)
        to = attrs.evolve(to, validity=days.validity)
        return policy.Block(condition, (), None, span, whole=node.span, handover=to)

    def _kept_rule(self, node: nodes.Rule) -> policy.Rule | None:
        """Return a rule that was read before, None where it has to be read."""
        if self.kept is None or (self._broken and is_broken(node.span, self._broken)):
            return None
        rule = self.kept.rule(node)
        if rule is not None:
            self._complain_of_name(node.name)  # another rule may have taken its name
        return rule

    def _rule_to_keep(self, node: nodes.Rule) -> policy.Rule | None:
        """Return a rule, and keep it for the next version where nothing was found of it."""
        found, referred = len(self._scope.findings), len(self._scope.references)
        rule = self._rule(node)
        is_whole = len(self._scope.findings) == found and node.name.span not in self._least
        if self.kept is not None and rule is not None and is_whole and not self._broken:
            uses = zip(
                self._scope.references[referred:], self._scope.owners[referred:], strict=True
            )
            self.kept.keep(node, rule, list(uses))
        return rule

    def _rule(self, node: nodes.Rule) -> policy.Rule | None:
        name = node.name.text
        self._complain_of_name(node.name)
        conditions = self._conditions_of(node)
        ended = [parted(chain) for chain in node.chains]
        chains = [self._chain(chain, "rule") for chain, _ in ended]
        promised = only(f"the rule `{name}`", "sla", node.slas, self._scope)
        answer = sla(promised, self._chain, self._scope, is_offered=bool(node.offers))
        offered = offer(f"the rule `{name}`", node.offers, self._scope)
        complain_of_going_on(node, self._scope)
        doings = actions(node.actions, self._scope)
        days = validity(node.validity, self._zone, self._scope)
        if is_broken(node.span, self._broken):
            self._is_sound = False
            return None
        self._complain_of_clauses(node)
        bounds = conditions[0] if len(conditions) == 1 else UNKNOWN
        if days.is_lost:
            bounds = Bounds(NEVER, bounds.most)
        condition = self._most(bounds, node.name.span)
        chain, going_on = (chains[0], ended[0][1]) if chains else ((), None)
        if going_on is not None and not chain:
            self._is_sound = False  # whether its leads go on depends on the targets it lost
        when = node.conditions[0].span if len(node.conditions) == 1 else None
        return policy.Rule(
            name,
            condition,
            chain,
            node.name.span,
            answer,
            doings,
            whole=node.span,
            when=when,
            validity=days.validity,
            goes_on=going_on is not None,
            going_on=going_on,
            offer=offered,
        )

    def _complain_of_name(self, name: nodes.Name) -> None:
        first = self._scope.declared.taking("rule", name, self._route)
        if first is not None:
            self._scope.findings.append(
                Finding(
                    "duplicate-name",
                    Severity.ERROR,
                    name.span,
                    f"the route has two rules `{name.text}`",
                    labels=(Label(first.by.span, "the first"),),
                    help=("rename one of the two, or delete it",),
                )
            )
            self._is_sound = False

    def _conditions_of(self, node: nodes.Rule) -> list[Bounds]:
        return [
            self._conditions.bounds(written)
            for written in node.conditions
            if not is_broken(written.span, self._broken)  # what is left of it says nothing
        ]

    def _rows(self, node: nodes.RuleTable) -> Iterator[policy.Rule]:
        """Yield the rules of a table, as far as they could be read."""
        rows = self._tables.get(node.span)
        if rows is None or is_broken(node.span, self._broken):
            self._is_sound = False
            return
        reader = RowReader(
            node,
            rows,
            self._conditions,
            self._target,
            self._chain,
            self._zone,
            self._scope,
            self._asked(rows),
        )
        for read in reader.rules(self._route):
            if read is None:
                self._is_sound = False
            else:
                rule, bounds = read
                self._most(bounds, rule.span)
                yield rule

    def _asked(self, rows: RuleRows) -> TableValues:
        """Return what rows asked in the version before, where the same words mean the same."""
        if self.kept is None:
            return TableValues()
        tables, what = self.kept.known.tables, ("asked", rows.sheet.name)
        depends = rows.asking, self.kept.ground
        before = tables.of(what, depends)
        known = before.next() if isinstance(before, TableValues) else TableValues()
        tables.keep(what, depends, known)
        return known

    def _most(self, bounds: Bounds, span: Span) -> Condition:
        """Return the most that a condition can mean, noting the least where that differs."""
        if not bounds.is_exact:
            self._least[span] = bounds.least
        return bounds.most

    def _complain_of_clauses(self, node: nodes.Rule) -> None:
        for word, clauses in (("when", node.conditions), ("to", node.chains)):
            if not clauses:
                message = f"the rule `{node.name.text}` has no `{word}`"
                self._scope.report("incomplete-rule", node.name.span, message)
            for again in clauses[1:]:
                message = f"the rule `{node.name.text}` has more than one `{word}`"
                advice = "join them with `and`" if word == "when" else "write the second as `else`"
                self._scope.report("duplicate-clause", again.span, message, help=advice)

    def _within(self, node: nodes.Within) -> policy.Block:
        owned_by = steward(node.owner, self._scope)
        is_gone = is_broken(node.condition.span, self._broken)
        bounds = UNKNOWN if is_gone else self._conditions.bounds(node.condition)
        entries, fallback, fallback_span = self._entries(node.entries)
        condition = self._most(bounds, node.condition.span)
        return policy.Block(
            condition, entries, fallback, node.condition.span, fallback_span, owned_by, node.span
        )

    # -- targets --

    def _chain(self, node: nodes.Chain, of: str = "sla") -> policy.Chain:
        """Return the targets in order; none of them where one was reported.

        of: what they stand in, as `complain` of `going_on` and `handing_over` has it.
        """
        steps: list[policy.Step] = []
        for at, written in enumerate(node.targets):
            if written.kind == nodes.CONTINUE:
                going_on.complain(written.span, of, self._scope)
                continue
            if written.kind == nodes.ROUTE:
                place = "head" if of == "rule" and at == 0 else of
                handing_over.complain(written.span, place, self._scope)
                continue
            target = self._target(written)
            if target is not None:
                steps.append(policy.Step(target, written.span))
        return tuple(steps) if len(steps) == len(node.targets) else ()

    def _target(self, node: nodes.Target) -> Target | None:
        argument, matching = node.argument, self._matching(node.matching)
        name: str | None = ""
        if argument is None and BY_WORD[node.kind].definition == "identity":
            self._scope.needs_identity(node.kind, node.span)
        elif argument is None:
            pass  # it names nothing
        elif isinstance(argument, nodes.Literal):
            name = self._text(argument)
        else:
            name = argument.text if self._knows(BY_WORD[node.kind], argument) else None
        if name is None or matching is None:
            return None
        return made(node.kind, Said(name, matching, node.anytime))

    def _knows(self, kind: Kind, name: nodes.Name) -> bool:
        if kind.definition == "field":
            return self._is_owner(name)
        return self._scope.knows(kind.definition, name)

    def _matching(self, names: tuple[nodes.Name, ...]) -> tuple[str, ...] | None:
        """Return the fields by which members are matched, None where one was reported."""
        for name in names:
            field = self._scope.field(name, self._fields)
            if field is None:
                return None
            if not is_served(field):
                message = (
                    f"nobody can be matched by `{name.text}`, {article(field.type.word)} field"
                )
                self._scope.report("type-mismatch", name.span, message)
                return None
        return tuple(dict.fromkeys(name.text for name in names))

    def _text(self, reason: nodes.Literal) -> str | None:
        text = reason.text.strip()
        if text and len(text) <= MAX_REASON:
            return text
        message = "a lead is rejected for a reason of 1 to 1,000 characters"
        self._scope.report("unknown-value", reason.span, message)
        return None

    def _is_owner(self, name: nodes.Name) -> bool:
        self._scope.refer("field", name)
        field = self._fields.get(name.text)
        if field is None:
            if not self._scope.is_lost(name, self._fields):
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
        case nodes.RuleTable(path=path):
            return path.span
        case _:
            return node.span
