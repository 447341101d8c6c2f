"""CSV tables that a policy names: a header, and rows that are as long as it.

Commas separate the cells, or what sheets of other countries write: where the header has no
comma, its semicolons, tabs or bars do.
"""

import csv
import io
import re
from collections.abc import Iterator

from turnout.dsl.files import Fault
from turnout.frozen import attribute, frozen

_SYNTAX = "table-syntax"
_TOLD = re.compile(r'"?sep=([,;|\t])"?[ \t,;]*', re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


@frozen
class Table:
    """A CSV table: its column names, and its rows with the line on which each starts.

    name: how the policy names it.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = attribute(repr=False)


def table_of(text: str, name: str) -> Table | Fault:
    r"""Return the table that a text holds.

    >>> table_of("zip;region\n10115;Berlin\n", "zips.csv").columns
    ('zip', 'region')

    >>> table_of("zip,region\n10115,Berlin\n", "zips.csv").columns
    ('zip', 'region')
    """
    try:
        lines = list(_rows(text))
    except csv.Error as failure:
        return Fault(_SYNTAX, f"is not a CSV table: {failure}")
    if not lines:
        return Fault(_SYNTAX, "is empty", "its first line names the columns", before="the table ")
    columns = tuple(cell.strip() for cell in lines[0][1])
    for line, cells in lines[1:]:
        if len(cells) != len(columns):
            said = f"line {line} has {len(cells)} cells, but the table has {len(columns)} columns"
            return Fault(_SYNTAX, said, "quote cells with commas")
    return Table(name, columns, tuple(lines[1:]))


def _rows(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    start = 0
    first = text.partition("\n")[0]
    if told := _TOLD.fullmatch(first.rstrip("\r")):  # what Excel is told with, and hides
        separator, start = told[1], len(first) + 1
    else:
        header = _QUOTED.sub("", first)
        separator = next((sign for sign in ",;\t|" if sign in header), ",")
    stream = io.StringIO(text[start:], newline="")
    reader = csv.reader(stream, delimiter=separator, strict=True)
    before = 1 if start else 0
    line = 1 + before
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, tuple(cells)
        line = reader.line_num + 1 + before
