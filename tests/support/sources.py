"""The source of Turnout as data: its rooms, its modules, and the names that they make public."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
STAGES = ("grammar", "dsl", "compiler", "runtime")


@attrs.frozen
class Public:
    """A name that others use. at: its module, `dsl/policy.py`. kind: module, class, ..."""

    name: str
    kind: str
    at: str


def is_checkout() -> bool:
    """Return whether the stages stand beside the tests; away from it there is only the wheel."""
    return (ROOT / "pyproject.toml").is_file()


@cache
def modules() -> tuple[Path, ...]:
    """Return every module, relative to the checkout, each by its real folder."""
    found = [path for stage in STAGES for path in (ROOT / stage).rglob("*.py")]
    found += [
        path
        for path in (ROOT / "turnout").rglob("*.py")
        if path.relative_to(ROOT).parts[1] not in STAGES
    ]
    return tuple(sorted(path.relative_to(ROOT) for path in found))


def rooms() -> set[str]:
    """Return the folders that hold modules, as pages name them: `compiler/checks/`."""
    return {f"{path.parent.as_posix()}/" for path in modules()}


@cache
def syntax(path: Path) -> ast.Module:
    """Return the syntax tree of a module, which several tests walk through."""
    return ast.parse(path.read_text("utf-8"))


@cache
def public() -> tuple[Public, ...]:
    """Return what is public: modules, their classes and functions, and names of types."""
    found: list[Public] = []
    for path in modules():
        at = path.as_posix()
        name = path.stem if path.stem != "__init__" else path.parent.name
        found.append(Public(name, "module", at))
        tree = syntax(ROOT / path)
        found += [Public(name, kind, at) for name, kind in _names(tree) if name[0] != "_"]
    return tuple(found)


def words(name: str) -> list[str]:
    """Return the words that a name is made of, small.

    >>> words("ToHTTPQueue"), words("open_leads")
    (['to', 'http', 'queue'], ['open', 'leads'])
    """
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def _names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name):
                yield name, "class"
            case ast.FunctionDef(name=name):
                yield name, "function"
            case ast.AnnAssign(target=ast.Name(name), annotation=ast.Name("TypeAlias")):
                yield name, "type"
            case _:
                pass
