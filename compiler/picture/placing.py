"""Where everything stands: rows below each other, cards in a column beside them.

A row is as far to the right as its level is deep. The line of everybody else runs down at
the left of what is inside, so that it meets no box; where a part ends, the lines that
leave it turn to the left just above the row behind it.
"""

from collections.abc import Iterator, Sequence

import attrs

from turnout.compiler.picture import Masthead, Page, Stripe
from turnout.compiler.picture.frames import Linked, frames_of, no_link, start_of
from turnout.compiler.picture.heading import LEAST_WIDTH, MARGIN, above_of
from turnout.compiler.picture.scene import Arrow, Frame, Scene, Tint
from turnout.compiler.picture.sizing import Sized, sized

INDENT, SPINE = 26.0, 13.0
_GAP, _TURN, _BESIDE = 11.0, 5.5, 46.0
_THICKEST = 9.0
NO_ELSE = frozenset({"rest", "table"})
"""Kinds of rows that every lead takes: a fallback, and the head of a table."""


def laid_out(page: Page, heading: Masthead, link: Linked = no_link) -> Scene:
    """Return a page with the place of everything on it."""
    rows = sized(page.rows)
    xs = [MARGIN + INDENT * each.row.level for each in rows]
    column = max([0.0, *(x + each.width for x, each in zip(xs, rows, strict=True))]) + _BESIDE
    right = max([LEAST_WIDTH, *(column + each.beside_width for each in rows if each.beside)])
    above = above_of(page, heading, right)
    boxes = [start_of(page, above.below, link)] if page.entry else []
    tops = _tops(rows, above.below + (boxes[0].height + 24 if boxes else 6))
    for at, (x, top, each) in enumerate(zip(xs, tops, rows, strict=True)):
        mine = x, top + (each.stripe - each.height) / 2
        beside = column, top + (each.stripe - each.beside_height) / 2
        boxes += frames_of(at, each, mine, beside, link)
    tints = _grounds(rows, xs, tops, column - _BESIDE / 2)
    lines = _lines(page, {box.name: box for box in boxes})
    return above.scene(boxes, tints, lines, right)


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
    if rows and page.entry and not page.is_list:
        x = boxes["n0"].x + SPINE
        way = rows[0].state in {"yes", "no"}
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
        if after[at] is not None and not page.is_list and row.kind not in NO_ELSE:
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
        thickness=thickness(row),
        is_way=row.state == "yes",
        is_faint=row.state not in {None, "yes"},
    )


def thickness(row: Stripe) -> float:
    """Return how thick the arrow to a card is: as much as its share of a sample."""
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
    # Who fits and is taken by nothing inside leaves by the line of the last row inside.
    is_way = row.state == "no"
    if row.level == to.level:
        on = _down(one, two, x, to, is_dashed=True, is_way=is_way)
        yield attrs.evolve(on, is_faint="unasked" in {row.state, to.state})
        return
    turn = min(two.y, boxes.get(f"t{after}", two).y) - _TURN
    points = ((x, one.y + one.height), (x, turn), (outer, turn), (outer, two.y - 1))
    is_faint = "unasked" in {row.state, to.state}
    yield Arrow((one.name, two.name), points, is_dashed=True, is_way=is_way, is_faint=is_faint)
