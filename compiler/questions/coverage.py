"""Who receives what: the share of each rule and fallback, and territory by segment.

The rows of the matrix are the policy's territories, its columns the members of a segment
family, or the segments that stand alone; a cell lists the clauses that get leads there,
and whether some leads there get no target. Each is asked by search, first for the whole
row and the whole column, so that a cell asks only for those that are in both.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

import attrs

from turnout.compiler.leads.budget import Budget, OutOfSteps
from turnout.compiler.leads.partitions import values_of
from turnout.compiler.leads.regions import Region
from turnout.compiler.leads.universe import universe
from turnout.compiler.masks import members
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.meeting import meeting_box
from turnout.compiler.questions.shares import shares
from turnout.dsl.conditions import ALWAYS, Condition, Not, Or
from turnout.dsl.policy import Definition, Policy
from turnout.dsl.types import Value
from turnout.frozen import frozen

MOST_ROWS = 40
MOST_CELLS = 600
STEPS_OF_A_CELL = 50_000

END = -1
"""Stands for no clause: the leads reach the end of the route without a target."""


@frozen
class Cell:
    """The leads of one territory and one segment.

    clauses: who gets some of them, ascending, `END` first where some get no target. With
    none, no lead can be there. counts: how many of a sample each has, in that order; None
    where no sample was counted. is_known: every search came to its end.
    """

    clauses: tuple[int, ...]
    counts: tuple[int, ...] | None = None
    is_known: bool = True


@frozen
class Matrix:
    """Territories by segments. family: what the columns are members of, "" for single ones.

    The last row, "none", is for leads in none of the territories, the last column of a
    family for those in none of its members.
    """

    family: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]


@frozen
class Coverage:
    """What the clauses of a route receive.

    parts: each clause's share, None where the count ran out of its budget. left: the
    share without a target. leads: how many were counted, None where it was the space.
    left_out: territories that have no row.
    """

    route: str
    names: tuple[str, ...]
    parts: tuple[Fraction, ...] | None
    left: Fraction
    leads: int | None
    matrices: tuple[Matrix, ...]
    left_out: int = 0


@frozen
class Heading:
    """A row or a column: its name, what it means, and the region it stands for."""

    name: str
    meaning: Condition
    region: Region


@frozen
class Grid:
    """The sides of one matrix."""

    family: str
    rows: tuple[Heading, ...]
    columns: tuple[Heading, ...]


def coverage(analysis: Analysis) -> Coverage:
    """Return what each clause receives of the space of leads; see `compiler.shares`."""
    try:
        found = shares(analysis)
        parts, left = found.of, found.left
    except OutOfSteps:
        parts, left = None, Fraction(0)
    brief = attrs.evolve(analysis, budget=_brief(analysis.budget))
    return Coverage(
        route=analysis.route.name,
        names=names(analysis),
        parts=parts,
        left=left,
        leads=None,
        matrices=tuple(_matrix(brief, grid) for grid in grids(brief)),
        left_out=left_out(analysis),
    )


def by_territory(analysis: Analysis) -> tuple[tuple[str, Cell], ...]:
    """Return each territory, as a matrix has its rows, with all clauses that get its leads."""
    brief = attrs.evolve(analysis, budget=_brief(analysis.budget))
    everybody = range(END, len(analysis.taken))
    rows = _rows(brief, most=None)
    return tuple((row.name, _cell(brief, [row.region], everybody)) for row in rows)


def _brief(budget: Budget) -> Budget:
    return attrs.evolve(budget, steps=min(budget.steps, STEPS_OF_A_CELL))


def names(analysis: Analysis) -> tuple[str, ...]:
    """Return the name of each clause."""
    return tuple(clause.name for clause in analysis.route.clauses)


def left_out(analysis: Analysis) -> int:
    """Return how many territories have no row."""
    return max(0, len(_territories(analysis.program.policy)) - MOST_ROWS)


def grids(analysis: Analysis) -> list[Grid]:
    """Return the sides of each matrix that stays in its bounds."""
    policy = analysis.program.policy
    rows = _rows(analysis)
    families = [f for f in policy.families if f.kind == "segment" and f.members]
    inside = {member.name for family in families for member in family.members}
    segments = [d for d in policy.definitions.values() if d.kind == "segment"]
    made = [
        Grid(family.name, rows, _sides(analysis, family.members, family.members))
        for family in families
    ]
    single = [segment for segment in segments if segment.name not in inside]
    made.append(Grid("", rows, _sides(analysis, single)))
    if not any(grid.columns for grid in made):
        made = [Grid("", rows, (Heading("every lead", ALWAYS, Region(())),))]
    return [g for g in made if g.columns and len(g.rows) * len(g.columns) <= MOST_CELLS]


def _territories(policy: Policy) -> list[Definition]:
    return [d for d in policy.definitions.values() if d.kind == "territory"]


def _rows(analysis: Analysis, most: int | None = MOST_ROWS) -> tuple[Heading, ...]:
    """Return the territories, outer ones before their parts, and what is in none of them.

    most: how many; None for all.
    """
    policy = analysis.program.policy
    found = _territories(policy)
    apart = {each.name: each for each in found if _is_told_apart(analysis, each)}
    outermost = [each for each in apart.values() if not _is_in_one(each, apart, policy)]
    return _sides(analysis, found[:most], outermost) or (Heading("every lead", ALWAYS, Region(())),)


def _sides(
    analysis: Analysis, shown: Sequence[Definition], all_: Sequence[Definition] = ()
) -> tuple[Heading, ...]:
    """Return a side for each definition that the space tells apart, and one for none of `all_`.

    all_: what is in none of those that it tells apart has a side, too.
    """
    region = analysis.regions.region
    known = [definition for definition in shown if _is_told_apart(analysis, definition)]
    sides = [Heading(each.name, each.meaning, region(each.meaning)) for each in known]
    apart = (each.meaning for each in all_ if _is_told_apart(analysis, each))
    none = Not(Or(tuple(apart)))
    if sides and all_:
        sides.append(Heading("none", none, region(none)))
    return tuple(sides)


def _is_in_one(each: Definition, apart: Mapping[str, Definition], policy: Policy) -> bool:
    """Return whether a territory is in one that the space tells apart, too."""
    parent = each.parent
    while parent is not None and parent not in apart:
        parent = policy.definitions[parent].parent
    return parent is not None


def _is_told_apart(analysis: Analysis, definition: Definition) -> bool:
    try:
        analysis.regions.region(definition.meaning)
    except KeyError:  # no rule asks it, so the space is too coarse for it
        return False
    return True


def _matrix(analysis: Analysis, grid: Grid) -> Matrix:
    everybody = range(END, len(analysis.taken))
    across = [_cell(analysis, [row.region], everybody) for row in grid.rows]
    down = [_cell(analysis, [column.region], everybody) for column in grid.columns]
    cells: list[tuple[Cell, ...]] = []
    for row, one in zip(grid.rows, across, strict=True):
        line: list[Cell] = []
        for column, two in zip(grid.columns, down, strict=True):
            some = sorted(set(one.clauses) & set(two.clauses))
            cell = _cell(analysis, [row.region, column.region], some)
            is_known = cell.is_known and one.is_known and two.is_known
            line.append(attrs.evolve(cell, is_known=is_known))
        cells.append(tuple(line))
    rows, columns = (tuple(side.name for side in sides) for sides in (grid.rows, grid.columns))
    return Matrix(grid.family, rows, columns, tuple(cells))


def _cell(analysis: Analysis, within: Sequence[Region], asked: Iterable[int]) -> Cell:
    """Return which of the clauses `asked` get some lead that is in all of `within`."""
    limits = list(analysis.space.full)
    for at, mask in analysis.regions.both(within).box:
        limits[at] &= mask
    near = meeting_box(analysis, limits)
    found: list[int] = []
    is_known = True
    for at in sorted({END, *near}.intersection(asked)):
        own = [] if at == END else [analysis.taken[at]]
        before = range(len(analysis.taken) if at == END else at)
        try:
            if analysis.find([*own, *within], outside=before) is not None:
                found.append(at)
        except OutOfSteps:
            is_known = False
    return Cell(tuple(found), None, is_known)


def by_value(analysis: Analysis, field: str) -> tuple[tuple[tuple[Value, ...], Cell], ...]:
    """Return who gets the leads with each value of a field from a list, such as a country.

    Values that no condition of the route tells apart stand together; in the order of the
    classes. Empty where no condition asks for the field's values.
    """
    brief = attrs.evolve(analysis, budget=_brief(analysis.budget))
    found: list[tuple[tuple[Value, ...], Cell]] = []
    for at, dimension in enumerate(analysis.space.dimensions):
        if dimension.field.name != field or dimension.kind != "value":
            continue
        values = universe(dimension.field.type)
        for number in members(dimension.full & ~1):
            named = values_of(dimension.partition, values, 1 << number)
            cell = _cell(brief, [Region(((at, 1 << number),))], range(END, len(analysis.taken)))
            found.append((tuple(named), cell))
    return tuple(found)
