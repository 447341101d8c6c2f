"""Pictures of policies, and what is wrong with the places of a picture."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

from turnout.compiler.compiled import Compiled
from turnout.compiler.picture import Masthead
from turnout.compiler.picture.across import laid_across
from turnout.compiler.picture.paging import one_page, pages
from turnout.compiler.picture.placing import laid_out
from turnout.compiler.picture.scene import Arrow, Caption, Frame, Scene, Tint
from turnout.compiler.program import Program
from turnout.compiler.tree.grow import decision_tree
from turnout.rendering.trees import headed, whole_picture

SLACK = 0.11
"""Points by which rounding may move a side."""

Sides: TypeAlias = tuple[float, float, float, float]
Named: TypeAlias = tuple[str, Sides]


def scenes(
    compiled: Compiled, route: str, *, is_one_page: bool = False, is_across: bool = False
) -> list[Scene]:
    """Return the pages of a route with their places."""
    shown = whole_picture(compiled, route, is_one_page=is_one_page)
    pages, heading = headed(compiled, route, shown, has_commit=False)
    place = laid_across if is_across else laid_out
    return [place(page, heading) for page in pages]


def unchecked_scenes(program: Program, route: str, *, is_one_page: bool) -> list[Scene]:
    """Return the pages of a route in both directions, without findings, which take long."""
    tree = decision_tree(program, route)
    shown = [one_page(tree.steps, program.policy)] if is_one_page else pages(tree, program.policy)
    return [
        place(page, Masthead("generated")) for page in shown for place in (laid_out, laid_across)
    ]


def complaints(scene: Scene) -> list[str]:
    """Return what is wrong with a layout, in words; nothing where all is right.

    No text leaves its box or the page, no box stands on a box or on a line that isn't its
    own, no line on a text, and a block's ground holds whole boxes.
    """
    boxes = [*scene.boxes, *(each for each in scene.samples if isinstance(each, Frame))]
    found = [
        f"{text.value!r} leaves {box.name}"
        for box in boxes
        for text in box.texts
        if not _holds(_sides(box), _text(text))
    ]
    page = (0.0, 0.0, scene.width, scene.height)
    placed = [(box.name, _sides(box)) for box in boxes]
    placed += [(repr(text.value), _text(text)) for text in scene.texts]
    grounds = [(ground.name, _sides(ground)) for ground in scene.grounds]
    found += [
        f"{name} leaves the page" for name, each in placed + grounds if not _holds(page, each)
    ]
    drawn = [(f"the line {line.ends}", each) for line in scene.lines for each in _pieces(line)]
    found += [f"{one} meets {two}" for one, two in _meeting(placed, drawn)]
    found += [
        f"{line.ends} is slanted"
        for line in scene.lines
        for one, two in pairwise(line.points)
        if one[0] != two[0] and one[1] != two[1]
    ]
    return found + [each for ground in scene.grounds for each in _ground(ground, scene.boxes)]


def _pieces(line: Arrow) -> Iterator[Sides]:
    for (x, y), (to_x, to_y) in pairwise(line.points):
        yield min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)


def _meeting(placed: list[Named], lines: list[Named]) -> Iterator[tuple[str, str]]:
    """Yield what meets what it shouldn't: from the top, only what is at one height is compared."""
    everything = [(*each, False) for each in placed] + [(*each, True) for each in lines]
    everything.sort(key=lambda each: each[1][1])
    open_: list[tuple[str, Sides, bool]] = []
    for name, sides, is_line in everything:
        open_ = [each for each in open_ if each[1][3] > sides[1]]
        for other, others, other_is_line in open_:
            if not (is_line and other_is_line) and _meet(sides, others):
                yield other, name
        open_.append((name, sides, is_line))


def _ground(ground: Tint, boxes: tuple[Frame, ...]) -> list[str]:
    sides = _sides(ground)
    return [
        f"{box.name} stands half on {ground.name}"
        for box in boxes
        if box.name.startswith("n")
        and _meet(sides, _sides(box))
        and not _holds((sides[0], sides[1], sides[2], sides[3]), _sides(box))
    ]


def _sides(of: Frame | Tint) -> Sides:
    return of.x, of.y, of.x + of.width, of.y + of.height


def _text(text: Caption) -> Sides:
    return text.x, text.y - 0.72 * text.size, text.x + text.width, text.y + 0.2 * text.size


def _holds(outer: Sides, inner: Sides) -> bool:
    left, top, right, bottom = outer
    is_across = left - SLACK <= inner[0] and inner[2] <= right + SLACK
    return is_across and top - SLACK <= inner[1] and inner[3] <= bottom + SLACK


def _meet(one: Sides, two: Sides) -> bool:
    """Return whether two share more than a border."""
    is_across = one[0] < two[2] - SLACK and two[0] < one[2] - SLACK
    return is_across and one[1] < two[3] - SLACK and two[1] < one[3] - SLACK
