"""Policies that stand in no folder of the disk: texts, and what a program carries with it.

A bundle holds a main file and what lies beside and below it, by paths from its folder. It
is read as the disk is, with the same limits and findings, but nothing of the disk is: a
policy that names a file which the bundle lacks is told that there is none.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from turnout.dsl.files import Fault, Files, decoded
from turnout.frozen import frozen

Read: TypeAlias = Callable[[PurePosixPath, int], bytes]
"""Returns at most so many bytes of a file, by its path from the folder; raises OSError."""

# Where a bundle's relative paths begin: a name, and no place on the disk.
_ROOT = Path("/bundle")


@frozen(kw_only=True)
class Bundle(Files):
    """Files by their paths from the main file's folder.

    main: the main file, as messages call it. names: of the files that are known to be there.
    """

    main: Path
    read: Read
    names: frozenset[str] = frozenset()

    def known(self, path: Path) -> Path:
        """Return a path from the root of the bundle, `..` resolved; it has no links."""
        return Path(os.path.normpath(_ROOT / path))

    def is_inside(self, path: Path, folder: Path) -> bool:
        """Return whether a file lies in a folder or below it."""
        return self.known(path).is_relative_to(self.known(folder))

    def text(self, path: Path, limit: int, *, is_asked: bool = True) -> str | Fault:
        """Return the text of a UTF-8 file of at most `limit` bytes without byte-order mark."""
        del is_asked  # nothing in a bundle makes anybody wait
        place = self.known(path).relative_to(self.known(self.main).parent)
        try:
            content = self.read(PurePosixPath(place.as_posix()), limit + 1)
        except FileNotFoundError:
            near = get_close_matches(place.as_posix(), sorted(self.names), n=1)
            advice = f"did you mean `{near[0]}`?" if near else ""
            return Fault("cannot-read", "can't be read: there is no such file", advice)
        except OSError as failure:
            reason = "it is a folder" if isinstance(failure, IsADirectoryError) else str(failure)
            return Fault("cannot-read", f"can't be read: {reason}")
        return decoded(content, limit)


def of_texts(main: str, text: str | bytes, beside: Mapping[str, str | bytes]) -> Bundle:
    """Return a bundle of texts.

    main: what the main file is called. beside: the other files, by their paths from its
    folder, with forward slashes. Bytes are UTF-8.
    """
    content = {PurePosixPath(name): held for name, held in beside.items()}
    path = Path(main)
    content[PurePosixPath(path.name)] = text

    def read(name: PurePosixPath, most: int) -> bytes:
        held = content.get(name)
        if held is None:
            raise FileNotFoundError(str(name))
        return held[:most] if isinstance(held, bytes) else _encoded(held[:most])

    return Bundle(main=path, read=read, names=frozenset(map(str, content)))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def of_resource(main: Traversable) -> Bundle:
    """Return the bundle around a resource of a package, in a zip or wherever it is.

    What has no folder, as a single resource may, has no file beside it.
    """
    folder: Traversable | None = getattr(main, "parent", None)

    def read(name: PurePosixPath, most: int) -> bytes:
        place = main if str(name) == main.name else _below(folder, name.parts)
        try:
            with place.open("rb") as stream:
                return stream.read(most)
        except OSError:
            raise
        except Exception as failure:  # an archive's reader may raise anything
            raise OSError(str(failure) or type(failure).__name__) from failure

    return Bundle(main=Path(str(main)), read=read, names=frozenset(_listed(folder)))


def _below(folder: Traversable | None, parts: Iterable[str]) -> Traversable:
    if folder is None:
        raise FileNotFoundError
    for part in parts:
        folder = folder.joinpath(part)
    return folder


def _listed(folder: Traversable | None) -> list[str]:
    """Return the names in a folder, none where it can't be listed: they only serve for hints."""
    try:
        return [] if folder is None else [each.name for each in folder.iterdir()]
    except Exception:  # noqa: BLE001 - as above
        return []
