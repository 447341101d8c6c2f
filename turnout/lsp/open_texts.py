"""The texts that an editor has open, as it has them.

An edit is applied by the editor's own lines and columns (`TextLines`): a text is another one
here than there as soon as one of the two ends a line where the other doesn't.
"""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import attrs

from turnout.dsl.files import resolved
from turnout.frozen import define, frozen
from turnout.lsp.positions import UTF16, TextLines
from turnout.lsp.shapes import Message, Position, TextRange, range_in, text_at

_DRIVE = re.compile(r"^/([A-Za-z]:)")


@frozen
class Document:
    """A text in an editor. version: the editor's number of this state of it."""

    uri: str
    path: Path
    text: str
    version: int

    def edited(self, changes: Iterable[Message], version: int, encoding: str) -> "Document":
        """Return the text after some edits, each of the text that those before it leave."""
        edited = _Edited(self.text, encoding)
        for change in changes:
            put = text_at(change, "text")
            edited.put(put, range_in(change) if "range" in change else None)
        return attrs.evolve(self, text=edited.whole(), version=version)


@define
class _Edited:
    """A text on which edits are made. Those made upwards are places of the same lines.

    A name that stands in thousands of cells is renamed by as many edits, the last one first;
    what is above an edit is as it was, so that its lines needn't be counted anew.
    text: its beginning, as it was when `lines` was made of it. behind: what follows, the last
    piece first. top: the place up to which nothing was edited.
    """

    text: str
    encoding: str
    behind: list[str] = attrs.Factory(list[str])
    top: Position | None = None
    _lines: TextLines | None = None
    _end: int = 0

    def put(self, text: str, piece: TextRange | None) -> None:
        """Put a text in a place, or for all."""
        if piece is None:
            self.text, self.behind, self._lines = text, [], None
            return
        first, last = sorted((piece.start, piece.end), key=_order)
        if self._lines is None or self.top is None or _order(last) > _order(self.top):
            self.text, self.behind = self.whole(), []
            self._lines = TextLines(self.text, self.encoding, is_read=False)
            self._end = len(self.text)
        start, end = self._lines.offset(first), min(self._lines.offset(last), self._end)
        self.behind += [self.text[end : self._end], text]
        self._end, self.top = start, first
        if self.text[max(0, start - 1) : start] == "\r":
            self.text, self.behind, self._lines = self.whole(), [], None  # a line's end may grow

    def whole(self) -> str:
        """Return the text with its edits."""
        if self._lines is None:
            return self.text
        return self.text[: self._end] + "".join(reversed(self.behind))


def _order(place: Position) -> tuple[int, int]:
    return place.line, place.character


@define
class Documents:
    """Every open text, by the path of its file. encoding: whose code units columns count."""

    encoding: str = UTF16
    open: dict[Path, Document] = attrs.Factory(dict[Path, Document])

    def put(self, uri: str, text: str, version: int) -> Document:
        """Take in a text that was opened."""
        found = Document(uri, path_of(uri), text, version)
        self.open[found.path] = found
        return found

    def edit(self, uri: str, changes: Iterable[Message], version: object) -> Document | None:
        """Apply edits; return the text, None where it isn't open. Raises RefusalError."""
        before = self.open.get(path_of(uri))
        if before is None:
            return None
        number = version if isinstance(version, int) else before.version + 1
        after = before.edited(changes, number, self.encoding)
        self.open[before.path] = after
        return after

    def close(self, uri: str) -> Path:
        """Forget a text; what counts is the file again."""
        path = path_of(uri)
        self.open.pop(path, None)
        return path

    def texts(self) -> Mapping[Path, str]:
        """Return the texts by path, as they are now."""
        return {path: document.text for path, document in self.open.items()}

    def uri(self, path: Path) -> str:
        """Return how the editor calls a file."""
        document = self.open.get(path)
        return document.uri if document else uri_of(path)


def path_of(uri: str) -> Path:
    """Return the path by which a document is known.

    One that was never saved has a path of its own that no file can have.
    """
    parts = urlsplit(uri)
    name = unquote(parts.path)
    if parts.scheme != "file" or "\0" in name:
        name = name.replace("\0", "").lstrip("/")
        return Path("/", f"{parts.scheme}:", name or "unnamed")
    if os.name == "nt":
        share = f"//{parts.netloc}" if parts.netloc else ""
        name = f"{share}{name}" if share else _DRIVE.sub(r"\1", name)
    return resolved(Path(name))


def uri_of(path: Path) -> str:
    """Return the URI of a file."""
    return path.as_uri() if path.is_absolute() else f"file://{quote(path.as_posix())}"
