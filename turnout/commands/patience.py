"""A word on the terminal while something takes longer than people wait without one."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic

from turnout.printable import visible

SOON = 2.0
"""Seconds without a word."""

EACH = 1.0
"""Seconds until it says again how long it has been."""


@contextmanager
def patiently(what: str) -> Generator[None, None, None]:
    """Say what goes on, and for how long, while the block takes long; nothing where piped.

    The line is taken back at the end, so that what is printed after it stands alone.
    """
    if not sys.stderr.isatty():
        yield
        return
    ended = Event()
    teller = Thread(target=_tell, args=(what, ended), daemon=True)
    teller.start()
    try:
        yield
    finally:
        ended.set()
        teller.join()


def _tell(what: str, ended: Event) -> None:
    begun, shown = monotonic(), ""
    pause = SOON
    while not ended.wait(pause):
        pause = EACH
        shown = f"{visible(what)}, for {monotonic() - begun:.0f} s ..."
        sys.stderr.write(f"\r{shown}")
        sys.stderr.flush()
    if shown:
        sys.stderr.write(f"\r{' ' * len(shown)}\r")
        sys.stderr.flush()
