"""Sessions that people ended by signing out: whoever has copied the cookie of one is nobody.

They are kept until they would have ended by themselves, in memory or in a file that all processes
of a service use. Of more than `MOST` those that were begun first are forgotten one by one, and all
that were begun before them count as ended.
"""

import sqlite3
from pathlib import Path
from threading import Lock
from time import time
from typing import Final

from turnout.runtime.stores import StateError

MOST: Final = 100_000
"""Sessions that are kept."""

_ALL_BEFORE = ""
"""What is named in place of a session where all that end by a moment have ended already."""


class SignedOut:
    """Sessions that count no more. at: the file of several processes, None for one alone."""

    def __init__(self, at: Path | None = None) -> None:
        """Open the file. Raises StateError."""
        self._lock = Lock()
        try:
            self._kept = sqlite3.connect(
                at or ":memory:", check_same_thread=False, isolation_level=None
            )
            self._kept.execute(
                "CREATE TABLE IF NOT EXISTS ended (id TEXT PRIMARY KEY, until REAL) WITHOUT ROWID"
            )
        except sqlite3.Error as failure:
            raise _unkept(failure) from None

    def add(self, session: str, until: float) -> None:
        """Let a session count no more. until: when it would have ended. Raises StateError."""
        with self._lock:
            try:
                self._kept.execute("BEGIN IMMEDIATE")
                with self._kept:
                    self._kept.execute("DELETE FROM ended WHERE until < ?", (time(),))
                    self._kept.execute(
                        "INSERT OR IGNORE INTO ended VALUES (?, ?)", (session, until)
                    )
                    self._forget()
            except sqlite3.Error as failure:
                raise _unkept(failure) from None

    def has(self, session: str, until: float) -> bool:
        """Return whether a session was ended. until: as above. Raises StateError."""
        asked = "SELECT 1 FROM ended WHERE id = ? OR (id = ? AND until >= ?)"
        with self._lock:
            try:
                found = self._kept.execute(asked, (session, _ALL_BEFORE, until)).fetchone()
            except sqlite3.Error as failure:
                raise _unkept(failure) from None
        return found is not None

    def close(self) -> None:
        """Release the file."""
        self._kept.close()

    def _forget(self) -> None:
        """Forget those that were begun first, where there are too many."""
        (number,) = self._kept.execute("SELECT count(*) FROM ended").fetchone()
        if number <= MOST:
            return
        first = "SELECT until FROM ended ORDER BY until LIMIT 1 OFFSET ?"
        (before,) = self._kept.execute(first, (number - MOST,)).fetchone()
        self._kept.execute("DELETE FROM ended WHERE until <= ?", (before,))
        self._kept.execute("INSERT OR REPLACE INTO ended VALUES (?, ?)", (_ALL_BEFORE, before))


def _unkept(failure: sqlite3.Error) -> StateError:
    return StateError(
        f"which people signed out can't be kept: {failure}",
        "see whether there is room for temporary files",
    )
