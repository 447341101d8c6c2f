"""What programs pass, as what it says: a text, a number, a day, a list, or nothing.

A file holds texts and JSON holds little more, but a program passes what it has: an
`Enum`, a `UUID`, the scalars of numpy, the empty cells of pandas. Those libraries are told
by the names of their classes, because Turnout needs none of them. What isn't known here is
opaque: no code of it runs, and whoever reads it says of which type it is.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from math import isnan
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

OPAQUE: Final = object()
"""What stands for a value of no class that can be read."""

_Names: TypeAlias = frozenset[tuple[str, str]]

_READABLE = (date, list, tuple, set, frozenset, bytes)
# What pandas writes for an empty cell, and msgspec for a field that isn't there.
_EMPTY_CELLS = frozenset({"NaTType", "NAType", "UnsetType"})
# URLs: objects that are nothing but a text.
_TEXTS: _Names = frozenset(
    {("pydantic.networks", "_BaseUrl"), ("pydantic_core._pydantic_core", "Url")}
)
_KINDS: dict[type, str] = {
    type(None): "nothing",
    str: "text",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    Decimal: "a number",
    date: "a date",
    datetime: "a date",
    list: "a list",
    tuple: "a list",
    set: "a list",
    frozenset: "a list",
    bytes: "bytes",
}
_LONGEST_NAME = 80


def built_in(raw: object) -> object:
    """Return `raw` as an instance of a built-in class.

    None where it is an empty cell (data frames write NaN); `OPAQUE` where it is of no
    class that can be read. A moment is in UTC where it has a zone, else the day that it is
    written with.

    >>> from uuid import UUID
    >>> built_in(UUID(int=1)), built_in(float("nan")), built_in(3j) is OPAQUE
    ('00000000-0000-0000-0000-000000000001', None, True)
    """
    kind = type(raw)
    if raw is None or kind.__name__ in _EMPTY_CELLS:
        return None
    if issubclass(kind, str):
        return str.__str__(cast("str", raw))
    if issubclass(kind, bool):
        return raw
    if issubclass(kind, int):
        return int.__int__(cast("int", raw))
    if issubclass(kind, float):
        number = float.__float__(cast("float", raw))
        return None if isnan(number) else number
    if issubclass(kind, datetime):
        return _moment(cast("datetime", raw))
    if kind is Decimal:
        return None if cast("Decimal", raw).is_nan() else raw
    return raw if kind in _READABLE else _of_a_library(raw, kind)


def _moment(raw: datetime) -> date:
    """Return a moment in UTC where it has a zone, else its day.

    The zone may be of any class; one whose code fails says nothing.
    """
    with suppress(Exception):
        if raw.tzinfo is not None and (offset := datetime.utcoffset(raw)) is not None:
            plain = datetime.combine(datetime.date(raw), datetime.time(raw), UTC)
            return plain - offset
    return datetime.date(raw)


def _of_a_library(raw: object, kind: type) -> object:
    if issubclass(kind, Enum):
        return built_in(object.__getattribute__(raw, "_value_"))
    if issubclass(kind, UUID):
        return UUID.__str__(cast("UUID", raw))
    names = frozenset((base.__module__, base.__name__) for base in kind.__mro__)
    if names & _TEXTS:
        return str(raw)
    if ("numpy", "ndarray") in names:
        array = cast("Any", raw)
        return array.tolist() if array.ndim == 1 else OPAQUE
    return _scalar(raw, names) if ("numpy", "generic") in names else OPAQUE


def _scalar(raw: object, names: _Names) -> object:
    """Return a scalar of numpy as Python's own; a float of 32 bits as the digits it prints.

    A moment that Python has no date for is opaque: its count of nanoseconds says nothing.
    """
    classes = {name for module, name in names if module == "numpy"}
    scalar = cast("Any", raw)
    if "datetime64" in classes:
        moment = scalar.astype("datetime64[us]").item()
        return built_in(moment) if moment is None or isinstance(moment, datetime) else OPAQUE
    if "timedelta64" in classes:
        return OPAQUE
    if "floating" in classes:
        return built_in(float(str(raw)))
    return scalar.item() if classes & {"integer", "bool", "bool_"} else OPAQUE


def kind_of(raw: object) -> str:
    """Return what kind of thing `raw` is, in JSON's words where it has one.

    >>> kind_of([1]), kind_of({}), kind_of(3j)
    ('a list', 'an object', 'a value of type complex')
    """
    known = _KINDS.get(type(raw))
    if known is not None:
        return known
    return "an object" if issubclass(type(raw), Mapping) else f"a value of type {type_name(raw)}"


def type_name(raw: object) -> str:
    """Return the name of a value's type, with its module where that isn't Python's own."""
    kind = type(raw)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    name = f"{module}{kind.__qualname__}"[:_LONGEST_NAME]
    return "".join(character if character.isprintable() else " " for character in name)
