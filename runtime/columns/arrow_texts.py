"""A column of texts as its bytes, which loops read without a copy; see `kernels.py`.

Arrow has texts one behind the other, in UTF-8, with the places where each begins; a bit of each
row says whether there is a text. A part of a column shares the memory of the whole.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from turnout.frozen import frozen
from turnout.runtime.columns.kernels import Bytes, Numbers

_NONE = np.zeros(0, np.uint8)


@frozen(eq=False)
class ArrowTexts:
    """A column of texts.

    offsets: where each text begins in `data`, and where the last one ends, of the whole memory.
    validity: a bit a row, lowest first; empty where none is null. first: the place of the column's
    first row in both.
    """

    size: int
    first: int
    offsets: Numbers
    data: Bytes
    validity: Bytes

    @classmethod
    def of(cls, texts: pa.Array) -> "ArrowTexts":
        """Return an Arrow array of type string."""
        size, first = len(texts), texts.offset
        of_nulls, of_offsets, of_data = texts.buffers()
        offsets, data, validity = np.zeros(1, np.int32), _NONE, _NONE
        if size and of_offsets is not None:  # of no row there may be no memory
            offsets = np.frombuffer(memoryview(of_offsets), np.int32)
        if of_data is not None:
            data = np.frombuffer(memoryview(of_data), np.uint8)
        if texts.null_count and of_nulls is not None:
            validity = np.frombuffer(memoryview(of_nulls), np.uint8)
        return cls(size, first, offsets[: first + size + 1], data, validity)

    def is_there(self) -> NDArray[np.bool_]:
        """Return of each row whether it has a text."""
        if not len(self.validity):
            return np.ones(self.size, bool)
        skipped = self.first % 8
        bits = np.unpackbits(self.validity[self.first // 8 :], bitorder="little")
        return bits[skipped : skipped + self.size].astype(bool)
