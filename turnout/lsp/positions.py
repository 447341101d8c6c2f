r"""Locator in a text as the Language Server Protocol counts them.

A line ends with "\n", "\r\n" or "\r" and with nothing else, whatever Unicode calls a line's
end, and a column counts code units of an encoding that client and server agree on, UTF-16
unless they say otherwise: a smiley is two of them, a combining mark one, a tab one.

Turnout reads "\r\n" as "\n", so offsets in its texts and in the editor's differ; lines and
columns are the same.
"""

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate, count
from operator import add

from turnout.frozen import attribute, frozen
from turnout.lsp.shapes import Position, TextRange

UTF16 = "utf-16"

_ENDS_IN_EDITOR = re.compile(r"\r\n|\n|\r")
_ENDS_AS_READ = re.compile(r"[\n\r]")
_BYTES = {
    "utf-8": ("utf-8", 1),
    UTF16: ("utf-16-le", 2),
    "utf-32": ("utf-32-le", 4),
}


ENCODINGS = ("utf-32", "utf-8", UTF16)
"""Whose code units columns may count, the least work first."""


@frozen(slots=False)
class TextLines:
    """A text with its lines. encoding: whose code units count as columns.

    is_read: whether it is a text as Turnout has read it, without carriage returns at the
    ends of lines. is_marked: whether the editor's has a byte-order mark before it.
    """

    text: str = attribute(repr=False)
    encoding: str = UTF16
    is_read: bool = True
    is_marked: bool = False

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The offset at which each line starts, in characters."""
        if "\r" in self.text:
            ends = _ENDS_AS_READ if self.is_read else _ENDS_IN_EDITOR
            return 0, *(found.end() for found in ends.finditer(self.text))
        *lengths, _ = map(len, self.text.split("\n"))
        return 0, *map(add, accumulate(lengths), count(1))

    def position(self, offset: int) -> Position:
        r"""Return the place of an offset.

        >>> TextLines('is "😀"\nqueue').position(5), TextLines("a\nb").position(2)
        (Position(line=0, character=6), Position(line=1, character=0))
        """
        line = bisect_right(self.starts, offset) - 1
        before = self.text[self.starts[line] : offset]
        shift = 1 if self.is_marked and line == 0 else 0
        return Position(line, shift + self._units(before))

    def range(self, start: int, end: int) -> TextRange:
        """Return the places from an offset up to another one."""
        return TextRange(self.position(start), self.position(end))

    def offset(self, position: Position) -> int:
        """Return the offset of a place; behind the end of a line or text, that end.

        A place in the middle of a character is the one before it.
        """
        if position.line >= len(self.starts):
            return len(self.text)
        start, line = self.starts[position.line], self._line(position.line)
        wanted = position.character - (1 if self.is_marked and position.line == 0 else 0)
        if line.isascii() or self.encoding == "utf-32":
            return start + min(max(wanted, 0), len(line))
        for at, character in enumerate(line):
            wanted -= self._units(character)
            if wanted < 0:
                return start + at
        return start + len(line)

    def _line(self, number: int) -> str:
        """Return a line without its end."""
        starts = self.starts
        end = starts[number + 1] if number + 1 < len(starts) else len(self.text)
        return self.text[starts[number] : end].rstrip("\r\n")

    def _units(self, text: str) -> int:
        if text.isascii():
            return len(text)
        name, size = _BYTES[self.encoding]
        return len(text.encode(name, "surrogatepass")) // size
