"""The first box of each lead by tables of classes, for any number of rules.

Values that leave the same boxes are one class. Which class several of them come to together is
computed once, as an AND of their sets, and remembered in a table; the classes that come out are
met with the next ones in the same way, until one class says which box is the first (recursive
flow classification: Gupta and McKeown, "Packet classification on multiple fields", SIGCOMM 1999).
So a lead costs one sum for each bond, and one look-up in each table. Tables are filled only where
a lead came by. What would take too large a table is left to the words of `bits.py`.
"""

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from math import prod
from operator import is_
from typing import NamedTuple

import numpy as np

from turnout.frozen import frozen
from turnout.runtime.columns.bits import BoxSets, first_boxes
from turnout.runtime.columns.coding import Codes, Numbers
from turnout.runtime.columns.jit import Kernels

MOST_CELLS = 1 << 18
"""Cells of one table, four bytes each."""

MOST_BYTES = 1 << 22
"""Bytes of the sets that come out of one table."""

_FEW_CELLS = 1 << 15  # as long as a table has no more, another one may meet in it
_BEGINNING = 1 << 12  # leads by which it is settled what meets where; cells are filled for at once


class Classed(NamedTuple):
    """The class of each lead. numbers: by code; codes: of each lead."""

    numbers: Numbers
    codes: Codes

    def first(self, leads: int) -> "Classed":
        """Return the same of the first leads."""
        return Classed(self.numbers, self.codes[:leads])


class ClassTables:
    """Finds the first box that the sets of some bonds have in common.

    bonds: the sets of each. Which sets meet in which table is settled by the first leads: those
    first of which there are the fewest.
    """

    def __init__(self, bonds: Sequence[BoxSets]) -> None:
        """Begin without a table."""
        self._bonds = tuple(bonds)
        self._steps: list[_Step] | None = None

    def are_of(self, bonds: Sequence[BoxSets]) -> bool:
        """Return whether it is these sets that meet here."""
        return len(bonds) == len(self._bonds) and all(map(is_, bonds, self._bonds))

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """How many cells each table has, and how many bytes the sets that come out of it take."""
        return [step.table.size for step in self._steps or ()]

    def first_boxes(self, classes: Sequence[Classed], kernels: Kernels | None = None) -> Codes:
        """Return for each lead its first box, -1 where it has none.

        classes: for each bond the set of each lead, by its number; of one bond at least. kernels:
        adds by these.
        """
        return first_of(self.meet(classes, kernels))

    def meet(
        self, classes: Sequence[Classed], kernels: Kernels | None = None
    ) -> list[tuple[BoxSets, Classed]]:
        """Return what the sets of each lead have in common: one set, as far as tables go.

        Where they would be too large there are several, which all hold. Asked as `first_boxes`.
        """
        met = [*zip(self._bonds, classes, strict=True)]
        steps, is_new = self._steps, self._steps is None
        if steps is None:
            first = [(sets, of.first(_BEGINNING)) for sets, of in met]
            steps = self._steps = _begun(first)
        for number, step in enumerate(steps):
            found = step.table.classes([met[at][1] for at in step.members], kernels)
            if found is None:
                # by more classes it may be settled otherwise what meets in so large a table
                if not is_new and len(step.members) > 2 and not step.table.has_room():
                    self._steps = None
                    return self.meet(classes, kernels)
                del steps[number:]
                break
            met.append((step.table.sets, found))
        gone = {at for step in steps for at in step.members}
        return [each for at, each in enumerate(met) if at not in gone]


def first_of(met: Sequence[tuple[BoxSets, Classed]]) -> Codes:
    """Return for each lead the first box that all its sets have, -1 where there is none."""
    if len(met) == 1:
        ((sets, of),) = met
        return sets.firsts().take(of.numbers).take(of.codes)
    return first_boxes([(sets, of.numbers.take(of.codes)) for sets, of in met])


@frozen(eq=False)
class _Step:
    """Some that meet: bonds by their number, behind them what came out of the steps before."""

    members: tuple[int, ...]
    table: "_ClassTable"


def _begun(met: list[tuple[BoxSets, Classed]]) -> list[_Step]:
    """Meet the smallest first, and return what met."""
    steps: list[_Step] = []
    left = [(len(sets), at) for at, (sets, _) in enumerate(met)]
    heapify(left)
    while len(left) > 1:
        members = [heappop(left), heappop(left)]
        cells = _room(members[0][0]) * _room(members[1][0])
        while left and cells * _room(left[0][0]) <= min(_FEW_CELLS, MOST_CELLS):
            cells *= _room(left[0][0])
            members.append(heappop(left))
        places = tuple(at for _, at in members)
        table = _ClassTable([met[at][0] for at in places])
        found = table.classes([met[at][1] for at in places])
        if found is None:
            break
        steps.append(_Step(places, table))
        heappush(left, (len(table.sets), len(met)))
        met.append((table.sets, found))
    return steps


def _room(classes: int) -> int:
    """Return for how many classes there is room where there are so many: a power of two."""
    return 1 << max(0, classes - 1).bit_length()


class _ClassTable:
    """Which set several sets have in common, by their numbers; filled where it is asked."""

    def __init__(self, members: Sequence[BoxSets]) -> None:
        self._members = tuple(members)
        self.sets = BoxSets(members[0].every)
        self._cells = np.full((0,) * len(members), -1, np.int32)

    @property
    def size(self) -> tuple[int, int]:
        """How many cells it has, and how many bytes the sets that come out of it take."""
        return self._cells.size, self.sets.size

    def classes(self, classes: Sequence[Classed], kernels: Kernels | None = None) -> Classed | None:
        """Return the class that those of each lead come to, given for each member.

        kernels: adds by these.

        None where the table would be too large, or what comes out of it.
        """
        if not self.has_room() or self.sets.size > MOST_BYTES:
            return None
        places = np.zeros(len(classes[0].codes), np.int32)
        apart = self._cells.size
        for wide, (numbers, codes) in zip(self._cells.shape, classes, strict=True):
            apart //= wide
            own = numbers * np.int32(apart)
            if kernels is None:
                places += own.take(codes)
            else:
                kernels.add_up(own, codes, places)
        cells = self._cells.ravel()  # its own memory: it is one piece
        found = cells.take(places)
        unmet: Codes = np.flatnonzero(found < 0)
        while len(unmet):
            if not self._fill(np.unique(places[unmet[:_BEGINNING]]).tolist()):
                return None
            found[unmet] = cells.take(places[unmet])
            unmet = unmet[found[unmet] < 0]
        return Classed(np.arange(len(self.sets), dtype=np.int32), found.astype(np.int64))

    def has_room(self) -> bool:
        """Make room for all sets that may meet; return whether the table stays small enough."""
        needed, have = [len(each) for each in self._members], self._cells.shape
        if all(room >= need for room, need in zip(have, needed, strict=True)):
            return True
        more = [max(room, _room(need)) for room, need in zip(have, needed, strict=True)]
        if prod(more) > MOST_CELLS:
            return False
        cells = np.full(more, -1, np.int32)
        cells[tuple(slice(each) for each in have)] = self._cells
        self._cells = cells
        return True

    def _fill(self, places: Iterable[int]) -> bool:
        """Fill cells; return whether what comes out stays small enough."""
        cells, shape = self._cells.ravel(), self._cells.shape
        for place in places:
            common, rest = self.sets.every, place
            for wide, sets in zip(reversed(shape), reversed(self._members), strict=True):
                rest, number = divmod(rest, wide)
                common &= sets[number]
            cells[place] = self.sets.number(common)
            if self.sets.size > MOST_BYTES:
                return False
        return True
