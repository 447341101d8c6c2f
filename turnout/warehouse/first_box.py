"""The first box that holds a lead, for policies with more boxes than a CASE should have.

Every column that is asked tells the class of a lead's value; tables say the rest.
"""

from collections.abc import Iterator, Sequence
from operator import le

from sqlglot import exp

from turnout.compiler.classes import Listed, Texts
from turnout.compiler.plan.asking import is_day
from turnout.compiler.plan.value import Column, Plan
from turnout.frozen import attribute, frozen
from turnout.warehouse.asked_tables import SeedTable
from turnout.warehouse.bit_words import box_number, with_words, words_of, words_table
from turnout.warehouse.class_tables import ClassBoxes, ClassTable, Digit, Lot, lots_of
from turnout.warehouse.column_tests import Setting, line_class, side, unsaid
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.syntax import (
    Sql,
    called,
    choice,
    column,
    equal,
    is_missing,
    number,
    relation,
)

LEADS = "a"
"""How the step is called that has the classes of the leads: `c0`, `c1`, ... by column."""


@frozen
class FirstBox:
    """What says the first box of a lead.

    box: its number, beyond the last one where none holds the lead; is_renumbered: the number that
    was asked for in its place. joins: with the tables, in order. columns: whose classes it asks.
    """

    box: Sql = attribute(repr=False)
    tables: tuple[SeedTable, ...]
    joins: tuple[Sql, ...] = attribute(repr=False)
    columns: tuple[int, ...]
    is_renumbered: bool


def first_box(plan: Plan, setting: Setting, prefix: str, numbers: Sequence[int]) -> FirstBox:
    """Return what says the first box of a lead. prefix: begins the tables' names.

    numbers: what the tables say for each box, and beyond the last one, where they can: where these
    numbers fall nowhere, and no box is asked by its bits.
    What a dialect can't say of a column every class of it takes: it is left over for the batch.
    """
    accepting = _accepting(plan, setting)
    asked = [frozenset(at for at, _ in box.sides if at in accepting) for box in plan.boxes]
    # A box that asks nothing holds every lead, and none behind it is ever the first.
    none = next((at for at, columns in enumerate(asked) if not columns), len(asked))
    found = lots_of(asked[:none], accepting, none)
    is_renumbered = not found.left and all(map(le, numbers, numbers[1:]))
    said = numbers if is_renumbered else range(len(numbers))
    made = _Joined(prefix, setting.dialect, said)
    firsts = [made.lot(each) for each in found.lots]
    if found.left:
        words = words_of(accepting, found.left, none)
        for each in words:
            made.tables.append(words_table(each, f"{prefix}_words_{each.at}"))
            made.joins.append(with_words(each, made.tables[-1].name, setting.dialect))
        firsts.append(box_number(words, found.left, none, setting.dialect))
    first, *others = firsts or [number(said[none])]
    least = called("LEAST", first, *others) if others else first
    columns = frozenset[int]().union(*asked[:none])
    asks = tuple(sorted(columns))
    return FirstBox(least, tuple(made.tables), tuple(made.joins), asks, is_renumbered)


def _accepting(plan: Plan, setting: Setting) -> ClassBoxes:
    """Return which boxes each class takes, of the columns that can be told."""
    every = (1 << len(plan.boxes)) - 1
    found: dict[int, list[int]] = {}
    for number_, box in enumerate(plan.boxes):
        for at, mask in box.sides:
            if at not in found and unsaid(plan.columns[at], setting):
                continue
            size = plan.columns[at].classes.size
            own = found.setdefault(at, [every] * size)
            for class_ in range(size):
                if not mask >> class_ & 1:
                    own[class_] &= ~(1 << number_)
    return found


class _Joined:
    """Tables of lots, and their joins with the leads. said: what stands for each box.

    Every combination stands in its table once. LEFT has engines look leads up there: of an inner
    join some believe that few leads are left, and keep these in memory, all of them. DuckDB looks
    them up by place where the join is an inner one, four times as fast.
    """

    def __init__(self, prefix: str, dialect: Dialect, said: Sequence[int]) -> None:
        self._prefix = prefix
        self._dialect = dialect
        self._said = said
        self.tables: list[SeedTable] = []
        self.joins: list[Sql] = []

    def lot(self, lot: Lot) -> Sql:
        """Join the tables of a lot; return the number of its first box."""
        aliases: list[str] = []
        for table in lot.tables:
            alias = f"t{len(self.tables)}"
            is_last = table is lot.tables[-1]
            numbers = (self._said[each] for each in table.numbers) if is_last else table.numbers
            rows = tuple(enumerate(numbers))
            name = f"{self._prefix}_combined_{len(self.tables)}"
            self.tables.append(SeedTable(name, ("combination", "number"), ("INT", "INT"), rows))
            join: Sql = exp.Join(
                this=relation(name, self._dialect, alias),
                side=self._dialect.side,
                on=equal(
                    column("combination", self._dialect, alias),
                    self._combination(table, aliases),
                ),
            )
            self.joins.append(join)
            aliases.append(alias)
        return column("number", self._dialect, aliases[-1])

    def _combination(self, table: ClassTable, aliases: list[str]) -> Sql:
        """Return the row of a combination: its numbers as the digits of one."""
        parts = self._digits(table, aliases)
        found = next(parts)
        for (_, size), part in zip(table.by[1:], parts, strict=True):
            more = exp.Mul(this=_apart(found), expression=number(size))
            found = exp.Add(this=more, expression=part)
        return found

    def _digits(self, table: ClassTable, aliases: list[str]) -> Iterator[Sql]:
        for digit, _ in table.by:
            yield self._digit(digit, aliases)

    def _digit(self, digit: Digit, aliases: list[str]) -> Sql:
        if digit.is_table:
            return column("number", self._dialect, aliases[digit.at])
        return column(f"c{digit.at}", self._dialect, LEADS)


def _apart(this: Sql) -> Sql:
    found: Sql = exp.Paren(this=this) if isinstance(this, exp.Add) else this
    return found


def class_number(asked: Column, setting: Setting) -> Sql:
    """Return the class of a lead in a column that is asked in the view itself.

    What would be told last isn't asked: of a list, that a value is none of it.
    """
    on_line = line_class(asked, setting)
    if on_line is not None:
        return on_line
    size = asked.classes.size
    if is_day(asked.field) or asked.field in setting.facts:
        cases = [
            (side(asked, 1 << each, setting).whole().surely, number(each)) for each in range(size)
        ]
        *but_last, (_, last) = cases
        return choice(but_last, last)
    rest = asked.classes.other if isinstance(asked.classes, Listed | Texts) else size - 1
    # Where a value is asked, it is there: what is missing has come before.
    cases = [
        (side(asked, 1 << each, setting).surely, number(each))
        for each in range(size)
        if each != rest
    ]
    if rest == 0:
        cases.insert(0, (is_missing(setting.value(asked.field)), number(0)))
    return choice(cases, number(rest))
