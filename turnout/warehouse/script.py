"""A view as a script that a person reads: what it needs and gives, then its statements."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from turnout.compiler.plan.value import Plan
from turnout.compiler.program import Clause, Program
from turnout.dsl import types
from turnout.dsl.types import Field
from turnout.dsl.wording import typed, written
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.view import ViewWanted, WarehouseView

_LONGEST_NOTE = 200


def clause_notes(program: Program, route: str, main: Path) -> list[str]:
    """Return what is said beside each clause of a view: name, place, and condition as written.

    main: the policy's file. Places are told from its folder on, the same on every machine.
    """
    fields = program.policy.fields
    return [_note(each, fields, main.parent) for each in program.routes[route].clauses]


def _note(clause: Clause, fields: Mapping[str, Field], folder: Path) -> str:
    file = Path(os.path.relpath(clause.span.source.name, folder)).as_posix()
    place = f"({file}:{clause.span.line})"
    name = f"rule {clause.name} {place}" if clause.is_rule else f"{clause.name} {place}"
    said = written(clause.condition, fields)
    if not said or said == "always":
        return name
    short = said if len(said) <= _LONGEST_NOTE else f"{said[:_LONGEST_NOTE].rstrip()} ..."
    return f"{name}: {short}"


def script_text(
    view: WarehouseView,
    plan: Plan,
    fields: Mapping[str, Field],
    dialect: Dialect,
    wanted: ViewWanted,
) -> str:
    """Return the whole script; it ends in a line feed."""
    lines = [
        f"The route {plan.route} of the policy {plan.policy}, for {dialect.name}.",
        f"Written by `turnout export sql`; the policy's hash is {plan.policy_hash or 'not known'}.",
        "",
        f"{view.name} says of each lead in {wanted.source} which clause takes it.",
        *_read_columns(fields, wanted),
    ]
    if wanted.today is not None:
        lines += ["", f"Leads are decided as of {wanted.today.isoformat()}."]
    head = "\n".join(f"-- {_one_line(line)}".rstrip() for line in lines)
    body = "\n\n".join(f"{each};" for each in view.script(dialect))
    return f"{head}\n\n{body}\n"


def _read_columns(fields: Mapping[str, Field], wanted: ViewWanted) -> list[str]:
    if wanted.raw is None:
        return [
            "It reads these columns, with values in their normal form, NULL for what is missing:",
            *(f"  {name:<20} {column_words(field.type)}" for name, field in fields.items()),
            *(_NORMAL if wanted.is_normal else ()),
        ]
    return [
        f"{wanted.name}_values reads these columns, which are texts as people type them, for the",
        "fields of the policy. Fields whose text SQL can't tell stand in unread; for_batch says",
        "whether that matters:",
        *(f"  {column:<20} {typed(fields[name].type)[:60]}" for name, column in wanted.raw.items()),
    ]


_NORMAL = (
    "It asks no value whether it can be one of its field: what can't be is taken as it stands, and",
    "issues is NULL.",
)


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def column_words(kind: types.FieldType) -> str:
    """Return the type that a column of a field's values has, and what they are."""
    for of, words in _COLUMNS.items():
        if isinstance(kind, of):
            return f"{words}: {typed(kind)[:60]}"
    return f"a text: {typed(kind)[:60]}"


_COLUMNS: Mapping[type, str] = MappingProxyType(
    {
        types.Integer: "a whole number of 64 bits",
        types.Number: "a decimal number, DECIMAL(38, 9) at most",
        types.Money: "a decimal number, DECIMAL(38, 9) at most",
        types.Boolean: "a boolean",
        types.Date: "a date",
        types.AnyOf: "an array of texts",
    }
)
