"""Which files a path stands for: policies' main files to check, or all files to format."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from errno import ELOOP
from itertools import islice
from pathlib import Path
from stat import S_ISREG

from turnout.dsl.files import MAX_FILE, resolved
from turnout.dsl.findings import Finding, error
from turnout.frozen import frozen
from turnout.project import ProjectError

_INCLUDE = re.compile(
    r"""\#[^\n]* | \binclude\s*"(?P<path>[^"\\\n]*)" | "(?:\\.|[^"\\\n])*" """, re.VERBOSE
)


MOST_FILES = 10_000
"""`.route` files below one folder; more are refused before one of them is read."""


@frozen
class FoundFiles:
    """The files that some paths stand for, in order, each once.

    refused: a finding without a place for each file below a folder that isn't read, because
    it is a link that leaves the folder or isn't a plain file.
    """

    files: tuple[Path, ...]
    refused: tuple[Finding, ...] = ()


def roots(paths: Iterable[Path]) -> FoundFiles:
    """Return the main files to check.

    A file stands for itself. A folder stands for each `.route` file below it that no other
    file there includes; folders whose names start with a dot are left out. Raises
    ProjectError where there is no such path, or nothing to check below it.
    """
    return _found(paths, _main_files)


def route_files(paths: Iterable[Path]) -> FoundFiles:
    """Return every `.route` file: those given, and all below a folder.

    `-` stands for itself. Raises ProjectError where a folder has none.
    """
    return _found(paths, list)


def _found(paths: Iterable[Path], chosen: Callable[[list[Path]], list[Path]]) -> FoundFiles:
    """Return the paths that are files, and those chosen of the files below each folder."""
    found: dict[Path, Path] = {}
    refused: list[Finding] = []
    for path in paths:
        if not path.is_dir():
            found.setdefault(resolved(path), path)
            continue
        below = _below(path)
        refused += below.refused
        for file in chosen(list(below.files)):
            found.setdefault(resolved(file), file)
    return FoundFiles(tuple(found.values()), tuple(refused))


def _below(folder: Path) -> FoundFiles:
    files: list[Path] = []
    refused: list[Finding] = []
    top = folder.resolve()
    for file in islice(_route_files(folder), MOST_FILES + 1):
        reason = _refusal(file, top)
        if reason is None:
            files.append(file)
        else:
            message = f"`{file.as_posix()}` is not read: {reason}"
            advice = "take it out of the folder, or name the file itself"
            refused.append(error("outside-folder", None, message, help=advice))
    if not files and not refused:
        raise ProjectError(f"there is no .route file in {folder}", "name a policy or its folder")
    if len(files) + len(refused) > MOST_FILES:
        message = f"there are more than {MOST_FILES} .route files in {folder}"
        raise ProjectError(message, "name its folders one by one")
    return FoundFiles(tuple(files), tuple(refused))


def _refusal(file: Path, top: Path) -> str | None:
    """Return why a file that was found below `top` isn't read, None where it is."""
    try:
        target = file.resolve(strict=True)
        is_plain = S_ISREG(target.stat().st_mode)
    except RuntimeError:
        return "it is a link that leads to itself"
    except OSError as failure:
        if failure.errno == ELOOP:
            return "it is a link that leads to itself"
        return "it is a link to nothing" if file.is_symlink() else None  # reading it says why
    if not target.is_relative_to(top):
        return "it is a link that leaves the folder"
    return None if is_plain else "it is not a plain file"


def _main_files(below: list[Path]) -> list[Path]:
    files = {file.resolve(): file for file in below}
    includes = {file: _included(file) for file in files}
    others = {other for file, named in includes.items() for other in named - {file}}
    main = [file for file in files if file not in others]
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
        with file.open("rb") as stream:
            text = stream.read(MAX_FILE).decode("utf-8", errors="replace")
    except OSError:
        return frozenset()
    return included(text, file.parent)


def included(text: str, folder: Path) -> frozenset[Path]:
    """Return the files that a text in a folder names after `include`, whether there or not."""
    if "include" not in text:
        return frozenset()  # as most, of which the whole text would be looked through
    written = [found["path"] for found in _INCLUDE.finditer(text) if found["path"]]
    try:
        return frozenset((folder / path).resolve() for path in written)
    except (OSError, RuntimeError, ValueError):  # a path too long, a loop, a NUL
        return frozenset()


def _reached(files: Iterable[Path], includes: Mapping[Path, frozenset[Path]]) -> set[Path]:
    reached: set[Path] = set()
    waiting = list(files)
    while waiting:
        file = waiting.pop()
        if file not in reached:
            reached.add(file)
            waiting.extend(includes.get(file, ()))
    return reached
