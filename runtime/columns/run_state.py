"""What targets ask of a run without a state file: turns, open leads and leads given.

It holds counts alone and no lead, so it doesn't grow with the run.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from turnout.runtime.absences import Absences
from turnout.runtime.draw import LEVEL, Turns
from turnout.runtime.stores import Gifts, load_of, microseconds, receivers
from turnout.runtime.stores.needs import Count

_Taker: TypeAlias = tuple[str, str, str | None]
"""The kind and name of a target, and the person."""

_Counted: TypeAlias = tuple[tuple[str, ...], list[tuple[str, dict[int, int]]]]
"""The receivers of a taker's leads; the name of each one's load, and their leads by moment."""

_MOST_GIFTS = 10_000


class RunState:
    """Answers as a transaction of an empty state does, with what was given in this run."""

    def __init__(self) -> None:
        self._turns: dict[str, Turns] = {}
        self._open: Counter[str] = Counter()
        self._given: dict[str, dict[int, int]] = {}
        self._gifts = Gifts()
        self._counted: dict[_Taker, _Counted] = {}
        self._at: datetime | None = None
        self._now = 0

    @property
    def gifts(self) -> Gifts:
        """Return to whom leads were given of late."""
        return self._gifts

    def turns(self, team: str) -> Turns:
        """Return a team's turns."""
        return self._turns.get(team, LEVEL)

    def set_turns(self, team: str, turns: Turns) -> None:
        """Replace a team's turns."""
        self._turns[team] = turns

    def open_leads(self, people: Collection[str]) -> Mapping[str, int]:
        """Return each person's open leads."""
        return {person: self._open[person] for person in people}

    @property
    def absences(self) -> Absences:
        """Nobody's: a run without a state is told of none."""
        return ()

    def holding(self, who: str) -> int:
        """Return how many open leads a receiver has."""
        return self._open[load_of(who)]

    def given(self, who: str, start: int, end: int) -> int:
        """Return how many leads somebody was given in a period, in microseconds since 1970."""
        found: Mapping[int, int] = self._given.get(who, {})
        if len(found) == 1:  # of one moment, as a file's leads mostly are
            ((at, leads),) = found.items()
            return leads if start <= at < end else 0
        return sum(leads for at, leads in found.items() if start <= at < end)

    def expect(self, counts: Collection[Count]) -> None:
        """Read nothing: all counts are here."""

    def give(
        self, kind: str, target: str, assignee: str | None, at: datetime, leads: int = 1
    ) -> None:
        """Count a lead that somebody is given, or several of one moment."""
        if at is not self._at:
            self._at, self._now = at, microseconds(at)
        now, taker, opened = self._now, (kind, target, assignee), self._open
        counted = self._counted.get(taker)
        if counted is None:
            whose = receivers(*taker)
            counts = [(load_of(who), self._given.setdefault(who, {})) for who in whose]
            counted = self._counted[taker] = whose, counts
        for load, given in counted[1]:
            opened[load] += leads
            given[now] = given.get(now, 0) + leads
        if leads > 1 or len(self._gifts.whose) > _MOST_GIFTS:
            self._gifts = Gifts()  # whoever counts begins anew
        else:
            self._gifts.whose += counted[0]

    def written(self) -> dict[str, Any]:
        """Return the whole as JSON has it."""
        turns = {name: [each.scale, each.plain()] for name, each in self._turns.items()}
        given = {who: [*map(list, counts.items())] for who, counts in self._given.items()}
        return {"turns": turns, "open": dict(self._open), "given": given}

    def restore(self, written: Mapping[str, Any]) -> None:
        """Be as `written` says."""
        self._turns = {name: Turns(*each) for name, each in written["turns"].items()}
        self._open = Counter(written["open"])
        self._given = {who: dict(pairs) for who, pairs in written["given"].items()}
        self._counted.clear()
        self._gifts = Gifts()
