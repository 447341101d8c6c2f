"""A whole state as text: carried to another machine or store, kept beside a backup, compared.

The first line says what it is and whose; then each row of each table is a line, in the order
of its key, without its checksum. A state that is made of such a text holds the same, or is not
made: its rows, totals and log are looked through before it is kept.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, cast

from turnout.runtime.stores import WAIT, StateError
from turnout.runtime.stores.cells import json_ascii
from turnout.runtime.stores.failures import state_errors
from turnout.runtime.stores.notes import note_path
from turnout.runtime.stores.rebuilding import check_log
from turnout.runtime.stores.sqlite import any_state, open_any, open_sqlite
from turnout.runtime.stores.sums import ROWS, Stored, checked, row_sum
from turnout.runtime.stores.upgrades import FORMAT

FORM = "turnout-state"

_ORDER = {
    "meta": "key",
    "versions": "id",
    "events": "seq",
    "decisions": "seq",
    "turns": "team",
    "load": "person",
    "given": "who, at",
    "seen": "key, at, seq",
    "outbox": "id",
}
"""The tables in the order in which they are written, and what their rows are in the order of."""


def exported(path: Path, *, wait: float = WAIT) -> Iterator[str]:
    """Yield the lines of a state, all of which is looked through before. Raises StateError."""
    with closing(open_any(path, wait=wait)) as store, store.read() as snapshot:
        connection = snapshot.connection
        check_log(connection, path)
        yield json_ascii({"format": FORM, "version": FORMAT}) + "\n"
        for table, order in _ORDER.items():
            names = ", ".join((*ROWS[table], "sum"))
            for row in connection.execute(f"SELECT {names} FROM {table} ORDER BY {order}"):  # noqa: S608 - our own names
                cells = checked(path, table, row)
                if (table, cells[0]) != ("meta", "schema"):  # which is that of this very file
                    yield json_ascii([table, *cells]) + "\n"


def import_state(lines: Iterable[str], path: Path, name: str) -> int:
    """Make a state of its lines, and return how many events it has.

    path: of the new file. name: of what is read, for messages. Raises StateError where there
    is a file already, or the lines are not those of a whole state; then there is none.
    """
    if path.exists():
        raise StateError(f"there is a file {path} already", "name one that isn't there")
    try:
        open_sqlite(path, "", ()).close()
        with any_state(path) as connection:
            connection.execute("DELETE FROM meta WHERE key = 'policy'")
            _take_all(connection, path, lines, name)
            events = check_log(connection, path)
        with any_state(path):  # which looks through it
            return events
    except BaseException:
        for left in (path, note_path(path), *(Path(f"{path}-{end}") for end in ("wal", "shm"))):
            with suppress(OSError):
                left.unlink(missing_ok=True)
        raise


def _take_all(connection: sqlite3.Connection, path: Path, lines: Iterable[str], name: str) -> None:
    number = 0
    for number, line in enumerate(lines, 1):
        _take(connection, path, line, (name, number))
    if not number:
        raise _no_text(name)


def _take(connection: sqlite3.Connection, path: Path, line: str, at: tuple[str, int]) -> None:
    """Write one line. at: the name of what is read, and the line's number."""
    name, number = at
    with suppress(ValueError, RecursionError):
        found: object = json.loads(line)
        if number == 1:
            _check_head(found, name)
            return
        row = cast("list[object]", found) if isinstance(found, list) else []
        table, cells = (row or [None])[0], row[1:]
        is_full = isinstance(table, str) and len(cells) == len(ROWS.get(table, ())) > 0
        if isinstance(table, str) and is_full and all(map(_is_stored, cells)):
            _insert(connection, path, table, cast("list[Stored]", cells))
            return
    raise StateError(f"line {number} of {name} is not one of a state", "export the state again")


def _check_head(found: object, name: str) -> None:
    head = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    if head.get("format") != FORM:
        raise _no_text(name)
    if head.get("version") != FORMAT:
        raise StateError(
            f"{name} is a state of version {head.get('version')}; this turnout reads {FORMAT}",
            "export it with the same version of turnout",
        )


def _no_text(name: str) -> StateError:
    return StateError(f"{name} is not a state as text", "`turnout state export` writes one")


def _is_stored(cell: object) -> bool:
    is_number = type(cell) is int and -(1 << 63) <= cell < 1 << 63
    return cell is None or isinstance(cell, str) or is_number


def _insert(
    connection: sqlite3.Connection, path: Path, table: str, cells: Sequence[Stored]
) -> None:
    names = ", ".join((*ROWS[table], "sum"))
    marks = ", ".join("?" * (len(cells) + 1))
    with state_errors(path):
        connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - our own names
            (*cells, row_sum(*cells)),
        )
