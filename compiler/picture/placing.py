"""Where everything stands: rows below each other, cards in a column beside them.

A row is as far to the right as its level is deep. The line of everybody else runs down at
the left of what is inside, so that it meets no box; where a part ends, the lines that
leave it turn to the left just above the row behind it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import attrs

from turnout.compiler.picture import Masthead, Page, Stripe
from turnout.compiler.picture.legend import legend
from turnout.compiler.picture.lettering import fold
from turnout.compiler.picture.scene import Arrow, Caption, Frame, Scene, Tint
from turnout.compiler.picture.sizing import LEADING, SIZE, Sized, label, sized
from turnout.dsl.source import Span

MARGIN, INDENT, SPINE = 24.0, 26.0, 13.0
_GAP, _TURN, _BESIDE = 11.0, 5.5, 46.0
_LEAST_WIDTH = 600.0
_MOST_NOTES = 6
_THICKEST = 9.0

Linked: TypeAlias = Callable[[Span | None, int | None], str]
"""The address of a place in a source, or else of a page."""


def no_link(span: Span | None, page: int | None) -> str:
    """Return no address, for a picture without links."""
    del span, page
    return ""


def laid_out(page: Page, heading: Masthead, link: Linked = no_link) -> Scene:
    """Return a page with the place of everything on it."""
    rows = sized(page.rows)
    xs = [MARGIN + INDENT * each.row.level for each in rows]
    column = max([0.0, *(x + each.width for x, each in zip(xs, rows, strict=True))]) + _BESIDE
    right = max([_LEAST_WIDTH, *(column + each.beside_width for each in rows if each.beside)])
    head = [*_head(page, heading, right - MARGIN)]
    samples, labels, below = legend(page, MARGIN, head[-1].y + 14, right)
    boxes = [_start(page, below, link)] if page.entry else []
    tops = _tops(rows, below + (boxes[0].height + 24 if boxes else 6))
    for at, each in enumerate(rows):
        boxes += _boxes(at, each, (xs[at], tops[at]), column, link)
    return Scene(
        width=round(right + MARGIN, 1),
        height=round(max([below, *(box.y + box.height for box in boxes)]) + MARGIN, 1),
        title=_title(page, heading),
        description=_description(page),
        texts=(*head, *labels),
        grounds=tuple(_grounds(rows, xs, tops, column - _BESIDE / 2)),
        boxes=tuple(boxes),
        lines=tuple(_lines(page, {box.name: box for box in boxes})),
        samples=samples,
    )


# -- above the rows --


def _title(page: Page, heading: Masthead) -> str:
    return f"{heading.title}, page {page.number}: {page.title}" if page.title else heading.title


def _description(page: Page) -> str:
    """Return where leads end, for readers who hear the picture."""
    said = [f"{row.text}: {row.card.said}" for row in page.rows if row.card is not None]
    return "\n".join(["In the order in which they are asked:", *said])


def _head(page: Page, heading: Masthead, width: float) -> Iterator[Caption]:
    """Yield the lines of the heading."""
    y = MARGIN - 4
    for line in fold(heading.title, 16, width, is_bold=True, most=3)[0]:
        y += 18
        yield label(MARGIN, y, line, 16, is_bold=True)
    for line in fold(_subtitle(page), 12, width, is_bold=True, most=3)[0] if page.title else ():
        y += 17
        yield label(MARGIN, y, line, 12, is_bold=True)
    facts = "  ·  ".join(heading.facts)
    for line in fold(facts, 10, width, most=3)[0] if facts else ():
        y += 15
        yield label(MARGIN, y, line, 10, ink="faint")
    for note in heading.notes[:_MOST_NOTES]:
        for line in fold(note.text, SIZE, width, most=2)[0]:
            y += LEADING
            yield label(MARGIN, y, line, SIZE, ink=note.tone)
    if len(heading.notes) > _MOST_NOTES:
        more = f"and {len(heading.notes) - _MOST_NOTES} more"
        yield label(MARGIN, y + LEADING, more, SIZE, ink="finding")


def _subtitle(page: Page) -> str:
    above = " / ".join(title or "overview" for title, _ in page.above)
    return f"page {page.number}: {above} / {page.title}" if above else page.title


def _start(page: Page, y: float, link: Linked) -> Frame:
    """Return the box in which leads come; on a later page it leads back to the one above."""
    back = link(None, page.above[-1][1]) if page.above else ""
    text = label(MARGIN + 12, y + 15.5, page.entry, SIZE, ink="inverse", is_bold=True)
    return Frame("start", MARGIN, y, round(text.width + 24, 1), 23, "start", (text,), "", back)


# -- rows --


def _tops(rows: Sequence[Sized], first: float) -> list[float]:
    """Return the top of each row's stripe, in which its box and its card stand centred."""
    tops: list[float] = []
    y = first
    for at, each in enumerate(rows):
        tops.append(round(y, 1))
        after = rows[at + 1].row if at + 1 < len(rows) else None
        is_joined = after is not None and after.is_joined
        leaves = after is not None and after.level < each.row.level
        enters = after is not None and after.level > each.row.level
        y += each.stripe + (0 if is_joined else _GAP + (_TURN if leaves or enters else 0))
    return tops


def _boxes(
    at: int, each: Sized, corner: tuple[float, float], column: float, link: Linked
) -> Iterator[Frame]:
    row, (x, top) = each.row, corner
    y = top + (each.stripe - each.height) / 2
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
        is_square=row.is_joined,
        is_marked=row.is_marked,
        is_faint=row.state == "unasked",
    )
    yield box
    if row.card is not None:
        y = top + (each.stripe - each.beside_height) / 2
        yield attrs.evolve(
            box,
            name=f"t{at}",
            x=column,
            y=y,
            width=each.beside_width,
            height=each.beside_height,
            look=row.card.role,
            texts=_moved(each.beside, column, y),
            tooltip=row.card.said,
            is_dashed=row.card.is_dashed,
            is_faint=row.state not in {None, "yes"},
        )


def _moved(texts: Sequence[Caption], x: float, y: float) -> tuple[Caption, ...]:
    return tuple(attrs.evolve(text, x=text.x + x, y=text.y + y) for text in texts)


def _grounds(
    rows: Sequence[Sized], xs: Sequence[float], tops: Sequence[float], right: float
) -> Iterator[Tint]:
    """Yield the tints behind what has something inside, the outermost first."""
    for at, each in enumerate(rows):
        last = each.row.until - 1
        if last > at:
            x, y = xs[at] - 5, tops[at] - 4
            height = tops[last] + rows[last].stripe + 4 - y
            yield Tint(f"g{at}", x, y, round(right - x, 1), round(height, 1), each.row.level)


# -- lines --


def _lines(page: Page, boxes: dict[str, Frame]) -> Iterator[Arrow]:
    rows = page.rows
    if rows and page.entry:
        x = boxes["n0"].x + SPINE
        way = rows[0].state is not None
        yield _down(boxes["start"], boxes["n0"], x, rows[0], is_dashed=False, is_way=way)
    after = following(rows)
    for at, row in enumerate(rows):
        box = boxes[f"n{at}"]
        if row.card is not None:
            yield _across(box, boxes[f"t{at}"], row)
        if row.until > at + 1 and not page.is_list:
            inside = boxes[f"n{at + 1}"]
            is_way = row.state == "yes"
            yield _down(box, inside, inside.x + SPINE, rows[at + 1], is_dashed=False, is_way=is_way)
        if after[at] is not None and not page.is_list and row.kind != "rest":
            yield from _on(at, after[at] or 0, page, boxes)


def following(rows: Sequence[Stripe]) -> list[int | None]:
    """Return the row to which everybody else goes from each: the next that isn't deeper."""
    after: list[int | None] = [None] * len(rows)
    open_: list[int] = []
    for at, row in enumerate(rows):
        while open_ and rows[open_[-1]].level >= row.level:
            after[open_.pop()] = at
        open_.append(at)
    return after


def _across(box: Frame, card: Frame, row: Stripe) -> Arrow:
    y = box.middle[1]
    return Arrow(
        (box.name, card.name),
        ((box.x + box.width, y), (card.x - 1, y)),
        is_dashed=False,
        thickness=_thick(row),
        is_way=row.state == "yes",
        is_faint=row.state not in {None, "yes"},
    )


def _thick(row: Stripe) -> float:
    return 1.1 if row.share is None else round(0.6 + _THICKEST * float(row.share), 2)


def _down(  # noqa: PLR0913 - what a line is
    one: Frame, two: Frame, x: float, to: Stripe, *, is_dashed: bool, is_way: bool = False
) -> Arrow:
    points = ((x, one.y + one.height), (x, two.y - 1))
    is_faint = to.state == "unasked"
    return Arrow((one.name, two.name), points, is_dashed, is_way=is_way, is_faint=is_faint)


def _on(at: int, after: int, page: Page, boxes: dict[str, Frame]) -> Iterator[Arrow]:
    """Yield the line of everybody else; where it leaves a part, it turns left first."""
    one, two, row, to = boxes[f"n{at}"], boxes[f"n{after}"], page.rows[at], page.rows[after]
    if to.is_joined:  # a line of a table stands directly below
        return
    x, outer = one.x + SPINE, two.x + SPINE
    is_way = row.state == "no" or (row.state == "yes" and to.state not in {None, "unasked"})
    is_way = is_way and row.card is None if row.state == "yes" else is_way
    if row.level == to.level:
        yield _down(one, two, x, to, is_dashed=True, is_way=is_way and row.state == "no")
        return
    turn = min(two.y, boxes.get(f"t{after}", two).y) - _TURN
    points = ((x, one.y + one.height), (x, turn), (outer, turn), (outer, two.y - 1))
    is_faint = row.state == "unasked" or to.state == "unasked"
    yield Arrow((one.name, two.name), points, is_dashed=True, is_way=is_way, is_faint=is_faint)
