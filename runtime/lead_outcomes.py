"""What leads are offered: the clause that takes each, before anybody's turns and hours are asked.

It depends on nothing but the lead and the clock, so nothing is drawn, recorded or waited for.
Routing the lead as the first one begins the same way: the same clause, the same targets in the
same order, of which the first that is free gets it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeAlias

from turnout.compiler.plan.decide import ANY_DAY, Decider, answer, asks_clock, day, facts
from turnout.compiler.plan.value import Answer, Plan, PlannedAttempt
from turnout.dsl.conditions import SEEN
from turnout.dsl.targets import KindWord
from turnout.dsl.types import Value, Values
from turnout.dsl.values.reading import Issue
from turnout.dsl.wording import parts, promised, worded
from turnout.frozen import frozen
from turnout.runtime.clock import this_moment
from turnout.runtime.decisions import Doing


@frozen
class OutcomeTarget:
    """A target that a lead is offered.

    by: the rule or fallback that names it, such as "rule DACH-enterprise". target: in the
    words of the language, such as "round-robin emea-sdr matching language". kind, name: its
    kind, and the team, person, field, queue, partner, sequence or reason that it names.
    """

    by: str
    target: str
    kind: KindWord
    name: str


@frozen
class ClauseOutcome:
    """What a rule or fallback says of its leads.

    clause: such as "fallback of EMEA", of a rule its name. rule: its name, None for a fallback.
    targets: in the order in which they are tried. sla: in the words of the language, None
    where it has none. actions: those of the rule, in order.
    """

    clause: str
    rule: str | None
    targets: tuple[OutcomeTarget, ...]
    sla: str | None = None
    actions: tuple[Doing, ...] = ()


@frozen
class LeadOutcome:
    """What one lead is offered.

    clauses: the rule or fallback that takes it; behind one that lets leads go on (`else
    continue`) those that are asked next, where all of its targets pass the lead on. values:
    of the lead as the policy sees it, by field. issues: what of it could not be used.
    complaint: why only the route's fallback can take it, such as "no email".
    """

    clauses: tuple[ClauseOutcome, ...]
    values: Values
    issues: tuple[Issue, ...] = ()
    complaint: str | None = None

    @property
    def rule(self) -> str | None:
        """The rule that takes the lead, None where a fallback does."""
        return self.clauses[0].rule

    @property
    def targets(self) -> tuple[OutcomeTarget, ...]:
        """Every target that the lead is offered, in order; the first that is free has it."""
        return tuple(target for clause in self.clauses for target in clause.targets)

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome in the documented JSON form, keys in a fixed order."""
        return {
            "rule": self.rule,
            "clauses": [_clause_as_dict(clause) for clause in self.clauses],
            "complaint": self.complaint,
            "issues": [
                {"field": issue.field, "raw": issue.raw, "reason": issue.reason}
                for issue in self.issues
            ],
        }


def _clause_as_dict(clause: ClauseOutcome) -> dict[str, Any]:
    return {
        "clause": clause.clause,
        "rule": clause.rule,
        "targets": [
            {"by": each.by, "target": each.target, "kind": each.kind, "name": each.name}
            for each in clause.targets
        ],
        "sla": clause.sla,
        "actions": [
            {"kind": each.kind, "arguments": list(each.arguments)} for each in clause.actions
        ],
    }


FindClauses: TypeAlias = Callable[[Values, datetime | None, bool], tuple[ClauseOutcome, ...]]
"""Finds what takes a fit lead, at a moment (now for None), as one seen before or a new one."""


def clause_finder(plan: Plan, match: Decider) -> FindClauses:
    """Return what finds the clauses that take a lead. match: decides by the plan."""
    said = _sayer(plan)
    is_clock_asked = asks_clock(plan)
    asks_history = bool(plan.identities)

    def found(values: Values, at: datetime | None, seen_before: bool) -> tuple[ClauseOutcome, ...]:  # noqa: FBT001 - see FindClauses
        today = ANY_DAY
        if asks_history or is_clock_asked:
            more: dict[str, Value] = {SEEN: seen_before}
            if is_clock_asked:
                moment = at or this_moment()
                today = day(plan, moment)
                more |= facts(plan, moment)
            values = {**values, **more}
        number = match(values, today)
        if number is None or not plan.answers[number].goes_on:
            return said(number)
        clauses = said(number)
        while number is not None and plan.answers[number].goes_on:
            number = match(values, today, number)
            clauses += said(number)
        return clauses

    return found


def _sayer(plan: Plan) -> Callable[[int | None], tuple[ClauseOutcome, ...]]:
    """Return what says a clause of a number; each is made when a lead first meets it."""
    known: dict[int | None, tuple[ClauseOutcome, ...]] = {}

    def said(number: int | None) -> tuple[ClauseOutcome, ...]:
        found = known.get(number)
        if found is None:
            found = known[number] = (_outcome(answer(plan, number)),)
        return found

    return said


def _outcome(of: Answer) -> ClauseOutcome:
    actions = tuple(Doing(action.kind, action.arguments) for action in of.actions)
    sla = None if of.sla is None else promised(of.sla)
    return ClauseOutcome(of.name, of.rule, tuple(map(_offered, of.attempts)), sla, actions)


@lru_cache(maxsize=1_000)  # thousands of rules have a few targets
def _offered(attempt: PlannedAttempt) -> OutcomeTarget:
    return OutcomeTarget(attempt.by, worded(attempt.target), *parts(attempt.target))


def unfit_outcome(
    plan: Plan, values: Values, issues: tuple[Issue, ...], complaint: str
) -> LeadOutcome:
    """Return the outcome of a lead that only the route's fallback can take."""
    return LeadOutcome((_outcome(answer(plan, None)),), values, issues, complaint)
