"""Where everything stands when questions run from left to right: for small policies.

Each row has a column of its own. A box is as far down as its level is deep, and the cards
stand in one line below all boxes, so that an arrow down meets nothing. The line of
everybody else runs above what is inside; where a part ends it turns up just before the
next column.
"""

from collections.abc import Iterator, Sequence

import attrs

from turnout.compiler.picture import Masthead, Page, Stripe
from turnout.compiler.picture.frames import Linked, frames_of, no_link, start_of
from turnout.compiler.picture.heading import LEAST_WIDTH, MARGIN, above_of
from turnout.compiler.picture.placing import NO_ELSE, following, thickness
from turnout.compiler.picture.scene import Arrow, Frame, Scene, Tint
from turnout.compiler.picture.sizing import Sized, sized

_GAP, _TURN, _BETWEEN, _BELOW, _SPINE, _ELBOW = 24.0, 9.0, 16.0, 40.0, 11.0, 12.0


def laid_across(page: Page, heading: Masthead, link: Linked = no_link) -> Scene:
    """Return a page with the place of everything on it, from left to right."""
    loose = (attrs.evolve(row, is_joined=False) for row in page.rows)
    page = attrs.evolve(page, rows=tuple(loose))
    rows = sized(page.rows)
    entry = start_of(page, 0, link)
    xs = _lefts(rows, MARGIN + (entry.width + _GAP if page.entry else 0))
    right = max([LEAST_WIDTH, *(x + _column(each) for x, each in zip(xs, rows, strict=True))])
    above = above_of(page, heading, right, is_across=True)
    levels, cards = _levels(rows, above.below + 6)
    boxes = [start_of(page, levels[0], link)] if page.entry else []
    for at, (x, each) in enumerate(zip(xs, rows, strict=True)):
        boxes += frames_of(at, each, (x, levels[each.row.level]), (x, cards), link)
    tints = _grounds(rows, xs, levels, cards - _BELOW / 2)
    lines = _lines(page, {box.name: box for box in boxes})
    return above.scene(boxes, tints, lines, right)


def _column(each: Sized) -> float:
    return max(each.width, each.beside_width)


def _lefts(rows: Sequence[Sized], first: float) -> list[float]:
    lefts: list[float] = []
    x = first
    for each in rows:
        lefts.append(round(x, 1))
        x += _column(each) + _GAP
    return lefts


def _levels(rows: Sequence[Sized], top: float) -> tuple[list[float], float]:
    """Return the height at which each level begins, and that of the cards."""
    deepest = max((each.row.level for each in rows), default=0)
    levels: list[float] = []
    y = top
    for level in range(deepest + 1):
        levels.append(round(y, 1))
        y += max((each.height for each in rows if each.row.level == level), default=0) + _BETWEEN
    return levels, round(y - _BETWEEN + _BELOW, 1)


def _grounds(
    rows: Sequence[Sized], xs: Sequence[float], levels: Sequence[float], bottom: float
) -> Iterator[Tint]:
    for at, each in enumerate(rows):
        last = each.row.until - 1
        if last > at:
            x, y = xs[at] - 5, levels[each.row.level] - 4
            width = xs[last] + _column(rows[last]) + 5 - x
            yield Tint(f"g{at}", x, y, round(width, 1), round(bottom - y, 1), each.row.level)


def _lines(page: Page, boxes: dict[str, Frame]) -> Iterator[Arrow]:
    rows = page.rows
    if rows and page.entry and not page.is_list:
        one, two = boxes["start"], boxes["n0"]
        yield _along(one, two, rows[0], is_dashed=False, is_way=rows[0].state in {"yes", "no"})
    after = following(rows)
    for at, row in enumerate(rows):
        box = boxes[f"n{at}"]
        if row.card is not None:
            yield _down(box, boxes[f"t{at}"], row)
        if row.until > at + 1 and not page.is_list:
            yield _into(box, boxes[f"n{at + 1}"], row, rows[at + 1])
        behind = after[at]
        if behind is not None and not page.is_list and row.kind not in NO_ELSE:
            yield _on(box, boxes[f"n{behind}"], row, rows[behind])


def _along(one: Frame, two: Frame, to: Stripe, *, is_dashed: bool, is_way: bool) -> Arrow:
    y = one.y + _SPINE
    points = ((one.x + one.width, y), (two.x - 1, y))
    return Arrow((one.name, two.name), points, is_dashed, 1.1, is_way, to.state == "unasked")


def _down(box: Frame, card: Frame, row: Stripe) -> Arrow:
    x = min(box.middle[0], card.middle[0])
    points = ((x, box.y + box.height), (x, card.y - 1))
    is_faint = row.state not in {None, "yes"}
    is_way = row.state == "yes"
    return Arrow((box.name, card.name), points, False, thickness(row), is_way, is_faint)  # noqa: FBT003 - not dashed


def _into(block: Frame, inside: Frame, row: Stripe, to: Stripe) -> Arrow:
    """Return the arrow from a block down and into its first question."""
    x, y = block.x + _ELBOW, inside.y + _SPINE
    points = ((x, block.y + block.height), (x, y), (inside.x - 1, y))
    is_faint = to.state == "unasked"
    is_way = row.state == "yes"
    return Arrow((block.name, inside.name), points, False, 1.1, is_way, is_faint)  # noqa: FBT003 - not dashed


def _on(one: Frame, two: Frame, row: Stripe, to: Stripe) -> Arrow:
    """Return the line of everybody else; where it leaves a part, it turns up first."""
    is_way = row.state == "no"
    is_faint = "unasked" in {row.state, to.state}
    if row.level == to.level:
        along = _along(one, two, to, is_dashed=True, is_way=is_way)
        return attrs.evolve(along, is_faint=is_faint)
    y, outer, turn = one.y + _SPINE, two.y + _SPINE, two.x - _TURN
    points = ((one.x + one.width, y), (turn, y), (turn, outer), (two.x - 1, outer))
    return Arrow((one.name, two.name), points, True, 1.1, is_way, is_faint)  # noqa: FBT003 - dashed
