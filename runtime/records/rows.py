"""What a file of leads gives: records, and the error that ends the reading."""

from collections.abc import Iterator
from hashlib import sha256

import attrs

from turnout.dsl.values.reading import Issue
from turnout.errors import Error
from turnout.frozen import define, frozen

LONGEST_CELL = 1 << 20
"""Characters that one cell of a table may have (1 Mi)."""

LONGEST_ROW = 16 << 20
"""Characters that one row may have (16 Mi): the bound on memory."""

MOST_COLUMNS = 200_000

SHOWN = 200
"""Characters that are shown of a row that can't be read."""


@frozen
class Record:
    """One row as it came.

    row: the row's number from 1; in a table the header isn't counted and blank rows are,
    in JSON lines it is the line's number.
    raw: a mapping for a table, any JSON value otherwise; for a broken row its beginning.
    complaint: why the row can't be read, None where it can.
    issues: what was wrong with a row that can be read nonetheless.
    digest: of the whole of a broken row, where `raw` isn't all of it; else "".
    """

    row: int
    raw: object
    complaint: str | None = None
    issues: tuple[Issue, ...] = ()
    digest: str = ""


def broken(row: int, text: str, complaint: str, digest: str = "") -> Record:
    """Return a row that can't be read; text: all of it, or what is left of it.

    digest: of the row, where the text isn't it.
    """
    if not digest and len(text) > SHOWN:
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Record(row, text[:SHOWN], complaint, digest=digest)


class LeadsError(Error):
    """The leads can't be read, or not to their end."""


@frozen
class Manner:
    """How a file is to be read, as far as that is said and not found.

    skip: lines (of a workbook: rows) before the header. encoding: of a text, None for what
    its byte order mark says or else UTF-8. sheet: of a workbook. footer: how the first row
    below the table begins. all_rows: nothing is taken for a title or a footer. by_hand: a sheet
    that people keep: nothing is taken for a footer, and of merged cells all have the value.
    """

    skip: int = 0
    encoding: str | None = None
    sheet: str | None = None
    footer: str | None = None
    all_rows: bool = False
    by_hand: bool = False


FOUND = Manner()
"""Everything is found."""


@define
class Remarks:
    """What was left out of a file on the way, for whoever reads its summary.

    blank: rows without anything in a cell. headers: rows that repeat the header, and lines
    of dashes below it. titles: rows above the header, and footer: rows below the table, each
    by its beginning. above: how many rows stand above the header, blank ones too. sheets: those
    of a workbook that weren't read. delimiter: what separates the cells of a text. paging: what
    says that the file is a page of more, such as "`done` is false".
    """

    blank: int = 0
    headers: int = 0
    titles: list[str] = attrs.Factory(list[str])
    footer: list[tuple[int, str]] = attrs.Factory(list[tuple[int, str]])
    above: int = 0
    sheets: tuple[str, ...] = ()
    delimiter: str = ""
    paging: str = ""

    def sentences(self) -> Iterator[str]:
        """Yield what is to be said, one line each."""
        if self.titles:
            count = len(self.titles)
            noun = "row above the header was" if count == 1 else "rows above the header were"
            yield f"{count} {noun} taken for a title: {self.titles[0]}"
        if self.footer:
            count = len(self.footer)
            noun = "row" if count == 1 else "rows"
            row, text = self.footer[0]
            yield f"{count} {noun} below the table, from row {row} on, not routed: {text}"
        if self.blank:
            yield f"{self.blank:,} blank row{'' if self.blank == 1 else 's'} left out"
        if self.headers:
            what = "row repeats or underlines" if self.headers == 1 else "rows repeat or underline"
            yield f"{self.headers:,} {what} the header: left out"
        if self.paging:
            yield f"the file is one page of more: {self.paging}"
