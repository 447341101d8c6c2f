"""A page as Graphviz source that holds its places.

`layout=nop2` makes every tool of Graphviz draw nodes and edges where they say they stand,
so plain `dot -Tpdf` gives the picture as it was laid out. Labels are plain text (no HTML).
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import graphviz

from turnout.compiler.picture.palette import DARK, LIGHT, Colours, Theme
from turnout.compiler.picture.scene import Arrow, Caption, Frame, Scene, Tint
from turnout.printable import visible

_TIP = 6.0
_FONT = "Helvetica,Arial,sans-serif"


def dot(scene: Scene, theme: Theme = "auto") -> str:
    """Return the page as DOT source; y counts upwards there."""
    colours = DARK if theme == "dark" else LIGHT
    graph = graphviz.Digraph(
        _escaped(scene.title),
        graph_attr={"bgcolor": colours.paper, "layout": "nop2", "pad": "0"},
        node_attr={
            "fixedsize": "true",
            "fontcolor": colours.inks["text"],
            "fontname": _FONT,
            "fontsize": "11",
            "margin": "0",
            "penwidth": "1.1",
            "shape": "box",
        },
        edge_attr={"arrowsize": "0.6", "penwidth": "1.1"},
    )
    for x, name in ((0.0, "left"), (scene.width, "right")):  # the whole page, its margins too
        y = 0.0 if name == "left" else scene.height
        graph.node(name, "", pos=f"{x:g},{-y:g}", width="0.01", height="0.01", style="invis")
    for ground in scene.grounds:
        _draw_ground(graph, ground, colours)
    for at, text in enumerate(scene.texts):
        _draw_text(graph, f"text{at}", text, colours)
    for each in (*scene.samples, *scene.boxes):
        if isinstance(each, Frame):
            _draw_box(graph, each, colours)
    for line in (*scene.samples, *scene.lines):
        if isinstance(line, Arrow):
            _draw_line(graph, line, colours)
    return str(graph.source)


def _placed(of: Frame | Tint) -> dict[str, str]:
    x, y = of.x + of.width / 2, of.y + of.height / 2
    width, height = of.width / 72, of.height / 72
    return {"pos": _point(x, y), "width": f"{width:.3f}", "height": f"{height:.3f}"}


def _point(x: float, y: float) -> str:
    return f"{round(x, 2):g},{round(-y, 2):g}"


def _draw_ground(graph: graphviz.Digraph, ground: Tint, colours: Colours) -> None:
    fill = colours.grounds[min(ground.depth, len(colours.grounds) - 1)]
    look = {"fillcolor": fill, "color": colours.ground, "penwidth": "0.6"}
    graph.node(ground.name, "", style="rounded,filled", **look, **_placed(ground))


def _draw_text(graph: graphviz.Digraph, name: str, text: Caption, colours: Colours) -> None:
    middle = text.x + text.width / 2, text.y - text.size * 0.35
    width = f"{(text.width + 2) / 72:.3f}"
    size = {"fontsize": f"{text.size:g}", "width": width, "height": f"{text.size / 60:.3f}"}
    font = "Helvetica-Bold" if text.is_bold else _FONT
    look = {"fontcolor": colours.inks[text.ink], "fontname": font, "shape": "plaintext"}
    graph.node(name, _escaped(text.value), pos=_point(*middle), **size, **look)


def _draw_box(graph: graphviz.Digraph, box: Frame, colours: Colours) -> None:
    fill, edge = colours.looks[box.look]
    style = ["filled"] if box.is_square else ["rounded", "filled"]
    style += ["dashed"] if box.is_dashed else []
    look = {
        "fillcolor": fill,
        "color": colours.marked if box.is_marked else edge,
        "style": ",".join(style),
        "penwidth": "2.4" if box.is_marked else "1.7" if box.look in {"block", "table"} else "1.1",
        "fontcolor": colours.inks["inverse" if box.look == "start" else "text"],
    }
    if box.tooltip:
        look["tooltip"] = _escaped(box.tooltip)
    if box.link:
        look["URL"] = _escaped(box.link)
    graph.node(box.name, _labelled(box.texts), **look, **_placed(box))


def _labelled(texts: Sequence[Caption]) -> str:
    r"""Return texts as a label: those of one height on one line, every line to the left (`\l`)."""
    lines: defaultdict[float, list[str]] = defaultdict(list)
    for text in texts:
        lines[text.y].append(_escaped(text.value))
    if len(lines) < 2:
        return "  ".join(part for line in lines.values() for part in line)
    return "".join(rf"  {'  '.join(line)}\l" for line in lines.values())


def _draw_line(graph: graphviz.Digraph, line: Arrow, colours: Colours) -> None:
    """Draw an arrow as a chain of straight pieces, each a cubic curve with ends as handles."""
    *rest, (x, y) = line.points
    is_across = y == rest[-1][1]
    end = (x - _TIP, y) if is_across else (x, y - _TIP)
    corners = [*rest, end]
    curve = [corners[0]]
    for before, after in pairwise(corners):
        curve += [before, after, after]
    look = {
        "color": colours.way if line.is_way else colours.rest if line.is_dashed else colours.line,
        "penwidth": f"{2.6 if line.is_way else line.thickness:g}",
        "pos": f"e,{_point(x, y)} {' '.join(_point(*corner) for corner in curve)}",
    }
    if line.is_dashed:
        look["style"] = "dashed"
    one, two = line.ends
    if one == two:  # a sample of the legend stands between two points of its own
        two = f"{one}to"
        for name, (px, py) in ((one, rest[0]), (two, (x, y))):
            point = {"pos": _point(px, py), "width": "0.01", "height": "0.01", "style": "invis"}
            graph.node(name, "", **point)
    graph.edge(one, two, **look)


def _escaped(text: str) -> str:
    """Return a text for a label: its backslashes as they are, its lines as lines.

    What can't be shown is written out: an SVG with control characters is no XML.
    """
    return graphviz.escape("\n".join(visible(line) for line in text.split("\n")))
