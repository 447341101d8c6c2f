"""Chunks of records read in a second process, while this one offers and writes those before.

The second process reads all leads of the run, in order. Some chunks are on their way to it and
from it, so that neither waits for the other long, and memory doesn't grow with the file.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from turnout.runtime.columns.arriving import ArrivedRecords
from turnout.runtime.columns.chunk_reading import ChunkReader, ReadChunk, RunToRead
from turnout.runtime.columns.workers import Workers

AHEAD = 3
"""Chunks that are on their way."""


def read_apart(
    asked: RunToRead, arrived: Iterable[tuple[ArrivedRecords, datetime]]
) -> Iterator[tuple[ReadChunk, datetime]]:
    """Yield each chunk read, with its moment, in order.

    Raises WorkersError where the other process ended, and an error of the records when those
    before it are yielded.
    """
    moments: list[datetime] = []
    failed: list[Exception] = []

    def parts() -> Iterator[tuple[ArrivedRecords, datetime]]:
        try:
            for chunk, at in arrived:
                moments.append(at)
                yield chunk, at
        except Exception as error:  # noqa: BLE001 - it is raised below
            failed.append(error)

    with Workers(1, _begin, asked) as workers:
        for read in workers.each(_read, parts(), AHEAD):
            yield read, moments.pop(0)
    if failed:
        raise failed[0]


# -- in the other process --

_own: list[ChunkReader] = []


def _begin(asked: RunToRead) -> None:
    _own[:] = [ChunkReader(asked)]


def _read(part: tuple[ArrivedRecords, datetime]) -> ReadChunk:
    return _own[0].chunk(*part)
