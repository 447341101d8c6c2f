"""A lead that changes hands after it was decided, and what is kept so that it can."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import attrs

from turnout.frozen import attribute, frozen
from turnout.runtime.decisions import Decision, TargetKind

SLA_MISSED: Final = "sla missed"
"""Why an SLA moves a lead, or tells of it."""


@frozen
class Holder:
    """Who or what has a lead: kind, target and assignee as on a `Decision`."""

    kind: TargetKind
    target: str
    assignee: str | None

    @staticmethod
    def of(decision: Decision) -> "Holder":
        """Return who has the lead by a decision."""
        return holder_of(decision.kind, decision.target, decision.assignee)

    @property
    def name(self) -> str:
        """The one that answers for the lead, such as "person ana" or "queue triage"."""
        if self.assignee is not None:
            return f"person {self.assignee}"
        return f"{self.kind} {self.target}".strip()


@lru_cache(maxsize=4_096)
def holder_of(kind: TargetKind, target: str, assignee: str | None) -> Holder:
    """Return who has a lead: one value for all leads of somebody, which the log holds on to."""
    return Holder(kind, target, assignee)


@frozen
class Move:
    """A lead that went from one holder to another.

    at: UTC. reason: "sla missed", or what was given for routing it anew. hop: how often
    its SLA has moved it, 0 where it was routed anew. Where
    an SLA only tells of a lead, which stays, both holders are the same; the log has an alert then.
    """

    route: str
    lead: str
    at: datetime
    reason: str
    before: Holder
    after: Holder
    hop: int = 0

    @property
    def is_alert(self) -> bool:
        """Whether the lead stays, and only an alert says that nobody touched it."""
        return self.reason.startswith(SLA_MISSED) and self.before == self.after

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
    """What is kept of a lead that can go on to somebody else.

    hops: how often it did. missed: who had the lead and missed it, as `Holder.name`.
    values: of the fields that targets ask, as JSON has them. declined: who was offered the lead
    and didn't take it, or gave it back. queue: out of which it was claimed, "" for none. rank:
    its place in a queue, the highest first. is_timed: whether a step of an SLA is to come. step:
    how many of its steps were done since it began. since: from when they are counted, UTC; None
    for when the lead was decided.
    """

    hops: int = 0
    missed: tuple[str, ...] = ()
    values: Mapping[str, Any] = attribute(factory=dict[str, Any])
    declined: tuple[str, ...] = ()
    queue: str = ""
    rank: int = 0
    is_timed: bool = True
    step: int = 0
    since: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON, without what is as it mostly is."""
        said: dict[str, Any] = {
            "hops": self.hops,
            "missed": list(self.missed),
            "values": self.values,
        }
        if self.declined:
            said["declined"] = list(self.declined)
        if self.queue:
            said["queue"] = self.queue
        if self.rank:
            said["rank"] = self.rank
        if self.step:
            said["step"] = self.step
        if self.since is not None:
            said["since"] = self.since.isoformat()
        return said if self.is_timed else {**said, "is_timed": False}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Watch":
        """Return what `as_dict` wrote, in this version or an earlier one."""
        return cls(
            record["hops"],
            tuple(record["missed"]),
            record["values"],
            tuple(record.get("declined", ())),
            record.get("queue", ""),
            record.get("rank", 0),
            record.get("is_timed", True),
            record.get("step", 0),
            datetime.fromisoformat(record["since"]) if "since" in record else None,
        )
