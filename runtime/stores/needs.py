"""What a batch needs of a state: known before any lock, read at once.

Deciding has three parts. What the leads need is said first (`Needs`): by then no lock is
held, and a store on a server asks for all of it in one round trip. Then they are decided in
memory, by a function of a `Transaction` and a moment that changes nothing else. What it
changed is written once, at the end. So the second part can run again, when a server has
called a transaction off because of another one.

Needs are foreseen, not promised: what turns out to be needed besides is read when it is asked.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias, TypeVar

from turnout.frozen import frozen
from turnout.runtime.stores import Transaction

Count: TypeAlias = tuple[str, int, int]
"""Whose leads are counted, as `receivers` names them, and in which period, the end left out."""

Sighting: TypeAlias = tuple[str, int, int]
"""A key under which leads are remembered, and from when to when, both included."""


@frozen
class Needs:
    """What a batch reads.

    leads: route and id of the leads that are asked for. keys: what is remembered under these.
    teams: whose turns are drawn. people: whose open leads are counted, as `loads` names them.
    counts: of leads given.
    alone: works that only one run does at a time, such as moving the overdue leads of a route.
    """

    leads: tuple[tuple[str, str], ...] = ()
    keys: tuple[Sighting, ...] = ()
    teams: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    counts: frozenset[Count] = frozenset()
    alone: frozenset[str] = frozenset()

    def __or__(self, other: "Needs") -> "Needs":
        """Return what both need."""
        return Needs(
            tuple(dict.fromkeys(self.leads + other.leads)),
            tuple(dict.fromkeys(self.keys + other.keys)),
            self.teams | other.teams,
            self.people | other.people,
            self.counts | other.counts,
            self.alone | other.alone,
        )


NOTHING = Needs()

T = TypeVar("T")

Foresee: TypeAlias = Callable[[datetime], Needs]
"""Says what is needed at a moment."""

Decide: TypeAlias = Callable[[Transaction, datetime], T]
"""Decides in memory. It may run several times, of which one counts: it changes nothing else."""


def nothing_foreseen(_moment: datetime) -> Needs:
    """Return that nothing is known to be needed."""
    return NOTHING
