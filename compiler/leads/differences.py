"""Values on a line that bounds and comparisons leave, or the proof that there are none.

Bounds of values and comparisons of two are bounds of differences, `x - y <= c`, with zero
as one more value. A cycle whose bounds add up to less than nothing refutes them, and
shortest paths show every one (Bellman; Dill, "Timing assumptions and verification of
finite-state concurrent systems", 1989). Between two whole numbers a bound is rounded down,
after which whole numbers can be chosen one after the other, and then the others between
them, each anywhere inside what is left: closed bounds lose nothing by it.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from turnout.frozen import frozen

Limit: TypeAlias = tuple[Fraction, int]
"""A most that a difference may be, itself included (1) or not (0)."""

ZERO = ""
"""The name of what is always zero."""

_NONE: Limit = Fraction(0), 1


@frozen
class DifferenceBound:
    """`above - below` is at most so much; either may be `ZERO`."""

    above: str
    below: str
    most: Limit


@frozen
class LineValue:
    """A value to be found. is_whole: a whole number. near: what it would best be, if it can."""

    is_whole: bool
    near: Fraction


def found(
    values: Mapping[str, LineValue], known: Sequence[DifferenceBound]
) -> dict[str, Fraction] | None:
    """Return a value for each name such that all differences are kept, None where none are.

    >>> one = LineValue(True, Fraction(0))
    >>> a_below_b = DifferenceBound("a", "b", (Fraction(0), 0))
    >>> found({"a": one, "b": one}, [a_below_b, DifferenceBound("b", "a", (Fraction(1), 0))])
    """
    names = [ZERO, *sorted(values, key=lambda name: not values[name].is_whole)]
    place = {name: at for at, name in enumerate(names)}
    whole = [name == ZERO or values[name].is_whole for name in names]
    most: list[list[Limit | None]] = [[None] * len(names) for _ in names]
    for at in range(len(names)):
        most[at][at] = _NONE
    for each in known:
        _lower(most, place[each.above], place[each.below], each.most)
    if not _closed(most, whole):
        return None
    chosen: list[Fraction] = [Fraction(0)]
    for at, name in enumerate(names[1:], 1):
        # INVARIANT: the bounds are closed, so whatever lies between them goes with the rest.
        high = [_plus(chosen[other], most[at][other]) for other in range(at)]
        low = [_plus(-chosen[other], most[other][at]) for other in range(at)]
        top = min((limit for limit in high if limit is not None), default=None)
        bottom = min((limit for limit in low if limit is not None), default=None)
        chosen.append(_between(bottom, top, values[name]))
    return dict(zip(names[1:], chosen[1:], strict=True))


def _lower(most: list[list[Limit | None]], one: int, two: int, limit: Limit) -> bool:
    now = most[one][two]
    if now is not None and now <= limit:
        return False
    most[one][two] = limit
    return True


def _closed(most: list[list[Limit | None]], whole: Sequence[bool]) -> bool:
    """Close the bounds under what follows from them; return whether they hold together."""
    size, is_open = len(most), True
    while is_open:
        is_open = False
        for by in range(size):
            for one in range(size):
                for two in range(size):
                    first, second = most[one][by], most[by][two]
                    if first is not None and second is not None:
                        way = first[0] + second[0], min(first[1], second[1])
                        _lower(most, one, two, way)
        if any((limit := most[at][at]) is not None and limit < _NONE for at in range(size)):
            return False
        for one in range(size):
            for two in range(size):
                limit = most[one][two]
                if limit is not None and whole[one] and whole[two]:
                    is_open |= _lower(most, one, two, _rounded(limit))
    return True


def _rounded(limit: Limit) -> Limit:
    """Return the most that a whole number may be."""
    number, is_in = limit
    return Fraction(floor(number) if is_in else ceil(number) - 1), 1


def _plus(value: Fraction, limit: Limit | None) -> Limit | None:
    return None if limit is None else (value + limit[0], limit[1])


def _between(bottom: Limit | None, top: Limit | None, wanted: LineValue) -> Fraction:
    """Return a value: at most `top`, its negative at most `bottom`; there is one.

    The nearest to what it would best be, with as few decimals as it takes.
    """
    near = wanted.near
    if _is_under(near, top) and _is_under(-near, bottom):
        return near
    if not _is_under(-near, bottom):  # it has to be larger
        assert bottom is not None
        low = -bottom[0]
        if wanted.is_whole or bottom[1]:
            return Fraction(ceil(low)) if wanted.is_whole else low
        step = Fraction(floor(low) + 1)
        return step if _is_under(step, top) else _middle(low, top)
    assert top is not None
    if wanted.is_whole or top[1]:
        return Fraction(floor(top[0])) if wanted.is_whole else top[0]
    step = Fraction(ceil(top[0]) - 1)
    return step if _is_under(-step, bottom) else _middle(-bottom[0] if bottom else step, top)


def _middle(low: Fraction, top: Limit | None) -> Fraction:
    """Return a decimal strictly between two numbers, with few digits."""
    assert top is not None
    scale = 1
    while True:
        scale *= 10
        number = Fraction(floor(low * scale) + 1, scale)
        if number < top[0]:
            return number


def _is_under(value: Fraction, limit: Limit | None) -> bool:
    return limit is None or value < limit[0] or (value == limit[0] and limit[1] == 1)
