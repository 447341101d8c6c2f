"""Mutants of the modules in which a wrong answer would be silent, and who notices them.

Not a part of the test run: `python -m tests.support.mutants [COUNT] [MODULE...]` changes one
comparison, operator, constant or truth value at a time, COUNT of them a module (drawn
with a fixed seed), in a copy of the checkout, runs the tests that hold the module, and
prints each change that no test noticed, and the share of those that were. (The idea is of
DeMillo, Lipton and Sayward, "Hints on Test Data Selection", Computer 11, 1978. Ready-made
tools find no module here: the stages are linked into the package.)
"""

import ast
import copy
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
SEED = 2026
SECONDS = 300
HELD_BY = {
    "compiler/leads/regions.py": ("tests/laws/test_regions.py", "tests/laws/test_all_claims.py"),
    "runtime/draw.py": (
        "turnout/runtime/draw.py",  # its examples are run, too
        "tests/runtime/test_draw.py",
        "tests/runtime/test_behaviour.py",
        "tests/laws/test_fairness.py",
    ),
    "runtime/engine.py": (
        "tests/runtime/test_behaviour.py",
        "tests/runtime/test_escalation.py",
        "tests/runtime/test_identity.py",
        "tests/turnout/test_api.py",
        "tests/laws/test_escalation.py",
        "tests/laws/test_routing.py",
        "tests/laws/test_availability.py",
    ),
    "runtime/escalation.py": (
        "tests/runtime/test_sla_steps.py",
        "tests/runtime/test_missed_leads.py",
        "tests/runtime/test_escalation.py",
        "tests/laws/test_lives.py",
        "tests/laws/test_escalation.py",
    ),
    "runtime/timed_offers.py": ("tests/runtime/test_lives.py", "tests/laws/test_lives.py"),
    "runtime/dealing.py": ("tests/runtime/test_dealing.py", "tests/laws/test_fairness.py"),
    "runtime/lives.py": ("tests/runtime/test_lives.py", "tests/laws/test_lives.py"),
    "runtime/passing_on.py": ("tests/runtime/test_lives.py", "tests/laws/test_lives.py"),
    "runtime/waiting.py": ("tests/runtime/test_lives.py", "tests/laws/test_lives.py"),
    "runtime/availability.py": (
        "tests/runtime/test_behaviour.py",
        "tests/runtime/test_absences.py",
        "tests/runtime/test_people.py",
        "tests/runtime/test_rolling_caps.py",
        "tests/laws/test_availability.py",
    ),
    "runtime/gauges.py": (
        "tests/runtime/test_open_caps.py",
        "tests/runtime/test_rolling_caps.py",
        "tests/laws/test_availability.py",
    ),
    "runtime/full_caps.py": (
        "tests/runtime/test_open_caps.py",
        "tests/runtime/test_rolling_caps.py",
    ),
}
_OPPOSITES: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Not: ast.UAdd,
}


def mutants(tree: ast.Module) -> Iterator[tuple[int, str, ast.Module]]:
    """Yield the line, the change and the changed module, for every single change."""
    types = {id(part) for hint in _hints(tree) for part in ast.walk(hint)}
    for at, node in enumerate(ast.walk(tree)):
        if id(node) in types:
            continue
        changed = copy.deepcopy(tree)
        twin = next(other for number, other in enumerate(ast.walk(changed)) if number == at)
        before = ast.unparse(node) if isinstance(node, ast.expr) else ""
        if before and _change(twin):
            yield node.lineno, f"{before}  →  {ast.unparse(twin)}", changed  # type: ignore[attr-defined]


def _hints(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield the annotations, which mean nothing when the module runs."""
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            hint = getattr(node, name, None)
            if isinstance(hint, ast.expr):
                yield hint


def _change(node: ast.AST) -> bool:
    """Change the node itself, and return whether there was anything to change."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _OPPOSITES:
            node.ops = [_OPPOSITES[type(op)]()]  # type: ignore[list-item]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in _OPPOSITES:
            node.op = _OPPOSITES[type(op)]()  # type: ignore[assignment]
        case ast.UnaryOp(op=ast.Not()):
            node.op = ast.Not()
            node.operand = ast.UnaryOp(ast.Not(), node.operand)
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case _:
            return False
    return True


def survives(copy_of: Path, module: str, text: str) -> bool:
    """Return whether the tests that hold the module pass with `text` in its place."""
    path = copy_of / module
    original = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    # A cached module is taken for current by its second and size, which a mutant may share.
    env = {**os.environ, "PYTHONPATH": str(copy_of), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ran = subprocess.run(
            [*command, *HELD_BY[module]],
            cwd=copy_of,
            check=False,
            capture_output=True,
            timeout=SECONDS,
            env=env,
        )
    except subprocess.TimeoutExpired:
        return False  # it never ends: that is noticed
    finally:
        path.write_text(original, encoding="utf-8")
    return ran.returncode == 0


def score(copy_of: Path, module: str, count: int) -> int:
    """Print each survivor as it is found, and the score; return how many survived."""
    text = (ROOT / module).read_text(encoding="utf-8")
    if not survives(copy_of, module, text):
        say(f"{module}: its tests fail on what is not changed, so they tell nothing")
        return 1
    found = list(mutants(ast.parse(text)))
    chosen = random.Random(SEED).sample(found, min(count, len(found)))  # noqa: S311
    alive = 0
    for line, change, changed in chosen:
        if survives(copy_of, module, ast.unparse(changed)):
            alive += 1
            say(f"{module}:{line}: {change}")
    say(f"{module}: {len(chosen) - alive} of {len(chosen)} noticed, of {len(found)} there are")
    return alive


def say(line: str) -> None:
    """Print at once: a run takes minutes."""
    print(line, flush=True)  # noqa: T201 - what the program is for


def main(count: int, modules: list[str]) -> int:
    """Score each module in a copy of the checkout; return how many mutants survived."""
    with TemporaryDirectory() as folder:
        copy_of = Path(folder, "checkout")
        left_out = shutil.ignore_patterns(".*", "__pycache__", "build")
        shutil.copytree(ROOT, copy_of, symlinks=True, ignore=left_out)
        return sum(score(copy_of, module, count) for module in modules)


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["20"]
    sys.exit(bool(main(int(wanted[0]), wanted[1:] or list(HELD_BY))))
