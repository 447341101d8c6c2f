"""What each clause says, beside its number: in the view itself, or as a table that it reads."""

import json
from collections.abc import Sequence

from sqlglot import exp

from turnout.compiler.plan.decide import answer
from turnout.compiler.plan.value import Answer, Plan
from turnout.dsl.types import Value
from turnout.dsl.wording import worded
from turnout.warehouse.asked_tables import SeedTable
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.syntax import Sql, column, literal, nothing, relation

NUMBER = "turnout_number"
"""The column with a clause's number; that of the last one is of leads that none takes."""

SAID = ("clause", "rule", "targets", "goes_on", "due_minutes", "due_clock")
"""The columns that are the clause's own."""

_TYPES = ("TEXT", "TEXT", "TEXT", "BOOLEAN", "BIGINT", "TEXT")

_Row = tuple[Value | None, ...]


def said_rows(plan: Plan, others: Sequence[int] = ()) -> list[_Row]:
    """Return a row for each clause, and for numbers of none, of which nothing is said."""
    answers = [answer(plan, at) for at in (*range(len(plan.answers)), None)]
    rows = [_said(at, each) for at, each in enumerate(answers)]
    return [*rows, *((number, *[None] * len(SAID)) for number in others)]


def _said(at: int, of: Answer) -> _Row:
    chain = json.dumps([worded(each.target) for each in of.attempts], ensure_ascii=False)
    due = None if of.sla is None else of.sla.period.minutes
    clock = None if of.sla is None else "wall" if of.sla.wall else "calendar"
    by = f"rule {of.name}" if of.is_rule else of.name
    return (at, by, of.rule, chain, of.goes_on, due, clock)


def said_in_view(rows: Sequence[_Row], dialect: Dialect) -> Sql:
    """Return a query for rows that stand in it."""
    names = (NUMBER, *SAID)
    cells = [
        [
            nothing(kind) if cell is None else literal(cell)
            for kind, cell in zip(("INT", *_TYPES), row, strict=True)
        ]
        for row in rows
    ]
    source: Sql
    if dialect.name == "bigquery":
        structs = [
            exp.Struct(
                expressions=[
                    exp.PropertyEQ(this=exp.to_identifier(name), expression=cell)
                    for name, cell in zip(names, row, strict=True)
                ]
            )
            for row in cells
        ]
        source = exp.Unnest(expressions=[exp.Array(expressions=structs)])
    else:
        source = exp.Values(
            expressions=[exp.Tuple(expressions=row) for row in cells],
            alias=exp.TableAlias(
                this=exp.to_identifier("c"), columns=[exp.to_identifier(each) for each in names]
            ),
        )
    found: Sql = exp.select(*map(exp.column, names)).from_(source)
    return found


def said_table(rows: Sequence[_Row], name: str) -> SeedTable:
    """Return a table of rows: hundreds of them in a view are made anew with each query."""
    return SeedTable(name, (NUMBER, *SAID), ("INT", *_TYPES), tuple(rows))


def said_of_table(table: SeedTable, dialect: Dialect) -> Sql:
    """Return a query for the rows of a table."""
    found: Sql = exp.select(*(column(each, dialect, "s") for each in table.columns)).from_(
        relation(table.name, dialect, "s")
    )
    return found
