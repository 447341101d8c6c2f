"""What a text is asked for more than its value: how each dialect says it, character by character.

Nothing here folds case or knows a language: the values are in their normal form, and the tests
compare code points. A word is told in plain ASCII alone; which letters there are elsewhere an
engine knows by its own edition of Unicode.
"""

from typing import assert_never

from sqlglot import exp

from turnout.compiler.classes import Sliced, YesNoTest
from turnout.dsl.conditions import Contains, EndsWith, Has, HasWord, Matches
from turnout.dsl.values.slices import SLICES
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.syntax import (
    FALSE,
    Sql,
    above,
    at_least,
    below,
    called,
    cast,
    equal,
    every,
    number,
    some,
    text,
    unequal,
)


def begins(this: Sql, size: int) -> Sql:
    """Return the first characters of a text."""
    found: Sql = exp.Left(this=this.copy(), expression=number(size))
    return found


def contains(this: Sql, part: str, dialect: Dialect) -> Sql:
    """Return whether a text that is there holds another, anywhere."""
    if dialect.name == "postgres":
        return above(called("STRPOS", this.copy(), text(part)), number(0))
    found = exp.StrPosition(this=this.copy(), substr=text(part))
    return above(found, number(0))


def is_ascii(this: Sql, dialect: Dialect) -> Sql:
    """Return whether a text that is there is of ASCII alone."""
    size = {"bigquery": "BYTE_LENGTH", "duckdb": "STRLEN"}.get(dialect.name, "OCTET_LENGTH")
    return equal(called(size, this.copy()), called("LENGTH", this.copy()))


def tested(test: YesNoTest, this: Sql, dialect: Dialect) -> Sql:
    """Return whether a test holds for a value that is there, as far as it can be told."""
    match test:
        case EndsWith(_, part):
            return equal(exp.Right(this=this.copy(), expression=number(len(part))), text(part))
        case Contains(_, part):
            return contains(this, part, dialect)
        case Has(_, value):
            return has(this, value, dialect)
        case HasWord(_, word):
            if not word.isascii():
                return FALSE  # no text of ASCII has it, see `is_unclear`
            is_found = _found(this, word_pattern(word), dialect)
            return every((contains(this, word, dialect), is_ascii(this, dialect), is_found))
        case Matches(_, pattern):
            return _found(this, f"(?i){pattern}", dialect)
        case _:
            assert_never(test)


def is_unclear(test: YesNoTest, this: Sql, dialect: Dialect) -> Sql:
    """Return whether it can't be told if a test holds for a value that is there."""
    if isinstance(test, HasWord):
        size = {"bigquery": "BYTE_LENGTH", "duckdb": "STRLEN"}.get(dialect.name, "OCTET_LENGTH")
        is_odd = unequal(called(size, this.copy()), called("LENGTH", this.copy()))
        return every((contains(this, test.text, dialect), is_odd))
    return FALSE


def word_pattern(word: str) -> str:
    """Return the pattern of a word by itself, in what all engines' patterns share.

    >>> word_pattern("c++")
    '(^|[^a-zA-Z0-9])c[+][+]'
    """
    middle = "".join(_as_itself(sign) for sign in word)
    start = "(^|[^a-zA-Z0-9])" if word[0].isalnum() else ""
    end = "([^a-zA-Z0-9]|$)" if word[-1].isalnum() else ""
    return f"{start}{middle}{end}"


def _as_itself(sign: str) -> str:
    if sign.isalnum() or sign in " _-":
        return sign
    return f"\\{sign}" if sign in "\\^[]" else f"[{sign}]"


def _found(this: Sql, pattern: str, dialect: Dialect) -> Sql:
    """Return whether a regular expression is found in a text."""
    match dialect.name:
        case "duckdb":
            return called("REGEXP_MATCHES", this.copy(), text(pattern))
        case "bigquery":
            return called("REGEXP_CONTAINS", this.copy(), text(pattern))
        case "snowflake":  # its REGEXP_LIKE asks the whole text
            return above(called("REGEXP_INSTR", this.copy(), text(pattern)), number(0))
        case _:
            found: Sql = exp.RegexpLike(this=this.copy(), expression=text(pattern))
            return found


def has(this: Sql, value: str, dialect: Dialect) -> Sql:
    """Return whether a list that is there holds a value."""
    match dialect.name:
        case "postgres":
            found: Sql = exp.ArrayContainsAll(
                this=cast(this.copy(), "ARRAY<TEXT>"),
                expression=exp.Array(expressions=[cast(text(value), "TEXT")]),
            )
            return found
        case _:
            held: Sql = exp.ArrayContains(this=this.copy(), expression=text(value))
            return held


def has_any(this: Sql, values: tuple[str, ...], dialect: Dialect) -> Sql:
    """Return whether a list that is there holds one of some values."""
    return some(has(this, value, dialect) for value in values)


def holds_only(this: Sql, values: tuple[str, ...], dialect: Dialect) -> Sql:
    """Return whether a list that is there holds nothing but some values."""
    listed = exp.Array(expressions=[text(each) for each in values])
    match dialect.name:
        case "duckdb":
            return called("LIST_HAS_ALL", listed, this.copy())
        case "postgres":
            found: Sql = exp.ArrayContainsAll(
                this=cast(listed, "ARRAY<TEXT>"), expression=cast(this.copy(), "ARRAY<TEXT>")
            )
            return found
        case "bigquery":
            alias = exp.TableAlias(columns=[exp.to_identifier("e")])
            odd = exp.select("1").from_(exp.Unnest(expressions=[this.copy()], alias=alias))
            odd = odd.where(
                exp.Not(
                    this=exp.In(this=exp.column("e"), expressions=[text(each) for each in values])
                )
            )
            none: Sql = exp.Not(this=exp.Exists(this=odd))
            return none
        case "snowflake":
            return equal(
                called("ARRAY_SIZE", called("ARRAY_EXCEPT", this.copy(), listed)), number(0)
            )
        case _:
            return equal(called("SIZE", called("ARRAY_EXCEPT", this.copy(), listed)), number(0))


def is_in_slices(this: Sql, of: Sliced, low: int, high: int, dialect: Dialect) -> Sql:
    """Return whether a text that is there falls into slices from `low` up to `high`, left out.

    The first 16 digits of the hash, in hexadecimal, are compared with where the slices begin:
    texts of one length and of these signs are in order whatever the collation.
    """
    place = begins(_hash(this, of.of, dialect), 16)
    bounds = [at_least(place, text(_start(low)))] if low > 0 else []
    if high < SLICES:
        bounds.append(below(place, text(_start(high))))
    return every(bounds)


def _start(slices: int) -> str:
    """Return the first hash of a slice.

    >>> _start(500), _start(1)
    ('8000000000000000', '004189374bc6a7f0')
    """
    return f"{-(-(slices << 64) // SLICES):016x}"


def _hash(this: Sql, name: str, dialect: Dialect) -> Sql:
    """Return SHA-256 of a name, a zero byte and a text, in hexadecimal digits."""
    start = f"{name}\0".encode().hex()
    match dialect.name:
        case "duckdb":
            joined = _concat(called("UNHEX", text(start)), called("ENCODE", this.copy()))
            return called("SHA256", joined)
        case "postgres":
            joined = _concat(
                called("DECODE", text(start), text("hex")),
                called("CONVERT_TO", this.copy(), text("UTF8")),
            )
            return called("ENCODE", called("SHA256", joined), text("hex"))
        case "snowflake":
            code = called("HEX_ENCODE", this.copy())
            joined = called("HEX_DECODE_BINARY", _concat(text(start.upper()), code))
            return called("SHA2", joined, number(256))
        case "bigquery":
            as_bytes = exp.Cast(this=this.copy(), to=exp.DataType.build("BINARY"))
            joined = called("CONCAT", called("FROM_HEX", text(start)), as_bytes)
            return called("TO_HEX", called("SHA256", joined))
        case _:
            as_bytes = exp.Cast(this=this.copy(), to=exp.DataType.build("BINARY"))
            joined = called("CONCAT", called("UNHEX", text(start)), as_bytes)
            return called("SHA2", joined, number(256))


def _concat(one: Sql, two: Sql) -> Sql:
    found: Sql = exp.DPipe(this=one, expression=two, safe=True)
    return found
