"""Records read, a chunk at once: keys, clauses and issues, and which leads came before.

Nothing here depends on who gets a lead, so it may be done in another process than that which
offers leads, as long as one process reads all leads of a run: what is remembered of a lead is a
hash of what it said, which other processes make otherwise.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

import numpy as np

from turnout.compiler.plan.decide import day, facts
from turnout.compiler.plan.value import Plan
from turnout.dsl.lookups import LookupRow
from turnout.dsl.policy import Policy
from turnout.dsl.types import Value, Values, id_field
from turnout.dsl.values.reading import Issue
from turnout.frozen import define, frozen
from turnout.runtime.columns.arriving import ArrivedRecords
from turnout.runtime.columns.bonds import BondRead, OrdinaryRead
from turnout.runtime.columns.coding import Codes
from turnout.runtime.columns.deciding import NO_CLAUSE, ColumnDecider, ReadLeads
from turnout.runtime.keys import NO_ID, own_key
from turnout.runtime.leads import LACKING, record_reader
from turnout.runtime.records import Record


@frozen
class RepeatedLead:
    """A lead whose key was read before in this run.

    first: the number of the one that has it first, in the order of the run. said, first_said:
    what tells whether both said the same.
    """

    place: int
    own_id: str | None
    first: int
    said: str
    first_said: str


@frozen(eq=False)
class ReadChunk:
    """What offering has to know of some records, in their order.

    rows, keys, clauses: of each. issues, looked_up: by place, where a lead has any. values: by
    which leads are offered, of those for whom it matters.
    """

    rows: Sequence[int]
    keys: Sequence[str]
    clauses: Codes
    issues: Mapping[int, tuple[Issue, ...]]
    looked_up: Mapping[int, tuple[LookupRow, ...]]
    values: Mapping[int, dict[str, Value]]
    repeated: Sequence[RepeatedLead]


@define(eq=False)
class _ChunkLeads:
    """The leads of a chunk while they are read, each by its place.

    keys: None where a lead has no id. said: a hash of the values. parts: who has the values of
    leads. part_of, at: which of these has those of the lead at a place, negative where none has,
    and where.
    """

    keys: list[str | None]
    clauses: Codes
    said: Codes
    issues: dict[int, tuple[Issue, ...]]
    looked_up: dict[int, tuple[LookupRow, ...]]
    parts: list[tuple[ReadLeads, Sequence[BondRead]]]
    part_of: Codes
    at: Codes

    def values(self, place: int) -> dict[str, Value]:
        part = int(self.part_of[place])
        return {} if part < 0 else self.parts[part][0].values(int(self.at[place]))

    def offered_by(self, places: Codes) -> dict[int, dict[str, Value]]:
        """Return the values by which leads are offered; those that are alike are one object."""
        nowhere = places[self.part_of[places] < 0].tolist()
        found: dict[int, dict[str, Value]] = {place: {} for place in nowhere}
        for number, (leads, bonds) in enumerate(self.parts):
            known: dict[tuple[int, ...], dict[str, Value]] = {}
            own = places[self.part_of[places] == number]
            at = self.at[own]
            codes = [bond.codes[at].tolist() for bond in bonds]
            is_coded = not any(isinstance(bond, OrdinaryRead) for bond in bonds)
            for place, where, *key in zip(own.tolist(), at.tolist(), *codes, strict=True):
                values = known.get(tuple(key)) if is_coded else None
                if values is None:
                    values = known[tuple(key)] = leads.some_values(where, bonds)
                found[place] = values
        return found


@frozen(eq=False)
class RunToRead:
    """What is asked of leads.

    size: of a chunk. reads: the fields whose values leads are offered by. by_values: the
    clauses whose leads are, the last one that of no clause.
    """

    policy: Policy
    plan: Plan
    size: int
    reads: Collection[str]
    by_values: Collection[int]


class ChunkReader:
    """Reads the leads of one run, all of them and in order."""

    def __init__(self, asked: RunToRead) -> None:
        """Begin without a lead."""
        fields = asked.policy.fields
        field = id_field(fields)
        self._asked = asked
        self._id_name = "" if field is None else field.name
        self._read = record_reader(fields)
        self._clock: tuple[date, Values] | None = None
        self._decider: ColumnDecider | None = None
        self._numbers: dict[str, int] = {}
        self._said: list[Codes] = []

    def chunk(self, arrived: ArrivedRecords, at: datetime) -> ReadChunk:
        """Return what the records of a chunk come to at a moment."""
        leads = self._leads(arrived, self._decider_at(at))
        keys = [
            self._own_key(leads, arrived.record(place), place) if key is None else key
            for place, key in enumerate(leads.keys)
        ]
        self._say_issues(leads)
        repeated = self._repeated(leads, keys)
        last = len(self._asked.plan.answers)
        clauses = np.where(leads.clauses < 0, last, leads.clauses)
        by_values = np.isin(clauses, np.array([*self._asked.by_values], np.int64))
        values = leads.offered_by(np.flatnonzero(by_values))
        told = leads.issues, leads.looked_up, values
        return ReadChunk(arrived.rows, keys, leads.clauses, *told, repeated)

    def _decider_at(self, at: datetime) -> ColumnDecider:
        plan = self._asked.plan
        clock = day(plan, at), facts(plan, at)
        if self._decider is None or clock != self._clock:
            self._clock = clock
            self._decider = ColumnDecider(self._asked.policy.fields, plan, *clock)
        return self._decider

    def _leads(self, arrived: ArrivedRecords, decider: ColumnDecider) -> _ChunkLeads:
        size = arrived.size
        found = _ChunkLeads(
            [None] * size,
            np.full(size, NO_CLAUSE, np.int64),
            np.zeros(size, np.int64),
            {},
            {},
            [],
            np.full(size, -1, np.int64),
            np.zeros(size, np.int64),
        )
        for number, (chunk, listed) in enumerate(arrived.shapes):
            places = np.array(listed, np.int64)
            leads = decider.read(chunk)
            found.clauses[places] = decider.clauses(leads)
            found.said[places] = leads.said()
            found.parts.append((leads, decider.bonds_with(leads, self._asked.reads)))
            found.part_of[places] = number
            found.at[places] = np.arange(leads.size)
            for place, own_id in zip(listed, leads.ids().to_pylist(), strict=True):
                found.keys[place] = own_id
            found.issues |= {listed[at]: each for at, each in leads.issues().items()}
            found.looked_up |= {listed[at]: each for at, each in leads.looked_up().items()}
        for place, record in arrived.read.items():
            if record.issues:
                found.issues[place] = found.issues.get(place, ()) + record.issues
        return found

    def _own_key(self, leads: _ChunkLeads, record: Record, place: int) -> str:
        """Return what a lead without an id is known by; notes that, or that it is no lead."""
        if leads.part_of[place] < 0:
            lead = self._read(record)
            leads.issues[place] = lead.issues
            return lead.key
        lacking = Issue(self._id_name, "", LACKING)
        others = (each for each in leads.issues.get(place, ()) if each != lacking)
        leads.issues[place] = (*others, Issue(self._id_name, "", NO_ID))
        return own_key(record.raw, record.row)

    def _say_issues(self, leads: _ChunkLeads) -> None:
        """Tell leads without values from others by what arrived instead, see `fingerprint`."""
        for place in np.flatnonzero(leads.said == 0).tolist():
            told = tuple((issue.field, issue.raw) for issue in leads.issues.get(place, ()))
            if not leads.values(place):
                leads.said[place] = hash(told)

    def _repeated(self, leads: _ChunkLeads, keys: Sequence[str]) -> list[RepeatedLead]:
        """Return the leads that were read before."""
        self._said.append(leads.said)
        known, size = self._numbers, self._asked.size
        begun = (len(self._said) - 1) * size
        found: list[RepeatedLead] = []
        for number, key in enumerate(keys, begun):
            first = known.setdefault(key, number)
            if first != number:
                place, (chunk, at) = number - begun, divmod(first, size)
                said = str(leads.said[place]), str(self._said[chunk][at])
                found.append(RepeatedLead(place, leads.keys[place], first, *said))
        return found
