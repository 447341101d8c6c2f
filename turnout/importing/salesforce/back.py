"""A route as assignment rules of Salesforce: what can be said there, and by name what can't.

Criteria and filter logic are written as the Metadata API has them. `notEqual`, `notContain` and
`excludes` hold for blank values, as a plain `not` does in a policy. What falls through all entries
is the default owner's, so that a fallback to the queue of the left-over leads isn't written.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeAlias, assert_never
from xml.sax.saxutils import escape

from turnout.compiler.program import Clause, Program
from turnout.dsl import types
from turnout.dsl.conditions import (
    ALWAYS,
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
from turnout.dsl.headers import column_key
from turnout.dsl.policy import Policy
from turnout.dsl.promises import Action
from turnout.dsl.source import Span
from turnout.dsl.targets import CurrentOwner, Target, ToPerson, ToQueue
from turnout.dsl.types import Field, Value
from turnout.dsl.wording import worded, written
from turnout.errors import Error
from turnout.frozen import define, frozen
from turnout.importing.drafts import LEFT_OVER
from turnout.importing.salesforce.described_fields import STANDARD_NAMES

MOST_CRITERIA = 25
"""Criteria of an entry; Salesforce takes no more."""

LONGEST_VALUE = 255
"""Characters of a criterion's value; a longer list stands in several criteria."""

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<AssignmentRules xmlns="http://soap.sforce.com/2006/04/metadata">
    <assignmentRule>
        <fullName>{name}</fullName>
        <active>true</active>
"""
_TAIL = "    </assignmentRule>\n</AssignmentRules>\n"
_BLANK = ("equals", "")
_FILLED = ("notEqual", "")


@frozen
class NotSaid:
    """What assignment rules can't say, where it stands, and what to do about it."""

    span: Span
    message: str
    help: str = ""


class _NotSaidError(Error):
    """What assignment rules can't say; the message says what, and the help what to do."""


@frozen
class _Test:
    """One criterion. field: by Salesforce's name."""

    field: str
    operation: str
    value: str


@frozen
class _All:
    parts: tuple["_Logic", ...]


@frozen
class _Any:
    parts: tuple["_Logic", ...]


_Logic: TypeAlias = _Test | _All | _Any

_ALWAYS, _NEVER = _All(()), _Any(())


def assignment_rules(program: Program, route: str, kind: str) -> str | tuple[NotSaid, ...]:
    """Return a route as a file of assignment rules, or all that they can't say.

    kind: of the object, "Lead" or "Case".
    """
    writer = _Writer(program.policy, kind)
    refused: list[NotSaid] = []
    entries: list[str] = []
    for clause in program.routes[route].clauses:
        try:
            entries.append(writer.entry(clause))
        except _NotSaidError as failure:
            refused.append(NotSaid(clause.span, f"{clause.title}: {failure.message}", failure.help))
    refused += writer.of_policy()
    if refused:
        return tuple(refused)
    return f"{_HEAD.format(name=escape(route))}{''.join(entries)}{_TAIL}"


@define
class _Writer:
    """Writes the entries of a policy. kind: of the object."""

    policy: Policy
    kind: str

    def of_policy(self) -> Iterator[NotSaid]:
        """Yield what is said of the whole policy and has no equal."""
        for name, field in self.policy.fields.items():
            if field.required and not field.is_id and name != types.ID and field.span is not None:
                message = f"`{name}` is required, and assignment rules require nothing"
                yield NotSaid(field.span, message, "take `required` out, or ask `is present`")

    def entry(self, clause: Clause) -> str:
        """Return an entry. Raises _NotSaidError."""
        if clause.validity is not None:
            raise _NotSaidError(
                "it counts on some days only", "write it without `from` and `until`"
            )
        if clause.sla is not None:
            raise _NotSaidError("it has an SLA", "escalation rules are separate in Salesforce")
        if clause.goes_on:
            raise _NotSaidError("it lets leads go on", "leave `else continue` out")
        receiver = self._receiver(clause)
        if receiver is None:
            return ""
        lines = [*receiver]
        if clause.condition != ALWAYS:
            lines += _criteria(_plain(self._logic(clause.condition, holds=True)))
        lines += _templates(clause.actions)
        inside = "".join(f"            {line}\n" for line in lines)
        return f"        <ruleEntry>\n{inside}        </ruleEntry>\n"

    def _receiver(self, clause: Clause) -> list[str] | None:
        """Return the lines with who gets a lead, None where it is left to the default owner."""
        first, *others = [each.target for each in clause.attempts[: clause.own_attempts]]
        assigned = self._assigned(first)
        for other in others:
            if other != ToQueue(LEFT_OVER):
                raise _NotSaidError(
                    f"`else {worded(other)}` has no equal, since nobody is ever away there",
                    "leave the else-step out",
                )
        if not clause.is_rule and not clause.around and first == ToQueue(LEFT_OVER):
            return None
        return assigned

    def _assigned(self, target: Target) -> list[str]:
        if isinstance(target, ToQueue):
            return _to(target.queue.replace("-", "_"), "Queue")
        if isinstance(target, CurrentOwner):
            return []
        if not isinstance(target, ToPerson):
            raise _NotSaidError(
                f"`{worded(target)}` has no equal", "send these leads to a queue or a person"
            )
        person = self.policy.people[target.person]
        if person.email is None:
            raise _NotSaidError(f"`{person.name}` has no `email`", "give them one, as there")
        if person.caps or person.hours or person.away or person.is_inactive:
            raise _NotSaidError(
                f"`{person.name}` has hours, caps or days away",
                "users get every lead that is assigned to them",
            )
        return _to(person.email, "User")

    # -- conditions --

    def _logic(self, asked: Condition, *, holds: bool) -> _Logic:
        if isinstance(asked, Not):
            return self._logic(asked.part, holds=not holds)
        if isinstance(asked, Named):
            return self._logic(asked.meaning, holds=holds)
        if not isinstance(asked, And | Or):
            return self._atom(asked, holds=holds)
        is_all = isinstance(asked, And) == holds
        told = asked.parts if is_all else _said_once(asked.parts, holds=holds)
        inner = tuple(self._logic(part, holds=holds) for part in told)
        return _All(inner) if is_all else _Any(inner)

    def _atom(self, atom: Atom, *, holds: bool) -> _Logic:
        match atom:
            case Present(name) if self.policy.fields[name].required:
                return _ALWAYS if holds else _NEVER
            case Present(name):
                return self._test(name, _FILLED if holds else _BLANK)
            case IsIn():
                return self._values(atom, holds=holds)
            case Contains(name, text):
                return self._test(name, ("contains" if holds else "notContain", _csv(text)))
            case Has(name, value):
                if ";" in value:
                    raise _NotSaidError(f"`{value}` has a semicolon, which joins values there")
                return self._test(name, ("includes" if holds else "excludes", _csv(value)))
            case StartsWith(name, text) if holds:
                return self._test(name, ("startsWith", _csv(text)))
            case Between():
                return self._line(atom.field, *_ends(atom), holds=holds)
            case OlderThan() | WithinLast() | WithinNext() | LaterThan():
                if atom.zone != "UTC":
                    raise _NotSaidError("days are counted in a time zone", "leave `timezone` out")
                return self._line(atom.field, *_days(atom), holds=holds)
            case (
                StartsWith()
                | EndsWith()
                | HasWord()
                | Matches()
                | Beside()
                | Open()
                | Duplicate()
                | During()
                | InSlice()
            ):
                said = written(atom if holds else Not(atom), self.policy.fields)
                raise _NotSaidError(f"`{said}` has no equal", "ask it in another way")
            case _:
                assert_never(atom)

    def _test(self, name: str, asked: tuple[str, str]) -> _Test:
        return _Test(f"{self.kind}.{self._name(name)}", *asked)

    def _values(self, atom: IsIn, *, holds: bool) -> _Logic:
        field = self.policy.fields[atom.field]
        texts = [text for value in sorted(atom.values, key=str) for text in _texts(field, value)]
        operation = "equals" if holds else "notEqual"
        lists = [*_lists(texts)]
        tests = tuple(self._test(atom.field, (operation, each)) for each in lists)
        return _Any(tests) if holds else _All(tests)

    def _line(self, name: str, *ends: tuple[str, str] | None, holds: bool) -> _Logic:
        """Return bounds, each a comparison; what they deny holds for blank values, too."""
        told = [end for end in ends if end is not None]
        if holds:
            return _All(tuple(self._test(name, end) for end in told))
        outside = tuple(self._test(name, (_OTHER[sign], value)) for sign, value in told)
        return _Any((*outside, self._test(name, _BLANK)))

    def _name(self, name: str) -> str:
        """Return what Salesforce calls a field."""
        field = self.policy.fields[name]
        for each in (*field.columns, name):
            known = STANDARD_NAMES.get(column_key(each))
            if known is not None:
                return known
            if each.endswith("__c") or ("." in each and " " not in each):
                return each
        raise _NotSaidError(
            f"`{name}` has no column with a name that Salesforce knows",
            f'write `from column "{name.title()}__c"` behind its type',
        )


def _said_once(parts: tuple[Condition, ...], *, holds: bool) -> tuple[Condition, ...]:
    """Return parts of an `or` without what says only that a plain `not` holds for blank values.

    `x is not a or x is missing` is present and not a, or missing: it is `not x is a`.
    """
    if not holds:
        return parts
    lacking = {
        part.part.field
        for part in parts
        if isinstance(part, Not) and isinstance(part.part, Present)
    }
    kept: list[Condition] = []
    denied: set[str] = set()
    for part in parts:
        nay = _lone_denial(part)
        only = None if nay is None else _only_field(nay.part)
        if nay is None or only is None or only not in lacking:
            kept.append(part)
        else:
            denied.add(only)
            kept.append(nay)
    return tuple(
        part
        for part in kept
        if not (isinstance(part, Not) and isinstance(part.part, Present))
        or part.part.field not in denied
    )


def _lone_denial(part: Condition) -> Not | None:
    """Return the `not` of `not x`, or of `y is present and not x` for a list of values."""
    if isinstance(part, And) and len(part.parts) == 2:
        first, second = part.parts
        if isinstance(first, Present) and isinstance(second, Not):
            is_of_it = isinstance(second.part, IsIn) and second.part.field == first.field
            return second if is_of_it else None
    return part if isinstance(part, Not) else None


def _only_field(asked: Condition) -> str | None:
    """Return the one field that is asked for values, None where it is something else."""
    if isinstance(asked, IsIn | Contains | Has):
        return asked.field
    fields = {_only_field(part) for part in asked.parts} if isinstance(asked, Or) else set[str]()
    return fields.pop() if len(fields) == 1 else None


_LISTING: Mapping[bool, frozenset[str]] = {
    False: frozenset({"equals", "contains", "startsWith", "includes"}),
    True: frozenset({"notEqual", "notContain", "excludes"}),
}
"""Operations of which one with a list of values is several together; by whether all are asked."""

_OTHER: Mapping[str, str] = {
    "lessThan": "greaterOrEqual",
    "lessOrEqual": "greaterThan",
    "greaterThan": "lessOrEqual",
    "greaterOrEqual": "lessThan",
}


def _ends(atom: Between) -> Iterator[tuple[str, str] | None]:
    if atom.low is not None:
        yield ("greaterThan" if atom.low_open else "greaterOrEqual"), _plain_text(atom.low)
    if atom.high is not None:
        yield ("lessThan" if atom.high_open else "lessOrEqual"), _plain_text(atom.high)


def _days(
    atom: OlderThan | WithinLast | WithinNext | LaterThan,
) -> tuple[tuple[str, str] | None, ...]:
    days = atom.days
    back = f"LAST_N_DAYS:{days}" if days else "TODAY"
    ahead = f"NEXT_N_DAYS:{days}" if days else "TODAY"
    match atom:
        case OlderThan():
            return (("lessThan", back),)
        case WithinLast():
            return (("greaterOrEqual", back), ("lessOrEqual", "TODAY"))
        case WithinNext():
            return (("greaterOrEqual", "TODAY"), ("lessOrEqual", ahead))
        case LaterThan():
            return (("greaterThan", ahead),)
        case _:
            assert_never(atom)


def _texts(field: Field, value: Value) -> Iterator[str]:
    """Yield how records may write a value."""
    if isinstance(field.type, types.Subdivision):
        country, _, part = str(value).partition("-")
        if country != "US":
            raise _NotSaidError(f"{value} is no state of the US", "make the field a text")
        yield part
    else:
        yield _plain_text(value)


def _plain_text(value: Value) -> str:
    match value:
        case bool():
            return "True" if value else "False"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _csv(text: str) -> str:
    """Return a value as it stands in a list."""
    if '"' in text or "\n" in text:
        raise _NotSaidError("a text has quotes or line breaks in it", "ask for a part of it")
    return f'"{text}"' if "," in text or text != text.strip() else text


def _lists(texts: Iterable[str]) -> Iterator[str]:
    """Yield lists of values, none longer than a criterion takes."""
    return _joined(map(_csv, texts))


def _joined(texts: Iterable[str]) -> Iterator[str]:
    line = ""
    for text in texts:
        if line and len(line) + 1 + len(text) > LONGEST_VALUE:
            yield line
            line = ""
        line = f"{line},{text}" if line else text
    yield line


# -- entries --


def _to(name: str, kind: str) -> list[str]:
    return [f"<assignedTo>{escape(name)}</assignedTo>", f"<assignedToType>{kind}</assignedToType>"]


def _templates(actions: tuple[Action, ...]) -> Iterator[str]:
    for action in actions:
        if action.kind != "notify" or action.arguments[:1] != ("email",):
            said = " ".join((action.kind, *action.arguments))
            raise _NotSaidError(f"`do {said}` has no equal", "an entry has only a mail's template")
        yield f"<template>{escape(action.arguments[1])}</template>"


def _plain(logic: _Logic) -> _Logic:
    """Return the same without parts in parts of one kind."""
    if isinstance(logic, _Test):
        return logic
    kind: Callable[[tuple[_Logic, ...]], _Logic] = type(logic)
    flat: list[_Logic] = []
    for part in map(_plain, logic.parts):
        flat += part.parts if isinstance(part, type(logic)) else [part]
    if (_NEVER if isinstance(logic, _All) else _ALWAYS) in flat:
        return _NEVER if isinstance(logic, _All) else _ALWAYS
    unique = tuple(_listed(dict.fromkeys(flat), _LISTING[isinstance(logic, _All)]))
    return unique[0] if len(unique) == 1 else kind(unique)


def _listed(parts: Iterable[_Logic], listing: frozenset[str]) -> Iterator[_Logic]:
    """Yield parts, those that ask a field for a value as lists of values."""
    found: dict[object, list[_Logic]] = {}
    for part in parts:
        is_one = isinstance(part, _Test) and part.operation in listing and part.value
        key = (part.field, part.operation) if is_one and isinstance(part, _Test) else part
        found.setdefault(key, []).append(part)
    for group in found.values():
        first = group[0]
        if len(group) == 1 or not isinstance(first, _Test):
            yield first
            continue
        values = (each.value for each in group if isinstance(each, _Test))
        for line in _joined(values):
            yield _Test(first.field, first.operation, line)


def _criteria(logic: _Logic) -> Iterator[str]:
    """Yield the criteria and, where they aren't just asked together, the filter logic."""
    if logic == _NEVER:
        raise _NotSaidError("no lead is as it asks", "delete it")
    tests: dict[_Test, int] = {}
    said = _numbered(logic, tests)
    if len(tests) > MOST_CRITERIA:
        raise _NotSaidError(
            f"it takes {len(tests)} criteria, and an entry has at most {MOST_CRITERIA}",
            "make several rules of it",
        )
    is_plain = isinstance(logic, _Test) or (
        isinstance(logic, _All) and all(isinstance(part, _Test) for part in logic.parts)
    )
    if not is_plain:
        yield f"<booleanFilter>{said}</booleanFilter>"
    for test in tests:
        value = f"<value>{escape(test.value)}</value>" if test.value else ""
        yield (
            f"<criteriaItems><field>{escape(test.field)}</field>"
            f"<operation>{test.operation}</operation>{value}</criteriaItems>"
        )


def _numbered(logic: _Logic, tests: dict[_Test, int]) -> str:
    if isinstance(logic, _Test):
        return str(tests.setdefault(logic, len(tests) + 1))
    word = " AND " if isinstance(logic, _All) else " OR "
    parts = [_numbered(part, tests) for part in logic.parts]
    return word.join(f"({part})" if " " in part else part for part in parts)
