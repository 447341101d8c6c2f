from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pyarrow import RecordBatch, Schema, Table

class ParquetFile:
    schema_arrow: Schema
    def __init__(self, source: str | Path | BinaryIO) -> None: ...
    def iter_batches(self, batch_size: int = 65536) -> Iterator[RecordBatch]: ...

def write_table(table: Table, where: str | Path | BinaryIO) -> None: ...
