"""Two fields held against each other: which may be, and what was meant where they can't.

Behind `is` stands a value, behind `=` a field, so that no word has to be guessed: a list may
have a value of the name that a field has, and any word is a text. A field behind `is`, and
a value behind `=`, are told with the sign that says what was meant.
"""

from collections.abc import Iterator, Mapping

from turnout.dsl import nodes, types
from turnout.dsl.conditions import (
    SIGNS,
    And,
    Beside,
    Condition,
    Has,
    IsIn,
    Not,
    Present,
    Sign,
)
from turnout.dsl.finding_kinds import FIELD_AS_VALUE
from turnout.dsl.findings import Finding, Fix, error
from turnout.dsl.resolve.literals import read_literal
from turnout.dsl.resolve.scope import Scope, article
from turnout.dsl.source import Span
from turnout.dsl.types import Field, Value
from turnout.dsl.wording import quoted

_EQUALITY: Mapping[str, str] = {"=": "is", "!=": "is not"}
"""How a value is asked instead of a field."""
_FIELD_SIGNS: Mapping[str, Sign] = {"is": "=", "is not": "!="}
_NEARBY: Mapping[str, Sign] = {"<": "!=", ">": "!=", "<=": "=", ">=": "="}
_TODAY = {"today": "today", "now": "today", "yesterday": "past", "tomorrow": "future"}


def comparison(node: nodes.Beside, fields: Mapping[str, Field], scope: Scope) -> Condition | None:
    """Return what a comparison of two fields asks, or what was meant; None where nobody knows."""
    one = scope.field(node.field, fields)
    if one is None:
        if node.other.text in fields:
            scope.refer("field", node.other)
        return None
    if node.other.text not in fields and not scope.is_lost(node.other, fields):
        return _no_field(node, one, scope)
    other = scope.field(node.other, fields)
    if other is None:
        return None
    reason = unlike(one, other, node.operator)
    if reason is None:
        return Beside(one.name, _sign(node.operator), other.name)
    scope.report(
        "type-mismatch",
        node.span,
        f"`{one.name}` and `{other.name}` can't be compared by `{node.operator}`",
        text=reason,
        help=_advice(one, other, node.operator),
    )
    return None


def _sign(operator: str) -> Sign:
    return next(sign for sign in SIGNS if sign == operator)


def _no_field(node: nodes.Beside, one: Field, scope: Scope) -> Condition | None:
    """Report a name that is no field, and return what was meant by it, None if nobody knows."""
    name, word = node.other, _EQUALITY.get(node.operator)
    value, _ = read_literal(one, name.text)
    if word is not None and value is not None and one.type.shape in {"listed", "several"}:
        return _meant_value(node, one, value, scope)
    if isinstance(one.type, types.Date) and name.text.lower() in _TODAY:
        scope.report(
            "unknown-name",
            name.span,
            f"`{name.text}` is no field, and a comparison has no word for the day",
            help=f"ask `{one.name} is past`, `{one.name} is today` or `{one.name} is future`",
        )
    elif word is None or scope.near_field(name) is not None or name.text in scope.declared.given_up:
        scope.knows("field", name)
    else:
        scope.refer("field", name)
        scope.report(
            "unknown-name",
            name.span,
            f"there is no field `{name.text}`",
            text=f"behind `{node.operator}` stands a field",
            help=f"declare it; a value is asked by `{one.name} {word} {quoted(name.text)}`",
        )
    return None


def _meant_value(node: nodes.Beside, one: Field, value: Value, scope: Scope) -> Condition:
    """Report a value behind `=` or `!=`, and return what asks for it."""
    name, is_equal = node.other, node.operator == "="
    asked: Condition
    if isinstance(one.type, types.AnyOf):
        assert isinstance(value, frozenset)
        written = f"has {name.text}" if is_equal else f"has none [{name.text}]"
        asked = And(tuple(Has(one.name, each) for each in sorted(value)))
    else:
        written = f"{_EQUALITY[node.operator]} {name.text}"
        asked = IsIn(one.name, frozenset({value}))
    fix = Fix(f"write `{one.name} {written}`", node.span, f"{one.name} {written}")
    scope.refer_value(one, nodes.Literal("name", name.text, name.span), value)
    scope.findings.append(
        error(
            "unknown-name",
            name.span,
            f"`{name.text}` is a value of `{one.name}`, not a field",
            text=f"behind `{node.operator}` stands a field",
            help=fix.title,
            fixes=(fix,),
        )
    )
    return asked if is_equal else And((Present(one.name), Not(asked)))


def unlike(one: Field, other: Field, operator: str) -> str | None:
    """Return why two fields can't be compared by a sign, in words; None where they can.

    >>> from turnout.dsl.types import Integer, Money
    >>> unlike(Field("won", Money("EUR")), Field("goal", Money("EUR")), ">=")
    >>> unlike(Field("won", Money("EUR")), Field("goal", Integer()), ">=")
    '`won` is a money field, `goal` an integer field'
    """
    if one.name == other.name:
        return "a field is always the same as itself"
    for field in (one, other):
        if isinstance(field.type, types.AnyOf):
            return f"`{field.name}` has several values at once"
    reason = _apart(one, other)
    if reason is None and operator not in _EQUALITY and one.type.shape not in types.ON_A_LINE:
        return f"`{operator}` needs numbers, money or dates"
    return reason


def _apart(one: Field, other: Field) -> str | None:
    """Return why no value of a field can be one of the other, in words; None where one can."""
    mine, theirs = one.type, other.type
    if all(isinstance(kind, types.Integer | types.Number) for kind in (mine, theirs)):
        return None
    if mine.word != theirs.word:
        first, second = (article(kind.word) for kind in (mine, theirs))
        return f"`{one.name}` is {first} field, `{other.name}` {second} field"
    if isinstance(mine, types.Money) and isinstance(theirs, types.Money):
        is_one = mine.currency == theirs.currency
        told = f"`{one.name}` is in {mine.currency}, `{other.name}` in {theirs.currency}"
        return None if is_one else told
    if isinstance(mine, types.OneOf) and isinstance(theirs, types.OneOf):
        is_apart = set(mine.values).isdisjoint(theirs.values)
        return "their lists have no value in common" if is_apart else None
    if isinstance(mine, types.Code) and isinstance(theirs, types.Code):
        is_one = (mine.longest, mine.digits) == (theirs.longest, theirs.digits)
        return None if is_one else "they are codes of different forms"
    return None


def _advice(one: Field, other: Field, operator: str) -> str:
    if unlike(one, other, "=") is None:
        return f"ask whether they are the same: `{one.name} {_NEARBY[operator]} {other.name}`"
    if one.name == other.name:
        return "compare it with another field"
    if isinstance(one.type, types.AnyOf) or isinstance(other.type, types.AnyOf):
        return "ask each of the two for its values with `has`"
    if one.type.shape in types.ON_A_LINE and isinstance(other.type, types.Text):
        return f"declare `{other.name}` as {article(one.type.word)} field"
    if isinstance(one.type, types.Money) and isinstance(other.type, types.Money):
        return "bring both into one currency before they arrive; nothing is converted here"
    return "declare both with one type"


# -- a field behind `is` --


def meant_field(
    field: Field, node: nodes.Test, literal: nodes.Literal, fields: Mapping[str, Field]
) -> str | None:
    """Return the comparison that was meant by a field's name behind `is`, None without one."""
    sign = _FIELD_SIGNS.get(node.operator)
    other = fields.get(literal.text) if literal.kind == "name" else None
    if sign is None or other is None or node.table or unlike(field, other, sign) is not None:
        return None
    return f"{field.name} {sign} {other.name}"


def field_behind_is(field: Field, literal: nodes.Literal, meant: str) -> Finding:
    """Return the finding that a field stands where a value is read, and is none.

    meant: the comparison to write instead of the test that begins with `field`.
    """
    source, text = literal.span.source, literal.span.source.text
    start = text.rindex(field.name, 0, literal.span.start)
    fix = Fix(f"write `{meant}`", Span(source, start, literal.span.end), meant)
    message = f"`{literal.text}` is not a value of `{field.name}`, but a field"
    return error(
        "unknown-value",
        literal.span,
        message,
        text="behind `is` stands a value",
        help=fix.title,
        fixes=(fix,),
    )


def fields_as_values(
    field: Field, node: nodes.Test, fields: Mapping[str, Field]
) -> Iterator[Finding]:
    """Yield a finding for a value behind `is` that is the name of a field to compare with."""
    operands = node.operands if isinstance(node.operands, tuple) else ()
    for literal in operands:
        meant = meant_field(field, node, literal, fields)
        if meant is None:
            continue
        value = f"{field.name} {node.operator} {quoted(literal.text)}"
        yield FIELD_AS_VALUE.finding(
            literal.span,
            f"`{literal.text}` is read as a value of `{field.name}`, and is a field, too",
            text="a value, as always behind `is`",
            help=(f"to compare the two fields, write `{meant}`", f"to ask for it, `{value}`"),
            fixes=(Fix(f"write `{meant}`", node.span, meant),),
        )
