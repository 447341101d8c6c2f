"""The text of a policy file, and places in it.

A span is a half-open range of characters of one source; line and column are computed
only when somebody reads them, so values stay small and comparisons cheap.
"""

import re
from bisect import bisect_right
from functools import cached_property

from turnout.frozen import attribute, frozen

_NEWLINE = re.compile("\n")


@frozen(slots=False)
class Source:
    """One file: its name as the author knows it, and its text.

    name: the path as it was given, with forward slashes. asked: of a table, the place in the
    policy that names it.
    """

    name: str
    text: str = attribute(repr=False)
    asked: "Span | None" = attribute(default=None, eq=False, repr=False)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """The offset at which each line starts, in characters."""
        return 0, *(found.end() for found in _NEWLINE.finditer(self.text))

    def place(self, offset: int) -> tuple[int, int]:
        r"""Return line and column of `offset`, both from 1.

        >>> Source("a.route", "one\ntwo").place(5)
        (2, 2)
        """
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return the text of line `number` (from 1) without its end."""
        start = self.line_starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")


@frozen
class Span:
    """The characters `start` up to, not including, `end` of a source."""

    source: Source = attribute(eq=lambda source: source.name, order=False)
    start: int
    end: int

    @property
    def line(self) -> int:
        """The line on which the span starts, from 1."""
        return self.source.place(self.start)[0]

    @property
    def column(self) -> int:
        """The column at which the span starts, from 1."""
        return self.source.place(self.start)[1]

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]

    def __str__(self) -> str:
        """Return `file:line:column`."""
        return f"{self.source.name}:{self.line}:{self.column}"


NOWHERE = Span(Source("", ""), 0, 0)
"""The place of what was read from no file, such as from a plan."""
