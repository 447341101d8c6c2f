"""What was read of a log, kept so that a report reads only what is new.

The index is a small database of facts (`lead_facts`): a file beside a state's file, and for a state
on a server wherever the caller keeps it, else in a file of SQLite's own that ends with the report.
It is no part of the state and may be deleted. It holds no id of a lead, and no value but that of
the field that says where a lead comes from. What it was made from is compared with the log each
time, all of it: where anything was erased or pruned since, it is made anew.

A long log is read in steps, each a snapshot of its own and kept when it is done: so a run that is
stopped loses one step, and others that wait for the index wait for one step. A report reads what
was kept as of one moment, whoever goes on with the index meanwhile.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from turnout.dsl.policy import Policy
from turnout.frozen import attribute, define, frozen
from turnout.reporting.fact_columns import BYTES
from turnout.reporting.lead_facts import FactsReader, LeadFacts
from turnout.reporting.worked_time import WorkedTime
from turnout.runtime.stores.anywhere import AnyStore
from turnout.runtime.stores.log_rows import AT_ONCE, LogRows
from turnout.runtime.stores.notes import index_path
from turnout.runtime.stores.server.locations import Whereabouts

_FORMAT: Final = f"3 {BYTES}"
STEP: Final = 1_000_000
"""Events that are read before they are kept."""

_PATIENCE: Final = 600_000
"""Milliseconds to wait for somebody else's step."""

_TABLES: Final = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE texts (number INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    "CREATE TABLE parts (name TEXT, part INTEGER, data BLOB NOT NULL, PRIMARY KEY (name, part))",
)


@frozen
class IndexManner:
    """What facts depend on beside the log. policy: whose hours count; source: see `FactsReader`."""

    policy: Policy | None = None
    source: str = ""

    @property
    def hours(self) -> str | None:
        """What working time depends on; None without a policy, for which none is told."""
        policy = self.policy
        if policy is None:
            return None
        people = [(each.name, each.hours) for each in policy.people.values()]
        teams = [(each.name, each.hours) for each in policy.teams.values()]
        outlets = [(each.name, each.hours) for each in policy.outlets.values()]
        hours = [pair for pair in (*people, *teams, *outlets) if pair[1] is not None]
        calendars = [
            (each.name, each.timezone, each.openings, each.closed, each.holidays)
            for each in policy.calendars.values()
        ]
        return f"{hours} {calendars}"


@contextmanager
def report_index(
    store: AnyStore, at: Whereabouts, manner: IndexManner, kept: Path | None = None
) -> Generator["ReportIndex", None, None]:
    """Give the index of a state, with all of its log in it, as of one moment.

    kept: the file of the index, where it is another one than that beside the state. Where nothing
    can be written there, it lasts as long as the context. Raises StateError.
    """
    path = kept if kept is not None else index_path(at) if isinstance(at, Path) else None
    with closing(_opened(path)) as connection:
        index = ReportIndex(connection, manner)
        index.follow(store)
        yield index


def _opened(path: Path | None) -> sqlite3.Connection:
    """Return a connection to the file of the index; to one without a name where there is none."""
    if path is not None:
        for _ in range(2):
            with suppress(OSError, sqlite3.OperationalError):
                # Its owner's alone, as the state is.
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
                try:
                    return _prepared(sqlite3.connect(path, isolation_level=None))
                except sqlite3.DatabaseError as error:
                    if isinstance(error, sqlite3.OperationalError):
                        raise
                    path.unlink()  # it is damaged, and is made anew
    return _prepared(sqlite3.connect("", isolation_level=None))  # on disk, once it is large


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.execute(f"PRAGMA busy_timeout = {_PATIENCE}")
        connection.execute("PRAGMA synchronous = OFF")  # what a crash takes is made anew
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@define(eq=False)
class ReportIndex:
    """The facts of a log. `leads`, `stints` and `draws` are in memory once they are asked for.

    last: the number of the last event that is in it.
    """

    connection: sqlite3.Connection
    manner: IndexManner
    facts: LeadFacts = attribute(factory=LeadFacts, init=False)
    last: int = attribute(default=0, init=False)

    @property
    def has_hours(self) -> bool:
        """Whether working time is known of."""
        return self.manner.policy is not None

    def follow(self, store: AnyStore) -> None:
        """Take up what is new in the log; all of it, where what was read before has changed."""
        while self._step(store):
            pass
        # Whoever reads from now on sees this moment, until the connection is closed.
        self.connection.execute("BEGIN")
        self.last = int(self._said()["last"])
        self.facts.texts.read(self.connection)

    def _step(self, store: AnyStore) -> bool:
        """Read some of what is new, and return whether there is more."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            with store.read() as snapshot:
                is_more = self._read(snapshot)
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        return is_more

    def _read(self, snapshot: LogRows) -> bool:
        manner, said = self.manner, self._said()
        last = int(said.get("last", "0"))
        count, total = snapshot.log_sum(last)
        is_same = (said.get("format"), said.get("source")) == (_FORMAT, manner.source)
        if not is_same or said["sum"] != f"{count} {total}":
            self._make()
            last, count, total, said = 0, 0, 0, {}
        hours = manner.hours
        has_other_hours = hours is not None and said.get("hours") != hours
        rows = snapshot.log_rows(last, min(STEP, AT_ONCE))
        if said and not rows and not has_other_hours:
            return False
        self.facts.texts.read(self.connection)
        for table in self.facts.tables:
            table.read(self.connection)
        reader = FactsReader(self.facts, WorkedTime(manner.policy), manner.source)
        if said and has_other_hours:
            reader.work_out()
        first, left = last, STEP
        while rows and left > 0:
            reader.read(rows)
            last, left = rows[-1].number, left - len(rows)
            rows = snapshot.log_rows(last, min(max(left, 1), AT_ONCE))
        self.facts.texts.write(self.connection)
        for table in self.facts.tables:
            table.write(self.connection)
            table.clear()
        more, further = snapshot.log_sum(last, first)
        pairs = {"format": _FORMAT, "source": manner.source, "last": str(last)}
        # Where nothing is known of hours, what was read now has to be worked out by who knows.
        pairs["hours"] = "" if hours is None else hours
        pairs["sum"] = f"{count + more} {total + further}"
        self.connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", pairs.items())
        return bool(rows)

    def _said(self) -> dict[str, str]:
        if not self.connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'meta'"
        ).fetchone():
            return {}
        return dict(self.connection.execute("SELECT key, value FROM meta"))

    def _make(self) -> None:
        for table in ("meta", "texts", "parts"):
            self.connection.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in _TABLES:
            self.connection.execute(statement)
        self.facts.clear()
