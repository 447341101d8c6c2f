"""Who is in a team at a moment: those who join or leave on a day are as if put in or taken out.

So whoever joins starts level, and who has left is forgotten, as after an edit of the team.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from turnout.dsl.policy import Member, Team
from turnout.runtime.availability import is_one_of
from turnout.runtime.draw import Roster

Rosters: TypeAlias = Callable[[datetime], Roster]
"""Returns the roster of a team at a moment with a time zone."""


def rosters(team: Team) -> Rosters:
    """Return what makes the rosters of a team; one that was made is kept."""
    if all(member.validity is None for member in team.members):
        always = _roster(team.members)
        return lambda _: always
    known: dict[tuple[Member, ...], Roster] = {}

    def at(moment: datetime) -> Roster:
        there = tuple(
            member
            for member in team.members
            if member.validity is None or is_one_of(member.validity, moment)
        )
        if there not in known:
            known[there] = _roster(there)
        return known[there]

    return at


def _roster(members: tuple[Member, ...]) -> Roster:
    return Roster.of((member.person, member.weight) for member in members)
