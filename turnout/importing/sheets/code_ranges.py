"""Ranges of postcodes and numbers of customers, as the beginnings that such codes have.

A policy asks how a code begins, and compares none. Of codes with as many digits as the ends of
a range, those within it are the ones that begin in one of a few ways.
"""

MOST_BEGINNINGS = 200


def beginnings(low: str, high: str) -> tuple[str, ...] | None:
    """Return how the codes from `low` to `high` begin, None where that can't be said.

    Both are digits, as many in one as in the other.

    >>> beginnings("10000", "19999"), beginnings("90210", "90229"), beginnings("098", "101")
    (('1',), ('9021', '9022'), ('098', '099', '100', '101'))
    """
    if len(low) != len(high) or not (low + high).isdecimal() or int(low) > int(high):
        return None
    found: list[str] = []
    at, last, width = int(low), int(high), len(low)
    while at <= last:
        size = 1
        while (
            at % (size * 10) == 0 and at + size * 10 - 1 <= last and size * 10 <= 10 ** (width - 1)
        ):
            size *= 10
        digits = width - (len(str(size)) - 1)
        found.append(str(at // size).zfill(digits))
        at += size
        if len(found) > MOST_BEGINNINGS:
            return None
    return tuple(found)
