"""A decision as it stands in a state."""

from datetime import datetime

from turnout.frozen import attribute, frozen
from turnout.runtime.decisions import Decision
from turnout.runtime.moves import Watch
from turnout.runtime.statuses import ENDED, LeadMark, Status, first_status


@frozen
class Recorded:
    """A decision as it stands in the log.

    fingerprint: of the lead's content when it was decided, so that the same id with
    other content can be told apart. mark: what happened to the lead since, see `statuses`.
    touched: somebody works on it. watch: None where the lead can't go on to somebody else.
    expires: until when it is offered, None where it isn't. number: leads in the order in which
    they were decided first.

    A lead that was moved has the decision of its new holder; how it came there is a `Move`.
    """

    decision: Decision
    fingerprint: str
    mark: LeadMark | None = None
    touched: bool = False
    watch: Watch | None = None
    expires: datetime | None = None
    number: int = attribute(default=0, eq=False)

    @property
    def key(self) -> tuple[str, str]:
        """What the lead is decided once for: its route and its id."""
        return self.decision.route, self.decision.lead

    @property
    def status(self) -> Status:
        """Where the lead stands."""
        return self.mark or first_status(self.decision)

    @property
    def closed(self) -> bool:
        """Whether whoever has the lead is done with it."""
        return self.mark in ENDED

    @property
    def due(self) -> datetime | None:
        """When an SLA moves the lead; None where none does, or somebody touched it."""
        if self.watch is None or not self.watch.is_timed or self.touched or self.closed:
            return None
        return self.decision.due

    @property
    def touch_by(self) -> datetime | None:
        """When somebody must have touched the lead, whether or not an SLA moves it then.

        None where nothing is due, or somebody touched it.
        """
        return None if self.touched or self.closed else self.decision.due

    @property
    def queue(self) -> str | None:
        """The queue that the lead waits in, None where it doesn't."""
        is_waiting = self.mark is None and self.decision.kind == "queue"
        return self.decision.target if is_waiting else None

    @property
    def rank(self) -> int:
        """Its place in a queue, the highest first."""
        return 0 if self.watch is None else self.watch.rank
