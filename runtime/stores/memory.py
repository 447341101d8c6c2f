"""A state that lasts as long as the process: for runs without a state file, and tests.

What was decided for each lead is kept, so that it is decided once, and all that is counted. Of
the log there are the last events: what is older than these is gone.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import attrs

from turnout.compiler.meaning.identity import Seen
from turnout.frozen import attribute, define
from turnout.runtime.absences import Absences
from turnout.runtime.clock import this_moment
from turnout.runtime.draw import LEVEL, Turns
from turnout.runtime.events import ALL, Event, Sought
from turnout.runtime.moves import Move
from turnout.runtime.stores import (
    PAGE,
    UNSIGNED,
    AskedLeads,
    Gifts,
    Recorded,
    Signature,
    Snapshot,
)
from turnout.runtime.stores.batch import NEWEST, Batch, Key
from turnout.runtime.stores.happenings import Happened, Happening
from turnout.runtime.stores.lead_orders import LeadOrders
from turnout.runtime.stores.needs import Count, Decide, Foresee
from turnout.runtime.stores.outbox import outbox_rows
from turnout.runtime.stores.sharing import Job, Sharing, run_all

T = TypeVar("T")
_MOST = 50_000
KEPT_EVENTS = 100_000
"""Events that are kept, the last ones, in some 80 MB, and up to an eighth more."""


@define(eq=False)
class _Kept:
    """The state itself.

    kept_events: how many at least. events: the last ones in order, each with the number of its
    lead's event before, and gone: how many there were before them. last: the number of the last
    event of each lead that has one. routes: of which there are leads. received: by who was given
    leads, the moments in order. by_key: by key and whether only those that a person has, what is
    remembered, the latest last.
    """

    kept_events: int = KEPT_EVENTS

    decisions: dict[Key, Recorded] = attribute(factory=dict[Key, Recorded])
    drawn: dict[str, Turns] = attribute(factory=dict[str, Turns])
    opened: dict[str, int] = attribute(factory=dict[str, int])
    events: list[tuple[Happening, int]] = attribute(factory=list[tuple[Happening, int]])
    gone: int = 0
    last: dict[Key, int] = attribute(factory=dict[Key, int])
    routes: dict[str, None] = attribute(factory=dict[str, None])
    received: dict[str, list[int]] = attribute(factory=dict[str, list[int]])
    known: dict[Key, tuple[Seen, ...]] = attribute(factory=dict[Key, tuple[Seen, ...]])
    by_key: dict[tuple[str, bool], list[Seen]] = attribute(
        factory=dict[tuple[str, bool], list[Seen]]
    )
    recordings: int = 0
    texts: dict[str, str] = attribute(factory=dict[str, str])
    outbox: list[tuple[int, str, str, int, int, str]] = attribute(
        factory=list[tuple[int, str, str, int, int, str]]
    )
    gifts: Gifts = attribute(factory=Gifts)
    absences: Absences = ()
    orders: LeadOrders = attribute(factory=LeadOrders)

    def batch(self, signature: Signature = UNSIGNED) -> Batch:
        return Batch(self, signature, len(self.decisions) + 1)

    def recorded(self, route: str, lead: str) -> Recorded | None:
        return self.decisions.get((route, lead))

    def unknown(self, route: str, leads: Collection[str], /) -> Collection[Key]:
        return [key for lead in leads if (key := (route, lead)) not in self.decisions]

    def unseen(self, keys: Collection[str], /) -> Collection[str]:
        return [key for key in keys if (key, False) not in self.by_key]

    def turns(self, team: str) -> Turns:
        return self.drawn.get(team, LEVEL)

    def open_leads(self, person: str) -> int:
        return self.opened.get(person, 0)

    def given(self, who: str, start: int, end: int) -> int:
        times = self.received.get(who, [])
        return bisect_left(times, end) - bisect_left(times, start)

    def earlier(self, key: str, start: int, end: int, *, owned: bool) -> Iterator[Seen]:
        found = self.by_key.get((key, owned), [])
        for at in range(bisect_right(found, end, key=lambda seen: seen.at) - 1, -1, -1):
            if found[at].at < start:
                return
            yield found[at]

    def expect(self, counts: Collection[Count]) -> None:
        """Do nothing: all of it is at hand."""

    def remembered(self, route: str, lead: str) -> list[Seen]:
        return [*self.known.get((route, lead), ())]

    def log(self) -> Iterator[Recorded]:
        yield from self.decisions.values()

    def asked(self, asked: AskedLeads) -> Iterator[Recorded]:
        for lead in self.orders.asked(asked):
            yield self.decisions[asked.route, lead]

    def moves(self) -> Iterator[Move]:
        for happening, _ in self.events:
            if isinstance(happening, Happened) and (move := happening.event.move) is not None:
                yield move

    def keep(self, batch: Batch) -> None:
        first = self.last_event() + 1
        for place, new in batch.changed.items():
            self.orders.put(self.decisions[place], new)
        # A changed row keeps its place: a dict orders keys by their first entry.
        self.decisions |= batch.changed
        self.decisions |= batch.decisions
        for new in batch.decisions.values():
            self.orders.put(None, new)
        if batch.absent is not None:
            self.absences = batch.absent
        self._log(batch)
        self.drawn |= batch.drawn
        if len(self.gifts.whose) > _MOST:
            self.gifts = Gifts()
        for person, more in batch.opened.items():
            self.opened[person] = self.opened.get(person, 0) + more
        for who, times in batch.received.items():
            there = self.received.get(who)
            if there is None:
                there = self.received[who] = []
            for at, leads in times.items() if len(times) == 1 else sorted(times.items()):
                is_last = not there or there[-1] <= at  # nearly always
                after = len(there) if is_last else bisect_right(there, at)
                there[after:after] = [at] * leads
        if batch.remembered:
            for place, seen in batch.remembered_in_order():
                self._remember(place, seen)
        if batch.events:
            self._note(batch, first)

    def _note(self, batch: Batch, first: int) -> None:
        """Keep the policy's text and who is to be told. first: the number of the first event."""
        for policy, text in batch.texts.items():
            if policy not in self.texts:
                self.texts[policy] = text()
        if batch.outbox:
            self.outbox += outbox_rows(batch, range(first, first + len(batch.events)))

    def last_event(self) -> int:
        return self.gone + len(self.events)

    def _log(self, batch: Batch) -> None:
        for happening in batch.events:
            if happening.recorded is None:  # it is no lead's
                self.events.append((happening, 0))
                continue
            place = happening.recorded.key
            self.events.append((happening, self.last.get(place, 0)))
            self.last[place] = self.gone + len(self.events)
            self.routes[place[0]] = None
        if len(self.events) * 8 > self.kept_events * 9:
            self._forget_events(len(self.events) - self.kept_events)

    def _forget_events(self, count: int) -> None:
        """Take the first events out of the log."""
        for number, (happening, _) in enumerate(self.events[:count], self.gone + 1):
            if happening.recorded is None:
                continue
            place = happening.recorded.key
            if self.last.get(place) == number:
                del self.last[place]
        del self.events[:count]
        self.gone += count

    def _remember(self, place: Key, seen: tuple[Seen, ...]) -> None:
        for old in self.known.pop(place, ()):
            for found in self._lists(old):
                del found[bisect_left(found, _age(old), key=_age)]
        if seen and seen[0].order >= NEWEST:
            self.recordings += 1
            seen = tuple(each.recorded_as(self.recordings) for each in seen)
        if seen:
            self.known[place] = seen
        for new in seen:
            for found in self._lists(new):
                insort(found, new, key=_age)

    def _lists(self, seen: Seen) -> list[list[Seen]]:
        """Return the lists that a lead stands in."""
        kinds = (False, True) if seen.owner is not None else (False,)
        return [self.by_key.setdefault((seen.key, owned), []) for owned in kinds]


def _age(seen: Seen) -> tuple[int, int]:
    return seen.at, seen.order


@define(eq=False)
class _MemorySnapshot:
    """A `Snapshot` of the state."""

    kept: _Kept

    def decided(self, route: str, lead: str) -> Recorded | None:
        return self.kept.recorded(route, lead)

    def events(self, after: int = 0, limit: int = PAGE, sought: Sought = ALL) -> list[Event]:
        behind = range(max(after, self.kept.gone) + 1, self.kept.last_event() + 1)
        return list(islice(filter(sought.takes, map(self._event, behind)), limit))

    def last_event(self) -> int:
        return self.kept.last_event()

    def policy_text(self, policy: str) -> str | None:
        return self.kept.texts.get(policy)

    def history(self, lead: str, limit: int = PAGE, sought: Sought = ALL) -> list[Event]:
        found: list[Event] = []
        for route in self.kept.routes:
            number = self.kept.last.get((route, lead), 0)
            while number > self.kept.gone:
                found.append(self._event(number))
                number = found[-1].previous
        taken = sorted(filter(sought.takes, found), key=lambda event: event.number)
        return taken[max(len(taken) - limit, 0) :]

    def _event(self, number: int) -> Event:
        happening, previous = self.kept.events[number - self.kept.gone - 1]
        is_kept = previous > self.kept.gone
        return attrs.evolve(happening.event, number=number, previous=previous if is_kept else 0)


class MemoryStore:
    """A `Store` without a file. Threads take turns at it.

    events: how many of the log it keeps at least, the last ones.
    """

    def __init__(self, *, events: int = KEPT_EVENTS) -> None:
        self._kept = _Kept(events)
        self._together = Sharing(self._run)
        self._is_busy = False

    def decide(
        self,
        foresee: Foresee,
        decide: Decide[T],
        at: datetime | None = None,
        signature: Signature = UNSIGNED,
    ) -> T:
        """Return what the function decides; RuntimeError inside another transaction."""
        return self._together.decide(foresee, decide, at, signature)

    def _run(self, jobs: Sequence[Job]) -> list[Any]:
        if self._is_busy:
            raise RuntimeError("a transaction of this store has not ended")
        self._is_busy = True
        try:
            batch = self._kept.batch()
            results = run_all(jobs, batch, this_moment())
            self._kept.keep(batch)
        except BaseException:
            self._kept.gifts = Gifts()
            raise
        finally:
            self._is_busy = False
        return results

    def rehearse(
        self,
        foresee: Foresee,  # noqa: ARG002 - nothing needs to be foreseen here
        decide: Decide[T],
        at: datetime | None = None,
    ) -> T:
        """Return what the function decides, and keep nothing."""
        with self._together.lock:
            try:
                return decide(self._kept.batch(), at or this_moment())
            finally:
                self._kept.gifts = Gifts()

    @contextmanager
    def begin(self, signature: Signature = UNSIGNED) -> Generator[Batch, None, None]:
        """Return a transaction; RuntimeError inside another one of the same store."""
        with self._together.lock:
            if self._is_busy:
                raise RuntimeError("a transaction of this store has not ended")
            self._is_busy = True
            try:
                batch = self._kept.batch(signature)
                yield batch
                self._kept.keep(batch)
            except BaseException:
                self._kept.gifts = Gifts()
                raise
            finally:
                self._is_busy = False

    @contextmanager
    def read(self) -> Generator[Snapshot, None, None]:
        """Return a snapshot, while which nothing is written: it is read at once."""
        with self._together.lock:
            yield _MemorySnapshot(self._kept)

    def close(self) -> None:
        """Do nothing: what was kept goes with the store."""
