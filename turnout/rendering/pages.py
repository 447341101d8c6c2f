"""The documentation page of each finding, as it is written and as a terminal shows it.

The pages are docs/checks/NAME.md, installed as they are beside the code, so that the
site, `turnout check --explain` and SARIF all show one text. The terminal's form knows
what these pages are made of and no more: headings, paragraphs, lists, fenced blocks,
links, code and emphasis.
"""

import re
from collections.abc import Iterator
from importlib.resources import files

from turnout.printable import visible
from turnout.rendering.screen import Ink, hanging, paint, wrap

_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_EMPHASIS = re.compile(r"\*\*([^*]+)\*\*|\*([^*]+)\*")
_TITLE = re.compile(r'title="([^"]+)"')
_ITEM = re.compile(r"(?:- |\d+\. )")


def page(name: str) -> str:
    """Return the page of the finding `name` as Markdown."""
    return files("turnout").joinpath("pages", f"{name}.md").read_text(encoding="utf-8")


def terminal(markdown: str, screen: int) -> Iterator[str]:
    """Yield a page in lines of at most `screen` cells; only fenced blocks may be wider."""
    pieces = re.split(r"^```(.*)\n((?:.*\n)*?)```$", markdown, flags=re.MULTILINE)
    for at in range(0, len(pieces), 3):
        yield from _prose(pieces[at], screen)
        if at + 2 < len(pieces):
            title = _TITLE.search(pieces[at + 1])
            if title:
                yield paint(f"    {title[1]}:", Ink.FRAME)
            yield from (f"    {visible(line)}".rstrip() for line in pieces[at + 2].splitlines())
            yield ""


def _prose(text: str, screen: int) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if not paragraph:
            continue
        if paragraph.startswith("#"):
            yield paint(_plain(paragraph.lstrip("# ")), Ink.STRONG)
            if paragraph.startswith("# "):
                yield ""
            continue
        if _ITEM.match(paragraph):
            for item in re.split(r"\n(?=- |\d+\. )", paragraph):
                mark = item[: item.index(" ") + 1]
                yield from hanging(mark, _plain(item[len(mark) :]).split(" "), screen)
        else:
            yield from wrap(_plain(paragraph), screen)
        yield ""


def _plain(text: str) -> str:
    text = _EMPHASIS.sub(lambda found: found[1] or found[2], _LINK.sub(r"\1", text))
    return visible(re.sub(r"\s+", " ", text).strip())
