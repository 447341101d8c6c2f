"""How a state file of an earlier format becomes one of this format.

Each step takes the format that it stands at to the next; a new file starts at format 1
and goes through all of them, so that there is one way in which its tables come about.
A step is never changed once it is released.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from zlib import crc32

from turnout.runtime.stores import loads, microseconds, receivers
from turnout.runtime.stores.first_events import keep_events
from turnout.runtime.stores.first_statuses import say_statuses
from turnout.runtime.stores.second_events import shorten_events
from turnout.runtime.stores.sums import row_sum, schema_sum
from turnout.runtime.stores.totals import GivenLeads, write_given


def watch_dues(connection: sqlite3.Connection) -> None:
    """Make room for due times, and for the moves of leads that missed theirs.

    due: microseconds since 1970, UTC, of leads that can be moved. watch: a `Watch` as JSON.
    """
    for column in ("due INTEGER", "touched INTEGER NOT NULL DEFAULT 0", "watch TEXT"):
        connection.execute(f"ALTER TABLE decisions ADD COLUMN {column}")
    connection.execute(
        "CREATE INDEX overdue ON decisions (route, due)"
        " WHERE due IS NOT NULL AND touched = 0 AND closed = 0"
    )
    connection.execute(
        "CREATE TABLE moves (seq INTEGER PRIMARY KEY, route TEXT NOT NULL,"
        " lead TEXT NOT NULL, move TEXT NOT NULL)"
    )


def count_given(connection: sqlite3.Connection) -> None:
    """Count the leads that each receiver was given, those of the log included.

    who: as `receivers` names them. at: microseconds since 1970, UTC. Raises KeyError,
    TypeError or ValueError where the log doesn't hold what was written.
    """
    connection.execute(
        "CREATE TABLE given (who TEXT NOT NULL, at INTEGER NOT NULL, leads INTEGER NOT NULL,"
        " PRIMARY KEY (who, at)) WITHOUT ROWID"
    )
    received: dict[str, Counter[int]] = {}
    for (text,) in connection.execute("SELECT decision FROM decisions"):
        record = json.loads(text)
        at = microseconds(datetime.fromisoformat(record["at"]))
        for who in receivers(record["kind"], record["target"], record["assignee"]):
            received.setdefault(who, Counter())[at] += 1
    _count(connection, received)


def _count(connection: sqlite3.Connection, received: Mapping[str, Counter[int]]) -> None:
    """Count leads as given, as formats without checksums do."""
    connection.executemany(
        "INSERT INTO given VALUES (?, ?, ?)"
        " ON CONFLICT (who, at) DO UPDATE SET leads = leads + excluded.leads",
        [(who, at, leads) for who, times in received.items() for at, leads in times.items()],
    )


def remember_leads(connection: sqlite3.Connection) -> None:
    """Make room for what leads are remembered under, so that a later one is a duplicate.

    key: see `identity`. at: microseconds since 1970, UTC. seq: leads in the order of
    recording; a lead has one under all its keys. owner: who has the lead now. The log holds
    no values of fields, so leads that were routed before this step aren't remembered.
    """
    connection.execute(
        "CREATE TABLE seen (key TEXT NOT NULL, at INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " route TEXT NOT NULL, lead TEXT NOT NULL, owner TEXT,"
        " PRIMARY KEY (key, at, seq)) WITHOUT ROWID"
    )
    connection.execute("CREATE INDEX seen_owned ON seen (key, at, seq) WHERE owner IS NOT NULL")
    connection.execute("CREATE INDEX seen_lead ON seen (route, lead)")
    connection.execute("CREATE INDEX seen_last ON seen (seq)")


def add_sums(connection: sqlite3.Connection) -> None:
    """Give every row a checksum; see `sums`."""
    for table, cells in _SUMMED.items():
        connection.execute(f"ALTER TABLE {table} ADD COLUMN sum INTEGER NOT NULL DEFAULT 0")
        names = ", ".join(cells)
        found = connection.execute(f"SELECT {names} FROM {table}").fetchall()  # noqa: S608 - our own names
        same = " AND ".join(f"{name} IS ?" for name in _KEYS[table])
        keys = [cells.index(name) for name in _KEYS[table]]
        connection.executemany(
            f"UPDATE {table} SET sum = ? WHERE {same}",  # noqa: S608 - our own names
            [(row_sum(*row), *(row[at] for at in keys)) for row in found],
        )
    connection.execute("ALTER TABLE given ADD COLUMN sum INTEGER NOT NULL DEFAULT 0")
    given = connection.execute("SELECT who, at, leads FROM given").fetchall()
    connection.executemany(
        "UPDATE given SET sum = ? WHERE who = ? AND at = ?",
        [(_given_sum(who, at, leads), who, at) for who, at, leads in given],
    )


def total_given(connection: sqlite3.Connection) -> None:
    """Say beside each count how many leads there had been up to then; see `totals`.

    Raises ValueError where a count is not what was written.
    """
    connection.execute("ALTER TABLE given RENAME TO former")
    connection.execute(
        "CREATE TABLE given (who TEXT NOT NULL, at INTEGER NOT NULL, leads INTEGER NOT NULL,"
        " total INTEGER NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (who, at)) WITHOUT ROWID"
    )
    former = connection.execute("SELECT who, at, leads, sum FROM former ORDER BY who, at")
    write_given(connection, map(_whole, former))
    connection.execute("DROP TABLE former")


def _whole(row: tuple[str, int, int, int]) -> GivenLeads:
    who, at, leads, sum_ = row
    if sum_ != _given_sum(who, at, leads):
        raise ValueError("a row is not what was written")
    return who, at, leads


def _given_sum(who: str, at: int, leads: int) -> int:
    """Return the checksum of a row of `given` in formats 5 and 6."""
    return crc32(who.encode()) + 1_009 * (at % 2_147_483_647) + 1_000_003 * leads


_LOAD = "INSERT OR REPLACE INTO load VALUES (?, ?, ?)"


def count_open(connection: sqlite3.Connection) -> None:
    """Count the open leads of teams, of members in them and of partners, too.

    Raises KeyError, TypeError or ValueError where the log doesn't hold what was written.
    """
    opened = Counter[str]()
    for (text,) in connection.execute(
        "SELECT coalesce(d.said, e.detail) FROM decisions d JOIN events e ON e.seq = d.decided"
        " WHERE d.closed = 0"
    ):
        said = json.loads(text)["decision"]
        opened.update(loads(said["kind"], said["target"], said["assignee"]))
    for who, leads in sorted(opened.items()):
        if " " in who:  # people are counted already
            cells = who, leads
            connection.execute(_LOAD, (*cells, row_sum(*cells)))


def to_eighth(connection: sqlite3.Connection) -> None:
    """Make format 8: all open leads are counted, each lead has a status, events are short."""
    count_open(connection)
    say_statuses(connection)
    shorten_events(connection)


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    watch_dues,
    count_given,
    remember_leads,
    add_sums,
    keep_events,
    total_given,
    to_eighth,
)
"""From format 1 to 2, from 2 to 3, and so on."""

_SUMMED: Mapping[str, tuple[str, ...]] = {
    "meta": ("key", "value"),
    "decisions": (
        *("decision", "fingerprint", "closed", "touched", "watch", "due", "route", "lead"),
    ),
    "moves": ("route", "lead", "move"),
    "turns": ("team", "scale", "lag"),
    "load": ("person", "open"),
    "seen": ("key", "at", "seq", "route", "lead", "owner"),
}
"""The tables of format 5 whose rows have a checksum, and the cells that it is made of."""

_KEYS = {
    "meta": ("key",),
    "decisions": ("route", "lead"),
    "moves": ("route", "lead", "move"),
    "turns": ("team",),
    "load": ("person",),
    "seen": ("key", "at", "seq"),
}
"""What tells the rows of each table apart."""

FORMAT = 1 + len(STEPS)


def upgrade(connection: sqlite3.Connection, version: int) -> None:
    """Bring tables of an earlier format to this one, inside the caller's transaction."""
    for step in STEPS[version - 1 :]:
        step(connection)
    schema = schema_sum(connection)
    connection.execute(
        "INSERT OR REPLACE INTO meta VALUES ('schema', ?, ?)", (schema, row_sum("schema", schema))
    )
    connection.execute(f"PRAGMA user_version = {FORMAT}")
