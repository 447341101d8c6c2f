# The parts of pyarrow that are used here; the package is not annotated itself.

from collections.abc import Mapping, Sequence

class ArrowException(Exception): ...

class Schema:
    names: list[str]

class RecordBatch:
    def to_pylist(self) -> list[dict[str, object]]: ...

class Table: ...

def table(data: Mapping[str, Sequence[object]]) -> Table: ...
