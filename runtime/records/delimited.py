"""Tables as text with separators (RFC 4180), with the marks and liberties of real exports.

Quotes are read strictly, because a quote that is never closed would swallow the rows
after it. Where strict reading fails, only the first line of the row is given up (or read
leniently, if its cells then fit the header); the lines after it are read again.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Self, TypeAlias

from turnout.dsl.headers import Headers
from turnout.frozen import define, frozen
from turnout.runtime.records.decoding import Lines
from turnout.runtime.records.footers import Row, beginning
from turnout.runtime.records.headings import MOST_ABOVE, fields_in, heading, is_plain, named
from turnout.runtime.records.rows import (
    LONGEST_CELL,
    LONGEST_ROW,
    LeadsError,
    Manner,
    Record,
    Remarks,
)
from turnout.runtime.records.tabular import columns_of, records_of

_Cells: TypeAlias = tuple[list[str], str | None, str, str]
"""The cells; for a row that strict reading refused its first line, else None; why; and the
digest of a line that is too long."""

_DELIMITERS = ",;\t|"
_TOLD = re.compile(r'"?sep=([^\w\s"]|\t)"?[ \t,;]*\r?\n?', re.IGNORECASE)
_LONGEST_HEAD = 1 << 20
_LONG_ROW = f"a row of more than {LONGEST_ROW:,} characters"
_LONG_CELL = f"a cell of more than {LONGEST_CELL:,} characters: is its quote closed?"
_LOOSE_QUOTE = "a quote that is not closed, or not doubled within quotes"


@define(eq=False)
class RowNumbers:
    """Numbers the rows of a table. last: the number of the last row that was read."""

    last: int = 0

    def of(self, rows: Iterable[_Cells]) -> Iterator[Row]:
        """Yield the rows, numbered."""
        for cells in rows:
            self.last += 1
            yield Row(self.last, *cells)


@frozen(eq=False)
class Delimited:
    """A table of a text with separators.

    columns: its header. records: the rows, as they are asked for. lines: where they are read;
    numbers: of the rows. is_found: whether nothing was said of how the table ends.
    """

    columns: tuple[str, ...]
    records: Iterator[Record]
    lines: Lines
    numbers: RowNumbers
    delimiter: str
    is_found: bool


def delimited(lines: Lines, headers: Headers, manner: Manner, remarks: Remarks) -> Delimited:
    """Return the columns, and the rows as they are asked for.

    Raises LeadsError where the header names no field.
    """
    # A limit of the process, which csv sets at 128 Ki; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    for _ in range(manner.skip):
        lines.line()
    delimiter = _begin(lines, headers, manner, remarks)
    remarks.delimiter = delimiter
    rows = _rows(lines, delimiter)
    none: list[str] = []
    header = next((cells for cells, _, _, _ in rows if named(cells)), none)
    columns = columns_of(_unwrapped(header, delimiter, headers), headers, lines.name)
    numbers = RowNumbers()

    def split(row: str) -> list[str]:
        return _loosely(row, delimiter) if delimiter in row else []

    found = records_of(numbers.of(rows), columns, manner, remarks, split)
    is_found = manner.footer is None and not manner.by_hand
    return Delimited(columns, found, lines, numbers, delimiter, is_found)


def _unwrapped(cells: list[str], delimiter: str, headers: Headers) -> list[str]:
    """Return the cells of a header that stands in quotes as a whole, as programs quote twice."""
    if len(cells) != 1 or delimiter not in cells[0]:
        return cells
    inside = _loosely(cells[0], delimiter)
    return inside if fields_in(named(inside), headers) > 1 else cells


@frozen
class _Head:
    """The beginning of a table as one separator cuts it.

    score: the fields that its header names, and how many cells that has. lines: those
    above the header, above: the rows that they are. titles: what they say.
    """

    delimiter: str
    score: tuple[int, int]
    lines: int
    above: int
    titles: tuple[str, ...]


def _begin(lines: Lines, headers: Headers, manner: Manner, remarks: Remarks) -> str:
    """Move to the header and return what separates the cells.

    That is what cuts the header into most fields, then into most cells.
    """
    remarks.above = manner.skip
    first = lines.line()
    while first and first.isspace():
        remarks.above += 1
        first = lines.line()
    if first is None:
        raise LeadsError(f"{lines.name} begins with {_LONG_ROW}", "is it a table?")
    delimiters = _DELIMITERS
    if told := _TOLD.fullmatch(first):
        delimiters = told[1]  # what Excel is told with, and hides
        first = lines.line() or ""
        remarks.above += 1
    taken = [first]
    best = _best(taken, headers, delimiters)
    is_open = not manner.skip and not manner.all_rows and headers.count
    if is_open and not is_plain(_cells_of(first, best.delimiter, headers), headers):
        size = len(first)
        while len(taken) < MOST_ABOVE and size < _LONGEST_HEAD and (line := lines.line()):
            taken.append(line)
            size += len(line)
        best = _best(taken, headers, delimiters)
    lines.put_back([line for line in taken[best.lines :] if line])
    remarks.titles.extend(best.titles)
    remarks.above += best.above
    return best.delimiter


def _best(taken: Sequence[str], headers: Headers, delimiters: str) -> _Head:
    heads = [_head(taken, headers, delimiter) for delimiter in delimiters]
    return max(heads, key=lambda head: head.score)


def _head(taken: Sequence[str], headers: Headers, delimiter: str) -> _Head:
    reader = csv.reader(taken, delimiter=delimiter, skipinitialspace=True)
    rows: list[list[str]] = []
    starts = [0]
    try:
        for cells in reader:
            rows.append(_unwrapped(cells, delimiter, headers))
            starts.append(reader.line_num)
    except csv.Error:
        pass  # what came before may hold the header; the rest is read strictly, and told
    at = heading(rows, headers) or 0
    if not rows:
        return _Head(delimiter, (0, 0), 0, 0, ())
    found = fields_in(named(rows[at]), headers) if headers.count else 0
    titles = [title for cells in rows[:at] if (title := beginning(cells))]
    return _Head(delimiter, (found, len(rows[at])), starts[at], at, tuple(titles))


def _cells_of(line: str, delimiter: str, headers: Headers) -> tuple[str, ...]:
    return named(_unwrapped(_loosely(line, delimiter), delimiter, headers))


class _TooLongError(Exception):
    """A row has more characters than a row may have."""


class _Feed:
    """The lines that the csv reader takes for one row."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._size = 0
        self.taken: list[str] = []

    def begin(self) -> None:
        """Forget the lines of the row before."""
        self.taken.clear()
        self._size = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._lines.line()
        if line == "":
            raise StopIteration
        if line is None:
            raise _TooLongError
        self.taken.append(line)
        self._size += len(line)
        if self._size > LONGEST_ROW:
            raise _TooLongError
        return line


def _rows(lines: Lines, delimiter: str) -> Iterator[_Cells]:
    feed = _Feed(lines)
    strict = csv.reader(feed, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        feed.begin()
        try:
            cells = next(strict)
        except StopIteration:
            return
        except _TooLongError:
            reason = _LONG_ROW
        except csv.Error as error:
            reason = _LONG_CELL if "larger" in str(error) else _LOOSE_QUOTE
        else:
            yield cells, None, "", ""
            continue
        line, *others = feed.taken or [""]
        lines.put_back(others)
        digest = lines.skipped if not line else ""
        yield _loosely(line, delimiter), line, reason, digest


def _loosely(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line, quotes read as they come; none where that fails too."""
    try:
        cells = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
        return next(cells) if line else []
    except csv.Error:
        return []
