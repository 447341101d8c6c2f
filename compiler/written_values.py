"""Frozen values as rows of JSON, and back: strictly what their classes say, and nothing else.

A row is a list: a class of values and what each of its fields holds, in their order, or one of
`FORMS` and what is in it. What is no text, whole number, truth or null stands as a row of its own,
equal ones once, before the rows that have it; these say its number, in a list: `[12]`. The last row
is the whole. So what a policy shares is written once, and nothing can hold itself.

Which classes there may be, and what their fields may hold, is what the annotations say that lead
there from one class. Nothing is called but these classes.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from hashlib import sha256
from typing import Any, Literal, TypeAlias, cast, get_args, get_origin, get_type_hints

import attrs

from turnout.dsl.types import Value

ValueRow: TypeAlias = list[object]
Fits: TypeAlias = Callable[[object], bool]

FORMS = ("tuple", "set", "map", "day", "moment", "decimal", "fraction", "microseconds", "given")
"""What a row may be beside a class: what begins in lower case."""

MOST_WEIGHT = 100_000_000
"""Values that the whole would have if none were shared; beyond, asking for its hash takes long."""

_MICROSECOND = timedelta(microseconds=1)
_SCALARS = (str, int, bool, type(None))
_LONGEST_NUMBER = 200


# -- which classes there are --


@cache
def classes_from(root: type) -> Mapping[str, type]:
    """Return the classes of values that a class leads to, by name."""
    found: dict[str, type] = {}
    pending: list[Any] = [root]
    while pending:
        hint = pending.pop()
        if isinstance(hint, type) and attrs.has(hint):
            known = found.get(hint.__name__)
            if known is None:
                found[hint.__name__] = hint
                pending += [each for _, each in _fields(hint)]
                pending += filter(_is_whole, hint.__subclasses__())
            elif known is not hint:
                raise TypeError(f"two classes are called {hint.__name__}")
        elif get_origin(hint) is not Literal:
            pending += get_args(hint)
    return dict(sorted(found.items()))


def _is_whole(of: type) -> bool:
    """Return whether a class is the one of its name: with slots, each is made twice."""
    return getattr(sys.modules[of.__module__], of.__name__, None) is of


@cache
def _fields(of: type) -> tuple[tuple[str, Any], ...]:
    """Return the names and annotations of what a value of a class is made of."""
    hints = get_type_hints(of, localns={"Value": Value})
    return tuple((each.name, hints[each.name]) for each in attrs.fields(of) if each.init)


@cache
def shape(root: type) -> str:
    """Return what tells these classes from those of another version: a hash of their fields."""
    classes = classes_from(root).items()
    said = [" ".join([name, *(field for field, _ in _fields(each))]) for name, each in classes]
    return sha256("\n".join(said).encode()).hexdigest()[:16]


# -- writing --


def rows_of(value: object, root: type, given: Sequence[object] = ()) -> list[ValueRow]:
    """Return a value as rows. root: its class, from which all others are known.

    given: values that the reader has already.
    """
    writer = _Writer(classes_from(root), given)
    writer.cell(value)
    return writer.rows


class _Writer:
    def __init__(self, classes: Mapping[str, type], given: Sequence[object]) -> None:
        self.rows: list[ValueRow] = [["given", number] for number in range(len(given))]
        self._classes = frozenset(classes.values())
        self._numbers: dict[str, int] = {}
        self._known = {id(each): (each, [number]) for number, each in enumerate(given)}

    def cell(self, value: object) -> object:
        if value is None or type(value) in _SCALARS:
            return value
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        row = self._row(value)
        number = self._numbers.setdefault(json.dumps(row), len(self.rows))
        if number == len(self.rows):
            self.rows.append(row)
        self._known[id(value)] = value, [number]
        return [number]

    def _row(self, value: object) -> ValueRow:
        of: type = type(value)
        if of in self._classes:
            names = (name for name, _ in _fields(of))
            return [of.__name__, *(self.cell(getattr(value, name)) for name in names)]
        match value:
            case tuple():
                return ["tuple", *map(self.cell, cast("tuple[object, ...]", value))]
            case frozenset():
                inside = sorted(cast("frozenset[object]", value), key=_told)
                return ["set", *map(self.cell, inside)]
            case Mapping():
                pairs = cast("Mapping[object, object]", value).items()
                return ["map", *(self.cell(each) for pair in pairs for each in pair)]
            case datetime():
                return ["moment", value.isoformat()]
            case date():
                return ["day", value.isoformat()]
            case Decimal():
                return ["decimal", str(value)]
            case Fraction():
                return ["fraction", str(value)]
            case timedelta():
                return ["microseconds", value // _MICROSECOND]
            case _:
                raise TypeError(f"{type(value).__name__} is no class of these values")


def _told(value: object) -> tuple[str, str]:
    """Return by what the members of a set are in order."""
    if isinstance(value, frozenset):
        return "frozenset", repr(sorted(map(repr, cast("frozenset[object]", value))))
    return type(value).__name__, repr(value)


# -- reading --


def value_of(rows: object, root: type, given: Sequence[object] = ()) -> Any:  # noqa: ANN401 - a value of `root`
    """Return the value that `rows_of` wrote. Raises ValueError."""
    if not isinstance(rows, list) or not rows:
        raise ValueError("there are no values")
    classes = classes_from(root)
    made: list[tuple[object, int]] = []
    for number, row in enumerate(cast("list[object]", rows)):
        try:
            made.append(_made(row, made, classes, given))
        except (TypeError, ValueError, ArithmeticError) as problem:
            raise ValueError(f"value {number}: {problem}") from None
    whole = made[-1][0]
    if type(whole) is not root:
        raise ValueError(f"the last value is no {root.__name__}")
    return whole


def _made(
    row: object,
    made: list[tuple[object, int]],
    classes: Mapping[str, type],
    given: Sequence[object],
) -> tuple[object, int]:
    if not isinstance(row, list) or not row:
        raise ValueError("is no row")
    of, *written = cast("list[object]", row)
    weight, cells = 1, list[object]()
    for each in written:
        value = each
        if isinstance(each, list):
            value, more = _earlier(cast("list[object]", each), made)
            weight += more
        elif type(each) not in _SCALARS:
            raise ValueError("holds what no value is")
        cells.append(value)
    if weight > MOST_WEIGHT:
        raise ValueError("is too large")
    if type(of) is not str:
        raise ValueError("has no class")
    found = classes.get(of)
    if found is not None:
        return _instance(found, cells), weight
    if of == "given" and len(cells) == 1 and cells[0] in range(len(given)):
        return given[cast("int", cells[0])], weight
    return _formed(of, cells), weight


def _earlier(named: list[object], made: list[tuple[object, int]]) -> tuple[object, int]:
    if len(named) != 1 or type(named[0]) is not int or not 0 <= named[0] < len(made):
        raise ValueError("names no value before it")
    return made[named[0]]


def _instance(of: type, cells: list[object]) -> object:
    fields = _checked(of)
    if len(cells) != len(fields):
        raise ValueError(f"a {of.__name__} has {len(fields)} fields, not {len(cells)}")
    for (name, fits), value in zip(fields, cells, strict=True):
        if not fits(value):
            raise ValueError(f"`{name}` of a {of.__name__} can't be this")
    return of(**dict(zip((name for name, _ in fields), cells, strict=True)))


@cache
def _checked(of: type) -> tuple[tuple[str, Fits], ...]:
    return tuple((name, _fits(hint)) for name, hint in _fields(of))


def _formed(form: str, cells: list[object]) -> object:
    match form:
        case "tuple":
            return tuple(cells)
        case "set":
            return frozenset(cells)
        case "map":
            return dict(zip(cells[::2], cells[1::2], strict=True))
        case "microseconds" if len(cells) == 1 and type(cells[0]) is int:
            return timedelta(microseconds=cells[0])
        case _:
            return _from_text(form, cells)


def _from_text(form: str, cells: list[object]) -> object:
    text = cells[0] if len(cells) == 1 else None
    if not isinstance(text, str) or len(text) > _LONGEST_NUMBER:
        raise ValueError(f"{form[:40]!r} is no form of a value")
    match form:
        case "day":
            return date.fromisoformat(text)
        case "moment":
            return datetime.fromisoformat(text)
        case "decimal" if (number := Decimal(text)).is_finite():
            return number
        case "fraction":
            return Fraction(text)
        case _:
            raise ValueError(f"{form[:40]!r} is no form of a value")


# -- what a field may hold --


def _fits(hint: Any) -> Fits:  # noqa: ANN401 - an annotation
    """Return what tells whether a value is one that an annotation allows."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is None or hint is type(None):
        return lambda value: value is None
    if origin is Literal:
        return lambda value: any(type(value) is type(each) and value == each for each in args)
    if origin is tuple:
        return _tuple_fits(args)
    if origin is frozenset:
        inside = _fits(args[0])
        return lambda value: (
            isinstance(value, frozenset) and all(map(inside, cast("frozenset[object]", value)))
        )
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        keys, values = _fits(args[0]), _fits(args[1])
        return lambda value: (
            isinstance(value, dict)
            and all(map(keys, cast("dict[object, object]", value)))
            and all(map(values, cast("dict[object, object]", value).values()))
        )
    if args:  # a union
        kinds = tuple(each for each in args if isinstance(each, type) and not get_args(each))
        either = [_fits(each) for each in args if each not in kinds]
        return lambda value: isinstance(value, kinds) or any(fits(value) for fits in either)
    kind = cast("type", hint)
    return lambda value: isinstance(value, kind)


def _tuple_fits(args: tuple[object, ...]) -> Fits:
    if len(args) == 2 and args[1] is Ellipsis:
        inside = _fits(args[0])
        return lambda value: (
            isinstance(value, tuple) and all(map(inside, cast("tuple[object, ...]", value)))
        )
    each = [_fits(arg) for arg in args]
    return lambda value: (
        isinstance(value, tuple)
        and len(cast("tuple[object, ...]", value)) == len(each)
        and all(
            fits(one) for fits, one in zip(each, cast("tuple[object, ...]", value), strict=True)
        )
    )
