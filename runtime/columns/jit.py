"""The loops of `kernels.py` as machine code, made by Numba, which is the extra `jit`.

To load Numba takes as long as it saves in two million leads. So leads are counted, and as soon as
a process has decided that many without it, it is loaded: whatever comes, that takes at most
twice as long as the better of both ways (whether to rent or to buy: Karlin, Manasse, Rudolph
and Sleator, "Competitive snoopy caching", Algorithmica 3, 1988).

What is compiled is kept by Numba where it keeps such things: beside these modules, or in the
user's cache folder where that can't be written. Where neither can, each process compiles anew.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from threading import Lock
from typing import TypeAlias

from turnout.frozen import frozen
from turnout.runtime.columns import kernels

FEWEST_LEADS = 2_000_000
"""Leads of a process after which loading pays."""

FEWEST_WITH_NUMBA = 200_000
"""The same where the program itself has loaded Numba."""


@frozen(eq=False)
class Kernels:
    """The loops, each as the function of its name in `kernels.py`."""

    code_short_texts: Callable[..., int] = kernels.code_short_texts
    code_long_texts: Callable[..., int] = kernels.code_long_texts
    move_slots: Callable[..., None] = kernels.move_slots
    follow_texts: Callable[..., None] = kernels.follow_texts
    add_up: Callable[..., None] = kernels.add_up


ChooseKernels: TypeAlias = Callable[[int], Kernels | None]
"""Returns with which loops the next so many leads are decided, None where with none of them."""


class _Counted:
    """What a process has decided so far, and what it loaded."""

    def __init__(self) -> None:
        self.leads = 0
        self.is_loaded = False
        self.kernels: Kernels | None = None
        self.turn = Lock()


_counted = _Counted()


def worthwhile(leads: int) -> Kernels | None:
    """Return the compiled loops where they are loaded, or to load them pays by now; else None."""
    if not _counted.is_loaded:
        _counted.leads += leads
        most = FEWEST_WITH_NUMBA if "numba" in sys.modules else FEWEST_LEADS
        if _counted.leads < most:
            return None
    return loaded()


def loaded() -> Kernels | None:
    """Return the compiled loops, None where they can't be had: nothing is raised."""
    with _counted.turn:
        if not _counted.is_loaded:
            _counted.kernels = compiled_kernels()
            _counted.is_loaded = True
    return _counted.kernels


def compiled_kernels() -> Kernels | None:
    """Return the loops, compiled anew; None as `loaded`."""
    if sys.byteorder != "little" or find_spec("numba") is None:
        return None  # the loops take bytes in the order that nearly every machine has them in
    with suppress(Exception):  # what it needs is missing: it is done without
        from numba import config  # noqa: PLC0415 - takes a second

        if not config.DISABLE_JIT:
            with suppress(Exception):  # nothing can be kept, or what was kept is damaged
                return _compiled(keep=True)
            return _compiled(keep=False)
    return None


def _compiled(*, keep: bool) -> Kernels:
    """Return the loops, compiled. keep: or loaded, where they were kept before."""
    from numba import njit, types  # noqa: PLC0415 - as above

    def own(of: types.Type, dimensions: int = 1) -> types.Type:
        return types.Array(of, dimensions, "C")

    def given(of: types.Type, dimensions: int = 1) -> types.Type:
        return types.Array(of, dimensions, "C", readonly=True)

    # eight bytes from each byte on: most don't begin where numbers of that size do
    words = types.Array(types.uint64, 1, "A", readonly=True, aligned=False)
    whole, wholes, slots = types.int64, own(types.int64), own(types.uint64, 2)
    seeds, offsets, data = given(types.uint64), given(types.int32), given(types.uint8)
    coded = wholes, whole, wholes, wholes  # counts, begun, codes, firsts
    rows = whole, given(types.int64)  # the first, which of them
    short = whole(offsets, words, data, *rows, slots, seeds, *coded)
    long = whole(offsets, words, *rows, slots, own(types.uint64), seeds, *coded)
    moves = given(types.int32, 2), data
    followed = types.void(offsets, data, whole, whole, data, *moves, own(types.uint8))
    added = types.void(offsets, given(types.int64), own(types.int32))
    return Kernels(
        njit(short, nogil=True, cache=keep)(kernels.code_short_texts),
        njit(long, nogil=True, cache=keep)(kernels.code_long_texts),
        njit(types.void(slots, slots, whole), nogil=True, cache=keep)(kernels.move_slots),
        njit(followed, nogil=True, cache=keep)(kernels.follow_texts),
        njit(added, nogil=True, cache=keep)(kernels.add_up),
    )
