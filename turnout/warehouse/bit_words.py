"""The first box of a lead by AND over bits, where combinations of classes would be too many.

For each column a table says which boxes take each class, as the bits of whole numbers, 62 to a
number. A lead has a class in each column; the AND over these leaves the boxes that hold it, and
the lowest bit is the first of them. So a lead costs a look-up for each column and some ANDs.
"""

from collections.abc import Iterable, Sequence

from sqlglot import exp

from turnout.dsl.types import Value
from turnout.frozen import attribute, frozen
from turnout.warehouse.asked_tables import SeedTable
from turnout.warehouse.class_tables import ClassBoxes
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.syntax import (
    Sql,
    called,
    cast,
    choice,
    column,
    equal,
    number,
    relation,
    unequal,
)

BITS = 62
"""Boxes to a whole number: its sign stays out of it, and so does the bit below."""

_ALL = (1 << BITS) - 1


@frozen
class ColumnWords:
    """Which boxes take each class of a column.

    at: the column's number. words: for each class its whole numbers, the first boxes first.
    """

    at: int
    words: tuple[tuple[int, ...], ...] = attribute(repr=False)

    def tells(self, word: int, asked: int) -> bool:
        """Return whether some class leaves out one of the boxes of a word that are asked."""
        return any(each[word] != asked for each in self.words)


def words_of(accepting: ClassBoxes, asked: int, boxes: int) -> tuple[ColumnWords, ...]:
    """Return the words of each column that tells some of the boxes that are asked.

    asked: one bit each. boxes: how many there are in all.
    """
    count = -(-boxes // BITS)
    return tuple(
        ColumnWords(at, tuple(tuple(_split(bits & asked, count)) for bits in own))
        for at, own in sorted(accepting.items())
        if any(bits & asked != asked for bits in own)
    )


def _split(bits: int, count: int) -> Iterable[int]:
    return (bits >> BITS * word & _ALL for word in range(count))


def words_table(of: ColumnWords, name: str) -> SeedTable:
    """Return the table of a column: the class, and its words."""
    count = len(of.words[0])
    names = ("class", *(f"w{at}" for at in range(count)))
    rows: list[tuple[Value, ...]] = [(class_, *own) for class_, own in enumerate(of.words)]
    return SeedTable(name, names, ("INT", *["BIGINT"] * count), tuple(rows))


def with_words(of: ColumnWords, table: str, dialect: Dialect) -> Sql:
    """Return the join of a column's table, in which every class stands, with the leads."""
    alias = f"w{of.at}"
    found: Sql = exp.Join(
        this=relation(table, dialect, alias),
        side=dialect.side,
        on=equal(column("class", dialect, alias), column(f"c{of.at}", dialect, "a")),
    )
    return found


def box_number(words: Sequence[ColumnWords], asked: int, none: int, dialect: Dialect) -> Sql:
    """Return the number of the first box of those asked that holds a lead; `none` without one."""
    cases: list[tuple[Sql, Sql]] = []
    for word, own in enumerate(_split(asked, -(-asked.bit_length() // BITS))):
        if not own:
            continue
        parts = [number(own)]
        parts += (
            column(f"w{word}", dialect, f"w{each.at}") for each in words if each.tells(word, own)
        )
        taken = _and(parts)
        first = exp.Add(this=number(word * BITS), expression=_lowest(taken, dialect))
        cases.append((unequal(taken, number(0)), first))
    return choice(cases, number(none))


def _and(parts: Iterable[Sql]) -> Sql:
    first, *rest = parts
    found = first
    for part in rest:
        found = exp.BitwiseAnd(this=found, expression=part)
    paren: Sql = exp.Paren(this=found)
    return paren


def _lowest(taken: Sql, dialect: Dialect) -> Sql:
    """Return which bit is the lowest one, from 0."""
    bit = exp.Paren(this=exp.BitwiseAnd(this=taken.copy(), expression=exp.Neg(this=taken.copy())))
    if dialect.name in {"duckdb", "bigquery", "spark", "databricks"}:
        return cast(called("BIT_COUNT", exp.Sub(this=bit, expression=number(1))), "BIGINT")
    # Elsewhere by the logarithm, which is a whole number but for its last digits.
    log = exp.Div(this=exp.Ln(this=bit), expression=exp.Ln(this=number(2)))
    return cast(exp.Round(this=log), "BIGINT")
