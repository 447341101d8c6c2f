"""Writing a file whole or not at all.

The text goes to a hidden file beside the target, which takes the target's name at the
end. So a crash, a kill or a full disk leaves the old file as it was, and never half a
file that looks whole.
"""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from turnout.commands.exits import is_full


@contextmanager
def replacing(path: Path) -> Generator[BinaryIO, None, None]:
    """Return a stream whose content is at `path` when the block ends, and not if it raises.

    Links are followed. What isn't a regular file (`/dev/null`, a pipe) is written as it is.
    Raises OSError.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        with _naming(str(path)), target.open("wb") as stream:
            yield stream
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _naming(str(path), part), part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def is_stdout(path: Path | None) -> bool:
    """Return whether `path` means stdout: None or `-`."""
    return path is None or str(path) == "-"


@contextmanager
def output(path: Path | None) -> Generator[BinaryIO, None, None]:
    """Return a stream to the file at `path`, or to stdout where it is None or `-`."""
    if path is not None and not is_stdout(path):
        with replacing(path) as stream:
            yield stream
        return
    sys.stdout.flush()
    with _naming("stdout"):
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()


@contextmanager
def _naming(name: str, part: Path | None = None) -> Generator[None, None, None]:
    """Say by the name that the user gave what has no space, or can't be written.

    part: the hidden file, of which the user knows nothing.
    """
    try:
        yield
    except OSError as failure:
        is_unnamed = is_full(failure) and failure.filename is None
        if is_unnamed or (part is not None and failure.filename == str(part)):
            raise OSError(failure.errno, failure.strerror, name) from failure
        raise
