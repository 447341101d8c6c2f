"""Values and literals: how a policy's literal is read, and how a value is written as one.

In a policy a number is always written the same way (`-1_200.50`, `2.5k`, `100M`), so no
literal is ambiguous; everything else reads as in a lead, with nothing let pass.
"""

import re
from datetime import date
from decimal import Decimal
from typing import assert_never, cast

import attrs

from turnout.dsl import types
from turnout.dsl.names import is_name
from turnout.dsl.values.numerals import scaled
from turnout.dsl.values.readers import read
from turnout.dsl.values.reading import Reading

_NUMBER = re.compile(r"-?[0-9][0-9_]*(?:\.[0-9]+)?[kMB]?")
# Words that mean something else after `is` or `has`.
_TAKEN = frozenset({"all", "any", "missing", "none", "not", "present", "word"})
_POWERS = {"k": 3, "M": 6, "B": 9}
_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\t": r"\t"})


def literal(field: types.Field, text: str, country: str | None = None) -> Reading:
    """Read the text of a literal (quotes removed) as a value of `field`.

    For an `any of` field the literal is one of its values, as after `has`.

    >>> literal(types.Field("score", types.Number()), "1.250")
    Decimal('1.25')
    """
    if isinstance(field.type, types.Money):  # a policy's amounts are in the field's currency
        field = attrs.evolve(field, type=attrs.evolve(field.type, of=None))
    if field.type.shape in {"whole", "dense"} and _NUMBER.fullmatch(text):
        power = _POWERS.get(text[-1], 0)
        return read(field, scaled(Decimal(text.rstrip("kMB").replace("_", "")), power))
    if isinstance(field.type, types.AnyOf):
        return read(types.Field(field.name, types.OneOf(field.type.values)), text)
    return read(field, text, country)


def show(of: types.Field | types.FieldType, value: types.Value) -> str:
    r"""Return `value` as a policy's author would write it; `literal` reads it back.

    >>> show(types.Money("USD"), Decimal(100_000_000)), show(types.Text(), 'the "best"')
    ('100M', '"the \\"best\\""')
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return _shown_number(Decimal(value))
        case date():
            return value.isoformat()
        case frozenset():
            return f"[{', '.join(_shown_word(one) for one in sorted(value))}]"
        case str():
            kind = of.type if isinstance(of, types.Field) else of
            return _quoted(value) if kind.shape == "text" else _shown_word(value)
        case _:
            assert_never(value)


def _shown_number(number: Decimal) -> str:
    digits = format(number, "f")
    whole, zeros = digits[:-6], digits[-6:]
    return f"{whole}M" if zeros == "000000" and whole not in {"", "-"} else digits


def _shown_word(word: str) -> str:
    return word if is_name(word) and word not in _TAKEN else _quoted(word)


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPED)}"'


def jsonable(value: types.Value) -> str | int | bool | list[str]:
    """Return `value` in a JSON form that is the same for equal values; see `from_jsonable`."""
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case _:
            return value


def from_jsonable(kind: types.FieldType, stored: object) -> types.Value:
    """Return the value that `jsonable` stored. Raises ValueError where it stored no such value."""
    match kind.shape, stored:
        case "dense", str():
            return Decimal(stored)
        case "days", str():
            return date.fromisoformat(stored)
        case "several", list():
            return frozenset(str(one) for one in cast("list[object]", stored))
        case "whole", int():
            return int(stored)
        case "listed", bool() if isinstance(kind, types.Boolean):
            return stored
        case "listed" | "text", str() if not isinstance(kind, types.Boolean):
            return stored
        case _:
            raise ValueError(f"not a stored {kind.word}: {stored!r}")
