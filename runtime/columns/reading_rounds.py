"""Bonds read one after the other, each of those leads alone that are still open.

A lead is settled as soon as the first box that holds all that is known of it asks nothing more.
Most leads are so by a few fields, whatever the rules ask of others. So what settles the most leads
is read first, of all leads, and the rest in a few rounds, of those that are left. Which bond comes
when is found out by some of the first leads, as the plan of a query is by samples of its tables.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from turnout.runtime.columns.bits import BoxSets
from turnout.runtime.columns.coding import Codes
from turnout.runtime.columns.jit import Kernels
from turnout.runtime.columns.meeting_classes import Classed, ClassTables, first_of

_SAMPLE = 200
"""Leads by which it is settled what is read when."""

_AGAIN, _ROUND = 0.75, 0.2
"""How long it takes to go on with those leads that are left, where to read a text takes 1: of each
lead of the round before, and of each lead of all."""

ReadClasses: TypeAlias = Callable[[int, Codes | None], Classed]
"""Returns what leads come to in a bond of this number: some of them, or all by None."""

_Met: TypeAlias = Sequence[tuple[BoxSets, Classed]]


class Rounds:
    """Finds the first box of leads of which only what settles it is read.

    bonds: the sets of each that decides anything, by its number. asking: the boxes that ask each
    of them, as bits.
    """

    def __init__(self, bonds: Mapping[int, BoxSets], asking: Mapping[int, int]) -> None:
        """Begin without knowing a lead."""
        self._bonds, self._asking = bonds, asking
        self._rounds: list[_Round] = []

    def first_boxes(self, read: ReadClasses, size: int, kernels: Kernels) -> Codes:
        """Return for each of so many leads its first box, -1 where it has none."""
        boxes = np.full(size, -1, np.int64)
        if not size:
            return boxes
        if not self._rounds:
            self._rounds = self._begun(read, size)
        rows: Codes | None = None
        met: _Met = ()
        for now in self._rounds:
            own = [(self._bonds[at], read(at, rows)) for at in now.bonds]
            met = now.meet([*met, *own], kernels)
            if len(met) > 1 and now.asking:
                continue  # too much for a table: nobody is known to be settled
            found = first_of(met)
            if rows is None:
                boxes[:] = found
            else:
                boxes[rows] = found
            if not now.asking:
                break
            ((sets, of),) = met
            left = np.flatnonzero(now.is_open(sets).take(of.numbers).take(of.codes))
            rows = left if rows is None else rows[left]
            met = [(sets, Classed(of.numbers, of.codes[left]))]
            if not len(left):
                break
        return boxes

    def _begun(self, read: ReadClasses, size: int) -> "list[_Round]":
        """Return the rounds that suit some leads."""
        rows = np.unique(np.linspace(0, size - 1, _SAMPLE).astype(np.int64))
        boxes: dict[int, list[int]] = {}
        for at, sets in self._bonds.items():
            of = read(at, rows)
            boxes[at] = [sets[number] for number in of.numbers.take(of.codes).tolist()]
        left = [next(iter(self._bonds.values())).every] * len(rows)
        order, is_open, rest = list[int](), [len(rows)], dict(self._asking)
        while rest:
            met = {at: [one & own for one, own in zip(left, boxes[at], strict=True)] for at in rest}
            among = {at: _open(met[at], _asked(rest, at)) for at in rest}
            first = min(rest, key=lambda at: (among[at], _size(met[at]), at))
            left = met[first]
            is_open.append(among[first])
            order.append(first)
            del rest[first]
        ends = _ends([each / len(rows) for each in is_open[:-1]])
        return [
            _Round(tuple(order[begun:end]), _asked({at: self._asking[at] for at in order[end:]}))
            for begun, end in pairwise([0, *ends])
        ]


def _ends(is_open: Sequence[float]) -> Sequence[int]:
    """Return where rounds end, so that they cost the least.

    is_open: the share of the leads that are open before each bond. A round reads its bonds of those
    that are open where it begins.
    """
    size = len(is_open)
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for begun in reversed(range(size)):
        costs: list[tuple[float, tuple[int, ...]]] = []
        for end in range(begun + 1, size + 1):
            later, ends = best[size - end]
            again = 0.0 if end == size else _AGAIN * is_open[begun] + _ROUND
            costs.append((is_open[begun] * (end - begun) + again + later, (end, *ends)))
        best.append(min(costs))
    return best[-1][1]


def _asked(asking: Mapping[int, int], without: int | None = None) -> int:
    """Return the boxes that ask any of these bonds, but one of them."""
    boxes = 0
    for at, own in asking.items():
        boxes |= own if at != without else 0
    return boxes


def _open(left: Sequence[int], asking: int) -> int:
    """Return of how many leads the first box that is left asks something more."""
    return sum(1 for boxes in left if boxes & -boxes & asking)


def _size(left: Sequence[int]) -> int:
    return sum(boxes.bit_count() for boxes in left)


class _Round:
    """Some bonds that are read together. asking: the boxes that ask others, which come later."""

    def __init__(self, bonds: tuple[int, ...], asking: int) -> None:
        self.bonds, self.asking = bonds, asking
        self._tables: ClassTables | None = None
        self._sets: BoxSets | None = None
        self._is_open = np.zeros(0, bool)

    def meet(self, met: _Met, kernels: Kernels) -> _Met:
        """Return what the sets of each lead have in common."""
        sets = [each for each, _ in met]
        if self._tables is None or not self._tables.are_of(sets):
            self._tables = ClassTables(sets)
        return self._tables.meet([of for _, of in met], kernels)

    def is_open(self, sets: BoxSets) -> NDArray[np.bool_]:
        """Return of each set whether its first box asks something more."""
        if sets is not self._sets:
            self._sets, self._is_open = sets, np.zeros(0, bool)
        new = [sets[number] for number in range(len(self._is_open), len(sets))]
        if new:
            more = [bool(boxes & -boxes & self.asking) for boxes in new]
            self._is_open = np.concatenate([self._is_open, np.array(more)])
        return self._is_open
