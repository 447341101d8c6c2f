"""Apache Parquet files, as data frames and warehouses write them (the extra `arrow`).

A row is read as what its column says: numbers, dates, booleans, lists, and objects into
which a path leads. Rows are read in batches, so the file may be larger than memory.
"""

import io
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from turnout.dsl.headers import Headers
from turnout.runtime.records.rows import LeadsError, Record
from turnout.runtime.records.tabular import columns_of

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


def _unreadable(name: str, error: Exception) -> LeadsError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return LeadsError(f"{name} can't be read as a Parquet file: {reason}", "write it anew")
