"""A page as SVG: text that is text, tooltips, links, and colours for light and dark.

Everything has its place already, so nothing but this module is needed to draw it. A
machine without the fonts squeezes the letters of a text into the width that they have in
Helvetica (`textLength`), so that no text leaves its box.
"""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from turnout.compiler.picture.lettering import FONT
from turnout.compiler.picture.palette import DARK, LIGHT, Colours, Theme
from turnout.compiler.picture.scene import Arrow, Caption, Frame, Scene, Tint
from turnout.printable import visible

_TIP = 6.0
"""Length of an arrow's tip."""


def svg(scene: Scene, theme: Theme = "auto", *, is_named: bool = False) -> str:
    """Return the page as an SVG document; nothing in a name can act in it.

    is_named: what is drawn says which row it is of, for scripts (`data-box`, `data-ends`).
    """
    size = f'width="{scene.width:g}" height="{scene.height:g}"'
    box = f'viewBox="0 0 {scene.width:g} {scene.height:g}"'
    about = 'role="graphics-document document" aria-labelledby="title desc"'
    font = f'font-family="{FONT}" font-size="11"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {about} {font}>',
        f'<title id="title">{_said(scene.title)}</title>',
        f'<desc id="desc">{_said(scene.description)}</desc>',
        f"<style>{_style(theme)}</style>",
        f'<rect class="paper" width="{scene.width:g}" height="{scene.height:g}"/>',
    ]
    parts += [_ground(ground) for ground in scene.grounds]
    for line in (*(each for each in scene.samples if isinstance(each, Arrow)), *scene.lines):
        parts.append(_line(line, is_named=is_named))
    parts += [_text(text) for text in scene.texts]
    for box_ in (*(each for each in scene.samples if isinstance(each, Frame)), *scene.boxes):
        parts.append(_box(box_, is_named=is_named))
    return "\n".join([*parts, "</svg>", ""])


def _said(text: str) -> str:
    """Return a text for XML, its lines kept, and what can't be shown written out."""
    return escape("\n".join(visible(line) for line in text.split("\n")))


# -- what is drawn --


def _ground(ground: Tint) -> str:
    depth = min(ground.depth, len(LIGHT.grounds) - 1)
    return f'<rect class="ground d{depth}" {_sides(ground)} rx="6"/>'


def _sides(of: Tint | Frame) -> str:
    return f'x="{of.x:g}" y="{_n(of.y)}" width="{of.width:g}" height="{_n(of.height)}"'


def _n(number: float) -> str:
    return f"{round(number, 2):g}"


def _line(line: Arrow, *, is_named: bool) -> str:
    """Return an arrow: its line, and a tip that no renderer has to know about."""
    *rest, (x, y) = line.points
    before = rest[-1]
    is_across = y == before[1]
    end = (x - _TIP, y) if is_across else (x, y - _TIP)
    points = " ".join(f"{_n(px)},{_n(py)}" for px, py in (*rest, end))
    name = " ".join(
        ["l", *_if(line.is_dashed, "e"), *_if(line.is_way, "w"), *_if(line.is_faint, "f")]
    )
    wide = 3.0 + min(line.thickness, 3)
    width = "" if line.thickness == 1.1 else f' style="stroke-width:{line.thickness:g}"'
    tip = (
        f"{_n(x)},{_n(y)} {_n(end[0])},{_n(y - wide)} {_n(end[0])},{_n(y + wide)}"
        if is_across
        else f"{_n(x)},{_n(y)} {_n(x - wide)},{_n(end[1])} {_n(x + wide)},{_n(end[1])}"
    )
    ends = f' data-ends="{" ".join(line.ends)}"' if is_named else ""
    drawn = f'<polyline class="{name}" points="{points}"{width}{ends}/>'
    return f'{drawn}<polygon class="{name} t" points="{tip}"{ends}/>'


def _if(is_so: bool, name: str) -> tuple[str, ...]:  # noqa: FBT001 - read as a sentence
    return (name,) if is_so else ()


def _box(box: Frame, *, is_named: bool) -> str:
    names = ["b", box.look, *_if(box.is_dashed, "e"), *_if(box.is_marked, "m")]
    names += _if(box.is_faint, "f")
    radius = 0 if box.is_square else 11.5 if box.look == "start" else 4
    drawn = f'<rect {_sides(box)} rx="{radius:g}"/>' + "".join(map(_text, box.texts))
    if box.link:
        drawn = f"<a href={quoteattr(visible(box.link))}>{drawn}</a>"
    tooltip = f"<title>{_said(box.tooltip)}</title>" if box.tooltip else ""
    said = f' data-box="{box.name}"' if is_named else ""
    return f'<g class="{" ".join(names)}"{said}>{tooltip}{drawn}</g>'


def _text(text: Caption) -> str:
    """Return a line of text, held to its width where that is known to the letter."""
    names = [*_if(text.ink != "text", text.ink), *_if(text.is_bold, "bold")]
    name = f' class="{" ".join(names)}"' if names else ""
    size = "" if text.size == 11 else f' font-size="{text.size:g}"'
    held = f' textLength="{_n(text.width)}"' if text.value.isascii() and text.value else ""
    said = escape(visible(text.value))
    return f'<text x="{_n(text.x)}" y="{_n(text.y)}"{name}{size}{held}>{said}</text>'


# -- colours --


def _style(theme: Theme) -> str:
    fixed = (
        ".bold{font-weight:bold}.ground{stroke-width:.6}"
        ".l{fill:none;stroke-width:1.1}.l.e{stroke-dasharray:4 3}.l.w{stroke-width:2.6}"
        ".b rect{stroke-width:1.1}.b.e rect{stroke-dasharray:4 3}"
        ".b.block rect,.b.table rect,.b.closed rect{stroke-width:1.7}.b.m rect{stroke-width:2.4}"
        ".f{opacity:.35}a:hover rect,a:focus rect{stroke-width:3}"
    )
    if theme != "auto":
        return fixed + _rules(DARK if theme == "dark" else LIGHT)
    dark = f"@media (prefers-color-scheme:dark){{{_rules(DARK)}}}"
    # On paper dark colours cost ink and show nothing: what is printed is light.
    return f"{fixed}{_rules(LIGHT)}@media screen{{{dark}}}"


def _rules(colours: Colours) -> str:
    return "".join(f"{name}{{{said}}}" for name, said in _declared(colours).items())


def _declared(colours: Colours) -> Mapping[str, str]:
    return dict(_pairs(colours))


def _pairs(colours: Colours) -> Iterator[tuple[str, str]]:
    """Yield a selector and what it declares; later ones win."""
    yield ".paper", f"fill:{colours.paper}"
    yield "text", f"fill:{colours.inks['text']}"
    for ink, colour in colours.inks.items():
        if ink != "text":
            yield f".{ink}", f"fill:{colour}"
    yield ".ground", f"stroke:{colours.ground}"
    for depth, colour in enumerate(colours.grounds):
        yield f".d{depth}", f"fill:{colour}"
    yield ".l", f"stroke:{colours.line}"
    yield ".l.e", f"stroke:{colours.rest}"
    yield ".l.w", f"stroke:{colours.way}"
    yield ".l.t", f"fill:{colours.line};stroke:none"
    yield ".l.e.t", f"fill:{colours.rest}"
    yield ".l.w.t", f"fill:{colours.way}"
    for look, (fill, edge) in colours.looks.items():
        yield f".{look} rect", f"fill:{fill};stroke:{edge}"
    yield ".b.m rect", f"stroke:{colours.marked}"
