"""Comma-separated tables (RFC 4180), with the marks and liberties of real exports.

Quotes are read strictly, because a quote that is never closed would swallow the rows
after it. Where strict reading fails, only the first line of the row is given up (or read
leniently, if its cells then fit the header); the lines after it are read again.
"""

import csv
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Self, TypeAlias

from turnout.runtime.decisions import Issue
from turnout.runtime.headers import column_key
from turnout.runtime.records.decoding import Lines
from turnout.runtime.records.rows import (
    LONGEST_CELL,
    LONGEST_ROW,
    MOST_COLUMNS,
    LeadsError,
    Record,
)

_Row: TypeAlias = tuple[list[str], str | None, str]
"""The cells; for a row that strict reading refused its first line, else None; and why."""

_DELIMITERS = ",;\t|"
_NAMED_AT_MOST = 8
_NAME_SHOWN = 40
_RAW_SHOWN = 200
_LONG_ROW = f"a row of more than {LONGEST_ROW:,} characters"
_LONG_CELL = f"a cell of more than {LONGEST_CELL:,} characters: is its quote closed?"
_LOOSE_QUOTE = "a quote that is not closed, or not doubled within quotes"


def table(lines: Lines, fields: Collection[str]) -> tuple[tuple[str, ...], Iterator[Record]]:
    """Return the columns, and the rows as they are asked for.

    Raises LeadsError where the header names none of `fields`.
    """
    # A limit of the process, which csv sets at 128 Ki; it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_CELL))
    keys = frozenset(map(column_key, fields))
    rows = _rows(lines, _delimiter(lines, keys))
    header = next((cells for cells, _, _ in rows if not _is_blank(cells)), None)
    columns = tuple(name.strip() for name in header or ())
    _check(columns, keys, fields, lines.name)
    return columns, _records(rows, columns)


def _delimiter(lines: Lines, keys: Collection[str]) -> str:
    """Return what separates the cells: what splits the header into most fields, then cells."""
    line = lines.line()
    while line and line.isspace():
        line = lines.line()
    if line is None:
        raise LeadsError(f"{lines.name} begins with {_LONG_ROW}", "is it a table?")
    if line.lower().startswith("sep=") and len(line.strip()) == len("sep=,"):
        return line.strip()[-1]  # what Excel is told with, and hides
    if line:
        lines.put_back([line])

    def fit(delimiter: str) -> tuple[int, int]:
        names = _loosely(line, delimiter)
        return sum(column_key(name) in keys for name in names), len(names)

    return max(_DELIMITERS, key=fit)


def _check(
    columns: tuple[str, ...], keys: Collection[str], fields: Collection[str], name: str
) -> None:
    if not columns:
        raise LeadsError(f"{name} is empty", "the first row names the columns")
    if len(columns) > MOST_COLUMNS:
        raise LeadsError(
            f"{name} has {len(columns):,} columns", f"a table may have {MOST_COLUMNS:,}"
        )
    if keys and not any(column_key(column) in keys for column in columns):
        raise LeadsError(
            f"{name} has no column named after a field: it begins with {_listed(columns)}",
            f"the first row names the columns; the policy's fields are {_listed(fields)}",
        )


def _listed(names: Iterable[str]) -> str:
    shown = [name[:_NAME_SHOWN] for name in islice(names, _NAMED_AT_MOST + 1)]
    return ", ".join(shown[:_NAMED_AT_MOST]) + (", ..." if len(shown) > _NAMED_AT_MOST else "")


def _records(rows: Iterable[_Row], columns: tuple[str, ...]) -> Iterator[Record]:
    width = len(columns)
    doubled = {
        name: [place for place, column in enumerate(columns) if column == name]
        for name, count in Counter(columns).items()
        if name and count > 1
    }
    for number, (cells, line, reason) in enumerate(rows, 1):
        if line is not None and len(cells) != width:
            yield Record(number, line[:_RAW_SHOWN], reason)
            continue
        if _is_blank(cells):
            continue
        record = dict(zip(columns, cells, strict=False))
        issues: list[Issue] = []
        if line is not None:
            issues.append(Issue("", "", reason))
        if len(cells) > width and not _is_blank(cells[width:]):
            more = f"{len(cells) - width} more cells than the header has columns"
            issues.append(Issue("", "", more))
        for name, places in doubled.items():
            values = [cells[place].strip() for place in places if place < len(cells)]
            present = list(dict.fromkeys(filter(None, values)))
            record[name] = present[0] if present else ""
            if len(present) > 1:
                twice = f"column {name} stands twice with different values; the first counts"
                issues.append(Issue("", present[1][:_NAME_SHOWN], twice))
        yield Record(number, record, None, tuple(issues))


def _is_blank(cells: Iterable[str]) -> bool:
    return not "".join(cells).strip()


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


def _rows(lines: Lines, delimiter: str) -> Iterator[_Row]:
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
            yield cells, None, ""
            continue
        line, *others = feed.taken or [""]
        lines.put_back(others)
        yield _loosely(line, delimiter), line, reason


def _loosely(line: str, delimiter: str) -> list[str]:
    """Return the cells of one line, quotes read as they come; none where that fails too."""
    try:
        cells = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
        return next(cells) if line else []
    except csv.Error:
        return []
