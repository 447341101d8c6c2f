"""Who is next in a team: the chairman-assignment rule (contract; the rule follows)."""

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from math import gcd, lcm

import attrs


@attrs.frozen
class Roster:
    """A team's members in order, with whole weights in the proportion of those written.

    Made once per team with `Roster.of`, because turning fractions into whole numbers
    costs more than a draw.
    """

    names: tuple[str, ...]
    weights: tuple[int, ...]

    @classmethod
    def of(cls, members: Iterable[tuple[str, Fraction]]) -> "Roster":
        """Return the roster of members with weights of any size; each weight >= 0."""
        pairs = tuple(members)
        common = lcm(*(weight.denominator for _, weight in pairs))
        whole = [int(weight * common) for _, weight in pairs]
        shared = gcd(*whole) or 1
        return cls(tuple(name for name, _ in pairs), tuple(each // shared for each in whole))


@attrs.frozen
class Turns:
    """Where a team stands between two draws.

    lag: by member, the leads they were entitled to minus the leads they were given, in
    units of 1/scale lead. A name without an entry is level, at 0.
    """

    scale: int = 1
    lag: Mapping[str, int] = attrs.field(factory=dict)


LEVEL = Turns()
"""The turns of a team that never drew."""


def draw(turns: Turns, roster: Roster, available: Collection[str]) -> tuple[str, Turns] | None:
    """Return who is next and the turns after it, None if nobody available can be drawn."""
    raise NotImplementedError


def least_loaded(
    roster: Roster, open_leads: Mapping[str, int], available: Collection[str]
) -> str | None:
    """Return the available member with the fewest open leads for their weight.

    None if nobody available has a weight. Ties go in roster order.
    """
    raise NotImplementedError
