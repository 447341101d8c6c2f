"""A column of texts as codes, by a table of the texts that were met; see `kernels.py`.

Arrow's own way to look texts up takes three times as long.
"""

from collections.abc import Iterator
from secrets import randbits

import numpy as np
import pyarrow as pa

from turnout.frozen import frozen
from turnout.runtime.columns.arrow_texts import ArrowTexts
from turnout.runtime.columns.coding import Codes
from turnout.runtime.columns.jit import Kernels
from turnout.runtime.columns.kernels import KNOWN, LEFT, UNKNOWN, Bytes, Numbers, Words

_FIRST_BITS, _MORE_BITS = 10, 2  # how many slots there are, and how their number grows
_FIRST_KEPT = 1 << 10  # words
_BYTES = 8  # of a word
_EVERY = np.zeros(0, np.int64)


class TextCodes:
    """The texts of one column that were met, chunk by chunk, each with its code.

    By which numbers texts are hashed is drawn, so that nobody can send leads whose texts meet
    in the table; nothing that comes out depends on it.
    """

    def __init__(self, kernels: Kernels) -> None:
        """Begin without a text."""
        self._kernels = kernels
        self._counts = np.array([0, UNKNOWN, 0, 0], np.int64)
        seeds = randbits(64) | 1, randbits(64) | 1
        self._short, self._long = _Slots(kernels, seeds), _Slots(kernels, seeds)
        self._kept = np.zeros(_FIRST_KEPT, np.uint64)

    def code(self, texts: pa.Array, rows: Codes | None = None) -> tuple[Codes, Codes]:
        """Return the code of each text, `UNKNOWN` for some, and where each new one stands first.

        New ones have the next codes, in this order. What is unknown is not remembered; whoever
        gives it codes says how many (`skip`). rows: of these alone, in their order; their numbers
        rise.
        """
        known, size = int(self._counts[KNOWN]), len(texts if rows is None else rows)
        codes, firsts = np.empty(size, np.int64), np.empty(known + size, np.int64)
        for part in _parts(ArrowTexts.of(texts), rows):
            before, own = int(self._counts[KNOWN]), codes[part.begun : part.begun + part.size]
            self._code_part(part, own, firsts)
            firsts[before : self._counts[KNOWN]] += part.begun
        return codes, firsts[known : self._counts[KNOWN]]

    def skip(self, number: int) -> None:
        """Give the next codes, so many, to no text."""
        self._counts[KNOWN] += number

    def _code_part(self, part: "_Part", codes: Codes, firsts: Codes) -> None:
        counts, done, short, long = self._counts, 0, self._short, self._long
        counts[LEFT] = 0
        column = part.offsets, part.words
        while done < part.size:
            table = part.validity, part.first, part.rows, short.slots, short.seeds
            loop = counts, done, codes, firsts
            done = self._kernels.code_short_texts(*column, *table, *loop)
            if done < part.size:
                short.grow()
        done = 0 if counts[LEFT] else part.size
        while done < part.size:
            of_long = part.first, part.rows, long.slots, self._kept, long.seeds
            loop = counts, done, codes, firsts
            done = self._kernels.code_long_texts(*column, *of_long, *loop)
            if done < part.size:
                long.grow()
                self._kept = np.concatenate([self._kept, np.zeros_like(self._kept)])


class _Slots:
    """Where texts are looked for. seeds: see `code_short_texts`."""

    def __init__(self, kernels: Kernels, seeds: tuple[int, int]) -> None:
        self._kernels = kernels
        self._bits = _FIRST_BITS
        self.slots: Words = np.zeros((1 << self._bits, 4), np.uint64)
        self.seeds: Words = np.array([*seeds, 64 - self._bits], np.uint64)

    def grow(self) -> None:
        """Make room for more."""
        self._bits += _MORE_BITS
        more = np.zeros((1 << self._bits, 4), np.uint64)
        self._kernels.move_slots(self.slots, more, 64 - self._bits)
        self.slots = more
        self.seeds[2] = 64 - self._bits


@frozen(eq=False)
class _Part:
    """Some rows, as loops take them. begun, size: which of those asked for; see `kernels.py`."""

    begun: int
    size: int
    offsets: Numbers
    words: Words
    validity: Bytes
    first: int
    rows: Codes


def _parts(texts: ArrowTexts, rows: Codes | None) -> Iterator[_Part]:
    """Yield a column in two parts: behind each text of the first one there are enough bytes.

    What is last in Arrow's memory is copied, with some bytes behind it.
    """
    offsets, data, validity = texts.offsets, texts.data, texts.validity
    words, size, first = _words(data), texts.size, texts.first
    whole = int(np.searchsorted(offsets[first : first + size], np.int32(len(words))))
    if rows is None:
        before, asked, behind = whole, _EVERY, _EVERY
    else:
        size, before = len(rows), int(np.searchsorted(rows, whole))
        asked, behind = rows[:before], rows[before:] - whole
    if before:
        yield _Part(0, before, offsets, words, validity, first, asked)
    if before < size:
        begun, bits = first + whole, (first + whole) % 8  # a byte of `validity` begins before
        base = offsets[begun]
        last = np.concatenate([data[base:], np.zeros(_BYTES, np.uint8)])
        own = np.concatenate([np.zeros(bits, np.int32), offsets[begun:] - base])
        of_rest = validity[begun // 8 :], bits, behind
        yield _Part(before, size - before, own, _words(last), *of_rest)


def _words(data: Bytes) -> Words:
    """Return the eight bytes that begin at each byte."""
    return np.ndarray((max(0, len(data) - _BYTES + 1),), "<u8", data, strides=(1,))
