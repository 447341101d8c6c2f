"""Ctrl-C that is never lost.

Python calls a signal's handler between any two instructions, among them those of a callback whose
exceptions nobody sees: of a weak reference, of `__del__`, of a library written in C. A
KeyboardInterrupt that is raised there ends nothing. So whoever goes on for long asks now and then
whether one came.
"""

import signal
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import TypeVar

_T = TypeVar("_T")
_came: list[int] = []


@contextmanager
def noticed() -> Generator[None, None, None]:
    """Note each Ctrl-C within, beside raising KeyboardInterrupt as Python does.

    Where a program has a handler of its own, or this isn't its main thread, nothing is noted.
    """
    is_ours = current_thread() is main_thread()
    if not is_ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _came.clear()
    signal.signal(signal.SIGINT, _note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _came.clear()


def _note(number: int, frame: FrameType | None) -> None:
    _came.append(number)
    signal.default_int_handler(number, frame)


def check() -> None:
    """Raise KeyboardInterrupt where one came that ended nothing."""
    if _came:
        _came.clear()
        raise KeyboardInterrupt


def until_interrupted(parts: Iterable[_T]) -> Iterator[_T]:
    """Yield the parts. Raises KeyboardInterrupt once one came that ended nothing."""
    for part in parts:
        check()
        yield part
