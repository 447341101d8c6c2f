"""Who is next in a team.

The rule is that of the chairman-assignment problem: R. Tijdeman, "The chairman
assignment problem", Discrete Mathematics 32 (1980), 323-330. Each draw entitles every
available member to weight / (sum of the available weights) of the lead. A member's *lag*
is what they were entitled to minus what they were given. With n members available and
c = 1 / (2n - 2), those whose lag has reached c are far enough ahead of what they were
given to be next; each of them has a deadline, when their lag would pass 1 - c, and the
earliest deadline is next, ties in roster order. So the lead is late for nobody.

    >>> team = Roster.of([("A", Fraction(5)), ("B", Fraction(1)), ("C", Fraction(1))])
    >>> turns, drawn = LEVEL, ""
    >>> for _ in range(7):
    ...     name, turns = draw(turns, team, {"A", "B", "C"})
    ...     drawn += name
    >>> drawn
    'AABAACA'

**While availability does not change,** from a level start nobody is ever further than
1 - c from the exact share, at any prefix: Tijdeman's theorem. No smaller bound holds for
all weights.

**When it changes,** whoever is away keeps their lag as it was, so the lags of those
available need not add up to 0, and his theorem is silent. Two things are added, and
neither changes a draw that the theorem covers:

- Lags are read from the mean lag of those available. These relative lags add up to 1 once
  the lead is shared out, so somebody has at least 1/n >= c: a draw always exists.
- Where anybody available is late (relative lag above 1 - c), the one furthest behind is
  next. Under the theorem only the one who is drawn can be late; after a change of
  availability several can be, and the earliest deadline would serve small weights first
  for as long as it takes.

Then no history of availability, and no weights, take anybody in a team of n further than
n - 3/2 leads from what they were entitled to. Proof: let f(j) = (1 - c) j (n - j). For no
set J of j members do the lags ever add up to more than f(j). It holds at the start. A draw
could only break it if d outside J is next while k >= 1 members K of J are available. By
the rule, d is at most 1 - 2c behind the greatest lag, and then given a lead, so afterwards
lag(d) >= mean(K) - (2 - 2c). As J with d keeps to f(j + 1) and J without K to f(j - k),
lag(J) <= (f(j - k) + k f(j + 1) + k (2 - 2c)) / (k + 1) <= f(j). For one member that
says lag <= f(1), for all others together lag >= -f(1), and f(1) = n - 3/2. Here c is that of
the whole team; it is larger while fewer are available. A search finds about n / 3. (Always
drawing the greatest lag is within (n - 1)/2 by the same proof, but loses Tijdeman's bound;
on that rule see Coppersmith et al., "The optimality of the online greedy algorithm in
carpool and chairman assignment problems", ACM Transactions on Algorithms 7, 2011.)

**When the roster changes,** a newcomer starts level, at the mean. Whoever is removed is
forgotten; the lags of the others are shifted alike to add up to 0 again, which changes
none of their draws, since only differences of lags count. Removals are outside the proof;
whatever sequence of them was tried, lags stayed below the largest n that the team had.

Lags are whole numbers of 1/scale lead, exact as long as scale stays within `FINEST`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

from turnout.frozen import attribute, frozen
from turnout.runtime.dealing import FINEST, LARGE, DealtLags, DrawnLags, dealt_of


@frozen
class Roster:
    """A team's members in order, with whole weights in the proportion of those written.

    Made once per team with `Roster.of`, because turning fractions into whole numbers
    costs more than a draw. remembered: draws of a small team, by what they depend on.
    """

    names: tuple[str, ...]
    weights: tuple[int, ...]
    _sharing: dict[frozenset[str], tuple[int, ...]] = attribute(
        factory=dict[frozenset[str], tuple[int, ...]], eq=False, repr=False, init=False
    )
    remembered: "dict[_Asked, _Drawn | None]" = attribute(
        factory=dict["_Asked", "_Drawn | None"], eq=False, repr=False, init=False
    )

    def sharing(self, available: Collection[str]) -> tuple[int, ...]:
        """Return the places of those who can be drawn, remembered of the last few sets."""
        if not isinstance(available, frozenset):
            return self._places(available)
        places = self._sharing.get(available)
        if places is None:
            if len(self._sharing) >= _MOST_SETS:
                self._sharing.clear()
            places = self._sharing[available] = self._places(available)
        return places

    def _places(self, available: Collection[str]) -> tuple[int, ...]:
        return tuple(
            place
            for place, (name, weight) in enumerate(zip(self.names, self.weights, strict=True))
            if weight and name in available
        )

    @classmethod
    def of(cls, members: Iterable[tuple[str, Fraction]]) -> "Roster":
        """Return the roster of members with weights of any size; each weight >= 0."""
        pairs = tuple(members)
        common = lcm(*(weight.denominator for _, weight in pairs))
        whole = [int(weight * common) for _, weight in pairs]
        shared = gcd(*whole) or 1
        return cls(tuple(name for name, _ in pairs), tuple(each // shared for each in whole))


@frozen
class Turns:
    """Where a team stands between two draws.

    lag: by member, the leads they were entitled to minus the leads they were given, in
    units of 1/scale lead; it adds up to 0. A name without an entry is level, at 0.
    """

    scale: int = 1
    lag: Mapping[str, int] = attribute(factory=dict[str, int])

    def plain(self) -> dict[str, int]:
        """Return the lags by member, all of them told."""
        return self.lag.plain() if isinstance(self.lag, DealtLags) else dict(self.lag)


_MOST_SETS = 64
"""Sets of people of whom it is remembered where they stand in a roster."""

_MOST_DRAWS = 2_000
"""Draws of a team that are remembered."""

LEVEL = Turns()
"""The turns of a team that never drew."""


_Drawn: TypeAlias = tuple[str, Turns]
_Asked: TypeAlias = tuple[Collection[str], int, tuple[int, ...]]
"""What a draw depends on beside the roster: who is available, and the turns."""


def draw(turns: Turns, roster: Roster, available: Collection[str]) -> "_Drawn | None":
    """Return who is next and the turns after it, None if nobody available can be drawn.

    Weight 0 is never drawn. Names that aren't in the roster are passed over. Fastest
    where `available` is a frozen set.

    A small team comes to the same turns again and again: what was drawn then is remembered.
    """
    is_small = len(roster.names) < LARGE and tuple(turns.lag) == roster.names
    if not is_small or not isinstance(available, frozenset):
        return _draw(turns, roster, available)
    asked: _Asked = (available, turns.scale, tuple(turns.lag.values()))
    try:
        return roster.remembered[asked]
    except KeyError:
        if len(roster.remembered) >= _MOST_DRAWS:
            roster.remembered.clear()
        drawn = roster.remembered[asked] = _draw(turns, roster, available)
        return drawn


def _draw(turns: Turns, roster: Roster, available: Collection[str]) -> "_Drawn | None":
    """Return what `draw` says."""
    dealt = turns.lag
    if isinstance(dealt, DealtLags) and dealt.deal.is_for(roster, available, dealt.number):
        name = roster.names[dealt.deal.next()]
        return name, Turns(turns.scale, DealtLags(dealt.deal, dealt.number + 1))
    turns = settled(turns, roster)
    sharing = roster.sharing(available)
    if not sharing:
        return None
    if len(sharing) == 1:
        # Entitled to the whole lead and given it: the lag stays.
        return roster.names[sharing[0]], turns
    weights = roster.weights
    total = sum([weights[place] for place in sharing])
    scale = lcm(turns.scale, total)
    lags = list((turns.plain() if isinstance(turns.lag, DealtLags) else turns.lag).values())
    if scale != turns.scale:
        lags = [lag * (scale // turns.scale) for lag in lags]
    if isinstance(dealt, DrawnLags) and dealt.available == available:
        deal = dealt_of(roster, available, sharing, (scale, lags))
        if deal is not None:
            return roster.names[deal.next()], Turns(scale, DealtLags(deal, 1))
    level = sum([lags[place] for place in sharing])
    each, count = scale // total, len(sharing)
    for place in sharing:
        lags[place] += weights[place] * each
    # In units of 1/(count * scale) lead, in which the mean is whole too.
    relative = [count * lags[place] - level for place in sharing]
    drawn = sharing[_next(relative, [weights[place] for place in sharing], lead=count * scale)]
    lags[drawn] -= scale
    after = _turns(scale, roster.names, lags)
    if len(sharing) >= LARGE:
        after = Turns(after.scale, DrawnLags(after.plain(), available))
    return roster.names[drawn], after


def draws(
    turns: Turns, roster: Roster, available: Collection[str], count: int
) -> tuple[list[str], Turns]:
    """Return who is next so many times in a row, and the turns after it: as `draw` says.

    Somebody available has to have a weight. While availability doesn't change, everybody has
    had their share after as many draws as the weights add up to. Where the turns are what
    they were before such a round, the next one is the same, and isn't drawn again.

    >>> team = Roster.of([("A", Fraction(2)), ("B", Fraction(1))])
    >>> draws(LEVEL, team, {"A", "B"}, 7)[0]
    ['A', 'B', 'A', 'A', 'B', 'A', 'A']
    """
    drawn: list[str] = []
    whole = sum(roster.weights[place] for place in roster.sharing(available))
    while len(drawn) < count:
        before, begun = turns, len(drawn)
        for _ in range(min(whole, count - begun)):
            one = draw(turns, roster, available)
            assert one is not None, "somebody with a weight is available"
            drawn.append(one[0])
            turns = one[1]
        if turns == before:
            drawn += drawn[begun:] * ((count - len(drawn)) // whole)
    return drawn, turns


def least_loaded(
    roster: Roster, open_leads: Mapping[str, int], available: Collection[str]
) -> str | None:
    """Return the available member with the fewest open leads for their weight.

    The load is open leads / weight as it stands, not as it would be with this lead: who
    has nothing open comes before anyone who has. Ties go in roster order. None if nobody
    available has a weight; a name that `open_leads` lacks has none open.

    >>> team = Roster.of([("ana", Fraction(2)), ("ben", Fraction(1))])
    >>> least_loaded(team, {"ana": 3, "ben": 2}, {"ana", "ben"})
    'ana'
    """
    least: tuple[int, int] | None = None
    drawn: str | None = None
    for place in roster.sharing(available):
        name, weight = roster.names[place], roster.weights[place]
        load = open_leads.get(name, 0)
        if least is None or load * least[1] < least[0] * weight:
            least, drawn = (load, weight), name
    return drawn


def settled(turns: Turns, roster: Roster) -> Turns:
    """Return the turns for this roster: the removed forgotten, newcomers level.

    The lags are in roster order and add up to 0, and those who stay are as far from each
    other as they were.
    """
    if tuple(turns.lag) == roster.names:
        return turns
    staying = [turns.lag[name] for name in roster.names if name in turns.lag]
    count, drift = max(len(staying), 1), sum(staying)
    lags = [turns.lag[name] * count - drift if name in turns.lag else 0 for name in roster.names]
    return _turns(turns.scale * count, roster.names, lags)


def lags(turns: Turns, roster: Roster) -> Mapping[str, Fraction]:
    """Return by member, in order, the leads that they were entitled to minus those given.

    >>> lags(Turns(2, {"ana": 1, "ben": -1}), Roster.of([("ana", Fraction(1))]))
    {'ana': Fraction(0, 1)}
    """
    turns = settled(turns, roster)
    return {name: Fraction(lag, turns.scale) for name, lag in turns.lag.items()}


def given_back(turns: Turns, roster: Roster, person: str) -> Turns | None:
    """Return the turns after one that a person had is given back; None where they have none.

    As if it had been everybody's: whoever is in the team is entitled to their share of it less.

    >>> team = Roster.of([("ana", Fraction(1)), ("ben", Fraction(1))])
    >>> given_back(Turns(2, {"ana": -1, "ben": 1}), team, "ana")
    Turns(scale=2, lag={'ana': 0, 'ben': 0})
    """
    turns = settled(turns, roster)
    weights = dict(zip(roster.names, roster.weights, strict=True))
    if not weights.get(person):
        return None
    total = sum(roster.weights)
    scale = lcm(turns.scale, total)
    lags = turns.plain()
    after = [
        lags[name] * (scale // turns.scale)
        - weight * (scale // total)
        + (scale if name == person else 0)
        for name, weight in weights.items()
    ]
    return _turns(scale, roster.names, after)


def joined(one: Turns, other: Turns) -> Turns:
    """Return the turns of a team that was known under two names: lags are added up.

    >>> joined(Turns(2, {"ana": 1, "ben": -1}), Turns(3, {"ben": 1, "cleo": -1}))
    Turns(scale=6, lag={'ana': 3, 'ben': -1, 'cleo': -2})
    """
    scale = lcm(one.scale, other.scale)
    lag: dict[str, int] = {}
    for turns in (one, other):
        for name, behind in turns.lag.items():
            lag[name] = lag.get(name, 0) + behind * (scale // turns.scale)
    return _turns(scale, tuple(lag), tuple(lag.values()))


def _next(relative: Sequence[int], weights: Sequence[int], lead: int) -> int:
    """Return which of those available is next.

    relative: of each, two or more, in roster order, the lag from the mean, with this
    draw's entitlement, in units of 1/`lead` lead. weights: of each.
    """
    parts = 2 * len(relative) - 2  # c = 1/parts
    # How far each is from being late, in units of 1/(parts * lead) lead.
    slack = [lead * (parts - 1) - parts * lag for lag in relative]
    furthest = slack.index(min(slack))
    if slack[furthest] < 0:
        return furthest
    # INVARIANT: the furthest behind is a candidate, as the mean is 1/n >= c.
    drawn = furthest
    for place, lag in enumerate(relative):
        if lag * parts >= lead:
            # Deadlines are slack/weight draws away; compared without dividing.
            mine, theirs = slack[place] * weights[drawn], slack[drawn] * weights[place]
            if mine < theirs or (mine == theirs and place < drawn):
                drawn = place
    return drawn


def _turns(scale: int, names: Sequence[str], lags: Sequence[int]) -> Turns:
    """Return the turns with a scale of at most `FINEST`."""
    if scale > FINEST:
        shared = gcd(scale, *lags)
        scale, lags = scale // shared, [lag // shared for lag in lags]
    if scale > FINEST:
        down = [lag * FINEST // scale for lag in lags]
        lost = -sum(down)  # fewer than there are names: each lost less than one unit
        scale, lags = FINEST, [lag + (place < lost) for place, lag in enumerate(down)]
    return Turns(scale, dict(zip(names, lags, strict=True)))
