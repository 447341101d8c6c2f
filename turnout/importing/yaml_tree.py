"""YAML of strangers as a small tree whose parts know their lines.

Nothing is made of tags, and aliases are refused: no rules need them, and a few lines of them
stand for more than memory holds. So are files too large or too deep.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

from turnout.frozen import frozen
from turnout.importing.foreign import ForeignError

MOST_BYTES = 4_000_000
DEEPEST = 50


@frozen
class YamlText:
    """A scalar, as it is written."""

    line: int
    text: str


@frozen
class YamlList:
    """A sequence."""

    line: int
    parts: tuple["YamlNode", ...]


@frozen
class YamlMap:
    """A mapping with texts as its keys, in order."""

    line: int
    parts: dict[str, "YamlNode"]

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
        if path.stat().st_size > MOST_BYTES:
            raise ForeignError(f"{path} has more than {MOST_BYTES:,} bytes", "cut it down")
        text = path.read_text("utf-8-sig")
        _refuse_what_grows(path, text)
        reader: Any = YAML(typ="safe", pure=True)
        root = reader.compose(text)
    except OSError as failure:
        raise ForeignError(f"{path} can't be read: {failure.strerror}", "check its name") from None
    except UnicodeError:
        raise ForeignError(f"{path} is not in UTF-8", "save it as UTF-8") from None
    except (YAMLError, ValueError) as failure:
        said = " ".join(str(failure).split())[:200]
        raise ForeignError(f"{path} is no YAML: {said}", "mend it, and try again") from None
    node = None if root is None else _node(root, path)
    if not isinstance(node, YamlMap):
        raise ForeignError(f"{path} has no mapping at its top", "name the configuration")
    return node


_INSTALL = "pip install 'turnout[yaml]'"


def _refuse_what_grows(path: Path, text: str) -> None:
    """Raise ForeignError for aliases and deep nesting, before anything is made of them."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - an extra

    depth = 0
    reader: Any = YAML(typ="safe", pure=True)
    for token in reader.scan(text):
        kind, line = type(token).__name__, token.start_mark.line + 1
        depth += kind.endswith(("SequenceStartToken", "MappingStartToken"))
        depth -= kind == "BlockEndToken" or (kind.startswith("Flow") and kind.endswith("EndToken"))
        if kind == "AliasToken":
            raise ForeignError(f"{path}:{line}: an alias, which no rules need", "write it out")
        if depth > DEEPEST:
            raise ForeignError(
                f"{path}:{line}: more than {DEEPEST} levels", "name the configuration"
            )


def _node(node: Any, path: Path) -> YamlNode:  # noqa: ANN401 - of an untyped library
    line = int(node.start_mark.line) + 1
    if node.id == "scalar":
        return YamlText(line, str(node.value))
    if node.id == "sequence":
        return YamlList(line, tuple(_node(each, path) for each in node.value))
    return YamlMap(line, dict(_pairs(node, path)))


def _pairs(node: Any, path: Path) -> Iterator[tuple[str, YamlNode]]:  # noqa: ANN401
    seen: set[str] = set()
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if key.id != "scalar" or name in seen or name == "<<":
            raise ForeignError(f"{path}:{line}: the key {name[:40]} can't stand here", "mend it")
        seen.add(name)
        yield name, _node(value, path)
