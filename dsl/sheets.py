r"""Where the cells of a table stand, so that what is wrong with one is told at its place.

A cell's place is that of its text, without the quotes around it: what is written there
instead stays within them.
"""

import re

from turnout.dsl.source import Source, Span
from turnout.dsl.tables import Table
from turnout.frozen import frozen


@frozen
class SheetRow:
    """A row of a sheet. line: on which it starts. span: all of it. places: of its cells."""

    line: int
    cells: tuple[str, ...]
    places: tuple[Span, ...]
    span: Span


@frozen
class Sheet:
    """A table with the places of its cells. headings: the row that names the columns."""

    name: str
    headings: SheetRow
    rows: tuple[SheetRow, ...]


def sheet_of(table: Table, shown: str, asked: Span | None = None) -> Sheet:
    r"""Return a table with the places of its cells. shown: the file's name in messages.

    asked: the place in the policy that names it.

    >>> from turnout.dsl.tables import table_of
    >>> sheet = sheet_of(table_of('area,to\n"DE, AT",queue x\n', "m.csv"), "m.csv")
    >>> str(sheet.rows[0].places[0]), sheet.rows[0].places[0].text
    ('m.csv:2:2', 'DE, AT')
    """
    # A lone carriage return ends a line of a table, and none elsewhere.
    source = Source(shown, table.text.replace("\r", "\n"), asked)
    cell = re.compile(rf'"((?:[^"]|"")*)"|([^{re.escape(table.separator)}\n]*)')
    headings = _row(source, cell, table.line, table.columns)
    rows = tuple(_row(source, cell, line, cells) for line, cells in table.rows)
    return Sheet(table.name, headings, rows)


def _row(source: Source, cell: re.Pattern[str], line: int, cells: tuple[str, ...]) -> SheetRow:
    text = source.text
    at = start = source.line_starts[line - 1]
    places: list[Span] = []
    for _ in cells:
        found = cell.match(text, at)
        assert found is not None  # the second kind may be empty
        begin, until = found.span(1 if found[1] is not None else 2)
        while begin < until and text[begin].isspace():
            begin += 1
        while begin < until and text[until - 1].isspace():
            until -= 1
        places.append(Span(source, begin, until))
        at = found.end() + 1
    return SheetRow(line, cells, tuple(places), Span(source, start, at - 1))
