"""The boxes of a page at their places: one for each row, its card, and one for who comes in."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import attrs

from turnout.compiler.picture import Page
from turnout.compiler.picture.heading import MARGIN
from turnout.compiler.picture.scene import Caption, Frame
from turnout.compiler.picture.sizing import SIZE, Sized, label
from turnout.dsl.source import Span

Linked: TypeAlias = Callable[[Span | None, int | None], str]
"""The address of a place in a source, or else of a page."""


def no_link(span: Span | None, page: int | None) -> str:
    """Return no address, for a picture without links."""
    del span, page
    return ""


def start_of(page: Page, y: float, link: Linked) -> Frame:
    """Return the box in which leads come; on a later page it leads back to the one above."""
    back = link(None, page.above[-1][1]) if page.above else ""
    text = label(MARGIN + 12, y + 15.5, page.entry, SIZE, ink="inverse", is_bold=True)
    return Frame("start", MARGIN, y, round(text.width + 24, 1), 23, "start", (text,), "", back)


def frames_of(
    at: int, each: Sized, mine: tuple[float, float], beside: tuple[float, float], link: Linked
) -> Iterator[Frame]:
    """Yield the box of a row and its card. mine, beside: their top left corners."""
    row, (x, y) = each.row, mine
    box = Frame(
        f"n{at}",
        x,
        y,
        each.width,
        each.height,
        row.kind,
        _moved(each.lines, x, y),
        each.tooltip,
        link(row.span, row.page),
        is_dashed=row.kind in {"rest", "end", "onward"},
        is_square=each.is_line,
        is_marked=row.is_marked,
        is_faint=row.state == "unasked",
    )
    yield box
    if row.card is not None:
        x, y = beside
        yield attrs.evolve(
            box,
            name=f"t{at}",
            x=x,
            y=y,
            width=each.beside_width,
            height=each.beside_height,
            look=row.card.role,
            texts=_moved(each.beside, x, y),
            tooltip=row.card.said,
            is_dashed=row.card.is_dashed,
            is_faint=row.state not in {None, "yes"},
        )


def _moved(texts: Sequence[Caption], x: float, y: float) -> tuple[Caption, ...]:
    return tuple(attrs.evolve(text, x=text.x + x, y=text.y + y) for text in texts)
