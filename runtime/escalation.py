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

from turnout.compiler.plan.value import Answer, Plan, PlannedAttempt
from turnout.dsl.conditions import PREVIOUS_OWNER
from turnout.dsl.policy import Policy, Sla, SlaAbsence
from turnout.dsl.promises import MOST_HOPS
from turnout.dsl.types import Field, Values
from turnout.dsl.values.literals import from_jsonable
from turnout.frozen import frozen
from turnout.runtime.absences import PersonAbsence
from turnout.runtime.due import due, is_before_acceptance
from turnout.runtime.engine import Preparer, Steps, named_by, offered
from turnout.runtime.events import Draw
from turnout.runtime.left_out import told_apart
from turnout.runtime.moves import SLA_MISSED, Holder, Move, Watch
from turnout.runtime.stores import Elapsed, Recorded, Transaction
from turnout.runtime.timed_offers import can_pass_on, offer_to, rank_of

NOBODY: Final = f"{SLA_MISSED}, and nobody else can take it"
"""Why there is an alert where a lead was to go to the next one."""

PAGE: Final = 100
"""Leads that are read at once."""


@frozen(eq=False)
class _Escalation:
    """What becomes of leads that miss a rule's SLA, prepared.

    then: the SLA's target. own: those of the rule, for `reassign`. last: the route's fallback.
    passes_on: leads go on by more than an SLA.
    """

    policy: Policy
    answer: Answer
    sla: Sla
    then: Steps
    own: Steps
    last: Steps
    passes_on: bool


class Escalator:
    """Does what SLAs say about the overdue leads of a route inside a transaction."""

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
            answer.name: (answer, answer.sla)
            for answer in plan.answers
            if answer.sla is not None and answer.sla.steps
        }

        @cache
        def of_rule(rule: str | None) -> _Escalation | None:
            if rule is None or rule not in slas:
                return None
            answer, sla = slas[rule]
            named = (
                ()
                if sla.then is None
                else (PlannedAttempt(sla.then.target, f"sla of rule {rule}"),)
            )
            then, own = (
                Steps(rule, prepare.steps(each))
                for each in (named, answer.own_attempts if sla.reassigns else ())
            )
            return _Escalation(policy, answer, sla, then, own, last, passes_on)

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
        return moved_some(page, lambda each: self._done(each, moment, state), is_enough)

    def _done(self, recorded: Recorded, at: datetime, state: Transaction) -> list[Move]:
        """Do the step of an SLA whose time is up, and return the move or the alert."""
        rule = self._of_rule(recorded.decision.rule)
        if rule is None:
            return []
        number = step_up(rule.policy, rule.sla, recorded, at)
        is_last = number == len(rule.sla.steps) - 1
        moved = None
        if rule.sla.steps[number].word != "alert":
            moved = _moved(rule, recorded, at, state, number)
            if moved is None and is_last:
                return []
        if moved is None:
            is_alert = rule.sla.steps[number].word == "alert"
            return [_alert(rule, recorded, at, state, number, SLA_MISSED if is_alert else NOBODY)]
        now, move, draw = moved
        state.move(now, move, draw=draw)
        if rule.answer.offer is not None and rule.sla.steps[number].word == "reassign":
            offer_to(rule.policy, rule.answer.offer, now.decision, state, at)
        if rule.sla.absence is not None:
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


def step_up(policy: Policy, sla: Sla, recorded: Recorded, at: datetime) -> int:
    """Return which step of an SLA is to be done for a lead that is due, from 0.

    Where several are up at once, as after a stop, the last of them that moves the lead is done,
    and those before it never; where none moves it, the last one.
    """
    steps, watch = sla.steps, recorded.watch or Watch()
    found = number = min(watch.step, len(steps) - 1)
    holder, since = Holder.of(recorded.decision), watch.since or recorded.decision.at
    while number + 1 < len(steps):
        moment = due(policy, sla.of_step(number + 1), holder, since)
        if moment is None or moment > at:
            break
        number += 1
        if steps[number].word != "alert" or steps[found].word == "alert":
            found = number
    return found


def _next(  # noqa: PLR0913 - what is known of a step
    rule: _Escalation, holder: Holder, at: datetime, number: int, since: datetime, *, is_new: bool
) -> tuple[datetime | None, int, datetime | None]:
    """Return when the next step is due, how many were done, and from when they are counted.

    number: of the step that was done. is_new: another one has the lead; where the moment has
    passed by their hours, they have all of the time.
    """
    sla = rule.sla
    for step in range(number + 1, len(sla.steps)):
        moment = due(rule.policy, sla.of_step(step), holder, since)
        if moment is not None and moment <= at and is_new:
            since, moment = at, due(rule.policy, sla.of_step(step), holder, at)
        if moment is None or moment > at:
            return moment, step, since
    if not is_new:
        return None, number + 1, since  # the last step was an alert
    moment = due(rule.policy, sla, holder, at)
    return moment, 0, None if moment is None else at


def _alert(  # noqa: PLR0913, PLR0917 - what an event is made of
    rule: _Escalation,
    recorded: Recorded,
    at: datetime,
    state: Transaction,
    number: int,
    reason: str,
) -> Move:
    """Log that nobody touched a lead in time, and return it as a move to whoever has it."""
    decision, watch = recorded.decision, recorded.watch or Watch()
    holder, since = Holder.of(decision), watch.since or decision.at
    moment, step, since_ = _next(rule, holder, at, number, since, is_new=False)
    kept = attrs.evolve(watch, step=step, since=since_, is_timed=moment is not None)
    told = attrs.evolve(decision, due=moment)
    state.alert_lead(attrs.evolve(recorded, decision=told, watch=kept), at, reason)
    return Move(decision.route, decision.lead, at, reason, holder, holder, watch.hops)


def _moved(
    rule: _Escalation, recorded: Recorded, at: datetime, state: Transaction, number: int
) -> tuple[Recorded, Move, Draw | None] | None:
    """Return what to record for an overdue lead, its move and draw; None where nobody takes it."""
    decision, watch = recorded.decision, recorded.watch or Watch()
    before = Holder.of(decision)
    missed = (*watch.missed, before.name)
    left_out = frozenset((*missed, *watch.declined))
    values = values_of(rule.policy.fields, watch.values)
    step = accepted = None
    passed = decision.passed_over
    asked = rule.own if rule.sla.steps[number].word == "reassign" else rule.then
    if watch.hops < MOST_HOPS:
        with state.without(recorded):
            step, accepted, passed = offered(asked, values, at, state, left_out)
    is_last = step is None
    if is_last and number < len(rule.sla.steps) - 1:
        return None
    if is_last:
        with state.without(recorded):
            step, accepted, more = offered(rule.last, values, at, state, left_out)
        passed = passed + more
    if step is None or accepted is None:
        return None
    holder = Holder(step.kind, step.name, accepted.assignee)
    moment, done, since = None, 0, None
    if is_before_acceptance(rule.sla, holder, decision.rule, named_by(step, accepted.instead_of)):
        done = (number + 1) % len(rule.sla.steps)
    elif not is_last:
        start = watch.since or decision.at
        moment, done, since = _next(rule, holder, at, number, start, is_new=True)
    after = attrs.evolve(
        decision,
        by=named_by(step, accepted.instead_of),
        kind=holder.kind,
        target=holder.target,
        assignee=holder.assignee,
        passed_over=told_apart(passed, values, attrs.evolve(watch, missed=missed)),
        due=moment,
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
            step=done,
            since=since,
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
