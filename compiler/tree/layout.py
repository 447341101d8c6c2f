"""Where the boxes of a diagram stand: steps below each other, what they lead to beside them.

A policy is read from the top, so the diagram is, too: the question that is asked when
another one's answers don't apply stands below it, also where some of those answers come
back to it after questions of their own. That a question is reached only through another
is what flow analysis calls dominance (Cooper, Harvey, Kennedy, "A Simple, Fast Dominance
Algorithm", 2001).
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import attrs

from turnout.compiler.tree.compact import Panel

Link: TypeAlias = tuple[int, int]
"""From a question to a question or a leaf, as the numbers of nodes."""


@attrs.frozen
class Layout:
    """The columns and rows of a diagram.

    columns: questions that stand below each other, from the top; each is in one.
    steps: the arrows from one question of a column to the next.
    jumps: arrows to a question that stands elsewhere, with another one that leads to it;
    drawn as they are they would cross everything between.
    stacks: arrows whose ends stand below each other, in this order: what a question leads
    to, each question followed by the rest of its column.
    """

    columns: tuple[tuple[int, ...], ...]
    steps: frozenset[Link]
    jumps: frozenset[Link]
    stacks: tuple[tuple[Link, ...], ...]


def layout(boxes: Sequence[Panel]) -> Layout:
    """Return where things stand; `boxes` is what `compact` returns."""
    children = {box.node: _children(box) for box in boxes}
    parents: dict[int, list[int]] = {}
    for node, following in children.items():
        for child in following:
            parents.setdefault(child, []).append(node)
    dominators = _dominators(_postorder(boxes[0].node, children), parents) if boxes else {}
    columns = _columns(boxes, dominators)
    above = {two: one for column in columns for one, two in pairwise(column)}
    home = {node: above.get(node, parents[node][0]) for node in children if node in parents}
    below = {column[0]: column for column in columns}
    jumps: set[Link] = set()
    stacks: list[tuple[Link, ...]] = []
    for node, following in children.items():
        stack: list[Link] = []
        for child in following:
            if home.get(child, node) != node:
                jumps.add((node, child))
                stack.append((node, child))
            elif child not in above and (child in home or len(parents[child]) == 1):
                stack.extend((node, each) for each in below.get(child, (child,)))
        if len(stack) > 1:
            stacks.append(tuple(stack))
    steps = frozenset((one, two) for two, one in above.items())
    return Layout(columns, steps, frozenset(jumps), tuple(stacks))


def _children(box: Panel) -> tuple[int, ...]:
    children = dict.fromkeys(arrow.child for arrow in box.arrows)
    if box.otherwise is not None:
        children[box.otherwise] = None
    return tuple(children)


def _columns(boxes: Sequence[Panel], dominators: Mapping[int, int]) -> tuple[tuple[int, ...], ...]:
    by_node = {box.node: box for box in boxes}
    placed: set[int] = set()
    columns: list[tuple[int, ...]] = []
    for box in boxes:
        if box.node in placed:
            continue
        column = [box.node]
        following = box.otherwise
        while following in by_node and following not in placed:
            if dominators[following] not in column:
                break
            column.append(following)
            following = by_node[following].otherwise
        placed.update(column)
        columns.append(tuple(column))
    return tuple(columns)


def _postorder(root: int, children: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return the number of each node in an order in which all it leads to comes before it."""
    order: dict[int, int] = {}
    open_: set[int] = set()
    pending = [root]
    while pending:
        node = pending[-1]
        if node in open_ or node not in children:
            pending.pop()
            order.setdefault(node, len(order))
            continue
        open_.add(node)
        pending.extend(child for child in children[node] if child not in order)
    return order


def _dominators(order: Mapping[int, int], parents: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """Return the last node that every way to a node goes through; the root's is itself.

    One pass is enough, because the nodes form no circle.
    """
    dominators: dict[int, int] = {}
    for node in sorted(order, key=order.__getitem__, reverse=True):
        found: int | None = None
        for parent in parents.get(node, ()):
            found = parent if found is None else _common(found, parent, order, dominators)
        dominators[node] = node if found is None else found
    return dominators


def _common(one: int, other: int, order: Mapping[int, int], dominators: Mapping[int, int]) -> int:
    while one != other:
        while order[one] < order[other]:
            one = dominators[one]
        while order[other] < order[one]:
            other = dominators[other]
    return one
