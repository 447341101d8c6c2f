"""Which statements of a block are laid out anew where only some lines are, and which stay.

What stays is taken as it is written, line by line. So a block can be divided only where each
of its statements begins on a line of its own. Statements that are lined up with each other, or
whose comments are, are laid out together.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from turnout.dsl.formatting.words import WordNode, first_word, parts_of
from turnout.dsl.lexing import Token
from turnout.frozen import frozen


@frozen
class Divided:
    """The statements of a block by their lines.

    starts: where the lines of each begin, with the comments and empty lines above them, and
    where those of the last one end.
    """

    text: str
    starts: tuple[int, ...]

    def written(self, first: int, end: int) -> str:
        """Return the lines of some statements, without empty ones around them."""
        return self.text[self.starts[first] : self.starts[end]].lstrip("\n \t\r").rstrip()

    def indent(self, at: int) -> str:
        """Return the blanks before a statement or the comment above it."""
        lines = self.text[self.starts[at] : self.starts[at + 1]]
        blanks = lines[: len(lines) - len(lines.lstrip())]
        return blanks[blanks.rfind("\n") + 1 :]

    def is_apart(self, at: int) -> bool:
        """Return whether an empty line is above a statement."""
        lines = self.text[self.starts[at] : self.starts[at + 1]]
        return "\n" in lines[: len(lines) - len(lines.lstrip())]

    def touched(self, lines: tuple[int, int], key: Callable[[int], str]) -> tuple[int, int]:
        """Return the first statement that is laid out, and the one behind the last.

        lines: offsets of the text that is to be. key: of statements that are lined up.
        """
        count = len(self.starts) - 1
        first = max(0, bisect_right(self.starts, lines[0]) - 1)
        end = min(count, bisect_left(self.starts, lines[1]))
        if first >= end:
            return first, first
        while first and self._is_linked(first - 1, key):
            first -= 1
        while end < count and self._is_linked(end - 1, key):
            end += 1
        return first, end

    def _is_linked(self, at: int, key: Callable[[int], str]) -> bool:
        """Return whether a statement and the next one are laid out together."""
        if self.is_apart(at + 1):
            return False
        above = self.written(at, at + 1).rpartition("\n")[2]
        below = self.written(at + 1, at + 2).partition("\n")[0]
        return ("#" in above and "#" in below) or key(at) == key(at + 1) != ""


def divided(text: str, nodes: Sequence[WordNode], begin: int) -> Divided | None:
    """Return the statements of a block by their lines, None where they share some.

    begin: the end of the word before the first of them, 0 for a file.
    """
    ends = [begin, *(_last_word(node).end_pos for node in nodes)]
    starts = [0 if begin == 0 else _behind_line(text, begin)]
    starts += [_behind_line(text, end) for end in ends[1:]]
    places = [*(first_word(node).start_pos for node in nodes)]
    if any(start > place for start, place in zip(starts, places, strict=False)):
        return None
    is_closed = begin and text[ends[-1] : starts[-1]].split("#", 1)[0].strip(" \t\r\n,")
    return None if is_closed else Divided(text, tuple(starts))


def _behind_line(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _last_word(node: WordNode) -> Token:
    while not isinstance(node, Token):
        node = parts_of(node)[-1]
    return node
