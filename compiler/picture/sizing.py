"""What stands in the boxes of a row, line by line, and how large that makes them."""

from collections.abc import Iterator, Sequence

import attrs

from turnout.compiler.picture import Card, Note, Stripe
from turnout.compiler.picture.lettering import fold, measure
from turnout.compiler.picture.scene import Caption, Hue
from turnout.frozen import frozen

SIZE, LEADING = 11.0, 14.0
INNER = 10.0
"""Between a text and the sides of its box."""

_UPPER = 4.0
_WIDEST, _WIDEST_CARD = 290.0, 300.0


@frozen
class Sized:
    """A row with its sizes. lines, beside: what stands in the box and in the card.

    The texts have their places in the box; x and y count from its top left corner. is_line:
    of a table.
    """

    row: Stripe
    lines: tuple[Caption, ...]
    width: float
    height: float
    tooltip: str
    beside: tuple[Caption, ...] = ()
    beside_width: float = 0.0
    beside_height: float = 0.0
    is_line: bool = False

    @property
    def stripe(self) -> float:
        """The height of the row."""
        return max(self.height, self.beside_height)


def label(  # noqa: PLR0913 - what a text is
    x: float, y: float, value: str, size: float, *, ink: Hue = "text", is_bold: bool = False
) -> Caption:
    """Return a text with its width."""
    return Caption(x, y, value, measure(value, size, is_bold=is_bold), size, ink, is_bold)


def sized(rows: Sequence[Stripe]) -> list[Sized]:
    """Return rows with their sizes; the lines of a table are as wide as the widest of it."""
    found: list[Sized] = []
    table: list[Sized] = []
    for at, row in enumerate(rows):
        is_line = row.is_joined or (at + 1 < len(rows) and rows[at + 1].is_joined)
        if not row.is_joined:
            found += _evened(table)
            table = []
        if is_line:
            table.append(_as_line(_sized(row)))
        else:
            found.append(_sized(row))
    return [*found, *_evened(table)]


def _sized(row: Stripe) -> Sized:
    is_bold = row.kind in {"block", "table", "closed"}
    lines, is_cut = fold(row.text, SIZE, _WIDEST, is_bold=is_bold)
    texts: list[tuple[str, Hue, bool]] = []
    texts.extend((line, "text", is_bold) for line in lines)
    if row.kind == "closed":
        texts.append((f"on page {row.page}" if row.page else "closed here", "faint", False))
    texts.extend((line, tone, False) for line, tone in _noted(row.notes, _WIDEST))
    stacked, width, height = _stacked(texts)
    tips = [row.text if is_cut else "", *(note.more for note in row.notes)]
    tooltip = "\n".join(filter(None, tips))
    if row.card is None:
        return Sized(row, stacked, width, height, tooltip)
    return Sized(row, stacked, width, height, tooltip, *_stacked([*_card_lines(row.card)]))


def _stacked(texts: Sequence[tuple[str, Hue, bool]]) -> tuple[tuple[Caption, ...], float, float]:
    """Return the texts below each other, and how wide and high their box is."""
    placed = tuple(
        label(INNER, _UPPER + LEADING * at + 11, value, SIZE, ink=ink, is_bold=is_bold)
        for at, (value, ink, is_bold) in enumerate(texts)
    )
    width = max([56.0, *(text.width for text in placed)]) + 2 * INNER
    return placed, round(width, 1), LEADING * len(placed) + 2 * _UPPER + 1


def _card_lines(card: Card) -> Iterator[tuple[str, Hue, bool]]:
    if card.name:
        for line in fold(card.name, SIZE, _WIDEST_CARD, is_bold=True, most=2)[0]:
            yield line, "text", True
    for said in card.lines:
        for line in fold(said, SIZE, _WIDEST_CARD, most=4)[0]:
            yield line, "text", False
    for line, tone in _noted(card.notes, _WIDEST_CARD):
        yield line, tone, False


def _noted(notes: Sequence[Note], width: float) -> Iterator[tuple[str, Hue]]:
    for note in notes:
        for line in fold(note.text, SIZE, width, most=4)[0]:
            yield line, note.tone


# -- tables --


def _as_line(of: Sized) -> Sized:
    """Return a row with the name and the target of its card on one line."""
    if len(of.beside) < 2 or of.row.card is None or not of.row.card.name:
        return of
    name, target, *more = of.beside
    beside: tuple[Caption, ...] = name, attrs.evolve(target, x=name.x + name.width + 8, y=name.y)
    beside += tuple(attrs.evolve(text, y=text.y - LEADING) for text in more)
    width = max(text.x + text.width for text in beside) + INNER
    return attrs.evolve(
        of, beside=beside, beside_width=round(width, 1), beside_height=of.beside_height - LEADING
    )


def _evened(table: Sequence[Sized]) -> list[Sized]:
    """Return the lines of a table, all of one width, and boxes as high as their line."""
    width = max((line.width for line in table), default=0)
    beside = max((line.beside_width for line in table), default=0)
    return [
        attrs.evolve(
            line,
            width=width,
            beside_width=beside,
            height=line.stripe,
            beside_height=line.stripe,
            is_line=True,
        )
        for line in table
    ]
