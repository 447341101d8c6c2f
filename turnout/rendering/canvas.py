"""One line of the screen as cells, so that marks and labels can be put at a column."""

from itertools import groupby

from turnout.rendering.screen import Ink, cells, paint


class ScreenLine:
    """Cells from left to right; what is put later covers what was there.

    A cell holds one character with the combining ones that follow it. The second cell of
    a wide character is empty.
    """

    def __init__(self) -> None:
        self._cells: list[tuple[str, Ink]] = []

    def put(self, column: int, text: str, ink: Ink = Ink.PLAIN) -> None:
        """Put a printable text at `column`, from 0."""
        for character in text:
            wide = cells(character)
            if wide == 0 and 0 < column <= len(self._cells):
                base = column - 1 if self._cells[column - 1][0] else column - 2
                self._cells[base] = (self._cells[base][0] + character, ink)
                continue
            blanks = column + wide - len(self._cells)
            self._cells.extend([(" ", Ink.PLAIN)] * blanks)
            self._cells[column : column + wide] = [(character, ink), *[("", ink)] * (wide - 1)]
            column += wide

    def __str__(self) -> str:
        runs = groupby(self._cells, key=lambda cell: cell[1])
        line = "".join(paint("".join(text for text, _ in run), ink) for ink, run in runs)
        return line.rstrip()
