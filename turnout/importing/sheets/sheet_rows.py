"""The rows of a sheet that people keep: its header found, its cells as texts.

Titles above the header are known by what a header of rules names; of several sheets the one is
read that has such a header. Numbers of rows are those that the sheet itself shows.
"""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import cast
from zipfile import BadZipFile, ZipFile, is_zipfile

import attrs

from turnout.frozen import frozen
from turnout.importing.foreign import ForeignError
from turnout.importing.sheets.sheet_columns import OWNERS, USUAL
from turnout.runtime.records.opening import Records, records
from turnout.runtime.records.rows import LeadsError, Manner, Record

MOST_BYTES = 100_000_000
MOST_UNPACKED = 50_000_000
"""Bytes of a workbook, which is a ZIP archive, when it is unpacked."""

MOST_ROWS = 50_000


@frozen
class KeptRow:
    """A row of the sheet by its number there, with what is odd about it."""

    number: int
    cells: Mapping[str, str]
    issues: tuple[str, ...]


@frozen
class KeptRows:
    """What a sheet holds. header: the number of its header's row. told: what is to be said.

    delimiter: what separates the cells of a text, "" in a workbook.
    """

    headings: tuple[str, ...]
    header: int
    rows: tuple[KeptRow, ...]
    told: tuple[str, ...]
    delimiter: str = ""


def rows_of(path: Path, manner: Manner, to: str | None) -> KeptRows:
    """Return the rows of a sheet. to: a heading that its header has. Raises ForeignError."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ForeignError(
                f"{path} has {size:,} bytes, and at most {MOST_BYTES:,} are read",
                "name the file with the rules",
            )
        _refuse_what_grows(path)
        with _opened(path, manner, to) as found:
            return _read(path, found)
    except LeadsError as failure:
        raise ForeignError(failure.message, failure.help) from None
    except OSError as failure:
        raise ForeignError(f"{path} can't be read: {failure.strerror}", "check its name") from None


def _refuse_what_grows(path: Path) -> None:
    """Raise ForeignError for a workbook that is much larger than its file."""
    if not is_zipfile(path):
        return
    try:
        with ZipFile(path) as archive:
            size = sum(each.file_size for each in archive.infolist())
    except (BadZipFile, ValueError):
        return  # a damaged one is told by whoever reads it
    if size > MOST_UNPACKED:
        raise ForeignError(
            f"{path} has {size:,} bytes when it is unpacked, and at most {MOST_UNPACKED:,} are "
            "read",
            "save the sheet with the rules alone",
        )


def _opened(path: Path, manner: Manner, to: str | None) -> Records:
    """Return the records below the header that names most of what rules have, or the first row."""
    known = {each for rank in OWNERS for each in rank} | {*USUAL, *([to] if to else [])}
    try:
        return records(path, fields=known, manner=manner)
    except LeadsError as first:
        try:
            return records(path, manner=attrs.evolve(manner, all_rows=True))
        except LeadsError:
            raise first from None


def _read(path: Path, found: Records) -> KeptRows:
    if found.columns is None:
        raise ForeignError(f"{path} is no table", "name a file with columns: .csv, .tsv, .xlsx")
    header = found.remarks.above + 1
    rows: list[KeptRow] = []
    for record in found:
        if len(rows) == MOST_ROWS:
            raise ForeignError(f"{path} has more than {MOST_ROWS:,} rows", "cut it in two")
        rows.append(_row(record, header, path))
    told = [*found.remarks.sentences()]
    if found.remarks.sheets:
        listed = ", ".join(found.remarks.sheets)
        told.append(f"of several sheets the one with rules is read; not read: {listed}")
    return KeptRows(found.columns, header, tuple(rows), tuple(told), found.remarks.delimiter)


def _row(record: Record, header: int, path: Path) -> KeptRow:
    number = record.row + header
    raw = record.raw
    if record.complaint is not None or not isinstance(raw, dict):
        raise ForeignError(
            f"{path}:{number}: the row can't be read: {record.complaint}", "mend it, and try again"
        )
    told = cast("dict[object, object]", raw)
    cells = {str(key): cell_text(value) for key, value in told.items()}
    return KeptRow(number, cells, tuple(each.reason for each in record.issues))


def cell_text(value: object) -> str:
    """Return the value of a cell as people would write it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value).strip()
