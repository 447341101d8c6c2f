"""A lead that changes hands after it was decided, and what is kept so that it can."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from turnout.frozen import attribute, frozen
from turnout.runtime.decisions import Decision, TargetKind


@frozen
class Holder:
    """Who or what has a lead: kind, target and assignee as on a `Decision`."""

    kind: TargetKind
    target: str
    assignee: str | None

    @classmethod
    def of(cls, decision: Decision) -> "Holder":
        """Return who has the lead by a decision."""
        return cls(decision.kind, decision.target, decision.assignee)

    @property
    def name(self) -> str:
        """The one that answers for the lead, such as "person ana" or "queue triage"."""
        if self.assignee is not None:
            return f"person {self.assignee}"
        return f"{self.kind} {self.target}".strip()


@frozen
class Move:
    """A lead that went from one holder to another.

    at: UTC. reason: "sla missed", or what was given for routing it anew. hop: how often
    its SLA has moved it, 0 where it was routed anew.
    """

    route: str
    lead: str
    at: datetime
    reason: str
    before: Holder
    after: Holder
    hop: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the move in the documented JSON form, keys in a fixed order."""
        return {**attrs.asdict(self), "at": self.at.isoformat()}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Move":
        """Return the move that `as_dict` wrote."""
        return cls(
            record["route"],
            record["lead"],
            datetime.fromisoformat(record["at"]),
            record["reason"],
            Holder(**record["before"]),
            Holder(**record["after"]),
            record["hop"],
        )


@frozen
class Watch:
    """What is kept of a lead that an SLA can move.

    hops: how often it did. missed: who had the lead and missed it, as `Holder.name`.
    values: of the fields that targets ask, as JSON has them.
    """

    hops: int = 0
    missed: tuple[str, ...] = ()
    values: Mapping[str, Any] = attribute(factory=dict[str, Any])

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Watch":
        """Return what `attrs.asdict` wrote."""
        return cls(record["hops"], tuple(record["missed"]), record["values"])
