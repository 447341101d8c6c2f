"""Records in, chunks of decisions out, as `Router.route_all` decides them without a state.

A lead's decision is that of an outcome, which many leads share, with its own key, row and
issues. What differs otherwise stands apart: a lead that was routed before in the same run,
and one whose values were found by nearness.

What is remembered of each lead is its key, its outcome and a hash of what it said.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import starmap

import attrs
import numpy as np
from numpy.typing import NDArray

from turnout.compiler.plan.decide import complete_decider, day, facts
from turnout.compiler.plan.value import Plan
from turnout.dsl.lookups import LookupRow
from turnout.dsl.policy import Policy
from turnout.dsl.types import Value
from turnout.dsl.values.reading import Issue
from turnout.frozen import frozen
from turnout.runtime.columns.arriving import arrivals
from turnout.runtime.columns.chunk_reading import ChunkReader, ReadChunk, RepeatedLead, RunToRead
from turnout.runtime.columns.coding import Codes
from turnout.runtime.columns.offering import Offering
from turnout.runtime.columns.reading_apart import read_apart
from turnout.runtime.decisions import Decision
from turnout.runtime.engine import again
from turnout.runtime.leads import Lead
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


class ColumnRouter:
    """Routes the leads of one run; its state ends with it."""

    def __init__(
        self, policy: Policy, plan: Plan, size: int = ROUTED, *, apart: bool = False
    ) -> None:
        """Begin level. size: leads of a chunk. apart: they are read in a process of their own."""
        self._plan, self._size, self._is_apart = plan, size, apart
        self._match = complete_decider(plan)
        self._offering = Offering(policy, plan)
        self.asked: RunToRead = RunToRead(
            policy, plan, size, self._offering.reads, self._offering.by_values
        )
        """What a reader of the leads has to know."""
        self._outcomes: list[NDArray[np.int32]] = []
        self._looked_up: dict[int, tuple[LookupRow, ...]] = {}

    def route(
        self,
        records: Iterator[Record],
        clock: Callable[[], datetime],
        text: PlainText | None = None,
    ) -> Iterator[RoutedChunk]:
        """Yield the decisions for records, in order. clock: asked once a chunk.

        text: where the records are read, if their plain rows may be read as columns.

        An error of the records is raised when those before it were routed. Raises WorkersError
        where a process of their own ended.
        """
        arrived = ((each, clock().astimezone(UTC)) for each in arrivals(records, self._size, text))
        if self._is_apart:
            yield from starmap(self.offered, read_apart(self.asked, arrived))
            return
        reader = ChunkReader(self.asked)
        for chunk, at in arrived:
            yield self.offered(reader.chunk(chunk, at), at)

    def offered(self, read: ReadChunk, at: datetime) -> RoutedChunk:
        """Return the decisions for the next leads. They were read by what reads as asked."""
        fresh = np.ones(len(read.keys), bool)
        fresh[[each.place for each in read.repeated]] = False
        places = np.flatnonzero(fresh)
        outcomes = np.full(len(read.keys), -1, np.int64)
        today, of_calendars = day(self._plan, at), facts(self._plan, at)

        def values(place: int) -> dict[str, Value]:
            return read.values[int(places[place])]

        def after(said: dict[str, Value], clause: int) -> int | None:
            return self._match({**said, **of_calendars}, today, clause)

        outcomes[fresh] = self._offering.chunk(read.clauses[fresh], at, values, after)
        number = len(self._outcomes) * self._size
        self._outcomes.append(outcomes.astype(np.int32))
        self._looked_up |= {number + place: rows for place, rows in read.looked_up.items()}
        routed = RoutedChunk(
            read.rows, read.keys, outcomes, self._offering.outcomes, read.issues, {}
        )
        apart = {each.place: self._again(each, routed) for each in read.repeated}
        for place, rows in read.looked_up.items():
            if place not in apart:
                apart[place] = attrs.evolve(routed.decision(place), looked_up=rows)
        return attrs.evolve(routed, apart=apart)

    def _again(self, lead: RepeatedLead, routed: RoutedChunk) -> Decision:
        """Return the decision for a lead that was routed before in this run."""
        chunk, at = divmod(lead.first, self._size)
        key, outcome = routed.keys[lead.place], int(self._outcomes[chunk][at])
        rows = self._looked_up.get(lead.first, ())
        made = attrs.evolve(routed.decisions[outcome], lead=key, looked_up=rows)
        issues = routed.issues.get(lead.place, ())
        arrived = Lead(lead.own_id, {}, issues, routed.rows[lead.place], own_key=key)
        return again(Recorded(made, lead.first_said), arrived, lead.said)
