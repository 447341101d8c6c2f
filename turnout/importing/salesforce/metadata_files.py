"""The files of a folder with metadata, found by one walk through it and read when asked for.

Folders of strangers are untrusted: links are followed to no folder, and one that leads out of
the folder isn't read.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from turnout.importing.foreign import ForeignError

MOST_FILES = 500_000
"""Files of a folder; a firm's whole metadata has some ten thousand."""

_HIDDEN = frozenset({"node_modules", "__pycache__"})


class MetadataFiles:
    """The files below a folder, by name. They are found when the first one is asked for."""

    def __init__(self, folder: Path) -> None:
        """Begin with nothing found. folder: where metadata may be."""
        self.folder = folder
        self._by_name: dict[str, list[Path]] | None = None

    def named(self, name: str) -> Iterator[Path]:
        """Yield the files of a name, in either format, in the order of paths. Raises ForeignError.

        name: in the metadata format, such as `Lead.object`.
        """
        for each in (name, f"{name}-meta.xml"):
            yield from map(self._inside, self._found().get(each, ()))

    def ending(self, ending: str) -> Iterator[Path]:
        """Yield the files whose names end so, in either format, in the order of paths.

        ending: in the metadata format, such as ".assignmentRules". Raises ForeignError.
        """
        endings = (ending, f"{ending}-meta.xml")
        found = (
            path
            for name, paths in self._found().items()
            for path in paths
            if name.endswith(endings)
        )
        yield from map(self._inside, sorted(found))

    def _found(self) -> dict[str, list[Path]]:
        if self._by_name is None:
            self._by_name = {}
            for path in sorted(self._walked()):
                self._by_name.setdefault(path.name, []).append(path)
        return self._by_name

    def _walked(self) -> Iterator[Path]:
        count = 0
        for folder, folders, names in os.walk(self.folder):
            folders[:] = [
                each for each in folders if not each.startswith(".") and each not in _HIDDEN
            ]
            count += len(names)
            if count > MOST_FILES:
                raise ForeignError(
                    f"{self.folder} has more than {MOST_FILES:,} files",
                    "name the folder with the metadata",
                )
            yield from (Path(folder, name) for name in names)

    def _inside(self, path: Path) -> Path:
        if path.is_symlink() and not path.resolve().is_relative_to(self.folder.resolve()):
            raise ForeignError(
                f"{path} is a link that leads out of {self.folder}",
                "put the file itself there, or take the link away",
            )
        return path
