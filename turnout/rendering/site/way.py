"""What a page needs to draw the way of a lead that is tried into a picture of its route.

A lead's way follows from the clause that takes it, but for one thing: whether it came into a
part of the picture that may let it out again. That is asked by a plan of its own, whose clauses
are the questions of such parts, so that the browser asks it as it asks everything else.
`compiler/picture/marking.py` draws the same way for `turnout diagram --lead`.
"""

from collections.abc import Iterable, Iterator, Sequence
from json import loads
from typing import Any

import attrs

from turnout.compiler.picture import Page, Stripe
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.writing import dumps
from turnout.compiler.program import Clause, Program, RouteProgram
from turnout.compiler.tree import Leaf, Question
from turnout.dsl.conditions import And
from turnout.dsl.source import NOWHERE

Row = list[Any]
"""[kind, level, until, first clause, last clause, number of its question]; None for none."""


def questions_of(pages: Iterable[Page]) -> tuple[Question, ...]:
    """Return the questions whose parts are open in the pages and may let a lead out again."""
    rows = (row for page in pages for row in page.rows)
    found = (row.step for row in rows if _is_open(row) and isinstance(row.step, Question))
    return tuple(step for step in found if not isinstance(next(reversed(step.inside), None), Leaf))


def _is_open(row: Stripe) -> bool:
    return row.kind in {"block", "table", "question"} and row.card is None


def questions_plan(
    program: Program, route: str, questions: Sequence[Question]
) -> dict[str, Any] | None:
    """Return a plan whose clauses are the questions, as `turnout compile` writes plans."""
    if not questions:
        return None
    clauses = tuple(map(_clause, questions))
    asking = RouteProgram(route, clauses, (), NOWHERE)
    plan: dict[str, Any] = loads(
        dumps(plan_of(attrs.evolve(program, routes={route: asking}), route))
    )
    return plan


def _clause(question: Question) -> Clause:
    condition = And(question.asks)
    return Clause("", True, condition, (), condition, (), 0, NOWHERE)  # noqa: FBT003 - a rule's


def rows_of(page: Page, questions: Sequence[Question]) -> list[Row]:
    """Return the rows of a page. questions: of all pages, see `questions_of`."""
    numbers = {id(question): at for at, question in enumerate(questions)}
    return [[*_placed(row), numbers.get(id(row.step))] for row in page.rows]


def _placed(row: Stripe) -> Iterator[object]:
    yield from (row.kind, row.level, row.until)
    ends = (row.leaves[0], row.leaves[-1]) if row.leaves else (None, None)
    yield from (None if leaf is None else leaf.number for leaf in ends)
