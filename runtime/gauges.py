"""Who of a large team can be drawn, without asking everybody for each lead.

Who is there depends on a few calendars, and on absences and memberships of a few people. Whose cap
is full is asked of those alone who may have come to it: of everybody it is known how many leads
there is *room* for at least. A lead that is given takes one off; time that passes only adds, and
so do leads that are closed or moved on.
When none is left it is counted. All is counted anew where somebody else wrote to the state
meanwhile, and where the clock is put back.

The same people are the same set, so that a draw can tell that nobody came or went.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from turnout.dsl.policy import Cap
from turnout.frozen import attribute, define
from turnout.runtime.stores import Gifts, TargetState

CountedCap: TypeAlias = tuple[Cap, str]
"""A cap, and whose leads it counts, as `receivers` names them."""

PeriodOf: TypeAlias = Callable[[Cap], tuple[int, int]]
"""Returns the period of a cap around this moment, in microseconds since 1970."""

_ENDLESS = 1 << 62
_NOBODY: frozenset[str] = frozenset()


def counted(capped: CountedCap, state: TargetState, period: PeriodOf) -> int:
    """Return how many leads count towards a cap now: those of its period, or those open."""
    cap, who = capped
    return state.holding(who) if cap.per is None else state.given(who, *period(cap))


@define(eq=False)
class Gauge:
    """How many leads there is room for, of each member with caps.

    caps: by member.
    """

    caps: Mapping[str, tuple[CountedCap, ...]]
    _of: dict[str, str] = attribute(factory=dict[str, str], init=False)
    _room: dict[str, int] = attribute(factory=dict[str, int], init=False)
    _near: set[str] = attribute(factory=set[str], init=False)
    _gifts: Gifts | None = attribute(default=None, init=False)
    _seen: int = attribute(default=0, init=False)
    _moment: datetime | None = attribute(default=None, init=False)
    _full: frozenset[str] = attribute(default=_NOBODY, init=False)

    def __attrs_post_init__(self) -> None:
        """Note whose leads count for whom."""
        self._of = {who: name for name, caps in self.caps.items() for _, who in caps}

    def full(self, moment: datetime, state: TargetState, period: PeriodOf) -> frozenset[str]:
        """Return the members who are at one of their caps at a moment."""
        self._take(moment, state)
        if not self._near:
            return _NOBODY
        asked = sorted(self._near)
        timed = (each for name in asked for each in self.caps[name] if each[0].per is not None)
        state.expect([(who, *period(cap)) for cap, who in timed])
        full: list[str] = []
        for name in asked:
            if any(counted(each, state, period) >= each[0].most for each in self.caps[name]):
                full.append(name)
            elif state.gifts is not None:
                self._count(name, state, period)
        found = frozenset(full)
        if found != self._full:
            self._full = found
        return self._full

    def _take(self, moment: datetime, state: TargetState) -> None:
        """Take off what was given since it was last asked."""
        gifts = state.gifts
        is_known = gifts is not None and gifts is self._gifts
        if not is_known or self._moment is None or moment < self._moment:
            self._room.clear()
            self._near = set(self.caps)
        elif gifts is not None:
            room = self._room
            for name in filter(None, map(self._of.get, gifts.whose[self._seen :])):
                if name in room:
                    room[name] -= 1
                    if room[name] <= 0:
                        self._near.add(name)
        self._gifts, self._moment = gifts, moment
        self._seen = 0 if gifts is None else len(gifts.whose)

    def _count(self, name: str, state: TargetState, period: PeriodOf) -> None:
        """Count for how many leads there is room, whatever comes: those ahead are counted, too."""
        self._room[name] = min(
            cap.most
            - (
                state.holding(who)
                if cap.per is None
                else state.given(who, period(cap)[0], _ENDLESS)
            )
            for cap, who in self.caps[name]
        )
        if self._room[name] > 0:
            self._near.discard(name)


@define(eq=False)
class Attendance:
    """Who of a team is there.

    always: whom nothing keeps away. by_calendar: those who are there while one is open.
    others: those who are asked one by one.
    """

    always: frozenset[str]
    by_calendar: Sequence[tuple[str, frozenset[str]]]
    others: Sequence[str]
    _key: object = attribute(default=None, init=False)
    _there: frozenset[str] = attribute(default=_NOBODY, init=False)

    def __call__(
        self,
        is_open: Callable[[str], bool],
        is_there: Callable[[str], bool],
        full: frozenset[str],
    ) -> frozenset[str]:
        """Return who can be drawn: the same set as last time where they are the same people."""
        opened = tuple(is_open(calendar) for calendar, _ in self.by_calendar)
        asked = tuple(name for name in self.others if is_there(name))
        key = (opened, asked, full)
        if key != self._key:
            there = set(self.always).union(asked)
            for (_, names), is_now in zip(self.by_calendar, opened, strict=True):
                if is_now:
                    there |= names
            self._key, self._there = key, frozenset(there - full)
        return self._there
