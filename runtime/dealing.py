"""Draws from a large team in which nobody comes or goes, each in the time of a few members.

A draw entitles everybody who is available (see `draw`), which would be written down for each. But
while the same people are available all entitlements grow at fixed rates. So of each member it is
kept what they were given, and for all together how often was drawn; who is next is at the top
of a heap. Members wait until they are far enough behind to be next (`waiting`, by the draw from
which on they are), and are then in the order of their deadlines (`ready`), which stay in the
same order as time passes.

What is drawn, and what the turns are after it, is exactly what `draw` says, draw by draw.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from math import lcm
from operator import add
from typing import Protocol

from turnout.frozen import attribute, define

FINEST = lcm(*range(1, 41))
"""The largest scale that is kept, 5 342 931 457 063 200: below 2**53, a whole number in JSON.

A team whose available weights always add up to 40 or less, or always to the same, stays
exact. In any other each draw rounds a lag by less than 1/FINEST lead: a billion draws
move nobody by a millionth of a lead.
"""

LARGE = 48
"""DealtMembers from which on it is worth while."""

_LONGEST = 20_000
"""Draws after which the deal is made anew: it remembers each."""

_WIDEST = 256
"""Bits of a common multiple of all weights up to which deadlines are compared as whole numbers."""


class DealtMembers(Protocol):
    """What a deal needs of a `Roster`."""

    @property
    def names(self) -> tuple[str, ...]:
        """Who is in the team, in order."""
        ...

    @property
    def weights(self) -> tuple[int, ...]:
        """Their weights."""
        ...


@define(eq=False)
class Deal:
    """The draws of a team among the same people.

    roster: of the team. available: who can be drawn; places: theirs, two or more. scale, base:
    the turns that it began with, as `Turns` has them, by place.
    drawn: the places that were drawn, in order.
    """

    roster: DealtMembers
    available: Collection[str]
    places: Sequence[int]
    scale: int
    base: Sequence[int]
    names: tuple[str, ...] = attribute(init=False)
    weights: tuple[int, ...] = attribute(init=False)
    drawn: list[int] = attribute(factory=list[int], init=False)
    _given: dict[int, int] = attribute(factory=dict[int, int], init=False)
    _ready: list[tuple[int, int]] = attribute(factory=list[tuple[int, int]], init=False)
    _waiting: list[tuple[int, int]] = attribute(factory=list[tuple[int, int]], init=False)
    _each: int = attribute(init=False)
    _multiple: int = attribute(init=False)
    _parts: int = attribute(init=False)
    _level: int = attribute(init=False)
    _rates: list[int] = attribute(init=False)
    _counted: tuple[int, Sequence[int]] = attribute(init=False)
    _place_of: dict[str, int] = attribute(factory=dict[str, int], init=False)

    def __attrs_post_init__(self) -> None:
        """Put everybody in order."""
        self.names, self.weights = self.roster.names, self.roster.weights
        self._each = self.scale // sum(self.weights[place] for place in self.places)
        self._multiple = lcm(*(self.weights[place] for place in self.places))
        self._parts = 2 * len(self.places) - 2
        self._level = sum(self.base[place] for place in self.places)
        self._given = dict.fromkeys(self.places, 0)
        self._rates = [0] * len(self.base)
        for place in self.places:
            self._rates[place] = self._each * self.weights[place]
        self._counted = 0, self.base
        self._place_of = {name: place for place, name in enumerate(self.names)}
        self._waiting = [(self._from(place), place) for place in self.places]
        heapify(self._waiting)

    def is_for(self, roster: DealtMembers, available: Collection[str], number: int) -> bool:
        """Return whether the next draw of these people is the one behind `number` of this deal."""
        return (
            number == len(self.drawn) < _LONGEST
            and (self.available is available or self.available == available)
            and (self.roster is roster or self.roster == roster)
        )

    def next(self) -> int:
        """Return the place that is next, and count it as drawn."""
        now = len(self.drawn) + 1
        while self._waiting and self._waiting[0][0] <= now:
            _, place = heappop(self._waiting)
            heappush(self._ready, (self._deadline(place), place))
        # INVARIANT: whoever is furthest behind is ready, as the mean is 1/n >= c; see `draw`.
        late = self._parts * len(self.places) * self._each * self._multiple * now
        if self._ready[0][0] < late:
            place = self._furthest(late, now)
        else:
            _, place = heappop(self._ready)
        self._given[place] += 1
        self.drawn.append(place)
        heappush(self._waiting, (self._from(place), place))
        return place

    def _furthest(self, late: int, now: int) -> int:
        """Return who is furthest behind of those whose deadline is over."""
        over: list[tuple[int, int]] = []
        while self._ready and self._ready[0][0] < late:
            over.append(heappop(self._ready))

        def slack(entry: tuple[int, int]) -> tuple[int, int]:
            key, place = entry
            weight = self.weights[place]
            gone = self._parts * len(self.places) * self._each * weight * now
            return key * weight // self._multiple - gone, place

        drawn = min(over, key=slack)
        for entry in over:
            if entry is not drawn:
                heappush(self._ready, entry)
        return drawn[1]

    def _behind(self, place: int) -> int:
        """Return a member's lag, without what they are entitled to since the beginning."""
        return self.base[place] - self.scale * self._given[place]

    def _from(self, place: int) -> int:
        """Return the draw from which on a member can be next."""
        count, parts = len(self.places), self._parts
        lacking = count * self.scale + parts * (self._level - count * self._behind(place))
        return -(-lacking // (count * parts * self._each * self.weights[place]))

    def _deadline(self, place: int) -> int:
        """Return what ready members are in the order of."""
        count, parts = len(self.places), self._parts
        slack = count * self.scale * (parts - 1)
        slack += parts * (self._level - count * self._behind(place))
        return slack * (self._multiple // self.weights[place])

    def lag(self, name: str, number: int) -> int:
        """Return a member's lag after so many draws."""
        place = self._place_of[name]
        if place not in self._given:
            return self.base[place]
        since = self.drawn[number:] if number < len(self.drawn) else ()
        given = self._given[place] - since.count(place)
        rate = self._each * self.weights[place]
        return self.base[place] + number * rate - self.scale * given

    def lags(self, number: int) -> Sequence[int]:
        """Return all lags after so many draws, in the order of the roster.

        They are counted on from those that were asked for last.
        """
        counted, lags = self._counted
        if number == counted:
            return lags
        if number < counted:
            counted, lags = 0, self.base
        draws, rates = number - counted, self._rates
        found = [*map(add, lags, rates if draws == 1 else [draws * rate for rate in rates])]
        for place in self.drawn[counted:number]:
            found[place] -= self.scale
        self._counted = number, found
        return found


def dealt_of(
    roster: DealtMembers,
    available: Collection[str],
    places: Sequence[int],
    turns: tuple[int, list[int]],
) -> Deal | None:
    """Return the deal that begins with some turns, None where it is not to be had.

    places: of those who can be drawn. turns: their scale, and the lags of all by place.
    """
    scale, base = turns
    if len(places) < LARGE or scale > FINEST:
        return None
    if lcm(*(roster.weights[place] for place in places)).bit_length() > _WIDEST:
        return None
    return Deal(roster, available, places, scale, base)


class DrawnLags(dict[str, int]):
    """Lags after a draw from a large team: where the same people are asked again, it is a deal."""

    __slots__ = ("available",)

    def __init__(self, lags: Mapping[str, int], available: Collection[str]) -> None:
        super().__init__(lags)
        self.available: Collection[str] = available


class DealtLags(Mapping[str, int]):
    """The lags of a deal after so many draws, told when they are asked."""

    __slots__ = ("deal", "number")

    def __init__(self, deal: Deal, number: int) -> None:
        self.deal: Deal = deal
        self.number: int = number

    def __getitem__(self, name: str) -> int:
        """Return a member's lag."""
        return self.deal.lag(name, self.number)

    def __iter__(self) -> Iterator[str]:
        """Yield the members in order."""
        return iter(self.deal.names)

    def __len__(self) -> int:
        """Return how many members there are."""
        return len(self.deal.names)

    def told(self) -> Sequence[int]:
        """Return all of them, in the order of the members."""
        return self.deal.lags(self.number)

    def plain(self) -> dict[str, int]:
        """Return all of them by member."""
        return dict(zip(self.deal.names, self.told(), strict=True))

    def __reduce__(self) -> tuple[object, ...]:
        """Be pickled as what is told."""
        return dict, (self.plain(),)
