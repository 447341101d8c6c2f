"""The leads of a file as chunks: those of one shape are columns, the rest is odd."""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import cast

import attrs
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from turnout.dsl.headers import Keys
from turnout.frozen import frozen
from turnout.runtime.columns.coding import ArrowChunk, Chunk, Coded, Codes, as_texts, listed
from turnout.runtime.columns.plain_rows import PlainRows
from turnout.runtime.records import Record
from turnout.runtime.records.opening import PlainText

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
    def raws(self) -> RawLeads:
        """The leads."""
        return self._raws

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
    """Some records of a file, in order.

    rows: the number of each. read: by place, those that were read one by one. odd: places of
    what is no lead.
    """

    rows: Sequence[int]
    read: Mapping[int, Record]
    odd: Sequence[int]

    def record(self, place: int) -> Record:
        """Return the record at a place."""
        found = self.read.get(place)
        if found is not None:
            return found
        chunk, places = self.shapes[-1]  # what was read as columns
        return Record(self.rows[place], chunk.record(bisect_left(places, place)))


def of_batches(batches: Iterable[pa.RecordBatch]) -> Iterator[ArrivedLeads]:
    """Yield the rows of Arrow's batches, whose columns have different names."""
    for batch in batches:
        yield ArrivedLeads(batch.num_rows, [(ArrowChunk(batch), range(batch.num_rows))])


def arrivals(
    records: Iterator[Record], size: int, text: PlainText | None = None, skipped: int = 0
) -> Iterator[ArrivedRecords]:
    """Yield the records, so many at a time; those before an error come before it is raised.

    text: where they are read. Its plain rows are read as columns. skipped: records at the
    beginning that are left out.
    """
    columns = () if text is None else text.table.columns
    reading = _Reading(records, PlainRows.of(text))
    while skipped and not reading.is_done:
        left_out = _Taken(columns)
        reading.step(left_out, min(skipped, size))
        skipped -= left_out.size
    while not reading.is_done:
        taken = _Taken(columns)
        try:
            while taken.size < size and not reading.is_done:
                reading.step(taken, size - taken.size)
        except Exception:
            if taken.size:
                yield taken.arrived()
            raise
        if taken.size:
            yield taken.arrived()


class _Reading:
    """Reads records one by one, and as columns what may be read so."""

    def __init__(self, records: Iterator[Record], plain: PlainRows | None) -> None:
        self._records, self._plain = records, plain
        self._last: Record | None = None
        self.is_done = False

    def step(self, taken: "_Taken", most: int) -> None:
        """Take some rows more, so many at most."""
        last = self._last
        found = None if self._plain is None or last is None else self._plain.behind(last, most)
        if found is not None and last is not None:
            number, batch = found
            taken.add_columns(batch, number)
            self._last = attrs.evolve(last, row=number + batch.num_rows - 1)
            return
        self._last = record = next(self._records, None)
        if record is None:
            self.is_done = True
        else:
            taken.add(record)


class _Taken:
    """What was read so far of a chunk. columns: the header of a text."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = list(columns)
        self._read: dict[int, Record] = {}
        self._rows: list[NDArray[np.int64]] = []
        self._batches: list[pa.RecordBatch] = []
        self._places: list[Codes] = []
        self.size = 0

    def add(self, record: Record) -> None:
        """Add a record that was read by itself."""
        self._read[self.size] = record
        self._rows.append(np.array([record.row]))
        self.size += 1

    def add_columns(self, batch: pa.RecordBatch, number: int) -> None:
        """Add rows that were read as columns, the first one's number that."""
        self._batches.append(batch)
        every = np.arange(batch.num_rows)
        self._rows.append(every + number)
        self._places.append(every + self.size)
        self.size += batch.num_rows

    def arrived(self) -> ArrivedRecords:
        """Return the whole."""
        shapes, odd = _shapes(self._read)
        rows = np.concatenate(self._rows).tolist()
        if self._batches:
            whole = pa.Table.from_batches(self._batches).combine_chunks().to_batches()[0]
            chunk = ArrowChunk(whole.rename_columns(self._columns))
            shapes.append((chunk, np.concatenate(self._places).tolist()))
        return ArrivedRecords(self.size, shapes, rows, self._read, odd)


def _shapes(records: Mapping[int, Record]) -> tuple[list[tuple[Chunk, Sequence[int]]], list[int]]:
    """Return the leads among records by their shape, and the places of what is none."""
    places: dict[Keys, list[int]] = {}
    odd: list[int] = []
    for place, record in records.items():
        raw = record.raw
        if record.complaint is None and isinstance(raw, Mapping):
            names = tuple(cast("Mapping[Hashable, object]", raw))
            places.setdefault(names, []).append(place)
        else:
            odd.append(place)
    found: list[tuple[Chunk, Sequence[int]]] = [
        (RecordChunk(names, [_lead(records[each]) for each in those]), those)
        for names, those in places.items()
    ]
    return found, odd


def _lead(record: Record) -> Mapping[str, object]:
    return cast("Mapping[str, object]", record.raw)
