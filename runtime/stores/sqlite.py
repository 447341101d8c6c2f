"""A state in one SQLite file, shared by the runs on one machine.

Durable: write-ahead logging with `synchronous=FULL`, so that a batch that ended survives
a power cut; with some hundred leads a batch, its one sync costs little. Processes take
turns: a batch holds the write lock from its start, because its draws depend on the turns
that it read. A network share can't hold the file, since its users must share memory
(https://www.sqlite.org/wal.html).
"""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

import attrs

from turnout.compiler.meaning.identity import Seen
from turnout.frozen import frozen
from turnout.runtime.decisions import Decision
from turnout.runtime.draw import LEVEL, Turns
from turnout.runtime.moves import Move, Watch
from turnout.runtime.stores import WAIT, Recorded, StateError, Transaction
from turnout.runtime.stores.batch import NEWEST, Batch, Key
from turnout.runtime.stores.failures import damaged, state_errors
from turnout.runtime.stores.notes import StateNote, note_path
from turnout.runtime.stores.statements import (
    CHANGES,
    check_format,
    check_owner,
    check_tables,
    make_tables,
    upgrade_tables,
)
from turnout.runtime.stores.sums import (
    GIVEN,
    Stored,
    check_whole,
    checked,
    given_leads,
    row_sum,
)
from turnout.runtime.stores.upgrades import add_given

T = TypeVar("T")
_SEEN = "SELECT key, at, seq, route, lead, owner, sum FROM seen"
_EARLIER = f"{_SEEN} WHERE key = ? AND at >= ? AND at <= ? ORDER BY at DESC, seq DESC"
_DECISIONS = (
    "SELECT decision, fingerprint, closed, touched, watch, due, route, lead, sum FROM decisions"
)
_OWNED = _EARLIER.replace("ORDER BY", "AND owner IS NOT NULL ORDER BY")
_MARK = (
    "SELECT coalesce(max(seq), 0), (SELECT value FROM meta WHERE key = ?1),"
    " (SELECT sum FROM meta WHERE key = ?1) FROM decisions"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_JSON = json.JSONEncoder(separators=(",", ":"))


def open_sqlite(
    path: Path, policy_name: str, teams: Collection[str], *, wait: float = WAIT
) -> "SqliteStore":
    """Return the state in the file, which is made where there is none.

    policy_name, teams: whose state it must be. wait: seconds to wait for another run,
    here and at each batch. Raises StateError where the file can't be this policy's state,
    and leaves such a file as it was.
    """
    connection, note = _connected(path, wait)
    try:
        with state_errors(path):
            with _transaction(connection, "BEGIN IMMEDIATE"):
                # Checked again under the lock: another run may just have made the tables.
                if not check_format(connection, path):
                    _check_mark(path, note, 0)
                    make_tables(connection, policy_name)
                upgrade_tables(connection, path)
                check_owner(connection, path, policy_name, teams)
                _check_mark(path, note, _mark(connection, path))
            _check_content(connection, path, note)
    except BaseException:
        connection.close()
        raise
    return SqliteStore(connection, path, note)


def _check_mark(path: Path, note: StateNote, mark: int) -> None:
    """Raise StateError where a state lacks batches that had ended."""
    if note.mark > mark:
        raise StateError(
            f"the state file {path} is damaged: what was written to it last is gone, up to"
            f" {note.mark - mark:,} leads or changes of leads",
            f"put back its -wal file, or a backup; if it is a backup, remove {note_path(path)}",
        )


def _check_content(connection: sqlite3.Connection, path: Path, note: StateNote) -> None:
    """Look through a state, unless it holds just what was found whole before."""
    if note.is_whole():
        return
    before = note.content()
    with _transaction(connection, "BEGIN"):
        check_whole(connection, path)
    if before is not None and note.content() == before:  # nobody wrote to it meanwhile
        note.found_whole(before)


@contextmanager
def any_state(path: Path, wait: float = WAIT) -> Generator[sqlite3.Connection, None, None]:
    """Return a transaction in the state of whatever policy, all of it looked through before.

    wait: as for `open_sqlite`. Raises StateError where there is no state or it can't be used.
    """
    if not path.is_file() or not path.stat().st_size:
        raise StateError(f"there is no state in {path}", "name a file that a run was given")
    connection, note = _connected(path, wait)
    with closing(connection), state_errors(path):
        with _transaction(connection, "BEGIN IMMEDIATE"):
            if not check_format(connection, path):
                raise StateError(f"there is no state in {path}", "name a file that a run was given")
            upgrade_tables(connection, path)
            check_tables(connection, path)
            _check_mark(path, note, _mark(connection, path))
            check_whole(connection, path)
            before = connection.total_changes
            yield connection
            mark = _mark(connection, path, changes=connection.total_changes > before)
        note.marked(mark)
    note.close()


def _connected(path: Path, wait: float) -> tuple[sqlite3.Connection, StateNote]:
    """Return a connection to what may become a state, and its note.

    The file is made where there is none.
    """
    if path.is_dir():
        raise StateError(f"{path} is a folder", "name a file in it")
    if not path.parent.is_dir():
        raise StateError(f"there is no folder {path.parent}", "make it, or name another file")
    with state_errors(path):
        _make_private(path)
        note = StateNote(path)  # read before the state, which has at least what was noted
        # The absolute path, because SQLite has its own idea of the file ":memory:".
        connection = sqlite3.connect(
            path.absolute(), timeout=wait, isolation_level=None, check_same_thread=False
        )
    try:
        with state_errors(path):
            with _transaction(connection, "BEGIN"):
                check_format(connection, path)
            _log_ahead(connection, wait)
            connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection, note


class SqliteStore:
    """A `Store` in a file; made by `open_sqlite`. Threads and processes take turns at it."""

    def __init__(self, connection: sqlite3.Connection, path: Path, note: StateNote) -> None:
        self._connection = connection
        self._path = path
        self._note = note
        self._one_at_a_time = RLock()

    @contextmanager
    def begin(self) -> Generator[Transaction, None, None]:
        """Return a transaction; RuntimeError inside another one of the same store.

        Raises StateError where the file can't be locked, read or written.
        """
        with self._one_at_a_time:
            if self._connection.in_transaction:
                raise RuntimeError("a transaction of this store has not ended")
            with state_errors(self._path):
                self._connection.execute("BEGIN IMMEDIATE")
            try:
                batch = Batch(_Kept(self._connection, self._path))
                yield batch  # what is raised here is no error of the file
                with state_errors(self._path):
                    _keep(self._connection, self._path, batch)
                    mark = _mark(self._connection, self._path, changes=bool(batch.changed))
                    self._connection.execute("COMMIT")
                if batch.decisions or batch.changed:
                    self._note.marked(mark)
            except BaseException:
                _undo(self._connection)
                raise

    def close(self) -> None:
        """Close the file; what no batch kept is gone."""
        with state_errors(self._path):
            self._connection.close()
        self._note.close()


def _mark(connection: sqlite3.Connection, path: Path, *, changes: bool = False) -> int:
    """Return how far a state is written: what grows with every lead, and every change of leads.

    changes: it is to grow, because leads were changed that had been decided before.
    """
    leads, value, sum_ = connection.execute(_MARK, (CHANGES,)).fetchone()
    count = 0
    if value is not None:
        count = int(checked(path, "meta", (CHANGES, value, sum_))[1] or 0)
    if changes:
        count += 1
        row = _summed((CHANGES, str(count)))
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", row)
    return int(leads) + count


def _make_private(path: Path) -> None:
    """Make the file where there is none, for its owner alone: it holds personal data.

    The note of a file that is gone says nothing of a new one.

    SQLite gives the files that it puts beside it the same mode, and it says what is wrong
    where none can be made.
    """
    with suppress(OSError):
        if not path.exists():
            note_path(path).unlink(missing_ok=True)
        os.close(os.open(path.resolve(), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _log_ahead(connection: sqlite3.Connection, wait: float) -> None:
    """Switch the file to write-ahead logging; nothing to do but for the first to open it.

    SQLite refuses the switch at once while another run has the file, whatever its busy
    timeout, so that runs that start together on a new file would fail.
    """
    deadline = time.monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # The lowest byte of an extended code is its primary one.
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return


@frozen
class _Kept:
    """The tables, as a batch reads them."""

    connection: sqlite3.Connection
    path: Path

    def recorded(self, route: str, lead: str) -> Recorded | None:
        query = f"{_DECISIONS} WHERE route = ? AND lead = ?"
        return next(map(self._read, self._rows("decisions", query, route, _stored(lead))), None)

    def turns(self, team: str) -> Turns:
        query = "SELECT team, scale, lag, sum FROM turns WHERE team = ?"
        for _, scale, lag in self._rows("turns", query, team):
            return Turns(scale, self._decoded(lag, dict[str, int]))
        return LEVEL

    def open_leads(self, person: str) -> int:
        query = "SELECT person, open, sum FROM load WHERE person = ?"
        return next((int(leads) for _, leads in self._rows("load", query, person)), 0)

    def given(self, who: str, start: int, end: int) -> int:
        query = f"SELECT {GIVEN} FROM given WHERE who = ? AND at >= ? AND at < ?"  # noqa: S608 - our own names
        with state_errors(self.path):
            found = self.connection.execute(query, (who, start, end)).fetchone()
        return given_leads(self.path, who, found)

    def earlier(self, key: str, start: int, end: int, *, owned: bool) -> Iterator[Seen]:
        yield from map(_seen, self._rows("seen", _OWNED if owned else _EARLIER, key, start, end))

    def remembered(self, route: str, lead: str) -> list[Seen]:
        query = f"{_SEEN} WHERE route = ? AND lead = ? ORDER BY seq, key"
        return [*map(_seen, self._rows("seen", query, route, _stored(lead)))]

    def log(self) -> Iterator[Recorded]:
        yield from map(self._read, self._rows("decisions", f"{_DECISIONS} ORDER BY seq"))

    def overdue(self, route: str, at: datetime) -> Iterator[Recorded]:
        query = (
            f"{_DECISIONS} WHERE route = ? AND due <= ?"
            " AND due IS NOT NULL AND touched = 0 AND closed = 0 ORDER BY due, seq"
        )
        yield from map(self._read, self._rows("decisions", query, route, _instant(at)))

    def moves(self) -> Iterator[Move]:
        for _, _, text in self._rows(
            "moves", "SELECT route, lead, move, sum FROM moves ORDER BY seq"
        ):
            yield self._decoded(text, Move.from_dict)

    def _rows(self, table: str, query: str, *asked: str | int) -> Iterator[tuple[Any, ...]]:
        """Yield rows without their checksum, which is the last cell and has to be right."""
        with state_errors(self.path):
            for row in self.connection.execute(query, asked):
                yield tuple(checked(self.path, table, row))

    def _read(self, row: tuple[Any, ...]) -> Recorded:
        text, fingerprint, closed, touched, watch = row[:5]
        return Recorded(
            self._decoded(text, Decision.from_dict),
            fingerprint,
            bool(closed),
            bool(touched),
            None if watch is None else self._decoded(watch, Watch.from_dict),
        )

    def _decoded(self, text: str, decode: Callable[[Any], T]) -> T:
        try:
            return decode(json.loads(text))
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise damaged(self.path, f"{text[:40]!r} is not what was written") from error


def _keep(connection: sqlite3.Connection, path: Path, batch: Batch) -> None:
    """Write what the batch changed, each table once."""
    connection.executemany(
        "INSERT INTO decisions (decision, fingerprint, closed, touched, watch, due, route, lead,"
        " sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_summed(_row(key, new)) for key, new in batch.decisions.items()),
    )
    connection.executemany(
        "UPDATE decisions SET decision = ?1, fingerprint = ?2, closed = ?3, touched = ?4,"
        " watch = ?5, due = ?6, sum = ?9 WHERE route = ?7 AND lead = ?8",
        (_summed(_row(key, new)) for key, new in batch.changed.items()),
    )
    connection.executemany(
        "INSERT INTO moves (route, lead, move, sum) VALUES (?, ?, ?, ?)",
        (_summed((move.route, _stored(move.lead), _json(move.as_dict()))) for move in batch.moved),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?)",
        (_summed((team, turns.scale, _json(turns.lag))) for team, turns in batch.drawn.items()),
    )
    kept = _Kept(connection, path)
    connection.executemany(
        "INSERT OR REPLACE INTO load VALUES (?, ?, ?)",
        [
            _summed((person, kept.open_leads(person) + more))
            for person, more in batch.opened.items()
        ],
    )
    add_given(connection, batch.received)
    _remember(connection, batch)


def _summed(cells: tuple[Stored, ...]) -> tuple[Stored, ...]:
    """Return the cells of a row with their checksum behind them."""
    return (*cells, row_sum(*cells))


def _remember(connection: sqlite3.Connection, batch: Batch) -> None:
    if not batch.remembered:
        return
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM seen").fetchone()
    connection.executemany(
        "DELETE FROM seen WHERE route = ? AND lead = ?",
        [(route, _stored(lead)) for route, lead in batch.remembered],
    )
    rows: list[tuple[Stored, ...]] = []
    for _, seen in batch.remembered_in_order():
        if seen and seen[0].order >= NEWEST:
            last += 1
        for each in seen:
            seq = last if each.order >= NEWEST else each.order
            cells = each.key, each.at, seq, each.route, _stored(each.lead), each.owner
            rows.append(_summed(cells))
    connection.executemany("INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _seen(row: tuple[Any, ...]) -> Seen:
    key, at, order, route, lead, owner = row
    return Seen(key, at, order, route, _loaded(lead), owner)


def _row(key: Key, new: Recorded) -> tuple[Stored, ...]:
    route, lead = key
    due = None if new.watch is None else new.decision.due
    return (
        _json(new.decision.as_dict()),
        new.fingerprint,
        int(new.closed),
        int(new.touched),
        None if new.watch is None else _json(attrs.asdict(new.watch)),
        None if due is None else _instant(due),
        route,
        _stored(lead),
    )


def _instant(at: datetime) -> int:
    """Return a moment in microseconds since 1970, UTC."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _json(value: object) -> str:
    """Return JSON in ASCII, so that half a surrogate pair in a lead's data is kept too."""
    return _JSON.encode(value)


def _stored(lead: str) -> str:
    """Return the id as a TEXT that SQLite can hold, a different one for each id.

    Half a surrogate pair has no UTF-8; an id with one is kept as JSON, behind a prefix.
    """
    if lead.startswith("json:") or not _is_encodable(lead):
        return f"json:{json.dumps(lead)}"
    return lead


def _loaded(stored: str) -> str:
    """Return the id that `_stored` stored."""
    return str(json.loads(stored.removeprefix("json:"))) if stored.startswith("json:") else stored


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Generator[None, None, None]:
    """Commit at the block's end, roll back if it raises.

    begin: IMMEDIATE takes the one write lock at the start, a plain BEGIN only reads.
    """
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        _undo(connection)
        raise


def _undo(connection: sqlite3.Connection) -> None:
    """Roll back, where SQLite itself hasn't because the disk was full."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
