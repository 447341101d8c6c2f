"""The rows below a source line: underlines, and the labels that hang from them.

The rightmost label stands beside its underline where it fits. The others hang below
their starts, the rightmost highest, so that no label crosses another's line:

    to queue triage else queue late
       ------------      ^^^^^^^^^^ is never tried
       |
       always accepts
"""

from collections.abc import Iterator, Sequence

from turnout.frozen import frozen
from turnout.rendering.canvas import ScreenLine
from turnout.rendering.screen import Ink, width, wrap

_BESIDE, _BELOW = 28, 20
"""Cells that a label wants beside its mark, and below it; else it is moved."""


@frozen
class Mark:
    """Cells `start` up to, not including, `end` of a line, and what is to see there.

    text: printable, or "". is_own: the finding's own span, underlined with `^`.
    """

    start: int
    end: int
    text: str
    ink: Ink
    is_own: bool


def mark_rows(marks: Sequence[Mark], room: int) -> Iterator[ScreenLine]:
    """Yield the rows below the line, none wider than `room` where the labels allow it."""
    beside = _beside(marks, room)
    hanging = sorted(
        (mark for mark in marks if mark.text and mark is not beside),
        key=lambda mark: (-mark.start, mark.is_own),
    )
    first = ScreenLine()
    for mark in sorted(marks, key=lambda mark: (mark.start - mark.end, mark.is_own)):
        first.put(mark.start, ("^" if mark.is_own else "-") * (mark.end - mark.start), mark.ink)
    more: list[str] = []
    if beside:
        text, *more = wrap(beside.text, room - beside.end - 1)
        first.put(beside.end + 1, text, beside.ink)
    yield first
    for line in more:
        yield _row(hanging, beside, line, beside.end + 1 if beside else 0)
    if hanging:
        yield _row(hanging, None, "", 0)
    while hanging:
        mark, *hanging = hanging
        column, lines = _hung(mark, room)
        for line in lines:
            yield _row(hanging, mark, line, column)


def _beside(marks: Sequence[Mark], room: int) -> Mark | None:
    """Return the mark whose label stands beside it: nothing is right of it, and it fits."""
    last = max(marks, key=lambda mark: (mark.start, mark.is_own))
    free = room - last.end - 1
    fits = width(last.text) <= free or free >= _BESIDE
    return last if last.text and fits and last.end == max(each.end for each in marks) else None


def _hung(mark: Mark, room: int) -> tuple[int, list[str]]:
    """Return a hanging label's lines and their column, moved left where it is too narrow."""
    needed = min(width(mark.text), _BELOW)
    column = max(0, min(mark.start, room - needed))
    return column, wrap(mark.text, room - column)


def _row(hanging: Sequence[Mark], label: Mark | None, text: str, column: int) -> ScreenLine:
    """Return a row with the lines of the labels still to come, and one label's text."""
    row = ScreenLine()
    for mark in hanging:
        row.put(mark.start, "|", mark.ink)
    if label:
        row.put(column, text, label.ink)
    return row
