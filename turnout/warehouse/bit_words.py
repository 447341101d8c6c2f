"""The first box of a lead by AND over bits, for policies with more boxes than a CASE should have.

For each column a table says which boxes take each class, as the bits of whole numbers, 62 to a
number. A lead has a class in each column; the AND over these leaves the boxes that hold it, and
the lowest bit is the first of them. So a lead costs a look-up for each column and a few ANDs,
whatever the number of rules; with a CASE an engine asks one rule after the other.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlglot import exp

from turnout.compiler.plan.value import Column, Plan
from turnout.dsl.types import Value
from turnout.frozen import attribute, frozen
from turnout.warehouse.asked_tables import SeedTable
from turnout.warehouse.column_tests import Setting, line_class, side, unsaid
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

    def tells(self, word: int) -> bool:
        """Return whether some class leaves out a box of a word."""
        return any(each[word] != _ALL for each in self.words)


def words_of(plan: Plan, setting: Setting) -> tuple[ColumnWords, ...]:
    """Return the words of each column that some box asks and that the dialect can say.

    Where it can't, every class takes every box: what is left over is for the batch.
    """
    boxes = len(plan.boxes)
    count = -(-boxes // BITS)
    full = (1 << count * BITS) - 1
    accepting: dict[int, list[int]] = {}
    for number_, box in enumerate(plan.boxes):
        for at, mask in box.sides:
            if unsaid(plan.columns[at], setting):
                continue
            size = plan.columns[at].classes.size
            own = accepting.setdefault(at, [full] * size)
            for class_ in range(size):
                if not mask >> class_ & 1:
                    own[class_] &= ~(1 << number_)
    return tuple(
        ColumnWords(at, tuple(tuple(_split(bits, count)) for bits in accepting[at]))
        for at in sorted(accepting)
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
    """Return the join of a column's table with the leads and their classes.

    Every class stands in the table; LEFT has engines look leads up there, and not the table in
    the leads.
    """
    alias = f"w{of.at}"
    found: Sql = exp.Join(
        this=relation(table, dialect, alias),
        side="LEFT",
        on=equal(column("class", dialect, alias), column(f"c{of.at}", dialect, "a")),
    )
    return found


def box_number(
    words: Sequence[ColumnWords], joined: Collection[int], boxes: int, dialect: Dialect
) -> Sql:
    """Return the number of the first box that holds a lead; -1 where none does.

    joined: the columns whose words are joined; those of the others are written here.
    """
    cases: list[tuple[Sql, Sql]] = []
    for word in range(-(-boxes // BITS)):
        left = min(BITS, boxes - word * BITS)
        parts = [number((1 << left) - 1)]
        parts += (_word(each, word, joined, dialect) for each in words if each.tells(word))
        taken = _and(parts)
        first = exp.Add(this=number(word * BITS), expression=_lowest(taken, dialect))
        cases.append((unequal(taken, number(0)), first))
    return choice(cases, number(-1))


def _word(of: ColumnWords, word: int, joined: Collection[int], dialect: Dialect) -> Sql:
    if of.at in joined:
        return column(f"w{word}", dialect, f"w{of.at}")
    code = column(f"c{of.at}", dialect, "a")
    *cases, (_, last) = [(class_, number(own[word])) for class_, own in enumerate(of.words)]
    return choice([(equal(code.copy(), number(class_)), own) for class_, own in cases], last)


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


def class_number(asked: Column, setting: Setting) -> Sql:
    """Return the class of a lead in a column that is asked in the view itself."""
    on_line = line_class(asked, setting)
    if on_line is not None:
        return on_line
    size = asked.classes.size
    cases = [(side(asked, 1 << each, setting).whole().surely, number(each)) for each in range(size)]
    *but_last, (_, last) = cases
    return choice(but_last, last)
