"""The texts that an editor has open, as it has them.

The protocol's library keeps such texts as well, but ends lines wherever Python does, at
form feeds and at U+2028, too. A text in which one of them stands would then be another one
here than there, so the edits are applied by our own `TextLines`.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import attrs
from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from turnout.dsl.files import resolved
from turnout.frozen import define, frozen
from turnout.lsp.positions import UTF16, TextLines


@frozen
class Document:
    """A text in an editor. version: the editor's number of this state of it."""

    uri: str
    path: Path
    text: str
    version: int

    def edited(
        self,
        changes: Iterable[types.TextDocumentContentChangeEvent],
        version: int,
        encoding: types.PositionEncodingKind,
    ) -> "Document":
        """Return the text after some edits, each of the text that those before it leave."""
        text = self.text
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                lines = TextLines(text, encoding, is_read=False)
                start, end = sorted(map(lines.offset, (change.range.start, change.range.end)))
                text = text[:start] + change.text + text[end:]
            else:
                text = change.text
        return attrs.evolve(self, text=text, version=version)


@define
class Documents:
    """Every open text, by the path of its file. encoding: whose code units columns count."""

    encoding: types.PositionEncodingKind = UTF16
    open: dict[Path, Document] = attrs.Factory(dict[Path, Document])

    def put(self, document: types.TextDocumentItem) -> Document:
        """Take in a text that was opened."""
        path = path_of(document.uri)
        found = Document(document.uri, path, document.text, document.version)
        self.open[path] = found
        return found

    def edit(self, params: types.DidChangeTextDocumentParams) -> Document | None:
        """Apply edits; return the text, None where it isn't open."""
        before = self.open.get(path_of(params.text_document.uri))
        if before is None:
            return None
        version = params.text_document.version
        after = before.edited(params.content_changes, version, self.encoding)
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
    path = to_fs_path(uri)
    if path is not None:
        return resolved(Path(path))
    parts = urlsplit(uri)
    return Path("/", f"{parts.scheme}:", unquote(parts.path).lstrip("/") or "unnamed")


def uri_of(path: Path) -> str:
    """Return the URI of a file."""
    return from_fs_path(str(path)) or f"file://{quote(path.as_posix())}"
