"""Which files a path stands for: policies' main files to check, or all files to format."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from turnout.project import ProjectError

_INCLUDE = re.compile(
    r"""\#[^\n]* | \binclude\s*"(?P<path>[^"\\\n]*)" | "(?:\\.|[^"\\\n])*" """, re.VERBOSE
)


def roots(paths: Iterable[Path]) -> list[Path]:
    """Return the main files to check, in order, each once.

    A file stands for itself. A folder stands for each `.route` file below it that no other
    file there includes; folders whose names start with a dot are left out. Raises
    ProjectError where there is no such path, or nothing to check below it.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _main_files(path) if path.is_dir() else [path]:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def route_files(paths: Iterable[Path]) -> list[Path]:
    """Return every `.route` file: those given, and all below a folder, each once.

    `-` stands for itself. Raises ProjectError where a folder has none.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        files = [*_route_files(path)] if path.is_dir() else [path]
        if not files:
            raise _nothing_in(path)
        for file in files:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _nothing_in(folder: Path) -> ProjectError:
    return ProjectError(f"there is no .route file in {folder}", "name a policy or its folder")


def _main_files(folder: Path) -> list[Path]:
    files = {file.resolve(): file for file in _route_files(folder)}
    if not files:
        raise _nothing_in(folder)
    includes = {file: _included(file) for file in files}
    below = {other for file, others in includes.items() for other in others - {file}}
    main = [file for file in files if file not in below]
    reached = _reached(main, includes)
    # What is left includes itself in circles; one file of each circle is enough.
    for file in files:
        if file not in reached:
            main.append(file)
            reached |= _reached([file], includes)
    return [files[file] for file in main]


def _route_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if name.endswith(".route"))


def _included(file: Path) -> frozenset[Path]:
    """Return the files that `file` names after `include`; none where it can't be read."""
    try:
        text = file.read_text("utf-8", errors="replace")
    except OSError:
        return frozenset()
    written = (found["path"] for found in _INCLUDE.finditer(text) if found["path"])
    return frozenset((file.parent / path).resolve() for path in written)


def _reached(files: Iterable[Path], includes: Mapping[Path, frozenset[Path]]) -> set[Path]:
    reached: set[Path] = set()
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file not in reached:
            reached.add(file)
            waiting.extend(includes.get(file, ()))
    return reached
