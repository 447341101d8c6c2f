"""Deliveries out of an outbox: taken, sent, and written down, endpoint by endpoint.

At least once, since whoever is told may have heard when the answer is lost; and what comes again
has the same id. Of a lead in the order in which things happened.
"""

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol, assert_never

from turnout.announcing.messages import EventData, actions_of
from turnout.announcing.upshots import (
    Delivered,
    Ended,
    Failed,
    Unsendable,
    Unwanted,
    Upshot,
    delay_before,
)
from turnout.frozen import frozen
from turnout.project.endpoints import Endpoint
from turnout.runtime.stores.deliveries import DEAD, DONE, GONE, Outbox, OutboxRow
from turnout.runtime.stores.outbox import DUE

TOGETHER = 8
"""Deliveries to one endpoint that are on their way at once."""

LONGEST_REASON = 200


@frozen
class Delivery:
    """A row of an outbox and what came of an attempt to deliver it. row: as it stands now."""

    row: OutboxRow
    outcome: Upshot


class Adapter(Protocol):
    """Carries events to somebody."""

    def send(self, event: EventData, id_: str) -> Upshot:
        """Tell of an event, and return what came of it; several threads may ask at once.

        id_: the same one whenever the event is told again. What it raises counts as a failure,
        after which it is tried again.
        """
        ...


class Courier:
    """Delivers to one endpoint what happens to leads of a policy.

    now: microseconds since 1970. chance: a number of [0, 1).
    """

    def __init__(
        self,
        outbox: Outbox,
        endpoint: Endpoint,
        adapter: Adapter,
        *,
        now: Callable[[], int] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._outbox = outbox
        self._endpoint = endpoint
        self._adapter = adapter
        self._policy = outbox.policy()
        self._now = now or _this_microsecond
        self._chance = chance
        self._threads = ThreadPoolExecutor(TOGETHER, thread_name_prefix=endpoint.name)
        self._has_ended = False
        self.look_again()

    @property
    def has_ended(self) -> bool:
        """Whether the endpoint wants nothing any more."""
        return self._has_ended

    def look_again(self) -> None:
        """Find out whether the endpoint wants nothing any more. Raises StateError."""
        self._has_ended = any(True for _ in self._outbox.rows(self._endpoint.name, [GONE], 0))

    def deliver(self) -> list[Delivery]:
        """Deliver what is due, some at once; nothing where nothing is due.

        Raises StateError. What was sent and not written down then is sent again.
        """
        if self._has_ended:
            return []
        rows = self._outbox.take(self._endpoint.name, self._now(), TOGETHER)
        if not rows:
            return []
        outcomes = list(self._threads.map(self._outcome, rows))
        attempts = [
            Delivery(self._after(row, outcome), outcome)
            for row, outcome in zip(rows, outcomes, strict=True)
        ]
        self._outbox.settle([each.row for each in attempts])
        return attempts

    def next_at(self) -> int | None:
        """Return when something is due next, None where nothing is."""
        return None if self._has_ended else self._outbox.next_at(self._endpoint.name)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown()

    def _outcome(self, row: OutboxRow) -> Upshot:
        event: EventData = json.loads(row.body)
        if not is_wanted(self._endpoint, event):
            return Unwanted()
        try:
            return self._adapter.send(event, delivery_id(row, self._policy))
        except Exception as failure:  # noqa: BLE001 - it is an adapter's, which may be anybody's
            return Failed(f"{type(failure).__name__}: {failure}")

    def _after(self, row: OutboxRow, outcome: Upshot) -> OutboxRow:
        """Return a row as it stands behind an attempt."""
        attempt = row.attempts + 1
        match outcome:
            case Delivered():
                return _settled(row, attempt, DONE)
            case Unwanted():
                return _settled(row, row.attempts, DONE)
            case Unsendable(reason):
                return _settled(row, attempt, f"{DEAD} {_short(reason)}")
            case Ended(reason):
                self._has_ended = True
                return _settled(row, attempt, f"{GONE} {_short(reason)}")
            case Failed(reason, asked):
                delay = delay_before(attempt, asked, self._chance)
                if delay is None:
                    return _settled(row, attempt, f"{DEAD} {_short(reason)}")
                at = self._now() + int(delay * 1_000_000)
                return _settled(row, attempt, DUE, at)
            case _:
                assert_never(outcome)


def is_wanted(endpoint: Endpoint, event: EventData) -> bool:
    """Return whether an endpoint is told of an event."""
    if endpoint.on and event["event"] not in endpoint.on:
        return False
    if not endpoint.actions:
        return True
    return any(
        action[: len(wanted)] == wanted
        for action in actions_of(event)
        for wanted in endpoint.actions
    )


def delivery_id(row: OutboxRow, policy: str) -> str:
    """Return what tells a delivery that comes again: of what it says and whom it is told to.

    An event's number alone wouldn't do: a state has a backup, and a policy may have two states.
    """
    said = f"{policy}\n{row.endpoint}\n{row.body}"
    return "evt_" + sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _settled(row: OutboxRow, attempts: int, state: str, next_at: int | None = None) -> OutboxRow:
    at = row.next_at if next_at is None else next_at
    return OutboxRow(row.id, row.event, row.endpoint, row.body, at, attempts, state)


def _short(reason: str) -> str:
    return " ".join(reason.split())[:LONGEST_REASON]


def _this_microsecond() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000_000)
