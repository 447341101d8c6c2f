"""The log as Parquet: the columns of the CSV with their types, a group of rows in memory at a time.

Needs the extra `arrow`.
"""

from collections.abc import Iterable
from datetime import datetime
from importlib import import_module
from itertools import islice
from typing import IO, Any

from turnout.rendering.log import COLUMNS, log_cells
from turnout.runtime.columns.extra import check_arrow
from turnout.runtime.events import Event

AT_ONCE = 10_000
"""Events of a group of rows."""

_TIMES = frozenset({"at", "recorded_at", "due", "until"})
_SHARES = frozenset({"entitled_before", "entitled_after"})
_NUMBERS = frozenset({"number", "hop"})


def write_parquet(events: Iterable[Event], stream: IO[bytes]) -> None:
    """Write events as they come. Raises ExtraError without the extra `arrow`."""
    check_arrow("--format parquet")
    pa: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")
    kinds: dict[str, Any] = {
        name: pa.timestamp("us", "UTC")
        if name in _TIMES
        else pa.float64()
        if name in _SHARES
        else pa.int64()
        if name in _NUMBERS
        else pa.string()
        for name in COLUMNS
    }
    schema = pa.schema(list(kinds.items()))
    rows = iter(events)
    with parquet.ParquetWriter(stream, schema) as writer:
        while group := [_typed(log_cells(event)) for event in islice(rows, AT_ONCE)]:
            writer.write_table(pa.Table.from_pylist(group, schema))


def _typed(cells: dict[str, object]) -> dict[str, object]:
    """Return cells with their types; nothing in place of an empty text."""
    found: dict[str, object] = {}
    for name, cell in cells.items():
        if cell is None or cell == "":
            continue
        if name in _TIMES:
            found[name] = datetime.fromisoformat(str(cell))
        elif isinstance(cell, str):
            found[name] = cell.encode("utf-8", "backslashreplace").decode()
        else:
            found[name] = cell
    return found
