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

    name: how the policy names it. text: of the whole file; separator: what stands between
    its cells; line: that of the header.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = attribute(repr=False)
    text: str = attribute(default="", eq=False, repr=False)
    separator: str = attribute(default=",", eq=False, repr=False)
    line: int = attribute(default=1, eq=False, repr=False)


def table_of(text: str, name: str) -> Table | Fault:
    r"""Return the table that a text holds.

    >>> table_of("zip;region\n10115;Berlin\n", "zips.csv").columns
    ('zip', 'region')

    >>> table_of("zip,region\n10115,Berlin\n", "zips.csv").columns
    ('zip', 'region')
    """
    start, separator = _begins(text)
    try:
        lines = list(_rows(text, start, separator))
    except csv.Error as failure:
        return Fault(_SYNTAX, f"is not a CSV table: {failure}")
    if not lines:
        return Fault(_SYNTAX, "is empty", "its first line names the columns", before="the table ")
    columns = tuple(cell.strip() for cell in lines[0][1])
    for line, cells in lines[1:]:
        if len(cells) != len(columns):
            said = f"line {line} has {len(cells)} cells, but the table has {len(columns)} columns"
            return Fault(_SYNTAX, said, "quote cells with commas")
    return Table(name, columns, tuple(lines[1:]), text, separator, lines[0][0])


def _begins(text: str) -> tuple[int, str]:
    """Return the offset of the header and what separates its cells."""
    first = text.partition("\n")[0]
    if told := _TOLD.fullmatch(first.rstrip("\r")):  # what Excel is told with, and hides
        return len(first) + 1, told[1]
    header = _QUOTED.sub("", first)
    return 0, next((sign for sign in ",;\t|" if sign in header), ",")


def _rows(text: str, start: int, separator: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    stream = io.StringIO(text[start:], newline="")
    reader = csv.reader(stream, delimiter=separator, strict=True)
    before = 1 if start else 0
    line = 1 + before
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield line, tuple(cells)
        line = reader.line_num + 1 + before
