"""Apache Parquet files, as data frames and warehouses write them (the extra `arrow`).

A row is read as what its column says: numbers, dates, booleans, lists, and objects into
which a path leads. Rows are read in batches, so the file may be larger than memory.
"""

import io
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from turnout.dsl.headers import Headers
from turnout.runtime.records.rows import LeadsError, Record
from turnout.runtime.records.tabular import columns_of

if TYPE_CHECKING:
    import pyarrow as pa

_INSTALL = "pip install 'turnout[arrow]', or write it as CSV or JSON lines"
_BATCH = 1_000


def parquet(
    source: Path | bytes, name: str, headers: Headers
) -> tuple[tuple[str, ...], Iterator[Record]]:
    """Return the columns and the rows of a Parquet file.

    Raises LeadsError where the extra is missing or the file can't be read.
    """
    if find_spec("pyarrow") is None:
        raise LeadsError(f"{name} is a Parquet file, for which an extra is needed", _INSTALL)
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    opened = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        file = pq.ParquetFile(opened)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(name, error) from error
    columns = columns_of(tuple(file.schema_arrow.names), headers, name)

    def rows() -> Iterator[Record]:
        row = 0
        try:
            for batch in file.iter_batches(_BATCH):
                for raw in batch.to_pylist():
                    row += 1
                    yield Record(row, raw)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise _unreadable(name, error) from error

    return columns, rows()


def batches(
    source: Path, size: int, skipped: int = 0, names: Collection[str] | None = None
) -> "Iterator[pa.RecordBatch]":
    """Yield the rows of a Parquet file as Arrow has them, at most so many at a time.

    skipped: rows at the beginning that are left out; whole groups of them aren't read. names: of
    the columns that are needed; the others may be left out. Raises LeadsError where the file can't
    be read.
    """
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    name = str(source)
    try:
        file = pq.ParquetFile(source, pre_buffer=False)  # else all that was read stays in memory
        group, left = 0, skipped
        while group < file.num_row_groups and left >= file.metadata.row_group(group).num_rows:
            left -= file.metadata.row_group(group).num_rows
            group += 1
        groups = [*range(group, file.num_row_groups)]
        if any("." in name for name in file.schema_arrow.names):
            names = None  # else a name could be taken for a path into another column
        columns = None if names is None else [*names]
        for batch in file.iter_batches(size, groups, columns) if groups else ():
            rest = batch.slice(left)
            left -= batch.num_rows - rest.num_rows
            if rest.num_rows:
                yield rest
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: Exception) -> LeadsError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return LeadsError(f"{name} can't be read as a Parquet file: {reason}", "write it anew")
