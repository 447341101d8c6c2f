"""What stands above the rows of a page: its title, what is known of it, and the legend."""

from collections.abc import Iterable, Iterator
from math import ceil

from turnout.compiler.picture import Masthead, Page
from turnout.compiler.picture.legend import legend
from turnout.compiler.picture.lettering import fold
from turnout.compiler.picture.scene import Arrow, Caption, Frame, Scene, Tint
from turnout.compiler.picture.sizing import LEADING, SIZE, label
from turnout.frozen import frozen

MARGIN, LEAST_WIDTH = 24.0, 600.0
_MOST_NOTES = 6


@frozen
class Above:
    """What stands above the rows, and where they begin."""

    title: str
    description: str
    texts: tuple[Caption, ...]
    samples: tuple[Frame | Arrow, ...]
    below: float

    def scene(
        self, boxes: Iterable[Frame], tints: Iterable[Tint], lines: Iterable[Arrow], right: float
    ) -> Scene:
        """Return the page with all that stands below. right: where the widest of it ends."""
        placed = tuple(boxes)
        bottom = max([self.below, *(box.y + box.height for box in placed)])
        return Scene(
            width=float(ceil(right + MARGIN)),  # a part of a pixel would be drawn as a line
            height=float(ceil(bottom + MARGIN)),
            title=self.title,
            description=self.description,
            texts=self.texts,
            grounds=tuple(tints),
            boxes=placed,
            lines=tuple(lines),
            samples=self.samples,
        )


def above_of(page: Page, heading: Masthead, right: float, *, is_across: bool = False) -> Above:
    """Return what stands above a page's rows, as wide as they are.

    is_across: the questions run from left to right.
    """
    head = [*_head(page, heading, right - MARGIN)]
    samples, labels, below = legend(page, (MARGIN, head[-1].y + 14), right, is_across=is_across)
    return Above(_title(page, heading), _description(page), (*head, *labels), samples, below)


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
