"""From the rows of a table to records: its header, and what is odd about a row.

The same for text with separators and for workbooks. Nothing is left out without being
told: blank rows are counted, titles and footers shown (see `headings` and `footers`), and
a row that is shorter or longer than the header says so.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from turnout.dsl.headers import Headers
from turnout.dsl.values.reading import Issue
from turnout.runtime.records.footers import Row, is_blank, until, without_footer
from turnout.runtime.records.guards import unguarded
from turnout.runtime.records.headings import fields_in
from turnout.runtime.records.rows import MOST_COLUMNS, LeadsError, Manner, Record, Remarks, broken

_NAMED_AT_MOST = 8
_NOTHING = "\0 \t\r\n"
AROUND = "\ufeff \t\r\n"
_RULE = re.compile(r"[-=+:_\s]{3,}")
_NAME_SHOWN = 40


def columns_of(header: Sequence[object], headers: Headers, name: str) -> tuple[str, ...]:
    """Return the columns that a header names. Raises LeadsError where none is a field's."""
    columns = tuple("" if cell is None else str(cell).strip() for cell in header)
    if not any(columns):
        raise LeadsError(f"{name} is empty", "the first row names the columns")
    if len(columns) > MOST_COLUMNS:
        raise LeadsError(
            f"{name} has {len(columns):,} columns", f"a table may have {MOST_COLUMNS:,}"
        )
    if headers.count and not fields_in(columns, headers):
        raise LeadsError(
            f"{name} has no column named after a field: it begins with {listed(columns)}",
            f"the first row names the columns; the policy's fields are {listed(headers.names)}",
        )
    return columns


def listed(names: Iterable[str]) -> str:
    """Return the first few names."""
    shown = [name[:_NAME_SHOWN] for name in islice(names, _NAMED_AT_MOST + 1)]
    return ", ".join(shown[:_NAMED_AT_MOST]) + (", ..." if len(shown) > _NAMED_AT_MOST else "")


def records_of(
    rows: Iterable[Row],
    columns: tuple[str, ...],
    manner: Manner,
    remarks: Remarks,
    split: Callable[[str], Sequence[str]] = tuple,
) -> Iterator[Record]:
    """Yield the rows of a table as records; what is left out is added to `remarks`.

    split: cuts a cell that a whole row stands in, as programs write it that quote twice.
    """
    if manner.footer is not None:
        rows = until(rows, manner.footer, remarks.footer)
    elif not (manner.all_rows or manner.by_hand):
        rows = without_footer(rows, len(columns), remarks.footer)
    width = len(columns)
    least = max((at for at, column in enumerate(columns, 1) if column), default=0)
    doubled = {
        name: [place for place, column in enumerate(columns) if column == name]
        for name, count in Counter(columns).items()
        if name and count > 1
    }
    sieve = _Sieve(columns, manner, remarks)
    for row in rows:
        cells, line = row.cells, row.line
        if len(cells) == 1 and width > 1 and line is None and isinstance(cells[0], str):
            inner = split(cells[0])
            cells = inner if len(inner) == width else cells
        if line is not None and len(cells) != width:
            yield broken(row.number, line, row.reason, row.digest)
            continue
        joined = "".join([cell for cell in cells if type(cell) is str])
        if sieve.leaves_out(row.number, cells, joined):
            continue
        issues = [Issue("", "", row.reason)] if row.reason else []
        if len(cells) != width:
            issues.extend(_uneven(cells, width, least))
        if "'" in joined:
            cells = [unguarded(cell) if isinstance(cell, str) else cell for cell in cells]
        if "\0" in joined:
            issues.append(Issue("", "", "holds a NUL character"))
        record = dict(zip(columns, cells, strict=False))
        for name, places in doubled.items():
            record[name], others = _first(name, [cells[at] for at in places if at < len(cells)])
            issues.extend(others)
        yield Record(row.number, record, None, tuple(issues))


class _Sieve:
    """Tells rows that hold no lead, and counts them; its state are blank lines not yet counted."""

    def __init__(self, columns: Sequence[str], manner: Manner, remarks: Remarks) -> None:
        self._named = [(at, column) for at, column in enumerate(columns) if column]
        self._first_at, self._first = self._named[0]
        self._takes_all = manner.all_rows
        self._remarks = remarks
        self._blank = 0

    def leaves_out(self, number: int, cells: Sequence[object], joined: str) -> bool:
        """Return whether a row holds no lead. joined: its texts."""
        remarks = self._remarks
        if "\0" in joined and not joined.strip(_NOTHING) and _is_text(cells):
            remarks.blank += 1  # a part of the file that was never written
            return True
        if not joined.strip() and is_blank(cells):
            # Lines without anything end most files; rows of empty cells are worth a word.
            self._blank += 1
            if len(cells) > 1:
                remarks.blank, self._blank = remarks.blank + self._blank, 0
            return True
        if self._blank:
            remarks.blank, self._blank = remarks.blank + self._blank, 0
        first = cells[self._first_at] if self._first_at < len(cells) else None
        is_like = type(first) is str and self._first in first
        if not is_like and number > 1:
            return False
        is_rule = number == 1 and _is_rule(cells)
        if self._takes_all or not (is_rule or _is_header(cells, self._named)):
            return False
        remarks.headers += 1
        return True


def _is_header(cells: Sequence[object], named: Sequence[tuple[int, str]]) -> bool:
    """Return whether a row repeats the header, as where files were put together."""
    if len(named) < 2 or len(cells) <= named[-1][0]:
        return False
    return all(str(cells[at]).strip(AROUND) == name for at, name in named)


def _is_rule(cells: Sequence[object]) -> bool:
    """Return whether a row is a line that some programs draw below a header."""
    drawn = [cell for cell in cells if cell not in (None, "")]
    return bool(drawn) and all(isinstance(cell, str) and _RULE.fullmatch(cell) for cell in drawn)


def _is_text(cells: Sequence[object]) -> bool:
    return all(cell is None or isinstance(cell, str) for cell in cells)


def _uneven(cells: Sequence[object], width: int, least: int) -> Iterator[Issue]:
    """Yield what is odd about a row that is not as long as the header."""
    if len(cells) > width and not is_blank(cells[width:]):
        more = len(cells) - width
        yield Issue("", "", f"{more} more cells than the header has columns")
    if len(cells) < least:
        fewer = least - len(cells)
        what = "1 cell" if fewer == 1 else f"{fewer} cells"
        yield Issue("", "", f"{what} fewer than the header has columns")


def _first(name: str, cells: Sequence[object]) -> tuple[object, list[Issue]]:
    """Return the first value of a column that stands several times, and what is odd about it."""
    values = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
    present = list(dict.fromkeys(value for value in values if value not in (None, "")))
    if len(present) < 2:
        return (present[0] if present else ""), []
    twice = f"column {name} stands twice with different values; the first counts"
    return present[0], [Issue("", str(present[1])[:_NAME_SHOWN], twice)]
