"""What a site is about: a policy with everything that its pages tell of it, asked once.

Nothing is found out here that the other commands don't find out, too: the coverage is that of
`turnout coverage`, tests are run as `turnout test` runs them, stewards are those of `turnout
owners`, and a change is what `turnout diff` compares.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from pathlib import PurePosixPath
from typing import assert_never

from turnout.compiler.compiled import Compiled
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.witness import example, shown
from turnout.compiler.picture import Masthead, Page
from turnout.compiler.program import Clause, Program, RouteProgram
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.coverage import Coverage, Matrix
from turnout.compiler.questions.stewards import StewardPart, parts_with_stewards
from turnout.dsl.conditions import And, Atom, Condition, Named, Not, Or
from turnout.dsl.expectations import TestCase
from turnout.dsl.findings import Finding, Witness
from turnout.dsl.policy import Block, Policy, Route, Rule
from turnout.dsl.promises import AlwaysByRule, AlwaysReaches, Guarantee, NeverReaches
from turnout.dsl.source import Span
from turnout.dsl.targets import Target, said
from turnout.frozen import attribute, frozen
from turnout.project.authorship import LineChange
from turnout.rendering.coverage import appearances
from turnout.rendering.difference.sections import Comparison
from turnout.rendering.site.addresses import page_of
from turnout.trials.testing import Arrived, TestResult

MOST_QUESTIONS = 4_000
"""Clauses for which a lead is looked for; a larger policy goes without."""

MOST_SHOWN = 12
"""Earlier rules that a page names before it counts the rest."""


@frozen(eq=False)
class RouteSubject:
    """One route: its coverage, and the analysis that its questions are put to."""

    analysis: Analysis
    coverage: Coverage

    @property
    def route(self) -> RouteProgram:
        """The route, lowered."""
        return self.analysis.route

    def share(self, at: int) -> Fraction | None:
        """Return what part of all leads clause `at` gets, None where it could not be counted."""
        return None if self.coverage.parts is None else self.coverage.parts[at]

    def witness(self, at: int) -> Witness | None:
        """Return a lead that clause `at` gets; None where it gets none, or none was found."""
        if len(self.route.clauses) > MOST_QUESTIONS:
            return None
        try:
            left = self.analysis.remaining(at)
        except OutOfSteps:
            return None
        made = None if left is None else example(self.analysis.space, left)
        return None if made is None else shown(made, self.analysis.program.policy.fields)

    def earlier(self, at: int) -> tuple[int, ...]:
        """Return the earlier clauses that share leads with clause `at`, at first sight.

        Those that take most come first.
        """
        taken = self.analysis.shares(self.analysis.taken[at], at)
        return tuple(sorted(taken, key=lambda by: (-taken[by], by)))

    def cells(self, at: int) -> Iterator[tuple[str, str]]:
        """Yield the territory and the segment of each cell in which clause `at` gets leads."""
        for matrix in self.coverage.matrices:
            for row, cells in zip(matrix.rows, matrix.cells, strict=True):
                for column, cell in zip(matrix.columns, cells, strict=True):
                    if at in cell.clauses:
                        yield row, column


@frozen(eq=False)
class Sender:
    """A clause that can send leads to somebody. step: which of its targets, from 0."""

    route: str
    at: int
    clause: Clause
    step: int


@frozen(eq=False, slots=False)
class SiteSubject:
    """A policy and what is known of it.

    routes: by name, in written order. tested: the policy's tests, as they ended. leads: how
    many of a sample were counted, None without one. change: what it is compared with, by the
    name of the other version. pictures: of each route, its pages and what stands above them.
    history: by the name of a file, who last changed each line.
    """

    compiled: Compiled
    routes: Mapping[str, RouteSubject]
    tested: tuple[TestResult, ...] = ()
    change: Comparison | None = None
    pictures: Mapping[str, tuple[tuple[Page, ...], Masthead]] = attribute(
        factory=dict[str, "tuple[tuple[Page, ...], Masthead]"]
    )
    history: Mapping[str, tuple[LineChange | None, ...]] = attribute(
        factory=dict[str, "tuple[LineChange | None, ...]"]
    )

    @property
    def policy(self) -> Policy:
        """The policy."""
        return self.compiled.policy

    @property
    def program(self) -> Program:
        """The policy, lowered."""
        return self.compiled.program

    @cached_property
    def title(self) -> str:
        """What the site is called."""
        return title_of(self.compiled)

    @property
    def leads(self) -> int | None:
        """How many leads the shares are of; None for the space of leads."""
        return next((each.coverage.leads for each in self.routes.values()), None)

    @cached_property
    def pages(self) -> Mapping[tuple[str, int], str]:
        """The page of each clause, by its route and number."""
        found: dict[tuple[str, int], str] = {}
        taken: set[str] = set()
        for route, lowered in self.program.routes.items():
            for at, clause in enumerate(lowered.clauses):
                kind = "rule" if clause.is_rule else "fallback"
                page = page_of(kind, route, clause.name)
                if page in taken:  # fallbacks of two blocks with the same condition
                    page = page_of(kind, route, f"{clause.name} {at}")
                taken.add(page)
                found[route, at] = page
        return found

    @cached_property
    def named(self) -> Mapping[str, str]:
        """The pages of territories and segments, by name."""
        definitions = self.policy.definitions.values()
        return {each.name: page_of(each.kind, each.name) for each in definitions}

    @cached_property
    def receivers(self) -> frozenset[tuple[str, str]]:
        """Everybody with a page of their own: what targets reach, and its name."""
        policy = self.policy
        people = {("person", name) for name in policy.people}
        teams = {("team", name) for name in policy.teams}
        outlets = {(each.kind, each.name) for each in policy.outlets.values()}
        return frozenset(people | teams | outlets)

    @cached_property
    def stewards(self) -> tuple[StewardPart, ...]:
        """Who answers for what."""
        return parts_with_stewards(self.program)

    @cached_property
    def senders(self) -> Mapping[tuple[str, str], tuple[Sender, ...]]:
        """Who sends to whom: by what a target reaches, and its name."""
        found: dict[tuple[str, str], list[Sender]] = {}
        for name, route in self.program.routes.items():
            for at, clause in enumerate(route.clauses):
                for step, attempt in enumerate(clause.attempts[: clause.own_attempts]):
                    sender = Sender(name, at, clause, step)
                    found.setdefault(receiver(attempt.target), []).append(sender)
        return {key: tuple(senders) for key, senders in found.items()}

    @cached_property
    def uses(self) -> Mapping[str, tuple[tuple[str, int], ...]]:
        """The clauses whose condition names a territory or segment, by its name."""
        found: dict[str, list[tuple[str, int]]] = {}
        for route, lowered in self.program.routes.items():
            for at, clause in enumerate(lowered.clauses):
                for name in dict.fromkeys(names_in(clause.condition)):
                    found.setdefault(name, []).append((route, at))
        return {name: tuple(places) for name, places in found.items()}

    @cached_property
    def arrivals(self) -> Mapping[tuple[str, int], tuple[TestResult, ...]]:
        """The tests in which a clause takes a lead, by its route and number."""
        found: dict[tuple[str, int], dict[int, TestResult]] = {}
        for number, result in enumerate(self.tested):
            for arrived in result.arrived:
                if arrived.clause is not None:
                    place = (arrived.route, arrived.clause)
                    found.setdefault(place, {})[number] = result
        return {place: tuple(results.values()) for place, results in found.items()}

    @cached_property
    def _wholes(self) -> Mapping[tuple[str, str, int], Span]:
        return {
            (name, rule.span.source.name, rule.span.start): rule.whole or rule.span
            for name, route in self.policy.routes.items()
            for rule in _rules(route)
        }

    def whole(self, route: str, clause: Clause) -> Span:
        """Return a rule as it is written; of a fallback, where its word stands."""
        span = clause.span
        return self._wholes.get((route, span.source.name, span.start), span)

    @cached_property
    def _folder(self) -> str:
        main = self.compiled.sources[-1].name if self.compiled.sources else ""
        return main[: main.rfind("/") + 1]

    def near(self, text: str) -> str:
        """Return a text with the names of files as they are from the policy's own folder."""
        return text.replace(self._folder, "") if self._folder else text

    @cached_property
    def _seen(self) -> Mapping[int, Counter[int]]:
        matrices = (each for route in self.routes.values() for each in route.coverage.matrices)
        return {id(matrix): appearances(matrix) for matrix in matrices}

    def appearances(self, matrix: Matrix) -> Counter[int]:
        """Return in how many cells of a matrix each clause is."""
        return self._seen.get(id(matrix)) or appearances(matrix)

    def guarantees(self, route: str, clause: Clause) -> tuple[Guarantee, ...]:
        """Return the guarantees that name the clause or whoever it sends to."""
        reached = {receiver(each.target) for each in clause.attempts}
        about = (each for each in self.policy.guarantees.values() if route in each.routes)
        return tuple(each for each in about if _names(each, clause, reached))


def _rules(block: Route | Block) -> Iterator[Rule]:
    for entry in block.entries:
        if isinstance(entry, Rule):
            yield entry
        else:
            yield from _rules(entry)


def title_of(compiled: Compiled) -> str:
    """Return a policy's name; of one that is named after a file of tests, that of its routes'."""
    policy = compiled.policy
    own = compiled.sources[-1].name if compiled.sources else ""
    of_route = next((route.span.source.name for route in policy.routes.values()), own)
    return _stem(of_route) if policy.name == _stem(own) else policy.name


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def receiver(target: Target) -> tuple[str, str]:
    """Return what a target reaches, and its name, such as ("team", "dach")."""
    return target.kind.reached, said(target).name


def names_in(condition: Condition) -> Iterator[str]:
    """Yield the territories and segments that a condition names itself, in written order."""
    if isinstance(condition, Atom):
        return
    match condition:
        case Named(name=name):
            yield name
        case And(parts) | Or(parts):
            for part in parts:
                yield from names_in(part)
        case Not(part):
            yield from names_in(part)
        case _:
            assert_never(condition)


def _names(guarantee: Guarantee, clause: Clause, reached: set[tuple[str, str]]) -> bool:
    for claim in guarantee.claims:
        if isinstance(claim, AlwaysByRule) and any(map(clause.is_of, claim.rules)):
            return True
        if isinstance(claim, AlwaysReaches | NeverReaches):
            named = {(each.kind, each.name) for each in claim.targets}
            if named & reached:
                return True
    return False


def arrived_in(result: TestResult, place: tuple[str, int]) -> tuple[Arrived, ...]:
    """Return the leads of a test that a clause took."""
    return tuple(each for each in result.arrived if (each.route, each.clause) == place)


def line_of(about: Finding | TestCase) -> str:
    """Return where something is written, such as "inbound.route:12"; "" for nowhere."""
    return "" if about.span is None else f"{about.span.source.name}:{about.span.line}"
