"""Which leads of a file have an id that came before, found in memory that doesn't grow with it.

An id counts as 128 bits of its hash (BLAKE2b): that two of a billion ids have the same is less
likely than one in 10^20. Hashes go into files by their beginning, each with its row; a file
that is small enough is put in order in memory, and one that isn't is dealt out once more. What
comes out are the rows that repeat an id, in a file for each million rows.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from turnout.frozen import define

Hashes: TypeAlias = NDArray[np.uint64]
"""A row for each id, of two numbers."""

LeadRows: TypeAlias = NDArray[np.int64]

BYTES = 16
"""What of an id's hash counts."""

_ROWS = 1 << 20
"""Rows of the file whose repeated ids lie in one of ours."""

_AT_ONCE = 1 << 19
"""Ids that are put in order in memory."""

_BITS = 6
_PARTS = 1 << _BITS
_WIDTH = 3  # a hash, and its row


def hashes(keys: Sequence[str]) -> Hashes:
    """Return the hash of each key."""
    whole = b"".join(
        [blake2b(key.encode("utf-8", "surrogatepass"), digest_size=BYTES).digest() for key in keys]
    )
    return np.frombuffer(whole, "<u8").reshape(-1, 2)


def find_repeated(folder: Path, chunks: Iterable[tuple[LeadRows, Hashes]]) -> None:
    """Write into a folder, which is made, which rows of a file repeat an id.

    chunks: rows that have an id, from 0 and in order, and the hashes of their ids. When the
    folder is there, all of it is on the disk; nothing is left of a run that ended before that.
    """
    making = folder.with_name(f"{folder.name}.part")
    making.mkdir(exist_ok=True)
    for left in making.iterdir():
        left.unlink()
    again = _Again(making)
    entries = (np.column_stack([found, rows.astype(np.uint64)]) for rows, found in chunks)
    _deal(making, "", entries, again)
    again.to_disk()
    making.replace(folder)


@define(eq=False)
class RepeatedRows:
    """Says of rows whether they repeat an id, by what `find_repeated` wrote."""

    folder: Path
    _number: int = -1
    _rows: LeadRows = attrs.Factory(lambda: np.array([], np.int64))

    def among(self, start: int, size: int) -> NDArray[np.bool_]:
        """Return of so many rows from one on which of them repeat an id."""
        found = np.zeros(size, bool)
        for number in range(start // _ROWS, -(-(start + size) // _ROWS)):
            rows = self._of(number)
            low, high = np.searchsorted(rows, [start, start + size])
            found[rows[low:high] - start] = True
        return found

    def _of(self, number: int) -> LeadRows:
        if number != self._number:
            path = _again_path(self.folder, number)
            rows = np.fromfile(path, "<i8") if path.exists() else np.array([], np.int64)
            rows.sort()
            self._number, self._rows = number, rows
        return self._rows


@define(eq=False)
class _Again:
    """Takes down the rows that repeat an id."""

    folder: Path

    def add(self, rows: LeadRows) -> None:
        numbers = rows // _ROWS
        for number in np.unique(numbers).tolist():
            with _again_path(self.folder, number).open("ab") as stream:
                stream.write(rows[numbers == number].astype("<i8").tobytes())

    def to_disk(self) -> None:
        for path in self.folder.iterdir():
            with path.open("rb+") as stream:
                os.fsync(stream.fileno())


def _again_path(folder: Path, number: int) -> Path:
    return folder / f"again-{number:06}"


def _deal(folder: Path, name: str, chunks: Iterable[Hashes], again: _Again) -> None:
    """Find the repeated ones among entries whose hashes begin alike. name: tells how they begin."""
    paths = [folder / f"ids{name}-{part:02}" for part in range(_PARTS)]
    shift = np.uint64(64 - _BITS * (1 + name.count("-")))
    beginnings = np.arange(_PARTS, dtype=np.uint64)
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("wb")) for path in paths]
        for chunk in chunks:
            ordered = _new(chunk, again)
            parts = ordered[:, 0] >> shift & np.uint64(_PARTS - 1)
            ends = [*np.searchsorted(parts, beginnings).tolist(), len(ordered)]
            for stream, low, high in zip(streams, ends[:-1], ends[1:], strict=True):
                stream.write(ordered[low:high].tobytes())
    for part, path in enumerate(paths):
        if path.stat().st_size <= _AT_ONCE * 8 * _WIDTH:
            _new(_read(path.read_bytes()), again)
        else:
            _deal(folder, f"{name}-{part:02}", _chunks(path), again)
        path.unlink()


def _new(chunk: Hashes, again: _Again) -> Hashes:
    """Return the entries of a chunk by their hashes, of each hash the first; note the others."""
    ordered = chunk[np.lexsort((chunk[:, 2], chunk[:, 1], chunk[:, 0]))]
    is_first = np.ones(len(ordered), bool)
    is_first[1:] = (ordered[1:, :2] != ordered[:-1, :2]).any(axis=1)
    if not is_first.all():
        again.add(ordered[~is_first, 2].astype(np.int64))
    return ordered[is_first]


def _chunks(path: Path) -> Iterator[Hashes]:
    with path.open("rb") as stream:
        while block := stream.read(_AT_ONCE // 4 * 8 * _WIDTH):
            yield _read(block)


def _read(block: bytes) -> Hashes:
    return np.frombuffer(block, np.uint64).reshape(-1, _WIDTH)
