"""State files of earlier formats, made out of those of today."""

import sqlite3
from contextlib import closing
from pathlib import Path


def to_first_format(path: Path) -> None:
    """Take away what came after format 1."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in (
            "DROP TABLE given",
            "DROP INDEX overdue",
            "DROP TABLE moves",
            *(f"ALTER TABLE decisions DROP COLUMN {name}" for name in ("due", "touched", "watch")),
            "PRAGMA user_version = 1",
        ):
            connection.execute(statement)
