"""The rows of a text as columns: those that nothing is odd about, read by Arrow a block at once.

A row is plain where it is one line, has as many cells as the header, each of them either without
a quote or quoted as a whole, and where the reader of rows has nothing to say of it: it reads like
no line of a report, no header, no cell that was guarded. Whatever isn't is read by that
reader, and so is what follows until that one is done with it (a quote may go on over lines,
and a total is one only where nothing follows). So each row comes to the same, whoever reads it.
"""

import re
from collections.abc import Sequence
from typing import Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from turnout.frozen import define, frozen
from turnout.runtime.columns.coding import Codes
from turnout.runtime.columns.ordinary import Truths
from turnout.runtime.records import Record
from turnout.runtime.records.footers import NAMED
from turnout.runtime.records.line_blocks import LineBlock
from turnout.runtime.records.opening import PlainText
from turnout.runtime.records.tabular import AROUND

_DELIMITERS = ",;\t|"
_LONGEST = 1 << 16  # bytes of a plain line
_SHOWN = r"[!-~]|\p{L}"
_ASCII = r"^[!-~][ -~]*\z"
_GUARD = "'['=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"  # as what `guards.unguarded` changes


@frozen(eq=False)
class ScannedBlock:
    """A block.

    rows: of each line its place in the batch, -1 for one that has none there. odd: lines that
    aren't plain.
    """

    block: LineBlock
    rows: Codes
    batch: pa.RecordBatch
    odd: Codes

    def plain_from(self, line: int) -> int:
        """Return how many plain lines there are from one on."""
        at = int(np.searchsorted(self.odd, line))
        return (int(self.odd[at]) if at < len(self.odd) else len(self.rows)) - line


@define(eq=False)
class PlainRows:
    """Reads the plain rows of a text, where the reader of rows has come to."""

    _text: PlainText
    _form: str
    _scanned: ScannedBlock | None = None

    @classmethod
    def of(cls, text: PlainText | None) -> "PlainRows | None":
        """Return what reads a text, None where its rows have to be read one by one."""
        if text is None:
            return None
        table = text.table
        names = [name for name in table.columns if name]
        fits = len(table.columns) > 1 and len(set(names)) == len(names)
        if not (fits and table.is_found and table.delimiter in _DELIMITERS):
            return None
        return cls(text, _form(table.delimiter))

    def behind(self, record: Record, most: int) -> tuple[int, pa.RecordBatch] | None:
        """Return the number of the next row, and the plain rows from there, so many at most.

        record: the last one that was read. None where the next row has to be read by itself.
        """
        blocks = self._text.blocks
        if not self._text.is_at(record):
            return None
        block = blocks.block()
        if block is None:
            return None
        scanned = self._scanned
        if scanned is None or scanned.block is not block:
            scanned = self._scanned = self._scan(block)
        line = blocks.at
        count = min(most, scanned.plain_from(line))
        if count <= 0:
            return None
        self._text.skip(count)
        return record.row + 1, scanned.batch.slice(int(scanned.rows[line]), count)

    def _scan(self, block: LineBlock) -> ScannedBlock:
        lines = _lines(block.data)
        size = pc.binary_length(lines)
        is_plain = pc.and_(
            pc.match_substring_regex(lines, self._form), pc.less_equal(size, _LONGEST)
        )
        if b"'" in block.data:
            is_plain = pc.and_not(is_plain, pc.match_substring_regex(lines, _GUARD))
        places = np.flatnonzero(_truths(is_plain))
        batch, fitting = self._parsed(block, lines, places)
        rows = np.full(len(lines), -1, np.int64)
        rows[fitting] = np.arange(len(fitting))
        simple = np.zeros(len(lines), bool)
        simple[fitting] = self._says_nothing(batch)
        return ScannedBlock(block, rows, batch, np.flatnonzero(~simple))

    def _parsed(
        self, block: LineBlock, lines: pa.Array, places: Codes
    ) -> tuple[pa.RecordBatch, Codes]:
        """Return as columns the lines at some places, and the places of those that fit."""
        columns = self._text.table.columns
        names = [str(at) for at in range(len(columns))]
        data = block.data
        if len(places) < len(lines):
            data = _text(lines.take(pa.array(places)))
        unfit: list[int] = []

        if not len(places):
            return _none(names), places

        def leave_out(row: csv.InvalidRow) -> Literal["skip"]:
            unfit.append(cast("int", row.number) - 1)
            return "skip"

        table = csv.read_csv(
            pa.BufferReader(data),
            csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            csv.ParseOptions(
                delimiter=self._text.table.delimiter,
                ignore_empty_lines=False,
                invalid_row_handler=leave_out,
            ),
            csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        )
        found = table.combine_chunks().to_batches()
        return (found[0] if found else _none(names)), np.delete(places, unfit)

    def _says_nothing(self, batch: pa.RecordBatch) -> Truths:
        """Return which rows the reader of rows makes leads of without a word."""
        first, low = batch.column(0), pc.ascii_lower(batch.column(0))
        found = pc.and_not(
            pc.match_substring_regex(first, _ASCII), pc.match_substring_regex(low, f"^{NAMED}")
        )
        columns = self._text.table.columns
        at = next(at for at, name in enumerate(columns) if name)
        stripped = pc.utf8_trim(batch.column(at), characters=AROUND)
        names = pa.array([columns[at]], pa.string())
        simple = _truths(pc.and_not(found, pc.is_in(stripped, names))).copy()
        left = np.flatnonzero(simple)  # of which no second cell is known
        for column in batch.columns[1:]:
            if not len(left):
                break
            whole = column if len(left) == len(simple) else column.take(pa.array(left))
            left = left[~_truths(pc.match_substring_regex(whole, _SHOWN))]
        simple[left] = False
        return simple


def _form(delimiter: str) -> str:
    """Return how a plain line looks."""
    off = re.escape(delimiter)
    cell = rf'(?:[^" \r\n\x00{off}][^"\r\n\x00{off}]*|"(?:[^"\r\n\x00]|"")*")?'
    return rf"^{cell}(?:{off}{cell})+\r?\n?\z"


def _lines(data: bytes) -> pa.Array:
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n")) + 1
    if not data.endswith(b"\n"):
        ends = np.append(ends, len(data))
    offsets = np.concatenate([[0], ends]).astype(np.int32).tobytes()
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(ends), buffers)


def _text(lines: pa.Array) -> bytes:
    """Return lines one behind the other."""
    _, offsets, data = lines.buffers()
    if offsets is None or data is None:
        return b""
    ends = np.frombuffer(memoryview(offsets), np.int32)[lines.offset :]
    return memoryview(data)[int(ends[0]) : int(ends[len(lines)])].tobytes()


def _none(names: Sequence[str]) -> pa.RecordBatch:
    schema = pa.schema([(name, pa.string()) for name in names])
    return pa.RecordBatch.from_arrays([pa.array([], pa.string()) for _ in names], schema=schema)


def _truths(found: pa.Array) -> Truths:
    return cast("Truths", found.to_numpy(zero_copy_only=False))
