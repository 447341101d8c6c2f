"""What a file of leads gives: records, and the error that ends the reading."""

import attrs

from turnout.errors import Error
from turnout.runtime.decisions import Issue

LONGEST_CELL = 1 << 20
"""Characters that one cell of a table may have (1 Mi)."""

LONGEST_ROW = 16 << 20
"""Characters that one row may have (16 Mi): the bound on memory."""

MOST_COLUMNS = 200_000


@attrs.frozen
class Record:
    """One row as it came.

    row: the row's number from 1; in a table the header isn't counted and blank rows are,
    in JSON lines it is the line's number.
    raw: a mapping for a table, any JSON value otherwise; for a broken row its beginning.
    complaint: why the row can't be read, None where it can.
    issues: what was wrong with a row that can be read nonetheless.
    """

    row: int
    raw: object
    complaint: str | None = None
    issues: tuple[Issue, ...] = ()


class LeadsError(Error):
    """The leads can't be read, or not to their end."""
