"""Leads that are offered for a time, and what has to be kept so that they can go on."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from turnout.compiler.plan.value import Plan
from turnout.dsl.acceptance import TimedOffer
from turnout.dsl.policy import Policy, Sla
from turnout.dsl.types import Values
from turnout.runtime.decisions import Decision
from turnout.runtime.due import due
from turnout.runtime.moves import Holder
from turnout.runtime.stores import Transaction

_LOWEST: Final = -(1 << 62)
_FINEST: Final = 1_000
"""Parts of one by which the leads of a queue are told apart."""


def can_pass_on(policy: Policy, plan: Plan) -> bool:
    """Return whether leads of a route go on by more than an SLA, as the policy says."""
    if policy.rejecting.named or policy.returning.named:
        return True
    is_waiting = any(each.until_free or each.rank for each in policy.outlets.values())
    return is_waiting or any(answer.offer is not None for answer in plan.answers)


def offer_to(
    policy: Policy, offer: TimedOffer, decision: Decision, state: Transaction, at: datetime
) -> None:
    """TimedOffer a lead to the person who has it, if its rule itself names them."""
    if decision.assignee is None or decision.named_by != f"rule {decision.rule}":
        return
    time = Sla(offer.period, offer.wall, None, offer.span)
    until = due(policy, time, Holder.of(decision), at)
    if until is not None:
        state.mark("offered", decision.route, decision.lead, at, until=until)


def rank_of(policy: Policy, holder: Holder, values: Values) -> int:
    """Return the place of a lead in the queue that has it, the highest first, else 0."""
    queue = policy.outlets.get(holder.name)
    if queue is None or queue.rank is None:
        return 0
    value = values.get(queue.rank)
    if not isinstance(value, int | Decimal):
        return _LOWEST
    return max(_LOWEST + 1, min(int(value * _FINEST), -_LOWEST))
