"""The transaction of every store: a batch of reads and writes, held back until its end.

A read answers from what the batch wrote, then from what the store kept before. Turns and
open leads change with nearly every lead but matter to the store once a batch, so they
are written once.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Protocol, TypeAlias

import attrs

from turnout.runtime.decisions import Decision
from turnout.runtime.draw import Turns
from turnout.runtime.moves import Move, Watch
from turnout.runtime.stores import Recorded, microseconds, receivers

Key: TypeAlias = tuple[str, str]
"""What a lead is decided once for: its route and its id."""


class Kept(Protocol):
    """What a store keeps from earlier batches, as a batch reads it."""

    def recorded(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead."""
        ...

    def turns(self, team: str) -> Turns:
        """Return the team's turns; level where it has none."""
        ...

    def open_leads(self, person: str) -> int:
        """Return how many of the person's leads are open."""
        ...

    def given(self, who: str, start: int, end: int) -> int:
        """Return how many leads somebody was given in a period."""
        ...

    def log(self) -> Iterator[Recorded]:
        """Yield all that was decided, in order."""
        ...

    def overdue(self, route: str, at: datetime) -> Iterator[Recorded]:
        """Yield what `Recorded.is_overdue` at that moment, in any order."""
        ...

    def moves(self) -> Iterator[Move]:
        """Yield all moves, in order."""
        ...


@attrs.define(eq=False)
class Batch:
    """A `Transaction`, and what it changed for the store to keep at its end.

    decisions: new log rows in order. changed: earlier rows whose lead was closed, touched
    or moved. drawn: turns by team. opened: by person, the open leads more than before.
    moved: new moves in order. received: by who was given leads, how many at each moment
    (microseconds since 1970).
    """

    kept: Kept
    decisions: dict[Key, Recorded] = attrs.field(factory=dict[Key, Recorded], init=False)
    changed: dict[Key, Recorded] = attrs.field(factory=dict[Key, Recorded], init=False)
    drawn: dict[str, Turns] = attrs.field(factory=dict[str, Turns], init=False)
    opened: Counter[str] = attrs.field(factory=Counter[str], init=False)
    moved: list[Move] = attrs.field(factory=list[Move], init=False)
    received: dict[str, Counter[int]] = attrs.field(factory=dict[str, Counter[int]], init=False)
    _undecided: set[Key] = attrs.field(factory=set[Key], init=False)
    _read_turns: dict[str, Turns] = attrs.field(factory=dict[str, Turns], init=False)
    _read_open: dict[str, int] = attrs.field(factory=dict[str, int], init=False)
    _given: dict[str, dict[tuple[int, int], int]] = attrs.field(
        factory=dict[str, dict[tuple[int, int], int]], init=False
    )

    def decided(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead, in this batch or before."""
        key = (route, lead)
        found = self.decisions.get(key) or self.changed.get(key)
        if found is None and key not in self._undecided:
            found = self.kept.recorded(route, lead)
            if found is None:
                self._undecided.add(key)
        return found

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
        return {person: self._read_open[person] + self.opened[person] for person in people}

    def given(self, who: str, start: int, end: int) -> int:
        """Return how many leads somebody was given in a period, those of this batch included."""
        periods = self._given.setdefault(who, {})
        count = periods.get((start, end))
        if count is None:
            here = self.received.get(who, Counter[int]())
            count = self.kept.given(who, start, end)
            count += sum(leads for at, leads in here.items() if start <= at < end)
            periods[start, end] = count
        return count

    def record(self, decision: Decision, fingerprint: str, watch: Watch | None = None) -> None:
        """Append the decision to the log and to its assignee's open leads."""
        if self.decided(decision.route, decision.lead) is not None:
            raise ValueError(f"lead {decision.lead!r} is decided on route {decision.route!r}")
        self.decisions[decision.route, decision.lead] = Recorded(decision, fingerprint, watch=watch)
        if decision.assignee is not None:
            self.opened[decision.assignee] += 1
        self._receive(decision, decision.at)

    def close_lead(self, route: str, lead: str) -> bool:
        """Take the lead off its assignee's open ones; whether it was among them."""
        found = self.decided(route, lead)
        if found is None or found.closed or found.decision.assignee is None:
            return False
        self._change(attrs.evolve(found, closed=True))
        self.opened[found.decision.assignee] -= 1
        return True

    def touch(self, route: str, lead: str) -> bool:
        """Mark the lead as worked on; whether it wasn't."""
        found = self.decided(route, lead)
        if found is None or found.touched:
            return False
        self._change(attrs.evolve(found, touched=True))
        return True

    def overdue(self, route: str, at: datetime) -> list[Recorded]:
        """Return the leads whose time is up, the longest overdue first."""
        own = {**self.changed, **self.decisions}
        kept = (found for found in self.kept.overdue(route, at) if _key(found) not in own)
        found = [*kept, *(each for (of, _), each in own.items() if of == route)]
        return sorted((each for each in found if each.is_overdue(at)), key=_due)

    def move(self, recorded: Recorded, move: Move) -> None:
        """Replace what was decided for a lead, and log the move."""
        found = self.decided(move.route, move.lead)
        if found is None:
            raise ValueError(f"lead {move.lead!r} is not decided on route {move.route!r}")
        if found.decision.assignee is not None and not found.closed:
            self.opened[found.decision.assignee] -= 1
        if recorded.decision.assignee is not None and not recorded.closed:
            self.opened[recorded.decision.assignee] += 1
        self._receive(recorded.decision, move.at)
        self._change(recorded)
        self.moved.append(move)

    def moves(self) -> Iterator[Move]:
        """Yield every move, this batch's last."""
        yield from self.kept.moves()
        yield from self.moved

    def _receive(self, decision: Decision, moment: datetime) -> None:
        at = microseconds(moment)
        for who in receivers(decision.kind, decision.target, decision.assignee):
            self.received.setdefault(who, Counter())[at] += 1
            periods = self._given.get(who, {})
            for start, end in periods:
                periods[start, end] += start <= at < end

    def _change(self, recorded: Recorded) -> None:
        is_new = _key(recorded) in self.decisions
        (self.decisions if is_new else self.changed)[_key(recorded)] = recorded

    def log(self) -> Iterator[Recorded]:
        """Yield all that was decided, this batch's decisions last."""
        for recorded in self.kept.log():
            yield self.changed.get(_key(recorded), recorded)
        yield from self.decisions.values()


def _key(recorded: Recorded) -> Key:
    return recorded.decision.route, recorded.decision.lead


def _due(recorded: Recorded) -> datetime:
    assert recorded.decision.due is not None
    return recorded.decision.due
