"""What was read of a log, kept so that a report reads only what is new.

The index is a small database of facts (`lead_facts`): a file beside a state's file, and in memory
for a state on a server. It is no part of the state and may be deleted. It holds no id of a lead,
and no value but that of the field that says where a lead comes from. What it was made from is
compared with the log each time, all of it: where anything was erased or pruned since, it is made
anew.
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
from turnout.runtime.stores.log_rows import LogRows
from turnout.runtime.stores.notes import index_path
from turnout.runtime.stores.server.locations import Whereabouts

_FORMAT: Final = f"1 {BYTES}"
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
    def key(self) -> str:
        """What tells one manner from another."""
        if self.policy is None:
            return f"{self.source}:"
        policy = self.policy
        people = [(each.name, each.hours) for each in policy.people.values()]
        teams = [(each.name, each.hours) for each in policy.teams.values()]
        outlets = [(each.name, each.hours) for each in policy.outlets.values()]
        hours = [pair for pair in (*people, *teams, *outlets) if pair[1] is not None]
        calendars = [
            (each.name, each.timezone, each.openings, each.closed, each.holidays)
            for each in policy.calendars.values()
        ]
        return f"{self.source}: {hours} {calendars}"


@contextmanager
def report_index(
    store: AnyStore, at: Whereabouts, manner: IndexManner
) -> Generator["ReportIndex", None, None]:
    """Give the index of a state, with all of its log in it.

    Where nothing can be written beside the state, it is made in memory. Raises StateError.
    """
    with closing(_opened(at)) as connection:
        index = ReportIndex(connection)
        index.follow(store, manner)
        yield index


def _opened(at: Whereabouts) -> sqlite3.Connection:
    """Return a connection to the file of the index; to memory where there can be none."""
    if isinstance(at, Path):
        path = index_path(at)
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
    return _prepared(sqlite3.connect(":memory:", isolation_level=None))


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.execute("PRAGMA busy_timeout = 60000")
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
    """The facts of a log. `leads`, `stints` and `draws` are in memory once they are asked for."""

    connection: sqlite3.Connection
    facts: LeadFacts = attribute(factory=LeadFacts, init=False)

    def follow(self, store: AnyStore, manner: IndexManner) -> None:
        """Take up what is new in the log; all of it, where what was read before has changed."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            with store.read() as snapshot:
                self._follow(snapshot, manner)
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise

    def _follow(self, snapshot: LogRows, manner: IndexManner) -> None:
        said = self._said()
        last = int(said.get("last", "0"))
        is_same = (said.get("format"), said.get("manner")) == (_FORMAT, manner.key)
        if not is_same or said["sum"] != repr(snapshot.log_sum(last)):
            self._make()
            last, said = 0, {}
        rows = snapshot.log_rows(last)
        self.facts.texts.read(self.connection)
        if said and not rows:
            return
        for table in self.facts.tables:
            table.read(self.connection)
        reader = FactsReader(self.facts, WorkedTime(manner.policy), manner.source)
        while rows:
            reader.read(rows)
            last = rows[-1].number
            rows = snapshot.log_rows(last)
        self.facts.texts.write(self.connection)
        for table in self.facts.tables:
            table.write(self.connection)
            table.clear()
        pairs = {"format": _FORMAT, "manner": manner.key, "last": str(last)}
        pairs["sum"] = repr(snapshot.log_sum(last))
        self.connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", pairs.items())

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
