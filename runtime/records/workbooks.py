"""Workbooks of Excel and LibreOffice (.xlsx, .xlsm, .xlsb, .xls, .ods).

They are read by calamine (https://docs.rs/calamine, the extra `excel`). A sheet is a table
like any other, with titles above its header and lines below it. Of several sheets the one
is taken whose header names fields; where several do, the caller has to say which.
"""

import io
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import count, islice
from typing import Protocol
from zipfile import BadZipFile, ZipFile

import attrs

from turnout.dsl.headers import Headers
from turnout.frozen import frozen
from turnout.runtime.records.footers import Row, beginning
from turnout.runtime.records.headings import MOST_ABOVE, fields_in, heading, named
from turnout.runtime.records.kinds import MAGIC_ZIP
from turnout.runtime.records.rows import LeadsError, Manner, Record, Remarks
from turnout.runtime.records.tabular import columns_of, listed, records_of

MOST_MERGED = 10_000
"""Merged cells of a sheet that are filled; the others have their value in the first row alone."""

_INSTALL = "pip install 'turnout[excel]', or save it as CSV (in Excel: CSV UTF-8)"
_AS_CSV = "open it and save it as CSV (in Excel: CSV UTF-8)"


class _Read(Protocol):
    """The parts of a sheet of calamine that are used here."""

    @property
    def merged_cell_ranges(self) -> list[tuple[tuple[int, int], tuple[int, int]]] | None: ...

    def iter_rows(self) -> Iterator[Sequence[object]]: ...


@frozen
class _Sheet:
    """A sheet with something in it; header: the place of its header among the rows.

    others: the names of the sheets that were not chosen.
    """

    name: str
    rows: Sequence[Sequence[object]]
    header: int
    fields: int
    others: tuple[str, ...] = ()


def workbook(
    data: bytes, name: str, headers: Headers, manner: Manner, remarks: Remarks
) -> tuple[tuple[str, ...], Iterator[Record]]:
    """Return the columns and the rows of a workbook's sheet.

    Raises LeadsError where the extra is missing, the file is none, or no sheet, or several,
    may be the leads.
    """
    if not _is_spreadsheet(data):
        what = "a ZIP archive without a workbook in it"
        raise LeadsError(f"{name} is {what}", "unpack it, and name the file of leads")
    if find_spec("python_calamine") is None:
        raise LeadsError(f"{name} is a workbook (Excel), for which an extra is needed", _INSTALL)
    sheet = _chosen(_sheets(data, name, headers, manner), name, manner)
    remarks.titles.extend(filter(None, map(beginning, sheet.rows[manner.skip : sheet.header])))
    remarks.above = sheet.header
    remarks.sheets = sheet.others
    columns = columns_of(sheet.rows[sheet.header], headers, name)
    rows = islice(sheet.rows, sheet.header + 1, None)
    numbered = (Row(number, _cells(cells)) for number, cells in zip(count(1), rows, strict=False))
    return columns, records_of(numbered, columns, manner, remarks)


def _is_spreadsheet(data: bytes) -> bool:
    """Return whether a ZIP file is a workbook, by what is in it; an OLE file may be one."""
    if not data.startswith(MAGIC_ZIP):
        return True
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            inside = archive.namelist()
    except (BadZipFile, ValueError, OSError):
        return True  # a damaged one is told by whoever reads it
    return any(each.startswith("xl/") or each == "content.xml" for each in inside)


def _sheets(data: bytes, name: str, headers: Headers, manner: Manner) -> list[_Sheet]:
    """Return the sheets that have anything in them, or the one that is asked for."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415 - an extra

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if manner.sheet is not None and manner.sheet not in names:
            raise LeadsError(
                f"{name} has no sheet {manner.sheet}", f"its sheets are {listed(names)}"
            )
        wanted = names if manner.sheet is None else [manner.sheet]
        read = [(each, _rows(book.get_sheet_by_name(each), manner)) for each in wanted]
    except PasswordError as error:
        raise LeadsError(f"{name} is protected by a password", "save it without one") from error
    except (CalamineError, OSError, ValueError) as error:
        raise LeadsError(f"{name} can't be read as a workbook: {error}", _AS_CSV) from error
    found: list[_Sheet] = []
    for each, rows in read:
        above = rows[manner.skip : manner.skip + MOST_ABOVE]
        if manner.skip or manner.all_rows:
            at = next((at for at, cells in enumerate(above) if named(cells)), None)
        else:
            at = heading(above, headers)
        if at is not None:
            place = at + manner.skip
            found.append(_Sheet(each, rows, place, fields_in(named(rows[place]), headers)))
    return found


def _rows(sheet: _Read, manner: Manner) -> Sequence[Sequence[object]]:
    """Return the rows of a sheet; of one kept by hand with what its merged cells say in each."""
    if not manner.by_hand:
        return list(sheet.iter_rows())
    rows = [[*cells] for cells in sheet.iter_rows()]
    merged = sheet.merged_cell_ranges or []
    for (top, left), (bottom, _) in merged[:MOST_MERGED]:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        for cells in rows[top + 1 : bottom + 1]:
            cells[left] = rows[top][left]
    return rows


def _chosen(sheets: Sequence[_Sheet], name: str, manner: Manner) -> _Sheet:
    """Return the sheet of the leads. Raises LeadsError where it isn't clear which that is."""
    if not sheets:
        where = f"the sheet {manner.sheet} of {name}" if manner.sheet else name
        raise LeadsError(f"{where} is empty", "the first row names the columns")
    if len(sheets) == 1:
        return sheets[0]
    naming = [sheet for sheet in sheets if sheet.fields]
    if len(naming) == 1:
        (only,) = naming
        others = tuple(sheet.name for sheet in sheets if sheet is not only)
        return attrs.evolve(only, others=others)
    which = "several sheets that name fields" if naming else "several sheets, none of leads"
    shown = listed([sheet.name for sheet in naming or sheets])
    raise LeadsError(f"{name} has {which}: {shown}", "choose one with --sheet NAME")


def _cells(cells: Sequence[object]) -> list[object]:
    """Return a row's cells; whole numbers, which workbooks keep as fractions, as such."""
    return [
        int(cell) if type(cell) is float and cell.is_integer() and abs(cell) < 2**53 else cell
        for cell in cells
    ]
