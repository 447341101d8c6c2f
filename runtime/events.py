"""What happened to leads, one event after the other: what the log of a state is made of.

An event is never changed. What stands now (who has a lead, whether it is closed) follows
from the events of a state in their order, and can be made of them again.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, get_args

import attrs

from turnout.frozen import frozen
from turnout.runtime.decisions import Decision
from turnout.runtime.moves import Holder, Move

EventKind: TypeAlias = Literal[
    "routed",
    "moved",
    "offered",
    "accepted",
    "rejected",
    "claimed",
    "released",
    "contacted",
    "converted",
    "closed",
    "returned",
    "erased",
    "away",
    "paused",
    "back",
    "renamed",
    "alerted",
]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
"""What can happen: a lead is decided, changes hands, is offered and taken or not, is worked on, is
done with, or isn't touched in time; somebody is away, is paused or is back; somebody or something
has a new name from then on, in all of a state; or a measure crosses its threshold."""

DECIDING: Final[frozenset[EventKind]] = frozenset({"routed", "moved", "claimed"})
"""Events after which another decision stands."""


def is_deciding(kind: str, *, is_said: bool) -> bool:
    """Return whether what stands for a lead is what an event says from then on.

    is_said: the event says what stands. So do an alert of a lead and an acceptance from which an
    SLA is counted: whoever has the lead still has it, and another time is due.
    """
    return is_said or kind in DECIDING


NO_VALUES: Mapping[str, Any] = MappingProxyType({})


@frozen
class Draw:
    """What a draw of a team did to the entitlement of the one who was drawn.

    before, after: leads that they were entitled to minus leads that they were given, as
    numerator and denominator. available: how many could be drawn, and shared the lead; of:
    how many members the team had. Both 0 where a version of Turnout didn't write them down.
    """

    team: str
    person: str
    before: tuple[int, int]
    after: tuple[int, int]
    available: int = 0
    of: int = 0


@frozen
class LoggedLead:
    """What the log keeps of a lead beside its decision.

    path: how it came to its rule, outermost first: conditions of blocks, rules that handed it
    to another route, rules that took it and let it go on. values: of the fields that the
    policy logs, as JSON has them. hashed: of those that it logs hashed.
    """

    path: tuple[str, ...] = ()
    values: Mapping[str, Any] = NO_VALUES
    hashed: Mapping[str, str] = NO_VALUES


NOTHING_LOGGED = LoggedLead()


@frozen
class Event:
    """One thing that happened.

    number: its place in the log, from 1. previous: the number of the lead's event before,
    0 for its first one.
    at: when it happened; recorded_at: when it was written down. Both UTC, and None where a
    version of Turnout that kept no events wrote down only that it happened.
    actor: who did it, "" for a run of Turnout. policy: the hash of the version that was in
    force, "" where it isn't known.
    before: who had the lead before a move. after: who has it now.
    decision: what was decided, of a lead that was routed or moved; None where it was
    written over before there were events. hop: how often an SLA has moved the lead.
    name: of a renaming, the kind, the old and the new name; of an alert, the threshold, what it is
    of, and `begun` or `over`. until: how long an offer stands, or
    an absence lasts. since: when an absence begins that is said before; `after` is whose it is.
    logged: see `LoggedLead`.
    """

    kind: EventKind
    route: str
    lead: str
    at: datetime | None
    recorded_at: datetime | None
    actor: str = ""
    policy: str = ""
    reason: str = ""
    before: Holder | None = None
    after: Holder | None = None
    decision: Decision | None = None
    draw: Draw | None = None
    hop: int = 0
    name: tuple[str, str, str] | None = None
    until: datetime | None = None
    since: datetime | None = None
    number: int = 0
    previous: int = 0
    logged: LoggedLead = NOTHING_LOGGED

    @property
    def move(self) -> Move | None:
        """The move that this is, None where it is none."""
        if self.kind != "moved":
            return None
        assert self.at is not None
        assert self.before is not None
        assert self.after is not None
        return Move(self.route, self.lead, self.at, self.reason, self.before, self.after, self.hop)

    def as_dict(self) -> dict[str, Any]:
        """Return the event in the documented JSON form, keys in a fixed order."""
        return {
            "number": self.number,
            "event": self.kind,
            "route": self.route,
            "lead": self.lead,
            "at": None if self.at is None else self.at.isoformat(),
            "recorded_at": None if self.recorded_at is None else self.recorded_at.isoformat(),
            "actor": self.actor,
            "policy": self.policy,
            "reason": self.reason,
            "before": None if self.before is None else attrs.asdict(self.before),
            "after": None if self.after is None else attrs.asdict(self.after),
            "hop": self.hop,
            "draw": None if self.draw is None else _draw_data(self.draw),
            "name": None if self.name is None else list(self.name),
            "until": None if self.until is None else self.until.isoformat(),
            "since": None if self.since is None else self.since.isoformat(),
            "decision": None if self.decision is None else self.decision.as_dict(),
            "path": list(self.logged.path),
            "members": {} if self.decision is None else _members(self.decision),
            "values": dict(self.logged.values),
            "hashed": dict(self.logged.hashed),
        }


def _members(decision: Decision) -> Mapping[str, Mapping[str, str]]:
    """Return who of the teams that were passed over could not be drawn, and why."""
    return {each.target: dict(each.members) for each in decision.passed_over if each.members}


def _draw_data(draw: Draw) -> Mapping[str, Any]:
    return {
        "team": draw.team,
        "person": draw.person,
        "before": list(draw.before),
        "after": list(draw.after),
        "available": draw.available,
        "of": draw.of,
    }


@frozen
class Sought:
    """Which events are asked for; what is None asks for nothing.

    person: somebody who has the lead, had it before, or did it. since, until: when it
    happened, `until` left out; an event without a time is in no stretch of time.
    """

    kind: EventKind | None = None
    route: str | None = None
    person: str | None = None
    rule: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, event: Event) -> bool:
        """Return whether an event is asked for."""
        if self.kind not in {None, event.kind} or self.route not in {None, event.route}:
            return False
        if self.rule is not None and (event.decision is None or event.decision.rule != self.rule):
            return False
        if self.person is not None and self.person not in _people(event):
            return False
        if self.since is None and self.until is None:
            return True
        return event.at is not None and (
            (self.since is None or self.since <= event.at)
            and (self.until is None or event.at < self.until)
        )


ALL = Sought()
"""Every event."""


def _people(event: Event) -> set[str | None]:
    holders = (holder for holder in (event.before, event.after) if holder is not None)
    return {event.actor or None, *(holder.assignee for holder in holders)}
