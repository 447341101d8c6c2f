"""Records in, chunks of decisions out, as `Router.route_all` decides them without a state.

A lead's decision is that of an outcome, which many leads share, with its own key, row and
issues. What differs otherwise stands apart: a lead that was routed before in the same run,
and one whose values were found by nearness.

What is remembered of each lead is its key, its outcome and a hash of what it said.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

import attrs
import numpy as np
from numpy.typing import NDArray

from turnout.compiler.plan.decide import complete_decider, day, facts
from turnout.compiler.plan.value import Plan
from turnout.dsl.lookups import LookupRow
from turnout.dsl.policy import Policy
from turnout.dsl.types import Value, Values, id_field
from turnout.dsl.values.reading import Issue
from turnout.frozen import define, frozen
from turnout.runtime.columns.arriving import ArrivedRecords, arrivals
from turnout.runtime.columns.bonds import BondRead
from turnout.runtime.columns.coding import Codes
from turnout.runtime.columns.deciding import NO_CLAUSE, ColumnDecider, ReadLeads
from turnout.runtime.columns.offering import Offering
from turnout.runtime.decisions import Decision
from turnout.runtime.engine import again
from turnout.runtime.keys import NO_ID, own_key
from turnout.runtime.leads import LACKING, Lead, record_reader
from turnout.runtime.records import Record
from turnout.runtime.records.opening import PlainText
from turnout.runtime.stores import Recorded

ROUTED = 1 << 14
"""Leads of a file that are routed at once: each takes some 2 KB until it is written."""


@frozen(eq=False)
class RoutedChunk:
    """The decisions for some records, in their order.

    keys, rows: of each lead, rows by their numbers. outcomes: the number of each; decisions: by
    number, without lead, row and issues. issues: by place, where a lead has any. apart: by
    place, whole decisions that are no outcome's.
    """

    rows: Sequence[int]
    keys: Sequence[str]
    outcomes: Codes
    decisions: Sequence[Decision]
    issues: Mapping[int, tuple[Issue, ...]]
    apart: Mapping[int, Decision]

    def decision(self, at: int) -> Decision:
        """Return the decision for the record at a place."""
        return self.apart.get(at) or attrs.evolve(
            self.decisions[int(self.outcomes[at])],
            lead=self.keys[at],
            row=self.rows[at],
            issues=self.issues.get(at, ()),
        )


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

    def offered_by(self, place: int) -> dict[str, Value]:
        """Return the values by which the lead at a place is offered."""
        part = int(self.part_of[place])
        if part < 0:
            return {}
        leads, bonds = self.parts[part]
        return leads.some_values(int(self.at[place]), bonds)


class ColumnRouter:
    """Routes the leads of one run; its state ends with it."""

    def __init__(self, policy: Policy, plan: Plan, size: int = ROUTED) -> None:
        """Begin level. size: leads of a chunk."""
        field = id_field(policy.fields)
        self._fields, self._plan, self._size = policy.fields, plan, size
        self._id_name = "" if field is None else field.name
        self._read = record_reader(policy.fields)
        self._match = complete_decider(plan)
        self._offering = Offering(policy, plan)
        self._clock: tuple[date, Values] | None = None
        self._decider: ColumnDecider | None = None
        self._numbers: dict[str, int] = {}
        self._outcomes: list[NDArray[np.int32]] = []
        self._said: list[Codes] = []
        self._looked_up: dict[int, tuple[LookupRow, ...]] = {}

    def route(
        self,
        records: Iterator[Record],
        clock: Callable[[], datetime],
        text: PlainText | None = None,
    ) -> Iterator[RoutedChunk]:
        """Yield the decisions for records, in order. clock: asked once a chunk.

        text: where the records are read, if their plain rows may be read as columns.

        An error of the records is raised when those before it were routed.
        """
        for arrived in arrivals(records, self._size, text):
            yield self._chunk(arrived, clock().astimezone(UTC))

    def _chunk(self, arrived: ArrivedRecords, at: datetime) -> RoutedChunk:
        decider = self._decider_at(at)
        leads = self._leads(arrived, decider)
        keys = [
            self._own_key(leads, arrived.record(place), place) if key is None else key
            for place, key in enumerate(leads.keys)
        ]
        self._say_issues(leads)
        repeated = self._repeated(keys)
        fresh = np.ones(len(keys), bool)
        fresh[[place for place, _ in repeated]] = False
        places = np.flatnonzero(fresh)
        outcomes = np.full(len(keys), -1, np.int64)
        today, of_calendars = decider.today, decider.facts

        def values(place: int) -> dict[str, Value]:
            return leads.offered_by(places[place])

        def after(said: dict[str, Value], clause: int) -> int | None:
            return self._match({**said, **of_calendars}, today, clause)

        outcomes[fresh] = self._offering.chunk(leads.clauses[fresh], at, values, after)
        number = len(self._outcomes) * self._size
        self._outcomes.append(outcomes.astype(np.int32))
        self._said.append(leads.said)
        self._looked_up |= {number + place: rows for place, rows in leads.looked_up.items()}
        routed = RoutedChunk(
            arrived.rows, keys, outcomes, self._offering.outcomes, leads.issues, {}
        )
        apart = {place: self._again(leads, routed, place, first) for place, first in repeated}
        for place, rows in leads.looked_up.items():
            if place not in apart:
                apart[place] = attrs.evolve(routed.decision(place), looked_up=rows)
        return attrs.evolve(routed, apart=apart)

    def _decider_at(self, at: datetime) -> ColumnDecider:
        clock = day(self._plan, at), facts(self._plan, at)
        if self._decider is None or clock != self._clock:
            self._clock = clock
            self._decider = ColumnDecider(self._fields, self._plan, *clock)
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
            found.parts.append((leads, decider.bonds_with(leads, self._offering.reads)))
            found.part_of[places] = number
            found.at[places] = np.arange(leads.size)
            for place, own_id in zip(listed, leads.ids(), strict=True):
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

    def _repeated(self, keys: Sequence[str]) -> list[tuple[int, int]]:
        """Return the places of leads that were routed before, with the numbers of the first."""
        known, begun = self._numbers, len(self._outcomes) * self._size
        found: list[tuple[int, int]] = []
        for number, key in enumerate(keys, begun):
            first = known.setdefault(key, number)
            if first != number:
                found.append((number - begun, first))
        return found

    def _again(self, leads: _ChunkLeads, routed: RoutedChunk, place: int, first: int) -> Decision:
        """Return the decision for a lead that was routed before in this run."""
        chunk, at = divmod(first, self._size)
        key, outcome = routed.keys[place], int(self._outcomes[chunk][at])
        rows = self._looked_up.get(first, ())
        made = attrs.evolve(routed.decisions[outcome], lead=key, looked_up=rows)
        lead = Lead(
            leads.keys[place],
            {},
            leads.issues.get(place, ()),
            routed.rows[place],
            own_key=key,
        )
        recorded = Recorded(made, str(self._said[chunk][at]))
        return again(recorded, lead, str(leads.said[place]))
