"""What is wrong with a state file, in words, from what SQLite or the system said.

SQLite's result codes are described in https://www.sqlite.org/rescode.html; an extended
code such as SQLITE_IOERR_WRITE begins with its primary one.
"""

import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from turnout.runtime.stores import StateError

_REACH = "the file and its folder must be writable: SQLite keeps two files beside it"
_FAILURES = (
    (
        ("SQLITE_BUSY", "SQLITE_LOCKED"),
        "another run is using the state file {path}",
        "runs that share a state file take turns; give it longer with --wait (`wait` in Python)",
    ),
    (
        ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM"),
        "the state file {path} can't be written",
        _REACH,
    ),
    (
        ("SQLITE_NOTADB",),
        "{path} is not a state file",
        "name another file; a new one is made where there is none",
    ),
    (
        ("SQLITE_FULL",),
        "no space left to write the state file {path}",
        "make space and run again: the state is as it was before this batch",
    ),
    (
        ("SQLITE_IOERR",),
        "the state file {path} can't be read or written: {reason}",
        "check the disk and run again: the state is as it was before this batch",
    ),
)


class _Telling:
    """Tells what SQLite raises in a block; made for each statement, so it has no generator."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Raise the error in words, where there is one of SQLite's."""
        if error is None:
            return
        if isinstance(error, UnicodeError):
            raise damaged(self._path, "a text is not UTF-8") from error
        if isinstance(error, sqlite3.Error):
            raise described(error, self._path) from error


def state_errors(path: Path) -> AbstractContextManager[None]:
    """Turn what SQLite raises in the block into a `StateError` about the file."""
    return _Telling(path)


def described(error: sqlite3.Error, path: Path) -> StateError:
    """Return the failure in words; one that SQLite has no code for means damage."""
    name: str = getattr(error, "sqlite_errorname", "")
    for codes, message, remedy in _FAILURES:
        if name.startswith(codes):
            return StateError(message.format(path=path, reason=error), remedy)
    return damaged(path, str(error))


def damaged(path: Path, reason: str) -> StateError:
    """Return the failure of a state file that doesn't hold what a state file holds."""
    return StateError(
        f"the state file {path} is damaged: {reason}",
        "restore it from a backup, or move it away to start level",
    )
