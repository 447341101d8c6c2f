"""What the runtime executes: a bitmap index over the boxes of a route's clauses.

Each condition is a union of boxes (a set of classes for some dimensions). For each
dimension and class the index keeps the set of boxes that accept the class, as the bits of
an int; the AND over a lead's classes leaves the boxes that hold the lead, and the lowest
bit is the first in the order of the clauses (the bit-parallel lookup of Lakshman and
Stiliadis, "High-speed policy-based packet forwarding", SIGCOMM 1998). Work for one lead is
one AND a dimension, whatever the policy; for a value met before, one AND a field. A
condition that would need too many boxes is kept as its bounding box and asked in full when
that box is hit, so the index grows with the policy and never with the combinations in it.
"""

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

import attrs

from turnout.compiler.classes import finder
from turnout.compiler.leads.boxes import boxes
from turnout.compiler.leads.dimensions import Dimension
from turnout.compiler.leads.index import Index
from turnout.compiler.leads.regions import All, truth
from turnout.compiler.leads.space import Box, Space
from turnout.compiler.masks import members
from turnout.compiler.program import Program
from turnout.compiler.questions.route_ground import route_ground
from turnout.dsl.types import Values

_REMEMBERED = 5_000
"""Values of one field whose boxes are remembered."""

Matcher: TypeAlias = Callable[[Values, date], int | None]
"""The number of the first clause whose condition holds, None where none does."""


@attrs.frozen(eq=False)
class _Entry:
    """A box of a clause. whole: the region to ask where the box is only a bound, else None."""

    clause: int
    whole: All | None


def matcher(program: Program, route: str) -> Matcher:
    """Return what finds the clause of a lead that has every required field."""
    chosen = program.routes[route]
    regions = route_ground(program, route).regions
    grid = regions.space
    entries: list[_Entry] = []
    all_boxes: list[Box] = []
    for at, clause in enumerate(chosen.clauses):
        region = regions.region(clause.condition)
        own = boxes(region, grid.full)
        entries += [_Entry(at, region)] if own is None else [_Entry(at, None)] * len(own)
        all_boxes += [region.box] if own is None else own
    index = _index(grid, all_boxes)
    every = (1 << len(entries)) - 1

    def match(values: Values, today: date) -> int | None:
        left = every
        for accepts in index:
            left &= accepts(values, today)
            if not left:
                return None
        while left:
            entry = entries[(left & -left).bit_length() - 1]
            if entry.whole is None or _is_in(entry.whole, grid, values, today):
                return entry.clause
            left &= left - 1
        return None

    return match


def _is_in(region: All, grid: Space, values: Values, today: date) -> bool:
    point = [1 << number for number in grid.classify(values, today)]
    return truth(region, point) is True


_ClassOf: TypeAlias = Callable[[Values, date], int]

_Accepts: TypeAlias = Callable[[Values, date], int]
"""The boxes that accept a lead by what one field says, as bits."""


def _index(grid: Space, all_boxes: list[Box]) -> list[_Accepts]:
    """Return what finds the accepting boxes, for each field that a box constrains.

    The field with the fewest boxes left on average comes first, so that most leads leave
    early; equal sets are one object.
    """
    known = Index(grid.full, [(box,) for box in all_boxes])
    shared: dict[int, int] = {}
    tables: dict[tuple[str, bool], list[tuple[_ClassOf, list[int]]]] = {}
    left: dict[tuple[str, bool], float] = {}
    for at, columns in known.columns.items():
        dimension = grid.dimensions[at]
        table = [known.free(at)] * dimension.domain.size
        for classes, accepting in columns:
            same = shared.setdefault(accepting, accepting)
            for class_ in members(classes):
                table[class_] = same
        about = (dimension.field.name, dimension.kind == "age")
        tables.setdefault(about, []).append((_class_of(dimension), table))
        mean = sum(bits.bit_count() for bits in table) / len(table)
        left[about] = min(mean, left.get(about, mean))
    every = (1 << len(all_boxes)) - 1
    return [
        _asked(tables[about], every) if about[1] else _by_value(about[0], tables[about], every)
        for about in sorted(tables, key=lambda about: (left[about], about))
    ]


def _asked(tables: list[tuple[_ClassOf, list[int]]], every: int) -> _Accepts:
    def accepts(values: Values, today: date) -> int:
        left = every
        for class_of, by_class in tables:
            left &= by_class[class_of(values, today)]
        return left

    return accepts


def _by_value(name: str, tables: list[tuple[_ClassOf, list[int]]], every: int) -> _Accepts:
    """Return what looks the boxes up by the field's value; values met before are remembered."""
    look_up = _asked(tables, every)
    known: dict[object, int] = {}

    def accepts(values: Values, today: date) -> int:
        value = values.get(name)
        found = known.get(value)
        if found is None:
            found = look_up(values, today)
            if len(known) < _REMEMBERED:
                known[value] = found
        return found

    return accepts


def _class_of(dimension: Dimension) -> _ClassOf:
    """Return what finds a lead's class on one dimension."""
    name, find = dimension.field.name, finder(dimension.domain.classes)
    if dimension.kind != "age":
        return lambda values, _today: find(values.get(name))

    def age(values: Values, today: date) -> int:
        day = values.get(name)
        return find((today - day).days if isinstance(day, date) else None)

    return age
