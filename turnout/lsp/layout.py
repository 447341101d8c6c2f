"""The look of a file: its canonical form, what can be folded, and the files that it names."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from turnout.dsl.files import resolved
from turnout.dsl.formatting import formatted
from turnout.dsl.nodes import File
from turnout.dsl.source import Source, Span
from turnout.lsp.declaring import Outlined, outline
from turnout.lsp.diagnostics import Locator
from turnout.lsp.shapes import DocumentLink, FoldingRange, TextEdit

_NAMED = re.compile(
    r'#[^\n]*|\b(?:include|from|in)\s*"(?P<path>[^"\\\n]+\.(?:route|csv))"|"(?:\\.|[^"\\\n])*"'
)

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def format_edits(
    source: Source, locator: Locator, within: tuple[int, int] | None = None
) -> list[TextEdit]:
    """Return the edits that bring a file into canonical form, none where it can't be read.

    within: the first and last line, from 0, where only what stands there is to change.
    """
    starts = _starts(source.text)
    form = formatted(source, None if within is None else _beside(starts, within))
    if not isinstance(form, str) or form == source.text:
        return []
    return edits_to(source, form, locator, within)


def edits_to(
    source: Source, after: str, locator: Locator, within: tuple[int, int] | None = None
) -> list[TextEdit]:
    """Return the edits of whole lines that make another text of a file's.

    within: the first and last line, from 0, where only what stands there is to change.
    """
    old, new, starts = _LINE.findall(source.text), _LINE.findall(after), _starts(source.text)
    found: list[TextEdit] = []
    for tag, low, high, begin, end in differences(old, new):
        is_wanted = within is None or (low <= within[1] and high >= within[0])
        if tag != "equal" and is_wanted:
            span = Span(source, starts[low], starts[high])
            found.append(locator.edit(span, "".join(new[begin:end])))
    return found


def _starts(text: str) -> list[int]:
    """Return where lines begin, and the end; Python would end lines at other characters, too."""
    return [0, *(found.end() for found in _LINE.finditer(text))]


def _beside(starts: list[int], lines: tuple[int, int]) -> tuple[int, int]:
    """Return the offsets of some lines and of one more on each side. starts: of all lines."""
    last = len(starts) - 1
    return starts[min(last, max(0, lines[0] - 1))], starts[min(last, lines[1] + 2)]


def differences(old: list[str], new: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield where lines differ, as `SequenceMatcher` does, in pieces between lines of one kind.

    A line that stands once in each of the two holds them together: comparing thousands of lines
    at once takes the square of their number.
    """
    counts, others = Counter(old), Counter(new)
    places = {line: at for at, line in enumerate(new) if counts[line] == others[line] == 1}
    low = begin = 0
    for at, line in enumerate([*old, ""]):
        if at < len(old) and places.get(line, -1) < begin:
            continue
        high, end = (at, places[line]) if at < len(old) else (len(old), len(new))
        matcher = SequenceMatcher(None, old[low:high], new[begin:end], autojunk=False)
        for tag, one, two, three, four in matcher.get_opcodes():
            yield tag, low + one, low + two, begin + three, begin + four
        low, begin = high + 1, end + 1


def foldings(file: File) -> Iterator[FoldingRange]:
    """Yield what can be folded: parts of several lines, and comments of several lines."""
    yield from _of_parts(outline(file))
    text = file.source.text
    for found in re.finditer(r"^[ \t]*#[^\n]*(?:\n[ \t]*#[^\n]*)+", text, re.MULTILINE):
        first = file.source.place(found.start())[0] - 1
        last = file.source.place(found.end())[0] - 1
        yield FoldingRange(first, last, kind="comment")


def _of_parts(parts: tuple[Outlined, ...]) -> Iterator[FoldingRange]:
    for part in parts:
        first = part.whole.line
        last = part.whole.source.place(part.whole.end)[0]
        if last > first:
            yield FoldingRange(first - 1, last - 1)
        yield from _of_parts(part.inside)


def links(source: Source, folder: Path, locator: Locator) -> Iterator[DocumentLink]:
    """Yield the included files and tables that a text names, where they lie in `folder`."""
    for found in _NAMED.finditer(source.text):
        path = found["path"]
        if path is None or "\0" in path:
            continue
        target = resolved(Path(source.name).parent / path)
        if target.is_relative_to(resolved(folder)):
            span = Span(source, *found.span("path"))
            uri = locator.documents.uri(target)
            yield DocumentLink(locator.range(span), target=uri)
