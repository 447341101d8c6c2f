"""The decision tree as Graphviz source, for people who never saw the policy.

Questions are yellow boxes, targets have the colour of their kind with a legend, fallbacks
are dashed, and an arrow's label says in the policy's words what must hold. Labels are
plain text (no HTML), which every renderer draws alike.
"""

import textwrap
from itertools import pairwise

import graphviz

from turnout.compiler.compact import Arrow, Box, compact
from turnout.compiler.tree import Leaf, Split, Tree
from turnout.dsl.wording import parts

_COLOURS = {
    "round-robin": ("#1d4ed8", "#dbeafe"),
    "least-loaded": ("#0e7490", "#cffafe"),
    "person": ("#15803d", "#dcfce7"),
    "owner": ("#15803d", "#dcfce7"),
    "queue": ("#475569", "#e2e8f0"),
    "partner": ("#c2410c", "#ffedd5"),
    "sequence": ("#7e22ce", "#f3e8ff"),
    "reject": ("#b91c1c", "#fee2e2"),
    "none": ("#b91c1c", "#ffffff"),
}
_LEGEND = {
    "round-robin": "team, by turns",
    "least-loaded": "team, least loaded",
    "person": "person",
    "owner": "account owner",
    "queue": "queue",
    "partner": "partner",
    "sequence": "sequence",
    "reject": "rejected",
    "none": "nobody",
}
_QUESTION = {"color": "#a16207", "fillcolor": "#fef9c3"}
_WIDTH = 34
_LINES = 4


def dot(tree: Tree, title: str) -> str:
    """Return the diagram of `tree` as DOT source, the same for the same tree."""
    graph = graphviz.Digraph(
        tree.route,
        graph_attr={
            "bgcolor": "white",
            "fontname": "Helvetica",
            "fontsize": "16",
            "label": _escaped(title),
            "labeljust": "l",
            "labelloc": "t",
            "nodesep": "0.16",
            "ordering": "out",
            "pad": "0.3",
            "rankdir": "LR",
            "ranksep": "0.7",
            "splines": "spline",
        },
        node_attr={
            "color": "#334155",
            "fillcolor": "#f8fafc",
            "fontname": "Helvetica",
            "fontsize": "11",
            "margin": "0.16,0.09",
            "penwidth": "1.1",
            "shape": "box",
            "style": "rounded,filled",
        },
        edge_attr={
            "arrowsize": "0.7",
            "color": "#64748b",
            "fontcolor": "#334155",
            "fontname": "Helvetica",
            "fontsize": "10",
        },
    )
    graph.node("start", "lead arrives", fillcolor="#0f172a", fontcolor="white", shape="oval")
    graph.edge("start", _id(tree.root))
    kinds: dict[str, None] = {}
    boxes = compact(tree)
    for box in boxes:
        _draw_box(graph, box)
    for column in _columns(boxes):
        _stack(graph, column)
    for leaves in _rows(tree, boxes):
        _stack(graph, leaves, style="invis")
    for at, node in enumerate(tree.nodes):
        if isinstance(node, Leaf):
            kinds[_draw_leaf(graph, at, node)] = None
    _draw_legend(graph, [kind for kind in _LEGEND if kind in kinds])
    return str(graph.source)


def _id(node: int) -> str:
    return f"n{node}"


def _columns(boxes: tuple[Box, ...]) -> list[list[int]]:
    """Return the questions that stand one below the other, each asked if the one above fails.

    A question that is also reached from elsewhere starts a column of its own, further right.
    """
    parents: dict[int, set[int]] = {}
    for box in boxes:
        for child in (*(arrow.child for arrow in box.arrows), box.otherwise):
            if child is not None:
                parents.setdefault(child, set()).add(box.node)
    below = {
        box.node: box.otherwise
        for box in boxes
        if box.otherwise is not None and parents[box.otherwise] == {box.node}
    }
    questions = {box.node for box in boxes}
    columns: list[list[int]] = []
    for box in boxes:
        if box.node in below.values():
            continue
        column = [box.node]
        while (following := below.get(column[-1])) in questions:
            assert following is not None
            column.append(following)
        if len(column) > 1:
            columns.append(column)
    return columns


def _rows(tree: Tree, boxes: tuple[Box, ...]) -> list[list[int]]:
    """Return the leaves of each box in the order of its arrows, those that no other box has."""
    seen: dict[int, int] = {}
    for box in boxes:
        for child in {*(arrow.child for arrow in box.arrows), box.otherwise}:
            if child is not None:
                seen[child] = seen.get(child, 0) + 1
    rows: list[list[int]] = []
    for box in boxes:
        children = dict.fromkeys((*(arrow.child for arrow in box.arrows), box.otherwise))
        own = [c for c in children if c is not None and seen[c] == 1]
        rows.append([c for c in own if isinstance(tree.nodes[c], Leaf)])
    return [row for row in rows if len(row) > 1]


def _stack(graph: graphviz.Digraph, nodes: list[int], style: str = "") -> None:
    """Put nodes one below the other; with a style, edges in it keep their order."""
    with graph.subgraph() as same:
        same.attr(rank="same")
        for node in nodes:
            same.node(_id(node))
        for one, two in pairwise(nodes) if style else ():
            same.edge(_id(one), _id(two), style=style)


# -- questions --


def _draw_box(graph: graphviz.Digraph, box: Box) -> None:
    graph.node(_id(box.node), _escaped(_title(box)), **_QUESTION)
    is_yes_no = _is_yes_no(box)
    for at, arrow in enumerate(box.arrows, 1):
        label = "yes" if is_yes_no else _arrow_label(box, arrow)
        numbered = f"{at}. {label}" if box.ordered and len(box.arrows) > 1 else label
        graph.edge(_id(box.node), _id(arrow.child), label=_escaped(f" {numbered} "))
    if box.otherwise is not None:
        label = " no " if is_yes_no else " otherwise "
        graph.edge(_id(box.node), _id(box.otherwise), label=label, style="dashed")


def _is_yes_no(box: Box) -> bool:
    first = box.splits[0]
    is_one = len(box.splits) == 1 and len(box.arrows) == 1 and len(box.arrows[0].labels) == 1
    return (
        is_one
        and first.kind in {"condition", "segment"}
        and first.subject == first.branches[0].label
    )


def _title(box: Box) -> str:
    where = " · ".join(box.splits[0].inside[-1:])
    if box.ordered:
        asked = "first that applies"
    elif len(box.arrows) == 1 and len(box.arrows[0].labels) > 1:
        asked = "all of these?"
    else:
        asked = f"{_wrapped(_subject(box.splits[0]))}?"
    return f"{_wrapped(where)}\n{asked}" if where else asked


def _subject(split: Split) -> str:
    match split.kind, split.subject:
        case "territory", ("" | "territory"):
            return "territory"
        case "territory", name if split.inside and name == split.inside[-1]:
            return "territory"
        case "territory", name:
            return f"territory in {name}"
        case _, name:
            return name


def _arrow_label(box: Box, arrow: Arrow) -> str:
    """Return what must hold; the field that the box's title names is not said again."""
    first = box.splits[0]
    said = " · ".join(arrow.labels)
    if len(box.splits) == len(arrow.labels) == 1 and first.kind == "field":
        said = said.replace(f"{first.subject} ", "")
    return _wrapped(said)


def _wrapped(text: str) -> str:
    """Return `text` in a few lines, folded where it is long."""
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], f"{lines[_LINES - 1]} …"]
    return "\n".join(lines)


# -- leaves --


def _draw_leaf(graph: graphviz.Digraph, at: int, leaf: Leaf) -> str:
    """Draw a leaf and return the kind of its first target."""
    attempts = leaf.attempts[: leaf.own_attempts] or leaf.attempts[:1]
    kind = parts(attempts[0].target)[0] if attempts else "none"
    lines = [leaf.clause or "no fallback"]
    lines += [
        _worded(*parts(attempt.target), is_first=not number)
        for number, attempt in enumerate(attempts)
    ]
    if not attempts:
        lines.append("nobody gets it")
    elif len(leaf.attempts) > len(attempts) and kind == "owner" == parts(attempts[-1].target)[0]:
        lines.append(f"→ {leaf.attempts[len(attempts)].by}")
    edge, fill = _COLOURS[kind]
    style = "rounded,filled" if leaf.is_rule else "rounded,filled,dashed"
    graph.node(_id(at), _escaped("\n".join(lines)), color=edge, fillcolor=fill, style=style)
    return kind


def _worded(kind: str, name: str, *, is_first: bool) -> str:
    said = f"{kind}  {name}" if kind != "reject" else _wrapped(f"reject: {name}")
    return said if is_first else f"→ {said}"


def _draw_legend(graph: graphviz.Digraph, kinds: list[str]) -> None:
    with graph.subgraph(name="cluster_legend") as legend:
        legend.attr(label="Targets", fontsize="11", color="#cbd5e1", style="rounded")
        for kind in kinds:
            edge, fill = _COLOURS[kind]
            legend.node(f"legend_{kind}", _LEGEND[kind], color=edge, fillcolor=fill, fontsize="10")
        legend.node(
            "legend_fallback", "dashed: fallback", style="rounded,filled,dashed", fontsize="10"
        )


def _escaped(text: str) -> str:
    """Return `text` for a DOT label: its backslashes as they are, its lines as lines."""
    return graphviz.escape(text)
