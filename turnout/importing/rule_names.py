"""Names of rules and segments, after the first things that they ask."""

from collections.abc import Iterable, Iterator, Mapping

from turnout.dsl import types
from turnout.dsl.names import is_name
from turnout.importing.condition_texts import asked_text, value_text
from turnout.importing.foreign import (
    ALWAYS,
    OF_AGES,
    Asked,
    Criterion,
    Every,
    Nay,
    Operator,
    Some,
    fields_of,
)
from turnout.importing.typed_fields import TypedField, free_name, is_true

_MOST_WORDS = 3
_LONGEST = 48
"""Characters of a name; what goes beyond is left out, whole words of it."""

_LINES: Mapping[Operator, str] = {"<": "below", "<=": "up to", ">": "above", ">=": "from"}


def rule_name(asked: Asked, fields: Mapping[str, TypedField], known: Iterable[str] = ()) -> str:
    """Return a name out of the first values that are asked for, "" where there are none.

    asked: in plain form. known: names of what is asked besides, which come first.
    """
    if asked == ALWAYS:
        return "-".join(free_name(each, ()) for each in known) or "everything-else"
    words = [*known]
    for ask in _first_asks(asked):
        words += _words(ask, fields[ask.field])
    named = [free_name(word, ()) for word in dict.fromkeys(words)]
    return shortened("-".join(named[:_MOST_WORDS]))


def shortened(name: str, longest: int = _LONGEST) -> str:
    """Return a name without the words at its end that make it longer than so many characters."""
    while len(name) > longest and "-" in name:
        name = name.rpartition("-")[0]
    return name[:longest]


def _words(ask: Criterion, field: TypedField) -> Iterator[str]:
    """Yield words for what is asked of a field."""
    if ask.operator == "missing":
        yield f"no-{field.name}"
    elif ask.operator == "present":
        yield f"with-{field.name}"
    elif isinstance(field.type, types.Boolean):
        is_so = ask.operator == "is" and is_true(ask.values[0])
        yield field.name if is_so else f"not-{field.name}"
    elif ask.operator in OF_AGES:
        yield f"{field.name} {ask.operator} {ask.values[0]} days"
    elif ask.operator in {"is past", "is today", "is future"}:
        yield f"{field.name} {ask.operator.removeprefix('is ')}"
    elif ask.operator in _LINES:
        yield f"{field.name} {_LINES[ask.operator]} {value_text(field.type, ask.values[0])}"
    elif ask.operator == "is not":
        yield f"not-{ask.values[0]}"
    elif ask.operator == "matches":
        yield f"{field.name} {ask.values[0]}"
    else:
        yield from _values(ask, field)


def _values(ask: Criterion, field: TypedField) -> Iterator[str]:
    """Yield the first two values, as the source writes them; of a number its field, too."""
    distinct: dict[str, str] = {}
    for value in ask.values:
        distinct.setdefault(asked_text(field.type, ask, value), value)
    for number, value in enumerate([*distinct.values()][:2]):
        if not any(each.isalpha() for each in value[:1]):
            if not number:
                yield f"{field.name} {value}"
        elif is_name(free_name(value, ())):
            yield value


def _first_asks(asked: Asked) -> list[Criterion]:
    if isinstance(asked, Every):
        return [ask for part in asked.parts for ask in _first_asks(part)]
    if isinstance(asked, Some) and asked.parts:
        return _first_asks(asked.parts[0])
    if isinstance(asked, Nay) and isinstance(asked.part, Criterion) and asked.part.values:
        return [Criterion(asked.part.field, "is not", asked.part.values)]
    return [asks[0] for asks in fields_of(asked).values()][:1]
