"""Which clause takes each lead of a chunk: bonds read, then boxes found by their bits.

What isn't said column by column is asked lead by lead, over values that are read already:
conditions that the plan keeps in full, and whether a lead was seen before.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TypeAlias, overload

import numpy as np
import pyarrow as pa

from turnout.compiler.plan.asking import questions
from turnout.compiler.plan.decide import Decider, decider
from turnout.compiler.plan.value import Plan
from turnout.dsl.headers import Headers, Keys
from turnout.dsl.lookups import LookupRow
from turnout.dsl.types import Field, Value, Values
from turnout.dsl.values.reading import Issue
from turnout.frozen import frozen
from turnout.runtime.columns.bits import BoxSets
from turnout.runtime.columns.bonds import Bond, BondRead, BondValues, bonds_of
from turnout.runtime.columns.coding import Chunk, Codes
from turnout.runtime.columns.jit import ChooseKernels, Kernels, worthwhile
from turnout.runtime.columns.meeting_classes import Classed, ClassTables
from turnout.runtime.columns.reading_rounds import Rounds
from turnout.runtime.keys import own_key

MOST_SHAPES = 100
"""Shapes of leads for which is remembered how they are read."""

NO_CLAUSE = -1

Facts: TypeAlias = Callable[[Values, str], Values]
"""What conditions ask of a lead with these values and this key: whether it was seen before."""


@frozen(eq=False)
class ReadLeads:
    """The leads of a chunk, read.

    bonds: each with what its values come to. id_bond: which of them has the id; requiring: which
    have required fields. order: that of the fields in the schema. kernels: by which they are read
    and decided.
    """

    chunk: Chunk
    bonds: "ReadBonds"
    id_bond: int | None
    requiring: Sequence[int]
    order: Mapping[str, int]
    kernels: Kernels | None = None

    @property
    def size(self) -> int:
        """How many leads there are."""
        return self.chunk.size

    def values(self, at: int) -> dict[str, Value]:
        """Return the values of the lead at a place, from 0."""
        return self.some_values(at, self.bonds)

    def some_values(self, at: int, bonds: Sequence[BondRead]) -> dict[str, Value]:
        """Return the values of the lead at a place that some bonds have."""
        values: dict[str, Value] = {}
        for bond in bonds:
            values.update(bond.at(at).values)
        return values

    def issues(self) -> dict[int, tuple[Issue, ...]]:
        """Return the issues of the leads that have any, in no order."""
        told: dict[int, list[int]] = {}
        for number, bond in enumerate(self.bonds):
            if (odd := bond.issues()) is not None:
                for at in np.flatnonzero(odd).tolist():
                    told.setdefault(at, []).append(number)
        known: dict[tuple[tuple[int, int], ...], tuple[Issue, ...]] = {}
        found: dict[int, tuple[Issue, ...]] = {}
        for at, numbers in told.items():
            key = tuple((number, int(self.bonds[number].codes[at])) for number in numbers)
            issues = known.get(key)
            if issues is None:
                issues = known[key] = self._in_order(key)
            found[at] = issues
        return found

    def _in_order(self, key: tuple[tuple[int, int], ...]) -> tuple[Issue, ...]:
        placed = [each for number, code in key for each in self.bonds[number].told[code].issues]
        return tuple(issue for _, issue in sorted(placed, key=lambda each: each[0]))

    def lacking(self) -> Codes:
        """Return for each lead how many required fields it lacks."""
        found = np.zeros(self.size, np.int64)
        for at in self.requiring:
            if (lacking := self.bonds[at].lacking()) is not None:
                found += lacking
        return found

    def complaint(self, at: int) -> str | None:
        """Return why only the fallback can take the lead at a place, None where it is fit."""
        lacking = [each for bond in self.requiring for each in self.bonds[bond].at(at).lacking]
        lacking.sort(key=self.order.__getitem__)
        return ", ".join(f"no {name}" for name in lacking) or None

    def said(self) -> Codes:
        """Return a hash of each lead's values, 0 where it has none."""
        found = np.zeros(self.size, np.int64)
        for bond in self.bonds:
            found += bond.said()
        return found

    def looked_up(self) -> dict[int, tuple[LookupRow, ...]]:
        """Return the rows of tables by which values were found, of the leads that have any."""
        found: dict[int, tuple[LookupRow, ...]] = {}
        for bond in self.bonds:
            if (some := bond.looked_up()) is not None:
                for at in np.flatnonzero(some).tolist():
                    rows = bond.at(at).looked_up
                    found[at] = found.get(at, ()) + rows
        return found

    def key(self, at: int) -> str:
        """Return what the lead at a place is known by, outside a file."""
        bond = None if self.id_bond is None else self.bonds[self.id_bond]
        found = None if bond is None else bond.at(at).id
        return own_key(self.chunk.record(at), None) if found is None else found

    def ids(self) -> pa.Array:
        """Return the id of each lead, null where it has none."""
        if self.id_bond is None:
            return pa.array([None] * self.size, pa.string())
        return self.bonds[self.id_bond].ids()


class ReadBonds(Sequence[BondRead]):
    """The bonds of a chunk, each read when it is asked for: many fields decide nothing."""

    def __init__(self, chunk: Chunk, readers: Sequence[Bond], kernels: Kernels | None) -> None:
        self._chunk, self._readers, self._kernels = chunk, readers, kernels
        self._read: dict[int, BondRead] = {}

    def __len__(self) -> int:
        return len(self._readers)

    @overload
    def __getitem__(self, index: int) -> BondRead: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[BondRead]: ...

    def __getitem__(self, index: int | slice) -> BondRead | Sequence[BondRead]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if not 0 <= index < len(self._readers):
            raise IndexError(index)
        found = self._read.get(index)
        if found is None:
            found = self._read[index] = self._readers[index].read(self._chunk, self._kernels)
        return found

    def of_some(self, index: int, rows: Codes) -> BondRead:
        """Return the bond of a number for some leads, by their places, which rise."""
        found = None
        if index not in self._read and self._kernels is not None:
            found = self._readers[index].read_some(self._chunk, rows, self._kernels)
        return self[index].some(rows) if found is None else found


class ColumnDecider:
    """Finds the clauses of leads by a plan, a chunk at a time, on one day.

    facts: what calendars say, see `plan.decide.facts`. choose: says by which loops a chunk is.
    """

    def __init__(
        self,
        fields: Mapping[str, Field],
        plan: Plan,
        today: date,
        facts: Values,
        choose: ChooseKernels = worthwhile,
    ) -> None:
        self._fields = fields
        self._plan = plan
        self.today: date = today
        self.facts: Values = facts
        self._order = {name: at for at, name in enumerate(fields)}
        self._headers = Headers(fields)
        self._choose = choose
        self._match: Decider | None = None
        asked = [
            (frozenset(filter(None, (field, than))), question)
            for (field, _, than), question in questions(plan).items()
        ]
        self._bonds = bonds_of(fields, [names for names, _ in asked])
        self._asked = [
            tuple(question for names, question in asked if names <= bond) for bond in self._bonds
        ]
        self._requiring = [
            at for at, bond in enumerate(self._bonds) if any(fields[name].required for name in bond)
        ]
        every = (1 << len(plan.boxes)) - 1
        for names, question in asked:
            if not (names <= fields.keys() or plan.identities):
                every &= question.accepts(question.answering(facts, today))
        self._deciding = {at: BoxSets(every) for at, of in enumerate(self._asked) if of}
        self._tables = ClassTables([*self._deciding.values()])
        asking = dict.fromkeys(self._deciding, 0)
        for at in asking:
            for each in self._asked[at]:
                asking[at] |= each.asking & every
        self._rounds = Rounds(self._deciding, asking)
        self._of_all = (every & -every).bit_length() - 1
        self._in_full = np.array([box.part is not None for box in plan.boxes] or [False])
        self._clause_of = np.array([*(box.clause for box in plan.boxes), NO_CLAUSE], np.int64)
        self._shapes: dict[Keys, tuple[Bond, ...]] = {}

    def read(self, chunk: Chunk) -> ReadLeads:
        """Return the leads of a chunk, read."""
        readers = self._shapes.get(chunk.names)
        if readers is None:
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.clear()
            readers = self._shapes[chunk.names] = self._readers(chunk.names)
        id_bond = next((at for at, each in enumerate(readers) if each.has_id), None)
        kernels = self._choose(chunk.size)
        bonds = ReadBonds(chunk, readers, kernels)
        return ReadLeads(chunk, bonds, id_bond, self._requiring, self._order, kernels)

    def bonds_with(self, leads: ReadLeads, names: Collection[str]) -> list[BondRead]:
        """Return the bonds that have some of these fields."""
        return [leads.bonds[at] for at, own in enumerate(self._bonds) if not own.isdisjoint(names)]

    def _readers(self, names: Keys) -> tuple[Bond, ...]:
        binding = self._headers.binding(names)
        return tuple(
            Bond(bond, self._fields, binding, asked, self.today)
            for bond, asked in zip(self._bonds, self._asked, strict=True)
        )

    def clauses(self, leads: ReadLeads, seen: Facts | None = None, *, alone: bool = False) -> Codes:
        """Return the number of each lead's clause, NO_CLAUSE where none takes it.

        seen: what is known of earlier leads, where the plan asks that. alone: nothing else is
        asked of these leads, so that what their clauses don't hang on need not be read.
        """
        if self._plan.identities:
            found = np.full(leads.size, NO_CLAUSE, np.int64)
            self._ask(leads, range(leads.size), found, seen)
            return found
        if not self._deciding:
            boxes = np.full(leads.size, self._of_all, np.int64)
        elif alone and leads.kernels is not None:
            boxes = self._rounds.first_boxes(
                partial(self._classes, leads), leads.size, leads.kernels
            )
        else:
            classes = [self._classes(leads, at) for at in self._deciding]
            boxes = self._tables.first_boxes(classes, leads.kernels)
        lacking = leads.lacking()
        if lacking.any():
            boxes[lacking > 0] = -1
        found = self._clause_of.take(boxes, mode="wrap")  # the last one is that of no box
        if self._in_full.any():
            in_full = self._in_full[boxes] & (boxes >= 0)
            self._ask(leads, np.flatnonzero(in_full).tolist(), found, seen)
        return found

    def _classes(self, leads: ReadLeads, at: int, rows: Codes | None = None) -> Classed:
        """Return what leads come to in a bond; all of them, or some by their places."""
        read = leads.bonds[at] if rows is None else leads.bonds.of_some(at, rows)
        return read.classes(partial(_number, self._deciding[at]))

    def _ask(
        self, leads: ReadLeads, places: Sequence[int], found: Codes, seen: Facts | None
    ) -> None:
        """Ask lead by lead, over the values that are read already."""
        if not places:
            return
        match = self._match = self._match or decider(self._plan)
        for at in places:
            values = leads.values(at)
            more: Values = {} if seen is None else seen(values, leads.key(at))
            number = match({**values, **more, **self.facts}, self.today)
            found[at] = NO_CLAUSE if number is None else number


def _number(sets: BoxSets, told: BondValues) -> int:
    return sets.number(told.boxes)
