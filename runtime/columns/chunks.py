"""Tables of programs as chunks of leads: Arrow, pandas, polars and others, or a dict of columns.

Whatever speaks the Arrow PyCapsule interface is taken over without a copy and without
knowing the library that it comes from.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias, cast, runtime_checkable

import pyarrow as pa

from turnout.runtime.columns.coding import ArrowChunk, Chunk, ListChunk

CHUNK = 1 << 17
"""Leads of a table that are decided at once."""


@runtime_checkable
class ArrowStream(Protocol):
    """A table that others can read: of pyarrow, pandas, polars, DuckDB and many more."""

    def __arrow_c_stream__(self, requested_schema: object | None = None, /) -> object:
        """Return a PyCapsule with a stream of Arrow record batches."""
        ...


@runtime_checkable
class ArrowBatch(Protocol):
    """One record batch that others can read."""

    def __arrow_c_array__(self, requested_schema: object | None = None, /) -> object:
        """Return PyCapsules with a schema and an array of structures."""
        ...


LeadTable: TypeAlias = ArrowStream | ArrowBatch | Mapping[str, Sequence[object]]
"""Leads as a table, a row each."""


def chunked(table: LeadTable, size: int = CHUNK) -> Iterator[Chunk]:
    """Yield a table in chunks of at most `size` leads.

    Raises TypeError for what is no table, ValueError for columns of different lengths or
    without a name.
    """
    if isinstance(table, ArrowStream):
        yield from _sliced(pa.RecordBatchReader.from_stream(table), size)
    elif isinstance(table, ArrowBatch):
        whole = pa.record_batch(table)
        yield from _sliced([whole], size)
    elif isinstance(given := cast("object", table), Mapping):
        yield from _listed(cast("Mapping[object, object]", given), size)
    else:
        what = type(given).__qualname__
        raise TypeError(f"{what} is no table: give an Arrow table, a data frame, or lists by name")


def _sliced(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[Chunk]:
    for batch in batches:
        for start in range(0, batch.num_rows, size):
            yield ArrowChunk(batch.slice(start, size))


def _listed(table: Mapping[object, object], size: int) -> Iterator[Chunk]:
    columns: dict[str, Sequence[object]] = {}
    for name, values in table.items():
        if not isinstance(name, str):
            raise TypeError(f"a column is called by a text, not by {type(name).__qualname__}")
        if isinstance(values, str | bytes) or not hasattr(values, "__len__"):
            raise TypeError(f"column {name} is no list of values")
        columns[name] = _python(values)
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        named = ", ".join(f"{name} has {len(values):,}" for name, values in columns.items())
        raise ValueError(f"the columns are not of one length: {named}")
    for start in range(0, max(lengths, default=0), size):
        chunk = {name: values[start : start + size] for name, values in columns.items()}
        yield ListChunk(chunk, len(next(iter(chunk.values()))))


def _python(values: object) -> Sequence[object]:
    """Return a column as Python's values: arrays of numpy, pandas and Arrow have a way to it."""
    for name in ("to_pylist", "tolist", "to_list"):
        convert = getattr(values, name, None)
        if callable(convert):
            return cast("Sequence[object]", convert())
    listed = cast("Sequence[object]", values)
    return listed if isinstance(values, list | tuple) else list(listed)
