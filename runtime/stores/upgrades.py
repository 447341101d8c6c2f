"""How a state file of an earlier format becomes one of this format.

Each step takes the format that it stands at to the next; a new file starts at format 1
and goes through all of them, so that there is one way in which its tables come about.
A step is never changed once it is released.
"""

import sqlite3
from collections.abc import Callable


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


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (watch_dues,)
"""From format 1 to 2, from 2 to 3, and so on."""

FORMAT = 1 + len(STEPS)


def upgrade(connection: sqlite3.Connection, version: int) -> None:
    """Bring tables of an earlier format to this one, inside the caller's transaction."""
    for step in STEPS[version - 1 :]:
        step(connection)
    connection.execute(f"PRAGMA user_version = {FORMAT}")
