"""Tests of a policy, run with the engine itself: what was expected, and what came of it.

Each test has a state of its own, in memory, so that tests don't touch each other or the
state of real leads. Who is away or at a cap in a test is so in a copy of the policy: away
on every day, or with a cap of no leads; so the engine, and not the test, says what follows.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from time import monotonic

import attrs

from turnout.compiler.meaning.interpreter import holds
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.value import Plan
from turnout.compiler.program import Attempt, Clause, Program
from turnout.compiler.questions.testable import Coverable, coverables
from turnout.dsl.conditions import SEEN
from turnout.dsl.expectations import (
    START,
    TARGETS,
    Absence,
    Arrival,
    Clock,
    Expectation,
    TestCase,
    TestStep,
)
from turnout.dsl.policy import Cap, Outlet, Person, Policy
from turnout.dsl.source import Span
from turnout.dsl.types import Values
from turnout.frozen import attribute, frozen
from turnout.runtime.decisions import Decision
from turnout.runtime.due import is_before_acceptance
from turnout.runtime.engine import Engine, engine
from turnout.runtime.explain import Explanation, explain
from turnout.runtime.leads import Lead, lead_reader
from turnout.runtime.moves import Holder
from turnout.runtime.stores.memory import MemoryStore


@frozen
class Arrived:
    """A lead of a test, and what became of it.

    clause: its number in the route, None where none took the lead. tried: the targets that
    it was offered to, in order. let_on: the clauses that took it before and let it go on.
    """

    route: str
    lead: Lead
    decision: Decision
    clause: int | None
    tried: tuple[Attempt, ...]
    let_on: tuple[int, ...] = ()

    @property
    def asked(self) -> Values:
        """The lead's values, and whether it was seen before: what conditions ask."""
        return asked(self.lead, self.decision)


def asked(lead: Lead, decision: Decision) -> Values:
    """Return what conditions ask of a lead for which that decision was made."""
    return {**lead.values, SEEN: decision.duplicate_of is not None}


@frozen
class Failure:
    """An expectation that wasn't met. explanation: of the lead that it speaks of."""

    expectation: Expectation
    explanation: Explanation
    arrived: Arrived
    clause: Clause | None


@frozen
class TestResult:
    """What a test came to. seconds: how long it took."""

    __test__ = False  # pytest: no test of ours

    test: TestCase
    failures: tuple[Failure, ...]
    arrived: tuple[Arrived, ...]
    seconds: float = attribute(eq=False)

    @property
    def is_passed(self) -> bool:
        """Whether every expectation was met."""
        return not self.failures


def in_order(steps: Iterable[TestStep]) -> Iterator[TestStep]:
    """Yield a test's steps in the order in which they happen.

    A clock or an absence between a lead and its first expectation holds for that lead, as
    a memo would have it: "this lead, on Monday at ten, goes there".
    """
    lead: Arrival | None = None
    circumstances: list[TestStep] = []
    for step in steps:
        match step:
            case Clock() | Absence() if lead is not None:
                circumstances.append(step)
                continue
            case Expectation() if lead is not None:
                yield from (*circumstances, lead)
            case Arrival() if lead is not None:
                yield from (lead, *circumstances)
            case _:
                pass
        lead, circumstances = (step, []) if isinstance(step, Arrival) else (None, [])
        if lead is None:
            yield step
    if lead is not None:
        yield from (lead, *circumstances)


class Tester:
    """Runs tests of one policy that is fit to run."""

    __test__ = False  # pytest: no test of ours

    def __init__(self, program: Program) -> None:
        """Prepare nothing: engines are made when a test needs them, and kept."""
        self._program = program
        self._read = lead_reader(program.policy.fields)
        self._plans: dict[str, Plan] = {}
        self._engines: dict[tuple[str, frozenset[str], frozenset[str]], Engine] = {}

    def run(self, test: TestCase) -> TestResult:
        """Return what comes of a test."""
        began = monotonic()
        store = MemoryStore()
        moment = START
        away: frozenset[str] = frozenset()
        full: frozenset[str] = frozenset()
        arrived: list[Arrived] = []
        first: dict[str, Arrived] = {}
        failures: list[Failure] = []
        for step in in_order(test.steps):
            match step:
                case Clock():
                    moment = step.moment
                case Absence("away", names):
                    away |= frozenset(names)
                case Absence(_, names):
                    full |= frozenset(names)
                case Arrival():
                    decide = self._engine(test.route, away, full)
                    lead = self._read(dict(step.raw), None)
                    with store.begin() as state:
                        decision = decide(lead, moment, state)
                    now = self._arrived(test.route, lead, decision, first.get(decision.lead))
                    first.setdefault(decision.lead, now)
                    arrived.append(now)
                case Expectation():
                    failure = self._failure(step, arrived[-1])
                    failures += [] if failure is None else [failure]
        return TestResult(test, tuple(failures), tuple(arrived), monotonic() - began)

    def _engine(self, route: str, away: frozenset[str], full: frozenset[str]) -> Engine:
        key = (route, away, full)
        if key not in self._engines:
            policy = without(self._program.policy, away, full)
            if route not in self._plans:
                self._plans[route] = plan_of(self._program, route)
            self._engines[key] = engine(policy, self._plans[route])
        return self._engines[key]

    def _arrived(
        self, route: str, lead: Lead, decision: Decision, before: Arrived | None
    ) -> Arrived:
        if decision.repeated and before is not None:  # it was not offered to anybody again
            return Arrived(route, lead, decision, before.clause, ())
        clauses = self._program.routes[route].clauses
        offered = len(decision.passed_over) + (decision.kind != "none")
        tried: list[Attempt] = []
        let_on: list[int] = []
        for at in self._asked(route, lead, decision):
            tried += clauses[at].attempts
            is_settled = len(tried) >= offered and decision.kind != "none"
            if is_settled or not clauses[at].lets_on:
                return Arrived(route, lead, decision, at, tuple(tried[:offered]), tuple(let_on))
            let_on.append(at)
        return Arrived(route, lead, decision, None, tuple(tried), tuple(let_on))

    def _asked(self, route: str, lead: Lead, decision: Decision) -> Iterator[int]:
        """Yield the numbers of the clauses that take the lead, if those before let it on."""
        clauses = self._program.routes[route].clauses
        if lead.complaint is not None:
            yield from [len(clauses) - 1] if self._program.routes[route].last else []
            return
        values = asked(lead, decision)
        for number, clause in enumerate(clauses):
            if holds(clause.condition, values, decision.at):
                yield number

    def _failure(self, expectation: Expectation, arrived: Arrived) -> Failure | None:
        clauses = self._program.routes[arrived.route].clauses
        clause = None if arrived.clause is None else clauses[arrived.clause]
        if is_met(expectation, arrived.decision, clause):
            return None
        explained = explain(self._program, arrived.route, arrived.lead, arrived.decision)
        return Failure(expectation, explained, arrived, clause)


def is_met(expectation: Expectation, decision: Decision, clause: Clause | None) -> bool:
    """Return whether a decision, made by that clause, is as expected."""
    return _is_true(expectation, decision, clause) != expectation.negated


def _is_true(expectation: Expectation, decision: Decision, clause: Clause | None) -> bool:
    first, *more = expectation.arguments or ("",)
    match expectation.kind:
        case "rule":
            return decision.rule == first or (clause is not None and clause.is_of(first))
        case "fallback":
            is_fallback = clause is not None and not clause.is_rule
            return is_fallback and (not first or (clause and clause.name) == f"fallback of {first}")
        case "assignee":
            return decision.assignee == first
        case "sla":
            return _has_sla(expectation, decision, clause)
        case "due":
            due = decision.due
            return due is not None and expectation.moment in {None, due}
        case "action":
            found = [each for each in decision.actions if each.kind == first]
            return any(each.arguments == tuple(more) for each in found) if more else bool(found)
        case "issue":
            return any(issue.field == first for issue in decision.issues)
        case "passed-over":
            reasons = [each.reason for each in decision.passed_over if each.target == first]
            return more[0] in reasons if more else bool(reasons)
        case "repeated":
            return decision.repeated
        case "duplicate":
            return decision.duplicate_of is not None
        case kind:
            return decision.kind in TARGETS[kind] and first in {"", decision.target}


def _has_sla(expectation: Expectation, decision: Decision, clause: Clause | None) -> bool:
    sla = None if clause is None else clause.sla
    if decision.due is None and (
        sla is None
        or not is_before_acceptance(sla, Holder.of(decision), decision.rule, decision.by)
    ):
        return False
    if sla is None or expectation.period is None:
        return sla is not None
    is_wall = expectation.arguments == ("wall",)
    return sla.period.minutes == expectation.period.minutes and sla.wall == is_wall


# -- who is not there --

_ALWAYS = (date.min, date.max)


def without(policy: Policy, away: Iterable[str], full: Iterable[str]) -> Policy:
    """Return the policy with some people away on every day, and some people and partners full."""
    gone, capped = frozenset(away), frozenset(full)
    if not gone and not capped:
        return policy
    people: Mapping[str, Person] = {
        name: attrs.evolve(
            person,
            away=(*person.away, _ALWAYS) if name in gone else person.away,
            caps=(*person.caps, _none_a_day(person.timezone)) if name in capped else person.caps,
        )
        for name, person in policy.people.items()
    }
    outlets: Mapping[str, Outlet] = {
        key: attrs.evolve(place, caps=(*place.caps, _none_a_day("UTC")))
        if place.kind == "partner" and place.name in capped
        else place
        for key, place in policy.outlets.items()
    }
    return attrs.evolve(policy, people=people, outlets=outlets)


def _none_a_day(timezone: str) -> Cap:
    return Cap(0, "day", timezone)


# -- coverage --


@frozen
class Covered:
    """What the tests of a policy cover.

    reached: those of `items` that they do, in order, the same objects.
    """

    items: tuple[Coverable, ...]
    reached: tuple[Coverable, ...]

    @property
    def missed(self) -> tuple[Coverable, ...]:
        """What no test covers, in order."""
        done = {id(item) for item in self.reached}
        return tuple(item for item in self.items if id(item) not in done)

    @property
    def percent(self) -> float:
        """How much is covered; 100 where there is nothing to cover."""
        return 100 * len(self.reached) / len(self.items) if self.items else 100.0


def covered(
    program: Program, arrived: Iterable[Arrived], among: tuple[Coverable, ...] | None = None
) -> Covered:
    """Return what leads of tests cover of a policy.

    among: all that there is to cover of it, for who asks often; found where it isn't given.
    """
    items = coverables(program) if among is None else among
    seen = list(arrived)
    by_clause: dict[tuple[str, int], list[Arrived]] = {}
    handed: set[Span] = set()
    tried: set[tuple[str, Span]] = set()
    gone_on: set[tuple[str, Span | None]] = set()
    for each in seen:
        clauses = program.routes[each.route].clauses
        taking = [] if each.clause is None else [each.clause]
        by = [handover for at in (*taking, *each.let_on) for handover in clauses[at].handed_by]
        routes = dict.fromkeys((each.route, *(handover.route for handover in by)))
        tried.update((route, attempt.span) for route in routes for attempt in each.tried)
        gone_on.update((route, clauses[at].going_on) for route in routes for at in each.let_on)
        for at in taking:
            handed.update(handover.span for handover in clauses[at].handed_by)
            by_clause.setdefault(_place(program, each.route, at), []).append(each)
    reached: list[Coverable] = []
    for item in items:
        taken = by_clause.get((item.route, item.clause), [])
        if item.handover is not None:
            is_covered = item.span in handed
        elif item.kind == "else" and item.goes_on:
            is_covered = (item.route, item.span) in gone_on
        elif item.kind == "else":
            is_covered = (item.route, item.span) in tried
        elif item.kind == "branch":
            is_covered = any(
                holds(item.condition, each.asked, each.decision.at)
                for each in taken
                if each.lead.complaint is None
            )
        else:
            is_covered = bool(taken)
        reached += [item] if is_covered else []
    return Covered(items, tuple(reached))


def _place(program: Program, route: str, at: int) -> tuple[str, int]:
    """Return a clause's route and number; of one for handed leads, those in its own route."""
    clause = program.routes[route].clauses[at]
    if not clause.handed_by:
        return route, at
    by = clause.handed_by[-1]
    name = clause.name.removeprefix(f"{by.rule}/") if clause.is_rule else clause.name
    there = (
        number
        for number, each in enumerate(program.routes[by.route].clauses)
        if (each.name, each.span, each.handed_by) == (name, clause.span, ())
    )
    return by.route, next(there)
