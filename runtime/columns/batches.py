"""A table of leads in, the clauses that take them out; nothing is drawn or recorded."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from turnout.compiler.meaning.identity import NEW, FindEarlier, Seen, history, keys
from turnout.compiler.plan.decide import day, facts
from turnout.compiler.plan.value import Plan
from turnout.dsl.types import Field, Values
from turnout.runtime.columns.coding import Chunk
from turnout.runtime.columns.decided import decided_batches, schema_of
from turnout.runtime.columns.deciding import ColumnDecider, Facts
from turnout.runtime.stores import microseconds


def unseen(_key: str, _lead: str, _start: int, _end: int, _owned: bool) -> Seen | None:  # noqa: FBT001 - as `Transaction` has it
    """Find no earlier lead, as where nothing was routed yet."""
    return None


class DecideBatch(Protocol):
    """Decides tables of leads."""

    def __call__(
        self, chunks: Iterable[Chunk], at: datetime, earlier: FindEarlier = unseen
    ) -> pa.Table:
        """Return a row for each lead of a table.

        chunks: the table, see `chunks.chunked`. earlier: asks the state whether a lead was seen
        before; leads of one table don't count for each other.
        """
        ...


def batch_decider(
    fields: Mapping[str, Field], plan: Plan, columns: Collection[str] | None = None
) -> DecideBatch:
    """Return what decides tables. columns: those of `decided` that are wanted; all, left out.

    Raises ValueError for the name of no column.
    """
    schema = schema_of(columns)

    def decide(chunks: Iterable[Chunk], at: datetime, earlier: FindEarlier = unseen) -> pa.Table:
        decider = ColumnDecider(fields, plan, day(plan, at), facts(plan, at))
        found = decided_batches(decider, plan, chunks, seen_in(plan, at, earlier), schema)
        return pa.Table.from_batches(found, schema)

    return decide


def seen_in(plan: Plan, at: datetime, earlier: FindEarlier = unseen) -> Facts | None:
    """Return what says whether leads were seen before, None where no condition asks it."""
    if not plan.identities:
        return None

    def seen(values: Values, key: str) -> Values:
        found = keys(plan.identities, values)
        return (history(found, key, microseconds(at), earlier) if found else NEW).facts

    return seen
