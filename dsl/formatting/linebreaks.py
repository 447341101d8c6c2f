"""Documents that say where lines may break, and the one way to lay them out.

The algebra is that of Wadler ("A prettier printer", in "The Fun of Programming", 2003): a
group is laid out on one line where it fits, and else broken at each of its own lines.
Two things are added for source text. A comment forces a break behind it, wherever it
stands. And indentation can be taken from the column at which a part starts, so that what
is continued stands below what it continues.
"""

from collections.abc import Iterable
from typing import TypeAlias

import attrs

from turnout.frozen import define, frozen


@frozen
class Unbroken:
    """Text without a line break."""

    text: str


@frozen
class Remark:
    """A comment at the end of a line; what comes next starts a new one."""

    text: str


@frozen
class Line:
    """A place to break: `flat` where its group is on one line, else a new line."""

    flat: str = " "


@frozen
class NewLine:
    """A break; unless the line has nothing on it yet where `if_used`."""

    if_used: bool = False


@frozen
class Blank:
    """An empty line after the one that ends here."""


@frozen
class WrittenLines:
    """Whole lines as they are written; what comes next starts a new one."""

    text: str


@frozen
class Concat:
    """Parts, one after the other."""

    parts: tuple["Doc", ...]


@frozen
class Nest:
    """A part whose new lines are `by` columns further right (or left) than around it."""

    by: int
    part: "Doc"


@frozen
class Align:
    """A part whose new lines start where it starts."""

    part: "Doc"


@frozen
class Group:
    """A part on one line if it fits."""

    part: "Doc"


Doc: TypeAlias = (
    Unbroken | Remark | Line | NewLine | Blank | WrittenLines | Concat | Nest | Align | Group
)

SPACE = Unbroken(" ")
EMPTY = Concat(())


def concat(*parts: Doc) -> Doc:
    """Return the parts one after the other."""
    return parts[0] if len(parts) == 1 else Concat(parts)


def joined(parts: Iterable[Doc], between: Doc) -> Doc:
    """Return the parts with `between` between them."""
    found: list[Doc] = []
    for part in parts:
        if found:
            found.append(between)
        found.append(part)
    return Concat(tuple(found))


def flat_width(doc: Doc) -> int | None:
    """Return the columns of `doc` on one line, None where it must break.

    A comment at its very end breaks the line behind it, and not the line itself.
    """
    width = 0
    is_ended = False
    pending = [doc]
    while pending:
        match pending.pop():
            case Unbroken(text) | Line(text):
                if is_ended and text:
                    return None
                width += len(text)
            case Concat(parts):
                pending.extend(reversed(parts))
            case Nest(_, part) | Align(part) | Group(part):
                pending.append(part)
            case Remark():
                is_ended = True
            case NewLine() | Blank() | WrittenLines():
                return None
    return width


@define
class _Page:
    """What is laid out so far.

    lines: those that are finished, a comment apart from what it stands behind. is_ended:
    a comment ended the line, so that whatever comes next starts a new one.
    """

    lines: list[tuple[str, str]] = attrs.Factory(list[tuple[str, str]])
    line: str = ""
    remark: str = ""
    is_ended: bool = False

    def put(self, text: str, indent: int) -> None:
        if self.is_ended:
            self.end()
            self.line = " " * indent
        if not self.line.strip():
            text = text.lstrip(" ")
        self.line += text

    def end(self) -> None:
        self.lines.append((self.line.rstrip(), self.remark))
        self.line, self.remark, self.is_ended = "", "", False

    def start(self, indent: int) -> None:
        self.end()
        self.line = " " * indent

    @property
    def is_used(self) -> bool:
        return bool(self.line.strip()) or bool(self.remark)

    def place(self, indent: int) -> int:
        """Return the column at which the next text stands."""
        return indent if self.is_ended else max(len(self.line), indent)

    def write(
        self, part: Unbroken | Remark | Line | NewLine | Blank | WrittenLines, indent: int
    ) -> None:
        """Put a word, or break the line."""
        match part:
            case Unbroken(text):
                self.put(text, indent)
            case Remark(text):
                self.remark, self.is_ended = text, True
            case NewLine(if_used=True) if not self.is_used:
                self.line = " " * indent
            case Line() | NewLine():
                self.start(indent)
            case Blank():
                self.lines.append(("", ""))
            case WrittenLines(text):
                *lines, self.line = text.split("\n")
                self.lines += [(line, "") for line in lines]


def laid_out(doc: Doc, width: int) -> list[tuple[str, str]]:
    """Return the lines of `doc`, each with the comment that ends it or "".

    width: the columns that a group may fill, comments at the end of a line not counted.
    """
    page = _Page()
    pending: list[tuple[int, bool, Doc]] = [(0, False, doc)]  # indent, whether flat, part
    while pending:
        indent, is_flat, part = pending.pop()
        match part:
            case Line(flat) if is_flat:
                page.put(flat, indent)
            case Concat(parts):
                pending.extend((indent, is_flat, inner) for inner in reversed(parts))
            case Nest(by, inner):
                pending.append((indent + by, is_flat, inner))
            case Align(inner):
                pending.append((page.place(indent), is_flat, inner))
            case Group(inner):
                needed = flat_width(inner)
                room = width - page.place(indent)
                fits = needed is not None and needed + _tail(pending) <= room
                pending.append((indent, is_flat or fits, inner))
            case word:
                page.write(word, indent)
    if page.is_used:
        page.end()
    return page.lines


def _tail(pending: list[tuple[int, bool, Doc]]) -> int:
    """Return the columns of what follows up to the next place where a line may end."""
    width = 0
    stack = [part for _, _, part in pending[-40:]]
    while stack:
        match stack.pop():
            case Unbroken(text):
                width += len(text)
            case Concat(parts):
                stack.extend(reversed(parts))
            case Nest(_, part) | Align(part):
                stack.append(part)
            case _:
                return width
    return width
