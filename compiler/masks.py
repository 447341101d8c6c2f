"""Sets of numbers as ints, one bit each: classes of a field, boxes of an index."""

from collections.abc import Iterable
from typing import TypeAlias

Mask: TypeAlias = int
"""A set of classes, one bit each."""


def mask_of(classes: Iterable[int]) -> Mask:
    """Return the set of these classes."""
    mask = 0
    for number in classes:
        mask |= 1 << number
    return mask


def set_of(numbers: Iterable[int]) -> int:
    """Return a set of many numbers as an int; linear in the largest, `mask_of` is in each."""
    found = list(numbers)
    if len(found) < 16:
        return mask_of(found)
    size = max(found) + 1
    bits = bytearray((size + 7) // 8)
    for number in found:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def key(mask: Mask) -> tuple[int, int]:
    """Return what a dict of many sets is keyed by, as an int is no good key.

    Python hashes an int modulo 2**61 - 1, in which the sets of one number have 61 different
    hashes in all.
    """
    return mask.bit_length(), mask


def members(mask: Mask) -> list[int]:
    """Return the classes of a set, in order.

    >>> members(0b1101)
    [0, 2, 3]
    """
    found: list[int] = []
    if not mask & mask - 1:  # the most common: one class, or none
        return [mask.bit_length() - 1] if mask else found
    digits = f"{mask:b}"[::-1]
    at = digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return found
