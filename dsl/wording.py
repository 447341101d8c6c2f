"""Conditions and targets in the words of the language.

What is printed for a condition parses and resolves to the same condition again; the laws
hold that. Names are printed, not what they stand for.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TypeAlias, assert_never

from turnout.dsl import types
from turnout.dsl.conditions import (
    Age,
    And,
    Atom,
    Beside,
    Between,
    Condition,
    Contains,
    Duplicate,
    During,
    EndsWith,
    Has,
    HasWord,
    InSlice,
    IsIn,
    LaterThan,
    Matches,
    Named,
    Not,
    OlderThan,
    Open,
    Or,
    Present,
    StartsWith,
    WithinLast,
    WithinNext,
)
from turnout.dsl.nearness import Nearness
from turnout.dsl.policy import Sla
from turnout.dsl.targets import KindWord, Target, said
from turnout.dsl.types import AnyOf, Boolean, Field, FieldType, OneOf, Text, Value
from turnout.dsl.values import show
from turnout.dsl.values.slices import percent

_PartOfText: TypeAlias = StartsWith | EndsWith | Contains | HasWord
_WORDS: Mapping[type[_PartOfText], str] = MappingProxyType(
    {
        StartsWith: "starts with",
        EndsWith: "ends with",
        Contains: "contains",
        HasWord: "has word",
    }
)
_OR, _AND, _NOT = 1, 2, 3
_NAMED_DAYS: Mapping[type[Age], str] = MappingProxyType(
    {OlderThan: "past", WithinLast: "today", WithinNext: "today", LaterThan: "future"}
)
"""What an age of 0 days is called."""


_DAYS = re.compile(r"(from|until) \d{4}-")
"""The beginning of a validity; no condition begins so."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
"""By their English names, whatever the locale."""


def written(condition: Condition, fields: Mapping[str, Field]) -> str:
    """Return `condition` as a policy would write it.

    >>> from turnout.dsl.types import Integer
    >>> fields = {"employees": Field("employees", Integer(0))}
    >>> written(Not(Between("employees", low=100, high=999)), fields)
    'not employees in 100..999'
    """
    return _written(condition, fields, _OR)


def written_part(condition: Condition, fields: Mapping[str, Field]) -> str:
    """Return `condition` as it stands among others that `and` joins: an `or` in parentheses."""
    return _written(condition, fields, _NOT)


def _written(condition: Condition, fields: Mapping[str, Field], around: int) -> str:
    whole = _combined(condition, fields)
    if whole is not None:
        return whole
    if isinstance(condition, Atom):
        return _atom(condition, fields)
    match condition:
        case Named(name=name):
            return name
        case Or(parts):
            text, level = " or ".join(_written(part, fields, _AND) for part in parts), _OR
        case And(parts):
            text, level = all_of(_written(part, fields, _NOT) for part in parts), _AND
        case Not(part):
            text, level = f"not {_written(part, fields, _NOT + 1)}", _NOT
        case _:
            assert_never(condition)
    return f"({text})" if level < around else text


def all_of(said: Iterable[str]) -> str:
    """Return what must hold together; on which days stands apart, as it does in a policy.

    >>> all_of(["country is DE", "size > 10", "until 2027-03-31"])
    'country is DE and size > 10, until 2027-03-31'
    """
    parts = list(said)
    days = [part for part in parts if _DAYS.match(part)]
    asked = " and ".join(part for part in parts if part not in days)
    return ", ".join(filter(None, (asked, *days)))


def is_list_of_texts(condition: Condition, fields: Mapping[str, Field]) -> bool:
    """Return whether `condition` is one test of a text with several literals.

    >>> from turnout.dsl.types import Text
    >>> either = Or((Contains("city", "rome"), Contains("city", "oslo")))
    >>> is_list_of_texts(either, {"city": Field("city", Text())})
    True
    """
    return isinstance(condition, Or) and _with_texts(condition.parts, fields) is not None


def is_one_test(condition: Condition, fields: Mapping[str, Field]) -> bool:
    """Return whether `condition` is written as a single test or name.

    >>> from turnout.dsl.types import Integer
    >>> elsewhere = And((Present("size"), Not(IsIn("size", frozenset({1})))))
    >>> is_one_test(elsewhere, {"size": Field("size", Integer())})
    True
    """
    return not isinstance(condition, And | Or | Not) or _combined(condition, fields) is not None


def _combined(condition: Condition, fields: Mapping[str, Field]) -> str | None:
    """Return the one test that stands for several atoms, None where there is none."""
    if isinstance(condition, Atom):
        return None
    match condition:
        case Not(part):
            return f"{part.field} is missing" if isinstance(part, Present) else None
        case And(parts):
            return _without(parts, fields) or _having(parts, "has all", fields)
        case Or(parts):
            return _having(parts, "has any", fields) or _with_texts(parts, fields)
        case Named():
            return None
        case _:
            assert_never(condition)


def _without(parts: Sequence[Condition], fields: Mapping[str, Field]) -> str | None:
    """Return the test of a field that is there and is none of what the other parts name."""
    if len(parts) < 2 or not isinstance(parts[0], Present):
        return None
    name, field = parts[0].field, fields[parts[0].field]
    inner = [part.part for part in parts[1:] if isinstance(part, Not)]
    held = [part.value for part in inner if isinstance(part, Has) and part.field == name]
    if len(held) == len(parts) - 1:
        return f"{name} has none {_list(held, field)}"
    only = inner[0] if len(inner) == 1 and len(parts) == 2 else None
    if isinstance(only, InSlice) and only.field == name:
        return f"{name} not in {_slice(only)}"
    if isinstance(only, IsIn) and only.field == name:
        return _membership(only, field, "is not", "not in")
    if isinstance(only, Between) and only.field == name and not (only.low_open or only.high_open):
        return f"{name} not in {_range(only, field)}"
    if isinstance(only, Age) and only.field == name and not only.days:
        return f"{name} is not {_NAMED_DAYS[type(only)]}"
    return None


def _having(parts: Sequence[Condition], word: str, fields: Mapping[str, Field]) -> str | None:
    """Return the test of a field that holds all, or any, of what the parts name."""
    held = [part for part in parts if isinstance(part, Has)]
    if len(parts) < 2 or len(held) < len(parts) or len({part.field for part in held}) != 1:
        return None
    if len(set(held)) < len(held):
        return None  # said twice, which a list isn't
    field = fields[held[0].field]
    return f"{field.name} {word} {_list([part.value for part in held], field)}"


def _with_texts(parts: Sequence[Condition], fields: Mapping[str, Field]) -> str | None:
    """Return the test of a text that has one of several parts, as `is_list_of_texts` finds it."""
    kinds = {type(part) for part in parts if isinstance(part, _PartOfText)}
    if len(kinds) > 1:
        return None
    kind = kinds.pop() if kinds else StartsWith
    texts = [_text_in(part, kind, fields) for part in parts]
    names = {part.field for part in parts if isinstance(part, _PartOfText | IsIn)}
    said = [text for text in texts if text is not None]
    if len(parts) < 2 or len(names) > 1 or len(said) < len(parts):
        return None
    return f"{names.pop()} {_WORDS[kind]} [{', '.join(map(quoted, said))}]"


def _text_in(part: Condition, kind: type[_PartOfText], fields: Mapping[str, Field]) -> str | None:
    """Return the text that a list with this part names, None where no list has the part.

    What starts with as many characters as a code has is that code, and is asked as such.
    """
    if isinstance(part, kind):
        return part.written or part.text
    if kind is not StartsWith or not isinstance(part, IsIn) or part.order or len(part.values) > 1:
        return None
    (value,) = part.values
    of = fields[part.field].type
    is_whole = isinstance(of, types.Code) and len(str(value)) == of.longest
    return str(value) if is_whole and not part.word and not part.table else None


def typed(kind: FieldType) -> str:
    """Return a field's type as a schema would write it.

    >>> typed(types.Date("day")), typed(types.Code(None, 5))
    ('date day first', 'code 5 digits')
    """
    match kind:
        case types.Integer(low, high, numerals) | types.Number(low, high, numerals):
            ends = ("" if end is None else show(kind, end) for end in (low, high))
            bounds = "..".join(ends)
            return " ".join(
                (kind.word, *([] if bounds == ".." else [bounds]), *_numerals(numerals))
            )
        case types.SalesforceId():
            return kind.word
        case types.Code(first, digits):
            return _code(first, digits)
        case types.Money(currency, numerals, of):
            told = [] if of is None else [f"of {of}"]
            return " ".join((kind.word, currency, *told, *_numerals(numerals)))
        case types.Boolean(true_when, false_when):
            said = [("true", true_when), ("false", false_when)]
            lists = (
                f"{word} when [{', '.join(map(quoted, texts))}]" for word, texts in said if texts
            )
            return " ".join((kind.word, *lists))
        case types.Date(first, numbers):
            return " ".join(filter(None, (kind.word, first and f"{first} first", numbers)))
        case types.OneOf(values) | types.AnyOf(values):
            return f"{kind.word} [{', '.join(show(kind, value) for value in values)}]"
        case types.Domain(of, without_free_mail):
            sources = f" of {' or '.join(of)}" if of else ""
            return f"{kind.word}{sources}{' without free-mail' if without_free_mail else ''}"
        case types.CompanyName(of):
            return f"{kind.word} of {' or '.join(of)}" if of else kind.word
        case types.Subdivision(country, within) | types.Phone(country, within):
            place = country or within
            return kind.word if place is None else f"{kind.word} of {place}"
        case types.Text() | types.Email() | types.Country() | types.Language() | types.PersonName():
            return kind.word
        case _:
            assert_never(kind)


def written_nearness(near: Nearness) -> str:
    """Return how near a lookup's row has to be, as a schema would write it.

    >>> written_nearness(Nearness(92, ("country",)))
    'near 92% then country'
    """
    ties = f" then {', '.join(near.then)}" if near.then else ""
    return f"near {near.percent}%{ties}"


def _code(first: int | None, digits: int | None) -> str:
    if digits is None:
        return "code" if first is None else f"code first {first}"
    return f"code {digits} digits" if first is None else f"code first {digits} digits"


def _numerals(numerals: types.Numerals) -> list[str]:
    """Return the options of a number, in the order of the reference."""
    said: list[str] = []
    if numerals.decimal:
        said.append(f"decimal {'comma' if numerals.decimal == ',' else 'point'}")
    if numerals.percent:
        said.append("percent")
    if numerals.end:
        said.append(f"range {numerals.end}")
    return said


def _membership(atom: IsIn, field: Field, one: str, several: str) -> str:
    if atom.word:
        return f"{atom.field} {one} {atom.word}"
    if atom.table:
        return f"{atom.field} {several} {quoted(atom.table)}"
    listed = {value: text for value, text in atom.order if value in atom.values}
    others = sorted(atom.values - listed.keys(), key=_order(field))
    said = [*listed.values(), *(show(field, value) for value in others)]
    if len(said) == 1:
        return f"{atom.field} {one} {said[0]}"
    return f"{atom.field} {several} [{', '.join(said)}]"


def _order(field: Field) -> Callable[[Value], tuple[int, Value]]:
    """Return the key that sorts values as declared, and others by themselves."""
    listed = field.type.values if isinstance(field.type, OneOf | AnyOf) else ()
    places: dict[Value, int] = {value: at for at, value in enumerate(listed)}
    return lambda value: (places.get(value, 0), "" if value in places else value)


def _list(values: Sequence[Value], field: Field) -> str:
    return f"[{', '.join(show(field, value) for value in values)}]"


def _atom(atom: Atom, fields: Mapping[str, Field]) -> str:  # noqa: C901 - a case for each atom
    match atom:
        case Present(field):
            return f"{field} is present"
        case IsIn(field, values, "") if isinstance(
            fields[field].type, Boolean
        ) and values == frozenset[Value]({True}):
            return field
        case IsIn(field):
            return _membership(atom, fields[field], "is", "in")
        case Between():
            return _between(atom, fields[atom.field])
        case StartsWith() | EndsWith() | Contains() | HasWord():
            return f"{atom.field} {_WORDS[type(atom)]} {quoted(atom.written or atom.text)}"
        case Matches(field, pattern):
            return f"{field} matches {quoted(pattern)}"
        case InSlice(field):
            return f"{field} in {_slice(atom)}"
        case Has(field, value):
            return f"{field} has {_list([value], fields[field])[1:-1]}"
        case OlderThan():
            return _age(atom, "older than")
        case WithinLast():
            return _age(atom, "within")
        case WithinNext():
            return _age(atom, "within next")
        case LaterThan():
            return _age(atom, "later than")
        case Open():
            return atom.field
        case Duplicate():
            return "duplicate"
        case During(first, last):
            return lasting(first, last)
        case Beside(field, operator, other):
            return f"{field} {operator} {other}"
        case _:
            assert_never(atom)


def lasting(first: date | None, last: date | None) -> str:
    """Return a validity as a policy would write it.

    >>> lasting(date(2027, 1, 1), date(2027, 3, 31)), lasting(None, date(2027, 3, 31))
    ('from 2027-01-01 until 2027-03-31', 'until 2027-03-31')
    """
    ends = (("from", first), ("until", last))
    return " ".join(f"{word} {day.isoformat()}" for word, day in ends if day is not None)


def said_day(day: date) -> str:
    """Return a day as it is said.

    >>> said_day(date(2027, 4, 1))
    '1 April 2027'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _slice(atom: InSlice) -> str:
    return f"first {percent(atom.slices)} of {quoted(atom.of)}"


def _age(atom: Age, words: str) -> str:
    if not atom.days:
        return f"{atom.field} is {_NAMED_DAYS[type(atom)]}"
    return f"{atom.field} {words} {atom.days} days"


def _between(atom: Between, field: Field) -> str:
    name = atom.field
    if atom.low is None and atom.high is not None:
        return f"{name} {'<' if atom.high_open else '<='} {show(field, atom.high)}"
    if atom.high is None and atom.low is not None:
        return f"{name} {'>' if atom.low_open else '>='} {show(field, atom.low)}"
    if not atom.low_open and not atom.high_open:
        return f"{name} in {_range(atom, field)}"
    low = _between(Between(name, low=atom.low, low_open=atom.low_open), field)
    high = _between(Between(name, high=atom.high, high_open=atom.high_open), field)
    return f"({low} and {high})"


def _range(atom: Between, field: Field) -> str:
    low, high = ("" if end is None else show(field, end) for end in (atom.low, atom.high))
    return f"{low}..{high}"


def worded(target: Target) -> str:
    """Return `target` as a policy would write it.

    >>> from turnout.dsl.targets import RoundRobin
    >>> worded(RoundRobin("emea-sdr"))
    'round-robin emea-sdr'
    """
    kind, what = target.kind, said(target)
    name = quoted(what.name) if kind.definition == "text" else what.name
    terms = [f"matching {field}" for field in what.matching]
    terms += ["anytime"] if what.anytime else []
    return " ".join(part for part in (kind.word, name, *terms) if part)


def parts(target: Target) -> tuple[KindWord, str]:
    """Return a target's kind, as its keyword, and what it names."""
    return target.kind.word, said(target).name


def promised(sla: Sla) -> str:
    """Return what a rule promises as a policy would write it, `sla` left out.

    >>> from turnout.dsl.promises import Period
    >>> promised(Sla(Period(10, "minute"), wall=False, then=None, span=None))
    '10 minutes'
    """
    wall = f"{' wall' if sla.wall else ''}{' from acceptance' if sla.from_acceptance else ''}"
    then = "" if sla.then is None else f"then {worded(sla.then.target)}"
    if sla.written_steps:
        first, *others = [
            (step.period, then if step.word == "then" else step.word) for step in sla.steps
        ]
        more = "".join(f", {period} {deed}" for period, deed in others)
        return f"{first[0]}{wall} {first[1]}{more}{_absent(sla)}"
    return f"{sla.period}{wall}{then and f', {then}'}{_absent(sla)}"


def _absent(sla: Sla) -> str:
    if sla.absence is None:
        return ""
    return ", away" if sla.absence.period is None else f", away {sla.absence.period}"


def acted(kind: str, arguments: Sequence[str]) -> str:
    """Return an action as a policy would write it.

    >>> acted("notify", ["slack", "#emea-deals"])
    'notify slack "#emea-deals"'
    """
    *words, last = arguments
    is_text = kind in {"task", "notify", "tag"}
    return " ".join([kind, *words, quoted(last) if is_text else last])


def quoted(text: str) -> str:
    r"""Return `text` as a quoted literal.

    >>> print(quoted('say "hi"'))
    "say \"hi\""
    """
    return show(Text(), text)


def conjuncts(condition: Condition, fields: Mapping[str, Field]) -> tuple[Condition, ...]:
    """Return the parts that `and` joins, each as far opened as it stays one test.

    >>> from turnout.dsl.types import Text
    >>> city = Present("city")
    >>> elsewhere = And((city, Not(IsIn("city", frozenset({"rome"})))))
    >>> len(conjuncts(And((city, elsewhere)), {"city": Field("city", Text())}))
    2
    """
    if not isinstance(condition, And) or _combined(condition, fields) is not None:
        return (condition,)
    return tuple(inner for part in condition.parts for inner in conjuncts(part, fields))
