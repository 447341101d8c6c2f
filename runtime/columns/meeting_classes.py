"""The first box of each lead by tables of classes, for any number of rules.

Values that leave the same boxes are one class. Which class two of them come to together is
computed once, as an AND of their sets, and remembered in a table; the classes that come out are
met with the next ones in the same way, until one class says which box is the first (recursive
flow classification: Gupta and McKeown, "Packet classification on multiple fields", SIGCOMM 1999).
So a lead costs one look-up in a small table for each bond but one. Tables are filled only where
a lead came by. What would take too large a table is left to the words of `bits.py`.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

import numpy as np

from turnout.frozen import frozen
from turnout.runtime.columns.bits import BoxSets, first_boxes
from turnout.runtime.columns.coding import Codes, Numbers

MOST_CELLS = 1 << 18
"""Cells of one table, four bytes each."""

MOST_BYTES = 1 << 22
"""Bytes of the sets that come out of one table."""


class ClassTables:
    """Finds the first box that the sets of some bonds have in common.

    bonds: the sets of each. Which sets meet in which table is settled by the first leads: those
    first of which there are the fewest.
    """

    def __init__(self, bonds: Sequence[BoxSets]) -> None:
        """Begin without a table."""
        self._bonds = tuple(bonds)
        self._steps: list[_Step] | None = None

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """How many cells each table has, and how many bytes the sets that come out of it take."""
        return [step.table.size for step in self._steps or ()]

    def first_boxes(self, numbers: Sequence[Numbers]) -> Codes:
        """Return for each lead its first box, -1 where it has none.

        numbers: for each bond that of the set of each lead; of one bond at least.
        """
        met = [*zip(self._bonds, numbers, strict=True)]
        left = self._begin(met) if self._steps is None else self._again(met, self._steps)
        return first_boxes([met[at] for at in left])

    def _begin(self, met: "list[tuple[BoxSets, Numbers]]") -> list[int]:
        """Meet the smallest first, and note what met; return which are left."""
        steps = self._steps = list[_Step]()
        left = [(len(sets), at) for at, (sets, _) in enumerate(met)]
        heapify(left)
        while len(left) > 1:
            one, other = heappop(left), heappop(left)
            table = _ClassTable(met[one[1]][0], met[other[1]][0])
            numbers = table.numbers(met[one[1]][1], met[other[1]][1])
            if numbers is None:
                left += one, other
                break
            steps.append(_Step(one[1], other[1], table))
            heappush(left, (len(table.sets), len(met)))
            met.append((table.sets, numbers))
        return sorted(at for _, at in left)

    def _again(self, met: "list[tuple[BoxSets, Numbers]]", steps: "list[_Step]") -> list[int]:
        """Meet as before, up to a table that became too large; return which are left."""
        left = set(range(len(met)))
        for number, step in enumerate(steps):
            numbers = step.table.numbers(met[step.one][1], met[step.other][1])
            if numbers is None:
                del steps[number:]
                break
            left -= {step.one, step.other}
            left.add(len(met))
            met.append((step.table.sets, numbers))
        return sorted(left)


@frozen(eq=False)
class _Step:
    """Two that meet: bonds by their number, behind them what came out of the steps before."""

    one: int
    other: int
    table: "_ClassTable"


class _ClassTable:
    """Which set two sets have in common, by their numbers; filled where it is asked."""

    def __init__(self, one: BoxSets, other: BoxSets) -> None:
        self._one, self._other = one, other
        self.sets = BoxSets(one.every)
        self._cells = np.full((0, 0), -1, np.int32)

    @property
    def size(self) -> tuple[int, int]:
        """How many cells it has, and how many bytes the sets that come out of it take."""
        return self._cells.size, self.sets.size

    def numbers(self, one: Numbers, other: Numbers) -> Numbers | None:
        """Return the number of what both sets of each lead have in common.

        None where the table would be too large, or what comes out of it.
        """
        if not self._has_room() or self.sets.size > MOST_BYTES:
            return None
        width = self._cells.shape[1]
        places = one * width
        places += other
        cells = self._cells.ravel()  # its own memory: it is one piece
        found: Numbers = cells.take(places)
        if len(found) and found.min() < 0:
            for place in np.unique(places[found < 0]).tolist():
                common = self._one[place // width] & self._other[place % width]
                cells[place] = self.sets.number(common)
                if self.sets.size > MOST_BYTES:
                    return None
            found = cells.take(places)
        return found

    def _has_room(self) -> bool:
        """Make room for all sets that may meet; return whether the table stays small enough."""
        high, wide = self._cells.shape
        if high >= len(self._one) and wide >= len(self._other):
            return True
        more = [
            have if have >= need else 1 << (need - 1).bit_length()
            for have, need in ((high, len(self._one)), (wide, len(self._other)))
        ]
        if more[0] * more[1] > MOST_CELLS:
            return False
        cells = np.full(more, -1, np.int32)
        cells[:high, :wide] = self._cells
        self._cells = cells
        return True
