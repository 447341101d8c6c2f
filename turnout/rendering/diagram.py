"""Pages of a picture as files: one beside the other, linked to each other and to the policy."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from turnout.compiler.picture import Masthead, Page
from turnout.compiler.picture.across import laid_across
from turnout.compiler.picture.dot import dot
from turnout.compiler.picture.mermaid import mermaid
from turnout.compiler.picture.palette import Theme
from turnout.compiler.picture.placing import laid_out
from turnout.compiler.picture.raster import png, with_graphviz
from turnout.compiler.picture.svg import svg
from turnout.dsl.source import Span
from turnout.frozen import frozen

FORMATS = ("svg", "dot", "png", "pdf", "mmd")
TEXTS = ("svg", "dot", "mmd")
"""The formats that are texts, and the same on every machine."""

_LONGEST_NAME = 40
_PAGE = re.compile(r"[1-9][0-9]*-[a-z0-9-]+")
_HASH = re.compile(r"policy [0-9a-f]{12}")


@frozen
class Drawing:
    """How pages are drawn. out: the overview's file, None for stdout. base: where the policy is.

    base: an address that the names of files are put behind, relative to the policy's folder.
    """

    form: str
    theme: Theme
    out: Path | None
    main: Path
    base: str | None = None
    direction: str = "down"


def drawn(
    pages: Sequence[Page], heading: Masthead, drawing: Drawing
) -> Iterator[tuple[Path, bytes]]:
    """Yield each page's file and what is in it, the overview first. Raises PictureError."""
    names = {page.number: _file(page, drawing) for page in pages}
    for page in pages:
        yield names[page.number], _page(page, heading, drawing, names)


def comparable(content: bytes) -> str:
    """Return a drawing without what a commit changes of it though the policy is the same.

    The line of the policy's hash also says the commit, which a picture can't know that is
    committed together with its policy.
    """
    lines = content.decode("utf-8", "replace").split("\n")
    return "\n".join(found[0] if (found := _HASH.search(line)) else line for line in lines)


def _file(page: Page, drawing: Drawing) -> Path:
    """Return where a page is written: those after the first in a folder beside it."""
    out = drawing.out or Path("-")
    if page.number == 1:
        return out
    slug = re.sub(r"[^a-z0-9]+", "-", page.title.lower()).strip("-")[:_LONGEST_NAME].strip("-")
    return pages_folder(out) / f"{page.number}-{slug or 'page'}.{drawing.form}"


def is_page(path: Path) -> bool:
    """Return whether a file in the folder of pages has a name that a page is given."""
    return _PAGE.fullmatch(path.stem) is not None


def pages_folder(out: Path) -> Path:
    """Return the folder of the pages after the first."""
    return out.with_name(f"{out.stem}-pages")


def _page(page: Page, heading: Masthead, drawing: Drawing, names: Mapping[int, Path]) -> bytes:
    if drawing.form == "mmd":
        return mermaid(page, heading, "TB" if drawing.direction == "down" else "LR").encode()
    here = names[page.number].parent

    def link(span: Span | None, to: int | None) -> str:
        if to is not None:
            return _relative(names[to], here) if drawing.out is not None else ""
        return "" if span is None else _source(span, here, drawing)

    place = laid_out if drawing.direction == "down" else laid_across
    scene = place(page, heading, link)
    if drawing.form == "svg":
        return svg(scene, drawing.theme).encode()
    source = dot(scene, drawing.theme)
    if drawing.form == "dot":
        return source.encode()
    if drawing.form == "png":
        return png(svg(scene, "dark" if drawing.theme == "dark" else "light"), source)
    return with_graphviz(source, drawing.form)


def _source(span: Span, here: Path, drawing: Drawing) -> str:
    """Return the address of a line of the policy, as GitHub and GitLab write it."""
    path = Path(span.source.name)
    if drawing.base is None:
        return f"{_relative(path, here)}#L{span.line}"
    return f"{drawing.base.rstrip('/')}/{_relative(path, drawing.main.parent)}#L{span.line}"


def _relative(path: Path, folder: Path) -> str:
    """Return the address of a file as seen from a folder."""
    try:
        found = os.path.relpath(path, folder)
    except ValueError:  # another drive of Windows
        return path.absolute().as_uri()
    return quote(found.replace(os.sep, "/").encode("utf-8", "surrogateescape"))
