"""Leads that nobody touched in time: each goes where its rule's SLA says.

Whoever missed the lead is left out, persons and places alike and by the fallback, too, so
it never comes back to them. A target that is given the lead has as long as the first one
had. After `MOST_HOPS`, or where the SLA's target can't take the lead, the route's fallback
has it, and nothing is due any more; where not even that can take it, the lead stays and is
asked for again next time.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

import attrs

from turnout.compiler.plan.value import Plan, PlannedAttempt
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import Policy, Sla, SlaAbsence
from turnout.dsl.promises import MOST_HOPS
from turnout.dsl.types import Field, Values
from turnout.dsl.values.literals import from_jsonable
from turnout.frozen import frozen
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.due import due
from turnout.runtime.engine import Preparer, Steps, named_by, offered
from turnout.runtime.events import Draw
from turnout.runtime.moves import Holder, Move, Watch
from turnout.runtime.stores import Elapsed, Recorded, Transaction
from turnout.runtime.timed_offers import can_pass_on, rank_of

SLA_MISSED = "sla missed"

PAGE: Final = 100
"""Leads that are read at once."""


@frozen(eq=False)
class _Escalation:
    """What becomes of leads that miss a rule's SLA, prepared.

    then: the SLA's target. last: the route's fallback. passes_on: leads go on by more than an SLA.
    """

    policy: Policy
    sla: Sla
    then: Steps
    last: Steps
    passes_on: bool


class Escalator:
    """Moves the overdue leads of a route inside a transaction: some of them, or all."""

    def __init__(self, policy: Policy, plan: Plan) -> None:
        """Prepare the SLAs of a plan. policy: who stands behind the targets.

        A lead's SLA is that of its rule as the policy now is; where the rule or its SLA has
        gone, the lead stays where it is.
        """
        prepare = Preparer(policy)
        last = Steps(None, prepare.steps(plan.last))
        passes_on = can_pass_on(policy, plan)
        self._route = plan.route
        slas = {
            clause.name: (clause.sla, clause.sla.then)
            for clause in plan.answers
            if clause.sla is not None and clause.sla.then is not None
        }

        @cache
        def of_rule(rule: str | None) -> _Escalation | None:
            if rule is None or rule not in slas:
                return None
            sla, then = slas[rule]
            steps = prepare.steps((PlannedAttempt(then.target, f"sla of rule {rule}"),))
            return _Escalation(policy, sla, Steps(rule, steps), last, passes_on)

        self._of_rule = of_rule

    def __call__(self, at: datetime, state: Transaction) -> tuple[Move, ...]:
        """Move every overdue lead."""
        moves, after = self.some(at, state)
        while after is not None:
            more, after = self.some(at, state, after)
            moves += more
        return moves

    def some(
        self,
        at: datetime,
        state: Transaction,
        after: Recorded | None = None,
        is_enough: Callable[[], bool] = lambda: False,
    ) -> tuple[tuple[Move, ...], Recorded | None]:
        """Move some overdue leads, the longest overdue first.

        after: only leads behind this one. is_enough: asked after each lead. Returns the moves
        and the last lead that was asked for, None where there is none behind it.
        """
        moment = at.astimezone(UTC)
        page = state.asked(Elapsed("due", self._route, moment, PAGE, after))
        return moved_some(page, lambda each: self._moved(each, moment, state), is_enough)

    def _moved(self, recorded: Recorded, at: datetime, state: Transaction) -> list[Move]:
        rule = self._of_rule(recorded.decision.rule)
        moved = None if rule is None else _moved(rule, recorded, at, state)
        if moved is None:
            return []
        now, move, draw = moved
        state.move(now, move, draw=draw)
        if rule is not None and rule.sla.absence is not None:
            _set_away(rule.sla.absence, move, state)
        return [move]


def moved_some(
    page: Sequence[Recorded],
    move: Callable[[Recorded], list[Move]],
    is_enough: Callable[[], bool],
) -> tuple[tuple[Move, ...], Recorded | None]:
    """Move leads of a page one by one, and return the moves and behind which lead to go on.

    is_enough: asked after each. A page of fewer than `PAGE` is the last one.
    """
    moves: list[Move] = []
    for number, recorded in enumerate(page, 1):
        moves += move(recorded)
        if is_enough() and number < len(page):
            return tuple(moves), recorded
    return tuple(moves), page[-1] if len(page) == PAGE else None


def _set_away(absence: SlaAbsence, move: Move, state: Transaction) -> None:
    """Note that the person who missed a lead is away, unless that is said already."""
    person, at = move.before.assignee, move.at
    if person is None or any(
        each.person == person and each.kind == "away" and each.holds(at) for each in state.absences
    ):
        return
    lasts = absence.period
    until = None if lasts is None else at + timedelta(minutes=lasts.minutes)
    reason = f"{SLA_MISSED}: lead {move.lead}"
    state.leave(PersonAbsence("away", person, at, until, reason=reason), at)


def _moved(
    rule: _Escalation, recorded: Recorded, at: datetime, state: Transaction
) -> tuple[Recorded, Move, Draw | None] | None:
    """Return what to record for an overdue lead, its move and draw; None where nobody takes it."""
    decision, watch = recorded.decision, recorded.watch or Watch()
    before = Holder.of(decision)
    missed = (*watch.missed, before.name)
    left_out = frozenset((*missed, *watch.declined))
    values = values_of(rule.policy.fields, watch.values)
    step = accepted = None
    passed = decision.passed_over
    if watch.hops < MOST_HOPS:
        step, accepted, passed = offered(rule.then, values, at, state, left_out)
    is_last = step is None
    if is_last:
        step, accepted, more = offered(rule.last, values, at, state, left_out)
        passed = passed + more
    if step is None or accepted is None:
        return None
    holder = Holder(step.kind, step.name, accepted.assignee)
    after = attrs.evolve(
        decision,
        by=named_by(step, accepted.instead_of),
        kind=holder.kind,
        target=holder.target,
        assignee=holder.assignee,
        passed_over=passed,
        due=None if is_last else due(rule.policy, rule.sla, holder, at),
    )
    kept = None
    if after.due is not None or rule.passes_on:
        kept = attrs.evolve(
            watch,
            hops=watch.hops + 1,
            missed=missed,
            queue="",
            rank=rank_of(rule.policy, holder, values),
            is_timed=after.due is not None,
        )
    move = Move(
        decision.route,
        decision.lead,
        at,
        SLA_MISSED,
        before,
        holder,
        watch.hops + 1,
    )
    return attrs.evolve(recorded, decision=after, watch=kept), move, accepted.draw


def values_of(fields: Mapping[str, Field], kept: Mapping[str, object]) -> Values:
    """Return the lead's values that were kept, without those of fields that have gone."""
    values = {
        name: from_jsonable(fields[name].type, stored)
        for name, stored in kept.items()
        if name in fields
    }
    if PREVIOUS_OWNER in kept:
        values[PREVIOUS_OWNER] = str(kept[PREVIOUS_OWNER])
    return values
