"""The decision tree as Graphviz source, for people who never saw the policy.

Questions are yellow boxes, targets have the colour of their kind with a legend, fallbacks
are dashed, and an arrow's label says in the policy's words what must hold. Labels are
plain text (no HTML), which every renderer draws alike.
"""

import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise
from string import ascii_uppercase

import graphviz

from turnout.compiler.program import Attempt
from turnout.compiler.tree import Leaf, Split, Tree
from turnout.compiler.tree.compact import Arrow, Panel, compact
from turnout.compiler.tree.layout import Layout, layout
from turnout.dsl.targets import BY_WORD, KINDS, Target
from turnout.dsl.wording import acted, parts, promised, worded
from turnout.printable import visible

_COLOURS: Mapping[str, tuple[str, str]] = {
    "member": ("#1d4ed8", "#dbeafe"),
    "least-loaded": ("#0e7490", "#cffafe"),
    "person": ("#15803d", "#dcfce7"),
    "outlet": ("#475569", "#e2e8f0"),
    "partner": ("#c2410c", "#ffedd5"),
    "sequence": ("#7e22ce", "#f3e8ff"),
    "nobody": ("#b91c1c", "#fee2e2"),
    "none": ("#b91c1c", "#ffffff"),
}
"""Line and fill of a kind of target, else of whoever has the lead then."""
_LEGEND: Mapping[str, str] = {**{kind.word: kind.title for kind in KINDS}, "none": "nobody"}
_OWNED = {"field", "identity"}
"""What targets name that pass on a lead which nobody had."""
_QUESTION = {"color": "#a16207", "fillcolor": "#fef9c3"}
_JUMP = {"fontsize": "10", "margin": "0.08,0.03", "style": "rounded,filled,dashed"}
_WIDTH = 34
_LEGEND_ROW = 4
_LINES = 4


def dot(tree: Tree, title: str) -> str:
    """Return the diagram of `tree` as DOT source, the same for the same tree."""
    graph = graphviz.Digraph(
        tree.route,
        graph_attr={
            "bgcolor": "white",
            "fontname": "Helvetica,Arial,sans-serif",
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
            "fontname": "Helvetica,Arial,sans-serif",
            "fontsize": "11",
            "margin": "0.2,0.09",
            "penwidth": "1.1",
            "shape": "box",
            "style": "rounded,filled",
        },
        edge_attr={
            "arrowsize": "0.7",
            "color": "#64748b",
            "fontcolor": "#334155",
            "fontname": "Helvetica,Arial,sans-serif",
            "fontsize": "10",
        },
    )
    graph.node("start", "lead arrives", fillcolor="#0f172a", fontcolor="white", shape="oval")
    graph.edge("start", _id(tree.root))
    kinds: dict[str, None] = {}
    boxes = compact(tree)
    place = layout(boxes)
    letters = _letters(boxes, place)
    for box in boxes:
        _draw_box(graph, box, place, letters)
    for node, child in sorted(place.jumps):
        _draw_jump(graph, node, child, place, letters)
    for column in place.columns:
        _stack(graph, [_id(node) for node in column])
    drawn = {(_id(one), _id(two)) for one, two in place.steps}
    for stack in place.stacks:
        ends = [_end(*arrow, place) for arrow in stack]
        _stack(graph, ends)
        # The order is that of the edges between them; a second one would bend the first.
        for pair in pairwise(ends):
            if pair not in drawn:
                graph.edge(*pair, style="invis")
    for at, leaf in enumerate(tree.nodes):
        if isinstance(leaf, Leaf):
            kinds[_draw_leaf(graph, at, leaf)] = None
    _draw_legend(graph, [kind for kind in _LEGEND if kind in kinds], has_jumps=bool(place.jumps))
    return str(graph.source)


def description(tree: Tree) -> str:
    """Return what the diagram shows, for readers who can't see it: each way's end in a line."""
    leaves = [node for node in tree.nodes if isinstance(node, Leaf)]
    questions = len(tree.nodes) - len(leaves)
    first = f"{questions} questions lead to {len(leaves)} places, in the order of the policy."
    return "\n".join([first, *(": ".join(_lines(leaf)) for leaf in leaves)])


def _id(node: int) -> str:
    return f"n{node}"


def _stack(graph: graphviz.Digraph, nodes: Sequence[str]) -> None:
    """Put nodes one below the other."""
    with graph.subgraph() as same:
        same.attr(rank="same")
        for node in nodes:
            same.node(node)


# -- questions --


def _letters(boxes: Sequence[Panel], place: Layout) -> Mapping[int, str]:
    """Return the letter of each question to which a way goes on from elsewhere."""
    reached = {child for _, child in place.jumps}
    marked = [box.node for box in boxes if box.node in reached]
    return {node: _letter(at) for at, node in enumerate(marked)}


def _letter(at: int) -> str:
    return (_letter(at // 26 - 1) if at >= 26 else "") + ascii_uppercase[at % 26]


def _draw_box(
    graph: graphviz.Digraph, box: Panel, place: Layout, letters: Mapping[int, str]
) -> None:
    title = _title(box)
    if box.node in letters:
        title = f"[{letters[box.node]}]  {title}"
    graph.node(_id(box.node), _escaped(title), **_QUESTION)
    is_yes_no = _is_yes_no(box)
    for at, arrow in enumerate(box.arrows, 1):
        label = "yes" if is_yes_no else _arrow_label(box, arrow)
        numbered = f"{at}. {label}" if box.ordered and len(box.arrows) > 1 else label
        _draw_arrow(graph, box.node, arrow.child, numbered, place)
    if box.otherwise is not None:
        label = "no" if is_yes_no else "otherwise"
        _draw_arrow(graph, box.node, box.otherwise, label, place, style="dashed")


def _draw_arrow(
    graph: graphviz.Digraph, node: int, child: int, label: str, place: Layout, **look: str
) -> None:
    if (node, child) in place.steps:
        # Graphviz spoils the layout to make room for a label between nodes of one rank.
        look |= {
            "taillabel": _escaped(label),
            "labelangle": "-60",
            "labeldistance": "1.6",
            "weight": "3",
        }
    else:
        look["label"] = _escaped(f" {label} ")
    graph.edge(_id(node), _end(node, child, place), **look)


def _end(node: int, child: int, place: Layout) -> str:
    """Return where an arrow ends: at the child, or at a box that says where to go on."""
    return f"jump_{node}_{child}" if (node, child) in place.jumps else _id(child)


def _draw_jump(
    graph: graphviz.Digraph, node: int, child: int, place: Layout, letters: Mapping[int, str]
) -> None:
    graph.node(_end(node, child, place), f"go on at [{letters[child]}]", **_QUESTION, **_JUMP)


def _is_yes_no(box: Panel) -> bool:
    first = box.splits[0]
    is_one = len(box.splits) == 1 and len(box.arrows) == 1 and len(box.arrows[0].labels) == 1
    return (
        is_one
        and first.kind in {"condition", "segment"}
        and first.subject == first.branches[0].label
    )


def _title(box: Panel) -> str:
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


def _arrow_label(box: Panel, arrow: Arrow) -> str:
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
    kind = parts(_own(leaf)[0].target)[0] if _own(leaf) else "none"
    edge, fill = _coloured(kind)
    style = "rounded,filled" if leaf.is_rule else "rounded,filled,dashed"
    graph.node(_id(at), _escaped("\n".join(_lines(leaf))), color=edge, fillcolor=fill, style=style)
    return kind


def _own(leaf: Leaf) -> tuple[Attempt, ...]:
    return leaf.attempts[: leaf.own_attempts] or leaf.attempts[:1]


def _lines(leaf: Leaf) -> list[str]:
    """Return the clause's name and its targets; where the last may not take it, what is next."""
    own = _own(leaf)
    lines = [leaf.clause or "no fallback"]
    lines += [_worded(each.target, is_first=not at) for at, each in enumerate(own)]
    if not own:
        lines.append("nobody gets it")
    elif len(leaf.attempts) > len(own) and own[-1].target.kind.definition in _OWNED:
        lines.append(f"→ {leaf.attempts[len(own)].by}")
    return lines + _promises(leaf)


def _promises(leaf: Leaf) -> list[str]:
    """Return a line for the SLA, and one for each action."""
    lines = [] if leaf.sla is None else _wrapped(f"SLA {promised(leaf.sla)}").split("\n")
    return lines + [
        _wrapped(f"+ {acted(action.kind, action.arguments)}") for action in leaf.actions
    ]


def _worded(target: Target, *, is_first: bool) -> str:
    kind, name = parts(target)
    how = worded(target).removeprefix(kind).strip()
    is_text = target.kind.definition == "text"
    said = _wrapped(f"{kind}: {name}") if is_text else f"{kind}  {how}".rstrip()
    return said if is_first else f"→ {said}"


def _coloured(word: str) -> tuple[str, str]:
    return _COLOURS.get(word) or _COLOURS[BY_WORD[word].receiver]


def _draw_legend(graph: graphviz.Digraph, kinds: list[str], *, has_jumps: bool) -> None:
    """Draw what the colours mean, a few in a row, so that it takes little of the height."""
    with graph.subgraph(name="cluster_legend") as legend:
        legend.attr(label="Where leads go", fontsize="11", color="#cbd5e1", style="rounded")
        names = [f"legend_{kind}" for kind in kinds]
        for kind in kinds:
            edge, fill = _coloured(kind)
            legend.node(f"legend_{kind}", _LEGEND[kind], color=edge, fillcolor=fill, fontsize="10")
        names.append("legend_fallback")
        legend.node(names[-1], "fallback", style="rounded,filled,dashed", fontsize="10")
        if has_jumps:
            names.append("legend_jump")
            legend.node(names[-1], "to the question\nmarked [A]", **_QUESTION, **_JUMP)
        for at in range(0, len(names), _LEGEND_ROW):
            for one, two in pairwise(names[at : at + _LEGEND_ROW]):
                legend.edge(one, two, style="invis")


def _escaped(text: str) -> str:
    """Return `text` for a DOT label: its backslashes as they are, its lines as lines.

    What can't be shown is written out: an SVG with control characters is no XML.
    """
    return graphviz.escape("\n".join(visible(line) for line in text.split("\n")))
