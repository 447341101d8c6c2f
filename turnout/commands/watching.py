"""Doing something again after every change of a file that a policy is read from."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import sleep
from typing import NoReturn

import click

from turnout.commands.exits import complain
from turnout.errors import Error
from turnout.project.revisions import named_files

_PAUSE = 0.5


def watched(act: Callable[[], None], policy: Path, *others: str | None, what: str) -> NoReturn:
    """Call `act` now and after every change, until interrupted.

    What is wrong is told, and what was made before stays as it was. others: further files
    that count, None for none. what: is made, such as "the site".
    """
    last: Mapping[Path, tuple[int, int]] | None = None
    while True:
        now = _stamps(policy, [Path(each) for each in others if each is not None])
        if now != last:
            last = now
            _try(act, what)
        sleep(_PAUSE)


def _try(act: Callable[[], None], what: str) -> None:
    try:
        act()
    except Error as refusal:
        complain(refusal.message, refusal.help)
    except OSError as failure:
        complain(f"{what} can't be written: {failure}")
    except click.exceptions.Exit:
        pass  # its findings are printed


def _stamps(policy: Path, others: Sequence[Path]) -> Mapping[Path, tuple[int, int]]:
    """Return when each file was changed that may be read, and its size."""
    folder = policy if policy.is_dir() else policy.absolute().parent
    routes = sorted(folder.rglob("*.route"))
    tables = (path.parent / name for path in routes for name in _named(path))
    found: dict[Path, tuple[int, int]] = {}
    for path in (*routes, folder / "turnout.toml", *others, *tables):
        try:
            now = path.stat()
        except (OSError, ValueError):  # it isn't there, or is no name of a file
            continue
        found[path] = now.st_mtime_ns, now.st_size
    return found


def _named(path: Path) -> Sequence[str]:
    """Return what the texts of a policy file may name, from its own folder."""
    try:
        return named_files(path.name, path.read_bytes())
    except OSError:
        return ()
