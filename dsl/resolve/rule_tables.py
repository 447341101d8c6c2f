"""Tables of rules: their columns found, their rows named and read.

Each row becomes a rule like any other, whose places are those of its cells. So all that is
known of rules is known of rows, and what is wrong with one is told where it stands. A row's
name is that in the column `name`, or made of the file's and of what its cells ask: then a
row that is put in above it takes nothing from it.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import TypeAlias, assert_never, cast

import attrs

from turnout.dsl import nodes, policy
from turnout.dsl.conditions import ALWAYS, And, Condition
from turnout.dsl.finding_kinds import EMPTY_TABLE, UNREAD_COLUMN
from turnout.dsl.findings import Finding, error
from turnout.dsl.fixes import misspelt
from turnout.dsl.headers import ColumnNames
from turnout.dsl.names import name_of
from turnout.dsl.policy import Definition, Family
from turnout.dsl.rereading import TableValues
from turnout.dsl.resolve.cell_conditions import Misread, asked_of, named_in, said_of
from turnout.dsl.resolve.conditions import UNKNOWN, Bounds, ConditionReader
from turnout.dsl.resolve.literals import read_literal
from turnout.dsl.resolve.scope import Scope, nearest
from turnout.dsl.resolve.table_columns import key_column, value_column
from turnout.dsl.resolve.tables import TableReader
from turnout.dsl.sheets import Sheet, SheetRow, sheet_of
from turnout.dsl.source import Span
from turnout.dsl.types import Country, Field, country_field
from turnout.frozen import define, frozen

MAX_ROWS = 50_000
MAX_FINDINGS = 10
"""Faults of one table that are listed; the rest is counted."""

_KINDS = ("territory", "segment")
_LONGEST_NAME = 60
_NO_END = -1
"""In the place of a column: rows count for ever."""
_COUNTRY = Field("country", Country())
_SPELLED = (
    (re.compile(r"(\S+)\.\.(?=\S)"), r"\1-"),
    (re.compile(r"(\S+)\.\."), r"from-\1"),
    (re.compile(r"\.\.(\S+)"), r"to-\1"),
    (re.compile(r">="), "from-"),
    (re.compile(r"<="), "to-"),
    (re.compile(r">"), "over-"),
    (re.compile(r"<"), "under-"),
)


@frozen
class OfField:
    """A column whose cells ask a field. at: its place."""

    at: int
    field: Field


@frozen
class OfNames:
    """A column whose cells name territories or segments. what: which; known: those that may."""

    at: int
    what: str
    known: Mapping[str, object]


@frozen
class OfOne:
    """A column whose cells say whether a lead is of a territory or segment."""

    at: int
    name: str


AskingColumn: TypeAlias = OfField | OfNames | OfOne


@frozen
class RuleRows:
    """A table of rules, its columns found.

    asking: what asks. answering: the places of the columns that its targets and its SLA name,
    by the span of the word. names: of the rows, in order. ends: from when and until when rows
    count: the place of a column, a date, or None.
    """

    sheet: Sheet
    asking: tuple[AskingColumn, ...]
    answering: Mapping[Span, int]
    names: tuple[nodes.Name, ...]
    table: policy.RuleTable
    ends: tuple[int | nodes.Literal | None, ...] = (None, None)


@define
class RuleTableReader:
    """Reads the heads of tables of rules. shown: how a file that another one names is called."""

    _fields: Mapping[str, Field]
    _families: tuple[Family, ...]
    _definitions: Mapping[str, Definition]
    _tables: TableReader
    _scope: Scope

    def rows(self, node: nodes.RuleTable) -> RuleRows | None:
        """Return the table, None where it can't be read, which is reported."""
        table = self._tables.table(node.path)
        if table is None:
            return None
        if len(table.rows) > MAX_ROWS:
            message = f"`{table.name}` has more than {MAX_ROWS:,} rows"
            advice = "make it two tables, one for each of two blocks"
            self._scope.report("too-large", node.path.span, message, help=advice)
            return None
        folder = PurePosixPath(node.span.source.name).parent
        sheet = sheet_of(table, (folder / node.path.text).as_posix(), node.span)
        asking = [self._asking(each, table.columns) for each in node.by]
        answering = {
            each.span: value_column(each, table.columns, self._scope) for each in _columns_of(node)
        }
        ends = [self._end(each, table.columns) for each in _ends(node)]
        if any(each is None for each in (*asking, *answering.values(), *ends)):
            return None
        found = tuple(each for each in asking if each is not None)
        answers = {span: at for span, at in answering.items() if at is not None}
        read = [each.at for each in found]
        lasting = tuple(None if each == _NO_END else each for each in ends)
        days = [each for each in lasting if isinstance(each, int)]
        columns = tuple(dict.fromkeys((*read, *days, *answers.values())))
        name_at = _name_column(table.columns, columns)
        self._complain_of_columns(node, sheet, {*columns, name_at})
        named = tuple(_names(node, sheet, read, name_at))
        headings = tuple(table.columns[at] for at in columns)
        asks = len(dict.fromkeys((*read, *days)))
        by = tuple(each.name.text for each in node.by)
        origin = policy.RuleTable(table.name, by, headings, asks, _head(node))
        return RuleRows(sheet, found, answers, named, origin, lasting)

    def _end(
        self, written: nodes.Name | nodes.Literal | None, columns: tuple[str, ...]
    ) -> int | nodes.Literal | None:
        """Return the place of a column of days or a date, None where it was reported."""
        if written is None:
            return _NO_END
        if isinstance(written, nodes.Literal) and written.kind == "date":
            return written
        return value_column(written, columns, self._scope)

    def _asking(self, node: nodes.AskedBy, columns: tuple[str, ...]) -> AskingColumn | None:
        name = node.name.text
        field = self._fields.get(name)
        if field is None and self._scope.is_lost(node.name, self._fields):
            return None
        names = None if field is not None else self._names(name)
        if field is None and names is None and name not in self._definitions:
            choices = {**self._fields, **self._definitions, **dict.fromkeys(_KINDS)}
            choices |= {each.name: None for each in self._families if each.name}
            self._scope.unknown("field, territory or segment", node.name, choices)
            return None
        if name not in _KINDS or field is not None:
            self._scope.refer(self._kind(name, field), node.name)
        if node.heading is not None:
            at = value_column(node.heading, columns, self._scope)
        else:
            at = key_column(node.name, field, columns, self._scope)
        if at is None:
            return None
        if field is not None:
            return OfField(at, field)
        return OfOne(at, name) if names is None else OfNames(at, *names)

    def _kind(self, name: str, field: Field | None) -> str:
        if field is not None:
            return "field"
        is_one = name in self._definitions
        return self._definitions[name].kind if is_one else "segment family"

    def _names(self, name: str) -> tuple[str, Mapping[str, object]] | None:
        """Return what the cells of a column of that name speak of, None where it is one thing."""
        if name in _KINDS:
            known = {k: each for k, each in self._definitions.items() if each.kind == name}
            return name, known
        members = next((f.members for f in self._families if f.name == name and f.members), None)
        if members is None:
            return None
        known = {each.name: each for each in members}
        while inner := {
            k: each
            for k, each in self._definitions.items()
            if each.parent in known and k not in known
        }:
            known |= inner
        kind = members[0].kind
        return f"{kind} of `{name}`", known

    def _complain_of_columns(
        self, node: nodes.RuleTable, sheet: Sheet, read: set[int | None]
    ) -> None:
        for at, heading in enumerate(sheet.headings.cells):
            if at in read:
                continue
            near = nearest(heading, [*self._fields, *(each.name for each in self._families)])
            advice = f"read it: add `{near or heading}` to what stands behind `by`"
            if near is None:
                advice = "name it behind `by` or between the braces, or take it out of the table"
            self._scope.findings.append(
                UNREAD_COLUMN.finding(
                    sheet.headings.places[at],
                    f"nothing reads the column `{heading}` of `{sheet.name}`",
                    help=(advice, "a comment above `rules` can allow it, with the reason"),
                )
            )
        if not sheet.rows:
            message = f"`{sheet.name}` has no rows, so that it makes no rule"
            self._scope.findings.append(EMPTY_TABLE.finding(node.path.span, message))


def _ends(node: nodes.RuleTable) -> tuple[nodes.Name | nodes.Literal | None, ...]:
    """Return from when, and until when, rows count."""
    return (None, None) if node.validity is None else (node.validity.first, node.validity.last)


def _columns_of(node: nodes.RuleTable) -> Iterator[nodes.Name | nodes.Literal]:
    for chain in node.chains:
        for target in chain.targets:
            if isinstance(target, nodes.CellTarget):
                yield target.column
    for sla in node.slas:
        if isinstance(sla, nodes.RowSla):
            yield sla.column


def _head(node: nodes.RuleTable) -> Span:
    return Span(node.span.source, node.span.start, node.path.span.end)


# -- names of rows --


def _name_column(columns: tuple[str, ...], read: tuple[int, ...]) -> int | None:
    found = ColumnNames(columns).find("name")
    at = columns.index(found[0]) if len(found) == 1 else None
    return None if at in read else at


def _names(
    node: nodes.RuleTable, sheet: Sheet, asking: list[int], name_at: int | None
) -> Iterator[nodes.Name]:
    """Yield the rows' names. One that is written has its place; others have that of the head."""
    stem = name_of(PurePosixPath(sheet.name).stem) or "row"
    taken: dict[str, int] = {}
    for row in sheet.rows:
        written = name_of(row.cells[name_at]) if name_at is not None else ""
        if written and name_at is not None:
            yield nodes.Name(written, row.places[name_at])
            continue
        made = _made(stem, [row.cells[at] for at in asking])
        again = taken[made] = taken.get(made, 0) + 1
        yield nodes.Name(made if again == 1 else f"{made}-{again}", node.path.span)


def _made(stem: str, cells: list[str]) -> str:
    """Return a name for a row of which these cells ask something.

    >>> _made("matrix", ["DE, AT", ">= 1000", "", "not customer"])
    'matrix-DE-AT-from-1000-not-customer'
    >>> _made("matrix", ["", "100..999"]), _made("matrix", [""])
    ('matrix-100-999', 'matrix-any')
    """
    said = [cell[:_LONGEST_NAME] for each in cells if (cell := each.strip())]
    for pattern, words in _SPELLED:
        said = [pattern.sub(words, each) for each in said]
    name = name_of("-".join([stem, *(said or ["any"])])) or stem
    return name if len(name) <= _LONGEST_NAME else name_of(name[:_LONGEST_NAME])


# -- rows --


@define
class RowConditions:
    """What the cells of one table's rows ask.

    known: what was read of a column's cells, by text, and what rows ask whose cells say the same;
    a cell that repeats is read once, and so is one of an earlier version of the policy.
    """

    _of: RuleRows
    _reader: ConditionReader
    _scope: Scope
    _known: TableValues

    def asked(self, row: SheetRow) -> tuple[list[tuple[int, Bounds]], Bounds]:
        """Return, by place of the column, what each cell that isn't blank asks, and what all do."""
        found: list[tuple[int, Bounds]] = []
        said: list[tuple[int, str, str | None]] = []
        for number, column in enumerate(self._of.asking):
            text = row.cells[column.at].strip()
            if not text:
                continue
            country = self._country(column, row)
            cell = number, text, country
            said.append(cell)
            bounds = self._exactly(cell)
            if bounds is None:
                bounds = self._read(column, text, row.places[column.at], country)
                self._keep(cell, bounds)
            found.append((column.at, bounds))
        together = self._exactly(tuple(said))
        if together is None:
            together = joined(found)
            self._keep(tuple(said), together)
        return found, together

    def _exactly(self, said: object) -> Bounds | None:
        known = self._known.of(said, None)
        return None if known is None else Bounds(*2 * (cast("Condition", known),))

    def _keep(self, said: object, bounds: Bounds) -> None:
        if bounds.is_exact:
            self._known.keep(said, None, bounds.most)

    def _read(self, column: AskingColumn, text: str, at: Span, country: str | None) -> Bounds:
        match column:
            case OfField(field=field):
                read = asked_of(field, text, at, country)
            case OfNames(what=what, known=known):
                read = named_in(text, at, what, known)
            case OfOne(name=name):
                read = said_of(name, text, at)
            case _:
                assert_never(column)
        if not isinstance(read, Misread):
            return self._reader.bounds(read)
        self._scope.findings.append(_finding(read))
        return UNKNOWN

    def _country(self, column: AskingColumn, row: SheetRow) -> str | None:
        """Return the one country that a row names beside a subdivision."""
        of = country_field(column.field.type) if isinstance(column, OfField) else None
        for beside in self._of.asking if of else ():
            if isinstance(beside, OfField) and beside.field.name == of:
                value, _ = read_literal(_COUNTRY, row.cells[beside.at])
                return None if value is None else str(value)
        return None


def _finding(why: Misread) -> Finding:
    if why.near is None:
        found = error("table-value", why.span, why.message, help=why.help)
        return attrs.evolve(found, fixes=why.fixes)
    advice = f"did you mean `{why.near}`?"
    return error(
        "table-value", why.span, why.message, help=advice, fixes=(misspelt(why.span, why.near),)
    )


def joined(asked: list[tuple[int, Bounds]]) -> Bounds:
    """Return what a row asks by what its cells do; every lead where they are all blank."""
    if len(asked) == 1:
        return asked[0][1]
    most = And(tuple(bounds.most for _, bounds in asked)) if asked else ALWAYS
    if all(bounds.is_exact for _, bounds in asked):
        return Bounds(most, most)
    return Bounds(And(tuple(bounds.least for _, bounds in asked)), most)
