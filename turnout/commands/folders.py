"""Writing a folder of files whole or not at all.

The files go to a hidden folder beside the target, which takes the target's name at the end.
A folder is only replaced if its own mark says that it was written so; what somebody else put
into it (a `CNAME`, say) is kept.
"""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from turnout.commands.exits import CannotRun
from turnout.frozen import frozen


@frozen
class FolderMark:
    """The file by which a folder is known: its name, and the format that stands in it."""

    name: str
    format: str


@frozen
class FolderChange:
    """How a folder differs from what it should hold: paths in order."""

    missing: tuple[str, ...]
    changed: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def is_none(self) -> bool:
        """Whether the folder is as it should be."""
        return not (self.missing or self.changed or self.extra)


def replace_folder(target: Path, files: Mapping[str, bytes], mark: FolderMark) -> None:
    """Write `files`, by their path, as the folder `target`. Raises CannotRun and OSError."""
    place = target.resolve()
    known = _listed(place, mark)
    beside = f".{place.name}.{os.getpid()}-{secrets.token_hex(4)}"
    part, old = place.with_name(f"{beside}.part"), place.with_name(f"{beside}.old")
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        for name, content in files.items():
            path = part / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        _keep(place, part, known)
        if place.exists():
            place.rename(old)
        try:
            part.rename(place)
        except OSError:
            if old.exists():
                old.rename(place)
            raise
    finally:
        for left in (part, old):
            with suppress(OSError):
                shutil.rmtree(left, ignore_errors=True)


def folder_change(target: Path, files: Mapping[str, bytes], mark: FolderMark) -> FolderChange:
    """Return how the folder `target` differs from `files`. Raises CannotRun and OSError."""
    place = target.resolve()
    if not place.is_dir():
        raise CannotRun(f"there is no folder {target}", "write it first, without --check")
    known = _listed(place, mark)
    changed: list[str] = []
    missing: list[str] = []
    for name, content in files.items():
        path = place / name
        if not path.is_file():
            missing.append(name)
        elif path.read_bytes() != content:
            changed.append(name)
    extra = (name for name in sorted(known - files.keys()) if (place / name).exists())
    return FolderChange(tuple(missing), tuple(changed), tuple(extra))


def _listed(place: Path, mark: FolderMark) -> frozenset[str]:
    """Return the files that the folder's mark lists; none where there is no folder."""
    if not place.exists():
        return frozenset()
    if not place.is_dir():
        raise CannotRun(f"{place} is no folder", "name a folder that is new, or a site")
    if not any(place.iterdir()):
        return frozenset()
    try:
        read = json.loads((place / mark.name).read_text("utf-8"))
        if read["format"] == mark.format:
            return frozenset([*map(str, read["files"]), mark.name])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise CannotRun(
        f"the folder {place} holds something else, and nothing of it is overwritten",
        "name a new folder, or one that `turnout docs` has written",
    )


def _keep(place: Path, part: Path, known: frozenset[str]) -> None:
    """Copy what somebody else has put into the folder."""
    if not place.exists():
        return
    for path in sorted(place.rglob("*")):
        name = path.relative_to(place).as_posix()
        if path.is_file() and name not in known and not (part / name).exists():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, part / name)
