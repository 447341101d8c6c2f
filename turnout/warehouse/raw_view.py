"""Leads as a CRM exports them, read in SQL: a view with a typed column for each field.

It is made of steps: the texts without outer blanks, what each field says but subdivisions,
then these in the countries that the first step found, then what the policy's own tables have.
What SQL can't tell is named lead by lead, and a view over this one leaves such a lead for the
batch where a condition asks for it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlglot import exp

from turnout.compiler.plan.value import Plan
from turnout.dsl.headers import Headers
from turnout.dsl.lookups import sources
from turnout.dsl.types import Field, Lookup, Subdivision
from turnout.errors import Error
from turnout.frozen import attribute, frozen
from turnout.warehouse.asked_tables import SeedTable
from turnout.warehouse.dialects import Dialect
from turnout.warehouse.raw_fields import STEP, RawReading, RawText, kind_of, reading, unreadable
from turnout.warehouse.raw_texts import first, is_clear, small, trimmed
from turnout.warehouse.syntax import (
    FALSE,
    Sql,
    as_,
    choice,
    column,
    equal,
    every,
    is_missing,
    is_there,
    listed_names,
    nothing,
    number,
    one_of,
    relation,
    some,
    text,
)

KEY, DAY, ARRIVED = "turnout_key", "turnout_today", "arrived"
ISSUES, UNREAD, UNSURE = "turnout_issues", "turnout_unread", "turnout_unsure"


class ColumnsError(Error):
    """The columns of a table don't say where the fields of a policy stand."""


@frozen
class RawWanted:
    """What is to be read. source: the table with the texts. name: of the view.

    columns: by field, where it stands; a field without one has no values. key, day_column,
    arrived: columns that are handed on, "" for none; without a key the field that is the id.
    """

    source: str
    name: str
    columns: Mapping[str, str]
    key: str
    day_column: str = ""
    arrived: str = ""


@frozen
class RawView:
    """A view that reads texts, and the tables that it looks them up in."""

    name: str
    query: Sql = attribute(repr=False)
    tables: tuple[SeedTable, ...]


def columns_by_field(
    fields: Mapping[str, Field], header: Sequence[str] | None
) -> Mapping[str, str]:
    """Return where each field stands in a table with these columns.

    Without a header each is called as the policy says first, else as the field. Raises
    ColumnsError for a field that stands in several columns, or may stand in any of them.
    """
    if header is None:
        return {name: (*field.columns, name)[0] for name, field in fields.items()}
    binding = Headers(fields).binding(tuple(header))
    odd = [each.field for each in binding.several] + [*binding.unclear]
    if odd:
        raise ColumnsError(
            f"{odd[0]} stands in several columns, or may stand in any of them",
            "keep one of them in the table",
        )
    return dict(binding.plain)


def asked_fields(plan: Plan) -> frozenset[str]:
    """Return the fields whose values decide which clause takes a lead."""
    asked = {each.field for each in plan.columns} | {
        each.than for each in plan.columns if each.than
    }
    return frozenset(asked | set(plan.required))


def unreadable_fields(plan: Plan, fields: Mapping[str, Field]) -> Mapping[str, str]:
    """Return the fields that are asked and of which SQL reads no text, with the reasons."""
    asked = asked_fields(plan)
    found = {name: unreadable(field) for name, field in fields.items() if name in asked}
    return {name: reason for name, reason in found.items() if reason}


def raw_view(
    plan: Plan, fields: Mapping[str, Field], dialect: Dialect, wanted: RawWanted
) -> RawView:
    """Return the view that reads the fields of a policy."""
    return _Maker(asked_fields(plan), fields, dialect, wanted).view()


class _Maker:
    """Makes one view."""

    def __init__(
        self,
        asked: Collection[str],
        fields: Mapping[str, Field],
        dialect: Dialect,
        wanted: RawWanted,
    ) -> None:
        self._asked, self._fields = asked, fields
        self._dialect, self._wanted = dialect, wanted
        self._number = {name: at for at, name in enumerate(fields)}
        self._later = [name for name in fields if self._country_of(name)]
        self._tables: dict[str, SeedTable] = {}

    def view(self) -> RawView:
        """Return the view."""
        steps = [("turnout_texts", self._texts()), ("turnout_clear", self._clear())]
        steps.append(("turnout_keys", self._keys()))
        steps.append(("turnout_told", self._first_told()))
        if self._later:
            steps.append(("turnout_places", self._later_told()))
        query = self._values(steps[-1][0])
        for name, step in steps:
            query = query.with_(name, as_=step, copy=False)
        return RawView(self._wanted.name, query, tuple(self._tables.values()))

    def _country_of(self, name: str) -> str | None:
        """Return the field with the country that a subdivision is read in."""
        kind = self._fields[name].type
        country = kind.country if isinstance(kind, Subdivision) and kind.within is None else None
        return country if country in self._fields else None

    # -- steps --

    @property
    def _handed_on(self) -> list[str]:
        wanted = self._wanted
        more = [(wanted.day_column, DAY), (wanted.arrived, ARRIVED)]
        return [KEY, *(name for column_, name in more if column_)]

    def _own(self, name: str, step: str = STEP) -> Sql:
        return column(name, self._dialect, step)

    def _texts(self) -> Sql:
        """Return the step with the texts, `t0` and so on, by the numbers of their fields."""
        wanted, dialect = self._wanted, self._dialect
        named = ((wanted.key, KEY), (wanted.day_column, DAY), (wanted.arrived, ARRIVED))
        outputs = [as_(self._own(of, "s"), name, dialect) for of, name in named if of]
        for name, at in self._number.items():
            stands = wanted.columns.get(name)
            told = nothing("TEXT") if stands is None else trimmed(self._own(stands, "s"))
            outputs.append(as_(told, f"t{at}", dialect))
        found: Sql = exp.select(*outputs).from_(relation(wanted.source, dialect, "s"))
        return found

    def _keys(self) -> Sql:
        """Return the step with the texts in small letters, `n0`."""
        outputs = [self._own(name) for name in self._handed_on]
        for at in self._number.values():
            this, clear = self._own(f"t{at}"), self._own(f"c{at}")
            outputs += [this, clear]
            outputs.append(as_(small(this, clear, self._dialect), f"n{at}", self._dialect))
        return self._select(outputs, "turnout_clear")

    def _clear(self) -> Sql:
        """Return the step that says which texts are clear, `c0`."""
        outputs = [self._own(name) for name in self._handed_on]
        for at in self._number.values():
            this = self._own(f"t{at}")
            clear = choice([(is_there(this), is_clear(this, self._dialect))], FALSE)
            outputs += [this, as_(clear, f"c{at}", self._dialect)]
        return self._select(outputs, "turnout_texts")

    def _first_told(self) -> Sql:
        """Return the step with the values, `v0`, and what is to be said of them, `s0`."""
        outputs = [self._own(name) for name in self._handed_on]
        joins: list[Sql] = []
        for name, at in self._number.items():
            if name in self._later:
                outputs += [self._own(f"{each}{at}") for each in "tnc"]
            else:
                found = reading(self._text(name, None))
                outputs += self._told(name, found)
                joins += found.joins
        return self._select(outputs, "turnout_keys", joins)

    def _later_told(self) -> Sql:
        """Return the step with subdivisions, in the countries of the step before."""
        outputs = [self._own(name) for name in self._handed_on]
        joins: list[Sql] = []
        for name, at in self._number.items():
            if name not in self._later:
                outputs += [self._own(f"v{at}"), self._own(f"s{at}")]
                continue
            country = self._country_of(name)
            assert country is not None, "it is read in one"
            of = self._number[country]
            value, state = self._own(f"v{of}"), self._own(f"s{of}")
            known = exp.Coalesce(this=value.copy(), expressions=[text("")])
            found = reading(self._text(name, known))
            is_open = one_of(state, [number(2), number(3)])
            siblings = [each for each in self._later if self._country_of(each) == country]
            if sources(self._fields[country]) or siblings[0] != name:
                is_open = some((is_open, is_missing(value)))
            unread = every((is_there(self._own(f"t{at}")), is_open))
            outputs += self._told(name, found, unread)
            joins += found.joins
        return self._select(outputs, "turnout_told", joins)

    def _text(self, name: str, country: Sql | None) -> RawText:
        field = self._fields[name]
        return RawText(self._number[name], field, self._dialect, self._wanted.name, country)

    def _told(self, name: str, found: RawReading, unread: Sql = FALSE) -> list[Sql]:
        """Return the value of a field and what is to be said. unread: where SQL can't tell."""
        for table in found.tables:
            self._tables.setdefault(table.name, table)
        at, kind = self._number[name], kind_of(self._fields[name])
        value = choice([(unread, nothing(kind))], found.value(kind))
        state = choice([(unread, number(2))], found.state())
        return [as_(value, f"v{at}", self._dialect), as_(state, f"s{at}", self._dialect)]

    def _select(self, outputs: Iterable[Sql], step: str, joins: Iterable[Sql] = ()) -> Sql:
        table = exp.Table(
            this=exp.to_identifier(step), alias=exp.TableAlias(this=exp.to_identifier(STEP))
        )
        query = exp.select(*outputs).from_(table)
        for join in joins:
            query = query.join(join, copy=False)
        found: Sql = query
        return found

    # -- what comes out --

    def _values(self, step: str) -> exp.Select:
        dialect, joins = self._dialect, list[Sql]()
        values: dict[str, Sql] = {}
        unread: dict[str, Sql] = {}
        for name, at in self._number.items():
            values[name] = self._own(f"v{at}")
            unread[name] = one_of(self._own(f"s{at}"), [number(2), number(3)])
        self._imply(values, unread)
        own, own_unread = dict(values), dict(unread)
        for field in self._fields.values():
            if sources(field):
                self._find(field, own, own_unread, values, unread, joins)
        issues = (
            (name, one_of(self._own(f"s{at}"), [number(1), number(3)]))
            for name, at in self._number.items()
        )
        unsure = some(unread[name] for name in self._fields if name in self._asked)
        outputs = [
            *(self._own(name) for name in self._handed_on),
            *(as_(value, name, dialect) for name, value in values.items()),
            as_(listed_names(issues), ISSUES, dialect),
            as_(listed_names(unread.items()), UNREAD, dialect),
            as_(unsure, UNSURE, dialect),
        ]
        found = self._select(outputs, step, joins)
        assert isinstance(found, exp.Select)
        return found

    def _imply(self, values: dict[str, Sql], unread: dict[str, Sql]) -> None:
        """Have a full code of a subdivision say the country that a lead lacks."""
        for country in dict.fromkeys(self._country_of(name) for name in self._later):
            assert country is not None, "these have one"
            own = [name for name in self._later if self._country_of(name) == country]
            codes = [first(values[name], 2) for name in own]
            hidden = some(unread[name] for name in own)
            value = values[country]
            unread[country] = some((unread[country], every((is_missing(value), hidden))))
            values[country] = exp.Coalesce(this=value, expressions=codes)

    def _find(  # noqa: PLR0913, PLR0917 - what is known of all fields
        self,
        field: Field,
        own: Mapping[str, Sql],
        own_unread: Mapping[str, Sql],
        values: dict[str, Sql],
        unread: dict[str, Sql],
        joins: list[Sql],
    ) -> None:
        """Look up a value that a lead lacks, or leave it unread where SQL can't."""
        asked = [name for name in sources(field) if name in self._fields]
        lacks = is_missing(own[field.name])
        if not self._is_simple(field):
            hidden = some(is_there(own[name]) for name in asked)
            hidden = some((hidden, *(own_unread[name] for name in asked)))
        else:
            hidden = some(own_unread[name] for name in asked)
            found = [
                self._looked_up(field, at, each, own, joins)
                for at, each in enumerate(field.lookups)
            ]
            values[field.name] = exp.Coalesce(this=own[field.name], expressions=found)
        unread[field.name] = some((own_unread[field.name], every((lacks, hidden))))

    def _is_simple(self, field: Field) -> bool:
        """Return whether a field is looked up by texts that the lead itself has."""
        kind = kind_of(field)
        return (
            kind != "ARRAY<TEXT>"
            and bool(field.lookups)
            and all(
                each.near is None
                and each.key in self._fields
                and not sources(self._fields[each.key])
                and kind_of(self._fields[each.key]) == "TEXT"
                for each in field.lookups
            )
            and len(sources(field)) == len(field.lookups)
        )

    def _looked_up(
        self, field: Field, at: int, by: Lookup, own: Mapping[str, Sql], joins: list[Sql]
    ) -> Sql:
        dialect, kind = self._dialect, kind_of(field)
        name = f"{self._wanted.name}_table_{field.name}" + (f"_{at + 1}" if at else "")
        rows = tuple(by.values.items())
        self._tables[name] = SeedTable(name, ("key", "value"), ("TEXT", kind), rows)
        alias = f"f{self._number[field.name]}_{at}"
        on = equal(column("key", dialect, alias), own[by.key].copy())
        joins.append(exp.Join(this=relation(name, dialect, alias), side="LEFT", on=on))
        return column("value", dialect, alias)
