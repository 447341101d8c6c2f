"""A `Store` on a PostgreSQL server.

Two round trips a batch. The first begins a transaction, holds by advisory locks the teams that
are drawn (in one order, so that nobody waits in a circle) and fetches what was foreseen;
the second writes and commits. A batch that the server calls off, or that somebody else
has overtaken, is decided again, and after some times alone, by the state's own lock. Where the
connection is lost in the middle of a commit, the server is asked on a new one what became of
that transaction: nothing is guessed.

The commit itself doesn't wait for the disk, so that the next one who draws has the team at once;
what follows in the same message does, when no lock is held any more. What was committed is
written ahead in the order of the commits. So whoever waits for what came after has all that they
built on, a crash takes away a tail of which nobody was told, and one wait of the disk does for
many. Who reads waits until what is seen is on the disk, too.

Who decides at whatever the clock says doesn't decide before what others counted meanwhile:
the moment is then that of the last count.
"""

import threading
import time
from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any, Final, NoReturn, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.json import set_json_loads

from turnout.frozen import frozen
from turnout.runtime.clock import lasting, this_moment
from turnout.runtime.stores import UNSIGNED, WAIT, Signature, StateError
from turnout.runtime.stores.batch import Batch
from turnout.runtime.stores.cells import instant, json_cell, json_read
from turnout.runtime.stores.needs import NOTHING, Decide, Foresee, Needs
from turnout.runtime.stores.server.changing import FORGET, LATE, is_late, writing, written
from turnout.runtime.stores.server.fetched import Fetched, MoreNeededError, asked_of, reading
from turnout.runtime.stores.server.locations import ServerAddress
from turnout.runtime.stores.server.prepared import Prepared
from turnout.runtime.stores.server.refusals import (
    LostError,
    OvertakenError,
    reason,
    server_errors,
    unreachable,
)
from turnout.runtime.stores.server.schemas import (
    FORMAT,
    Connection,
    check_owner,
    counted_from,
    has_state,
    in_schema,
    lock_key,
    make_tables,
    upgrade_tables,
)
from turnout.runtime.stores.server.snapshots import ServerSnapshot
from turnout.runtime.stores.sharing import Job, Sharing, run_all

T = TypeVar("T")

PATIENCE = 4
"""How often a batch is overtaken before it is decided alone."""

_MOST_AGAIN = 60
_DEFAULTS = {
    "application_name": "turnout",
    "client_encoding": "UTF8",
    # A server that is gone without a word is noticed within a minute.
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
_LONG = 10.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No number of a transaction is taken here: it is when the batch is written, behind all that the
# batch has read, so that the log is in the order of cause and effect.
_HOLD = b"SELECT pg_advisory_xact_lock_shared($1::bigint), pg_advisory_xact_lock($2::bigint)"
_HOLD_ALL = (
    b"SELECT pg_advisory_xact_lock_shared($1::bigint), (SELECT count(pg_advisory_xact_lock(k)) FROM"
    b" unnest($2::bigint[]) k)"
)
_LATER = b"SET LOCAL synchronous_commit = off"
_NOW = b"SELECT pg_logical_emit_message(true, 'turnout', '')"  # an empty one, as `SET` says
_IF_BEHIND = (
    b"SELECT CASE WHEN pg_current_wal_flush_lsn() < pg_current_wal_insert_lsn()"
    b" THEN pg_logical_emit_message(true, 'turnout', '') END"
)
_SEEN_UPTO = (
    "SELECT CASE WHEN NOT pg_is_in_recovery() AND current_setting('synchronous_commit') <> 'off'"
    " THEN pg_current_wal_insert_lsn()::text END"
)
# Where nothing is at work the next place may be behind the head of a page, 24 bytes long.
_IS_ON_DISK = "SELECT %s::pg_lsn - pg_current_wal_flush_lsn() <= 24"
_DISK = 1.0
"""Seconds within which the server's WAL writer has written whatever nobody waits for."""

_ALONE = b"SELECT pg_advisory_xact_lock($1::bigint)"
_NUMBERS = "SELECT nextval(%s::regclass) FROM generate_series(1, %s)"


def open_postgres(
    at: ServerAddress, policy_name: str, teams: Collection[str], *, wait: float = WAIT
) -> "PostgresStore":
    """Return the state at an address, which is made where there is none.

    As `open_sqlite`. Raises StateError.
    """
    with _settled(at, wait) as connection:
        if not has_state(connection, at):
            make_tables(connection, at, policy_name)
        upgrade_tables(connection, at)
        check_owner(connection, at, policy_name, teams)
        base = counted_from(connection, at)
    return PostgresStore(at, base, wait=wait)


def open_any_server(at: ServerAddress, *, wait: float = WAIT) -> "PostgresStore":
    """Return the state at an address, of whatever policy. Raises StateError."""
    with _settled(at, wait) as connection:
        check_there(connection, at)
        upgrade_tables(connection, at)
        base = counted_from(connection, at)
    return PostgresStore(at, base, wait=wait)


def check_there(connection: Connection, at: ServerAddress) -> None:
    """Raise StateError where there is no state."""
    if not has_state(connection, at):
        raise StateError(f"there is no state at {at}", "name one that a run was given")


@contextmanager
def _settled(at: ServerAddress, wait: float) -> Generator[Connection, None, None]:
    """Return a connection in a transaction in which nobody else makes or upgrades tables.

    A server that is only read is read: what would have to be written is told.
    """
    connection = connected(at, wait)
    try:
        with told(at), connection.transaction():
            key = lock_key(at, "state")
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (key,))
            yield connection
    finally:
        connection.close()


@contextmanager
def told(at: ServerAddress) -> Generator[None, None, None]:
    """Turn whatever fails in the block into a `StateError`: nothing is done again."""
    try:
        with server_errors(at):
            yield
    except LostError as error:
        raise unreachable(at, reason(error)) from error
    except OvertakenError as error:
        raise StateError(f"the state {at} was written by others meanwhile", "run again") from error


def connected(at: ServerAddress, wait: float) -> Connection:
    """Return a connection; a server that doesn't answer is tried for `wait` seconds."""
    until = time.monotonic() + wait
    while True:
        try:
            with server_errors(at):
                connection = psycopg.connect(
                    make_conninfo("", **{**_DEFAULTS, **conninfo_to_dict(at.conninfo)}),
                    autocommit=True,
                    connect_timeout=max(2, int(wait)),
                )
                set_json_loads(json_read, connection)
                connection.execute(
                    "SELECT set_config('lock_timeout', %s, false),"
                    " set_config('enable_seqscan', 'off', false),"
                    " set_config('jit', 'off', false)",
                    (f"{max(1, int(wait * 1000))}ms",),
                )
                return connection
        except LostError as error:
            said = reason(error)
            if _is_final(said) or time.monotonic() >= until:
                _refused(at, said)
            time.sleep(0.1)


_FINAL = ("password", "authentication", "pg_hba", "role", "does not exist", "database")


def _is_final(said: str) -> bool:
    passes = "the database system is" in said  # starting up, shutting down, recovering
    return not passes and any(word in said for word in _FINAL)


def _refused(at: ServerAddress, said: str) -> NoReturn:
    """Raise why no connection was made: the driver has no codes for it."""
    if "database" in said and "does not exist" in said:
        raise StateError(
            f"there is no such database: {at}", "make it with `createdb`, or name another one"
        )
    if _is_final(said):
        raise StateError(
            f"{at} doesn't let this user in: {said}",
            "give the user and the password in the address, in PGPASSWORD or in ~/.pgpass",
        )
    raise unreachable(at, said)


@frozen
class _Begun:
    """A transaction that has begun. alone: nobody else writes."""

    writer: Prepared
    kept: Fetched
    alone: bool


class PostgresStore:
    """A `Store` in a schema of a database; made by `open_postgres`.

    Threads of a process share a connection and their commits; processes have their own.
    """

    format: Final = FORMAT

    def __init__(self, at: ServerAddress, base: int, *, wait: float = WAIT) -> None:
        self._at = at
        self._base = base
        self._wait = wait
        self._sharing = Sharing(self._run)
        self._writer: Prepared | None = None
        self._readers: list[Connection] = []
        self._versions: dict[str, int] = {}
        self._is_busy = False
        self._is_closed = False
        self._guard = threading.Lock()
        self._state_key = lock_key(at, "state")
        self._numbers_of = f"{at.schema}.event_numbers"

    def decide(
        self,
        foresee: Foresee,
        decide: Decide[T],
        at: datetime | None = None,
        signature: Signature = UNSIGNED,
    ) -> T:
        """Return what the function decides, durably; RuntimeError inside another transaction.

        Raises StateError where the server can't be reached or written to.
        """
        return self._sharing.decide(foresee, decide, at, signature)

    def _run(self, jobs: Sequence[Job]) -> list[Any]:
        extra, overtaken, alone = NOTHING, 0, False
        until = time.monotonic() + self._wait
        while True:
            try:
                return self._attempt(jobs, extra, alone=alone)
            except MoreNeededError as more:
                extra |= more.needs
            except OvertakenError as error:
                overtaken += 1
                is_told = error.is_late and any(job.at is not None for job in jobs)
                alone = alone or is_told or overtaken >= PATIENCE
                if overtaken > _MOST_AGAIN:
                    raise StateError(
                        f"the state {self._at} was written by others again and again",
                        "run again",
                    ) from error
            except LostError as error:
                self._drop()
                if time.monotonic() > until:
                    raise unreachable(self._at, reason(error)) from error

    def _attempt(self, jobs: Sequence[Job], extra: Needs, *, alone: bool) -> list[Any]:
        moment = this_moment()
        writer = self._connected()
        try:
            needs = self._needs(jobs, moment, extra)
            begun = self._begun(writer, needs, alone=alone)
            kept = begun.kept
            floor = _EPOCH + timedelta(microseconds=kept.latest)
            if floor > moment and any(job.at is None for job in jobs):
                moment = floor
                later = self._needs(jobs, moment, extra)
                if later != needs:
                    kept.fetch(later)
            batch = Batch(kept)
            results = run_all(jobs, batch, moment)
            self._end(begun, batch)
        except BaseException:
            self._undo(writer.connection)
            raise
        return results

    def _needs(self, jobs: Sequence[Job], moment: datetime, extra: Needs) -> Needs:
        found = (job.foresee(job.at or moment) for job in jobs)
        return reduce(Needs.__or__, found, extra)

    def _begun(self, writer: Prepared, needs: Needs, *, alone: bool) -> "_Begun":
        """Begin a transaction: one round trip."""
        asked = asked_of(needs, max(1, len(needs.leads)))
        read = in_schema(self._at, reading(tuple(asked), "$1"))
        with server_errors(self._at):
            cells = writer.ask(
                b"BEGIN",
                self._holding(writer, needs, alone=alone),
                writer.call(read, json_cell(asked)),
            )
        kept = self._fetched(writer.connection, None if alone else needs.teams)
        kept.take(needs, asked, cells)
        return _Begun(writer, kept, alone)

    def _holding(self, writer: Prepared, needs: Needs, *, alone: bool) -> bytes:
        """Return the call that waits for whoever draws from the same teams, or for everybody."""
        if alone:
            return writer.call(_ALONE, str(self._state_key))
        names = [("team", each) for each in needs.teams] + [("alone", a) for a in needs.alone]
        keys = sorted(lock_key(self._at, kind, name) for kind, name in names)
        if len(keys) == 1:
            return writer.call(_HOLD, str(self._state_key), str(keys[0]))
        return writer.call(_HOLD_ALL, str(self._state_key), f"{{{','.join(map(str, keys))}}}")

    def _fetched(self, connection: Connection, held: frozenset[str] | None) -> Fetched:
        def ask(query: str, *cells: object) -> Any:  # noqa: ANN401 - a cell of any type
            with server_errors(self._at):
                return _one(connection.execute(in_schema(self._at, query), cells))[0]

        return Fetched(ask, held)

    def _end(self, begun: "_Begun", batch: Batch) -> None:
        """Write what a batch changed and commit: the other round trip."""
        writer = begun.writer
        connection, numbers = writer.connection, begun.kept.numbers
        if is_late(batch) and not begun.alone:
            raise OvertakenError(is_late=True)
        with server_errors(self._at):
            if not (batch.events or batch.drawn):
                writer.send(b"COMMIT", _IF_BEHIND)  # others may have decided what was asked
                return
            lacking = len(batch.events) - len(numbers)
            if lacking > 0:
                asked = connection.execute(_NUMBERS, (self._numbers_of, lacking))
                numbers = numbers + [int(number) for (number,) in asked.fetchall()]
            policies = {happening.policy for happening in batch.events}
            versions = {policy: self._version(connection, policy, batch) for policy in policies}
        change = written(batch, begun.kept, numbers, versions, late=begun.alone)
        with server_errors(self._at):
            if change.forget:
                connection.execute(in_schema(self._at, FORGET), (change.forget,))
            text = in_schema(self._at, writing(tuple(change.parts), self._base))
            writes = writer.call(text, *map(json_cell, change.parts.values()))
            self._count_late(connection, change.late)
        try:
            with server_errors(self._at):
                writer.send(_LATER, writes, b"COMMIT", _NOW)
        except LostError as error:
            if not self._was_kept(numbers, error):
                raise
        self._versions |= versions

    def _count_late(self, connection: Connection, late: Sequence[dict[str, str | int]]) -> None:
        """Count leads behind which others may lie."""
        if late:
            with connection.pipeline():
                for leads in late:
                    for statement in LATE:
                        connection.execute(in_schema(self._at, statement), leads)

    def _was_kept(self, numbers: list[int], lost: LostError) -> bool:
        """Return whether a transaction was kept whose connection was lost before it said so.

        The server may be at work on it still: the state's own lock is had only behind it. Its
        events have numbers that nobody else was given.
        """
        until = time.monotonic() + max(self._wait, _LONG)
        there = in_schema(self._at, "SELECT EXISTS (SELECT FROM {s}.events WHERE seq = ANY (%s))")
        while True:
            self._drop()
            try:
                with server_errors(self._at):
                    writer = self._connected()
                    connection = writer.connection
                    writer.send(b"BEGIN", writer.call(_ALONE, str(self._state_key)))
                    was_kept = bool(_one(connection.execute(there, (numbers,)))[0])
                    connection.execute("ROLLBACK")
                    if was_kept:
                        writer.send(_NOW)
                    return was_kept
            except (LostError, OvertakenError, StateError) as error:
                if time.monotonic() > until:
                    raise StateError(
                        f"the connection to {self._at} was lost in the middle of a commit:"
                        f" {reason(lost)}",
                        "whether it was kept isn't known yet: route the same leads again; one"
                        " that was decided keeps its decision",
                    ) from error
            time.sleep(0.05)

    def _version(self, connection: Connection, policy: str, batch: Batch) -> int:
        """Return the number of a version of the policy, noted when it is first in force."""
        if not policy or policy in self._versions:
            return self._versions.get(policy, 0)
        query = in_schema(
            self._at,
            "INSERT INTO {s}.versions (hash, since, source) VALUES (%s, %s, %s) ON CONFLICT (hash)"
            " DO UPDATE SET since = versions.since RETURNING id",
        )
        text = batch.texts.get(policy)
        cells = policy, instant(datetime.now(UTC)), None if text is None else text()
        return int(_one(connection.execute(query, cells))[0])

    def rehearse(self, foresee: Foresee, decide: Decide[T], at: datetime | None = None) -> T:
        """Return what the function decides, and keep nothing; nobody is held up."""
        moment = at or this_moment()
        with self._reading() as connection:
            kept = self._fetched(connection, None)
            kept.fetch(foresee(moment))
            return decide(Batch(kept), moment)

    @contextmanager
    def begin(self, signature: Signature = UNSIGNED) -> Generator[Batch, None, None]:
        """Return a transaction during which nobody else writes to the state."""
        with self._sharing.lock:
            if self._is_busy:
                raise RuntimeError("a transaction of this store has not ended")
            self._is_busy = True
            try:
                with told(self._at):
                    writer = self._connected()
                    writer.send(b"BEGIN", writer.call(_ALONE, str(self._state_key)))
                try:
                    kept = self._fetched(writer.connection, None)
                    batch = Batch(kept, signature)
                    yield batch
                    with told(self._at):
                        self._end(_Begun(writer, kept, alone=True), batch)
                except BaseException:
                    self._undo(writer.connection)
                    raise
            finally:
                self._is_busy = False

    @contextmanager
    def read(self) -> Generator[ServerSnapshot, None, None]:
        """Return a snapshot, had by a connection of its own."""
        with self._reading() as connection:
            yield ServerSnapshot(self._fetched(connection, None).ask, self._base, self._state_key)

    @contextmanager
    def _reading(self) -> Generator[Connection, None, None]:
        with told(self._at):
            with self._guard:
                connection = self._readers.pop() if self._readers else None
            if connection is None or connection.closed:
                connection = connected(self._at, self._wait)
            try:
                try:
                    _snapshot(connection)
                except psycopg.OperationalError:  # it was lost while nobody used it
                    connection.close()
                    connection = connected(self._at, self._wait)
                    _snapshot(connection)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.close()
                raise
            with self._guard:
                if self._is_closed:
                    connection.close()
                else:
                    self._readers.append(connection)

    def close(self) -> None:
        """Close the connections; a store can be closed twice."""
        with self._guard:
            self._is_closed = True
            for connection in self._readers:
                connection.close()
            self._readers.clear()
        self._drop()

    def _connected(self) -> Prepared:
        if self._is_closed:
            raise StateError(f"the state {self._at} is closed", "open it again")
        if self._writer is None or self._writer.connection.closed:
            self._writer = Prepared(connected(self._at, self._wait))
        return self._writer

    def _drop(self) -> None:
        if self._writer is not None:
            with suppress(psycopg.Error):
                self._writer.connection.close()
            self._writer = None

    def _undo(self, connection: Connection) -> None:
        """Roll back; what can't is closed, which does so, too."""
        try:
            if not connection.closed:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()


def _snapshot(connection: Connection) -> None:
    """Begin a transaction that only reads, and wait until all that it sees is on the disk."""
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    (upto,) = _one(connection.execute(_SEEN_UPTO))
    is_enough = lasting(_DISK)
    while upto is not None and not is_enough():
        if _one(connection.execute(_IS_ON_DISK, (upto,)))[0]:
            return
        time.sleep(0.001)


def _one(cursor: "psycopg.Cursor[tuple[Any, ...]]") -> tuple[Any, ...]:
    row = cursor.fetchone()
    assert row is not None
    return row
