"""What decides tables of leads wherever Arrow is: in this process, in others, on other machines.

A `TableDecider` is the readers of a policy's fields, the plan of a route and a moment. It is
pickled as that, the plan as its JSON, so that a worker with another version of Turnout says so
and doesn't decide otherwise; unpickled in a process for the second time, it is the first one
again, with all texts that it has read. So an engine may send it along with every task.

Leads are all new to it: no state is asked, and leads of one table don't count for each other.
"""

import pickle
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from threading import Lock, RLock
from typing import cast

import pyarrow as pa

from turnout.compiler.plan.decide import day, facts
from turnout.compiler.plan.from_json import loads
from turnout.compiler.plan.value import Plan
from turnout.compiler.plan.writing import dumps
from turnout.dsl.headers import Headers
from turnout.dsl.types import Field
from turnout.errors import Error
from turnout.runtime.columns.batches import seen_in
from turnout.runtime.columns.bonds import columns_of
from turnout.runtime.columns.chunks import CHUNK, ArrowBatch, ArrowStream, LeadTable, chunked
from turnout.runtime.columns.coding import ArrowChunk
from turnout.runtime.columns.decided import SCHEMA, decided_batches
from turnout.runtime.columns.deciding import ColumnDecider

FORM = "turnout-table-decider 1"
MOST_REMEMBERED = 8
"""Deciders that a process keeps: a worker is given the same one again and again."""


class DeciderError(Error):
    """What was sent to decide tables is damaged, or of another version of Turnout."""


class TableDecider:
    """Decides tables of leads by one route of a policy, at one moment; see `turnout.arrow`.

    May be pickled and sent to workers. Threads may share it, and take turns at it.
    """

    def __init__(
        self, fields: Mapping[str, Field], plan: Plan, at: datetime, keep: Collection[str] = ()
    ) -> None:
        """Prepare. at: the clock. keep: columns that are handed through, in front of the others.

        Raises ValueError for a column to keep that is called as one of the others, or twice.
        """
        self._fields, self._plan, self._at = fields, plan, at
        self._keep = tuple(keep)
        for name in self._keep:
            if name in SCHEMA.names or self._keep.count(name) > 1:
                what = "is a column of what is decided" if name in SCHEMA.names else "stands twice"
                raise ValueError(f"{name!r} can't be kept: it {what}; give it another name before")
        self._sent: bytes | None = None
        self._decider: ColumnDecider | None = None
        self._turn = RLock()

    @property
    def keep(self) -> tuple[str, ...]:
        """The columns that are handed through."""
        return self._keep

    def schema(self, table: pa.Schema | None = None) -> pa.Schema:
        """Return the schema of what comes out of a table with this one.

        table: may be left out where nothing is kept.

        Raises ValueError for a column to keep that isn't there once.
        """
        given = pa.schema([]) if table is None else table
        return pa.schema([*(given.field(at) for at in self._kept(given)), *SCHEMA])

    def columns(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of the columns of a table that are needed: read, or kept."""
        all_names = tuple(names)
        binding = Headers(self._fields).binding(all_names)
        needed = {*columns_of(binding, self._fields), *self._keep}
        return tuple(name for name in all_names if name in needed)

    def __call__(self, table: LeadTable) -> pa.Table:
        """Return a row for each lead of a table, in order, see `turnout.runtime.columns.decided`.

        Raises TypeError for what is no table, or none of Arrow where columns are kept, and
        ValueError as `schema`.
        """
        if isinstance(table, ArrowStream):
            with pa.RecordBatchReader.from_stream(table) as reader:
                return pa.Table.from_batches(self.stream(reader), self.schema(reader.schema))
        if isinstance(table, ArrowBatch):
            batch = pa.record_batch(table)
            return pa.Table.from_batches(self.stream([batch]), self.schema(batch.schema))
        if self._keep and isinstance(cast("object", table), Mapping):
            raise TypeError("columns are kept of Arrow tables and data frames: make one of these")
        with self._turn:
            decider, seen = self._ready(), seen_in(self._plan, self._at)
            batches = decided_batches(decider, self._plan, chunked(table), seen)
            return pa.Table.from_batches(batches, SCHEMA)

    def stream(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield the rows for each batch of leads, in order; nothing but these is in memory.

        Raises ValueError as `schema`.
        """
        seen = seen_in(self._plan, self._at)
        for batch in batches:
            kept, schema = self._kept(batch.schema), self.schema(batch.schema)
            for start in range(0, batch.num_rows, CHUNK):
                part = batch.slice(start, CHUNK)
                with self._turn:
                    found = decided_batches(self._ready(), self._plan, [ArrowChunk(part)], seen)
                    columns = [column for each in found for column in each.columns]
                own = [part.column(at) for at in kept]
                yield pa.RecordBatch.from_arrays([*own, *columns], schema=schema)

    def _kept(self, schema: pa.Schema) -> list[int]:
        places: list[int] = []
        for name in self._keep:
            found = schema.get_all_field_indices(name)
            if len(found) != 1:
                what = "there is none" if not found else f"there are {len(found)}"
                raise ValueError(f"column {name!r} can't be kept: {what}")
            places += found
        return places

    def _ready(self) -> ColumnDecider:
        if self._decider is None:
            clock = day(self._plan, self._at), facts(self._plan, self._at)
            self._decider = ColumnDecider(self._fields, self._plan, *clock)
        return self._decider

    def __reduce__(self) -> tuple[object, ...]:
        """Be pickled as what it is made of."""
        if self._sent is None:
            self._sent = pickle.dumps((self._fields, self._at, self._keep), protocol=5)
        plan = dumps(self._plan).encode()
        return received, (FORM, plan, self._sent, sha256(self._sent).hexdigest())


_received: OrderedDict[tuple[str, str], TableDecider] = OrderedDict()
_receiving = Lock()


def received(form: str, plan: bytes, rest: bytes, digest: str) -> TableDecider:
    """Return a decider that another process sent; the same one if it was received before.

    Raises DeciderError where it comes from another version or was damaged on the way, and
    PlanError where the plan was.
    """
    if form != FORM:
        message = f"the policy was sent as {form[:40]!r}; this Turnout reads {FORM!r}"
        raise DeciderError(message, "install one version of Turnout on all machines")
    if sha256(rest).hexdigest() != digest:
        raise DeciderError("the policy was damaged on its way here", "send it again")
    key = sha256(plan).hexdigest(), digest
    with _receiving:
        found = _received.get(key)
        if found is None:
            found = _received[key] = _made(plan, rest)
            while len(_received) > MOST_REMEMBERED:
                _received.popitem(last=False)
        _received.move_to_end(key)
        return found


def _made(plan: bytes, rest: bytes) -> TableDecider:
    try:
        fields, at, keep = pickle.loads(rest)  # noqa: S301 - as what sent it: engines pickle all
    except (AttributeError, ImportError, TypeError, ValueError) as problem:
        message = f"the policy can't be read here: {problem}"
        raise DeciderError(message, "install one version of Turnout on all machines") from None
    return TableDecider(fields, loads(plan), at, keep)
