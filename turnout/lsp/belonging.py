"""Which policies a file belongs to: the main files that include it.

A policy reads only what lies beside and below its main file. So the main files of a text
are looked for in its own folder and those above it, up to the folder that is open in the
editor, and nothing else of the disk is read.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import attrs

from turnout.dsl.files import MAX_FILE, Files, resolved
from turnout.frozen import define
from turnout.project.roots import included

MOST = 1_000
"""`.route` files of one folder that are looked at."""


@define
class Includes:
    """What each file includes, kept as long as the file stays the same."""

    known: dict[Path, tuple[object, frozenset[Path]]] = attrs.Factory(
        dict[Path, tuple[object, frozenset[Path]]]
    )

    def mains(self, path: Path, files: Files, top: Path | None) -> tuple[Path, ...]:
        """Return the main files of the policies that `path` belongs to; itself if there is none.

        path: resolved. files: the disk with the editor's texts. top: the highest folder in
        which main files are looked for, that of the file where it is None.
        """
        beside = list(_beside(path, files, top))
        reaching = [each for each in beside if path in self._reached(each, files)]
        others = {each: self._reached(each, files) for each in reaching}
        mains = [
            each
            for each in reaching
            if not any(each in found for other, found in others.items() if other != each)
        ]
        return tuple(mains) or (path,)

    def _reached(self, main: Path, files: Files) -> set[Path]:
        """Return a file and all that it includes, whatever includes itself among them."""
        found: set[Path] = set()
        waiting = [main]
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                waiting.extend(self._of(path, files))
        return found

    def _of(self, path: Path, files: Files) -> frozenset[Path]:
        state = files.overlay.get(path) or _stamp(path)
        known = self.known.get(path)
        if known is not None and known[0] == state:
            return known[1]
        text = files.text(path, MAX_FILE)
        found = included(text, path.parent) if isinstance(text, str) else frozenset[Path]()
        self.known[path] = state, found
        return found


def _stamp(path: Path) -> object:
    """Return what changes when a file does, as far as the disk tells."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _beside(path: Path, files: Files, top: Path | None) -> Iterator[Path]:
    """Yield the policy files of the folder of `path` and of those above, each once."""
    is_inside = top is not None and path.is_relative_to(top)
    for folder in (path.parent, *path.parent.parents):
        here = {each for each in files.overlay if each.parent == folder}
        try:
            below = islice(folder.iterdir(), 10 * MOST)
            here |= {resolved(each) for each in below if each.suffix == ".route"}
        except OSError:
            pass  # there may be none such on the disk
        found = (each for each in sorted(here) if each.suffix == ".route" and each != path)
        yield from islice(found, MOST)
        if not is_inside or folder == top:
            break
    yield path
