"""What is noted beside a state: how far it was written, and which content was found whole.

A row's checksum tells that it isn't what was written. Nothing in a file tells of rows that
aren't found any more: because an index is damaged, or because a damaged write-ahead log ends
before batches that had ended. So a small file beside the state notes two things.

The *mark* grows with every batch that leaves a trace, and is noted when the batch is durable:
a state that has a lower mark than the note lost batches. The *content* is the size and the
checksum of the file as it was last found whole: a large file with another content is looked
through before it is used, which takes forty times as long as its checksum.

The note is a hint and may be lost: then a state is looked through. It is no part of the state:
a smaller one that was closed stands alone, without a note.
"""

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import ClassVar
from zlib import crc32

from turnout.frozen import frozen

WHOLE = 16 << 20
"""The largest file that is looked through whenever it is opened (16 MiB), and needs no note."""

_FORM = re.compile(rb"turnout-note 1 (\d{20}) (\d{20}) ([0-9a-f]{8})\n")
_NOTHING = b"turnout-note 1 %020d %020d %08x\n" % (0, 0, 0)
_MARK_AT, _CONTENT_AT = 15, 36
_CHUNK = 1 << 20
# What was damaged on the disk while a run had it would be noted as whole when the run ends.
_TRUSTED = 600.0


@frozen
class Content:
    """What a file holds: its bytes by number and by checksum."""

    size: int
    checksum: int


class _Reader:
    """Reads a state beside SQLite: one for all stores of the process that have the file.

    A process that closes a file loses all its locks on it, those of SQLite as well, and then
    another process may take the write-ahead log away ("How To Corrupt An SQLite Database File",
    section 2.2, https://www.sqlite.org/howtocorrupt.html). So what is opened here is closed
    only when nobody in the process has the state open any more.
    """

    _of: ClassVar[dict[tuple[int, int], "_Reader"]] = {}
    _one_at_a_time: ClassVar[RLock] = RLock()

    def __init__(self, path: Path, key: tuple[int, int]) -> None:
        self._path = path
        self._key = key
        self.users = 0
        self._file: int | None = None

    @classmethod
    def taken(cls, path: Path) -> "_Reader | None":
        """Return the reader of a file, for one user more; None where there is no file."""
        with cls._one_at_a_time, suppress(OSError):
            found = path.stat()
            key = found.st_dev, found.st_ino
            reader = cls._of.setdefault(key, cls(path, key))
            reader.users += 1
            return reader
        return None

    def given_back(self) -> None:
        """Close the file behind its last user."""
        with self._one_at_a_time:
            self.users -= 1
            if not self.users:
                self._of.pop(self._key, None)
                if self._file is not None:
                    os.close(self._file)
                    self._file = None

    def content(self) -> Content | None:
        """Return what the file holds, None where it is small or can't be read."""
        checksum = size = 0
        with self._one_at_a_time, suppress(OSError):
            if self._path.stat().st_size <= WHOLE:
                return None
            if self._file is None:
                self._file = os.open(self._path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            os.lseek(self._file, 0, os.SEEK_SET)
            while chunk := os.read(self._file, _CHUNK):
                checksum = crc32(chunk, checksum)
                size += len(chunk)
            return Content(size, checksum)
        return None


def note_path(path: Path) -> Path:
    """Return where the note of a state stands."""
    return _beside(path, "note")


def index_path(path: Path) -> Path:
    """Return where the index of a state's log stands; see `turnout.reporting.fact_index`."""
    return _beside(path, "report")


def _beside(path: Path, what: str) -> Path:
    whole = path.resolve()  # SQLite puts its own files beside what a link leads to, too
    return whole.with_name(f"{whole.name}-{what}")


class StateNote:
    """The note of one state; a resource. It is made when there is something to note.

    mark: what it said when it was opened, 0 where it said nothing. It is closed after the
    connections to the state.
    """

    def __init__(self, path: Path) -> None:
        self._state = path
        self._path = note_path(path)
        self._since = time.monotonic()
        self._file: int | None = None
        self._reader = _Reader.taken(path)
        self.mark: int = 0
        self._content: Content | None = None
        with suppress(OSError):
            if found := _FORM.fullmatch(self._path.read_bytes()):
                self.mark = int(found[1])
                self._content = Content(int(found[2]), int(found[3], 16))

    def is_whole(self) -> bool:
        """Return whether the state holds just what was found whole."""
        if self._content is None or not self._content.size:
            return False
        return self.content() == self._content

    def content(self) -> Content | None:
        """Return what a large state holds, None of a small one: some 0.6 ms for each MB."""
        return None if self._reader is None else self._reader.content()

    def marked(self, mark: int) -> None:
        """Note how far the state is durable."""
        self._write(_MARK_AT, b"%020d" % mark)

    def found_whole(self, content: Content | None) -> None:
        """Note the content of a large file that was looked through, or written since."""
        if content is not None:
            self._write(_CONTENT_AT, b"%020d %08x" % (content.size, content.checksum))

    def close(self) -> None:
        """Note what a state holds that was just closed; a small one needs no note any more.

        Nothing is noted while others have it, or where it was open for long.
        """
        with suppress(OSError):
            if not _beside(self._state, "wal").exists():
                if self._state.stat().st_size <= WHOLE:
                    self._path.unlink(missing_ok=True)
                elif self._file is not None and time.monotonic() - self._since < _TRUSTED:
                    self.found_whole(self.content())
        self._release()

    def _write(self, at: int, said: bytes) -> None:
        """Write over a part of the note; whatever else stands there is others' to write."""
        with suppress(OSError):
            if self._file is None:
                self._file = _opened(self._path)
            _write_at(self._file, said, at)

    def _release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
        if self._reader is not None:
            self._reader.given_back()
            self._reader = None

    def __del__(self) -> None:
        """Release the file of a store that nobody closed."""
        self._release()


def _write_at(file: int, said: bytes, at: int) -> None:
    if hasattr(os, "pwrite"):  # one call of the system instead of two, with every batch
        os.pwrite(file, said, at)
    else:
        os.lseek(file, at, os.SEEK_SET)
        os.write(file, said)


def _opened(path: Path) -> int:
    """Return the descriptor of a note, made or made anew where there is none that can be read."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if not _FORM.fullmatch(os.read(file, 100)):
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, _NOTHING)
    return file
