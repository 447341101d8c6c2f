"""YAML of strangers as a small tree whose parts know their lines.

It is made of the parser's events, in one pass: nothing is made of tags, and what an alias stands
for is there once, however often it is named. Files are refused that are too large or too deep, or
would be if all aliases were written out.
"""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

from turnout.frozen import attribute, define, frozen
from turnout.importing.foreign import ForeignError

MOST_BYTES = 1_000_000
MOST_NODES = 200_000
DEEPEST = 50


@frozen
class YamlText:
    """A scalar, as it is written. is_plain: without quotes."""

    line: int
    text: str
    is_plain: bool = True


@frozen
class YamlList:
    """A sequence. size: how many nodes it has within, each as often as it is named."""

    line: int
    parts: tuple["YamlNode", ...]
    size: int = 1


@frozen
class YamlMap:
    """A mapping with texts as its keys, in order. lines: of the keys. size: as of a list."""

    line: int
    parts: dict[str, "YamlNode"]
    lines: Mapping[str, int] = attribute(factory=dict[str, int])
    size: int = 1

    def said(self, key: str) -> str:
        """Return the text of a key, "" where there is none."""
        found = self.parts.get(key)
        return found.text if isinstance(found, YamlText) else ""

    def listed(self, key: str) -> tuple["YamlNode", ...]:
        """Return the parts of a sequence, none where there is none."""
        found = self.parts.get(key)
        return found.parts if isinstance(found, YamlList) else ()

    def mapped(self, key: str) -> dict[str, "YamlNode"]:
        """Return the parts of a mapping, none where there is none."""
        found = self.parts.get(key)
        return found.parts if isinstance(found, YamlMap) else {}


YamlNode: TypeAlias = YamlText | YamlList | YamlMap


def yaml_tree(path: Path) -> YamlMap:
    """Return the mapping in a file. Raises ForeignError where it is none that can be trusted."""
    if find_spec("ruamel.yaml") is None:
        raise ForeignError(f"{path} is YAML, for which an extra is needed", _INSTALL)
    from ruamel.yaml import YAML  # noqa: PLC0415 - an extra
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - an extra

    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ForeignError(
                f"{path} has {size:,} bytes, and at most {MOST_BYTES:,} are read", "cut it down"
            )
        text = path.read_text("utf-8-sig")
        reader: Any = YAML(typ="safe", pure=True)
        node = _Builder(path).tree(reader.parse(text))
    except OSError as failure:
        raise ForeignError(f"{path} can't be read: {failure.strerror}", "check its name") from None
    except UnicodeError:
        raise ForeignError(f"{path} is not in UTF-8", "save it as UTF-8") from None
    except (YAMLError, ValueError) as failure:
        said = " ".join(str(failure).split())[:200]
        raise ForeignError(f"{path} is no YAML: {said}", "mend it, and try again") from None
    if not isinstance(node, YamlMap):
        raise ForeignError(f"{path} has no mapping at its top", "name the configuration")
    return node


_INSTALL = "pip install 'turnout[yaml]'"


@define
class _Open:
    """A sequence or mapping that isn't closed yet. key: the last one that has no value."""

    line: int
    anchor: str | None
    is_map: bool
    items: list[YamlNode] = attribute(factory=list[YamlNode])
    parts: dict[str, YamlNode] = attribute(factory=dict[str, YamlNode])
    lines: dict[str, int] = attribute(factory=dict[str, int])
    merged: list[YamlMap] = attribute(factory=list[YamlMap])
    key: str | None = None

    def closed(self) -> YamlNode:
        """Return the node; what is merged into it stands for keys that it doesn't have."""
        if not self.is_map:
            return YamlList(self.line, tuple(self.items), 1 + sum(map(_size, self.items)))
        for each in self.merged:
            for key, value in each.parts.items():
                self.parts.setdefault(key, value)
                self.lines.setdefault(key, each.lines.get(key, each.line))
        size = 1 + sum(map(_size, self.parts.values()))
        return YamlMap(self.line, self.parts, self.lines, size)


def _size(node: YamlNode) -> int:
    return 1 if isinstance(node, YamlText) else node.size


@define
class _Builder:
    """Builds the tree of a document. anchors: what aliases stand for."""

    path: Path
    anchors: dict[str, YamlNode] = attribute(factory=dict[str, YamlNode])
    open: list[_Open] = attribute(factory=list[_Open])
    root: YamlNode | None = None

    def tree(self, events: Iterator[Any]) -> YamlNode | None:
        """Return the tree of the only document."""
        for event in events:
            line = event.start_mark.line + 1
            match type(event).__name__:
                case "DocumentStartEvent" if self.root is not None:
                    raise self._refused(line, "a second document", "save each as a file")
                case "ScalarEvent":
                    plain = event.style is None or event.style == ""
                    self._add(YamlText(line, str(event.value), plain), event.anchor, line)
                case "SequenceStartEvent" | "MappingStartEvent" as kind:
                    if len(self.open) >= DEEPEST:
                        raise self._refused(
                            line, f"more than {DEEPEST} levels", "name the configuration"
                        )
                    self.open.append(_Open(line, event.anchor, kind.startswith("M")))
                case "SequenceEndEvent" | "MappingEndEvent":
                    done = self.open.pop()
                    self._add(done.closed(), done.anchor, done.line)
                case "AliasEvent":
                    found = self.anchors.get(event.anchor)
                    if found is None:
                        raise self._refused(line, f"nothing is called {event.anchor}", "mend it")
                    self._add(found, None, line)
                case _:
                    pass
        return self.root

    def _add(self, node: YamlNode, anchor: str | None, line: int) -> None:
        if _size(node) > MOST_NODES:
            said = f"more than {MOST_NODES:,} values, aliases written out"
            raise self._refused(line, said, "cut it down")
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        around = self.open[-1]
        if not around.is_map:
            around.items.append(node)
        elif around.key is None:
            self._begin(around, node, line)
        else:
            key, around.key = around.key, None
            if key == "<<":
                self._merge(around, node, line)
            else:
                around.parts[key] = node

    def _begin(self, around: _Open, key: YamlNode, line: int) -> None:
        name = key.text if isinstance(key, YamlText) else "that is no text"
        if not isinstance(key, YamlText) or name in around.parts:
            raise self._refused(line, f"the key {name[:40]} can't stand here", "mend it")
        around.key = name
        around.lines[name] = line

    def _merge(self, around: _Open, node: YamlNode, line: int) -> None:
        parts = node.parts if isinstance(node, YamlList) else (node,)
        for each in parts:
            if not isinstance(each, YamlMap):
                raise self._refused(line, "what is merged is no mapping", "mend it")
            around.merged.append(each)

    def _refused(self, line: int, what: str, advice: str) -> ForeignError:
        return ForeignError(f"{self.path}:{line}: {what}", advice)
