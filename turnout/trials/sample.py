"""What each clause of a route receives of a sample of leads."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction

from turnout.compiler.meaning.identity import NEW
from turnout.compiler.meaning.interpreter import holds
from turnout.compiler.plan.decide import day, decider, facts
from turnout.compiler.plan.making import plan_of
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.coverage import (
    END,
    Cell,
    Coverage,
    Grid,
    Matrix,
    grids,
    left_out,
    names,
)
from turnout.runtime.leads import Lead


def sampled(analysis: Analysis, leads: Iterable[Lead], moment: datetime) -> Coverage:
    """Return what each clause receives of `leads`, all of them new and arriving at one moment.

    A lead that no rule can take, because it is no record or lacks a required field,
    counts for the route's own fallback.
    """
    plan = plan_of(analysis.program, analysis.route.name)
    match, today = decider(plan), day(plan, moment)
    beside = {**NEW.facts, **facts(plan, moment)}
    has_last = bool(analysis.route.last)
    last = len(analysis.route.clauses) - 1 if has_last else END
    shown = grids(analysis)
    counts: Counter[int] = Counter()
    cells: list[dict[tuple[int, int], Counter[int]]] = [{} for _ in shown]
    total = 0
    for lead in leads:
        total += 1
        values = {**lead.values, **beside}
        found = None if lead.complaint is not None else match(values, today)
        clause = last if found is None else found
        counts[clause] += 1
        for grid, inside in zip(shown, cells, strict=True):
            for place in _places(grid, lead, moment):
                inside.setdefault(place, Counter())[clause] += 1
    parts = tuple(Fraction(counts[at], max(1, total)) for at in range(len(analysis.route.clauses)))
    matrices = tuple(_matrix(*pair) for pair in zip(shown, cells, strict=True))
    return Coverage(
        route=analysis.route.name,
        names=names(analysis),
        parts=parts,
        left=Fraction(counts[END], max(1, total)),
        leads=total,
        matrices=matrices,
        left_out=left_out(analysis),
    )


def _places(grid: Grid, lead: Lead, moment: datetime) -> list[tuple[int, int]]:
    """Return the cells that a lead is in."""
    values = {**lead.values, **NEW.facts}
    rows = [at for at, side in enumerate(grid.rows) if holds(side.meaning, values, moment)]
    columns = [at for at, side in enumerate(grid.columns) if holds(side.meaning, values, moment)]
    return [(row, column) for row in rows for column in columns]


def _matrix(grid: Grid, inside: dict[tuple[int, int], Counter[int]]) -> Matrix:
    rows = tuple(
        tuple(_cell(inside.get((row, column), Counter())) for column in range(len(grid.columns)))
        for row in range(len(grid.rows))
    )
    return Matrix(
        grid.family,
        tuple(side.name for side in grid.rows),
        tuple(side.name for side in grid.columns),
        rows,
    )


def _cell(counts: Counter[int]) -> Cell:
    there = tuple(sorted(counts))
    return Cell(there, tuple(counts[at] for at in there))
