"""Where turns, open leads and the decision log are kept.

A store is read and written through transactions only. One transaction holds a batch of
leads: whatever it reads stays true until it ends, and its decisions, log rows, turns and
open counts become durable together or not at all. So a crash loses no decision whose
batch had ended, and a run repeated after a crash answers what an uninterrupted run
answers. What a batch needs is said before any lock is held, and what it decides is a
function that may run again (see `needs`).

Whatever changes a lead is an event (`events`), appended in the same transaction and never
changed: what stands now follows from the log. Whoever only wants to know reads a snapshot,
page by page, and holds up nobody who writes.

`memory` keeps nothing beyond the process; `sqlite` keeps one file. Each holds a batch's
writes back in `batch` and hands them over once, at its end; threads that queue up meanwhile
share one (see `sharing`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from turnout.compiler.meaning.identity import Seen
from turnout.dsl.targets import ACCEPTING, DRAWN, KINDS
from turnout.errors import Error
from turnout.frozen import attribute, define, frozen
from turnout.runtime.absences import Absences, PersonAbsence
from turnout.runtime.decisions import Decision
from turnout.runtime.draw import Turns
from turnout.runtime.events import ALL, NOTHING_LOGGED, Draw, Event, LoggedLead, Sought
from turnout.runtime.moves import Move, Watch
from turnout.runtime.statuses import MarkKind
from turnout.runtime.stores.asked_leads import AskedLeads, Elapsed, HeldLeads, Queued
from turnout.runtime.stores.recorded import Recorded

if TYPE_CHECKING:
    from turnout.runtime.stores.needs import Count, Decide, Foresee

__all__ = [
    "LONGEST_WAIT",
    "PAGE",
    "UNSIGNED",
    "WAIT",
    "AskedLeads",
    "Elapsed",
    "Gifts",
    "HeldLeads",
    "Queued",
    "Recorded",
    "Signature",
    "Snapshot",
    "StateError",
    "Store",
    "Transaction",
    "load_of",
    "loads",
    "member_of",
    "microseconds",
    "receivers",
]

WAIT = 5
"""Seconds to wait for another run that has the state, unless somebody says otherwise."""

LONGEST_WAIT = 86_400
"""Seconds that somebody may ask for: a day, within what SQLite counts in milliseconds."""

PAGE = 1_000
"""Events that are read at once, unless somebody asks for fewer or more."""


@frozen
class Signature:
    """Who answers for what a transaction records.

    policy: the hash of the policy's version; text: returns its text, which is kept once.
    actor: who asked for it, "" for a run of Turnout. endpoints: who is to be told of what
    happens, see `outbox`.
    """

    policy: str = ""
    actor: str = ""
    text: Callable[[], str] | None = attribute(default=None, eq=False)
    endpoints: tuple[str, ...] = ()


UNSIGNED = Signature()


@define(eq=False)
class Gifts:
    """To whom leads were given since this was made, as `receivers` names them, in order.

    There is a new one as soon as others have written to the state, or something wasn't kept.
    """

    whose: list[str] = attribute(factory=list[str])


class StateError(Error):
    """The state can't be opened, read or written."""


class TargetState(Protocol):
    """What targets ask of a state: whose turn it is, and how many leads somebody has or got."""

    @property
    def gifts(self) -> Gifts | None:
        """To whom leads were given of late; None where that can't be told."""
        ...

    def turns(self, team: str) -> Turns:
        """Return the team's turns; level where the team never drew."""
        ...

    def set_turns(self, team: str, turns: Turns) -> None:
        """Replace the team's turns."""
        ...

    @property
    def absences(self) -> Absences:
        """Who is away or paused, by what was said; the same object where nothing changed."""
        ...

    def open_leads(self, people: Collection[str]) -> Mapping[str, int]:
        """Return how many of each person's leads aren't closed; 0 for a stranger."""
        ...

    def holding(self, who: str) -> int:
        """Return how many leads are open of those that somebody was given.

        who: as `receivers` names them. It is compared when it is written: nobody else has
        been given a lead meanwhile.
        """
        ...

    def given(self, who: str, start: int, end: int) -> int:
        """Return how many leads somebody was given in a period, the end left out.

        who: as `receivers` names them. start, end: microseconds since 1970, in UTC.
        """
        ...

    def expect(self, counts: "Collection[Count]") -> None:
        """Read at once what leads were given to whom, where it is about to be asked."""
        ...


class Transaction(TargetState, Protocol):
    """A view of the state that nobody else changes; it sees its own writes."""

    def decided(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead on this route, None if nothing yet."""
        ...

    def expect_leads(self, route: str, leads: Collection[str], keys: Collection[str] = ()) -> None:
        """Look at once for leads of which it is about to be asked what was decided.

        keys: under which it is asked for earlier ones.
        """
        ...

    def earlier(self, key: str, lead: str, start: int, end: int, owned: bool) -> Seen | None:  # noqa: FBT001 - as `identity.Earlier` has it
        """Return the latest lead with another id that is remembered under a key, None if none is.

        start, end: both included, in microseconds since 1970. owned: only leads that a
        person has. Of leads with one moment, the latest is the one recorded last.
        """
        ...

    def record(  # noqa: PLR0913, PLR0917 - what an event is made of
        self,
        decision: Decision,
        fingerprint: str,
        watch: Watch | None = None,
        keys: tuple[str, ...] = (),
        draw: Draw | None = None,
        logged: LoggedLead = NOTHING_LOGGED,
    ) -> None:
        """Append the decision to the log; its assignee has one open lead more.

        The lead counts as given to each of its `receivers` at the decision's clock.
        keys: what it is remembered under, see `identity`. draw: how its assignee was drawn.
        logged: what the log keeps of the lead.
        A lead is decided once on a route: ValueError if it was.
        """
        ...

    def close_lead(
        self,
        route: str,
        lead: str,
        at: datetime | None = None,
        reason: str = "",
        *,
        converted: bool = False,
    ) -> bool:
        """Mark the lead as done, whoever has it; it is none of its assignee's open ones then.

        at: when, now where it is left out; with a reason for the log. converted: it was won.
        Returns whether that changed anything: not for a lead closed already or never decided.
        """
        ...

    def touch(self, route: str, lead: str, at: datetime | None = None, reason: str = "") -> bool:
        """Mark the lead as worked on.

        at: when, now where it is left out; with a reason for the log. Returns whether that
        changed anything: not for a lead touched already or never decided.
        """
        ...

    def alert_lead(self, recorded: Recorded, at: datetime, reason: str) -> None:
        """Log that nobody touched a lead in time, which stays with whoever has it.

        recorded: as it is from then on, with the time of its next step.
        """
        ...

    def mark(  # noqa: PLR0913 - what an event is made of
        self,
        kind: MarkKind,
        route: str,
        lead: str,
        at: datetime | None = None,
        reason: str = "",
        *,
        until: datetime | None = None,
        draw: Draw | None = None,
        standing: Recorded | None = None,
    ) -> bool:
        """Log what happened to a lead, which stays where it is; see `statuses`.

        until: of an offer. draw: of a turn that is given back. standing: the lead as it is from
        then on but for its mark, where another time is due. Returns False where the lead
        was never decided, or was done with already.
        """
        ...

    def asked(self, asked: AskedLeads) -> list[Recorded]:
        """Return leads that are asked for, in their order."""
        ...

    def leave(self, absence: PersonAbsence, at: datetime) -> None:
        """Note at a moment that somebody is away, or paused, from now or some time on."""
        ...

    def come_back(self, person: str, at: datetime, reason: str = "") -> Absences:
        """End the absences of somebody that have begun, and return them."""
        ...

    def move(  # noqa: PLR0913 - what an event is made of
        self,
        recorded: Recorded,
        move: Move,
        keys: tuple[str, ...] | None = None,
        draw: Draw | None = None,
        logged: LoggedLead = NOTHING_LOGGED,
        *,
        claimed: bool = False,
    ) -> None:
        """Replace what stands for a lead now, and log the move.

        claimed: its new assignee took it themselves, and has accepted it.

        The lead is one of the new assignee's open ones instead of the old one's.
        keys: what it is remembered under from now on, at the new decision's clock; where
        left out it stays remembered as it was, as the new assignee's.
        ValueError if it was never decided.
        """
        ...

    def without(self, recorded: Recorded) -> AbstractContextManager[None]:
        """Return a block in which a lead is none of its holder's open ones.

        For whoever asks who is to have it next: nobody is at a cap by that very lead.
        """
        ...

    def moves(self) -> Iterator[Move]:
        """Yield every move in the order of recording."""
        ...

    def log(self) -> Iterator[Recorded]:
        """Yield every recorded decision in the order of recording."""
        ...


class Snapshot(Protocol):
    """A snapshot of the state, read page by page: what is written meanwhile isn't in it."""

    def decided(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead on this route, None if nothing yet."""
        ...

    def events(self, after: int = 0, limit: int = PAGE, sought: Sought = ALL) -> list[Event]:
        """Return the first events behind the one with the number `after`, in order."""
        ...

    def last_event(self) -> int:
        """Return the number of the last event, 0 where nothing happened yet."""
        ...

    def policy_text(self, policy: str) -> str | None:
        """Return the text of a version of the policy, by its hash; None where it isn't known.

        It is JSON: `files` has the text of each file by its path; tables have but their part
        in the hash.
        """
        ...

    def history(self, lead: str, limit: int = PAGE, sought: Sought = ALL) -> list[Event]:
        """Return the last events of a lead, on all routes, in order.

        lead: its id as in decisions. Those of a route that has another name now are there, too.
        """
        ...


T = TypeVar("T")


class Store(Protocol):
    """A state that outlives its transactions."""

    def decide(
        self,
        foresee: "Foresee",
        decide: "Decide[T]",
        at: datetime | None = None,
        signature: Signature = UNSIGNED,
    ) -> T:
        """Return what a function decides of a transaction and a moment; what it changed is kept.

        foresee: says what it needs. at: the moment, None for what the clock says once nobody
        else can write. The function may run several times: of all but one nothing is kept.

        Transactions that touch the same teams or leads come one after the other, in whatever
        process. Raises what the function raises, then nothing is kept, and StateError.
        """
        ...

    def rehearse(self, foresee: "Foresee", decide: "Decide[T]", at: datetime | None = None) -> T:
        """Return what a function decides, and keep nothing; nobody is waited for or held up."""
        ...

    def begin(self, signature: Signature = UNSIGNED) -> AbstractContextManager[Transaction]:
        """Return a write transaction: kept when its block ends, dropped when it raises.

        While it lasts nobody else writes, in whatever process: for what is no function that
        can run again.
        """
        ...

    def read(self) -> AbstractContextManager[Snapshot]:
        """Return a snapshot. It waits for nobody, and nobody waits for it."""
        ...

    def close(self) -> None:
        """Release the file; a store can be closed twice."""
        ...


_CAPPED = {kind.word for kind in KINDS if kind.receiver == "outlet"} - ACCEPTING
"""Kinds of targets without a person that can have a cap."""


@lru_cache(maxsize=4_096)
def receivers(kind: str, target: str, assignee: str | None) -> tuple[str, ...]:
    """Return whose caps a lead counts towards: of a decision with these parts.

    >>> receivers("round-robin", "emea", "ana")
    ('person ana', 'team emea', 'member emea ana')
    >>> receivers("queue", "triage", None)
    ()
    """
    if not target.isascii():  # a name of a policy has no half of a surrogate pair; no store could
        target = target.encode("utf-8", "replace").decode()  # hold one
    if assignee is None:
        return (f"{kind} {target}",) if kind in _CAPPED else ()
    if kind in DRAWN:
        return f"person {assignee}", f"team {target}", member_of(target, assignee)
    return (f"person {assignee}",)


@lru_cache(maxsize=4_096)
def loads(kind: str, target: str, assignee: str | None) -> tuple[str, ...]:
    """Return whose open leads a lead is one of while it is open, as states name them.

    >>> loads("round-robin", "emea", "ana")
    ('ana', 'team emea', 'member emea ana')
    """
    return tuple(map(load_of, receivers(kind, target, assignee)))


def load_of(who: str) -> str:
    """Return the name under which a state counts the open leads of a receiver.

    >>> load_of("person ana"), load_of("team emea")
    ('ana', 'team emea')
    """
    return who.removeprefix("person ")


def member_of(team: str, person: str) -> str:
    """Return the name of a person's place in a team, as `receivers` has it."""
    return f"member {team} {person}"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1_024)  # a lead's moment is asked several times, a batch's for each lead
def microseconds(moment: datetime) -> int:
    """Return a moment as whole microseconds since 1970, in UTC."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
