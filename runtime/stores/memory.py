"""A state that lasts as long as the process: for runs without a state file, and tests."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import RLock

import attrs

from turnout.compiler.meaning.identity import Seen
from turnout.frozen import attribute, define
from turnout.runtime.draw import LEVEL, Turns
from turnout.runtime.moves import Move
from turnout.runtime.stores import Recorded, Transaction
from turnout.runtime.stores.batch import NEWEST, Batch, Key


@define(eq=False)
class _Kept:
    """The state itself.

    received: by who was given leads, the moments in order. by_key: by key and whether
    only those that a person has, what is remembered, the latest last.
    """

    decisions: dict[Key, Recorded] = attribute(factory=dict[Key, Recorded])
    drawn: dict[str, Turns] = attribute(factory=dict[str, Turns])
    opened: Counter[str] = attribute(factory=Counter[str])
    moved: list[Move] = attribute(factory=list[Move])
    received: dict[str, list[int]] = attribute(factory=dict[str, list[int]])
    known: dict[Key, tuple[Seen, ...]] = attribute(factory=dict[Key, tuple[Seen, ...]])
    by_key: dict[tuple[str, bool], list[Seen]] = attribute(
        factory=dict[tuple[str, bool], list[Seen]]
    )
    recordings: int = 0

    def recorded(self, route: str, lead: str) -> Recorded | None:
        return self.decisions.get((route, lead))

    def turns(self, team: str) -> Turns:
        return self.drawn.get(team, LEVEL)

    def open_leads(self, person: str) -> int:
        return self.opened[person]

    def given(self, who: str, start: int, end: int) -> int:
        times = self.received.get(who, [])
        return bisect_left(times, end) - bisect_left(times, start)

    def earlier(self, key: str, start: int, end: int, *, owned: bool) -> Iterator[Seen]:
        found = self.by_key.get((key, owned), [])
        for at in range(bisect_right(found, end, key=lambda seen: seen.at) - 1, -1, -1):
            if found[at].at < start:
                return
            yield found[at]

    def remembered(self, route: str, lead: str) -> list[Seen]:
        return [*self.known.get((route, lead), ())]

    def log(self) -> Iterator[Recorded]:
        yield from self.decisions.values()

    def overdue(self, route: str, at: datetime) -> Iterator[Recorded]:
        of_route = (found for (of, _), found in self.decisions.items() if of == route)
        yield from (found for found in of_route if found.is_overdue(at))

    def moves(self) -> Iterator[Move]:
        yield from self.moved

    def keep(self, batch: Batch) -> None:
        # A changed row keeps its place: a dict orders keys by their first entry.
        self.decisions |= batch.changed | batch.decisions
        self.moved += batch.moved
        self.drawn |= batch.drawn
        self.opened.update(batch.opened)
        for who, times in batch.received.items():
            # Nearly sorted already: the clock rarely goes back.
            self.received.setdefault(who, []).extend(times.elements())
            self.received[who].sort()
        for place, seen in batch.remembered_in_order():
            self._remember(place, seen)

    def _remember(self, place: Key, seen: tuple[Seen, ...]) -> None:
        for old in self.known.pop(place, ()):
            for found in self._lists(old):
                del found[bisect_left(found, _age(old), key=_age)]
        if seen and seen[0].order >= NEWEST:
            self.recordings += 1
            seen = tuple(attrs.evolve(each, order=self.recordings) for each in seen)
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


class MemoryStore:
    """A `Store` without a file. Threads take turns at it."""

    def __init__(self) -> None:
        self._kept = _Kept()
        self._one_at_a_time = RLock()
        self._is_busy = False

    @contextmanager
    def begin(self) -> Generator[Transaction, None, None]:
        """Return a transaction; RuntimeError inside another one of the same store."""
        with self._one_at_a_time:
            if self._is_busy:
                raise RuntimeError("a transaction of this store has not ended")
            self._is_busy = True
            try:
                batch = Batch(self._kept)
                yield batch
                self._kept.keep(batch)
            finally:
                self._is_busy = False

    def close(self) -> None:
        """Do nothing: what was kept goes with the store."""
