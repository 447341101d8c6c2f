"""The transaction of every store: a batch of reads and writes, held back until its end.

A read answers from what the batch wrote, then from what the store kept before. Turns and
open leads change with nearly every lead but matter to the store once a batch, so they
are written once.
"""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol, TypeAlias

import attrs

from turnout.compiler.meaning.identity import Seen
from turnout.frozen import attribute, define
from turnout.runtime.absences import Absences, PersonAbsence, with_absence, without_person
from turnout.runtime.decisions import Decision
from turnout.runtime.draw import Turns
from turnout.runtime.events import (
    DECIDING,
    NOTHING_LOGGED,
    Draw,
    Event,
    EventKind,
    LoggedLead,
)
from turnout.runtime.moves import Holder, Move, Watch
from turnout.runtime.statuses import MarkKind, marked
from turnout.runtime.stores import (
    UNSIGNED,
    AskedLeads,
    Gifts,
    Recorded,
    Signature,
    load_of,
    loads,
    microseconds,
    receivers,
)
from turnout.runtime.stores.happenings import Happened, Happening, Routed
from turnout.runtime.stores.needs import Count

NEWEST = 1 << 62
"""Leads remembered in a batch come after all that were before; in order of `Seen.order`."""

Key: TypeAlias = tuple[str, str]
"""What a lead is decided once for: its route and its id."""


class Kept(Protocol):
    """What a store keeps from earlier batches, as a batch reads it."""

    @property
    def gifts(self) -> Gifts | None:
        """To whom leads were given of late; this batch adds to it."""
        ...

    def recorded(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead."""
        ...

    def unknown(self, route: str, leads: Collection[str], /) -> Collection[Key]:
        """Return those of some leads of which it is known at once that nothing was decided."""
        ...

    def unseen(self, keys: Collection[str], /) -> Collection[str]:
        """Return those of some keys of which it is known at once that no lead has them."""
        ...

    def turns(self, team: str) -> Turns:
        """Return the team's turns; level where it has none."""
        ...

    def open_leads(self, person: str) -> int:
        """Return how many of the person's leads are open."""
        ...

    @property
    def absences(self) -> Absences:
        """Who is away or paused."""
        ...

    def given(self, who: str, start: int, end: int) -> int:
        """Return how many leads somebody was given in a period."""
        ...

    def expect(self, counts: Collection[Count]) -> None:
        """Read at once how many leads were given, where it is about to be asked."""
        ...

    def earlier(self, key: str, start: int, end: int, *, owned: bool) -> Iterator[Seen]:
        """Yield the leads remembered under a key in a period, the latest first."""
        ...

    def remembered(self, route: str, lead: str) -> list[Seen]:
        """Return how a lead is remembered, one under each key."""
        ...

    def log(self) -> Iterator[Recorded]:
        """Yield all that was decided, in order."""
        ...

    def asked(self, asked: AskedLeads) -> Iterator[Recorded]:
        """Yield what is asked for: in any order where there is no limit."""
        ...

    def moves(self) -> Iterator[Move]:
        """Yield all moves, in order."""
        ...


@define(eq=False)
class Batch:
    """A `Transaction`, and what it changed for the store to keep at its end.

    next_number: what the first lead that is decided now is numbered as; behind all others where
    the store only numbers leads when it keeps them.
    decisions: leads that are decided now, in order. changed: earlier ones that were closed,
    touched or moved. events: what happened, in order; of leads that are decided now those are in
    the order of `decisions`. drawn: turns by team. opened: by whose they are (`loads`), the open
    leads more than before. limited: those of whom it was asked how many are open, for a cap.
    absent: who is away or paused from now on, None where that is as before.
    received: by who was given leads, how many at each moment (microseconds since 1970).
    remembered: how leads are from now on, one under each key. recorded_at: UTC.
    texts: by the hash of a version of the policy, what returns its text. outbox: the number of
    an event in `events`, from 0, and an endpoint that is to be told of it.
    """

    kept: Kept
    signature: Signature = UNSIGNED
    next_number: int = NEWEST
    recorded_at: datetime = attribute(factory=lambda: datetime.now(UTC))
    decisions: dict[Key, Recorded] = attribute(factory=dict[Key, Recorded], init=False)
    changed: dict[Key, Recorded] = attribute(factory=dict[Key, Recorded], init=False)
    drawn: dict[str, Turns] = attribute(factory=dict[str, Turns], init=False)
    opened: dict[str, int] = attribute(factory=dict[str, int], init=False)
    limited: set[str] = attribute(factory=set[str], init=False)
    events: list[Happening] = attribute(factory=list[Happening], init=False)
    absent: Absences | None = attribute(default=None, init=False)
    received: dict[str, dict[int, int]] = attribute(factory=dict[str, dict[int, int]], init=False)
    remembered: dict[Key, tuple[Seen, ...]] = attribute(
        factory=dict[Key, tuple[Seen, ...]], init=False
    )
    texts: dict[str, Callable[[], str]] = attribute(
        factory=dict[str, Callable[[], str]], init=False
    )
    outbox: list[tuple[int, str]] = attribute(factory=list[tuple[int, str]], init=False)
    _by_key: dict[str, dict[Key, Seen]] = attribute(factory=dict[str, dict[Key, Seen]], init=False)
    _recordings: int = attribute(default=0, init=False)
    _undecided: set[Key] = attribute(factory=set[Key], init=False)
    _unseen: set[str] = attribute(factory=set[str], init=False)
    _read_turns: dict[str, Turns] = attribute(factory=dict[str, Turns], init=False)
    _read_open: dict[str, int] = attribute(factory=dict[str, int], init=False)
    _given: dict[str, dict[tuple[int, int], int]] = attribute(
        factory=dict[str, dict[tuple[int, int], int]], init=False
    )

    def __attrs_post_init__(self) -> None:
        """Know the text of the version that is in force."""
        self.sign(self.signature)

    def sign(self, signature: Signature) -> None:
        """Have somebody else answer for what is recorded from now on."""
        self.signature = signature
        if signature.text is not None:
            self.texts[signature.policy] = signature.text

    def decided(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead, in this batch or before."""
        key = (route, lead)
        found = self.decisions.get(key) or self.changed.get(key)
        if found is None and key not in self._undecided:
            found = self.kept.recorded(route, lead)
            if found is None:
                self._undecided.add(key)
        return found

    def expect_leads(self, route: str, leads: Collection[str], keys: Collection[str] = ()) -> None:
        """Look at once for leads, and under keys, of which it is about to be asked."""
        self._undecided.update(self.kept.unknown(route, leads))
        if keys:
            self._unseen.update(self.kept.unseen(keys))

    @property
    def gifts(self) -> Gifts | None:
        """To whom leads were given of late, by this batch, too."""
        return self.kept.gifts

    def turns(self, team: str) -> Turns:
        """Return the team's turns after this batch's draws."""
        if team in self.drawn:
            return self.drawn[team]
        if team not in self._read_turns:
            self._read_turns[team] = self.kept.turns(team)
        return self._read_turns[team]

    def set_turns(self, team: str, turns: Turns) -> None:
        """Replace the team's turns."""
        self.drawn[team] = turns

    def open_leads(self, people: Collection[str]) -> Mapping[str, int]:
        """Return each person's open leads, those of this batch included."""
        for person in people:
            if person not in self._read_open:
                self._read_open[person] = self.kept.open_leads(person)
        opened = self.opened.get
        return {person: self._read_open[person] + opened(person, 0) for person in people}

    @property
    def absences(self) -> Absences:
        """Who is away or paused, after what this batch changed."""
        return self.kept.absences if self.absent is None else self.absent

    def leave(self, absence: PersonAbsence, at: datetime) -> None:
        """Note that somebody is away, or paused."""
        self.absent = with_absence(self.absences, absence, at)
        since = absence.since if absence.since > at else None
        self._of_person(absence.kind, absence, at, absence.reason, since=since)

    def come_back(self, person: str, at: datetime, reason: str = "") -> Absences:
        """End the absences of somebody that have begun, and return them."""
        known = self.absences
        ended = tuple(each for each in known if each.person == person and each.holds(at))
        if ended:
            self.absent = without_person(known, person, at)
            self._of_person("back", PersonAbsence("away", person, at), at, reason)
        return ended

    def _of_person(
        self,
        kind: EventKind,
        absence: PersonAbsence,
        at: datetime,
        reason: str,
        *,
        since: datetime | None = None,
    ) -> None:
        """Append an event that is no lead's."""
        whose = Holder("person", absence.person, absence.person)
        if absence.team:
            whose = Holder("round-robin", absence.team, absence.person)
        event = Event(
            kind,
            "",
            "",
            at.astimezone(UTC),
            self.recorded_at,
            self.signature.actor,
            self.signature.policy,
            reason,
            after=whose,
            until=absence.until,
            since=since,
        )
        self._append(Happened(event, None))

    def alert(self, name: tuple[str, str, str], at: datetime, reason: str) -> None:
        """Log that a measure crossed its threshold, one way or the other; see `Event.name`."""
        event = Event(
            "alerted",
            "",
            "",
            at.astimezone(UTC),
            self.recorded_at,
            self.signature.actor,
            self.signature.policy,
            reason,
            name=name,
        )
        self._append(Happened(event, None))

    def holding(self, who: str) -> int:
        """Return how many leads of a receiver are open, those of this batch included."""
        name = load_of(who)
        self.limited.add(name)
        return self.open_leads((name,))[name]

    def given(self, who: str, start: int, end: int) -> int:
        """Return how many leads somebody was given in a period, those of this batch included."""
        periods = self._given.get(who)
        if periods is None:
            periods = self._given[who] = {}
        count = periods.get((start, end))
        if count is None:
            count = self.kept.given(who, start, end)
            if who in self.received:
                here = self.received[who].items()
                count += sum(leads for at, leads in here if start <= at < end)
            periods[start, end] = count
        return count

    def expect(self, counts: Collection[Count]) -> None:
        """Have the store read at once what this batch hasn't asked yet."""
        new = [each for each in counts if each[1:] not in self._given.get(each[0], ())]
        if new:
            self.kept.expect(new)

    def earlier(self, key: str, lead: str, start: int, end: int, owned: bool) -> Seen | None:  # noqa: FBT001 - as `Transaction` has it
        """Return the latest lead but `lead` that is remembered under a key in a period."""
        found = [
            seen
            for seen in self._by_key.get(key, {}).values()
            if seen.lead != lead and start <= seen.at <= end and not (owned and seen.owner is None)
        ]
        kept = () if key in self._unseen else self.kept.earlier(key, start, end, owned=owned)
        for seen in kept:
            if seen.lead != lead and (seen.route, seen.lead) not in self.remembered:
                found.append(seen)
                break
        return max(found, key=lambda seen: (seen.at, seen.order), default=None)

    def record(  # noqa: PLR0913, PLR0917 - what an event is made of
        self,
        decision: Decision,
        fingerprint: str,
        watch: Watch | None = None,
        keys: tuple[str, ...] = (),
        draw: Draw | None = None,
        logged: LoggedLead = NOTHING_LOGGED,
    ) -> None:
        """Append the decision to the log and to its assignee's open leads."""
        key = (decision.route, decision.lead)
        # Nearly always it was just asked.
        if key in self.decisions or (key not in self._undecided and self.decided(*key) is not None):
            raise ValueError(f"lead {decision.lead!r} is decided on route {decision.route!r}")
        number = self.next_number + len(self.decisions)
        recorded = Recorded(decision, fingerprint, watch=watch, number=number)
        self.decisions[key] = recorded
        self._append(Routed(recorded, draw, logged, self.signature, self.recorded_at))
        self._open(decision, 1)
        self._receive(decision, decision.at)
        if keys:
            self._remember(decision, keys)

    def close_lead(
        self,
        route: str,
        lead: str,
        at: datetime | None = None,
        reason: str = "",
        *,
        converted: bool = False,
    ) -> bool:
        """Mark the lead as done, whoever has it; whether it wasn't."""
        return self.mark("converted" if converted else "closed", route, lead, at, reason)

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
        """Log what happened to a lead; whether it wasn't done with."""
        found = self.decided(route, lead)
        if found is None or found.closed:
            return False
        now = attrs.evolve(
            found if standing is None else standing,
            mark=marked(found.mark, kind),
            touched=found.touched or kind == "contacted",
            expires=until,
        )
        self._change(now)
        is_said = standing is not None
        self._happened(kind, now, at, reason, draw=draw, until=until, is_said=is_said)
        if now.closed:
            self._open(found.decision, -1)
        return True

    def alert_lead(self, recorded: Recorded, at: datetime, reason: str) -> None:
        """Log that nobody touched a lead in time, which stays as it is but for what is next."""
        self._change(recorded)
        self._happened("alerted", recorded, at, reason, is_said=True)

    def touch(self, route: str, lead: str, at: datetime | None = None, reason: str = "") -> bool:
        """Mark the lead as worked on; whether it wasn't."""
        found = self.decided(route, lead)
        if found is None or found.touched:
            return False
        now = attrs.evolve(found, touched=True, mark=marked(found.mark, "contacted"), expires=None)
        self._change(now)
        self._happened("contacted", now, at, reason)
        return True

    def asked(self, asked: AskedLeads) -> list[Recorded]:
        """Return leads that are asked for, those of this batch included."""
        own = {**self.changed, **self.decisions}
        limit = None if asked.limit is None else asked.limit + len(own)
        kept = self.kept.asked(attrs.evolve(asked, limit=limit))
        found = [*(each for each in kept if each.key not in own), *own.values()]
        return sorted(filter(asked.takes, found), key=asked.place)[: asked.limit]

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
        """Replace what was decided for a lead, and log the move."""
        found = self.decided(move.route, move.lead)
        if found is None:
            raise ValueError(f"lead {move.lead!r} is not decided on route {move.route!r}")
        if not found.closed:
            self._open(found.decision, -1)
        self._open(recorded.decision, 1)
        self._receive(recorded.decision, move.at)
        now = Recorded(
            recorded.decision,
            recorded.fingerprint,
            "accepted" if claimed else None,
            watch=recorded.watch,
            number=found.number,
        )
        self._change(now)
        kind: EventKind = "claimed" if claimed else "moved"
        self._happened(kind, now, move.at, draw=draw, move=move, logged=logged)
        if keys is not None:
            self._remember(recorded.decision, keys)
        else:
            self._pass_on(recorded.decision)

    @contextmanager
    def without(self, recorded: Recorded) -> Generator[None, None, None]:
        """Have a lead be none of its holder's open ones for a while."""
        open_as = 0 if recorded.closed else 1
        self._open(recorded.decision, -open_as)
        try:
            yield
        finally:
            self._open(recorded.decision, open_as)

    def remembered_in_order(self) -> list[tuple[Key, tuple[Seen, ...]]]:
        """Return how leads are from now on, in the order in which they were recorded."""
        leads = list(self.remembered.items())
        return sorted(leads, key=lambda pair: pair[1][0].order if pair[1] else 0)

    def _remember(self, decision: Decision, keys: tuple[str, ...]) -> None:
        """Remember a lead under these keys and no others."""
        at, owner = microseconds(decision.at), decision.owner
        order = NEWEST + self._recordings
        self._recordings += 1
        self._replace(
            (decision.route, decision.lead),
            tuple(Seen(key, at, order, decision.route, decision.lead, owner) for key in keys),
        )

    def _pass_on(self, decision: Decision) -> None:
        """Remember a lead as before, as the one of its new owner."""
        place = (decision.route, decision.lead)
        known = self.remembered.get(place)
        seen = self.kept.remembered(*place) if known is None else known
        self._replace(place, tuple(attrs.evolve(each, owner=decision.owner) for each in seen))

    def _replace(self, place: Key, seen: tuple[Seen, ...]) -> None:
        for old in self.remembered.get(place, ()):
            del self._by_key[old.key][place]
        self.remembered[place] = seen
        for new in seen:
            self._by_key.setdefault(new.key, {})[place] = new

    def moves(self) -> Iterator[Move]:
        """Yield every move, this batch's last."""
        yield from self.kept.moves()
        for happening in self.events:
            if isinstance(happening, Happened) and (move := happening.event.move) is not None:
                yield move

    def _happened(  # noqa: PLR0913 - what an event is made of
        self,
        kind: EventKind,
        recorded: Recorded,
        at: datetime | None,
        reason: str = "",
        *,
        draw: Draw | None = None,
        move: Move | None = None,
        logged: LoggedLead = NOTHING_LOGGED,
        until: datetime | None = None,
        is_said: bool = False,
    ) -> None:
        decision = recorded.decision
        event = Event(
            kind,
            decision.route,
            decision.lead,
            self.recorded_at if at is None else at if at.tzinfo is UTC else at.astimezone(UTC),
            self.recorded_at,
            self.signature.actor,
            self.signature.policy,
            reason if move is None else move.reason,
            None if move is None else move.before,
            Holder.of(decision) if move is None else move.after,
            decision if is_said or kind in DECIDING else None,
            draw,
            0 if move is None else move.hop,
            until=until,
            logged=logged,
        )
        self._append(Happened(event, recorded))

    def _append(self, happening: Happening) -> None:
        """Add an event to the log, and to the outbox of each who is to be told of it."""
        for endpoint in self.signature.endpoints:
            self.outbox.append((len(self.events), endpoint))
        self.events.append(happening)

    def _open(self, decision: Decision, more: int) -> None:
        """Count a lead as open, or with -1 as open no more, of whoever has it."""
        for who in loads(decision.kind, decision.target, decision.assignee):
            self.opened[who] = self.opened.get(who, 0) + more

    def _receive(self, decision: Decision, moment: datetime) -> None:
        at = microseconds(moment)
        gifts = self.kept.gifts
        whose = receivers(decision.kind, decision.target, decision.assignee)
        if gifts is not None:
            gifts.whose += whose
        for who in whose:
            times = self.received.get(who)
            if times is None:
                self.received[who] = {at: 1}
            else:
                times[at] = times.get(at, 0) + 1
            if who in self._given:
                periods = self._given[who]
                for start, end in periods:
                    periods[start, end] += start <= at < end

    def _change(self, recorded: Recorded) -> None:
        is_new = recorded.key in self.decisions
        (self.decisions if is_new else self.changed)[recorded.key] = recorded

    def log(self) -> Iterator[Recorded]:
        """Yield all that was decided, this batch's decisions last."""
        for recorded in self.kept.log():
            yield self.changed.get(recorded.key, recorded)
        yield from self.decisions.values()
