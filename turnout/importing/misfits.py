"""What is asked of a field and of its type can't be: a field of its own stands for it.

Other tools compare anything with anything. A field that is compared as a number or a day is
one in a policy; where a rule asks it for a text besides, that one test is told.
"""

from collections.abc import Callable, Iterable, Mapping

import attrs

from turnout.dsl import types
from turnout.importing.foreign import (
    Asked,
    Criterion,
    Every,
    ForeignField,
    ForeignRule,
    ImportNote,
    Nay,
    Origin,
    RuleSet,
    Some,
    Unsaid,
    fields_of,
)
from turnout.importing.typed_fields import is_readable

_LINES = frozenset({"<", "<=", ">", ">="})
_ALONE = frozenset({"missing", "present"})
_DATE, _NUMBER = types.Date(), types.Number()


def fitted(
    sets: Iterable[RuleSet], fields: Mapping[str, ForeignField]
) -> tuple[tuple[RuleSet, ...], Mapping[str, ForeignField]]:
    """Return rules of which each test can be asked of its field's type, and the fields.

    Of a field that is compared on a line the type is a number or a day, whichever more of its
    values are; a field of its own stands for every other test of it, with a note.
    """
    found = tuple(sets)
    asked: dict[str, list[Criterion]] = {}
    for entry in (entry for each in found for entry in each.entries):
        for name, asks in fields_of(entry.asks).items():
            asked.setdefault(name, []).extend(asks)
    on_lines = {
        name: _line(asks)
        for name, asks in asked.items()
        if any(ask.operator in _LINES for ask in asks)
    }
    known = dict(fields)
    made = tuple(
        attrs.evolve(each, entries=tuple(_entry(entry, on_lines, known) for entry in each.entries))
        for each in found
    )
    return made, known


def _line(asks: list[Criterion]) -> types.FieldType:
    values = [value for ask in asks for value in ask.values]
    days = sum(is_readable(_DATE, value) for value in values)
    return _DATE if days > sum(is_readable(_NUMBER, value) for value in values) else _NUMBER


def _entry(
    entry: ForeignRule,
    on_lines: Mapping[str, types.FieldType],
    known: dict[str, ForeignField],
) -> ForeignRule:
    notes: list[ImportNote] = []

    def held(ask: Criterion) -> Asked:
        kind = on_lines.get(ask.field)
        if kind is None or ask.operator in _ALONE or _fits(ask, kind):
            return ask
        said = f"{ask.field} {ask.operator} {', '.join(ask.values)}"
        what = "day" if kind is _DATE else "number"
        message = (
            f"{said!r}: other rules ask whether {ask.field} is a larger or smaller {what}, which "
            "this is none of; a field of its own says whether it holds"
        )
        notes.append(ImportNote(entry.place, message))
        return unsaid(ask.field, said, entry.place, known)

    asks = replaced(entry.asks, held)
    return attrs.evolve(entry, asks=asks, notes=(*entry.notes, *notes)) if notes else entry


def _fits(ask: Criterion, kind: types.FieldType) -> bool:
    is_of_lines = ask.operator in {*_LINES, "is", "is not"}
    return is_of_lines and all(is_readable(kind, value) for value in ask.values)


def unsaid(about: str, text: str, place: Origin, known: dict[str, ForeignField]) -> Unsaid:
    """Return what stands for a test that no policy can write; its field is added to `known`.

    about: what it is of, in a name. text: as the source has it.
    """
    base = name = f"{about} test {place.line}"
    number = 1
    while name in known:
        number += 1
        name = f"{base} {number}"
    known[name] = ForeignField(name, (), "boolean")
    return Unsaid(name, text)


def replaced(asked: Asked, by: Callable[[Criterion], Asked]) -> Asked:
    """Return a condition with each test in it as `by` has it."""
    match asked:
        case Criterion():
            return by(asked)
        case Every(parts):
            return Every(tuple(replaced(part, by) for part in parts))
        case Some(parts):
            return Some(tuple(replaced(part, by) for part in parts))
        case Nay(part):
            return Nay(replaced(part, by))
        case Unsaid():
            return asked
