"""A page with its places: boxes, lines and texts, in points from the top left corner."""

from typing import Literal, TypeAlias

from turnout.frozen import frozen

Look: TypeAlias = Literal[
    "question",
    "block",
    "table",
    "rest",
    "closed",
    "onward",
    "end",
    "start",
    "team",
    "person",
    "queue",
    "partner",
    "sequence",
    "reject",
    "plain",
]
"""Whose colours a box has."""

Hue: TypeAlias = Literal["text", "faint", "finding", "refusal", "count", "inverse"]
"""The colour of a text."""


@frozen
class Caption:
    """One line. x, y: where its base line begins. width: of the letters."""

    x: float
    y: float
    value: str
    width: float
    size: float
    ink: Hue = "text"
    is_bold: bool = False


@frozen
class Frame:
    """Something with a border. tooltip: what is said when it is pointed at. link: an address.

    is_square: without round corners. is_faint: the lead that is followed doesn't come here.
    """

    name: str
    x: float
    y: float
    width: float
    height: float
    look: Look
    texts: tuple[Caption, ...]
    tooltip: str = ""
    link: str = ""
    is_dashed: bool = False
    is_square: bool = False
    is_marked: bool = False
    is_faint: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        """The point in the middle."""
        return self.x + self.width / 2, self.y + self.height / 2


@frozen
class Arrow:
    """An arrow. points: its corners; the last is its tip. ends: the names of two boxes."""

    ends: tuple[str, str]
    points: tuple[tuple[float, float], ...]
    is_dashed: bool
    thickness: float = 1.1
    is_way: bool = False
    is_faint: bool = False


@frozen
class Tint:
    """The tint behind a block. depth: how many blocks are around it."""

    name: str
    x: float
    y: float
    width: float
    height: float
    depth: int


@frozen
class Scene:
    """Everything that is drawn of a page.

    title, description: for those who can't see it. samples: of the legend.
    """

    width: float
    height: float
    title: str
    description: str
    texts: tuple[Caption, ...]
    grounds: tuple[Tint, ...]
    boxes: tuple[Frame, ...]
    lines: tuple[Arrow, ...]
    samples: tuple[Frame | Arrow, ...]
