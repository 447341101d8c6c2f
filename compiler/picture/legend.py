"""The legend: what occurs on a page and can't be read off it, and nothing else."""

from collections.abc import Iterator

from turnout.compiler.picture import Page
from turnout.compiler.picture.scene import Arrow, Caption, Frame, Look
from turnout.compiler.picture.sizing import label
from turnout.compiler.picture.speech import ROLES

_SIZE, _ROW, _APART, _SAMPLE = 10.0, 17.0, 16.0, 24.0


def legend(
    page: Page, corner: tuple[float, float], right: float, *, is_across: bool
) -> tuple[tuple[Frame | Arrow, ...], tuple[Caption, ...], float]:
    """Return samples, what they mean, and where the legend ends: rows up to `right`."""
    x, y = corner
    samples: list[Frame | Arrow] = []
    labels: list[Caption] = []
    at, top = x, y
    for kind, look, said in _entries(page, is_across=is_across):
        text = label(0, 0, said, _SIZE)
        width = _SAMPLE + 6 + text.width
        if at > x and at + width > right:
            at, top = x, top + _ROW
        name = f"legend{len(samples)}"
        samples.append(_sample(kind, look, name, at, top))
        labels.append(label(at + _SAMPLE + 6, top + 10, said, _SIZE))
        at += width + _APART
    return tuple(samples), tuple(labels), top + _ROW + 8


def _sample(kind: str, look: Look, name: str, x: float, y: float) -> Frame | Arrow:
    middle = y + 6.5
    match kind:
        case "right":
            return Arrow((name, name), ((x, middle), (x + _SAMPLE, middle)), is_dashed=False)
        case "down":
            return Arrow((name, name), ((x + 12, y - 1), (x + 12, y + 14)), is_dashed=False)
        case "on":
            return Arrow((name, name), ((x + 12, y - 1), (x + 12, y + 14)), is_dashed=True)
        case "on-right":
            return Arrow((name, name), ((x, middle), (x + _SAMPLE, middle)), is_dashed=True)
        case "way":
            points = ((x, middle), (x + _SAMPLE, middle))
            return Arrow((name, name), points, is_dashed=False, thickness=3, is_way=True)
        case _:
            is_marked = kind == "marked"
            return Frame(
                name, x, y, _SAMPLE, 13, look, (), is_dashed=kind == "dashed", is_marked=is_marked
            )


def _entries(page: Page, *, is_across: bool) -> Iterator[tuple[str, Look, str]]:
    """Yield the samples: their kind, whose colours they have, and what they mean."""
    rows = page.rows
    cards = [row.card for row in rows if row.card is not None]
    if not page.is_list:
        if cards:
            yield "down" if is_across else "right", "plain", "yes: the lead goes there"
        if any(row.until > at + 1 for at, row in enumerate(rows)):
            yield "right" if is_across else "down", "plain", "yes: go in"
        if any(row.kind not in {"rest", "end", "onward"} for row in rows[:-1]):
            yield "on-right" if is_across else "on", "plain", "everybody else"
    if any(row.state is not None for row in rows):
        yield "way", "plain", "the way of this lead"
    used = {card.role for card in cards}
    for role, said in ROLES.items():
        if role in used and (role != "plain" or any(row.kind == "closed" for row in rows)):
            yield "box", role, said
    if any(card.is_dashed for card in cards):
        yield "dashed", "rest", "for whom no rule holds"
    if any(row.page is not None and row.kind == "closed" for row in rows):
        yield "box", "closed", "on a page of its own"
    if any(row.is_marked for row in rows):
        yield "marked", "question", "something is wrong here"
