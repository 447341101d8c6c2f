"""Tests: their leads read as leads are, the clock and who is there."""

import re
from collections.abc import Iterator
from decimal import Decimal

from turnout.dsl import nodes, policy
from turnout.dsl.expectations import Absence, Arrival, Clock, TestCase, TestStep
from turnout.dsl.references import unquoted
from turnout.dsl.resolve.expectations import ExpectationReader, as_name, moment
from turnout.dsl.resolve.families import is_broken
from turnout.dsl.resolve.literals import read_literal
from turnout.dsl.resolve.promises import only
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.source import Span
from turnout.dsl.types import (
    AnyOf,
    Field,
    OneOf,
    PersonName,
    Subdivision,
    Value,
)
from turnout.dsl.values import Missing, Reading, Unread, literal, read

MAX_NAME = 200

_ONE_OF_SEVERAL = re.compile(r"[^\s;,|](?:[^;,|\n]*[^\s;,|])?")


class TestReader:
    """Reads tests of a policy that is read otherwise."""

    __test__ = False  # pytest: no test of ours

    def __init__(self, whole: policy.Policy, scope: Scope) -> None:
        """Read tests of `whole`, reporting to `scope`."""
        self._policy = whole
        self._scope = scope

    def read(self, node: nodes.TestCase, broken: tuple[Span, ...]) -> TestCase | None:
        """Return the test, None where a part of it was reported."""
        name = node.name.text.strip()
        found = len(self._scope.findings)
        if not name or len(name) > MAX_NAME or not name.isprintable():
            message = "a test's name has 1 to 200 characters on one line"
            self._scope.report("unknown-value", node.name.span, message)
        self._scope.stands("test", node.name)
        if is_broken(node.span, broken):
            return None  # what is left of it says nothing
        route = self._route(node)
        steps = tuple(self._steps(node, route))
        self._complete(node)
        if route is None or len(self._scope.findings) > found:
            return None
        return TestCase(name, route.name, steps, node.name.span)

    def _route(self, node: nodes.TestCase) -> policy.Route | None:
        written = [step for step in node.steps if isinstance(step, nodes.OnRoute)]
        said = only(f'the test "{node.name.text}"', "route", written, self._scope)
        routes = self._policy.routes
        if said is not None:
            self._scope.refer("route", said.route)
            if said.route.text not in routes:
                self._scope.unknown("route", said.route, routes)
            return routes.get(said.route.text)
        if len(routes) == 1:
            return next(iter(routes.values()))
        message = "the test doesn't say which route it is about"
        advice = (
            f"write `route NAME`, one of {', '.join(routes)}"
            if routes
            else "include the policy that has the route"
        )
        self._scope.report("incomplete-test", node.name.span, message, help=advice)
        return None

    def _complete(self, node: nodes.TestCase) -> None:
        """Report a test that can't fail, and expectations that speak of no lead."""
        leads = [step for step in node.steps if isinstance(step, nodes.TestLead)]
        expects = [step for step in node.steps if isinstance(step, nodes.Expect)]
        if not leads:
            message = "the test has no lead"
            advice = 'write one, such as `lead { email: "x@firm.example" }`'
            self._scope.report("incomplete-test", node.name.span, message, help=advice)
        elif not expects:
            message = "the test expects nothing"
            advice = "write what must come of its lead, such as `expect rule NAME`"
            self._scope.report("incomplete-test", node.name.span, message, help=advice)
        for early in expects:
            if leads and early.span.start < leads[0].span.start:
                message = "no lead stands before this expectation"
                advice = "move it below the lead that it speaks of"
                self._scope.report("incomplete-test", early.span, message, help=advice)

    def _steps(self, node: nodes.TestCase, route: policy.Route | None) -> Iterator[TestStep]:
        expectations = ExpectationReader(self._policy, route, self._scope)
        for at, step in enumerate(node.steps):
            made: TestStep | None = None
            match step:
                case nodes.TestLead():
                    made = self._lead(step, _issues(node.steps[at + 1 :]))
                case nodes.At():
                    now = moment(step.day, step.time, step.zone, step.span, self._scope)
                    made = None if now is None else Clock(now, step.span)
                case nodes.Unavailable():
                    made = self._absence(step)
                case nodes.Expect():
                    made = expectations.read(step)
                case _:
                    pass  # `route`, read before
            if made is not None:
                yield made

    # -- leads --

    def _lead(self, node: nodes.TestLead, unread: frozenset[str]) -> Arrival:
        """Return the lead. unread: fields of which the test expects an issue."""
        raw: dict[str, object] = {}
        values: dict[str, nodes.LeadValue] = {}
        given = {value.field.text for value in node.values}
        for value in node.values:
            name = value.field.text
            field = self._policy.fields.get(name)
            self._scope.refer("field", value.field)
            if field is None:
                if not self._scope.is_lost(value.field, self._policy.fields):
                    free = [each for each in self._policy.fields if each not in given]
                    self._scope.unknown("field", as_name(value.field), free)
                continue
            if name in raw:
                message = f"the lead gives `{name}` twice"
                self._scope.report("duplicate-clause", value.field.span, message)
                continue
            self._refer(field, value.value)
            raw[name] = _raw(field, value.value)
            values[name] = value
        countries: dict[str, Value] = {}
        for name in sorted(values, key=self._is_subdivision):
            reading = self._reading(name, raw[name], countries)
            if isinstance(reading, Unread):
                if name not in unread:
                    self._unread(name, values[name], reading)
            elif not isinstance(reading, Missing):
                countries[name] = reading
        return Arrival(raw, node.span)

    def _refer(self, field: Field, written: nodes.Literal | tuple[nodes.Literal, ...]) -> None:
        """Record the values that a lead gives; a text may hold several."""
        if not isinstance(field.type, OneOf | AnyOf | PersonName):
            return
        for each in written if isinstance(written, tuple) else (written,):
            value = read_literal(field, each.text)[0]
            self._scope.refer_value(field, each, value)
            if value is None and isinstance(field.type, AnyOf):
                for part in _parts(each):
                    self._scope.refer_value(field, part, read_literal(field, part.text)[0])

    def _is_subdivision(self, name: str) -> bool:
        return isinstance(self._policy.fields[name].type, Subdivision)

    def _reading(self, name: str, raw: object, values: dict[str, Value]) -> Reading:
        field = self._policy.fields[name]
        of = field.type.country if isinstance(field.type, Subdivision) else None
        country = values.get(of or "")
        return read(field, raw, None if country is None else str(country))

    def _unread(self, name: str, value: nodes.LeadValue, reading: Unread) -> None:
        written = value.value
        span = written.span if isinstance(written, nodes.Literal) else value.span
        message = f"`{name}` can't be read: {reading.reason}"
        advice = f"correct it, or say that it is meant so: `expect issue {name}`"
        self._scope.report("unknown-value", span, message, help=advice)

    # -- the clock and who is there --

    def _absence(self, node: nodes.Unavailable) -> Absence | None:
        known = [self._is_somebody(name, partners=node.why == "at-cap") for name in node.people]
        names = tuple(name.text for name in node.people)
        return Absence(node.why, names, node.span) if all(known) else None

    def _is_somebody(self, name: nodes.Name, *, partners: bool) -> bool:
        people = dict.fromkeys(self._policy.people)
        if partners:
            places = self._policy.outlets.values()
            people |= dict.fromkeys(place.name for place in places if place.kind == "partner")
        partner = partners and name.text not in self._policy.people
        self._scope.refer("partner" if partner else "person", name)
        if name.text not in people:
            self._scope.unknown("person or partner" if partners else "person", name, people)
        return name.text in people


def _issues(steps: tuple[nodes.TestStep, ...]) -> frozenset[str]:
    """Return the fields of which an issue is expected before the next lead."""
    found: set[str] = set()
    for step in steps:
        if isinstance(step, nodes.TestLead):
            break
        if isinstance(step, nodes.Expect) and step.kind.text == "issue" and not step.negated:
            found |= {argument.text for argument in step.arguments}
    return frozenset(found)


def _parts(written: nodes.Literal) -> Iterator[nodes.Literal]:
    """Yield the values that one text holds; none where it is escaped or only one."""
    at = unquoted(written.span)
    if at.text != written.text:
        return
    for found in _ONE_OF_SEVERAL.finditer(written.text):
        start, end = at.start + found.start(), at.start + found.end()
        yield nodes.Literal("text", found[0], Span(at.source, start, end))


def _raw(field: Field, written_: nodes.Literal | tuple[nodes.Literal, ...]) -> object:
    """Return a value as it would stand in a file of leads.

    A number is written as in conditions (`100M`); a text is read as leads are.
    """
    if isinstance(written_, tuple):
        return [each.text for each in written_]
    if written_.kind == "number" and field.type.shape in {"whole", "dense"}:
        value = literal(field, written_.text)
        if isinstance(value, int | Decimal):
            return value if isinstance(value, int) else str(value)
    return written_.text
