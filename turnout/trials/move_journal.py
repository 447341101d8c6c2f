"""A folder of planned moves: batches for a bulk update, and the journal by which it goes on.

    moves-00001.csv   a batch that is whole: so many moves as were asked for, with a header
    moves-00003.part  the one that is being written
    repeated/         which rows have an id that came before, see `repeated_ids.py`; at first the
                      hashes of all ids, in `repeated.part/`; neither is left when all is done
    journal.jsonl     first what is planned; then a line for each checkpoint

A checkpoint says how much of the leads was read, how long the files were then, and what the
planner remembers. Its line is written when everything before it is on the disk. Whatever
ends a run (a kill, a full disk, a machine that loses power), the next one takes up the last whole
line, cuts the files to what they were then, and goes on: the batches are the same bytes as if
nothing had happened.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from shutil import rmtree
from typing import Any, BinaryIO, Self, cast

from turnout.errors import Error
from turnout.frozen import define, frozen

if sys.platform != "win32":
    import fcntl

FORMAT, VERSION = "turnout-move-plan", 2
HEADER = "id,from,to,rule,why\n"
_JOURNAL, _REPEATED = "journal.jsonl", "repeated"


class JournalError(Error):
    """A folder of planned moves that can't be gone on with."""


@frozen
class Checkpoint:
    """Where a run stands. leads: read so far. progress: of the planner. is_done: all were read.

    batch: the number of the one that is being written, from 1; rows: how many it has, and
    size: its bytes.
    """

    leads: int
    batch: int
    rows: int
    size: int
    progress: Mapping[str, Any]
    is_done: bool = False


@define(eq=False)
class MoveFolder:
    """Writes the batches of a run; a context manager. most: moves of a batch."""

    folder: Path
    most: int
    last: Checkpoint | None
    _journal: BinaryIO
    _part: BinaryIO | None = None
    _batch: int = 1
    _rows: int = 0

    @classmethod
    def begun(cls, folder: Path, most: int, planned: Mapping[str, Any]) -> "MoveFolder":
        """Return the folder of a run, made or taken up. planned: what tells this run from others.

        Raises JournalError where the folder is another run's, in use, damaged or something
        else; OSError.
        """
        journal = folder / _JOURNAL
        if folder.is_dir() and not journal.exists() and any(folder.iterdir()):
            message = f"{folder} isn't empty, and has no journal of moves"
            raise JournalError(message, "name a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            stream = stack.enter_context(journal.open("ab+"))
            _lock(stream, folder)
            last = _taken_up(stream, folder, planned)
            found = cls(folder, most, last, stream)
            found._restore()
            stack.pop_all()
        return found

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files; what wasn't checked is written anew by the next run."""
        for stream in (self._part, self._journal):
            if stream is not None:
                stream.close()

    @property
    def repeated(self) -> Path:
        """Where it stands which rows repeat an id: when the folder is there, it is whole."""
        return self.folder / _REPEATED

    def tidy(self) -> None:
        """Remove what nobody asks for any more, once all is done."""
        rmtree(self.repeated, ignore_errors=True)

    @property
    def batches(self) -> int:
        """How many batches there are."""
        return self._batch if self._rows else self._batch - 1

    def write(self, lines: Iterable[str]) -> None:
        """Add moves, as lines of CSV."""
        text: list[str] = []
        for line in lines:
            text.append(line)
            self._rows += 1
            if self._rows == self.most:
                self._add(text)
                self._end_batch()
                text = []
        self._add(text)

    def check(self, leads: int, progress: Mapping[str, Any], *, is_done: bool = False) -> None:
        """Keep what was written: a run that ends after it goes on from here."""
        size = 0
        if self._part is not None:
            _to_disk(self._part)
            size = self._part.tell()
        if is_done and self._rows:
            self._close_batch()
        at = Checkpoint(leads, self._batch, self._rows, size, progress, is_done)
        _add_line(self._journal, _as_json(at))

    def _add(self, lines: list[str]) -> None:
        if not lines:
            return
        if self._part is None:
            self._part = self._part_path().open("wb")
            self._part.write(HEADER.encode())
        self._part.write("".join(lines).encode("utf-8", "backslashreplace"))

    def _end_batch(self) -> None:
        self._close_batch()
        self._batch, self._rows = self._batch + 1, 0

    def _close_batch(self) -> None:
        assert self._part is not None, "a batch that ends has moves"
        _to_disk(self._part)
        self._part.close()
        self._part = None
        self._part_path().replace(self._whole_path())

    def _part_path(self, number: int | None = None) -> Path:
        return self.folder / f"moves-{number or self._batch:05}.part"

    def _whole_path(self, number: int | None = None) -> Path:
        return self.folder / f"moves-{number or self._batch:05}.csv"

    def _restore(self) -> None:
        """Cut the files to what they were at the last checkpoint."""
        last = self.last
        self._batch, self._rows = (last.batch, last.rows) if last else (1, 0)
        if last is not None and last.is_done:
            return
        whole, part = self._whole_path(), self._part_path()
        if self._rows and whole.exists():
            whole.replace(part)
        for number in range(self._batch + (1 if self._rows else 0), self._batch + 100_000):
            left = [each(number) for each in (self._part_path, self._whole_path)]
            if not any(each.exists() for each in left):
                break
            for each in left:
                each.unlink(missing_ok=True)
        if last is not None and self._rows:
            if not part.exists() or part.stat().st_size < last.size:
                message = f"{part.name} in {self.folder} is gone or shorter than it was"
                raise JournalError(message, "name a new folder")
            self._part = part.open("rb+")
            self._part.truncate(last.size)
            self._part.seek(0, os.SEEK_END)


def _lock(stream: BinaryIO, folder: Path) -> None:
    if sys.platform != "win32":
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"another run is at work in {folder}"
            raise JournalError(message, "wait until it has ended") from None


def _taken_up(stream: BinaryIO, folder: Path, planned: Mapping[str, Any]) -> Checkpoint | None:
    """Return the last checkpoint of a journal, None of one that has none yet."""
    own = {"format": FORMAT, "version": VERSION, **planned}
    stream.seek(0)
    first_line = stream.readline(_LONGEST_LINE)
    size, last_line = _last_line(stream)
    if not size:
        stream.truncate(0)
        _add_line(stream, own)
        return None
    first = _parsed(first_line, folder)
    if first.get("format") != FORMAT or first.get("version") != VERSION:
        message = f"the journal in {folder} is of another version of Turnout"
        raise JournalError(message, "name a new folder")
    for name, value in own.items():
        if first.get(name) != value:
            message = f"the moves in {folder} were planned with another {_SAID.get(name, name)}"
            raise JournalError(message, "name a new folder, or give what it was begun with")
    stream.truncate(size)
    stream.seek(0, os.SEEK_END)
    if size == len(first_line):
        return None
    at = _parsed(last_line, folder)
    try:
        return Checkpoint(
            leads=_whole(at["leads"]),
            batch=_whole(at["batch"]),
            rows=_whole(at["rows"]),
            size=_whole(at["size"]),
            progress=cast("Mapping[str, Any]", at["progress"]),
            is_done=bool(at["is_done"]),
        )
    except (KeyError, TypeError):
        raise _damaged(folder) from None


_LONGEST_LINE = 1 << 26


def _last_line(stream: BinaryIO) -> tuple[int, bytes]:
    """Return how long a file is up to its last line end, and the line there."""
    end, step = stream.seek(0, os.SEEK_END), 0
    while step < min(end, _LONGEST_LINE):
        step = min(end, max(2 * step, 1 << 16))
        stream.seek(end - step)
        found = stream.read(step)
        last = found.rfind(b"\n")
        before = found.rfind(b"\n", 0, max(last, 0))
        if last >= 0 and (before >= 0 or step == end):
            return end - step + last + 1, found[before + 1 : last + 1]
    return 0, b""


_SAID = {
    "policy_hash": "policy",
    "leads_hash": "file of leads",
    "owner_column": "owner column",
    "names_hash": "table of names",
    "batch": "size of batches",
    "at": "moment (--at)",
}


def began_at(folder: Path) -> str | None:
    """Return the moment of the moves that a folder has, None where it has none."""
    with suppress(OSError, JournalError), (folder / _JOURNAL).open("rb") as stream:
        line = stream.readline()
        if line.endswith(b"\n") and isinstance(at := _parsed(line, folder).get("at"), str):
            return at
    return None


def _parsed(line: bytes, folder: Path) -> dict[str, Any]:
    with suppress(ValueError, RecursionError):
        found: object = json.loads(line)
        if isinstance(found, dict):
            return cast("dict[str, Any]", found)
    raise _damaged(folder)


def _damaged(folder: Path) -> JournalError:
    return JournalError(f"the journal in {folder} is damaged", "name a new folder")


def _whole(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError
    return value


def _as_json(at: Checkpoint) -> dict[str, Any]:
    return {
        "leads": at.leads,
        "batch": at.batch,
        "rows": at.rows,
        "size": at.size,
        "is_done": at.is_done,
        "progress": at.progress,
    }


def _add_line(stream: BinaryIO, content: Mapping[str, Any]) -> None:
    stream.write(json.dumps(content, separators=(",", ":")).encode() + b"\n")
    _to_disk(stream)


def _to_disk(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())
