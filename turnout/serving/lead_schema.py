"""What a lead is, as JSON Schema: each field in the form in which it is always understood.

The service understands more: other spellings, other names of columns, numbers as people write
them. What doesn't fit the schema is still decided, with its issues told.
"""

from collections.abc import Mapping
from typing import Any, assert_never

from turnout.dsl import types
from turnout.dsl.types import Field, FieldType, id_field
from turnout.dsl.wording import typed

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def lead_schema(name: str, fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the schema of a policy's leads, fields in their order. name: of the policy."""
    id_ = id_field(fields)
    return {
        "$schema": DIALECT,
        "title": f"A lead of policy {name}",
        "type": "object",
        "properties": {each.name: _property(each, is_id=each == id_) for each in fields.values()},
        "required": [each.name for each in fields.values() if each.required],
        "additionalProperties": True,
    }


def _property(field: Field, *, is_id: bool) -> dict[str, Any]:
    said = _schema(field.type)
    said["description"] = typed(field.type)
    if is_id:
        said["description"] += "; the lead's id: the same id again gets the same answer"
    elif not field.required:
        said = {"anyOf": [said, {"type": "null"}]}
    return said


def _schema(kind: FieldType) -> dict[str, Any]:  # noqa: C901 - one line for each type
    match kind:
        case types.Code(digits=int(digits)):
            return {"type": "string", "pattern": f"^[0-9]{{{digits}}}$"}
        case types.Text() | types.Code() | types.Domain():
            return {"type": "string"}
        case types.Email():
            return {"type": "string", "format": "email"}
        case types.Phone():
            return {"type": "string", "pattern": "^\\+[1-9][0-9]{6,14}$"}
        case types.Integer(low, high):
            return {"type": "integer", **_bounds(low, high)}
        case types.Number(low, high):
            bounds = (None if each is None else float(each) for each in (low, high))
            return {"type": "number", **_bounds(*bounds)}
        case types.Money():
            return {"type": "number"}
        case types.Boolean():
            return {"type": "boolean"}
        case types.Date():
            return {"type": "string", "format": "date"}
        case types.Country():
            return {"type": "string", "pattern": "^[A-Z]{2}$"}
        case types.Subdivision():
            return {"type": "string", "pattern": "^[A-Z]{2}-[A-Z0-9]{1,3}$"}
        case types.Language():
            return {"type": "string", "pattern": "^[a-z]{2,3}$"}
        case types.OneOf(values):
            return {"type": "string", "enum": list(values)}
        case types.AnyOf(values):
            inner = {"type": "string", "enum": list(values)}
            return {"type": "array", "items": inner, "minItems": 1, "uniqueItems": True}
        case types.PersonName(people):
            return {"type": "string", "enum": sorted(set(people.values()))}
        case _:
            assert_never(kind)


def _bounds(low: float | None, high: float | None) -> dict[str, float]:
    named = {"minimum": low, "maximum": high}
    return {name: bound for name, bound in named.items() if bound is not None}
