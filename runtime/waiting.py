"""Leads that only wait in a queue until somebody is free: dealt out when a shift opens.

A queue that is declared `until free` holds leads that nobody of their rule could take, or who were
brought there by an SLA. They are asked for again, in the queue's order: whoever of the rule's
targets, as far as one that takes every lead, can take one then has it. The rest waits on.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import takewhile
from typing import Final, get_args

from turnout.compiler.plan.value import Plan
from turnout.dsl.policy import Policy
from turnout.dsl.targets import Accepting
from turnout.runtime.engine import Steps, named_by, offered
from turnout.runtime.escalation import PAGE, values_of
from turnout.runtime.left_out import told_apart
from turnout.runtime.moves import Holder, Move, Watch
from turnout.runtime.passing_on import Passing
from turnout.runtime.stores import Queued, Recorded, Transaction

FREE: Final = "somebody is free"

_TAKING: Final = frozenset(kind.kind.word for kind in get_args(Accepting))
"""Kinds of targets that take every lead."""


class Waiting:
    """Deals out the leads of a route that wait in a queue. queue: its name."""

    def __init__(self, policy: Policy, plan: Plan, passing: Passing, queue: str) -> None:
        """Prepare what leads are asked again."""
        self._policy = policy
        self._route = plan.route
        self._passing = passing
        self._queue = queue

    def some(
        self,
        at: datetime,
        state: Transaction,
        after: Recorded | None = None,
        is_enough: Callable[[], bool] = lambda: False,
    ) -> tuple[tuple[Move, ...], Recorded | None]:
        """Deal out some leads, in the queue's order; as `Escalator.some`."""
        moment = at.astimezone(UTC)
        moves: list[Move] = []
        refused: set[tuple[object, ...]] = set()
        page = state.asked(Queued(self._route, self._queue, PAGE, after))
        for number, recorded in enumerate(page, 1):
            asked = _asked(recorded)
            if asked in refused:  # who can't take one can't take the next one like it
                continue
            move = self._dealt(recorded, moment, state)
            if move is None:
                refused.add(asked)
            else:
                moves.append(move)
            if is_enough() and number < len(page):
                return tuple(moves), recorded
        return tuple(moves), page[-1] if len(page) == PAGE else None

    def _dealt(self, recorded: Recorded, at: datetime, state: Transaction) -> Move | None:
        """Give a lead to a target before the queue, and return the move; None where none can."""
        steps = self._passing.of_rule(recorded.decision.rule).steps.steps
        watch = recorded.watch or Watch()
        left_out = frozenset((*watch.missed, *watch.declined))
        values = values_of(self._policy.fields, watch.values)
        # The queue itself takes every lead; one that an SLA names stands in no chain.
        before = Steps(None, tuple(takewhile(lambda each: each.kind not in _TAKING, steps)))
        step, accepted, passed = offered(before, values, at, state, left_out)
        if step is None:
            return None
        holder = Holder(step.kind, step.name, accepted.assignee)
        named = named_by(step, accepted.instead_of)
        told = told_apart(passed, values, watch)
        now = self._passing.handed(recorded, holder, named, told, at, watch)
        was = Holder.of(recorded.decision)
        move = Move(self._route, recorded.decision.lead, at, FREE, was, holder)
        state.move(now, move, draw=accepted.draw)
        self._passing.offer(now, state, at)
        return move


def _asked(recorded: Recorded) -> tuple[object, ...]:
    """Return what decides who can take a waiting lead, at one moment."""
    watch = recorded.watch or Watch()
    values = tuple(sorted((name, str(value)) for name, value in watch.values.items()))
    return recorded.decision.rule, values, watch.missed, watch.declined
