"""A column as the distinct raw values that it has, and which of them each lead has.

Arrow makes it of its own columns (dictionary encoding), where values that print or read
differently stay apart: numbers by their bits, so -0.0 is not 0.0. Of lists only texts are
put together; any other value is one of its own.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Protocol, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from turnout.dsl.headers import Keys
from turnout.frozen import frozen
from turnout.runtime.columns.sent_batches import read_batches, written

Codes: TypeAlias = NDArray[np.int64]
"""For each lead the place of its value in a list."""

Numbers: TypeAlias = NDArray[np.int32]
"""For each lead the number of its class, of which there are few."""


@frozen(eq=False)
class Coded:
    """A column. codes: of each lead; raws: the values that codes stand for, as Python has them."""

    codes: Codes
    raws: Sequence[object]


_TEXTS = frozenset({str, type(None)})


class Chunk(Protocol):
    """Leads as columns: all of one shape, and not too many for the memory."""

    @property
    def names(self) -> Keys:
        """The names of the columns, each once."""
        ...

    @property
    def size(self) -> int:
        """How many leads there are."""
        ...

    def column(self, name: str) -> Coded:
        """Return a column."""
        ...

    def texts(self, name: str) -> pa.Array | None:
        """Return a column of texts and nulls as Arrow has it, None where it has anything else."""
        ...

    def record(self, at: int) -> Mapping[str, object]:
        """Return the raw lead at a place, from 0."""
        ...


class ArrowChunk:
    """A `Chunk` of an Arrow record batch; of columns with one name the last counts."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self._batch = batch
        self._places = {name: at for at, name in enumerate(batch.schema.names)}

    @property
    def names(self) -> Keys:
        """The names of the columns."""
        return tuple(self._places)

    @property
    def size(self) -> int:
        """The number of rows."""
        return self._batch.num_rows

    def column(self, name: str) -> Coded:
        """Return a column."""
        return coded(self._batch.column(self._places[name]))

    def texts(self, name: str) -> pa.Array | None:
        """Return a column of texts."""
        found = self._batch.column(self._places[name])
        kind = found.type
        if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
            with suppress(pa.ArrowInvalid):  # more text than places of 32 bits reach
                return found.cast(pa.string())
        return found if pa.types.is_string(kind) else None

    def only(self, names: Collection[str]) -> pa.RecordBatch:
        """Return the columns of some names, as a batch."""
        return self._batch.select([place for name, place in self._places.items() if name in names])

    def record(self, at: int) -> Mapping[str, object]:
        """Return a row as a raw lead."""
        columns = self._batch
        return {name: columns.column(place)[at].as_py() for name, place in self._places.items()}

    def __reduce__(self) -> tuple[object, ...]:
        """Be pickled as its own rows, not those of a whole of which they are a part."""
        return received_chunk, (written(self._batch),)


def received_chunk(sent: bytes) -> ArrowChunk:
    """Return a chunk that another process sent."""
    (batch,) = read_batches(sent)
    return ArrowChunk(batch)


class ListChunk:
    """A `Chunk` of lists, all of one length."""

    def __init__(self, columns: Mapping[str, Sequence[object]], size: int) -> None:
        self._columns = columns
        self._size = size

    @property
    def names(self) -> Keys:
        """The names of the columns."""
        return tuple(self._columns)

    @property
    def size(self) -> int:
        """The number of leads."""
        return self._size

    def column(self, name: str) -> Coded:
        """Return a column."""
        return listed(self._columns[name])

    def texts(self, name: str) -> pa.Array | None:
        """Return a column of texts."""
        return as_texts(self._columns[name])

    def record(self, at: int) -> Mapping[str, object]:
        """Return the raw lead at a place."""
        return {name: values[at] for name, values in self._columns.items()}


def coded(array: pa.Array) -> Coded:
    """Return a column of Arrow's as distinct values."""
    kind = array.type
    if isinstance(array, pa.DictionaryArray):
        distinct = array.dictionary.to_pylist()
        places = array.indices.cast(pa.int64()).fill_null(len(distinct))
        return Coded(places.to_numpy(), [*distinct, None])
    if pa.types.is_floating(kind):
        bits = pa.int64() if kind.bit_width == 64 else pa.int32() if kind.bit_width == 32 else None
        bits = bits or pa.int16()
        found = array.view(bits).dictionary_encode("encode")
        return Coded(_codes(found), found.dictionary.view(kind).to_pylist())
    try:
        found = array.dictionary_encode("encode")
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):  # lists, objects and the like
        return Coded(np.arange(len(array)), array.to_pylist())
    return Coded(_codes(found), found.dictionary.to_pylist())


def _codes(found: pa.DictionaryArray) -> Codes:
    return found.indices.to_numpy().astype(np.int64)


def as_texts(values: Sequence[object]) -> pa.Array | None:
    """Return a list of texts and Nones as Arrow has them, None where it has anything else."""
    if _TEXTS.issuperset(map(type, values)):
        with suppress(UnicodeEncodeError):  # half of a surrogate pair
            return pa.array(values, pa.string())
    return None


def listed(values: Sequence[object]) -> Coded:
    """Return a list as distinct values."""
    texts = as_texts(values)
    if texts is not None:
        return coded(texts)
    places: dict[str | None, int] = {}
    raws: list[object] = []
    codes = np.empty(len(values), np.int64)
    for at, raw in enumerate(values):
        if raw is None or type(raw) is str:
            place = places.get(raw)
            if place is None:
                place = places[raw] = len(raws)
                raws.append(raw)
        else:
            place = len(raws)
            raws.append(raw)
        codes[at] = place
    return Coded(codes, raws)


def combined(columns: Sequence[Coded], size: int) -> tuple[Codes, Sequence[tuple[object, ...]]]:
    """Return which combination of several columns' values each lead has, and these.

    Without a column all leads have the same one.
    """
    if not columns:
        return np.zeros(size, np.int64), [()]
    if len(columns) == 1:
        return columns[0].codes, [(raw,) for raw in columns[0].raws]
    codes, firsts = columns[0].codes, np.arange(size)
    for column in columns[1:]:
        pairs = codes * len(column.raws) + column.codes
        _, firsts, codes = np.unique(pairs, return_index=True, return_inverse=True)
    places = [column.codes[firsts].tolist() for column in columns]
    raws = [column.raws for column in columns]
    return codes, [
        tuple(raw[at] for raw, at in zip(raws, each, strict=True))
        for each in zip(*places, strict=True)
    ]
