"""Checksums of a state's rows: a damaged state is told, never answered from.

SQLite notices a page that doesn't hang together with the others, but not a digit that has
become another one. So every row carries a checksum of its cells, which is compared
whenever the row is read. What can't be noticed in this way is a row that isn't found any
more: therefore a file is looked through as a whole when it is opened, its indexes against its
tables, which takes some 20 ms for each MB. A large one is only where its content isn't noted
as whole (see `notes`).
"""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias
from zlib import crc32

from turnout.runtime.stores.failures import damaged

Stored: TypeAlias = str | int | None

ROWS: Mapping[str, tuple[str, ...]] = {
    "meta": ("key", "value"),
    "decisions": (
        *("seq", "route", "lead", "decided", "last", "status", "touched", "due", "expires"),
        *("queue", "rank", "said"),
    ),
    "events": (
        *("seq", "previous", "kind", "route", "lead", "at", "recorded_at"),
        *("actor", "version", "detail"),
    ),
    "versions": ("id", "hash", "since", "source"),
    "turns": ("team", "scale", "lag"),
    "load": ("person", "open"),
    "given": ("who", "at", "leads", "total"),
    "seen": ("key", "at", "seq", "route", "lead", "owner"),
    "outbox": ("id", "event", "endpoint", "body", "next_at", "attempts", "state"),
}
"""The tables whose rows have a checksum of their own, and the cells that it is made of."""

_OBJECTS = (
    *(*ROWS, "overdue", "expiring", "waiting", "seen_owned", "seen_lead", "seen_last"),
    "outbox_due",
)


def row_sum(*cells: Stored) -> int:
    """Return the checksum of a row's cells, the same in every version of Python."""
    return cells_sum(cells)


def cells_sum(cells: tuple[Stored, ...]) -> int:
    """Return the same of cells in a tuple."""
    if len(cells) >= len(_FORMS):
        said = "\x1e".join(["\x1f" if cell is None else str(cell) for cell in cells])
    elif None in cells:
        said = _FORMS[len(cells)] % tuple(["\x1f" if cell is None else cell for cell in cells])
    else:
        said = _FORMS[len(cells)] % cells
    return crc32(said.encode("utf-8", "surrogatepass"))


_FORMS = ["\x1e".join(["%s"] * count) for count in range(128)]


def checked(path: Path, table: str, row: Sequence[Stored]) -> Sequence[Stored]:
    """Return a row's cells, of which the last one is their checksum, without that one.

    Raises StateError where they don't agree.
    """
    cells = row[:-1]
    if row_sum(*cells) != row[-1]:
        raise damaged(path, f"a row of `{table}` is not what was written")
    return cells


def schema_sum(connection: sqlite3.Connection) -> str:
    """Return the checksum of how the tables are declared."""
    asked = ", ".join("?" * len(_OBJECTS))
    rows = connection.execute(
        f"SELECT name, sql FROM sqlite_master WHERE name IN ({asked}) ORDER BY name",  # noqa: S608 - question marks alone
        _OBJECTS,
    )
    return str(row_sum(*(cell for row in rows for cell in row)))


def check_whole(
    connection: sqlite3.Connection, path: Path, but: frozenset[str] = frozenset()
) -> None:
    """Raise StateError where anything in a state is not what was written.

    but: tables whose rows aren't compared. Reads all of it: some 20 ms for each MB.
    """
    for (found,) in connection.execute("PRAGMA integrity_check(1)"):
        if found != "ok":
            raise damaged(path, str(found).splitlines()[0][:200])
    for table, cells in ROWS.items():
        if table in but:
            continue
        names = ", ".join((*cells, "sum"))
        for row in connection.execute(f"SELECT {names} FROM {table}"):  # noqa: S608 - names of this module
            checked(path, table, row)
