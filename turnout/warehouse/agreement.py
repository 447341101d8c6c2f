"""Whether a view says what its plan says: leads that try the plan, decided by both.

The view is carried out in DuckDB, in the memory of this process.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from turnout.compiler.plan.decide import answer, decider
from turnout.compiler.plan.value import Plan
from turnout.dsl import types
from turnout.dsl.types import Field, Value, Values
from turnout.dsl.values.raw_leads import RawValues, values_reader
from turnout.dsl.wording import worded
from turnout.frozen import frozen
from turnout.warehouse.column_tests import FINEST, WIDEST
from turnout.warehouse.dialects import DIALECTS
from turnout.warehouse.drawn_leads import drawn_leads
from turnout.warehouse.drawn_texts import drawn_texts
from turnout.warehouse.odd_values import Listing, listed
from turnout.warehouse.view import WarehouseView

KEY = "turnout_row"
"""The column that tells the drawn leads apart."""

_SHOWN = 10
_AT_ONCE = 100


@frozen
class Disagreement:
    """A lead of which the view says something else. values: as texts, by field."""

    values: Mapping[str, str]
    column: str
    view: str
    plan: str


@frozen
class ViewCheck:
    """What came of a check.

    leads: how many were drawn; left: of them, for the batch. clauses: how many of all clauses
    took one. different: how many leads the view decides otherwise; shown: the first of them.
    """

    leads: int
    left: int
    reached: int
    clauses: int
    different: int
    shown: tuple[Disagreement, ...]


def agreement(
    view: WarehouseView, plan: Plan, fields: Mapping[str, Field], today: date, count: int
) -> ViewCheck:
    """Return how a view of DuckDB and its plan agree on so many drawn leads.

    The view reads the table `leads` by the key `KEY`, and decides as of `today`. Where it asks no
    value whether it can be one, the leads have none that can't.
    """
    leads = drawn_leads(plan, fields, today, count)
    if view.odd is not None:
        leads = [_kept(fields, lead) for lead in leads]
    columns = {name: typed_column(field.type) for name, field in fields.items()}
    rows = _carried_out(view, columns, leads)
    tried = [_typed(fields, lead) for lead in leads]
    return _compared(plan, today, tried, rows)


def raw_agreement(  # noqa: PLR0913, PLR0917 - what a check is of
    view: WarehouseView,
    plan: Plan,
    fields: Mapping[str, Field],
    columns: Mapping[str, str],
    today: date,
    count: int,
) -> ViewCheck:
    """Return how a view over raw texts, read and decided one by one, agrees with the plan.

    columns: where each field stands in the table.
    """
    leads = drawn_texts(plan, fields, columns, today, count)
    rows = _carried_out(view, dict.fromkeys(columns.values(), "VARCHAR"), leads)
    read = values_reader(fields)
    tried = [_raw(read(lead), lead) for lead in leads]
    return _compared(plan, today, tried, rows)


@frozen
class _Tried:
    """A lead of a check: as it is shown, its values, and the fields with issues."""

    said: Mapping[str, str]
    values: Values
    issues: frozenset[str]


def _typed(fields: Mapping[str, Field], lead: Values) -> _Tried:
    kept = _kept(fields, lead)
    odd = frozenset(name for name in lead if kept.get(name) != lead[name])
    return _Tried({name: _text(value) for name, value in lead.items()}, kept, odd)


def _raw(read: RawValues, lead: Mapping[str, str | None]) -> _Tried:
    said = {name: value for name, value in lead.items() if value is not None}
    return _Tried(said, read.values, frozenset(each.field for each in read.issues))


def _compared(
    plan: Plan, today: date, tried: Sequence[_Tried], rows: Sequence[Mapping[str, Any]]
) -> ViewCheck:
    decide, left, different = decider(plan), 0, 0
    shown: list[Disagreement] = []
    reached: set[object] = set()
    for lead, row in zip(tried, rows, strict=True):
        if row["for_batch"]:
            left += 1
            continue
        unread = frozenset((row.get("unread") or "").split(", "))
        expected = _expected(plan, lead, decide(lead.values, today), unread)
        reached.add(row["clause"])
        told = {**row, "issues": frozenset((row["issues"] or "").split(", ")) - unread - {""}}
        wrong = [name for name, value in expected.items() if told[name] != value]
        different += bool(wrong)
        if wrong and len(shown) < _SHOWN:
            name = wrong[0]
            shown.append(Disagreement(lead.said, name, _said(told[name]), _said(expected[name])))
    return ViewCheck(len(tried), left, len(reached), len(plan.answers), different, tuple(shown))


def _said(value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(str, cast("frozenset[object]", value)))) or "None"
    return str(value)


def _carried_out(
    view: WarehouseView, typed: Mapping[str, str], leads: Sequence[Mapping[str, Value | None]]
) -> list[dict[str, Any]]:
    import duckdb  # noqa: PLC0415 - with the check alone

    dialect = DIALECTS["duckdb"]
    columns = [f"{KEY} BIGINT", *(f"{_quoted(name)} {kind}" for name, kind in typed.items())]
    marks = f"({', '.join('?' * len(columns))})"
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE leads ({', '.join(columns)})")
        rows = [
            [at, *(typed_cell(lead.get(name)) for name in typed)] for at, lead in enumerate(leads)
        ]
        for first in range(0, len(rows), _AT_ONCE):
            some = rows[first : first + _AT_ONCE]
            connection.execute(
                f"INSERT INTO leads VALUES {', '.join([marks] * len(some))}",  # noqa: S608 - marks
                [cell for row in some for cell in row],
            )
        for statement in view.script(dialect):
            connection.execute(statement)
        found = connection.execute(f"SELECT * FROM {view.name} ORDER BY lead")  # noqa: S608 - ours
        names = [each[0] for each in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def typed_column(kind: types.FieldType) -> str:
    """Return the type of DuckDB's that the column of a field's values has."""
    for of, name in _TYPES:
        if isinstance(kind, of):
            return name
    return "VARCHAR"


_TYPES = (
    (types.Integer, "BIGINT"),
    (types.Number | types.Money, f"DECIMAL({WIDEST}, {FINEST})"),
    (types.Boolean, "BOOLEAN"),
    (types.Date, "DATE"),
    (types.AnyOf, "VARCHAR[]"),
)


def typed_cell(value: Value | None) -> object:
    """Return a value as DuckDB takes it for such a column."""
    return sorted(value) if isinstance(value, frozenset) else value


def _text(value: Value) -> str:
    return ", ".join(sorted(value)) if isinstance(value, frozenset) else str(value)


# -- what has to come out --


def _expected(
    plan: Plan, lead: _Tried, number: int | None, unread: frozenset[str]
) -> dict[str, object]:
    told = answer(plan, number)
    lacking = [name for name in plan.required if name not in lead.values]
    return {
        "clause": f"rule {told.name}" if told.is_rule else told.name,
        "targets": json.dumps([worded(each.target) for each in told.attempts], ensure_ascii=False),
        "goes_on": told.goes_on,
        "due_minutes": None if told.sla is None else told.sla.period.minutes,
        "lacking": ", ".join(lacking) or None,
        "issues": lead.issues - unread,
    }


def _kept(fields: Mapping[str, Field], lead: Values) -> dict[str, Value]:
    """Return the values of a lead that its fields can have."""
    read = {name: _read(fields[name].type, value) for name, value in lead.items()}
    return {name: value for name, value in read.items() if value is not None}


def _read(kind: types.FieldType, value: Value) -> Value | None:
    if isinstance(kind, types.Integer | types.Number):
        assert not isinstance(value, str | date | frozenset)
        low, high = kind.low, kind.high
        is_in = (low is None or value >= low) and (high is None or value <= high)
        return value if is_in else None
    if isinstance(kind, types.AnyOf):
        assert isinstance(value, frozenset)
        return value & frozenset(kind.values) or None
    if isinstance(kind, Listing):
        return value if value in listed(kind) else None
    return value if value != "" else None
