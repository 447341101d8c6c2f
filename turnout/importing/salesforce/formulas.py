"""What a formula of Salesforce asks, as far as a policy can say it.

A blank text is the empty text, so that `<>` holds for it; every other comparison with a blank
value is false. A part that has no equal in a policy is `Unsaid`, the smallest that is true or
false, so that the rest is still asked. A formula tells capitals apart, and a policy doesn't.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TypeAlias, cast

from lark import Lark, Token, Tree, UnexpectedInput

from turnout.frozen import define, frozen
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    Criterion,
    Every,
    FieldKind,
    Nay,
    Operator,
    Some,
    Unsaid,
)
from turnout.importing.salesforce.relative_dates import DaysFromToday, asked_of_days

MOST_CHARACTERS = 10_000
DEEPEST = 60

_Node: TypeAlias = Tree[Token] | Token
_TEXTS: frozenset[FieldKind | None] = frozenset({"text", "email", "phone", "code", "domain"})
_LINES: Mapping[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SAME, _OTHER = frozenset({"=", "=="}), frozenset({"<>", "!="})


@frozen
class Formula:
    """What a formula asks. minds_case: it asks for a text whose capitals count there."""

    asked: Asked
    minds_case: bool = False


@frozen
class _Field:
    """A field. is_listed: its text is that of a list's value."""

    name: str
    is_listed: bool = False


@frozen
class _Text:
    text: str


@frozen
class _Amount:
    text: str


@frozen
class _Truth:
    holds: bool


@frozen
class _Nothing:
    pass


_Term: TypeAlias = _Field | _Text | _Amount | _Truth | _Nothing | DaysFromToday


class _NotSaidError(Exception):
    """What a policy can't say."""


def formula(
    text: str, unsaid: Callable[[str], str], kind_of: Callable[[str], FieldKind | None]
) -> Formula:
    """Return what a formula asks.

    unsaid: gives the field that stands for a part. kind_of: what is known of a field.
    """
    tree = _tree(text)
    if tree is not None:
        reader = _Reader(text, unsaid, kind_of)
        return Formula(reader.asked(tree), reader.minds_case)
    return Formula(Unsaid(unsaid(text), text))


def _tree(text: str) -> _Node | None:
    """Return a formula as it is built, None where it can't be read."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        tree: _Node = cast("Callable[[str], _Node]", _parser().parse)(text)  # pyright: ignore[reportUnknownMemberType] - what it reads is generic, and Lark doesn't say of what
    except UnexpectedInput:
        return None
    return tree if _is_shallow(tree) else None


def _is_shallow(tree: _Node) -> bool:
    """Return whether no more parts are inside each other than anybody writes."""
    level: list[_Node] = [tree]
    for _ in range(DEEPEST):
        level = [part for node in level if isinstance(node, Tree) for part in node.children]
    return not level


@cache
def _parser() -> Lark:
    grammar = files(__package__ or "").joinpath("formula.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


@define
class _Reader:
    """Reads a tree from its root."""

    text: str
    unsaid: Callable[[str], str]
    kind_of: Callable[[str], FieldKind | None]
    minds_case: bool = False

    def asked(self, node: _Node) -> Asked:
        """Return what a part asks that is true or false."""
        minded = self.minds_case
        try:
            return self._asked(node)
        except _NotSaidError:
            self.minds_case = minded
            said = self._source(node)
            return Unsaid(self.unsaid(said), said)

    def _asked(self, node: _Node) -> Asked:
        if isinstance(node, Token):
            raise _NotSaidError
        match node.data:
            case "either":
                return Some(tuple(self.asked(part) for part in node.children))
            case "both":
                return Every(tuple(self.asked(part) for part in node.children))
            case "nay":
                return Nay(self.asked(node.children[0]))
            case "call":
                return self._called(node)
            case "compared":
                return self._compared(node)
            case "name":
                return _bare(_term(node))
            case _:
                raise _NotSaidError

    def _called(self, node: Tree[Token]) -> Asked:
        name, *given = node.children
        match str(name).upper(), len(given):
            case "AND", count if count:
                return Every(tuple(self.asked(part) for part in given))
            case "OR", count if count:
                return Some(tuple(self.asked(part) for part in given))
            case "NOT", 1:
                return Nay(self.asked(given[0]))
            case "IF", 3:
                test, then, other = (self.asked(part) for part in given)
                return Some((Every((test, then)), Every((Nay(test), other))))
            case "ISBLANK", 1:
                return Criterion(_field(given[0]), "missing")
            case "ISNULL", 1:
                return self._null(_field(given[0]))
            case "ISPICKVAL", 2:
                value = _literal(given[1], "")
                ask = Criterion(_field(given[0]), "is", (value,))
                return ask if value else Criterion(ask.field, "missing")
            case "INCLUDES", 2:
                return Criterion(_field(given[0]), "has any", (_literal(given[1]),))
            case "CONTAINS" | "BEGINS" as word, 2:
                operator: Operator = "contains" if word == "CONTAINS" else "starts with"
                ask = Criterion(_field(given[0]), operator, (_literal(given[1]),))
                self._mind(ask.field, ask.values[0])
                return ask
            case _:
                raise _NotSaidError

    def _null(self, field: str) -> Asked:
        """Return whether a field is null, which a text never is."""
        if self.kind_of(field) in {*_TEXTS, "one of", "any of", None}:
            raise _NotSaidError
        return Criterion(field, "missing")

    def _compared(self, node: Tree[Token]) -> Asked:
        left, sign, right = node.children
        operator = str(sign)
        called = self._of_call(left, operator, right)
        if called is None:
            called = self._of_call(right, _TURNED.get(operator, operator), left)
        if called is not None:
            return called
        field, value = _term(left), _term(right)
        if not isinstance(field, _Field):
            field, value, operator = value, field, _TURNED.get(operator, operator)
        if not isinstance(field, _Field) or isinstance(value, _Field):
            raise _NotSaidError
        if isinstance(value, _Text) and not field.is_listed:
            self._mind(field.name, value.text)
        return self._test(field.name, operator, value)

    def _of_call(self, node: _Node, operator: str, other: _Node) -> Asked | None:
        """Return what a comparison of a function's value asks, None where it is of none of these.

        Raises _NotSaidError.
        """
        name, given = _call(node)
        if operator not in _SAME | _OTHER | _LINES.keys() or not given:
            return None
        match name, len(given):
            case "CASE", count if count >= 4 and count % 2 == 0:
                asked = self._case(given, other)
            case "LOWER" | "UPPER", 1:
                text = _literal(other)
                if text != (text.lower() if name == "LOWER" else text.upper()):
                    return Nay(ALWAYS) if operator in _SAME else ALWAYS
                asked = Criterion(_field(given[0]), "is", (text,))
            case "LEFT", 2:
                text = _literal(other)
                if not _is_amount(given[1], str(len(text))):
                    raise _NotSaidError
                asked = Criterion(_field(given[0]), "starts with", (text,))
                self._mind(asked.field, text)
            case "LEN", 1 if _is_amount(other, "0"):
                return self._whether(Criterion(_field(given[0]), "missing"), operator)
            case "FIND", 2 if _is_amount(other, "0"):
                found = Criterion(_field(given[1]), "contains", (_literal(given[0]),))
                self._mind(found.field, found.values[0])
                return self._whether(Nay(found), operator)
            case _:
                return None
        if operator not in _SAME | _OTHER:
            raise _NotSaidError
        return asked if operator in _SAME else Nay(asked)

    @staticmethod
    def _whether(is_none: Asked, operator: str) -> Asked:
        """Return whether a count, which is none where this holds, compares so with 0."""
        if operator in {*_SAME, "<="}:
            return is_none
        if operator in {*_OTHER, ">"}:
            return Nay(is_none)
        raise _NotSaidError

    @staticmethod
    def _case(given: list[_Node], other: _Node) -> Asked:
        """Return which values of a list have the result that is asked for."""
        wanted = _term(other)
        field, *pairs, rest = given
        values = [_literal(each) for each in pairs[::2]]
        results = [_term(each) for each in (*pairs[1::2], rest)]
        if not all(isinstance(each, _Text | _Amount) for each in (wanted, *results)):
            raise _NotSaidError
        hits = [result == wanted for result in results]
        chosen = dict.fromkeys(v for v, hit in zip(values, hits, strict=False) if hit != hits[-1])
        asked = Criterion(_field(field), "is", tuple(chosen))
        if len(set(values)) < len(values):
            raise _NotSaidError
        if not chosen:
            return ALWAYS if hits[-1] else Nay(ALWAYS)
        return Nay(asked) if hits[-1] else asked

    @staticmethod
    def _test(field: str, operator: str, value: _Term) -> Asked:
        is_other = operator in _OTHER
        if isinstance(value, DaysFromToday):
            return asked_of_days(field, operator, value)
        if operator in _LINES:
            if isinstance(value, _Amount) or (isinstance(value, _Text) and _is_day(value.text)):
                return Criterion(field, _LINES[operator], (value.text,))
            raise _NotSaidError
        if isinstance(value, _Truth):
            ask = Criterion(field, "is", ("true",))
            return ask if value.holds != is_other else Nay(ask)
        if isinstance(value, _Nothing) or (isinstance(value, _Text) and not value.text):
            return Criterion(field, "present" if is_other else "missing")
        if not isinstance(value, _Text | _Amount):
            raise _NotSaidError
        ask = Criterion(field, "is", (value.text,))
        return Nay(ask) if is_other else ask

    def _mind(self, field: str, text: str) -> None:
        """Note that capitals of a text count, but for a list, whose values are its own."""
        if self.kind_of(field) not in {"one of", "any of"} and not field.startswith("RecordType."):
            self.minds_case |= text.upper() != text.lower()

    def _source(self, node: _Node) -> str:
        if isinstance(node, Token):
            return str(node)
        return self.text[node.meta.start_pos : node.meta.end_pos]


def _call(node: _Node) -> tuple[str, list[_Node]]:
    """Return the name of a function that is called and what it is given, "" for no call."""
    if isinstance(node, Token) or node.data != "call":
        return "", []
    name, *given = node.children
    return str(name).upper(), [*given]


def _is_amount(node: _Node, text: str) -> bool:
    return isinstance(node, Token) and node.type == "NUMBER" and str(node) == text


def _bare(term: _Term) -> Asked:
    match term:
        case _Field(name):
            return Criterion(name, "is", ("true",))
        case _Truth(holds):
            return ALWAYS if holds else Nay(ALWAYS)
        case _:
            raise _NotSaidError


def _field(node: _Node) -> str:
    term = _term(node)
    if isinstance(term, _Field):
        return term.name
    raise _NotSaidError


def _literal(node: _Node, blank: str | None = None) -> str:
    """Return a text that is written out; blank: what an empty one is, None where it can't be."""
    term = _term(node)
    if isinstance(term, _Text) and (term.text or blank is not None):
        return term.text
    raise _NotSaidError


def _term(node: _Node) -> _Term:
    """Return a field or a value; nothing else is one."""
    if isinstance(node, Token):
        if node.type == "NUMBER":
            return _Amount(str(node))
        return _Text(re.sub(r"\\(.)", r"\1", str(node)[1:-1], flags=re.DOTALL))
    match node.data:
        case "name":
            return _named(str(node.children[0]))
        case "signed":
            inner = _term(node.children[1])
            if isinstance(inner, _Amount) and not inner.text.startswith("-"):
                return _Amount(f"-{inner.text}" if str(node.children[0]) == "-" else inner.text)
        case "summed":
            return _summed(node)
        case "call":
            return _value_of(node)
        case _:
            pass
    raise _NotSaidError


def _named(name: str) -> _Term:
    match name.upper():
        case "TRUE" | "FALSE" as word:
            return _Truth(word == "TRUE")
        case "NULL":
            return _Nothing()
        case _ if "$" in name:
            raise _NotSaidError
        case _:
            return _Field(name)


def _summed(node: Tree[Token]) -> _Term:
    """Return a day so many days from today."""
    first, *rest = node.children
    found = _term(first)
    for sign, part in zip(rest[::2], rest[1::2], strict=True):
        more = _term(part)
        if not isinstance(found, DaysFromToday) or not isinstance(more, _Amount):
            raise _NotSaidError
        if re.fullmatch("[0-9]{1,5}", more.text) is None:
            raise _NotSaidError
        by = int(more.text) if sign == "+" else -int(more.text)
        found = DaysFromToday(found.first + by, found.last + by)
    return found


def _value_of(node: Tree[Token]) -> _Term:
    name, *given = node.children
    match str(name).upper(), len(given):
        case "TODAY", 0:
            return DaysFromToday(0, 0)
        case "TEXT", 1:
            return _Field(_field(given[0]), is_listed=True)
        case "DATEVALUE", 1:
            return _term(given[0])
        case "DATE", 3:
            parts = [_term(each) for each in given]
            try:
                numbers = [int(each.text) for each in parts if isinstance(each, _Amount)]
                return _Text(date(*numbers).isoformat())
            except (TypeError, ValueError, OverflowError):
                raise _NotSaidError from None
        case _:
            raise _NotSaidError


def _is_day(text: str) -> bool:
    return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None
