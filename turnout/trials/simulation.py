"""What a policy would do with a file of leads, counted; nothing is kept.

Leads are decided as they would be, draws included, by a router whose state is thrown away.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import TypeVar

import attrs

from turnout.compiler.plan.making import plan_of
from turnout.dsl.targets import Reason
from turnout.frozen import define, frozen
from turnout.runtime.decisions import Decision
from turnout.runtime.events import Sought
from turnout.runtime.keys import NO_ID, SAME_ROW
from turnout.runtime.leads import Lead, record_reader
from turnout.runtime.records import Record
from turnout.runtime.router import Router

_T = TypeVar("_T")


@frozen
class TeamTurns:
    """What a team's members got by turns, in the order of the team.

    exact: what each was entitled to, by weight among those who could be drawn each time.
    furthest: the most that anybody was ever away from that, in leads.
    """

    team: str
    given: Mapping[str, int]
    exact: Mapping[str, Fraction]
    furthest: Fraction


@frozen
class Fall:
    """Leads that fall to a fallback, or to nobody.

    by: the fallback that took them, "" where every target passed them over. rule: whose
    targets passed them over, None where no rule takes them. passed: those targets, each with
    the reason. is_unfit: they lack what the policy requires, or are no leads.
    """

    by: str
    rule: str | None
    passed: tuple[tuple[str, Reason], ...]
    is_unfit: bool


@frozen
class FieldIssues:
    """What could not be read of a field. reasons: with how many leads, and one such value."""

    field: str
    leads: int
    reasons: tuple[tuple[str, int, str], ...]


@frozen
class Simulation:
    """What became of a file of leads.

    repeated: leads whose id came before, which keep their first decision and count nowhere
    else. rules: by the rule that matched or the fallback, each clause of the route in its
    order, those that took none too. targets: by kind and name. people: who would have been
    given how many. falls: with how many leads. first, last: when leads were decided.
    """

    route: str
    leads: int
    repeated: int
    first: datetime | None
    last: datetime | None
    rules: tuple[tuple[str, int], ...]
    targets: tuple[tuple[str, int], ...]
    people: tuple[tuple[str, int], ...]
    teams: tuple[TeamTurns, ...]
    falls: tuple[tuple[Fall, int], ...]
    issues: tuple[FieldIssues, ...]

    @property
    def decided(self) -> int:
        """Leads that were decided, each once."""
        return self.leads - self.repeated


def simulate(
    router: Router,
    records: Iterable[tuple[datetime, Record]],
    watch: Iterable[Callable[[Record, Decision], None]] = (),
) -> Simulation:
    """Return what became of leads, each decided at its moment.

    router: it decides them, so its state is one to throw away. watch: what else counts them.
    Raises what `Router.route` raises, and LeadsError where a file can't be read on.
    """
    census = Census(router.route_name, record_reader(router.compiled.policy.fields))
    turns = TurnsCount(router)
    watching = [*watch]
    for at, record in records:
        decision = router.route(record, at=at)
        census.add(record, decision)
        turns.add(decision)
        for each in watching:
            each(record, decision)
    return census.result(clauses(router), turns.result())


@define
class Census:
    """Counts decisions as they come. route: by which; read: how leads are read."""

    route: str
    read: Callable[[Record], Lead]
    leads: int = 0
    repeated: int = 0
    first: datetime | None = None
    last: datetime | None = None
    rules: Counter[str] = attrs.Factory(Counter[str])
    targets: Counter[str] = attrs.Factory(Counter[str])
    people: Counter[str] = attrs.Factory(Counter[str])
    falls: Counter[Fall] = attrs.Factory(Counter[Fall])
    issues: dict[str, Counter[str]] = attrs.Factory(dict[str, Counter[str]])
    examples: dict[tuple[str, str], str] = attrs.Factory(dict[tuple[str, str], str])
    amiss: Counter[str] = attrs.Factory(Counter[str])

    def add(self, record: Record, decision: Decision) -> None:
        """Count one lead more."""
        self.leads += 1
        if decision.repeated:
            self.repeated += 1
            return
        self.first = decision.at if self.first is None else min(self.first, decision.at)
        self.last = decision.at if self.last is None else max(self.last, decision.at)
        self.rules[clause_of(decision)] += 1
        self.targets[target_of(decision)] += 1
        if decision.assignee is not None:
            self.people[decision.assignee] += 1
        if not decision.by.startswith("rule "):
            self.falls[self._fall(record, decision)] += 1
        told: set[str] = set()
        for issue in decision.issues:
            if issue.reason in {NO_ID, SAME_ROW}:
                continue
            told.add(issue.field)
            self.issues.setdefault(issue.field, Counter())[issue.reason] += 1
            self.examples.setdefault((issue.field, issue.reason), issue.raw)
        self.amiss.update(told)

    def _fall(self, record: Record, decision: Decision) -> Fall:
        passed: tuple[tuple[str, Reason], ...] = tuple(
            (each.target, each.reason) for each in decision.passed_over
        )
        is_unfit = decision.rule is None and self.read(record).complaint is not None
        return Fall(decision.named_by, decision.rule, passed, is_unfit)

    def result(self, clauses: Iterable[str], teams: tuple[TeamTurns, ...]) -> Simulation:
        """Return what was counted. clauses: of the route in order, as `clause_of` says them."""
        ordered = dict.fromkeys([*clauses, *self.rules])
        return Simulation(
            route=self.route,
            leads=self.leads,
            repeated=self.repeated,
            first=self.first,
            last=self.last,
            rules=tuple((name, self.rules[name]) for name in ordered),
            targets=_ranked(self.targets),
            people=_ranked(self.people),
            teams=teams,
            falls=_ranked(self.falls),
            issues=tuple(
                FieldIssues(
                    name,
                    count,
                    tuple(
                        (reason, often, self.examples[name, reason])
                        for reason, often in _ranked(self.issues[name])
                    ),
                )
                for name, count in _ranked(self.amiss)
            ),
        )


def _ranked(counts: Counter[_T]) -> tuple[tuple[_T, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0]))))


_OFTEN = 10_000


class TurnsCount:
    """Counts who of each team is drawn by turns while a router decides."""

    def __init__(self, router: Router) -> None:
        """Begin with where the teams stand."""
        self._router = router
        self._before = router.lags()
        self._behind = router.last_event()
        self._given: dict[str, Counter[str]] = {}
        self._furthest: dict[str, Fraction] = {}
        self._added = 0

    def add(self, decision: Decision) -> None:
        """Count one decision more."""
        self._added += 1
        if self._added % _OFTEN == 0:  # a router in memory has the last events only
            self._look()
        if decision.kind == "round-robin" and decision.assignee and not decision.repeated:
            self._given.setdefault(decision.target, Counter())[decision.assignee] += 1

    def result(self) -> tuple[TeamTurns, ...]:
        """Return how the teams that drew somebody shared their leads, those with most first."""
        self._look()
        after = self._router.lags()
        teams = sorted(self._given, key=lambda team: (-self._given[team].total(), team))
        return tuple(
            TeamTurns(
                team,
                {name: self._given[team][name] for name in after[team]},
                {
                    name: self._given[team][name] + lag - self._before[team][name]
                    for name, lag in after[team].items()
                },
                self._furthest[team],
            )
            for team in teams
        )

    def _look(self) -> None:
        """Note how far from their shares the draws since the last look found or left people."""
        for event in self._router.events(Sought("routed"), after=self._behind):
            self._behind = event.number
            if event.draw is not None:
                away = max(abs(Fraction(*event.draw.before)), abs(Fraction(*event.draw.after)))
                team = event.draw.team
                self._furthest[team] = max(self._furthest.get(team, away), away)


def clause_of(decision: Decision) -> str:
    """Return the clause that a decision follows: the rule that matched, or the fallback."""
    return decision.named_by if decision.rule is None else f"rule {decision.rule}"


def target_of(decision: Decision) -> str:
    """Return the target of a decision in words."""
    return f"{decision.kind} {decision.target}".strip()


def clauses(router: Router) -> list[str]:
    """Return the clauses of a router's route in order, as `clause_of` names them."""
    plan = plan_of(router.compiled.program, router.route_name, router.compiled.policy_hash)
    return [
        f"rule {answer.rule}" if answer.rule else answer.attempts[0].by
        for answer in plan.answers
        if answer.rule or answer.attempts
    ]
