"""Foreign conditions in the words of a policy."""

from collections.abc import Mapping
from typing import assert_never

from turnout.dsl import types
from turnout.dsl.values.literals import literal, show
from turnout.dsl.values.reading import Missing, Unread
from turnout.dsl.wording import quoted
from turnout.importing.foreign import (
    ALWAYS,
    OF_AGES,
    Asked,
    Criterion,
    Every,
    Nay,
    Some,
    Unsaid,
)
from turnout.importing.plain_form import plain
from turnout.importing.typed_fields import OF_TEXTS, TypedField, is_true

_OR, _AND, _NOT = range(3)
"""How close an operator binds, the loosest first."""


def condition_text(asked: Asked, fields: Mapping[str, TypedField]) -> str:
    """Return what is asked as a policy writes it, "" where nothing is.

    fields: by the source's names; `askable.settled` has seen to it that each can be asked so.
    """
    return "" if plain(asked) == ALWAYS else _text(plain(asked), fields, _OR)


def _text(asked: Asked, fields: Mapping[str, TypedField], around: int) -> str:
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
            return _joined([_text(part, fields, _AND) for part in parts], "and", around > _AND)
        case Some(parts):
            told = [part for part in parts if not _goes_without(part, parts, fields)]
            return _joined([_text(part, fields, _OR) for part in told], "or", around > _OR)
        case _:
            assert_never(asked)


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
