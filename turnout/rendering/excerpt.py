"""The source lines that a finding speaks of, with each span marked and labelled below.

The layout is rustc's: the finding's own line first, then the lines of its causes, then
those in other files. A line too long for the screen is cut around its spans; where the
spans stand too far apart for one cut, the line is shown once for each. A span of several
lines is marked on its first.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from turnout.dsl.findings import Finding, Severity
from turnout.dsl.source import Span
from turnout.frozen import frozen
from turnout.printable import visible
from turnout.rendering.canvas import ScreenLine
from turnout.rendering.marks import Mark, mark_rows
from turnout.rendering.screen import Ink, paint, width

SEVERITY_INK = {
    Severity.ERROR: Ink.ERROR,
    Severity.WARNING: Ink.WARNING,
    Severity.NOTE: Ink.NOTE,
}
_TAB = "    "
_CUT = "..."
_NARROWEST_ROOM = 24


@frozen
class Pointer:
    """A span to be marked. rank: 0 for the finding's own, the causes count from 1."""

    span: Span
    text: str
    ink: Ink
    rank: int

    @property
    def line(self) -> tuple[str, int]:
        """The line that is marked: the file's name and the number."""
        return self.span.source.name, self.span.line

    @property
    def start(self) -> int:
        """Where the mark starts in its line, in characters from 0."""
        return self.span.column - 1

    @property
    def end(self) -> int:
        """Where the mark ends in its line, in characters; the span may go on below."""
        line = self.span.source.line(self.span.line).rstrip()
        return max(self.start, min(self.start + self.span.end - self.span.start, len(line)))


def excerpt(finding: Finding, screen: int) -> list[str]:
    """Return the finding's places as lines of at most `screen` cells, `-->` first.

    Empty where the finding has no place.
    """
    if finding.span is None:
        return []
    own = Pointer(finding.span, finding.text, SEVERITY_INK[finding.severity], 0)
    causes = [
        Pointer(label.span, label.text, Ink.CAUSE, rank)
        for rank, label in enumerate(finding.labels, 1)
    ]
    digits = gutter(finding)
    edge = _edge(digits)
    beside = [cause for cause in causes if cause.line == own.line]
    lines = [_place(own, "-->", digits), edge, *_line([own, *beside], digits, screen)]
    file, between = own.line[0], [edge]
    elsewhere = _by_file([cause for cause in causes if cause.line != own.line], file)
    for (name, _), group in groupby(elsewhere, key=lambda pointer: pointer.line):
        shown = list(group)
        if name != file:
            file, between = name, [edge, _place(shown[0], ":::", digits), edge]
        lines += [*between, *_line(shown, digits, screen)]
        between = []
    return lines


def gutter(finding: Finding) -> int:
    """Return how many digits the finding's line numbers take."""
    spans = [label.span for label in finding.labels]
    spans += [finding.span] if finding.span else []
    return max((len(str(span.line)) for span in spans), default=1)


def _edge(digits: int) -> str:
    return paint(f"{' ' * digits} |", Ink.FRAME)


def _place(pointer: Pointer, arrow: str, digits: int) -> str:
    return f"{' ' * digits}{paint(arrow, Ink.FRAME)} {visible(str(pointer.span))}"


def _by_file(pointers: Sequence[Pointer], own: str) -> list[Pointer]:
    """Return the pointers by line, those in the file `own` first, other files as they come."""
    files = list(dict.fromkeys([own, *(pointer.line[0] for pointer in pointers)]))
    return sorted(pointers, key=lambda each: (files.index(each.line[0]), each.line[1]))


def _line(pointers: Sequence[Pointer], digits: int, screen: int) -> Iterator[str]:
    """Yield one source line and the marks below it, cut in as many places as needed."""
    room = max(screen - digits - 3, _NARROWEST_ROOM)
    number = pointers[0].span.line
    text = pointers[0].span.source.line(number)
    is_whole = width(visible(text[: room + 1]).replace("\\t", _TAB)) < room
    for near in _near(pointers, room if is_whole else room // 2):
        shown, marks = _window(text, near, room)
        yield f"{paint(f'{number:>{digits}} |', Ink.FRAME)} {shown}".rstrip()
        for row in mark_rows(marks, room):
            yield f"{_edge(digits)} {row}"


def _near(pointers: Sequence[Pointer], reach: int) -> list[list[Pointer]]:
    """Return the pointers in groups, each of which fits one cut; the finding's own first."""
    groups: list[list[Pointer]] = []
    for pointer in sorted(pointers, key=lambda each: each.start):
        if groups and pointer.start - groups[-1][0].start <= reach:
            groups[-1].append(pointer)
        else:
            groups.append([pointer])
    return sorted(groups, key=lambda group: min(each.rank for each in group) > 0)


def _window(text: str, pointers: Sequence[Pointer], room: int) -> tuple[ScreenLine, list[Mark]]:
    """Return the part of a line that shows the pointers, and their marks on it.

    Only a few screens' worth of characters is looked at, however long the line.
    """
    first = max(0, min(each.start for each in pointers) - room)
    last = min(len(text), max(each.start for each in pointers) + room)
    pieces = [_TAB if each == "\t" else visible(each) for each in text[first:last]]
    at = list(accumulate(map(width, pieces), initial=0))
    spans = [_cells(pointer, first, at) for pointer in pointers]
    begin = _begin(min(spans)[0], max(end for _, end in spans), at[-1], room)
    is_cut_left = begin > 0 or first > 0
    is_cut_right = last < len(text) or at[-1] > begin + room
    row = ScreenLine()
    for start, piece in zip(at, pieces, strict=False):
        if begin <= start and start + width(piece) <= begin + room:
            row.put(start - begin, piece)
    if is_cut_left:
        row.put(0, _CUT, Ink.FRAME)
    if is_cut_right:
        row.put(room - len(_CUT), _CUT, Ink.FRAME)
    return row, [_mark(each, span, begin, room) for each, span in zip(pointers, spans, strict=True)]


def _cells(pointer: Pointer, first: int, at: Sequence[int]) -> tuple[int, int]:
    """Return the cells that a pointer takes, at least one; `at`: where each character starts."""
    low = min(pointer.start - first, len(at) - 1)
    high = min(pointer.end - first, len(at) - 1)
    start = at[low] - (low + 1 < len(at) and at[low] == at[low + 1] > 0)
    return start, max(at[high], start + 1)


def _begin(start: int, end: int, total: int, room: int) -> int:
    """Return the first cell of the cut that shows `start` up to `end`, or its beginning."""
    if max(total, end) <= room or end + len(_CUT) <= room:
        return 0
    taken = min(end - start, room)
    return max(0, start - max(len(_CUT) + 1, (room - taken) // 3))


def _mark(pointer: Pointer, span: tuple[int, int], begin: int, room: int) -> Mark:
    # A place behind the line's last character, where that takes the last cell, is marked on it.
    start = min(span[0] - begin, room - 1)
    end = max(min(span[1] - begin, room), start + 1)
    return Mark(start, end, visible(pointer.text), pointer.ink, is_own=pointer.rank == 0)
