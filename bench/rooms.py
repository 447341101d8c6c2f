"""Count the rooms of a stage, its floors and its imports, and the names of types that stand twice.

    python bench/rooms.py [STAGE]

A floor is one step of the longest chain of imports: a module that imports nothing of its
stage stands on the first, one that imports it on the second. Rooms are counted in the same
way, a folder as one.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent

SYNTAX = "dsl/nodes.py"
"""What a policy is made of as it is written: names not looked up, values not read yet."""

MEANT = frozenset(
    {
        "dsl/calendars.py",
        "dsl/conditions.py",
        "dsl/expectations.py",
        "dsl/policy.py",
        "dsl/promises.py",
        "dsl/targets.py",
    }
)
"""The same things resolved, under the same names."""


def modules(stage: str) -> dict[str, Path]:
    """Return the modules of a stage by their dotted names, the stage's own name left out."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / stage).rglob("*.py")):
        parts = path.relative_to(ROOT / stage).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        found[".".join(parts)] = path
    return found


def imports(stage: str) -> dict[str, set[str]]:
    """Return for each module of a stage those of the stage that it imports."""
    known = modules(stage)
    prefix = f"turnout.{stage}."
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        used: set[str] = set()
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(prefix):
                module = f"{node.module}."[len(prefix) :].rstrip(".")
                for each in node.names:
                    inner = f"{module}.{each.name}".strip(".")
                    used.add(inner if inner in known else module)
        found[name] = {each for each in used if each != name and each}
    return found


def floors(of: Mapping[str, Iterable[str]]) -> int:
    """Return the length of the longest chain of imports; 0 where they go in a circle."""
    open_: set[str] = set()

    @cache
    def floor(name: str) -> int:
        if name in open_:
            raise RecursionError
        open_.add(name)
        found = 1 + max((floor(each) for each in of[name]), default=0)
        open_.discard(name)
        return found

    try:
        return max(map(floor, of), default=0)
    except RecursionError:
        return 0


def by_room(of: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Return the imports among the folders and single modules of a stage."""
    rooms: defaultdict[str, set[str]] = defaultdict(set)
    for name, used in of.items():
        room = name.partition(".")[0]
        rooms[room] |= {each.partition(".")[0] for each in used} - {room}
    rooms.pop("", None)
    return dict(rooms)


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text("utf-8"))


def classes(read: Callable[[Path], ast.Module] = parsed) -> dict[str, list[str]]:
    """Return the public classes and names of types that stand in several modules, with these.

    A thing may have one name as it is written (`SYNTAX`) and as it is `MEANT`. read: gives the
    syntax tree of a module; who has read them already gives it again.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    linked = {ROOT / "turnout" / stage for stage in ("dsl", "compiler", "runtime")}
    for stage in ("dsl", "compiler", "runtime", "turnout"):
        for path in sorted((ROOT / stage).rglob("*.py")):
            if linked.isdisjoint(path.parents):
                for name in _types(read(path)):
                    found[name].append(path.relative_to(ROOT).as_posix())
    return {
        name: places
        for name, places in sorted(found.items())
        if len(places) > 1 and not (len(places) == 2 and SYNTAX in places and MEANT & {*places})
    }


def _types(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        match node:
            case ast.ClassDef(name=name):
                pass
            case ast.AnnAssign(target=ast.Name(name), annotation=ast.Name("TypeAlias")):
                pass
            case _:
                continue
        if not name.startswith("_"):
            yield name


def main() -> None:
    """Print the figures of a stage."""
    stage = sys.argv[1] if len(sys.argv) > 1 else "compiler"
    of = imports(stage)
    rooms = by_room(of)
    single = [name for name in of if name]
    print(f"modules {len(single)}  floors {floors(of)}  imports {sum(map(len, of.values()))}")
    print(f"rooms {len(rooms)}  floors {floors(rooms)}  imports {sum(map(len, rooms.values()))}")
    for name, places in classes().items():
        print(f"name {name}: {', '.join(places)}")


if __name__ == "__main__":
    main()
