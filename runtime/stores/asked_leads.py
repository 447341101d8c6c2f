"""Leads that are asked for, some at a time and in their order: overdue, expired, waiting ones."""

from datetime import datetime
from typing import Literal, TypeAlias

from turnout.frozen import frozen
from turnout.runtime.stores.recorded import Recorded


@frozen
class Elapsed:
    """Which leads are asked for: of a route, whose time was up by a moment, the longest first.

    time: what was up, `due` by an SLA or `expires` of an offer. limit: the most that there may
    be, None for all. after: leads behind this one only, as it was found.
    """

    time: Literal["due", "expires"]
    route: str
    at: datetime
    limit: int | None = None
    after: Recorded | None = None

    def takes(self, recorded: Recorded) -> bool:
        """Return whether a lead is asked for, wherever the limit is."""
        until = recorded.due if self.time == "due" else recorded.expires
        if recorded.decision.route != self.route or until is None or until > self.at:
            return False
        return self.after is None or self.place(self.after) < self.place(recorded)

    def place(self, recorded: Recorded) -> tuple[datetime, int]:
        """Return what such leads are in the order of."""
        until = recorded.decision.due if self.time == "due" else recorded.expires
        assert until is not None
        return until, recorded.number


@frozen
class Queued:
    """Which leads are asked for: of a route, that wait in a queue, as in `Elapsed`.

    Those of the highest rank come first, then those that were decided first.
    """

    route: str
    queue: str
    limit: int | None = None
    after: Recorded | None = None

    def takes(self, recorded: Recorded) -> bool:
        """Return whether a lead is asked for, wherever the limit is."""
        if recorded.decision.route != self.route or recorded.queue != self.queue:
            return False
        return self.after is None or self.place(self.after) < self.place(recorded)

    @staticmethod
    def place(recorded: Recorded) -> tuple[int, int]:
        """Return what waiting leads are in the order of."""
        return -recorded.rank, recorded.number


@frozen
class HeldLeads:
    """Which leads are asked for: of a route, that a person has and isn't done with.

    The newest come first. It is looked for among the open leads of the route, by no index.
    """

    route: str
    person: str
    limit: int | None = None
    after: Recorded | None = None

    def takes(self, recorded: Recorded) -> bool:
        """Return whether a lead is asked for, wherever the limit is."""
        decision = recorded.decision
        if (decision.route, decision.assignee) != (self.route, self.person) or recorded.closed:
            return False
        return self.after is None or self.place(self.after) < self.place(recorded)

    @staticmethod
    def place(recorded: Recorded) -> tuple[int, int]:
        """Return what such leads are in the order of."""
        return -recorded.number, 0


AskedLeads: TypeAlias = Elapsed | Queued | HeldLeads
"""Leads that are asked for."""
