"""State files as the first version kept them, to be brought up to date."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

_MADE = """
    CREATE TABLE decisions (seq INTEGER PRIMARY KEY, route TEXT NOT NULL, lead TEXT NOT NULL,
        fingerprint TEXT NOT NULL, decision TEXT NOT NULL, closed INTEGER NOT NULL DEFAULT 0,
        UNIQUE (route, lead))
"""
_TOLD = """
    INSERT INTO decisions SELECT l.seq, l.route, l.lead,
        coalesce(json_extract(e.detail, '$.fingerprint'), ''),
        coalesce(json_extract(e.detail, '$.decision'), e.detail),
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
    "DROP TABLE IF EXISTS seen",
    "DROP TABLE IF EXISTS given",
    *(f"ALTER TABLE {table} DROP COLUMN sum" for table in ("meta", "turns", "load")),
    "DELETE FROM meta WHERE key = 'schema'",
    "PRAGMA user_version = 1",
)


def to_first_format(path: Path) -> None:
    """Take everything out of a state file that the first format didn't have."""
    with closing(sqlite3.connect(path)) as connection:
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
