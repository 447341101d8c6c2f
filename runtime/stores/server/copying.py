"""A whole state between a server and a file: to be looked through, carried or renamed in.

On a server events are in the order of their transactions, and some numbers are left out; in
a file they are numbered anew, from 1.
"""

import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from turnout.frozen import frozen
from turnout.runtime.stores import WAIT, StateError
from turnout.runtime.stores.cells import json_cell, json_read, loaded, stored, summed
from turnout.runtime.stores.kept import ABSENCES
from turnout.runtime.stores.server.encoded import received, received_or_none, sent, sent_or_none
from turnout.runtime.stores.server.locations import ServerAddress
from turnout.runtime.stores.server.postgres import check_there, connected, told
from turnout.runtime.stores.server.schemas import (
    TABLES,
    Connection,
    has_state,
    in_schema,
    lock_key,
    make_tables,
    said,
    say,
    upgrade_tables,
)
from turnout.runtime.stores.sqlite import any_state, open_any, open_sqlite
from turnout.runtime.stores.sums import ROWS, Stored, checked, row_sum
from turnout.runtime.stores.tombstones import SALT, salt_of

_PAGE = 2_000


def is_there(at: ServerAddress, *, wait: float = WAIT) -> bool:
    """Return whether there is a state. Raises StateError where another program has the schema."""
    with _connection(at, wait) as connection, told(at):
        return has_state(connection, at)


@contextmanager
def _connection(at: ServerAddress, wait: float) -> Generator[Connection, None, None]:
    connection = connected(at, wait)
    try:
        yield connection
    finally:
        connection.close()


def download(at: ServerAddress, path: Path, *, wait: float = WAIT) -> None:
    """Write a state to a new file; only read is the server. Raises StateError."""
    with _connection(at, wait) as connection, told(at):
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        check_there(connection, at)
        _to_file(connection, at, path)
        connection.execute("COMMIT")


def upload(path: Path, at: ServerAddress, *, wait: float = WAIT) -> None:
    """Make a state of a file where there is none. Raises StateError."""
    with _connection(at, wait) as connection, told(at), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock_key(at, "state"),))
        if has_state(connection, at):
            raise StateError(f"there is a state at {at} already", "name another schema")
        make_tables(connection, at, "")
        _from_file(connection, at, path)


@contextmanager
def replaced(at: ServerAddress, *, wait: float = WAIT) -> Generator[Path, None, None]:
    """Give a copy of a state; what the block makes of it is the state from then on.

    Nobody else has the state meanwhile.
    """
    with (
        tempfile.TemporaryDirectory(prefix="turnout-") as folder,
        _connection(at, wait) as connection,
        told(at),
        connection.transaction(),
    ):
        path = Path(folder) / "state.db"
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock_key(at, "state"),))
        check_there(connection, at)
        upgrade_tables(connection, at)
        _to_file(connection, at, path)
        yield path
        for table in TABLES:
            connection.execute(in_schema(at, f"DELETE FROM {{s}}.{table}"))
        _from_file(connection, at, path)


def _to_file(connection: Connection, at: ServerAddress, path: Path) -> None:
    meta = said(connection, at)
    open_sqlite(path, meta["policy"], ()).close()
    numbers = _Numbers({0: 0}, at)
    with any_state(path) as file:
        if SALT in meta:
            file.execute("INSERT INTO meta VALUES (?, ?, ?)", summed((SALT, meta[SALT])))
        if (absent := meta.get(ABSENCES, "[]")) != "[]":
            file.execute("INSERT INTO meta VALUES (?, ?, ?)", summed((ABSENCES, absent)))
        for table, cells in _rows(connection, at, numbers):
            names = ", ".join((*ROWS[table], "sum"))
            marks = ", ".join("?" * (len(cells) + 1))
            file.execute(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",
                (*cells, row_sum(*cells)),
            )


@frozen
class _Numbers:
    """The numbers of events in a file, by those on the server."""

    of: dict[int, int]
    at: ServerAddress

    def __getitem__(self, number: int) -> int:
        """Return the number in the file. Raises StateError where the event isn't there."""
        if number not in self.of:
            raise StateError(
                f"the state {self.at} is damaged: event {number} is gone",
                "restore its schema from a backup",
            )
        return self.of[number]


def _rows(
    connection: Connection, at: ServerAddress, numbers: "_Numbers"
) -> Iterator[tuple[str, tuple[Stored, ...]]]:
    """Yield the rows as a file has them. numbers: grows by those of the events."""
    for row in _read(connection, at, "versions", "id"):
        yield "versions", row
    number = 0
    for row in _read(connection, at, "events", "turn, seq"):
        seq, previous, *cells, text = row_received("events", row)
        number, text = _numbered(number + 1, seq, text, numbers)
        yield "events", (number, numbers[previous], *cells, text)
    for row in _read(connection, at, "decisions", "seq"):
        seq, route, lead, decided, last, *rest = row_received("decisions", row)
        yield "decisions", (numbers[seq], route, lead, numbers[decided], numbers[last], *rest)
    for table, order in (("turns", "team"), ("load", "person"), ("given", "who, at")):
        for row in _read(connection, at, table, order):
            yield table, row_received(table, row)
    for row in _read(connection, at, "seen", "key, at, seq"):
        yield "seen", row_received("seen", row)
    for id_, event, *rest in _read(connection, at, "outbox", "id"):
        yield "outbox", (id_, numbers[event], *rest)


def _numbered(number: int, seq: int, text: str, numbers: "_Numbers") -> tuple[int, str]:
    """Give an event its number in the file; before it, to those that went with their lead.

    Returns the number, and what the event says; see `pruning`.
    """
    if '"gone":' in text:
        said = json_read(text)
        count, first, *standing = said["gone"]
        if first != seq:
            numbers.of[first] = number
        number += count
        said["gone"] = [count, number if first == seq else numbers.of[first], *standing]
        text = json_cell(said)
    numbers.of[seq] = number
    return number, text


def _read(
    connection: Connection, at: ServerAddress, table: str, order: str
) -> Iterator[tuple[Any, ...]]:
    names = ", ".join(ROWS[table])
    with connection.cursor(name="rows") as rows:
        rows.itersize = _PAGE
        rows.execute(in_schema(at, f"SELECT {names} FROM {{s}}.{table} ORDER BY {order}"))
        yield from rows


def _from_file(connection: Connection, at: ServerAddress, path: Path) -> None:
    row = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None
    turn = int(said(connection, at)["base"]) + row[0]
    with closing(open_any(path)) as store, store.read() as snapshot:
        for table in TABLES:
            if table == "receivers":
                continue
            names = ", ".join(_columns(table))
            into = in_schema(at, f"COPY {{s}}.{table} ({names}) FROM STDIN")
            with connection.cursor().copy(into) as copy:
                for cells in _of_file(snapshot.connection, path, table):
                    copy.write_row(row_sent(table, cells, turn))
        (policy,) = snapshot.connection.execute(
            "SELECT value FROM meta WHERE key = 'policy'"
        ).fetchone()
        absent = snapshot.connection.execute(
            "SELECT value FROM meta WHERE key = ?", (ABSENCES,)
        ).fetchone()
        salt = salt_of(snapshot.connection, path)
    say(connection, at, "policy", str(policy))
    say(connection, at, ABSENCES, "[]" if absent is None else str(absent[0]))
    if salt is not None:
        kept = "INSERT INTO {s}.meta VALUES (%s, %s) ON CONFLICT (key) DO NOTHING"
        connection.execute(in_schema(at, kept), (SALT, salt))
    for statement in (
        "INSERT INTO {s}.receivers SELECT who, sum(leads), max(at) FROM {s}.given GROUP BY who",
        "SELECT setval('{s}.versions_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM {s}.versions))",
        "SELECT setval('{s}.outbox_id_seq', (SELECT coalesce(max(id), 0) + 1 FROM {s}.outbox))",
        """SELECT setval('{s}.event_numbers', greatest((SELECT coalesce(max(seq), 0)
        FROM {s}.events), (SELECT coalesce(max(seq), 0) FROM {s}.seen)) + 1, false)""",
    ):
        connection.execute(in_schema(at, statement))


def _of_file(connection: Any, path: Path, table: str) -> Iterator[Sequence[Stored]]:  # noqa: ANN401 - of sqlite3
    names = ", ".join((*ROWS[table], "sum"))
    for row in connection.execute(f"SELECT {names} FROM {table}"):
        yield checked(path, table, row)


def _columns(table: str) -> tuple[str, ...]:
    """Return the columns of a table on the server, in the order of `row_sent`."""
    if table == "events":
        seq, *rest = ROWS[table]
        return (seq, "turn", *rest, "rule", "holder", "former")
    return ROWS[table]


def row_received(table: str, cells: Sequence[Any]) -> tuple[Any, ...]:
    """Return a row of the server as a file has it, with the numbers that it has there."""
    match table:
        case "versions" | "outbox":
            return tuple(cells)
        case "events":
            seq, previous, kind, route, lead, at, recorded_at, actor, version, text = cells
            place = seq, previous, kind, received(route), stored(received(lead))
            return (*place, at, recorded_at, received(actor), version, text)
        case "decisions":
            seq, route, lead, *rest = cells
            rest[6] = received_or_none(rest[6])
            return (seq, received(route), stored(received(lead)), *rest)
        case "seen":
            key, at, seq, route, lead, owner = cells
            whose = received(route), stored(received(lead)), received_or_none(owner)
            return (key, at, seq, *whose)
        case _:
            name, *rest = cells
            return (received(name), *rest)


def row_sent(table: str, cells: Sequence[Any], turn: int) -> Sequence[Any]:
    """Return a row of a file as the server has it. turn: of an event, see `schemas`."""
    match table:
        case "versions" | "outbox":
            return cells
        case "events":
            seq, previous, kind, route, lead, at, recorded_at, actor, version, text = cells
            place = seq, turn, previous, kind, sent(route), sent(loaded(lead))
            found = _found_by(json_read(text))
            return (*place, at, recorded_at, sent(actor), version, text, *found)
        case "decisions":
            seq, route, lead, *rest = cells
            rest[6] = sent_or_none(rest[6])
            return (seq, sent(route), sent(loaded(lead)), *rest)
        case "seen":
            key, at, seq, route, lead, owner = cells
            return (key, at, seq, sent(route), sent(loaded(lead)), sent_or_none(owner))
        case _:
            name, *rest = cells
            return (sent(name), *rest)


def _found_by(detail: dict[str, Any]) -> tuple[str | None, ...]:
    """Return the rule of an event, who has the lead after it and who had it before."""
    after, before = detail.get("after", detail.get("to")), detail.get("from")
    people = (None if holder is None else holder[2] for holder in (after, before))
    return tuple(map(sent_or_none, (detail.get("rule"), *people)))
