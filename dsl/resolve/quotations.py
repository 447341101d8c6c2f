"""Names inside a quoted text: a condition or a target in the policy's own words.

A test says `expect fallback "large and country is DE"` or `expect passed-over "round-robin
sales"`. The words in the quotes are those of the language, so what they name is found by
parsing them, and its place is counted back through the quotes and what is escaped there.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import attrs

from turnout.dsl import nodes
from turnout.dsl.parse import parse
from turnout.dsl.policy import Route
from turnout.dsl.references import unquoted
from turnout.dsl.resolve.declarations import WrittenName
from turnout.dsl.resolve.handing_over import handovers
from turnout.dsl.resolve.literals import read_literal
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.source import Source, Span
from turnout.dsl.targets import BY_WORD
from turnout.dsl.types import Field
from turnout.frozen import frozen


def refer_to_condition(written: WrittenName, fields: Mapping[str, Field], scope: Scope) -> None:
    """Record what a condition names that `written` quotes. fields: the whole schema."""
    before = "segment quoted = "
    file, findings = parse(Source("quoted", before + written.text))
    if findings:
        return
    place = _places(written, len(before))
    for item in file.items:
        if isinstance(item, nodes.Segment):
            _Quoted(place, fields, scope).condition(item.condition)


def refer_to_target(written: WrittenName, fields: Mapping[str, Field], scope: Scope) -> None:
    """Record what a target names that `written` quotes. fields: the whole schema."""
    before = "route quoted { fallback to "
    file, findings = parse(Source("quoted", f"{before}{written.text} }}"))
    if findings:
        return
    quoted = _Quoted(_places(written, len(before)), fields, scope)
    for target in _targets(file):
        if target.kind in BY_WORD and isinstance(target.argument, nodes.Name):
            scope.refer(BY_WORD[target.kind].definition, quoted.name(target.argument))
        for field in target.matching:
            scope.refer("field", quoted.name(field))


def refer_to_route(written: WrittenName, scope: Scope) -> None:
    """Record the route that `written` quotes as `route NAME`."""
    start = len("route ")
    place = _places(written, 0)
    name = written.text[start:]
    span = Span(Source("quoted", written.text), start, len(written.text))
    scope.refer("route", nodes.Name(name, place(span)))


def refer_to_rule(
    written: WrittenName, route: str, routes: Mapping[str, Route], scope: Scope
) -> None:
    """Record the rules that `written` names: one, or the way by handovers, as `upsell/late`."""
    if not isinstance(written, nodes.Literal) or "/" not in written.text:
        scope.refer("rule", written, of=route)
        return
    place, start = _places(written, 0), 0
    for name in written.text.split("/"):
        span = Span(Source("quoted", written.text), start, start + len(name))
        scope.refer("rule", nodes.Name(name, place(span)), of=route)
        start += len(name) + 1
        on = handovers(routes[route].entries) if route in routes else ()
        route = next((each.route for each in on if each.rule == name), "")


def _targets(file: nodes.File) -> Iterator[nodes.Target]:
    for item in file.items:
        if isinstance(item, nodes.Route):
            for entry in item.entries:
                if isinstance(entry, nodes.Fallback):
                    yield from entry.chain.targets


def _places(written: WrittenName, before: int) -> Callable[[Span], Span]:
    """Return what leads from a place in the quoted text, behind `before`, to that in the file."""
    at = unquoted(written.span)
    offsets = [at.start + found.start() for found in re.finditer(r"\\.|[^\\]", at.text, re.DOTALL)]
    offsets.append(at.end)
    return lambda span: Span(at.source, offsets[span.start - before], offsets[span.end - before])


@frozen
class _Quoted:
    """Words in quotes. place: where they stand in the file."""

    place: Callable[[Span], Span]
    fields: Mapping[str, Field]
    scope: Scope

    def name(self, name: nodes.Name) -> nodes.Name:
        """Return the name with its place in the file."""
        return nodes.Name(name.text, self.place(name.span))

    def condition(self, node: nodes.ConditionNode) -> None:
        """Record what a condition names."""
        match node:
            case nodes.All(parts) | nodes.Any(parts):
                for part in parts:
                    self.condition(part)
            case nodes.Negation(part):
                self.condition(part)
            case nodes.Bare(name):
                self.scope.refer_bare(self.name(name))
            case nodes.Open(calendar):
                self.scope.refer("calendar", self.name(calendar))
            case nodes.Test():
                self._test(node)
            case nodes.Beside(field, _, other):
                self.scope.refer("field", self.name(field))
                self.scope.refer("field", self.name(other))
            case nodes.Duplicate():
                pass

    def _test(self, node: nodes.Test) -> None:
        self.scope.refer("field", self.name(node.field))
        field = self.fields.get(node.field.text)
        if field is None or node.table or not isinstance(node.operands, tuple):
            return
        for literal in node.operands:
            value = read_literal(field, literal.text)[0]
            placed = attrs.evolve(literal, span=self.place(unquoted(literal.span)))
            self.scope.refer_value(field, placed, value)
