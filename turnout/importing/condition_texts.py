"""Foreign conditions in the words of a policy."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeAlias, assert_never

from turnout.dsl import types
from turnout.dsl.values.literals import literal, show
from turnout.dsl.values.reading import Missing, Unread
from turnout.dsl.wording import quoted
from turnout.frozen import frozen
from turnout.importing.foreign import (
    ALWAYS,
    OF_AGES,
    Asked,
    Criterion,
    Every,
    Nay,
    Operator,
    Some,
    Unsaid,
)
from turnout.importing.plain_form import plain
from turnout.importing.typed_fields import OF_TEXTS, TypedField, is_true

_OR, _AND, _NOT = range(3)
"""How close an operator binds, the loosest first."""


@frozen
class SharedName:
    """A name in the policy for tests that are asked together. parts: how they are alike."""

    name: str
    parts: frozenset[Hashable]


def condition_text(
    asked: Asked,
    fields: Mapping[str, TypedField],
    names: Mapping[Hashable, SharedName] | None = None,
) -> str:
    """Return what is asked as a policy writes it, "" where nothing is.

    fields: by the source's names; `askable.settled` has seen to it that each can be asked so.
    names: of tests that come back, by how they are alike.
    """
    told = plain(asked)
    return "" if told == ALWAYS else _text(told, fields, _OR, names or {})


def alike(asked: Asked, fields: Mapping[str, TypedField]) -> tuple[Hashable, ...]:
    """Return what is the same for tests that say the same, in whichever order and spelling.

    asked: in plain form. Of a test it is its field, operator and values.
    """
    match asked:
        case Criterion(field, operator, values):
            of = fields[field].type
            is_typed = isinstance(of, types.Country | types.Subdivision) and operator in _OF_VALUES
            said = (value_text(of, value) for value in values) if is_typed else values
            return field, operator, frozenset(said)
        case Unsaid(field):
            return (field,)
        case Nay(part):
            return "not", alike(part, fields)
        case Every(parts):
            return "all", frozenset(alike(part, fields) for part in parts)
        case Some(parts):
            return "any", frozenset(alike(part, fields) for part in parts)
        case _:
            assert_never(asked)


_OF_VALUES: frozenset[Operator] = frozenset({"is", "is not"})

_NO_NAMES: Mapping[Hashable, SharedName] = {}
_Names: TypeAlias = Mapping[Hashable, SharedName]


def _text(
    asked: Asked, fields: Mapping[str, TypedField], around: int, names: _Names = _NO_NAMES
) -> str:
    if names and (name := _name(asked, fields, names)):
        return name
    match asked:
        case Criterion():
            return _ask(asked, fields[asked.field], around)
        case Unsaid(field):
            return fields[field].name
        case Nay(Unsaid(field)):
            return f"{fields[field].name} is false"
        case Nay(Criterion(field, "is past" | "is today" | "is future" as operator)):
            return f"{fields[field].name} is not {operator.removeprefix('is ')}"
        case Nay(part):
            return f"not {_text(part, fields, _NOT)}"
        case Every(()):
            return "id is present"
        case Some(()):
            return "id is missing"
        case Every(parts):
            called = _called_together(parts, fields, names)
            told = [called.get(part) or _text(part, fields, _AND, names) for part in parts]
            return _joined(told, "and", around > _AND)
        case Some(parts):
            kept = [part for part in parts if not _goes_without(part, parts, fields)]
            return _joined([_text(part, fields, _OR, names) for part in kept], "or", around > _OR)
        case _:
            assert_never(asked)


def _name(asked: Asked, fields: Mapping[str, TypedField], names: _Names) -> str:
    """Return the name of just this, "" where it has none."""
    key: Hashable = alike(asked, fields)
    found = names.get(key)
    return found.name if found is not None and found.parts == frozenset((key,)) else ""


def _called_together(
    parts: Iterable[Asked], fields: Mapping[str, TypedField], names: _Names
) -> Mapping[Asked, str]:
    """Return names of tests that are asked together here, for each of them."""
    if not names:
        return {}
    keys: dict[Asked, Hashable] = {part: alike(part, fields) for part in parts}
    here = frozenset(keys.values())
    found = {part: names[key] for part, key in keys.items() if key in names}
    return {part: shared.name for part, shared in found.items() if shared.parts <= here}


def _joined(parts: list[str], word: str, is_inside: bool) -> str:  # noqa: FBT001 - private
    told = [part for part in dict.fromkeys(parts) if part]
    joined = f" {word} ".join(told)
    return f"({joined})" if is_inside and len(told) > 1 else joined


def _goes_without(part: Asked, parts: tuple[Asked, ...], fields: Mapping[str, TypedField]) -> bool:
    """Return whether it needs no word that a field may be missing, since a box never is."""
    return (
        isinstance(part, Criterion)
        and part.operator == "missing"
        and fields[part.field].foreign.kind == "boolean"
        and any(
            isinstance(each, Criterion) and each.field == part.field and each.operator == "is not"
            for each in parts
        )
    )


def _ask(ask: Criterion, field: TypedField, around: int) -> str:
    name = field.name
    if ask.operator in {"missing", "present"}:
        return f"{name} is {ask.operator}"
    if ask.operator in OF_AGES:
        days = ask.values[0]
        return f"{name} {ask.operator} {days} {'day' if days == '1' else 'days'}"
    if isinstance(field.type, types.Boolean):
        return _truth(ask, name)
    values = tuple(dict.fromkeys(asked_text(field.type, ask, value) for value in ask.values))
    match ask.operator:
        case "is" | "is not":
            is_not = ask.operator == "is not"
            if len(values) == 1:
                return f"{name} is {'not ' * is_not}{values[0]}"
            return f"{name} {'not ' * is_not}in [{', '.join(values)}]"
        case "contains" | "starts with" | "ends with" | "matches":
            listed = values[0] if len(values) == 1 else f"[{', '.join(values)}]"
            return f"{name} {ask.operator} {listed}"
        case "has any" | "has all":
            if len(values) == 1:
                return f"{name} has {values[0]}"
            return f"{name} {ask.operator} [{', '.join(values)}]"
        case "is past" | "is today" | "is future":
            return f"{name} {ask.operator}"
        case "older than" | "later than" | "within" | "within next" | "missing" | "present":
            raise AssertionError  # said above
        case "<" | "<=" | ">" | ">=":
            said = [f"{name} {ask.operator} {value}" for value in values]
            return _joined(said, "or", around > _OR)
        case _:
            assert_never(ask.operator)


def _truth(ask: Criterion, name: str) -> str:
    """Return a test of a yes-or-no field; an unticked box is false, and missing in no export."""
    said = {is_true(value) for value in ask.values}
    if len(said) > 1:
        return f"{name} is present" if ask.operator == "is" else "id is missing"
    holds = said == {True}
    return f"{name} is {'true' if holds == (ask.operator == 'is') else 'false'}"


def asked_text(of: types.FieldType, ask: Criterion, text: str) -> str:
    """Return a value that is asked for as a policy writes it; a part of a text is a text."""
    return quoted(text) if ask.operator in OF_TEXTS else value_text(of, text)


def value_text(of: types.FieldType, text: str) -> str:
    """Return a value as a policy writes it; a text as its source has it."""
    if of.shape == "text" and isinstance(of, types.Text):
        return quoted(text)
    one = types.OneOf(of.values) if isinstance(of, types.AnyOf) else of
    read = literal(types.Field("field", one), text)
    assert not isinstance(read, Unread | Missing)
    return show(one, read)
