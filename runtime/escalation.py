"""Leads that nobody touched in time: each goes where its rule's SLA says.

Whoever missed the lead is left out, persons and places alike and by the fallback, too, so
it never comes back to them. A target that is given the lead has as long as the first one
had. After `MOST_HOPS`, or where the SLA's target can't take the lead, the route's fallback
has it, and nothing is due any more; where not even that can take it, the lead stays and is
asked for again next time.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

import attrs

from turnout.compiler.plan.value import Plan, PlannedAttempt
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import Policy, Sla
from turnout.dsl.promises import MOST_HOPS
from turnout.dsl.types import Field, Values
from turnout.dsl.values.literals import from_jsonable
from turnout.frozen import frozen
from turnout.runtime.due import due
from turnout.runtime.engine import Preparer, Steps, offered
from turnout.runtime.events import Draw
from turnout.runtime.moves import Holder, Move, Watch
from turnout.runtime.stores import Recorded, Transaction

SLA_MISSED = "sla missed"

Escalator: TypeAlias = Callable[[datetime, Transaction], tuple[Move, ...]]
"""Moves every overdue lead of a route inside a transaction."""


@frozen(eq=False)
class _Escalation:
    """What becomes of leads that miss a rule's SLA, prepared.

    then: the SLA's target. last: the route's fallback.
    """

    policy: Policy
    sla: Sla
    then: Steps
    last: Steps


def escalator(policy: Policy, plan: Plan) -> Escalator:
    """Return what moves the overdue leads of the route of a plan.

    policy: who stands behind the targets. A lead's SLA is that of its rule as the policy
    now is; where the rule or its SLA has gone, the lead stays where it is.
    """
    route, prepare = plan.route, Preparer(policy)
    last = Steps(None, prepare.steps(plan.last))
    by_rule: dict[str, _Escalation] = {}
    for clause in plan.answers:
        if clause.sla is not None and clause.sla.then is not None:
            attempt = PlannedAttempt(clause.sla.then.target, f"sla of rule {clause.name}")
            steps = Steps(clause.name, prepare.steps((attempt,)))
            by_rule[clause.name] = _Escalation(policy, clause.sla, steps, last)

    def escalate(at: datetime, state: Transaction) -> tuple[Move, ...]:
        moment = at.astimezone(UTC)
        moves: list[Move] = []
        for recorded in state.overdue(route, moment):
            rule = by_rule.get(recorded.decision.rule or "")
            if rule is None:
                continue
            moved = _moved(rule, recorded, moment, state)
            if moved is not None:
                now, move, draw = moved
                state.move(now, move, draw=draw)
                moves.append(move)
        return tuple(moves)

    return escalate


def _moved(
    rule: _Escalation, recorded: Recorded, at: datetime, state: Transaction
) -> tuple[Recorded, Move, Draw | None] | None:
    """Return what to record for an overdue lead, its move and draw; None where nobody takes it."""
    decision, watch = recorded.decision, recorded.watch or Watch()
    before = Holder.of(decision)
    missed = (*watch.missed, before.name)
    values = _values(rule.policy.fields, watch.values)
    step = accepted = None
    passed = decision.passed_over
    if watch.hops < MOST_HOPS:
        step, accepted, passed = offered(rule.then, values, at, state, frozenset(missed))
    is_last = step is None
    if is_last:
        step, accepted, more = offered(rule.last, values, at, state, frozenset(missed))
        passed = passed + more
    if step is None or accepted is None:
        return None
    holder = Holder(step.kind, step.name, accepted.assignee)
    after = attrs.evolve(
        decision,
        by=step.by,
        kind=holder.kind,
        target=holder.target,
        assignee=holder.assignee,
        passed_over=passed,
        due=None if is_last else due(rule.policy, rule.sla, holder, at),
    )
    kept = None if after.due is None else Watch(watch.hops + 1, missed, watch.values)
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


def _values(fields: Mapping[str, Field], kept: Mapping[str, object]) -> Values:
    """Return the lead's values that were kept, without those of fields that have gone."""
    values = {
        name: from_jsonable(fields[name].type, stored)
        for name, stored in kept.items()
        if name in fields
    }
    if PREVIOUS_OWNER in kept:
        values[PREVIOUS_OWNER] = str(kept[PREVIOUS_OWNER])
    return values
