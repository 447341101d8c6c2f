"""Which ids came before, in 16 bytes each: of a file with a hundred million leads, too.

An id is remembered by 128 bits of its hash (BLAKE2b): that two of a billion ids have the same
is less likely than one in 10^20. Hashes with one beginning lie in a few sorted runs, each at
least twice as long as the next one: few enough to look into all of them.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Hashes: TypeAlias = NDArray[np.uint64]
"""A row for each id, of two numbers."""

_WIDTH = 2
BYTES = 16
"""What one id takes."""


def hashes(keys: Sequence[str]) -> Hashes:
    """Return the hash of each key."""
    whole = b"".join(
        [blake2b(key.encode("utf-8", "surrogatepass"), digest_size=BYTES).digest() for key in keys]
    )
    return read_hashes(whole)


def read_hashes(whole: bytes) -> Hashes:
    """Return hashes that were written down by `tobytes`."""
    return np.frombuffer(whole, "<u8").reshape(-1, _WIDTH)


class SeenKeys:
    """Ids that came before.

    Hashes with one beginning lie together, so that little is put in order at once.
    """

    def __init__(self) -> None:
        self._parts = [_Part() for _ in range(_PARTS)]

    def new(self, found: Hashes) -> NDArray[np.bool_]:
        """Return which keys come for the first time, and remember all."""
        # `lexsort` keeps equal keys in their order: the first of them is the first in the file.
        order = np.lexsort((found[:, 1], found[:, 0]))
        ordered = found[order]
        is_first = np.ones(len(ordered), bool)
        is_first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
        ends = np.searchsorted(ordered[:, 0], _BEGINNINGS).tolist()
        for part, low, high in zip(self._parts, ends, [*ends[1:], len(ordered)], strict=True):
            if low < high:
                part.keep(ordered[low:high], is_first[low:high])
        fresh = np.zeros(len(found), bool)
        fresh[order[is_first]] = True
        return fresh


_PARTS = 64
_BEGINNINGS = np.arange(_PARTS, dtype=np.uint64) << np.uint64(58)


class _Part:
    """Hashes with one beginning."""

    def __init__(self) -> None:
        self._runs: list[Hashes] = []  # by column, so that the first numbers lie side by side

    def keep(self, ordered: Hashes, is_first: NDArray[np.bool_]) -> None:
        """Take away from `is_first` the hashes that came before, and remember the others."""
        for known in self._runs:
            is_first &= ~are_among(known, ordered)
        run = ordered[is_first]
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            both = np.concatenate([self._runs.pop(), run])
            run = both[np.lexsort((both[:, 1], both[:, 0]))]
        if len(run):
            self._runs.append(np.asfortranarray(run))


def are_among(known: Hashes, asked: Hashes) -> NDArray[np.bool_]:
    """Return which rows of `asked` stand among the rows of a sorted run."""
    firsts = known[:, 0]
    low = np.searchsorted(firsts, asked[:, 0], "left")
    high = np.searchsorted(firsts, asked[:, 0], "right")
    found = np.zeros(len(asked), bool)
    for at in np.flatnonzero(low < high).tolist():  # hardly any but those that stand there
        found[at] = bool((known[low[at] : high[at], 1] == asked[at, 1]).any())
    return found
