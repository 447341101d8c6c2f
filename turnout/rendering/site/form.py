"""What a browser needs to decide leads of one route: its plan, its form, and their tables.

The form has the fields by which the route decides, and those that they are read with. Beside
each stand the tables of its reader (`dsl/values/reader_tables.py`); what is too large to be
handed out, or is no table, is left to `turnout explain`, and `decide.js` says so.
"""

from collections.abc import Iterable, Mapping
from json import loads
from typing import Any, TypeAlias, assert_never

import attrs

from turnout.compiler.masks import mask_of
from turnout.compiler.plan.making import column_of, plan_of
from turnout.compiler.plan.value import Plan
from turnout.compiler.plan.writing import dumps
from turnout.compiler.program import Program
from turnout.compiler.questions.route_ground import route_ground
from turnout.compiler.words.describe import SideNames, side_names
from turnout.dsl import types
from turnout.dsl.lookups import looked_up_fields
from turnout.dsl.types import Field, Value
from turnout.dsl.values import jsonable
from turnout.dsl.values.name_tables import loose_keys
from turnout.dsl.values.places import subdivision_codes
from turnout.dsl.values.reader_tables import ReaderTable, reader_tables
from turnout.dsl.values.step_tables import step_tables
from turnout.dsl.wording import typed
from turnout.runtime.unbound import asked_fields

MOST_ROWS = 5_000
"""Rows of a lookup table that are handed out."""

MOST_WORDS = 4_000
"""Sides of conditions that are put into words."""


def form_data(program: Program, route: str, policy_hash: str = "") -> dict[str, Any]:
    """Return what `decide.js` needs of a route, as JSON.

    plan: as `turnout compile` writes it. fields: in schema order, each with its tables.
    looked_up: fields that are found by others, in that order. words: each side of the plan in
    words, empty where there are too many. steps: see `StepTables`.
    """
    plan = plan_of(program, route, policy_hash)
    fields = form_fields(program, route)
    known = {field.name for field in fields}
    countries = _countries(plan)
    written: dict[str, Any] = loads(dumps(plan))
    return {
        "plan": written,
        "fields": [_field(field, countries) for field in fields],
        "looked_up": [
            each.name for each in looked_up_fields(program.policy.fields) if each.name in known
        ],
        "words": side_words(program, route, plan, written["sides"]),
        "steps": attrs.asdict(step_tables()),
    }


def form_fields(program: Program, route: str) -> tuple[Field, ...]:
    """Return the fields by which a route decides, and those that they are read with."""
    asked = asked_fields(program.policy, route)
    return tuple(field for name, field in program.policy.fields.items() if name in asked)


Runs: TypeAlias = list[tuple[int, int]]
"""Runs of classes, each with its first and its last."""


def side_words(
    program: Program, route: str, plan: Plan, sides: list[tuple[int, Runs]]
) -> list[str]:
    """Return each of a plan's sides in words; none where there are too many."""
    if len(sides) > MOST_WORDS:
        return []
    ground = route_ground(program, route)
    known = side_names(ground.regions, program.policy.definitions.values())
    places = _places(known, plan)
    return [
        known.phrase(places[at], mask_of(n for low, high in runs for n in range(low, high + 1)))
        for at, runs in sides
    ]


def _places(known: SideNames, plan: Plan) -> list[int]:
    """Return the dimension of each column: they stand in one order."""
    columns = [column_of(each) for each in known.space.dimensions]
    found: list[int] = []
    for column in plan.columns:
        found.append(columns.index(column, found[-1] + 1 if found else 0))
    return found


def _countries(plan: Plan) -> tuple[str, ...]:
    """Return the countries of whose subdivisions the plan speaks."""
    listed = (value for each in plan.columns for value in getattr(each.classes, "values", ()))
    codes = subdivision_codes()
    return tuple(
        sorted({value[:2] for value in listed if isinstance(value, str) and value in codes})
    )


# -- fields --


def _field(field: Field, countries: Iterable[str]) -> dict[str, Any]:
    tables = reader_tables(field)
    found: dict[str, Any] = {
        "name": field.name,
        "type": field.type.word,
        "typed": typed(field.type),
        "required": field.required,
        "missing": list(tables.missing),
        "country": types.country_field(field.type),
        "lookups": [_lookup(lookup) for lookup in field.lookups],
        **_options(field.type),
    }
    if isinstance(field.type, types.Subdivision):
        found["codes"] = sorted(subdivision_codes())
        found["places"] = {code: _tables(reader_tables(field, code).tables) for code in countries}
    elif isinstance(field.type, types.Language):
        found["tables"] = _tables(_without_rare(tables.tables))
    else:
        found["tables"] = _tables(tables.tables)
    return found


def _options(kind: types.FieldType) -> dict[str, Any]:
    """Return what a type says besides its word, as far as a form or its reader asks it."""
    match kind:
        case types.Integer(low, high, numerals) | types.Number(low, high, numerals):
            ends = {"low": None if low is None else str(low), "high": _text(high)}
            return {**ends, "decimal": numerals.decimal, "ranged": bool(numerals.end)}
        case types.Money(_, numerals, told):
            asked = {"decimal": numerals.decimal, "ranged": bool(numerals.end)}
            return {**asked, "told": told is not None}
        case types.Code(first, digits):
            return {"first": first, "digits": digits}
        case types.Domain(of) | types.CompanyName(of):
            return {"of": list(of)}
        case types.OneOf(values) | types.AnyOf(values):
            return {"values": list(values)}
        case types.PersonName(people):
            return {"values": sorted(set(people.values()))}
        case types.Subdivision(_, within) | types.Phone(_, within):
            return {"within": within}
        case (
            types.Text()
            | types.Email()
            | types.Country()
            | types.Language()
            | types.Boolean()
            | types.Date()
        ):
            return {}
        case _:
            assert_never(kind)


def _text(number: object) -> str | None:
    return None if number is None else str(number)


def _lookup(lookup: types.Lookup) -> dict[str, Any]:
    """Return a lookup's table by the text of its keys; None for one that is too long."""
    values = lookup.values if len(lookup.values) <= MOST_ROWS else None
    said = None if values is None else {_stored(key): jsonable(of) for key, of in values.items()}
    is_near = lookup.near is not None
    return {"key": lookup.key, "table": lookup.table, "values": said, "near": is_near}


def _stored(key: Value) -> str:
    """Return a value as `decide.js` writes it as a key."""
    found = jsonable(key)
    match found:
        case list():
            return "\n".join(found)
        case bool():
            return "true" if found else "false"
        case _:
            return str(found)


def _tables(tables: Iterable[ReaderTable]) -> list[dict[str, Any]]:
    return [
        {
            "step": table.step,
            "values": {key: [jsonable(each) for each in of] for key, of in table.values.items()},
        }
        for table in tables
    ]


def _without_rare(tables: tuple[ReaderTable, ...]) -> tuple[ReaderTable, ...]:
    """Return the tables without languages of three letters: 7,900, which few leads speak.

    A key stays out where a language that is left out may be meant by a text that has it.
    """
    hidden = {
        key
        for table in tables[1:]
        for name, of in table.values.items()
        if any(len(str(code)) > len("en") for code in of)
        for key in (name, *loose_keys(name))
    }
    return tuple(
        attrs.evolve(table, values=_common(table.values, hidden if at else ()))
        for at, table in enumerate(tables)
    )


def _common(
    values: Mapping[str, tuple[Value, ...]], hidden: Iterable[str]
) -> dict[str, tuple[Value, ...]]:
    kept = {key: of for key, of in values.items() if all(len(str(code)) == 2 for code in of)}
    return {key: of for key, of in kept.items() if key not in hidden}
