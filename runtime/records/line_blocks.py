"""UTF-8 text as blocks of whole lines: for whoever reads many lines at once, or one by one."""

import io
from typing import BinaryIO

from turnout.frozen import frozen
from turnout.runtime.records.rows import LONGEST_ROW

BLOCK = 1 << 21
"""Bytes that are read at once."""

_LONGEST = 4 * LONGEST_ROW + 4  # bytes of a line that is as long as a row may be


@frozen(eq=False)
class LineBlock:
    """Whole lines; the last one of a file may lack its end.

    lines: how many end in a line feed, the last one included. is_plain: whether it is UTF-8, and
    no line ends in a carriage return alone.
    """

    data: bytes
    lines: int
    is_plain: bool

    @classmethod
    def of(cls, data: bytes) -> "LineBlock":
        """Return a block of some bytes."""
        is_plain = data.count(b"\r") == data.count(b"\r\n") and _is_utf8(data)
        return cls(data, data.count(b"\n") + (not data.endswith(b"\n")), is_plain)


class BlockText:
    """A text whose lines are read as by a `TextIOWrapper` with newline="", or as a block."""

    def __init__(self, stream: BinaryIO | io.BufferedReader, size: int = BLOCK) -> None:
        """Begin behind a byte order mark. size: bytes of a block, about."""
        self._stream = stream
        self._size = size
        self._left = b""
        self._block: LineBlock | None = None
        self._lines: list[str] | None = None
        self.at: int = 0
        """The line of the block that is next."""

    def block(self) -> LineBlock | None:
        """Return the block whose lines are next, see `at`; None where nothing is left.

        None, too, where no line is known by its end alone: a carriage return ends one, or
        what is left is no UTF-8. Such lines are read one by one.
        """
        block = self._block
        if block is None or self.at >= (block.lines if self._lines is None else len(self._lines)):
            self._load()
            block = self._block
        return block if block is not None and block.is_plain else None

    def skip(self, lines: int) -> None:
        """Go on behind so many lines of the block."""
        self.at += lines

    def readline(self, size: int = -1, /) -> str:
        """Return the next line with its end, at most `size` characters, "" at the end."""
        while True:
            block = self._block
            if self._lines is None and block is not None and self.at < block.lines:
                self._lines = self._decoded(block.data)
            if self._lines is not None and self.at < len(self._lines):
                return self._taken(self._lines, size)
            if not self._load():
                return ""

    def _taken(self, lines: list[str], size: int) -> str:
        line = lines[self.at]
        if 0 <= size < len(line):
            lines[self.at] = line[size:]
            return line[:size]
        self.at += 1
        return line

    def _load(self) -> bool:
        """Take up the next block; return whether there is one."""
        data = self._left
        while True:
            more = self._stream.read(self._size) or b""
            end = more.rfind(b"\n") + 1
            if not more or end or len(data) + len(more) > _LONGEST:
                break
            data += more
        cut = len(data) + end if end else len(data) + len(more)
        data += more
        if more and not end:  # a line that is too long: its characters stay whole
            while cut > 1 and data[cut - 1] & 0xC0 == 0x80:
                cut -= 1
            cut -= cut > 1 and data[cut - 1] >= 0xC0
        self._left = data[cut:]
        self._block = LineBlock.of(data[:cut]) if cut else None
        self._lines, self.at = None, 0
        return self._block is not None

    def _decoded(self, data: bytes) -> list[str]:
        """Return the lines of a block, those before what is no UTF-8 first."""
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            whole = data.rfind(b"\n", 0, error.start) + 1
            if not whole:
                raise
            self._left = data[whole:] + self._left
            self._block = LineBlock.of(data[:whole])
            text = data[:whole].decode()
        return list(io.StringIO(text, newline=""))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
