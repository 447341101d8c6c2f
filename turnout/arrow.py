"""Tables of leads decided column by column, on whatever engine keeps them: it only needs Arrow.

`decide` takes a table that may be larger than the memory and gives a stream. `decider` gives what
does it: a function from a table to a table that can be pickled, for engines that call it for
each part of a table they have (Polars, DuckDB, Dask, Ray and others; for Spark there is
`turnout.spark`). Nothing is drawn, recorded or counted, and no state is asked: which rule takes
a lead depends on the lead and the moment alone, so that parts may be decided in any order, on
any machine, and again.

What comes out has the columns of `turnout.runtime.columns.decided`. Needs the extra `arrow`.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from turnout.runtime.columns.extra import check_arrow
from turnout.runtime.loading import load
from turnout.runtime.router import Router

if TYPE_CHECKING:
    import pyarrow as pa

    from turnout.runtime.columns.chunks import LeadTable
    from turnout.runtime.columns.table_decider import TableDecider

Deciding: TypeAlias = "str | Path | Traversable | Router | TableDecider"
"""A policy: where it is, a router that has loaded it, or what `decider` made of it."""


def decider(
    policy: Deciding,
    *,
    route: str | None = None,
    at: datetime | None = None,
    keep: Collection[str] = (),
) -> "TableDecider":
    """Return what decides tables of leads: call it with one, or `stream` batches through it.

    policy: as for `turnout.load`, or a router. route: which of its routes, where the policy is
    loaded here. at: the clock, with a time zone; now where it is left out, the same for all
    tables. keep: columns of the table that come out in front of the others.

    Raises ValueError for what can't be kept and for a clock without a zone, `turnout.ExtraError`
    without the extra `arrow`, and what `turnout.load` raises.
    """
    check_arrow("turnout.arrow")
    from turnout.runtime.columns.table_decider import TableDecider  # noqa: PLC0415 - an extra

    if isinstance(policy, TableDecider):
        if route is not None or at is not None or keep:
            raise ValueError("a decider has its route, its moment and what it keeps already")
        return policy
    if isinstance(policy, Router):
        if route is not None and route != policy.route_name:
            raise ValueError(f"this router's route is {policy.route_name}: load another")
        return policy.table_decider(at=at, keep=keep)
    with load(policy, route=route) as router:
        return router.table_decider(at=at, keep=keep)


def decide(  # noqa: PLR0913 - each by its name
    table: "LeadTable",
    policy: Deciding,
    *,
    route: str | None = None,
    at: datetime | None = None,
    keep: Collection[str] = (),
    processes: int = 1,
) -> "pa.RecordBatchReader":
    """Return a stream of rows for the leads of a table, in order.

    table: a reader, table or batch of Arrow, a data frame of Polars or pandas, a relation of
    DuckDB, whatever has `__arrow_c_stream__`; or lists by name. It is read as the stream is, so
    that neither needs to fit into the memory. processes: 2 and more decide in processes of their
    own. The rest, and what is raised, is as for `decider`; TypeError for what is no table.
    """
    if processes < 1:
        raise ValueError("at least one process decides")
    made = decider(policy, route=route, at=at, keep=keep)
    import pyarrow as pa  # noqa: PLC0415 - an extra

    from turnout.runtime.columns.chunks import ArrowBatch, ArrowStream  # noqa: PLC0415

    if isinstance(table, ArrowStream):
        reader = pa.RecordBatchReader.from_stream(table)
    elif isinstance(table, ArrowBatch):
        batch = pa.record_batch(table)
        reader = pa.RecordBatchReader.from_batches(batch.schema, [batch])
    else:
        return made(table).to_reader()
    return pa.RecordBatchReader.from_batches(
        made.schema(reader.schema), _streamed(made, reader, processes)
    )


def _streamed(
    made: "TableDecider", batches: "Iterable[pa.RecordBatch]", processes: int
) -> "Iterator[pa.RecordBatch]":
    if processes == 1:
        return made.stream(batches)
    from turnout.runtime.columns.workers import stream_by_workers  # noqa: PLC0415 - an extra

    return stream_by_workers(made, batches, processes)
