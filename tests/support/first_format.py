"""State files as the first version kept them, to be brought up to date."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from turnout.runtime.stores.cells import moment
from turnout.runtime.stores.details import decided

_MADE = """
    CREATE TABLE decisions (seq INTEGER PRIMARY KEY, route TEXT NOT NULL, lead TEXT NOT NULL,
        fingerprint TEXT NOT NULL, decision TEXT NOT NULL, closed INTEGER NOT NULL DEFAULT 0,
        UNIQUE (route, lead))
"""
_TOLD = """
    INSERT INTO decisions SELECT l.seq, l.route, l.lead,
        coalesce(json_extract(e.detail, '$.print'), ''),
        in_full(l.route, l.lead, e.at, e.detail),
        l.status IN ('closed', 'converted', 'returned')
        FROM leads l JOIN events e ON e.seq = l.decided
"""
_LATER = (
    "ALTER TABLE decisions RENAME TO leads",
    _MADE,
    _TOLD,
    "DROP TABLE leads",
    "DROP TABLE events",
    "DROP TABLE versions",
    "DROP TABLE IF EXISTS outbox",
    "DROP TABLE IF EXISTS seen",
    "DROP TABLE IF EXISTS given",
    *(f"ALTER TABLE {table} DROP COLUMN sum" for table in ("meta", "turns", "load")),
    "DELETE FROM meta WHERE key = 'schema'",
    "PRAGMA user_version = 1",
)


def to_first_format(path: Path) -> None:
    """Take everything out of a state file that the first format didn't have."""
    with closing(sqlite3.connect(path)) as connection:
        connection.create_function("in_full", 4, _in_full)
        for statement in _LATER:
            connection.execute(statement)
        for seq, text in connection.execute("SELECT seq, decision FROM decisions").fetchall():
            try:
                old = json.loads(text)
            except ValueError:
                continue
            for key in ("due", "actions"):
                old.pop(key, None)
            connection.execute(
                "UPDATE decisions SET decision = ? WHERE seq = ?", (json.dumps(old), seq)
            )
        connection.commit()


def _in_full(route: str, lead: str, at: int, detail: str) -> str:
    """Return a decision as JSON with all that it says, whatever isn't one as it is."""
    try:
        return json.dumps(decided(json.loads(detail), (route, lead), moment(at)).as_dict())
    except (KeyError, ValueError):
        return detail
