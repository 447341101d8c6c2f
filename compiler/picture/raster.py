"""A page as PNG or PDF, drawn by a library or by Graphviz.

PNG needs the extra `turnout[diagram]` (resvg, a library without dependencies) or the
system's `dot`; PDF needs `dot`, which draws the DOT source with the places that it holds.
"""

import shutil
from functools import cache
from importlib.util import find_spec

import graphviz

from turnout.errors import Error

ZOOM = 2.0
"""Pixels of a PNG per point, so that small letters are sharp."""

_INSTALL = "install Graphviz (for example `apt-get install graphviz` or `brew install graphviz`)"


class PictureError(Error):
    """The picture can't be made."""


def png(drawn: str, source: str) -> bytes:
    """Return a page as PNG. drawn, source: it as SVG and as DOT. Raises PictureError."""
    if find_spec("resvg_py") is None:  # an extra
        return with_graphviz(source, "png")
    if _letters() == _letters(text=""):
        raise PictureError(
            "this machine has no font to write with",
            "install one (for example `apt-get install fonts-liberation`), or write .svg",
        )
    return _rastered(drawn)


@cache
def _letters(text: str = "Turnout") -> bytes:
    """Return a small picture of a text, which is blank where there is no font."""
    return _rastered(
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20">'
        f'<text x="2" y="14" font-family="Helvetica, sans-serif">{text}</text></svg>'
    )


def _rastered(drawn: str) -> bytes:
    import resvg_py  # noqa: PLC0415 - an extra

    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=drawn, zoom=ZOOM))
    except (ValueError, RuntimeError) as failure:
        raise PictureError(
            f"the picture can't be drawn as PNG: {failure}", "write it as .svg"
        ) from failure


def with_graphviz(source: str, form: str) -> bytes:
    """Return DOT source drawn by the system's Graphviz. Raises PictureError."""
    if shutil.which("dot") is None:
        remedy = f"{_INSTALL}, or write .svg instead"
        if form == "png":
            remedy = f"run `pip install 'turnout[diagram]'`, or {remedy}"
        raise PictureError(f"drawing {form.upper()} needs Graphviz, which is not installed", remedy)
    try:
        return bytes(graphviz.Source(source).pipe(format=form))
    except graphviz.CalledProcessError as failure:
        raise PictureError(
            f"Graphviz can't draw this diagram: {failure}", "write it as .svg or .dot"
        ) from failure
