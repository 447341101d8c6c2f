"""What people do with the leads that they are given: the life of an assignment.

A lead is accepted or rejected, contacted, and in the end converted, closed or returned; somebody
claims one out of a queue, or releases it. What isn't allowed as a lead stands is refused with
what is, and nothing is changed then. Each is an event in the log, in one transaction with the
change.
"""

from collections.abc import Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Final, Literal, TypeAlias

import attrs

from turnout.compiler.plan.value import Plan
from turnout.dsl.acceptance import Reasons
from turnout.dsl.policy import Policy
from turnout.errors import Error
from turnout.frozen import frozen
from turnout.runtime.availability import Availability
from turnout.runtime.draw import given_back
from turnout.runtime.events import Draw
from turnout.runtime.memberships import Rosters, rosters
from turnout.runtime.moves import Holder, Move, Watch
from turnout.runtime.passing_on import Passing
from turnout.runtime.statuses import ENDED, MarkKind, Status
from turnout.runtime.stores import Queued, Recorded, Transaction

Deed: TypeAlias = Literal[
    "accept", "reject", "contacted", "converted", "close", "release", "return", "claim"
]
"""What somebody does with a lead."""

_EVENTS: Final[Mapping[Deed, MarkKind]] = {
    "accept": "accepted",
    "reject": "rejected",
    "contacted": "contacted",
    "converted": "converted",
    "close": "closed",
    "release": "released",
    "return": "returned",
}
_GIVEN: Final = frozenset[Status]({"assigned", "offered"})
_HAD: Final = _GIVEN | frozenset[Status]({"accepted", "contacted"})
_ANY: Final = _HAD | frozenset[Status]({"queued", "unworked"})
_ALLOWED: Final[Mapping[Deed, frozenset[Status]]] = {
    "accept": _GIVEN,
    "reject": _GIVEN,
    "contacted": _ANY - {"contacted"},
    "converted": _ANY,
    "close": _ANY,
    "release": _HAD,
    "return": _HAD - {"offered"},
}
_INSTEAD: Final[Mapping[tuple[Deed, Status], str]] = {
    ("accept", "queued"): "claim it: `turnout claim`",
    ("reject", "queued"): "nobody was given it; claim it first: `turnout claim`",
    ("release", "queued"): "nobody was given it",
    ("return", "queued"): "nobody was given it; close it: `turnout close`",
    ("reject", "accepted"): "release it (`turnout release`), or return it for a reason",
    ("reject", "contacted"): "release it (`turnout release`), or return it for a reason",
    ("return", "offered"): "reject it (`turnout reject`), or accept it first",
}


class NotAllowedError(Error):
    """What somebody wants to do with a lead can't be done as it stands.

    is_done: it is already as it was to be.
    """

    def __init__(self, message: str, help: str = "", *, is_done: bool = False) -> None:
        """Say what is wrong in one sentence."""
        super().__init__(message, help)
        self.is_done = is_done

    def __reduce__(self) -> tuple[object, ...]:
        """Keep whether it is done when pickled."""
        return _not_allowed, (self.message, self.help, self.is_done)


def _not_allowed(message: str, help: str, is_done: bool) -> NotAllowedError:  # noqa: FBT001 - as it was pickled
    return NotAllowedError(message, help, is_done=is_done)


@frozen
class LeadStanding:
    """Where a lead stands after somebody did something with it.

    deed: what they did. expires: until when it is offered to its holder. due: when it must be
    touched. move: who has it instead, None where it stays.
    """

    lead: str
    deed: Deed
    status: Status
    holder: Holder
    due: datetime | None = None
    expires: datetime | None = None
    move: Move | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it in the documented JSON form, keys in a fixed order."""
        return {
            "lead": self.lead,
            "deed": self.deed,
            "status": self.status,
            "holder": attrs.asdict(self.holder),
            "due": None if self.due is None else self.due.isoformat(),
            "expires": None if self.expires is None else self.expires.isoformat(),
            "move": None if self.move is None else self.move.as_dict(),
        }


class Life:
    """What can be done with the leads of a route. policy: its people and its reasons."""

    def __init__(self, policy: Policy, plan: Plan, passing: Passing) -> None:
        """Prepare the teams to which turns are given back."""
        self._policy = policy
        self._route = plan.route
        self._passing = passing
        self._availability = Availability(policy)
        self._rosters: Mapping[str, Rosters] = {
            name: rosters(team) for name, team in policy.teams.items()
        }

    def do(  # noqa: PLR0913 - who does what with which lead, and why
        self,
        deed: Deed,
        lead: str,
        at: datetime,
        state: Transaction,
        *,
        by: str = "",
        reason: str = "",
    ) -> LeadStanding | None:
        """Do something with a lead inside a transaction; None where it was never decided.

        by: a person of the policy, by name or e-mail address, or whoever it was.

        Raises NotAllowedError, and nothing is changed then.
        """
        found = state.decided(self._route, lead)
        if found is None:
            return None
        self._check(deed, found, self.named(by))
        said, is_credited = self._reason(deed, reason)
        draw = self._credited(found, at, state) if is_credited else None
        begun = self._passing.accepted(found, at) if deed == "accept" else None
        state.mark(_EVENTS[deed], self._route, lead, at, said, draw=draw, standing=begun)
        move = self._moved(deed, found, at, state)
        now = state.decided(self._route, lead)
        assert now is not None, "a lead that was decided stays so"
        return standing(deed, now, move)

    def claim(self, queue: str, at: datetime, state: Transaction, by: str) -> LeadStanding | None:
        """Give the first lead of a queue to a person; None where it is empty.

        Raises NotAllowedError where there is no such queue or person, or they can have no more.
        """
        by = self.named(by)
        self._check_claim(queue, at, state, by)
        page = state.asked(Queued(self._route, queue, 1))
        if not page:
            return None
        (found,) = page
        watch = attrs.evolve(found.watch or Watch(), queue=queue)
        holder = Holder("person", by, by)
        now = self._passing.handed(found, holder, f"claim from queue {queue}", (), at, watch)
        move = Move(self._route, found.decision.lead, at, "", Holder.of(found.decision), holder)
        state.move(now, move, claimed=True)
        after = state.decided(self._route, found.decision.lead)
        assert after is not None, "a lead that was decided stays so"
        return standing("claim", after, move)

    def named(self, by: str) -> str:
        """Return the name of a person who is told by name or e-mail address, else what is told."""
        if by in self._policy.people or not by:
            return by
        text = by.strip().casefold()
        for person in self._policy.people.values():
            if text in {person.name.casefold(), (person.email or "").casefold()}:
                return person.name
        return by

    # -- whether it can be done --

    def _check(self, deed: Deed, found: Recorded, by: str) -> None:
        status, holder = found.status, Holder.of(found.decision)
        lead = found.decision.lead
        if status in ENDED:
            raise NotAllowedError(
                f"lead {lead} is {status} already",
                "route it anew, if it is to be worked on again: `turnout reroute`",
                is_done=deed in {"close", "converted"},
            )
        if status not in _ALLOWED[deed]:
            advice = _INSTEAD.get((deed, status), "")
            if status == "unworked":
                advice = "nobody was given it; route it anew: `turnout reroute`"
            is_done = _EVENTS[deed] == status
            message = f"lead {lead} is {status}"
            message += " already" if is_done else f", so it can't {_DONE[deed]}"
            raise NotAllowedError(message, advice, is_done=is_done)
        if by and deed in {"accept", "reject"} and by != (holder.assignee or holder.target):
            whose = holder.assignee or f"{holder.kind} {holder.target}"
            raise NotAllowedError(
                f"lead {lead} is {whose}'s, not {by}'s",
                f"whoever has it does it: `--by {holder.assignee or holder.target}`",
            )

    def _reason(self, deed: Deed, reason: str) -> tuple[str, bool]:
        """Return the reason as the policy has it, and whether the turn is given back for it."""
        if deed not in {"reject", "return"}:
            return reason.strip(), False
        named = self._policy.rejecting if deed == "reject" else self._policy.returning
        meant = named.meant(reason)
        if meant is None:
            raise NotAllowedError(_without_reason(deed, reason.strip(), named), _listed(named))
        return meant, meant in named.credited

    def _check_claim(self, queue: str, at: datetime, state: Transaction, by: str) -> None:
        if f"queue {queue}" not in self._policy.outlets:
            queues = [each.name for each in self._policy.outlets.values() if each.kind == "queue"]
            raise NotAllowedError(f"there is no queue {queue}", _meant(queue, queues))
        person = self._policy.people.get(by)
        if person is None:
            said = f"there is no person {by}" if by else "nobody is named who claims it"
            raise NotAllowedError(said, _meant(by, list(self._policy.people)))
        if person.is_inactive:
            raise NotAllowedError(f"{by} is inactive", "whoever is inactive is given no leads")
        if self._availability.is_full(by, at, state):
            raise NotAllowedError(f"{by} is at their cap", "close leads, or raise the `cap`")

    # -- what is done --

    def _credited(self, found: Recorded, at: datetime, state: Transaction) -> Draw | None:
        """Give the turn back by which somebody was drawn, where they were and are in the team."""
        decision = found.decision
        team, person = decision.target, decision.assignee
        if decision.kind != "round-robin" or person is None or team not in self._rosters:
            return None
        before = state.turns(team)
        after = given_back(before, self._rosters[team](at), person)
        if after is None:
            return None
        state.set_turns(team, after)
        lags = [(turns.lag.get(person, 0), turns.scale) for turns in (before, after)]
        return Draw(team, person, lags[0], lags[1])

    def _moved(self, deed: Deed, found: Recorded, at: datetime, state: Transaction) -> Move | None:
        if deed == "reject":
            return self._passing.on(found, at, state, "rejected", stays=False)
        if deed != "release":
            return None
        watch = found.watch or Watch()
        if not watch.queue:
            return self._passing.on(found, at, state, "released", stays=False)
        before, holder = Holder.of(found.decision), Holder("queue", watch.queue, None)
        # It may wait there until somebody is free: whoever gave it back isn't meant.
        declined = tuple(dict.fromkeys((*watch.declined, before.name)))
        back = attrs.evolve(watch, queue="", declined=declined)
        said = f"release into queue {watch.queue}"
        now = self._passing.handed(found, holder, said, (), at, back)
        move = Move(self._route, found.decision.lead, at, "released", before, holder)
        state.move(now, move)
        return move


def standing(deed: Deed, now: Recorded, move: Move | None = None) -> LeadStanding:
    """Return where a lead stands."""
    decision = now.decision
    holder = Holder.of(decision)
    return LeadStanding(decision.lead, deed, now.status, holder, now.touch_by, now.expires, move)


_DONE: Final[Mapping[Deed, str]] = {
    "accept": "be accepted",
    "reject": "be rejected",
    "contacted": "be contacted",
    "converted": "convert",
    "close": "be closed",
    "release": "be released",
    "return": "be returned",
}


def _without_reason(deed: Deed, reason: str, named: Reasons) -> str:
    what = "rejecting" if deed == "reject" else "returning"
    if not reason:
        return f"{what} a lead needs a reason"
    return f"`{reason}` is no reason for {what} a lead" if named.named else f"{what} needs a reason"


def _listed(named: Reasons) -> str:
    return f"the policy names {', '.join(named.named)}" if named.named else "say it in any words"


def _meant(name: str, known: list[str]) -> str:
    if near := get_close_matches(name, known, n=1):
        return f"did you mean {near[0]}?"
    return f"the policy has {', '.join(sorted(known)[:8])}" if known else "the policy has none"
