"""What a program has for a lead, as a mapping from names to values.

A mapping is a lead as it is. Of the classes that programs keep leads in, each is told by
what it has, because Turnout needs none of their libraries: dataclasses, attrs classes,
pydantic's models, msgspec's structs, named tuples, the rows and mapped objects of databases
(SQLAlchemy's and Django's), the rows of data frames.
Anything else is no lead, and is refused: it would be one and the same lead as the next.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, ClassVar, Protocol, TypeAlias, cast

from turnout.dsl.values.built_ins import type_name

_Reader: TypeAlias = Callable[[Any], Mapping[str, object]]
_DEEPEST = 20


class Dataclass(Protocol):
    """An instance of a dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


class AttrsClass(Protocol):
    """An instance of an attrs class."""

    __attrs_attrs__: ClassVar[Any]


class Struct(Protocol):
    """A struct of msgspec."""

    __struct_fields__: ClassVar[tuple[str, ...]]


class Model(Protocol):
    """A model of pydantic."""

    def model_dump(self) -> dict[str, Any]:
        """Return the fields with their values."""
        ...


class NamedTuple(Protocol):
    """A named tuple, such as a row of `DataFrame.itertuples`."""

    def _asdict(self) -> dict[str, Any]: ...


class Keyed(Protocol):
    """What has values by name and is no mapping, such as `sqlite3.Row` or a pandas row."""

    def keys(self) -> Iterable[Any]:
        """Return the names."""
        ...

    def __getitem__(self, key: str, /) -> Any:  # noqa: ANN401 - values of any type
        ...


RawLead: TypeAlias = (
    Mapping[str, object] | Dataclass | AttrsClass | Struct | Model | NamedTuple | Keyed
)
"""A lead as a program has it: names with values. Other things are a TypeError."""


def as_record(lead: RawLead) -> Mapping[str, object]:
    """Return a lead as a mapping; of an object, one of its fields, those inside it too.

    Raises TypeError for what is no lead, with a remedy.

    >>> from collections import namedtuple
    >>> as_record(namedtuple("Lead", "id country")("L-1", "DE"))
    {'id': 'L-1', 'country': 'DE'}
    """
    if type(lead) is dict or isinstance(lead, Mapping):
        return cast("Mapping[str, object]", lead)
    read = None if isinstance(lead, type) else _reader(lead)
    record: object = None if read is None else read(lead)
    if not isinstance(record, Mapping):
        raise TypeError(_refusal(lead))
    named: Mapping[str, object] = record
    return {name: _inner(value, _DEEPEST) for name, value in named.items()}


def check_several(leads: object) -> None:
    """Raise TypeError for what isn't several leads: one, a text, or a whole data frame."""
    if isinstance(leads, str | bytes) or _dimensions(leads) == 2:
        raise TypeError(f"route_all takes several leads, not {_kind(leads)}; {_advice(leads)}")
    is_one = isinstance(leads, Mapping) or (not isinstance(leads, type) and _reader(leads))
    if is_one:
        raise TypeError("route_all takes several leads; one goes through `route`")
    if not isinstance(leads, Iterable):
        raise TypeError(f"route_all takes several leads, not {_kind(leads)}")


def _reader(lead: object) -> _Reader | None:
    """Return what makes a mapping of such an object, None where nothing does."""
    kind: Any = type(lead)
    found = _class_reader(kind)
    if found is not None:
        return found
    if tuple in kind.__mro__ and hasattr(kind, "_fields"):
        return _named
    if hasattr(kind, "_mapping"):
        return _row
    if hasattr(kind, "keys") and hasattr(kind, "__getitem__") and _dimensions(lead) < 2:
        return _keyed if _names(cast("Keyed", lead)) else None
    names = _attribute(_attribute(lead, "dtype"), "names")
    if isinstance(names, tuple) and _dimensions(lead) == 0:  # a row of a structured array
        return lambda row: {name: row[name] for name in cast("tuple[str, ...]", names)}
    return None


def _row(row: Any) -> Mapping[str, object]:  # noqa: ANN401 - a row of SQLAlchemy
    """Return a row's columns; of a row that holds one mapped object, that one's."""
    found = dict(row._mapping)  # noqa: SLF001 - documented, see its Row
    if len(found) == 1:
        (only,) = found.values()
        read = _class_reader(type(only))
        return found if read is None else read(only)
    return found


def _class_reader(kind: Any) -> _Reader | None:  # noqa: ANN401 - any class
    """Return what makes a mapping of an object with declared fields."""
    names: tuple[str, ...] | None = None
    if dataclasses.is_dataclass(kind):
        names = tuple(field.name for field in dataclasses.fields(kind))
    elif hasattr(kind, "__attrs_attrs__"):
        names = tuple(field.name for field in kind.__attrs_attrs__)
    elif hasattr(kind, "__struct_fields__"):
        names = tuple(kind.__struct_fields__)
    elif hasattr(kind, "__mapper__"):  # an object that SQLAlchemy keeps in a table
        names = tuple(column.key for column in kind.__mapper__.column_attrs)
    elif isinstance(_attribute(_attribute(kind, "_meta"), "concrete_fields"), tuple):
        names = tuple(field.attname for field in kind._meta.concrete_fields)  # noqa: SLF001 - documented by Django
    if names is not None:
        return lambda lead: {name: getattr(lead, name) for name in names}
    if hasattr(kind, "model_dump"):
        return lambda lead: lead.model_dump()
    if hasattr(kind, "__fields__") and hasattr(kind, "dict"):  # pydantic before version 2
        return lambda lead: dict(lead.dict())
    return None


def _named(row: Any) -> Mapping[str, object]:  # noqa: ANN401 - any named tuple
    return dict(zip(row._fields, row, strict=True))


def _keyed(row: Keyed) -> Mapping[str, object]:
    return {name: row[name] for name in _names(row)}


def _names(row: Keyed) -> list[str]:
    keys = row.keys()
    return [key for key in keys if isinstance(key, str)]


def _dimensions(lead: object) -> int:
    """Return how many axes data have: 2 for a table, which is no single lead."""
    found = _attribute(lead, "ndim")
    return found if isinstance(found, int) else 0


def _attribute(thing: object, name: str) -> object:
    """Return an attribute, None where there is none; a stranger's code may raise anything."""
    with suppress(Exception):
        return getattr(thing, name, None)
    return None


def _inner(value: object, depth: int) -> object:
    """Return an object within a lead as a mapping, too, so that a path leads into it."""
    read = None if isinstance(value, type) else _class_reader(type(value))
    if read is None or not depth:
        return value
    return {name: _inner(inside, depth - 1) for name, inside in read(value).items()}


def _refusal(lead: object) -> str:
    said = f"a lead is a mapping from field names to values, not {_kind(lead)}"
    advice = _advice(lead)
    return f"{said}; {advice}" if advice else said


def _kind(lead: object) -> str:
    return "text" if isinstance(lead, str) else f"a value of type {type_name(lead)}"


def _advice(lead: object) -> str:
    if isinstance(lead, type):
        return "pass an instance of the class"
    if isinstance(lead, str | bytes):
        return "read it first, such as with `json.loads`, or a file with `turnout.records`"
    if hasattr(type(lead), "to_dicts") and _dimensions(lead) != 1:  # polars
        return "route its rows: `route_all(frame.to_dicts())`"
    if hasattr(type(lead), "to_dict") and _dimensions(lead) == 2:
        return 'route its rows: `route_all(frame.to_dict("records"))`'
    if isinstance(lead, Iterable):
        return "several leads go through `route_all`"
    return "pass `vars(lead)`" if hasattr(lead, "__dict__") else ""
