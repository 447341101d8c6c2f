"""The decision tree with its small questions put together, as a person would draw it.

The tree asks one subject at a time. On paper, "DACH? Enterprise? High intent?" with the
same "otherwise" is one arrow, "DACH · Enterprise · HighIntent", and a run of such rules
inside one block is one box with an arrow a rule, read from the top. Nothing is left out:
the arrows of a box are tried in order, and the first that applies is taken.
"""

from collections.abc import Iterator

import attrs

from turnout.compiler.tree import Leaf, Split, Tree

MOST_ARROWS = 8
"""Arrows out of one box, the one for "otherwise" not counted."""


@attrs.frozen
class Arrow:
    """One way out of a box. labels: what must all hold. child: a node of the tree."""

    labels: tuple[str, ...]
    child: int


@attrs.frozen
class Panel:
    """Questions that are drawn together.

    node: the tree's node where they start. splits: the questions, in order. arrows: in
    the order in which they are tried. otherwise: where the rest goes, None if nobody is
    left. ordered: whether an arrow may be taken only because those above it were not.
    """

    node: int
    splits: tuple[Split, ...]
    arrows: tuple[Arrow, ...]
    otherwise: int | None
    ordered: bool


def compact(tree: Tree) -> tuple[Panel, ...]:
    """Return the boxes of `tree`, from the root on; leaves keep their numbers."""
    parents = _parents(tree)
    boxes: dict[int, Panel] = {}
    pending = [tree.root]
    while pending:
        at = pending.pop()
        if at in boxes or isinstance(tree.nodes[at], Leaf):
            continue
        box = _box(tree, parents, at)
        boxes[at] = box
        children = [arrow.child for arrow in box.arrows]
        children += [] if box.otherwise is None else [box.otherwise]
        pending.extend(reversed(children))
    return tuple(boxes.values())


def _parents(tree: Tree) -> dict[int, set[int]]:
    parents: dict[int, set[int]] = {}
    for at, node in enumerate(tree.nodes):
        if isinstance(node, Split):
            for child in (*(branch.child for branch in node.branches), node.otherwise):
                if child is not None:
                    parents.setdefault(child, set()).add(at)
    return parents


def _box(tree: Tree, parents: dict[int, set[int]], at: int) -> Panel:
    first = tree.nodes[at]
    assert isinstance(first, Split)
    inside = {at}
    splits = [first]
    arrows = list(_arrows(tree, parents, first, inside))
    otherwise = first.otherwise
    joined = 1
    while otherwise is not None and _ends(tree, arrows):
        following = tree.nodes[otherwise]
        if not isinstance(following, Split) or following.inside != first.inside:
            break
        trial = {*inside, otherwise}
        more = list(_arrows(tree, parents, following, trial))
        is_ours = parents[otherwise] <= inside
        if not is_ours or not _ends(tree, more) or len(arrows) + len(more) > MOST_ARROWS:
            break
        inside = trial
        splits.append(following)
        arrows += more
        otherwise = following.otherwise
        joined += 1
    return Panel(at, tuple(splits), tuple(arrows), otherwise, joined > 1)


def _arrows(
    tree: Tree, parents: dict[int, set[int]], split: Split, inside: set[int]
) -> Iterator[Arrow]:
    """Yield the ways out of `split`; questions with the same "otherwise" become longer labels."""
    for branch in split.branches:
        child = tree.nodes[branch.child]
        if (
            isinstance(child, Split)
            and split.otherwise is not None
            and child.otherwise == split.otherwise
            and len(parents[branch.child]) == 1
            and len(child.branches) <= 2
            and len(split.branches) <= 2
        ):
            inside.add(branch.child)
            for arrow in _arrows(tree, parents, child, inside):
                yield Arrow((branch.label, *arrow.labels), arrow.child)
        else:
            yield Arrow((branch.label,), branch.child)


def _ends(tree: Tree, arrows: list[Arrow]) -> bool:
    """Return whether every arrow leads to a leaf."""
    return all(isinstance(tree.nodes[arrow.child], Leaf) for arrow in arrows)
