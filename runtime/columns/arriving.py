"""The leads of a file as chunks: those of one shape are columns, the rest is odd."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import cast

import pyarrow as pa

from turnout.dsl.headers import Keys
from turnout.frozen import frozen
from turnout.runtime.columns.coding import ArrowChunk, Chunk, Coded, as_texts, listed
from turnout.runtime.records import Record

RawLeads = Sequence[Mapping[str, object]]


class RecordChunk:
    """A `Chunk` of raw leads that have the same names."""

    def __init__(self, names: Keys, raws: RawLeads) -> None:
        self._names = names
        self._raws = raws

    @property
    def names(self) -> Keys:
        """The names that each lead has."""
        return self._names

    @property
    def size(self) -> int:
        """The number of leads."""
        return len(self._raws)

    def column(self, name: str) -> Coded:
        """Return a column."""
        return listed([raw[name] for raw in self._raws])

    def texts(self, name: str) -> pa.Array | None:
        """Return a column of texts."""
        return as_texts([raw[name] for raw in self._raws])

    def record(self, at: int) -> Mapping[str, object]:
        """Return the raw lead at a place."""
        return self._raws[at]


@frozen(eq=False)
class ArrivedLeads:
    """Some leads of a file, in order.

    size: how many there are. shapes: chunks of leads of one shape, each with the places of its
    leads; whatever has no place there is no lead.
    """

    size: int
    shapes: Sequence[tuple[Chunk, Sequence[int]]]


@frozen(eq=False)
class ArrivedRecords(ArrivedLeads):
    """Some records of a file, in order. odd: places of what is no lead."""

    records: Sequence[Record]
    odd: Sequence[int]


def of_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[ArrivedLeads]:
    """Yield the rows of Arrow's batches, whose columns have different names."""
    for batch in batches:
        yield ArrivedLeads(batch.num_rows, [(ArrowChunk(batch), range(batch.num_rows))])


def arrivals(records: Iterator[Record], size: int) -> Iterator[ArrivedRecords]:
    """Yield the records, so many at a time; those before an error come before it is raised."""
    while True:
        taken: list[Record] = []
        try:
            for record in islice(records, size):
                taken.append(record)  # noqa: PERF402 - what came before an error is kept
        except Exception:
            if taken:
                yield _arrived(taken)
            raise
        if not taken:
            return
        yield _arrived(taken)


def _arrived(records: Sequence[Record]) -> ArrivedRecords:
    places: dict[Keys, list[int]] = {}
    odd: list[int] = []
    for place, record in enumerate(records):
        raw = record.raw
        if record.complaint is None and isinstance(raw, Mapping):
            names = tuple(cast("Mapping[Hashable, object]", raw))
            places.setdefault(names, []).append(place)
        else:
            odd.append(place)
    shapes = [
        (RecordChunk(names, [_lead(records[each]) for each in those]), those)
        for names, those in places.items()
    ]
    return ArrivedRecords(len(records), shapes, records, odd)


def _lead(record: Record) -> Mapping[str, object]:
    return cast("Mapping[str, object]", record.raw)
