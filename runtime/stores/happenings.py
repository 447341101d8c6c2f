"""What a batch adds to the log: each thing that happened, in order.

Nearly always that is a lead that was decided just now. All that its `Event` says follows from
what stands for the lead, so that one is made only for who asks: a store writes its rows from
what is here, and the events of a run in memory are hardly ever read.
"""

from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias

from turnout.runtime.events import Draw, Event, LoggedLead
from turnout.runtime.moves import Holder
from turnout.runtime.stores import Recorded, Signature


class Happened(NamedTuple):
    """An event, and what stood for its lead then; None of an event that is no lead's."""

    event: Event
    recorded: Recorded | None

    @property
    def policy(self) -> str:
        """The hash of the version of the policy that was in force."""
        return self.event.policy


class Routed(NamedTuple):
    """A lead that was decided first. recorded: what stood for it then.

    draw: how its assignee was drawn. logged: what the log keeps of the lead. signature: who
    answers for it. recorded_at: UTC.
    """

    recorded: Recorded
    draw: Draw | None
    logged: LoggedLead
    signature: Signature
    recorded_at: datetime

    @property
    def policy(self) -> str:
        """The hash of the version of the policy that was in force."""
        return self.signature.policy

    @property
    def event(self) -> Event:
        """What happened, as every event says it."""
        decision, signature = self.recorded.decision, self.signature
        return Event(
            "routed",
            decision.route,
            decision.lead,
            decision.at if decision.at.tzinfo is UTC else decision.at.astimezone(UTC),
            self.recorded_at,
            signature.actor,
            signature.policy,
            after=Holder.of(decision),
            decision=decision,
            draw=self.draw,
            logged=self.logged,
        )


Happening: TypeAlias = Happened | Routed
"""One thing that happened, before the log has it."""
