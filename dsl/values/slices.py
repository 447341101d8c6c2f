"""Where a value falls among a thousand slices: what a part of all leads is cut by.

A value's place is told by a hash of it and of a name that the policy gives, so that the same
value falls the same way for ever and on every machine, and values of another name fall in
another way. The place doesn't depend on how large a part is asked for: whatever is in the
first 30 % is in the first 40 %, too.

    place = the first 8 bytes of SHA-256 of NAME, a zero byte and the value in UTF-8, as a
            number with the highest byte first, times 1000 / 2^64, rounded down
"""

from hashlib import sha256

SLICES = 1_000
"""Into how many equal slices all values fall: tenths of a percent."""


def slice_of(name: str, value: str) -> int:
    """Return the slice that a normalised value falls into, from 0.

    >>> slice_of("pilot-2027", "l-1"), slice_of("another", "l-1")
    (382, 762)
    """
    start = sha256(f"{name}\0{value}".encode()).digest()[:8]
    return int.from_bytes(start) * SLICES >> 64


def percent(slices: int) -> str:
    """Return so many slices as a part of all, as a policy writes it.

    >>> percent(300), percent(5)
    ('30%', '0.5%')
    """
    whole, tenth = divmod(slices, SLICES // 100)
    return f"{whole}.{tenth}%" if tenth else f"{whole}%"
