"""Whoever decides by the kind of a target, atom, condition or field type decides for all kinds.

A `match` over one of these unions ends in `case _: assert_never(...)`, so that a kind that
is added is a type error in each of them, and is never treated like another by silence. The
classes are read from the unions themselves.
"""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from tests.support.sources import syntax
from turnout.dsl.conditions import Atom, Condition
from turnout.dsl.targets import Target
from turnout.dsl.types import FieldType

ROOT = Path(__file__).parents[2]
STAGES = ("dsl", "compiler", "runtime", "turnout")
UNIONS: dict[str, frozenset[type]] = {
    "Target": frozenset(get_args(Target)),
    "Condition": frozenset(get_args(Condition)) | frozenset(get_args(Atom)),
    "FieldType": frozenset(get_args(FieldType)),
}


def open_matches(tree: ast.AST, names: dict[str, object]) -> Iterator[tuple[int, str]]:
    """Yield the line and union of each `match` over one of the unions that isn't closed.

    names: what the module's names stand for.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.Match):
            continue
        classes = {
            _meant(ast.unparse(pattern.cls), names)
            for case in node.cases
            for pattern in ast.walk(case.pattern)
            if isinstance(pattern, ast.MatchClass)
        }
        for union, members in UNIONS.items():
            if classes & members and not _is_closed(node.cases[-1]):
                yield node.lineno, union


def _meant(name: str, names: dict[str, object]) -> object:
    first, *rest = name.split(".")
    found = names.get(first)
    for part in rest:
        found = getattr(found, part, None)
    return found


def _is_closed(last: ast.match_case) -> bool:
    """Return whether a case is `case _: assert_never(...)`, its subject perhaps named."""
    pattern = last.pattern
    is_default = isinstance(pattern, ast.MatchAs) and pattern.pattern is None and last.guard is None
    (*_, end) = last.body
    call = end.value if isinstance(end, ast.Expr) else None
    is_never = isinstance(call, ast.Call) and ast.unparse(call.func) == "assert_never"
    return is_default and len(last.body) == 1 and is_never


def modules() -> Iterator[tuple[Path, ModuleType]]:
    for stage in STAGES:
        for path in sorted((ROOT / stage).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if parts[:2] in {("turnout", each) for each in (*STAGES, "grammar")}:
                continue  # the links that make one package of the stages
            name = ".".join(part for part in ("turnout", *parts) if part != "__init__")
            name = name.replace("turnout.turnout", "turnout")
            if parts[-1] != "__main__":
                yield path, importlib.import_module(name)


@pytest.mark.skipif(not (ROOT / "dsl").is_dir(), reason="not a checkout")
def test_no_match_over_a_union_ends_in_silence() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} over {union}"
        for path, module in modules()
        if "match " in path.read_text("utf-8")
        for line, union in open_matches(syntax(path), vars(module))
    ]
    assert found == []


@pytest.mark.parametrize(
    "end",
    [
        "",
        "case _: return None",
        "case _: pass",
        "case other: print(other)",
        "case _: raise AssertionError",
        "case _ if target.kind: assert_never(target)",
        "case ToOwner(): assert_never(target)",
        "case _:\n   print()\n   assert_never(target)",
    ],
)
def test_a_match_that_is_open_is_found(end: str) -> None:
    tree = ast.parse(f"match target:\n case targets.ToQueue(queue): pass\n {end}")
    names: dict[str, object] = {"targets": importlib.import_module("turnout.dsl.targets")}
    assert list(open_matches(tree, names)) == [(1, "Target")]


def test_a_match_that_is_closed_or_about_something_else_is_left_alone() -> None:
    names: dict[str, object] = {
        "targets": importlib.import_module("turnout.dsl.targets"),
        "Unbroken": importlib.import_module("turnout.dsl.formatting.linebreaks").Unbroken,
    }
    closed = "match target:\n case targets.ToQueue(): pass\n case _: assert_never(target)"
    other = "match part:\n case Unbroken(): pass"
    assert list(open_matches(ast.parse(f"{closed}\n{other}"), names)) == []
