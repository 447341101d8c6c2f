"""Writing a file whole or not at all.

The text goes to a hidden file beside the target, which takes the target's name at the
end. So a crash, a kill or a full disk leaves the old file as it was, and never half a
file that looks whole. What a killed run left behind is swept by the next one that writes
the same file: nobody holds its lock any more.
"""

import glob
import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from turnout.commands import interrupts
from turnout.commands.exits import is_full

if sys.platform != "win32":
    import fcntl

SETTLED = 60.0
"""Seconds after which a hidden file must have been locked by whoever writes it."""


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
    _sweep(target)
    # Not by the process alone: containers that share a folder count theirs from 1.
    part = target.with_name(f".{target.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        with _naming(str(path), part), part.open("xb") as stream:
            with suppress(OSError):  # a file system without locks: nothing is swept there
                _lock(stream)
            yield stream
            interrupts.check()
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            part.chmod(target.stat().st_mode)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _sweep(target: Path) -> None:
    """Delete what killed runs left of the file."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        with suppress(OSError):  # somebody else's, or locked by a run that goes on
            if time.time() - left.stat().st_mtime > SETTLED:
                with left.open("rb+") as stream:
                    _lock(stream)
                left.unlink()


def _lock(stream: BinaryIO) -> None:
    """Lock a file for as long as it is open. Raises OSError where somebody else has.

    Windows has no need of it: there a file can't be deleted while it is open.
    """
    if sys.platform != "win32":
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


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
