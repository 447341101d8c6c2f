"""Leads in a warehouse: their values as typed columns, and what a view says of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import psycopg

from turnout.dsl import types
from turnout.dsl.types import Field, Value, Values
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.view import WarehouseView

KEY = "row_key"
"""The column that tells the leads of a test apart."""


def column_type(kind: types.FieldType) -> str:
    """Return the type of the column of a field, in DuckDB and in PostgreSQL."""
    match kind:
        case types.Integer():
            return "BIGINT"
        case types.Number() | types.Money():
            return "DECIMAL(38, 9)"
        case types.Boolean():
            return "BOOLEAN"
        case types.Date():
            return "DATE"
        case types.AnyOf():
            return "VARCHAR[]"
        case _:
            return "VARCHAR"


def fits(values: Values) -> bool:
    """Return whether typed columns can hold what a lead has."""
    return all(map(_fits, values.values()))


def _fits(value: Value) -> bool:
    match value:
        case bool() | str() | frozenset() | date():
            return True
        case int():
            return -(1 << 63) <= value < 1 << 63
        case Decimal():
            return abs(value) < 10**18 and value == value.quantize(Decimal("1e-9"))


def quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def made_table(fields: Mapping[str, Field]) -> str:
    """Return the statement that makes a table for leads of a schema."""
    columns = [f"{quoted(KEY)} BIGINT"]
    columns += [f"{quoted(name)} {column_type(field.type)}" for name, field in fields.items()]
    return f"CREATE TEMPORARY TABLE leads ({', '.join(columns)})"


def cells(at: int, fields: Mapping[str, Field], values: Values) -> list[Any]:
    """Return a row of the table."""
    row: list[Any] = [at]
    for name in fields:
        value = values.get(name)
        row.append(sorted(value) if isinstance(value, frozenset) else value)
    return row


def in_duckdb(
    fields: Mapping[str, Field], view: WarehouseView, dialect: Dialect, leads: Sequence[Values]
) -> list[dict[str, Any]]:
    """Return what a view says of leads in DuckDB, in their order."""
    with duckdb.connect() as connection:
        connection.execute(made_table(fields))
        marks = ", ".join("?" * (len(fields) + 1))
        rows = [cells(at, fields, values) for at, values in enumerate(leads)]
        connection.executemany(f"INSERT INTO leads VALUES ({marks})", rows)  # noqa: S608 - names of our own
        for statement in view.script(dialect):
            connection.execute(statement)
        found = connection.execute(f"SELECT * FROM {view.name} ORDER BY lead")  # noqa: S608
        names = [each[0] for each in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def in_postgres(
    uri: str,
    fields: Mapping[str, Field],
    view: WarehouseView,
    dialect: Dialect,
    leads: Sequence[Values],
) -> list[dict[str, Any]]:
    """Return what a view says of leads in PostgreSQL, in their order; nothing stays there."""
    with psycopg.connect(uri) as connection:
        connection.execute("SET search_path TO pg_temp")
        connection.execute(made_table(fields).encode())
        marks = ", ".join(["%s"] * (len(fields) + 1))
        with connection.cursor() as cursor:
            rows = [cells(at, fields, values) for at, values in enumerate(leads)]
            cursor.executemany(f"INSERT INTO leads VALUES ({marks})".encode(), rows)  # noqa: S608
            for statement in view.script(dialect):
                cursor.execute(statement.encode())
            cursor.execute(f"SELECT * FROM {view.name} ORDER BY lead".encode())  # noqa: S608
            names = [each.name for each in cursor.description or ()]
            found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        connection.rollback()
        return found
