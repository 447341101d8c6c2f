from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from pyarrow import RecordBatch, Schema, Table

class RowGroupMetaData:
    num_rows: int

class FileMetaData:
    def row_group(self, i: int) -> RowGroupMetaData: ...

class ParquetFile:
    schema_arrow: Schema
    metadata: FileMetaData
    num_row_groups: int
    def __init__(self, source: str | Path | BinaryIO, *, pre_buffer: bool = True) -> None: ...
    def iter_batches(
        self,
        batch_size: int = 65536,
        row_groups: Sequence[int] | None = None,
        columns: Sequence[str] | None = None,
    ) -> Iterator[RecordBatch]: ...

def write_table(
    table: Table, where: str | Path | BinaryIO, row_group_size: int | None = None
) -> None: ...
