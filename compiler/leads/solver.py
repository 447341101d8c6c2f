"""What the search can't settle quickly, asked of a SAT solver, where one is installed.

`pip install turnout[sat]` brings python-sat (Ignatiev, Morgado and Marques-Silva, "PySAT",
SAT 2018). Each dimension's classes stand in a row, and a variable says "at or before this
one" (the order encoding of Tamura et al., "Compiling finite linear CSP into SAT",
Constraints 14, 2009), so that avoiding a range takes two literals and avoiding a box one
clause. Conflicts are counted, not seconds, so the answer is the same on every machine
unless a deadline cuts it short.
"""

import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Protocol, TypeAlias, cast

from turnout.compiler.leads.budget import Meter
from turnout.compiler.masks import members, set_of

CONFLICTS = 1_000
"""Conflicts between two looks at the budget."""

STEPS_PER_CONFLICT = 40
"""What a conflict costs of the budget; about as long as so many steps of the search."""

Rows: TypeAlias = Mapping[int, Sequence[int]]
"""For each dimension, for each place in its row, the covers that accept it, as bits."""


Run: TypeAlias = tuple[int, int]
"""A range of places in a row, from the first to the last."""


class _Solver(Protocol):
    """The part of python-sat's interface that is used here."""

    def add_clause(self, clause: list[int], /) -> None: ...

    def conf_budget(self, budget: int, /) -> None: ...

    def solve_limited(self) -> bool | None: ...

    def get_model(self) -> list[int] | None: ...

    def delete(self) -> None: ...


class SatEngine(Protocol):
    """python-sat's module of solvers."""

    def Solver(self, *, name: str) -> _Solver:  # noqa: N802 - as the package has it
        """Return a new solver of this name."""
        ...


@cache
def engine() -> SatEngine | None:
    """Return python-sat, None where it isn't installed."""
    try:
        return cast("SatEngine", importlib.import_module("pysat.solvers"))
    except ImportError:
        return None


def places_outside(
    found: SatEngine, alive: Sequence[int], rows: Rows, meter: Meter
) -> dict[int, int] | None:
    """Return a place in each row such that no cover accepts all; None where there is none.

    alive: the covers, by bit. Raises OutOfSteps.
    """
    solver = found.Solver(name="glucose4")
    try:
        first = _enter(solver, alive, rows)
        while True:
            meter.take(CONFLICTS * STEPS_PER_CONFLICT)
            solver.conf_budget(CONFLICTS)
            answer = solver.solve_limited()
            if answer is not None:
                break
        model = solver.get_model() if answer else None
    finally:
        solver.delete()
    if model is None:
        return None
    return {at: _place(model, first[at], len(row)) for at, row in rows.items()}


def _enter(solver: _Solver, alive: Sequence[int], rows: Rows) -> dict[int, int]:
    """Enter the rows and the covers; return the first variable of each row.

    Variable first + i says that the place is i or one before; the last place needs none.
    """
    first: dict[int, int] = {}
    free = 1
    for at, row in rows.items():
        first[at] = free
        free += len(row) - 1
        for variable in range(first[at], free - 1):
            solver.add_clause([-variable, variable + 1])
    runs = {at: _runs(row, set_of(alive)) for at, row in rows.items()}
    apart: dict[tuple[int, tuple[Run, ...]], int] = {}
    for cover in alive:
        clause: list[int] = []
        for at, row in rows.items():
            own = runs[at].get(cover)
            if own is None:
                continue  # it accepts the whole row, so it can't be avoided here
            if len(own) < 2:
                clause += _avoiding(first[at], len(row), own[0]) if own else []
                if not own:
                    break
                continue
            if (at, own) not in apart:
                apart[at, own] = free
                for run in own:
                    solver.add_clause([-free, *_avoiding(first[at], len(row), run)])
                free += 1
            clause.append(apart[at, own])
        else:
            solver.add_clause(clause)
    return first


def _runs(row: Sequence[int], among: int) -> dict[int, tuple[Run, ...]]:
    """Return the ranges of places that each cover of a set accepts, but for the whole row's.

    One sweep, which looks at a cover where it starts and where it stops to accept.
    """
    always = among
    for accepting in row:
        always &= accepting
    found: dict[int, list[Run]] = {cover: [] for cover in members(among & ~always)}
    starts: dict[int, int] = {}
    before = 0
    for place, accepting in enumerate([*row, 0]):
        now = accepting & among & ~always
        for cover in members(now ^ before):
            if cover in starts:
                found[cover].append((starts.pop(cover), place - 1))
            else:
                starts[cover] = place
        before = now
    return {cover: tuple(runs) for cover, runs in found.items()}


def _avoiding(first: int, size: int, run: tuple[int, int]) -> list[int]:
    """Return the literals of which one holds where the place is outside a range."""
    low, high = run
    literals = [first + low - 1] if low else []
    if high < size - 1:
        literals.append(-(first + high))
    return literals


def _place(model: list[int], first: int, size: int) -> int:
    return next((at for at in range(size - 1) if model[first + at - 1] > 0), size - 1)
