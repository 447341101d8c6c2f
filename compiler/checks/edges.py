"""Notice a hole of one value between two ranges: `in 20..29` and `>= 31` leave out 30.

Asked of a gap that holds a single number or day of some field. The hint is given where on
either side of the value a rule's range ends and that rule takes leads that differ from
the gap's in nothing but the value, as rustc does for integer patterns ("this could appear
to continue range ..., but ... isn't matched by either of them").
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import assert_never

import attrs

from turnout.compiler.leads.dimensions import Dimension
from turnout.compiler.leads.partitions import Cut
from turnout.compiler.leads.widening import region_of
from turnout.compiler.masks import Mask
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.gaps import Gap
from turnout.compiler.words.describe import spans
from turnout.dsl import types
from turnout.dsl.conditions import Between, During, IsIn, Ordered, atoms
from turnout.dsl.findings import Label
from turnout.dsl.types import Field
from turnout.dsl.wording import written
from turnout.frozen import frozen


@frozen
class Edges:
    """What is to say about a gap that lies between two ranges; nothing by default."""

    labels: tuple[Label, ...] = ()
    help: tuple[str, ...] = ()


@frozen
class _Side:
    """A range that stops beside a value: whose it is, as it is written, and with the value."""

    clause: int
    test: Between | During
    value: Ordered
    is_below: bool

    @property
    def moved(self) -> Between | During:
        if isinstance(self.test, During):
            day = self.value if isinstance(self.value, date) else None
            last = day if self.is_below else self.test.last
            return attrs.evolve(
                self.test, first=self.test.first if self.is_below else day, last=last
            )
        if self.is_below:
            return attrs.evolve(self.test, high=self.value, high_open=False)
        return attrs.evolve(self.test, low=self.value, low_open=False)


def edges(analysis: Analysis, gap: Gap) -> Edges:
    """Return the rules between whose ranges the gap is a single value. Raises OutOfSteps."""
    for at, mask in enumerate(gap.box):
        for point in _points(analysis, at, mask):
            below = next(_beside(analysis, gap, at, point, is_below=True), None)
            above = next(_beside(analysis, gap, at, point, is_below=False), None)
            if below is not None and above is not None:
                return _said(analysis, below, above)
    return Edges()


def _said(analysis: Analysis, below: _Side, above: _Side) -> Edges:
    fields = analysis.program.policy.fields
    clauses = analysis.route.clauses
    value = _said_value(below, fields)
    labels = [
        Label(clauses[side.clause].span, f"`{written(side.test, fields)}` {where}")
        for side, where in ((below, "ends just below"), (above, "starts just above"))
    ]
    moved = " or ".join(f"`{written(side.moved, fields)}`" for side in (below, above))
    hint = f"`{value}` lies between the two ranges, in neither: write {moved} if one is to hold it"
    return Edges(tuple(labels), (hint,))


def _said_value(side: _Side, fields: Mapping[str, Field]) -> str:
    if isinstance(side.test, During):
        return str(side.value)
    return written(IsIn(side.test.field, frozenset({side.value})), fields)


def _points(analysis: Analysis, at: int, mask: Mask) -> list[tuple[Cut, Cut]]:
    """Return the single numbers or days that the gap has on a dimension, from cut to cut."""
    dimension = analysis.space.dimensions[at]
    is_ordered = dimension.field.type.shape in types.ON_A_LINE
    if dimension.kind != "value" or not is_ordered or mask == analysis.space.full[at]:
        return []
    return [
        (low, high)
        for low, high in spans(dimension, mask & ~1)
        if (high - low == 1 if isinstance(low, int) else low[0] == high[0])
    ]


def _beside(
    analysis: Analysis, gap: Gap, at: int, point: tuple[Cut, Cut], *, is_below: bool
) -> Iterator[_Side]:
    """Yield the ranges that stop right below, or above, the gap's value."""
    dimension = analysis.space.dimensions[at]
    for number, clause in enumerate(analysis.route.clauses):
        for test in atoms(clause.condition):
            if not isinstance(test, Between | During) or test.field != dimension.field.name:
                continue
            mask = analysis.space.sides[test][1] & dimension.full
            if not mask:
                continue
            low, high = spans(dimension, mask)[0]
            if (high != point[0]) if is_below else (low != point[1]):
                continue
            box = list(gap.box)
            box[at] = mask
            beside = [analysis.taken[number], region_of(analysis.space, box)]
            if analysis.find(beside) is not None:
                yield _Side(number, test, _value(dimension, point), is_below)


def _value(dimension: Dimension, point: tuple[Cut, Cut]) -> Ordered:
    shape = dimension.field.type.shape
    match shape:
        case "whole":
            return int(point[0])
        case "days":
            return date.fromordinal(point[0])
        case "dense":
            return Decimal(point[0][0])
        case "text" | "listed" | "several":
            raise AssertionError(dimension)  # no line
        case _:
            assert_never(shape)
