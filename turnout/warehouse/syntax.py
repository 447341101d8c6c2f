"""Expressions of SQL that are true or false and never unknown, and are simplified as they are made.

What is missing is NULL, and in SQL a comparison with NULL is neither true nor false. So no
comparison is made here without its value's being there having been asked first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias, assert_never

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as _Known

from turnout.dsl.types import Value
from turnout.warehouse.dialects import DIALECTS, Dialect

Sql: TypeAlias = exp.Expression
"""An expression, or a statement, of SQL."""

_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*\Z")
_WORDS = """account all alter and any as asc at authorization between both by case cast check
collate column columns comment connect constraint create cross current date day default define
delete desc describe distinct do drop else end except exists false fetch filter following for
foreign from full grant group grouping groups hash having if ignore ilike in increment inner
insert intersect interval into is issue join lateral leading left like limit lookup map merge
minus minute month natural new no not null nulls of offset on only or order organization outer
over partition percent position preceding primary proto qualify range recursive references regexp
rename respect revoke right rlike rollup row rows sample schema second select session set some
start struct table tablesample text then time timestamp to trailing treat trigger true type
unbounded union unique unnest update user using value values view when whenever where window with
within year zone"""


@cache
def _reserved() -> frozenset[str]:
    """Return the words that some dialect reads as its own; as names they are quoted."""
    found: set[str] = set(_WORDS.split())
    for name in DIALECTS:
        found.update(
            word.lower() for word in _Known.get_or_raise(name).generator_class.RESERVED_KEYWORDS
        )
    return frozenset(found)


# -- names and literals --


def named(name: str, dialect: Dialect) -> Any:  # noqa: ANN401 - sqlglot's own
    """Return a name, in quotes where it could be read as anything else."""
    if _PLAIN_NAME.match(name) and name not in _reserved():
        return exp.to_identifier(name, quoted=False)
    is_plain = dialect.folds_up and _PLAIN_NAME.match(name)
    return exp.to_identifier(name.upper() if is_plain else name, quoted=True)


def column(name: str, dialect: Dialect, table: str = "") -> Sql:
    """Return a column, of a table that is known here by a name of ours."""
    found: Sql = exp.Column(
        this=named(name, dialect), table=exp.to_identifier(table) if table else None
    )
    return found


def relation(name: str, dialect: Dialect, alias: str = "") -> Sql:
    """Return a table by its name, which may have its schema before it: `crm.leads`."""
    *around, own = name.split(".")
    around = [*around, own][-3:-1]
    parts = [named(each, dialect) for each in around]
    found: Sql = exp.Table(
        this=named(own, dialect),
        db=parts[-1] if parts else None,
        catalog=parts[-2] if len(parts) > 1 else None,
        alias=exp.TableAlias(this=exp.to_identifier(alias)) if alias else None,
    )
    return found


def text(value: str) -> Sql:
    """Return a literal text."""
    found: Sql = exp.Literal.string(value)
    return found


def number(value: int | Decimal) -> Sql:
    """Return a literal number."""
    digits = format(value, "f") if isinstance(value, Decimal) else str(value)
    literal = exp.Literal.number(digits.removeprefix("-"))
    found: Sql = exp.Neg(this=literal) if digits.startswith("-") else literal
    return found


def amount(value: Decimal, dialect: Dialect) -> Sql:
    """Return a literal number that is exact in a dialect."""
    is_whole = value == value.to_integral_value()
    if dialect.name == "bigquery" and not (is_whole and abs(value) < 1 << 53):
        return cast(text(format(value, "f")), "DECIMAL(38, 9)")
    return number(int(value) if is_whole else value)


def day(value: date) -> Sql:
    """Return a literal day."""
    return cast(text(value.isoformat()), "DATE")


def literal(value: Value) -> Sql:
    """Return a literal value of a list, or of a text."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    match value:
        case str():
            return text(value)
        case int() | Decimal():
            return number(value)
        case date():
            return day(value)
        case frozenset():
            raise AssertionError(value)  # nothing asks for a list as a whole
        case _:
            assert_never(value)


def cast(this: Sql, kind: str) -> Sql:
    """Return a value as of another type."""
    found: Sql = exp.Cast(this=this, to=exp.DataType.build(kind))
    return found


def nothing(kind: str) -> Sql:
    """Return what is missing, of a type."""
    return cast(exp.Null(), kind)


# -- what is true or false --

TRUE: Sql = exp.true()
FALSE: Sql = exp.false()


def is_always(this: Sql) -> bool:
    """Return whether an expression is the constant true."""
    return this == TRUE


def is_never(this: Sql) -> bool:
    """Return whether an expression is the constant false."""
    return this == FALSE


def every(parts: Iterable[Sql]) -> Sql:
    """Return whether all parts hold."""
    return _joined(exp.And, parts, TRUE, FALSE)


def some(parts: Iterable[Sql]) -> Sql:
    """Return whether one of the parts holds."""
    return _joined(exp.Or, parts, FALSE, TRUE)


def _joined(how: Any, parts: Iterable[Sql], none: Sql, settling: Sql) -> Sql:  # noqa: ANN401 - sqlglot's own
    """Return parts with AND or OR between them, those of the same kind in one row."""
    found: dict[Sql, None] = {}
    for part in parts:
        for each in _operands(how, part):
            if each == settling:
                return settling
            if each != none:
                found.setdefault(each)
    joined: Any = None
    for each in found:
        own: Any = each.copy()
        if isinstance(own, exp.Or | exp.And):
            own = exp.Paren(this=own)
        joined = own if joined is None else how(this=joined, expression=own)
    if joined is None:
        return none
    result: Sql = joined
    return result


def _operands(how: Any, part: Any) -> list[Sql]:  # noqa: ANN401 - sqlglot's own
    """Return what a row of ANDs or ORs stands between."""
    found: list[Sql] = []
    pending = [part]
    while pending:
        each = pending.pop()
        bare = each.this if isinstance(each, exp.Paren) else each
        if isinstance(bare, how):
            pending += [bare.expression, bare.this]
        else:
            found.append(bare if isinstance(bare, exp.And | exp.Or) else each)
    return found


_OPPOSITES: Mapping[type, Any] = MappingProxyType(
    {
        exp.EQ: exp.NEQ,
        exp.NEQ: exp.EQ,
        exp.LT: exp.GTE,
        exp.GTE: exp.LT,
        exp.GT: exp.LTE,
        exp.LTE: exp.GT,
    }
)


def negated(this: Sql) -> Sql:
    """Return whether something doesn't hold."""
    if is_always(this):
        return FALSE
    if is_never(this):
        return TRUE
    inner: Any = this
    if isinstance(this, exp.Not):
        bare: Sql = inner.this.this if isinstance(inner.this, exp.Paren) else inner.this
        return bare
    if type(this) in _OPPOSITES:
        turned: Sql = _OPPOSITES[type(this)](this=inner.this, expression=inner.expression)
        return turned
    found: Sql = exp.Not(this=exp.Paren(this=this) if isinstance(this, exp.Connector) else this)
    return found


def is_there(this: Sql) -> Sql:
    """Return whether a value isn't missing."""
    found: Sql = exp.Is(this=this.copy(), expression=exp.Not(this=exp.Null()))
    return found


def is_missing(this: Sql) -> Sql:
    """Return whether a value is missing."""
    found: Sql = exp.Is(this=this.copy(), expression=exp.Null())
    return found


def equal(one: Sql, two: Sql) -> Sql:
    """Return whether two values that are there are the same."""
    found: Sql = exp.EQ(this=one, expression=two)
    return found


def unequal(one: Sql, two: Sql) -> Sql:
    """Return whether two values that are there differ."""
    found: Sql = exp.NEQ(this=one, expression=two)
    return found


def below(one: Sql, two: Sql) -> Sql:
    """Return whether a value that is there lies below another."""
    found: Sql = exp.LT(this=one, expression=two)
    return found


def at_least(one: Sql, two: Sql) -> Sql:
    """Return whether a value that is there is another or lies above it."""
    found: Sql = exp.GTE(this=one, expression=two)
    return found


def above(one: Sql, two: Sql) -> Sql:
    """Return whether a value that is there lies above another."""
    found: Sql = exp.GT(this=one, expression=two)
    return found


def at_most(one: Sql, two: Sql) -> Sql:
    """Return whether a value that is there is another or lies below it."""
    found: Sql = exp.LTE(this=one, expression=two)
    return found


def one_of(this: Sql, values: Sequence[Sql]) -> Sql:
    """Return whether a value that is there is one of some literals."""
    if not values:
        return FALSE
    if len(values) == 1:
        return equal(this, values[0])
    found: Sql = exp.In(this=this, expressions=list(values))
    return found


def none_of(this: Sql, values: Sequence[Sql]) -> Sql:
    """Return whether a value that is there is none of some literals."""
    if not values:
        return TRUE
    if len(values) == 1:
        return unequal(this, values[0])
    return negated(one_of(this, values))


# -- the rest --


def choice(cases: Iterable[tuple[Sql, Sql]], otherwise: Sql | None) -> Sql:
    """Return what stands beside the first condition that holds; a constant ends the list."""
    found = exp.Case()
    is_empty = True
    for condition, value in cases:
        if is_never(condition):
            continue
        if is_always(condition):
            otherwise = value
            break
        found = found.when(condition, value, copy=False)
        is_empty = False
    if is_empty and otherwise is not None:
        return otherwise
    ended: Sql = found if otherwise is None else found.else_(otherwise, copy=False)
    return ended


def listed_names(told: Iterable[tuple[str, Sql]]) -> Sql:
    """Return the names of which something holds, with ", " between them; NULL for none."""
    pieces: list[Sql] = [
        choice([(holds, text(f", {name}"))], text(""))
        for name, holds in told
        if not is_never(holds)
    ]
    if not pieces:
        return nothing("TEXT")
    joined = pieces[0]
    for piece in pieces[1:]:
        joined = exp.DPipe(this=joined, expression=piece, safe=True)
    found: Sql = exp.Nullif(this=exp.Substring(this=joined, start=number(3)), expression=text(""))
    return found


def called(name: str, *arguments: Sql) -> Sql:
    """Return what a function says that has one name wherever it is called here."""
    found: Sql = exp.Anonymous(this=name, expressions=list(arguments))
    return found


def as_(this: Sql, name: str, dialect: Dialect) -> Sql:
    """Return an expression under a name."""
    found: Sql = exp.Alias(this=this, alias=named(name, dialect))
    return found


def noted(this: Sql, comment: str) -> Sql:
    """Return an expression with a comment; nothing in it can end the comment, or begin another."""
    if not comment:
        return this
    said = " ".join(comment.split()).replace("*/", "* /").replace("/*", "/ *")
    this.add_comments([f" {said} "])
    return this
