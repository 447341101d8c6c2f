"""Long lists as tables: which class a value has, looked up by the value or by how it begins.

A list of 40,000 postcodes in the middle of a view would be read anew with every query; in a
table it is joined by an index or a hash. The tables are written before the view, or are seeds
of dbt.
"""

from collections.abc import Sequence
from functools import lru_cache

from sqlglot import exp

from turnout.compiler.classes import Listed, Texts
from turnout.compiler.plan.value import Column
from turnout.dsl.types import Value
from turnout.frozen import attribute, frozen
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.syntax import (
    Sql,
    choice,
    column,
    equal,
    is_missing,
    literal,
    named,
    nothing,
    number,
    relation,
)
from turnout.warehouse.texts_asked import begins

Cell = Value | None

_ROWS_AT_ONCE = 1_000


@frozen
class SeedTable:
    """A table that a view reads. types: of its columns, as sqlglot names them for all dialects."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...] = attribute(repr=False)


@frozen
class LookedUp:
    """How a column's class is looked up. classes: an expression that is never NULL."""

    tables: tuple[SeedTable, ...]
    joins: tuple[Sql, ...] = attribute(repr=False)
    classes: Sql = attribute(repr=False)


def looked_up(asked: Column, prefix: str, at: int, this: Sql, dialect: Dialect) -> LookedUp:
    """Return tables for a column, and the class that they say, for a list or for texts.

    prefix: begins the tables' names. at: the column's number, which tells the joins apart.
    """
    classes = asked.classes
    assert isinstance(classes, Listed | Texts)
    starts = (
        ()
        if isinstance(classes, Listed)
        else tuple(zip(classes.prefixes, classes.inside, strict=True))
    )
    values = classes.values if isinstance(classes, Listed) else classes.literals
    rows = tuple(zip(values, classes.numbers, strict=True))
    tables: list[SeedTable] = []
    joins: list[Sql] = []
    found: list[Sql] = []
    if rows:
        tables.append(_table(f"{prefix}_{asked.field}", rows))
        alias = f"k{at}"
        joins.append(_join(tables[-1].name, alias, this.copy(), dialect))
        found.append(column("class", dialect, alias))
    for length in sorted({len(start) for start, _ in starts}, reverse=True):
        own = tuple((start, number_) for start, number_ in starts if len(start) == length)
        tables.append(_table(f"{prefix}_{asked.field}_{length}", own))
        alias = f"k{at}_{length}"
        joins.append(_join(tables[-1].name, alias, begins(this, length), dialect))
        found.append(column("class", dialect, alias))
    known: Sql = exp.Coalesce(this=found[0], expressions=[*found[1:], number(classes.other)])
    return LookedUp(tuple(tables), tuple(joins), choice([(is_missing(this), number(0))], known))


def _table(name: str, rows: Sequence[tuple[Value, int]]) -> SeedTable:
    return SeedTable(name, ("value", "class"), ("TEXT", "INT"), tuple(rows))


def _join(table: str, alias: str, this: Sql, dialect: Dialect) -> Sql:
    found: Sql = exp.Join(
        this=relation(table, dialect, alias),
        side="LEFT",
        on=equal(column("value", dialect, alias), this),
    )
    return found


def statements(table: SeedTable, dialect: Dialect) -> list[str]:
    """Return what makes a table anew and fills it."""
    name = relation(table.name, dialect)
    columns = [
        exp.ColumnDef(this=named(each, dialect), kind=exp.DataType.build(kind))
        for each, kind in zip(table.columns, table.types, strict=True)
    ]
    schema = exp.Schema(this=name.copy(), expressions=columns)
    made = [
        exp.Drop(tables=[name.copy()], kind="TABLE", exists=True).sql(dialect.name),
        exp.Create(this=schema, kind="TABLE").sql(dialect.name),
    ]
    into = name.sql(dialect.name)
    for first in range(0, len(table.rows), _ROWS_AT_ONCE):
        rows = (_row(table, each, dialect) for each in table.rows[first : first + _ROWS_AT_ONCE])
        made.append(f"INSERT INTO {into} VALUES {', '.join(rows)}")  # noqa: S608
    return made


def _row(table: SeedTable, row: Sequence[Cell], dialect: Dialect) -> str:
    """Return a row, each cell as sqlglot writes it: tables are long, and rows all alike."""
    cells = zip(row, table.types, strict=True)
    return f"({', '.join(_cell(cell, kind, dialect.name) for cell, kind in cells)})"


@lru_cache(maxsize=100_000)
def _cell(cell: Cell, kind: str, dialect: str) -> str:
    return (nothing(kind) if cell is None else literal(cell)).sql(dialect)
