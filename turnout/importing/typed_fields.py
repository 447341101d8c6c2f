"""Which type each field of a foreign policy has: what its source says, held to its use.

A type stays only if every value that a rule asks for can be read as it, and everything that is
asked of the field can be asked of that type. Otherwise the field is a text, which is how other
tools compare: whatever is said of it, without regard to case.
"""

from collections.abc import Iterable, Iterator, Mapping

from turnout.dsl import types
from turnout.dsl.names import is_name, name_of
from turnout.dsl.patterns import pattern_problem
from turnout.dsl.resolve.conditions import MAX_DAYS
from turnout.dsl.values.literals import literal
from turnout.dsl.values.reading import Missing, Unread
from turnout.dsl.wording import quoted
from turnout.frozen import frozen
from turnout.importing.foreign import (
    OF_AGES,
    OF_DAYS,
    Criterion,
    FieldKind,
    ForeignField,
    Operator,
)

_OF_LINES: frozenset[Operator] = frozenset({"<", "<=", ">", ">="})
OF_TEXTS: frozenset[Operator] = frozenset({"contains", "starts with", "ends with", "matches"})
_OF_LISTS: frozenset[Operator] = frozenset({"has any", "has all"})
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


@frozen
class TypedField:
    """A field of a policy. name: in the policy; written: its type as the policy has it."""

    name: str
    foreign: ForeignField
    type: types.FieldType
    written: str


def typed(
    fields: Iterable[tuple[ForeignField, list[Criterion]]], taken: Iterable[str] = ()
) -> Mapping[str, TypedField]:
    """Return the fields of a policy by the source's names; each with what is asked of it.

    taken: names that other things of the policy have.
    """
    names = set(taken)
    found: dict[str, TypedField] = {}
    for foreign, asks in fields:
        name = free_name(foreign.name.removesuffix("__c"), names, "_")
        names.add(name)
        kind = _kind(foreign, asks)
        found[foreign.name] = TypedField(name, foreign, *kind)
    return found


def free_name(text: str, taken: Iterable[str], between: str = "-") -> str:
    """Return a name in lower case that nothing has yet; between: what joins its words.

    >>> free_name("LeadSource", set(), "_"), free_name("Account.Type", {"account_type"}, "_")
    ('lead_source', 'account_type_2')
    """
    spaced = "".join(
        f" {each}" if each.isupper() and before.islower() else each
        for before, each in zip(f" {text}", text, strict=False)
    )
    plain = name_of(spaced.replace(".", " ").replace("_", " ")).lower()
    base = plain.replace("-", between).strip("_-") or "field"
    base = base if is_name(base) else f"f{between}{base}"
    name, number, used = base, 1, set(taken)
    while name in used:
        number += 1
        name = f"{base}{between}{number}"
    return name


def _kind(foreign: ForeignField, asks: list[Criterion]) -> tuple[types.FieldType, str]:
    for kind in _possible(foreign, asks):
        found = _type(kind, foreign, asks)
        if found is not None:
            return found
    if foreign.kind is None and any(ask.operator in _OF_LINES for ask in asks):
        return _line(asks)
    return types.Text(), "text"


def _line(asks: list[Criterion]) -> tuple[types.FieldType, str]:
    """Return what most values of a field are that is compared: what is asked besides is told."""
    values = [value for ask in asks for value in ask.values]
    days = sum(is_readable(_PLAIN["date"], value) for value in values)
    numbers = sum(is_readable(_PLAIN["number"], value) for value in values)
    kind: FieldKind = "date" if days > numbers else "number"
    return _PLAIN[kind], kind


def _possible(foreign: ForeignField, asks: list[Criterion]) -> Iterator[FieldKind]:
    """Yield the types that a field may have, the best first."""
    operators = {ask.operator for ask in asks}
    values = [value for ask in asks for value in ask.values]
    if foreign.kind is not None:
        yield foreign.kind
    if operators & OF_DAYS:
        yield "date"
    if operators & _OF_LISTS:
        yield "any of"
    said = {each.lower() for each in values}
    if foreign.kind is None and said and said <= {"true", "false"}:
        yield "boolean"
    if operators & _OF_LINES:
        yield "number"
        yield "date"


def _type(
    kind: FieldKind, foreign: ForeignField, asks: list[Criterion]
) -> tuple[types.FieldType, str] | None:
    """Return a type as a value and as it is written, None where the use refutes it."""
    told = [ask for ask in asks if ask.operator not in OF_AGES]
    asked = tuple(dict.fromkeys(value for ask in told for value in ask.values))
    made = _made(kind, foreign, asked)
    if made is None:
        return None
    return made if all(can_be_asked(made[0], ask) for ask in asks) else None


def can_be_asked(of: types.FieldType, ask: Criterion) -> bool:
    """Return whether something can be asked of a type, and each of its values be read as one."""
    shape = of.shape
    if ask.operator in OF_DAYS:
        return shape == "days" and all(1 <= int(each) <= MAX_DAYS for each in ask.values)
    if ask.operator in {"missing", "present"}:
        return not isinstance(of, types.Subdivision)  # one of elsewhere is there, and not read
    if ask.operator in _OF_LINES and shape not in types.ON_A_LINE:
        return False
    if ask.operator in OF_TEXTS:
        is_text = isinstance(of, types.Text | types.Code | types.Email)
        if ask.operator == "matches" and any(map(pattern_problem, ask.values)):
            return False  # none of RE2's, or RE2 isn't installed
        return is_text and all(value.strip() for value in ask.values)
    if (ask.operator in _OF_LISTS) != (shape == "several") and ask.values:
        return False
    return all(is_readable(of, value) for value in ask.values)


def is_readable(of: types.FieldType, text: str) -> bool:
    """Return whether a text is a value of a type."""
    if isinstance(of, types.Boolean):
        return text.lower() in _TRUE | _FALSE
    read = literal(types.Field("field", of), text)
    return not isinstance(read, Unread | Missing)


def is_true(text: str) -> bool:
    """Return whether a text says yes, as other tools write it."""
    return text.lower() in _TRUE


def _made(
    kind: FieldKind, foreign: ForeignField, asked: tuple[str, ...]
) -> tuple[types.FieldType, str] | None:
    match kind:
        case "one of" | "any of":
            listed = _values(foreign, asked)
            if not listed:
                return None
            words = ", ".join(each if is_name(each) else quoted(each) for each in listed)
            made = types.OneOf(listed) if kind == "one of" else types.AnyOf(listed)
            return made, f"{kind} [{words}]"
        case "money":
            return types.Money(foreign.currency), f"money {foreign.currency}"
        case "subdivision":
            return types.Subdivision(None, "US"), "subdivision of US"
        case "percent":
            return _PLAIN["number"], "number percent"
        case _:
            return _PLAIN[kind], kind


_PLAIN: Mapping[FieldKind, types.FieldType] = {
    "text": types.Text(),
    "code": types.Code(),
    "email": types.Email(),
    "phone": types.Text(),
    "domain": types.Domain(),
    "integer": types.Integer(),
    "number": types.Number(),
    "boolean": types.Boolean(),
    "date": types.Date(),
    "country": types.Country(),
}


def _values(foreign: ForeignField, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of a list: those of the source, then those that rules ask for besides."""
    known = {each.casefold() for each in foreign.values}
    more = [each for each in asked if each.casefold() not in known]
    listed = (*foreign.values, *dict.fromkeys(more))
    folded: dict[str, str] = {}
    for each in listed:
        folded.setdefault(each.casefold(), each)
    return tuple(folded.values())
