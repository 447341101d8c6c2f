"""State files as the first version kept them, to be brought up to date."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

_LATER = (
    "DROP TABLE IF EXISTS seen",
    "DROP TABLE IF EXISTS given",
    "DROP INDEX IF EXISTS overdue",
    "DROP TABLE IF EXISTS moves",
    "ALTER TABLE decisions DROP COLUMN due",
    "ALTER TABLE decisions DROP COLUMN touched",
    "ALTER TABLE decisions DROP COLUMN watch",
    *(f"ALTER TABLE {table} DROP COLUMN sum" for table in ("meta", "decisions", "turns", "load")),
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
