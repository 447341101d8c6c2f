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
from turnout.lsp.shapes import Message, range_in, text_at

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
        text = self.text
        for change in changes:
            put = text_at(change, "text")
            if "range" in change:
                lines, piece = TextLines(text, encoding, is_read=False), range_in(change)
                start, end = sorted(map(lines.offset, (piece.start, piece.end)))
                put = text[:start] + put + text[end:]
            text = put
        return attrs.evolve(self, text=text, version=version)


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
