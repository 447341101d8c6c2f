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
from math import ceil, floor, lcm
from typing import TypeAlias

from turnout.frozen import frozen

Limit: TypeAlias = tuple[Fraction, int]
"""A most that a difference may be, itself included (1) or not (0)."""

ZERO = ""
"""The name of what is always zero."""


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
    unit = lcm(*(each.most[0].denominator for each in known))
    bounds: _Bounds = [[None] * len(names) for _ in names]
    for at in range(len(names)):
        bounds[at][at] = _NONE
    for each in known:
        _lower(bounds, place[each.above], place[each.below], _counted(each.most, unit))
    if not _closed(bounds, [name == ZERO or values[name].is_whole for name in names], unit):
        return None
    most = [[None if each is None else _limit(each, unit) for each in row] for row in bounds]
    chosen: list[Fraction] = [Fraction(0)]
    for at, name in enumerate(names[1:], 1):
        # INVARIANT: the bounds are closed, so whatever lies between them goes with the rest.
        high = [_plus(chosen[other], most[at][other]) for other in range(at)]
        low = [_plus(-chosen[other], most[other][at]) for other in range(at)]
        top = min((limit for limit in high if limit is not None), default=None)
        bottom = min((limit for limit in low if limit is not None), default=None)
        chosen.append(_between(bottom, top, values[name]))
    return dict(zip(names[1:], chosen[1:], strict=True))


_Bounds: TypeAlias = list[list[int | None]]
"""By two places the most that their difference may be, as a whole number of half units.

An even number is a limit that is itself left out, and the odd one above it the same limit
taken in: so bounds are compared, and all but added up, as the ints that they are.
"""

_NONE = 1


def _counted(limit: Limit, unit: int) -> int:
    """Return a limit in half units. unit: how many of them are one, a multiple of what it takes."""
    return 2 * int(limit[0] * unit) + limit[1]


def _limit(bound: int, unit: int) -> Limit:
    return Fraction(bound >> 1, unit), bound & 1


def _lower(bounds: _Bounds, one: int, two: int, bound: int) -> bool:
    now = bounds[one][two]
    if now is not None and now <= bound:
        return False
    bounds[one][two] = bound
    return True


def _closed(bounds: _Bounds, whole: Sequence[bool], unit: int) -> bool:
    """Close the bounds under what follows from them; return whether they hold together."""
    size, is_open = len(bounds), True
    while is_open:
        is_open = False
        _follow(bounds)
        if any((own := bounds[at][at]) is not None and own < _NONE for at in range(size)):
            return False
        for one in range(size):
            for two in range(size):
                bound = bounds[one][two]
                if bound is not None and whole[one] and whole[two]:
                    is_open |= _lower(bounds, one, two, _rounded(bound, unit))
    return True


def _follow(bounds: _Bounds) -> None:
    """Lower each bound to what a way over others says (Floyd and Warshall)."""
    for by, onward in enumerate(bounds):
        for row in bounds:
            first = row[by]
            if first is None:
                continue
            start, is_in = first & ~1, first & 1
            for two, second in enumerate(onward):
                if second is not None:
                    way = start + (second & ~1) + (second & is_in)
                    now = row[two]
                    if now is None or way < now:
                        row[two] = way


def _rounded(bound: int, unit: int) -> int:
    """Return the most that a whole number may be."""
    number, is_in = bound >> 1, bound & 1
    most = number // unit if is_in else -(-number // unit) - 1
    return 2 * most * unit + 1


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
