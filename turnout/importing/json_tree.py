"""JSON of strangers as a small tree whose parts know their lines.

Read with its own few rules (RFC 8259), since a line belongs to every message. Numbers stay texts,
so that none is too large; keys that stand twice are refused, and so is what is too large or deep.
"""

import json
import re
from pathlib import Path
from typing import Literal, TypeAlias

from turnout.frozen import attribute, define, frozen
from turnout.importing.foreign import ForeignError

MOST_BYTES = 5_000_000
DEEPEST = 100

ScalarKind: TypeAlias = Literal["text", "number", "truth", "null"]


@frozen
class JsonScalar:
    """A text without its quotes, a number as it is written, true, false or null."""

    line: int
    text: str
    kind: ScalarKind = "text"


@frozen
class JsonList:
    """An array."""

    line: int
    parts: tuple["JsonNode", ...]


@frozen
class JsonMap:
    """An object, in order. lines: of the keys."""

    line: int
    parts: dict[str, "JsonNode"]
    lines: dict[str, int] = attribute(factory=dict[str, int])

    def said(self, key: str) -> str:
        """Return the text, number or truth of a key, "" where there is none, or null."""
        found = self.parts.get(key)
        return found.text if isinstance(found, JsonScalar) and found.kind != "null" else ""

    def listed(self, key: str) -> tuple["JsonNode", ...]:
        """Return the parts of an array, none where there is none."""
        found = self.parts.get(key)
        return found.parts if isinstance(found, JsonList) else ()

    def mapped(self, key: str) -> "JsonMap":
        """Return an object, an empty one where there is none."""
        found = self.parts.get(key)
        return found if isinstance(found, JsonMap) else JsonMap(self.line, {})

    def line_of(self, key: str) -> int:
        """Return the line of a key, or else its own."""
        return self.lines.get(key, self.line)


JsonNode: TypeAlias = JsonScalar | JsonList | JsonMap

_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<sign>[{}\[\],:])|(?P<text>"(?:[^"\\\x00-\x1f]|\\.)*")'
    r"|(?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>true|false|null))"
)


def json_file(path: Path) -> JsonNode:
    """Return what a file says. Raises ForeignError where it is no JSON that can be trusted."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ForeignError(
                f"{path} has {size:,} bytes, and at most {MOST_BYTES:,} are read", "cut it down"
            )
        text = path.read_text("utf-8-sig")
    except OSError as failure:
        raise ForeignError(f"{path} can't be read: {failure.strerror}", "check its name") from None
    except UnicodeError:
        raise ForeignError(f"{path} is not in UTF-8", "save it as UTF-8") from None
    return json_tree(text, str(path))


def json_tree(text: str, name: str, line: int = 1) -> JsonNode:
    """Return what a text says. name: of the file; line: on which the text begins."""
    reader = _Reader(text, name, line)
    node = reader.node(0)
    if text[reader.at :].strip():
        raise reader.refused("something stands behind its end")
    return node


@define
class _Reader:
    """Reads a text from `at` on; line: that of `at`."""

    text: str
    name: str
    line: int
    at: int = 0

    def refused(self, what: str) -> ForeignError:
        return ForeignError(f"{self.name}:{self.line}: no JSON: {what}", "mend it, and try again")

    def node(self, depth: int) -> JsonNode:
        """Return the value that begins here."""
        if depth > DEEPEST:
            raise self.refused(f"more than {DEEPEST} levels")
        kind, found = self._token()
        if kind == "sign":
            if found == "{":
                return self._map(depth)
            if found == "[":
                return self._list(depth)
            raise self.refused(f"{found} stands where a value is expected")
        return self._scalar(kind, found)

    def _token(self) -> tuple[str, str]:
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            rest = self.text[self.at :].lstrip()
            self.line += self.text.count("\n", self.at, len(self.text) - len(rest))
            raise self.refused(f"{rest[:20]!r} is no value" if rest else "it ends too early")
        kind = found.lastgroup or ""
        self.line += self.text.count("\n", self.at, found.start(kind))
        self.at = found.end()
        return kind, found[kind]

    def _scalar(self, kind: str, found: str) -> JsonScalar:
        if kind == "number":
            return JsonScalar(self.line, found, "number")
        if kind == "word":
            return JsonScalar(self.line, found, "null" if found == "null" else "truth")
        try:
            said = json.loads(found)
        except ValueError:
            raise self.refused(f"{found[:40]} has an escape that JSON doesn't have") from None
        return JsonScalar(self.line, str(said))

    def _list(self, depth: int) -> JsonList:
        line, parts = self.line, list[JsonNode]()
        if self._closes("]"):
            return JsonList(line, ())
        while True:
            parts.append(self.node(depth + 1))
            if self._ends("]"):
                return JsonList(line, tuple(parts))

    def _map(self, depth: int) -> JsonMap:
        line, parts, lines = self.line, dict[str, JsonNode](), dict[str, int]()
        if self._closes("}"):
            return JsonMap(line, {})
        while True:
            kind, found = self._token()
            if kind != "text":
                raise self.refused(f"{found[:20]} stands where a key is expected")
            key = self._scalar(kind, found).text
            if key in parts:
                raise self.refused(f"the key {key[:40]} stands twice")
            lines[key] = self.line
            if self._token() != ("sign", ":"):
                raise self.refused(f"no colon behind {key[:40]}")
            parts[key] = self.node(depth + 1)
            if self._ends("}"):
                return JsonMap(line, parts, lines)

    def _closes(self, sign: str) -> bool:
        """Return whether it ends at once, and move behind the end."""
        found = _TOKEN.match(self.text, self.at)
        if found is None or found["sign"] != sign:
            return False
        self._token()
        return True

    def _ends(self, sign: str) -> bool:
        """Return whether the end stands here, or else a comma."""
        kind, found = self._token()
        if kind == "sign" and found in {",", sign}:
            return found == sign
        raise self.refused(f"{found[:20]} stands where a comma is expected")
