"""The transaction of every store: a batch of reads and writes, held back until its end.

A read answers from what the batch wrote, then from what the store kept before. Turns and
open leads change with nearly every lead but matter to the store once a batch, so they
are written once.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Protocol, TypeAlias

import attrs

from turnout.runtime.decisions import Decision
from turnout.runtime.draw import Turns
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


@attrs.define(eq=False)
class Batch:
    """A `Transaction`, and what it changed for the store to keep at its end.

    decisions: new log rows in order. closed: earlier rows whose lead was closed. drawn:
    turns by team. opened: by person, the open leads more than before. received: by who
    was given leads, how many at each moment (microseconds since 1970).
    """

    kept: Kept
    decisions: dict[Key, Recorded] = attrs.field(factory=dict[Key, Recorded], init=False)
    closed: dict[Key, Recorded] = attrs.field(factory=dict[Key, Recorded], init=False)
    drawn: dict[str, Turns] = attrs.field(factory=dict[str, Turns], init=False)
    opened: Counter[str] = attrs.field(factory=Counter[str], init=False)
    received: dict[str, Counter[int]] = attrs.field(factory=dict[str, Counter[int]], init=False)
    _undecided: set[Key] = attrs.field(factory=set[Key], init=False)
    _read_turns: dict[str, Turns] = attrs.field(factory=dict[str, Turns], init=False)
    _read_open: dict[str, int] = attrs.field(factory=dict[str, int], init=False)
    _read_given: dict[tuple[str, int, int], int] = attrs.field(
        factory=dict[tuple[str, int, int], int], init=False
    )

    def decided(self, route: str, lead: str) -> Recorded | None:
        """Return what was decided for the lead, in this batch or before."""
        key = (route, lead)
        found = self.decisions.get(key) or self.closed.get(key)
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
        key = (who, start, end)
        if key not in self._read_given:
            self._read_given[key] = self.kept.given(who, start, end)
        here = self.received.get(who)
        if here is None:
            return self._read_given[key]
        return self._read_given[key] + sum(leads for at, leads in here.items() if start <= at < end)

    def record(self, decision: Decision, fingerprint: str) -> None:
        """Append the decision to the log and to its assignee's open leads."""
        if self.decided(decision.route, decision.lead) is not None:
            raise ValueError(f"lead {decision.lead!r} is decided on route {decision.route!r}")
        self.decisions[decision.route, decision.lead] = Recorded(decision, fingerprint)
        if decision.assignee is not None:
            self.opened[decision.assignee] += 1
        at = microseconds(decision.at)
        for who in receivers(decision.kind, decision.target, decision.assignee):
            self.received.setdefault(who, Counter())[at] += 1

    def close_lead(self, route: str, lead: str) -> bool:
        """Take the lead off its assignee's open ones; whether it was among them."""
        found = self.decided(route, lead)
        if found is None or found.closed or found.decision.assignee is None:
            return False
        fresh = (route, lead) in self.decisions
        changed = self.decisions if fresh else self.closed
        changed[route, lead] = attrs.evolve(found, closed=True)
        self.opened[found.decision.assignee] -= 1
        return True

    def log(self) -> Iterator[Recorded]:
        """Yield all that was decided, this batch's decisions last."""
        for recorded in self.kept.log():
            decision = recorded.decision
            yield self.closed.get((decision.route, decision.lead), recorded)
        yield from self.decisions.values()
