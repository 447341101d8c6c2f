"""An event that didn't happen, by which somebody sees whether it would arrive."""

import secrets
from datetime import UTC, datetime
from typing import Final

from turnout.announcing.messages import EventData
from turnout.runtime.decisions import Decision
from turnout.runtime.events import Event
from turnout.runtime.moves import Holder

_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_DECISION: Final = Decision(
    lead="turnout-test",
    row=None,
    route="test",
    rule="test",
    by="rule test",
    kind="queue",
    target="test",
    assignee=None,
    at=_AT,
)
TRIED: Final[EventData] = Event(
    "routed",
    "test",
    "turnout-test",
    _AT,
    _AT,
    actor="turnout outbox try",
    after=Holder.of(_DECISION),
    decision=_DECISION,
    number=1,
).as_dict()
"""The event; its number is 1."""


def tried_id() -> str:
    """Return an id for it that no delivery has."""
    return f"evt_test_{secrets.token_hex(12)}"
