from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from pyarrow import BufferReader, DataType, Table

class InvalidRow:
    number: int | None

class ReadOptions:
    def __init__(
        self, *, use_threads: bool, block_size: int, column_names: Sequence[str]
    ) -> None: ...

class ParseOptions:
    def __init__(
        self,
        *,
        delimiter: str,
        ignore_empty_lines: bool,
        invalid_row_handler: Callable[[InvalidRow], Literal["skip", "error"]],
    ) -> None: ...

class ConvertOptions:
    def __init__(
        self,
        *,
        check_utf8: bool,
        column_types: Mapping[str, DataType],
        strings_can_be_null: bool,
    ) -> None: ...

def read_csv(
    input_file: BufferReader,
    read_options: ReadOptions,
    parse_options: ParseOptions,
    convert_options: ConvertOptions,
) -> Table: ...
