"""A state in one SQLite file, shared by the runs on one machine.

Durable: write-ahead logging with `synchronous=FULL`, so that a batch that ended survives
a power cut; with some hundred leads a batch, its one sync costs little. Processes take
turns: a batch holds the write lock from its start, because its draws depend on the turns
that it read. A network share can't hold the file, since its users must share memory
(https://www.sqlite.org/wal.html).
"""

import os
import sqlite3
import time
from collections.abc import Collection, Generator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from turnout.runtime.clock import this_moment
from turnout.runtime.stores import UNSIGNED, WAIT, Signature, StateError
from turnout.runtime.stores.batch import Batch
from turnout.runtime.stores.failures import state_errors
from turnout.runtime.stores.keeping import keep
from turnout.runtime.stores.kept import Tables, TableSnapshot
from turnout.runtime.stores.needs import Decide, Foresee
from turnout.runtime.stores.notes import StateNote, note_path
from turnout.runtime.stores.sharing import Job, Sharing, run_all
from turnout.runtime.stores.statements import (
    CHANGES,
    check_format,
    check_owner,
    check_tables,
    is_earlier,
    make_tables,
    upgrade_tables,
)
from turnout.runtime.stores.sums import check_whole, checked
from turnout.runtime.stores.totals import check_totals
from turnout.runtime.stores.upgrades import FORMAT

T = TypeVar("T")

_PAGE_SIZE = 2_048
"""Bytes of a page of a new file. An assignment changes half a dozen pages by a row each, and what
is written is whole pages: with SQLite's own 4,096 twice as much has to reach the disk."""

_ASKING = 0.004
"""Seconds after which somebody who waits asks for the lock again."""


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
            with _writing(connection, wait):
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
    return SqliteStore(connection, path, note, wait=wait)


def open_any(path: Path, *, wait: float = WAIT) -> "SqliteStore":
    """Return the state in the file, of whatever policy, for somebody who reads.

    Nobody is held up, but where the state is of an earlier format, which is brought up to
    date. Raises StateError where there is no state or it can't be used.
    """
    _check_there(path)
    connection, note = _connected(path, wait)
    try:
        with state_errors(path):
            if is_earlier(connection):
                with _writing(connection, wait):
                    upgrade_tables(connection, path)
            with _reading(connection):
                _check_made(connection, path)
                check_tables(connection, path)
                _check_mark(path, note, _mark(connection, path))
            _check_content(connection, path, note)
    except BaseException:
        connection.close()
        raise
    return SqliteStore(connection, path, note, wait=wait)


def copy_state(path: Path, into: Path, *, wait: float = WAIT) -> None:
    """Write a copy of the state in a file, as it stands, to a new file; only read is the state.

    wait: seconds to wait where another run has it. Raises StateError where it can't be read.
    """
    _check_there(path)
    with state_errors(path):
        found = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=wait, uri=True)
        with closing(found), closing(sqlite3.connect(into)) as copy:
            found.backup(copy)


def _check_there(path: Path) -> None:
    if not path.is_file() or not path.stat().st_size:
        raise _no_state(path)


def _check_made(connection: sqlite3.Connection, path: Path) -> None:
    if not check_format(connection, path):
        raise _no_state(path)


def _no_state(path: Path) -> StateError:
    return StateError(f"there is no state in {path}", "name a file that a run was given")


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
    with _reading(connection):
        check_whole(connection, path)
        check_totals(connection, path)
    if before is not None and note.content() == before:  # nobody wrote to it meanwhile
        note.found_whole(before)


@contextmanager
def any_state(
    path: Path, wait: float = WAIT, *, but: frozenset[str] = frozenset()
) -> Generator[sqlite3.Connection, None, None]:
    """Return a transaction in the state of whatever policy, all of it looked through before.

    wait: as for `open_sqlite`. but: tables whose rows aren't looked at. Raises StateError where
    there is no state or it can't be used.
    """
    _check_there(path)
    connection, note = _connected(path, wait)
    with closing(connection), state_errors(path):
        with _writing(connection, wait):
            _check_made(connection, path)
            upgrade_tables(connection, path)
            check_tables(connection, path)
            _check_mark(path, note, _mark(connection, path))
            check_whole(connection, path, but)
            check_totals(connection, path)
            yield connection
            mark = _mark(connection, path)
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
            with _reading(connection):
                check_format(connection, path)
            connection.execute(f"PRAGMA page_size = {_PAGE_SIZE}")  # counts where there is none yet
            _log_ahead(connection, wait)
            connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection, note


class SqliteStore:
    """A `Store` in a file; made by `open_sqlite`. Threads and processes take turns at it."""

    format: Final = FORMAT

    def __init__(
        self, connection: sqlite3.Connection, path: Path, note: StateNote, *, wait: float = WAIT
    ) -> None:
        self._connection = connection
        self._path = path
        self._note = note
        self._wait = wait
        connection.execute("PRAGMA busy_timeout = 0")  # see `_lock`
        self._together = Sharing(self._run)
        self._tables = Tables(connection, path)
        self._before = _before(connection, path)

    @property
    def connection(self) -> sqlite3.Connection:
        """What the state is read and written by, for who is inside a transaction of it."""
        return self._connection

    def decide(
        self,
        foresee: Foresee,
        decide: Decide[T],
        at: datetime | None = None,
        signature: Signature = UNSIGNED,
    ) -> T:
        """Return what the function decides, durably; RuntimeError inside another transaction.

        Nothing needs to be foreseen: a file has no round trips. Errors are those of `begin`.
        """
        return self._together.decide(foresee, decide, at, signature)

    def _run(self, jobs: Sequence[Job]) -> list[Any]:
        batch = self._begun(UNSIGNED)
        try:
            results = run_all(jobs, batch, this_moment())
            self._end(batch)
        except BaseException:
            self._give_up()
            raise
        return results

    def rehearse(
        self,
        foresee: Foresee,  # noqa: ARG002 - nothing needs to be foreseen here
        decide: Decide[T],
        at: datetime | None = None,
    ) -> T:
        """Return what the function decides, and keep nothing; nobody is held up."""
        with self.read() as snapshot:
            tables = Tables(snapshot.connection, self._path)
            return decide(Batch(tables), at or this_moment())

    @contextmanager
    def begin(self, signature: Signature = UNSIGNED) -> Generator[Batch, None, None]:
        """Return a transaction; RuntimeError inside another one of the same store.

        Raises StateError where the file can't be locked, read or written.
        """
        with self._together.lock:
            batch = self._begun(signature)
            try:
                yield batch
                self._end(batch)
            except BaseException:
                self._give_up()
                raise

    def _begun(self, signature: Signature) -> Batch:
        """Take the write lock; whoever calls it has the threads' lock. Errors are those of `begin`.

        What is raised between this and `_end` is no error of the file.
        """
        if self._connection.in_transaction:
            raise RuntimeError("a transaction of this store has not ended")
        with state_errors(self._path):
            _lock(self._connection, self._wait)
            try:
                self._tables.known.see(self._connection)
            except BaseException:
                self._give_up()
                raise
        return Batch(self._tables, signature)

    def _end(self, batch: Batch) -> None:
        """Write what a batch changed, durably."""
        with state_errors(self._path):
            last = keep(self._tables, batch)
            self._connection.execute("COMMIT")
        if last:
            self._note.marked(self._before + last)

    def _give_up(self) -> None:
        """End a transaction of which nothing is kept."""
        self._tables.known.forget()
        _undo(self._connection)

    @contextmanager
    def read(self) -> Generator[TableSnapshot, None, None]:
        """Return a snapshot, had by a connection of its own: writers go on meanwhile."""
        with state_errors(self._path):
            connection = sqlite3.connect(
                self._path.absolute(), isolation_level=None, check_same_thread=False
            )
        with closing(connection):
            with state_errors(self._path):
                connection.execute("PRAGMA query_only = ON")
                connection.execute("BEGIN")
            yield TableSnapshot(connection, self._path)

    def close(self) -> None:
        """Close the file; what no batch kept is gone."""
        with state_errors(self._path):
            self._connection.close()
        self._note.close()


def _mark(connection: sqlite3.Connection, path: Path) -> int:
    """Return how far a state is written: what grows with every event."""
    (events,) = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
    return _before(connection, path) + int(events)


def _before(connection: sqlite3.Connection, path: Path) -> int:
    """Return how many changes formats without events had counted."""
    query = "SELECT key, value, sum FROM meta WHERE key = ?"
    row = connection.execute(query, (CHANGES,)).fetchone()
    return 0 if row is None else int(checked(path, "meta", row)[1] or 0)


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
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(_ASKING)
        else:
            return


@contextmanager
def _reading(connection: sqlite3.Connection) -> Generator[None, None, None]:
    """Read what is true at one moment, in the block."""
    connection.execute("BEGIN")
    with _ended(connection):
        yield


@contextmanager
def _writing(connection: sqlite3.Connection, wait: float) -> Generator[None, None, None]:
    """Take the one write lock for the block."""
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        _lock(connection, wait)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(wait * 1000)}")
    with _ended(connection):
        yield


def _lock(connection: sqlite3.Connection, wait: float) -> None:
    """Take the write lock, for which others may have to be waited.

    SQLite itself asks less and less often, in the end each tenth of a second, and would
    rarely meet the moment between two transactions of somebody who has many.
    """
    deadline = time.monotonic() + wait
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() >= deadline:
                raise
            time.sleep(_ASKING)
        else:
            return


def _is_busy(error: sqlite3.OperationalError) -> bool:
    # The lowest byte of an extended code is its primary one.
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


@contextmanager
def _ended(connection: sqlite3.Connection) -> Generator[None, None, None]:
    """Commit at the block's end, roll back if it raises."""
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
