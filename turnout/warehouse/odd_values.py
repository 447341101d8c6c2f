"""Values that a field can't have: outside its list, its bounds, or nothing at all.

They count as missing, as they do wherever leads are read, and are told as issues. Where a
condition would come out the same for them as for what is missing, nothing is asked.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeAlias, assert_never

from sqlglot import exp

from turnout.compiler.classes import Standings, finder
from turnout.compiler.plan.value import Column, Plan
from turnout.dsl import types
from turnout.dsl.types import Field, Value
from turnout.dsl.values.languages import language_codes
from turnout.dsl.values.places import country_codes, subdivision_codes
from turnout.warehouse.asked_tables import SeedTable
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.syntax import (
    FALSE,
    Sql,
    above,
    amount,
    below,
    called,
    column,
    equal,
    is_missing,
    literal,
    negated,
    none_of,
    relation,
    some,
    text,
)
from turnout.warehouse.texts_asked import has_any, holds_only

LONGEST = 60
"""Values of a list that stands in the view itself; a longer one stands in a table."""


FEW, LONGEST_PATTERN = 6, 100_000
"""DuckDB makes a join of a list of more values, even where nobody asks for what it tells. A
pattern of all values is none, as long as it isn't too long for its cache of states."""


class OddValues:
    """Tells values that can't be, and keeps the tables of lists that are too long for a view."""

    def __init__(self, prefix: str, dialect: Dialect) -> None:
        """Begin without a table. prefix: begins the tables' names."""
        self._prefix = prefix
        self._dialect = dialect
        self._tables: dict[str, SeedTable] = {}
        self._joins: dict[str, tuple[str, Sql]] = {}

    @property
    def tables(self) -> tuple[SeedTable, ...]:
        """The tables that were needed."""
        return tuple(self._tables.values())

    @property
    def joins(self) -> tuple[Sql, ...]:
        """The joins that `told` was told by."""
        return tuple(join for _, join in self._joins.values())

    def issue(self, field: Field, this: Sql) -> Sql:
        """Return whether a value that is there is one of which an issue tells."""
        if isinstance(field.type, types.AnyOf):
            return negated(holds_only(this, field.type.values, self._dialect))
        return self.told(field, this)

    def told(self, field: Field, this: Sql) -> Sql:
        """Return whether a value that is there can't be one of its field.

        Of a list it is enough that it holds one of the field's values.
        """
        match field.type:
            case types.Integer(low, high) | types.Number(low, high):
                return some((self._below(this, low), self._above(this, high)))
            case types.AnyOf(values):
                return negated(has_any(this, values, self._dialect))
            case types.Boolean() | types.Date() | types.Money():
                return FALSE
            case types.Text() | types.Code() | types.Email() | types.Phone() | types.Domain():
                return equal(this.copy(), text(""))
            case (
                types.Country()
                | types.Subdivision()
                | types.Language()
                | types.OneOf()
                | types.PersonName()
            ):
                return self._outside(field.name, field.type, this)
            case _:
                assert_never(field.type)

    def _below(self, this: Sql, low: int | Decimal | None) -> Sql:
        if low is None:
            return FALSE
        return below(this.copy(), amount(Decimal(low), self._dialect))

    def _above(self, this: Sql, high: int | Decimal | None) -> Sql:
        if high is None:
            return FALSE
        return above(this.copy(), amount(Decimal(high), self._dialect))

    def is_listed_here(self, field: Field) -> bool:
        """Return whether a field has a list, and `told` tells it without a join."""
        if not isinstance(field.type, Listing):
            return False
        values = listed(field.type)
        return len(values) <= LONGEST or bool(self._pattern(values))

    def _pattern(self, values: Sequence[Value]) -> str:
        """Return the pattern that tells a list, "" where something else does."""
        if self._dialect.name != "duckdb" or len(values) <= FEW:
            return ""
        pattern = _pattern(values)
        return pattern if len(pattern) <= LONGEST_PATTERN else ""

    def _outside(self, name: str, kind: "Listing", this: Sql) -> Sql:
        values = listed(kind)
        pattern = self._pattern(values)
        if pattern:
            return negated(called("REGEXP_FULL_MATCH", this.copy(), text(pattern)))
        if len(values) <= LONGEST:
            return none_of(this.copy(), [literal(each) for each in values])
        own = name if isinstance(kind, types.OneOf | types.PersonName) else kind.word
        table = f"{self._prefix}_values_{own}"
        rows = tuple((each,) for each in values)
        self._tables.setdefault(table, SeedTable(table, ("value",), ("TEXT",), rows))
        alias = f"v_{len(self._joins)}"
        known = self._joins.setdefault(name, (alias, self._join(table, alias, this)))
        return is_missing(column("value", self._dialect, known[0]))

    def _join(self, table: str, alias: str, this: Sql) -> Sql:
        """Return the join with a list, of distinct values.

        Where nobody asks for what it tells, engines leave out a join that can't add rows.
        """
        values = exp.select(column("value", self._dialect)).distinct()
        values = values.from_(relation(table, self._dialect))
        found: Sql = exp.Join(
            this=exp.Subquery(this=values, alias=exp.TableAlias(this=exp.to_identifier(alias))),
            side="LEFT",
            on=equal(column("value", self._dialect, alias), this.copy()),
        )
        return found


def _pattern(values: Sequence[Value]) -> str:
    """Return a pattern of RE2 that a text matches as a whole where it is one of some texts."""
    return "|".join("".join(map(_as_itself, str(value))) for value in values)


def _as_itself(sign: str) -> str:
    is_plain = sign.isascii() and (sign.isalnum() or sign in " _-")
    return sign if is_plain else f"\\x{{{ord(sign):x}}}"


Listing: TypeAlias = (
    types.Country | types.Subdivision | types.Language | types.OneOf | types.PersonName
)
"""Types whose values are a list of texts."""


def listed(kind: Listing) -> Sequence[Value]:
    """Return the values that a field may have."""
    match kind:
        case types.Country():
            return sorted(set(country_codes().values()))
        case types.Subdivision():
            return sorted(subdivision_codes())
        case types.Language():
            return sorted(set(language_codes().values()))
        case types.OneOf(values):
            return values
        case types.PersonName(people):
            return sorted(set(people.values()))
        case _:
            assert_never(kind)


def is_mistaken(plan: Plan, field: Field) -> bool:
    """Return whether a value that can't be would be taken for another than what is missing."""
    if field.required:
        return True
    every = (*(box.sides for box in plan.boxes), *(part.sides for part in plan.parts))
    asked = dict.fromkeys((plan.columns[at], mask) for sides in every for at, mask in sides)
    return any(
        _tells(column_, mask, field)
        for column_, mask in asked
        if field.name in {column_.field, column_.than}
    )


def _tells(asked: Column, mask: int, field: Field) -> bool:
    if isinstance(asked.classes, Standings):
        return True
    find = finder(asked.classes)
    return any(mask >> find(each) & 1 != mask & 1 for each in _samples(field))


def _samples(field: Field) -> list[Value]:
    """Return values that a field can't have, one for each way of it."""
    kind = field.type
    if isinstance(kind, types.Integer | types.Number):
        lowest = [] if kind.low is None else [kind.low - 1]
        return [*lowest, *([] if kind.high is None else [kind.high + 1])]
    return [frozenset[str]()] if isinstance(kind, types.AnyOf) else [""]
