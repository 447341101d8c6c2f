"""Leads that somebody doesn't take, or gives back: each goes on to the next one.

Its rule's targets are asked again from the first one, as they are then, and the fallback behind
them. Whoever had the lead is left out, so that it never comes back to them. Those whom the rule
itself names are offered it anew, where the rule offers its leads; the fallback's aren't asked.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Final

import attrs

from turnout.compiler.plan.value import Answer, Plan
from turnout.dsl.policy import Policy
from turnout.frozen import frozen
from turnout.runtime.decisions import PassedOver
from turnout.runtime.due import due, first_due, is_before_acceptance
from turnout.runtime.engine import Preparer, Steps, named_by, offered
from turnout.runtime.escalation import PAGE, moved_some, values_of
from turnout.runtime.left_out import told_apart
from turnout.runtime.moves import Holder, Move, Watch
from turnout.runtime.stores import Elapsed, Recorded, Transaction
from turnout.runtime.timed_offers import offer_to, rank_of

NOT_ACCEPTED: Final = "not accepted in time"


@frozen(eq=False)
class _Clause:
    """What a clause says of leads that go on. answer: None for the route's fallback."""

    answer: Answer | None
    steps: Steps


class Passing:
    """Gives leads of a route to the next one. policy: who stands behind the targets."""

    def __init__(self, policy: Policy, plan: Plan) -> None:
        """Prepare the clauses of a plan, each when a lead of it first goes on."""
        self._policy = policy
        self._route = plan.route
        prepare = Preparer(policy)
        last = prepare.steps(plan.last)
        answers = {answer.rule: answer for answer in plan.answers if answer.is_rule}

        @cache
        def of_rule(rule: str | None) -> _Clause:
            answer = answers.get(rule)
            if answer is None:
                return _Clause(None, Steps(None, last))
            own = prepare.steps(answer.attempts)
            rest = last if answer.goes_on else ()
            return _Clause(answer, Steps(rule, own + rest))

        self.of_rule: Callable[[str | None], _Clause] = of_rule

    def on(
        self, recorded: Recorded, at: datetime, state: Transaction, reason: str, *, stays: bool
    ) -> Move | None:
        """Give a lead to the next one, and return the move.

        stays: where nobody can take it, it stays with whoever has it, and None is returned;
        else nobody has it then.
        """
        moment, watch = at.astimezone(UTC), recorded.watch or Watch()
        before = Holder.of(recorded.decision)
        declined = tuple(dict.fromkeys((*watch.declined, before.name)))
        clause = self.of_rule(recorded.decision.rule)
        values = values_of(self._policy.fields, watch.values)
        left_out = frozenset((*watch.missed, *declined))
        with state.without(recorded):
            step, accepted, passed = offered(clause.steps, values, moment, state, left_out)
        if step is None and stays:
            return None
        holder = Holder("none", "", None)
        if step is not None:
            holder = Holder(step.kind, step.name, accepted.assignee)
        watch = attrs.evolve(watch, declined=declined, queue="")
        named = "" if step is None else named_by(step, accepted.instead_of)
        told = told_apart(passed, values, watch)
        now = self.handed(recorded, holder, named, told, moment, watch)
        move = Move(self._route, recorded.decision.lead, moment, reason, before, holder)
        state.move(now, move, draw=accepted.draw)
        self.offer(now, state, moment)
        return move

    def handed(  # noqa: PLR0913, PLR0917 - what a decision is made of
        self,
        recorded: Recorded,
        holder: Holder,
        named: str,
        passed: tuple[PassedOver, ...],
        at: datetime,
        watch: Watch,
    ) -> Recorded:
        """Return what stands for a lead that somebody else has. named: who named them."""
        answer = self.of_rule(recorded.decision.rule).answer
        sla = None if answer is None else answer.sla
        decision = attrs.evolve(
            recorded.decision,
            by=named,
            kind=holder.kind,
            target=holder.target,
            assignee=holder.assignee,
            passed_over=passed,
            due=first_due(self._policy, sla, holder, recorded.decision.rule, named, at),
        )
        is_timed = decision.due is not None and sla is not None and bool(sla.steps)
        since = at if is_timed else None
        rank = rank_of(self._policy, holder, values_of(self._policy.fields, watch.values))
        kept = attrs.evolve(watch, is_timed=is_timed, rank=rank, step=0, since=since)
        return attrs.evolve(recorded, decision=decision, watch=kept)

    def accepted(self, recorded: Recorded, at: datetime) -> Recorded | None:
        """Return what stands for a lead whose SLA runs from now on, as its holder accepts it.

        Returns None where it runs already, or never does.
        """
        answer, decision = self.of_rule(recorded.decision.rule).answer, recorded.decision
        sla, holder = None if answer is None else answer.sla, Holder.of(decision)
        if sla is None or recorded.status in {"accepted", "contacted"}:
            return None
        if not is_before_acceptance(sla, holder, decision.rule, decision.by):
            return None
        watch = recorded.watch or Watch()
        step = min(watch.step, max(len(sla.steps) - 1, 0))
        runs = sla.of_step(step) if sla.steps else sla
        until = due(self._policy, runs, holder, at)
        is_timed = until is not None and bool(sla.steps)
        since = at if is_timed else None
        kept = attrs.evolve(watch, is_timed=is_timed, step=step, since=since)
        return attrs.evolve(recorded, decision=attrs.evolve(decision, due=until), watch=kept)

    def offer(self, recorded: Recorded, state: Transaction, at: datetime) -> None:
        """Offer a lead to whoever has it, where its rule says so."""
        answer = self.of_rule(recorded.decision.rule).answer
        if answer is not None and answer.offer is not None:
            offer_to(self._policy, answer.offer, recorded.decision, state, at)

    def expired(
        self,
        at: datetime,
        state: Transaction,
        after: Recorded | None = None,
        is_enough: Callable[[], bool] = lambda: False,
    ) -> tuple[tuple[Move, ...], Recorded | None]:
        """Pass on some leads that weren't accepted in time, the longest expired first.

        As `Escalator.some`. A lead that nobody else can take stays, and is asked for again.
        """
        moment = at.astimezone(UTC)
        page = state.asked(Elapsed("expires", self._route, moment, PAGE, after))
        return moved_some(page, lambda each: self._expire(each, moment, state), is_enough)

    def _expire(self, recorded: Recorded, at: datetime, state: Transaction) -> list[Move]:
        move = self.on(recorded, at, state, NOT_ACCEPTED, stays=True)
        return [] if move is None else [move]
