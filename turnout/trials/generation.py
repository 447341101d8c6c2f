"""Tests made for what no test covers: a lead for each, found by the exact analysis.

For an else-step everybody before it is made unavailable by `away` and `at-cap`. What a
lead is expected to come to is what the engine does with it, once the reference interpreter
agrees about who takes it. Each test is written in canonical form, then read, resolved and
run as its reader will run it; what doesn't pass, or doesn't cover what it was made for, is
never shown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import TypeAlias

from turnout.compiler.candidates import Candidate, behind
from turnout.compiler.leads.budget import USUAL, Budget, OutOfSteps, OutOfTime, timed
from turnout.compiler.leads.universe import country_of, universe
from turnout.compiler.leads.universe import example as closed_example
from turnout.compiler.leads.witness import Example, example
from turnout.compiler.meaning.interpreter import holds, match
from turnout.compiler.program import Attempt, Clause, Program
from turnout.compiler.questions.analysis import Analysis, analyse
from turnout.compiler.questions.testable import Coverable, coverables
from turnout.dsl import nodes
from turnout.dsl.conditions import ALWAYS, SEEN
from turnout.dsl.expectations import START, Arrival, Clock, TestCase
from turnout.dsl.formatting import formatted
from turnout.dsl.names import is_name
from turnout.dsl.parse import parse
from turnout.dsl.resolve.declarations import declarations
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.resolve.tests import MAX_NAME, TestReader
from turnout.dsl.source import Source
from turnout.dsl.targets import (
    BY_WORD,
    Accepting,
    PreviousOwner,
    said,
)
from turnout.dsl.types import (
    AnyOf,
    Code,
    Field,
    FieldType,
    Integer,
    Number,
    OneOf,
    PersonName,
    Subdivision,
    Value,
    Values,
    id_field,
)
from turnout.dsl.values import Missing, Unread, jsonable, read, show
from turnout.dsl.wording import quoted, worded
from turnout.dsl.zones import local_date, zone
from turnout.frozen import frozen
from turnout.runtime.decisions import Decision
from turnout.runtime.leads import lead_reader
from turnout.trials.testing import Arrived, Tester, covered

UNMADE = "no lead that shows it could be made"
"""The reason where there may be such a lead; every other reason says that there is none."""

NO_TIME = "no time was left to look for a lead"
"""The reason where the deadline of a run passed before."""

_KEYWORDS = {"at", "at-cap", "away", "because", "expect", "lead", "not", "route"}

Made: TypeAlias = tuple[str, tuple[Arrived, ...]]
"""A test as text, and what came of it."""


@frozen
class Untestable:
    """What no test was made for, and why."""

    item: Coverable
    reason: str


@frozen
class Generated:
    """Tests in canonical form, and what none could be made for. item: for which it was made."""

    tests: tuple[tuple[Coverable, str], ...]
    untestable: tuple[Untestable, ...]


@frozen
class _Lead:
    """A lead for a test.

    at: when it arrives, None where a test's usual clock will do. earlier: a lead before it
    that it is a duplicate of, None where it is new.
    """

    values: Values
    at: datetime | None
    earlier: Values | None = None


@frozen
class _Way:
    """A lead for a clause, and who is to be unavailable."""

    clause: Clause
    lead: _Lead
    away: tuple[str, ...] = ()
    full: tuple[str, ...] = ()


def generate(program: Program, missed: Iterable[Coverable], budget: Budget = USUAL) -> Generated:
    """Return a test for each of `missed` that an earlier one of them doesn't cover as well.

    budget: what each question may take, and when all of them end.
    """
    with timed(budget):
        return _generated(program, missed, budget)


def _generated(program: Program, missed: Iterable[Coverable], budget: Budget) -> Generated:
    maker = _Maker(program, budget)
    tests: list[tuple[Coverable, str]] = []
    untestable: list[Untestable] = []
    done: set[Coverable] = set()
    for item in sorted(missed, key=lambda each: each.kind == "else"):
        if item in done:
            continue
        made = maker.in_time(item)
        if isinstance(made, str):
            untestable.append(Untestable(item, made))
            continue
        text, arrivals = made
        tests.append((item, text))
        done.update(maker.covered(arrivals[-1:]))  # of the one that is judged
    left = tuple(each for each in untestable if each.item not in done)  # a later one may cover it
    return Generated(tuple(tests), left)


class _Maker:
    """Makes tests of one policy, each under a name of its own."""

    def __init__(self, program: Program, budget: Budget) -> None:
        self._program = program
        self._budget = budget
        self._analyses: dict[str, Analysis] = {}
        self._tester = Tester(program)
        self._lead_of = lead_reader(program.policy.fields)
        self._names = {test.name for test in program.policy.tests}
        self._items = coverables(program)

    def in_time(self, item: Coverable) -> Made | str:
        """Return what `test` does, as long as the deadline hasn't passed."""
        if self._budget.is_past:
            return NO_TIME
        try:
            return self.test(item)
        except OutOfTime:
            return NO_TIME

    def test(self, item: Coverable) -> Made | str:
        """Return a test that covers `item` with what came of it, or why there is none."""
        reason = UNMADE
        for way in self._ways(item):
            if isinstance(way, str):
                reason = way
                continue
            name = self._name(item)
            made = self._made(item, way, name)
            if made is not None:
                self._names.add(name)
                return made
        return reason

    def covered(self, arrivals: Iterable[Arrived]) -> tuple[Coverable, ...]:
        """Return what leads cover of the policy."""
        return covered(self._program, arrivals, self._items).reached

    def _made(
        self, item: Coverable, way: _Way, name: str
    ) -> tuple[str, tuple[Arrived, ...]] | None:
        first = self._read(self._text(item.route, way, name, [_taken(way.clause)]))
        if first is None:
            return None
        arrived = self._tester.run(first).arrived[-1]
        clause = way.clause
        if item.goes_on and arrived.clause is not None:
            clause = self._program.routes[item.route].clauses[arrived.clause]
        is_taken = arrived.clause is not None or not item.goes_on
        expected = [*([_taken(clause)] if is_taken else []), *expectations(arrived.decision)]
        text = formatted(Source("generated", self._text(item.route, way, name, expected)))
        if not isinstance(text, str):
            return None
        test = self._read(text)
        if test is None:
            return None
        result = self._tester.run(test)
        if not result.is_passed or item not in self.covered(result.arrived):
            return None
        return text, result.arrived

    def _read(self, text: str) -> TestCase | None:
        """Return the test that a text writes, None where anything is wrong with it."""
        file, findings = parse(Source("generated", text))
        scope = Scope(declarations((file,)))
        reader = TestReader(self._program.policy, scope)
        tests = [
            reader.read(node, file.broken)
            for node in file.items
            if isinstance(node, nodes.TestCase)
        ]
        return None if findings or scope.findings or len(tests) != 1 else tests[0]

    def _name(self, item: Coverable) -> str:
        """Return a name that no test has."""
        title = " ".join(item.title.split())
        plain = "".join(each for each in title if each.isprintable())[: MAX_NAME - 10]
        name, number = plain, 1
        while name in self._names:
            number += 1
            name = f"{plain} ({number})"
        return name

    def _text(self, route: str, way: _Way, name: str, expected: Sequence[str]) -> str:
        lines = [f"test {quoted(name)} {{"]
        if len(self._program.routes) > 1:
            lines.append(f"route {route}")
        lead = way.lead
        if lead.at is not None:
            lines.append(f'at {lead.at:%Y-%m-%d %H:%M} "UTC"')
        lines += [] if lead.earlier is None else [self._lead_text(lead.earlier)]
        lines += [f"away {', '.join(way.away)}"] if way.away else []
        lines += [f"at-cap {', '.join(way.full)}"] if way.full else []
        lines.append(self._lead_text(lead.values))
        lines += [f"expect {each}" for each in expected]
        return "\n".join([*lines, "}"])

    def _lead_text(self, values: Values) -> str:
        fields = self._program.policy.fields.items()
        pairs = [f"{name}: {show(f, values[name])}" for name, f in fields if name in values]
        return f"lead {{ {', '.join(pairs)} }}"

    # -- leads --

    def _ways(self, item: Coverable) -> Iterator[_Way | str]:
        """Yield ways in which a lead can cover `item`, or why there is none."""
        clauses = self._program.routes[item.route].clauses
        if item.kind != "else":
            for at in _taking(item, clauses):
                lead = self._lead(item.route, at, item)
                if isinstance(lead, str):
                    yield lead
                    continue
                let_on = self._let_on(item.route, at, lead)
                yield _Way(clauses[at], lead, *self._unavailable(let_on, lead, item))
            if item.kind == "fallback" and not clauses[item.clause].around:
                yield _Way(clauses[item.clause], _Lead({}, None))  # one that is no lead
            return
        # The clause's own leads first, then those of clauses that inherit its targets.
        for at in sorted(range(len(clauses)), key=lambda each: each != item.clause):
            before = _before(clauses[at], item)
            if before is None:
                continue
            closed = next((each for each in before if isinstance(each.target, Accepting)), None)
            if closed is not None:
                yield f"it comes behind `{worded(closed.target)}`, which takes every lead"
                continue
            found = self._lead(item.route, at, item)
            if isinstance(found, str):
                yield found
            is_last = not clauses[at].is_rule and not clauses[at].around
            for lead in (found, _Lead({}, None) if is_last else ""):
                if not isinstance(lead, str):
                    whole = [*self._let_on(item.route, at, lead), *before]
                    yield _Way(clauses[at], lead, *self._unavailable(whole, lead, item))

    def _lead(self, route: str, at: int, item: Coverable) -> _Lead | str:
        """Return a lead that clause `at` takes, so that a branch holds; or why there is none."""
        if route not in self._analyses:
            self._analyses[route] = analyse(self._program, route, self._budget)
        analysis = self._analyses[route]
        clause = analysis.route.clauses[at]
        wanted = [analysis.taken[at]]
        if item.condition != ALWAYS:
            wanted.append(analysis.regions.region(item.condition))
        # Rather one that nobody has to let on.
        direct = [analysis.left(by) for by in analysis.letting_on if by < at]
        try:
            box = analysis.find([*wanted, *direct], outside=range(at)) if direct else None
            box = box or analysis.find(wanted, outside=range(at))
        except OutOfTime:
            return NO_TIME
        except OutOfSteps:
            return f"not settled within {self._budget.steps:,} steps"
        if box is None and item.condition != ALWAYS:
            return f"no lead that {clause.title} takes is of this kind"
        if box is None:
            return f"no lead is left for {clause.title} by those above"
        found = example(analysis.space, box)
        lead = None if found is None else self._simplest(route, clause, item, found)
        return UNMADE if lead is None else lead

    def _simplest(
        self, route: str, clause: Clause, item: Coverable, found: Example
    ) -> _Lead | None:
        """Return the lead without the fields that aren't needed, None where it isn't taken so."""
        policy = self._program.policy
        by = tuple(attempt.by for attempt in clause.attempts)
        expected = (clause.name if clause.is_rule else None, by)

        is_seen = found.values.get(SEEN) is True

        def fits(values: Values, clock: datetime) -> bool:
            lead = self._lead_of({name: jsonable(value) for name, value in values.items()}, None)
            if lead.issues or lead.complaint:
                return False
            asked = {**lead.values, SEEN: is_seen}
            if clause.is_rule and not holds(clause.condition, asked, clock):
                return False  # sooner known than what all rules above say
            said = match(policy, route, asked, clock)
            legs = [(leg.rule, leg.named_by) for leg in said.legs]
            return expected in legs and holds(item.condition, asked, clock)

        noon = datetime.combine(found.today, time(12), UTC)
        if local_date(noon, policy.timezone) != found.today:  # far from Greenwich
            noon = datetime.combine(found.today, time(12), zone(policy.timezone)).astimezone(UTC)
        clock = noon if found.moment is None else found.moment.astimezone(UTC)
        kept = {name for name, field in policy.fields.items() if field.required}
        values = {name: found.values[name] for name in policy.fields if name in found.values}
        id_ = id_field(policy.fields)
        if is_seen and policy.identities:
            same = policy.identities[0].fields + ((id_.name,) if id_ else ())
            values = {**{name: _some(policy.fields[name]) for name in same}, **values}
            kept |= set(same)
        possible = (each for each in _at_home(values, policy.fields) if fits(each, clock))
        first = next(possible, None)
        if first is None:
            return None
        values = first
        for name in [each for each in values if each not in kept]:
            without = {other: value for other, value in values.items() if other != name}
            if fits(without, clock):
                values = without
        earlier = None
        if is_seen and id_ and id_.name in values:
            earlier = {**values, id_.name: _other(values[id_.name])}
        return _Lead(values, None if fits(values, START) else clock, earlier)

    def _let_on(self, route: str, at: int, lead: _Lead) -> list[Attempt]:
        """Return the targets of rules that have to let a lead on so that it comes to a clause."""
        values = {**lead.values, SEEN: lead.earlier is not None}
        return [
            attempt
            for clause in self._program.routes[route].clauses[:at]
            if clause.lets_on and holds(clause.condition, values, lead.at or START)
            for attempt in clause.attempts
        ]

    def _unavailable(
        self, before: Sequence[Attempt], lead: _Lead, item: Coverable
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the people and the partners who must pass a lead on."""
        policy = self._program.policy
        people: dict[str, None] = {}
        partners: dict[str, None] = {}
        for attempt in before:
            those = behind(policy, attempt.target)
            if those.people is None:
                partners[said(attempt.target).name] = None
            elif attempt.target.kind.receiver == "member":
                people |= dict.fromkeys(those.people)
            elif not isinstance(attempt.target, PreviousOwner):
                mine = (name for name, one in those.people.items() if self._is_of(lead, one))
                people |= dict.fromkeys(mine)
            elif lead.earlier is not None:
                people |= dict.fromkeys(self._owners(lead, item))
        known = [name for name in people if name in policy.people]
        here = [name for name in known if not policy.people[name].is_inactive]
        return tuple(here), tuple(partners)

    def _is_of(self, lead: _Lead, one: Candidate) -> bool:
        return holds(one.leads, lead.values, lead.at or START)

    def _owners(self, lead: _Lead, item: Coverable) -> list[str]:
        """Return who is given the earlier lead, if anybody."""
        raw = {name: jsonable(value) for name, value in (lead.earlier or {}).items()}
        steps = (Clock(lead.at or START, item.span), Arrival(raw, item.span))
        (arrived,) = self._tester.run(TestCase("", item.route, steps, item.span)).arrived
        return [arrived.decision.assignee] if arrived.decision.assignee else []


_RAW = (
    *("ana@firm.example", "a", "1", "2026-01-05", "DE", "en", "US-CA", "yes", "firm.example"),
    *("+4930901820", "001000000000000AAA"),
)
"""Texts of which each type reads one, but for those that are bounded."""


def _within(kind: FieldType) -> Iterator[object]:
    """Yield values at the bounds of a type."""
    if isinstance(kind, Integer | Number):
        yield from (end for end in (kind.low, kind.high) if end is not None)
    if isinstance(kind, Code) and kind.digits is not None:
        yield "1" * kind.digits


def _some(field: Field) -> Value:
    """Return a value of a field."""
    if isinstance(field.type, OneOf | PersonName | AnyOf):
        chosen = closed_example(field.type)
        assert chosen is not None, "a lead in a field's class was found"
        return chosen
    readings = (read(field, raw) for raw in (*_RAW, *_within(field.type)))
    return next(each for each in readings if not isinstance(each, Missing | Unread))


def _other(id_: Value) -> Value:
    """Return another id, such as the one of an earlier lead."""
    if isinstance(id_, int | Decimal):
        return id_ + 1
    return f"{id_}0"


def _at_home(values: dict[str, Value], fields: Mapping[str, Field]) -> Iterator[dict[str, Value]]:
    """Yield a lead with other subdivisions of its country, where its own is elsewhere.

    The classes of the analysis tell apart no more than the conditions do, so that a class
    of subdivisions may hold those of many countries.
    """
    for name, field in fields.items():
        country = field.type.country if isinstance(field.type, Subdivision) else None
        here = values.get(country or "")
        if name in values and here is not None and country_of(values[name]) != here:
            own = [each for each in universe(field.type) if country_of(each) == here]
            yield from ({**values, name: each} for each in own)
            yield {other: value for other, value in values.items() if other != name}
            return
    yield values


def _taking(item: Coverable, clauses: Sequence[Clause]) -> Sequence[int]:
    """Return the clauses that cover a rule or fallback by taking a lead."""
    if item.handover is None:
        return (item.clause,)
    return [at for at, clause in enumerate(clauses) if item.handover in clause.handed_by]


def _taken(clause: Clause) -> str:
    if clause.is_rule:
        return f"rule {_word(clause.name)}"
    return f"fallback {quoted(clause.name.removeprefix('fallback of '))}"


def _before(clause: Clause, item: Coverable) -> Sequence[Attempt] | None:
    """Return the attempts before an else-step, None where it isn't among them."""
    attempts = clause.attempts
    if item.goes_on:
        return attempts if clause.going_on == item.span else None
    at = next((at for at, attempt in enumerate(attempts) if attempt.span == item.span), None)
    return None if at is None else attempts[:at]


def expectations(decision: Decision) -> Iterator[str]:
    """Yield what a decision came to, as expectations."""
    for passed in decision.passed_over:
        yield f"passed-over {quoted(passed.target)} because {passed.reason}"
    kind = BY_WORD.get(decision.kind)
    word = "nobody" if kind is None else kind.reached
    if kind is not None and kind.definition == "text":
        yield f"{word} {quoted(decision.target)}"
    else:
        yield f"{word} {_word(decision.target)}" if decision.target else word


def _word(name: str) -> str:
    return name if is_name(name) and name not in _KEYWORDS else quoted(name)
