"""Where the tables of a policy name what it declares: in their headings and in their cells.

A policy's references are its own words; a table is somebody else's text, in which a field is a
heading, and a team, a territory or a value of a list a cell, or a word of one. They are found
where the policy's own readers look for them, each by the place in the file.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, cast

import attrs

from turnout.dsl import nodes
from turnout.dsl.apart import Garbled, chain_in
from turnout.dsl.files import MAX_TABLE, Fault, Files, resolved
from turnout.dsl.headers import ColumnNames
from turnout.dsl.names import is_name, name_of, plain_name
from turnout.dsl.policy import Policy
from turnout.dsl.resolve.cell_conditions import Misread, asked_of, named_in
from turnout.dsl.resolve.literals import cell_reader
from turnout.dsl.resolve.rosters import PERSONAL
from turnout.dsl.resolve.table_columns import field_column, named_column
from turnout.dsl.sheets import Sheet, SheetRow, sheet_of
from turnout.dsl.source import Span
from turnout.dsl.tables import table_of
from turnout.dsl.targets import BY_WORD
from turnout.dsl.types import AnyOf, Field, OneOf, PersonName
from turnout.frozen import frozen
from turnout.lsp.following import Insight
from turnout.lsp.last_answers import LastAnswers

_FAMILIES = ("territory", "segment")


@frozen
class TableUse:
    """A word of a table that names something. of: of a value its field, else ""."""

    kind: str
    name: str
    of: str
    at: Span


def table_uses(known: Insight, files: Files) -> tuple[TableUse, ...]:
    """Return the names in a policy's tables, each place once. files: to read them from."""
    return _FOUND.of((known.read,), "", lambda: tuple(_Tables(known, files).uses()))


_FOUND: LastAnswers[tuple[TableUse, ...]] = LastAnswers()


@frozen
class _Tables:
    """The tables of a policy."""

    known: Insight
    files: Files

    @property
    def policy(self) -> Policy:
        return self.known.read.resolution.policy

    def uses(self) -> Iterator[TableUse]:
        """Yield the names in all of them."""
        seen: set[tuple[str, str, str, Span]] = set()
        for file in self.known.read.files:
            for item in file.items:
                if ".csv" not in item.span.text:
                    continue
                route = item.name.text if isinstance(item, nodes.Route) else ""
                for use in self._of(item, route):
                    key = (use.kind, use.name, use.of, use.at)
                    if key not in seen:
                        seen.add(key)
                        yield use

    def _of(self, item: object, route: str) -> Iterator[TableUse]:
        """Yield the names in the tables that a piece of the policy names. route: around it."""
        match item:
            case nodes.FieldNode():
                for lookup in item.lookups:
                    yield from self._looked_up(item.name.text, lookup)
            case nodes.FromTable():
                yield from self._territories(item)
            case nodes.RosterFile() | nodes.People():
                yield from self._people(item.path)
            case nodes.RuleTable():
                yield from self._rules(item, route)
            case nodes.Test(table=True):
                yield from self._listed(item)
            case _:
                for part in _parts(item):
                    yield from self._of(part, route)

    def _sheet(self, written: nodes.Literal) -> Sheet | None:
        """Return a table with its places, None where it can't be read."""
        folder = PurePosixPath(written.span.source.name).parent
        path = resolved(Path(folder / written.text))
        if path not in self.known.read.read:
            return None
        text = self.files.text(path, MAX_TABLE)
        table = text if isinstance(text, Fault) else table_of(text, written.text)
        if isinstance(table, Fault):
            return None
        return sheet_of(table, (folder / written.text).as_posix())

    # -- headings --

    def _heading(self, sheet: Sheet, at: int, name: str) -> Iterator[TableUse]:
        """Yield the heading of a column that is found by the name of a field or family."""
        columns = sheet.headings.cells
        if columns[at] not in ColumnNames(columns).find(name):
            return  # the field names its columns, and this is one of them
        kind = "field" if name in self.policy.fields else self._kind_of(name)
        if kind:
            yield TableUse(kind, name, "", sheet.headings.places[at])

    def _kind_of(self, name: str) -> str:
        found = self.policy.definitions.get(name)
        if found is not None:
            return found.kind
        is_family = any(each.name == name for each in self.policy.families)
        return "segment family" if is_family and name not in _FAMILIES else ""

    def _column(self, sheet: Sheet, name: str) -> int | None:
        """Return the place of the column of a field."""
        field, columns = self.policy.fields.get(name), sheet.headings.cells
        at = None if field is None else field_column(field, columns)
        found = [*ColumnNames(columns).find(name)] if at is None else []
        return columns.index(found[0]) if len(found) == 1 or name in found else at

    # -- kinds of tables --

    def _looked_up(self, name: str, node: nodes.FromTable) -> Iterator[TableUse]:
        sheet = self._sheet(node.path)
        if sheet is None:
            return
        ties = () if node.near is None else node.near.then
        for key in (node.key.text, *(each.text for each in ties)):
            at = self._column(sheet, key)
            if at is not None:
                yield from self._heading(sheet, at, key)
                yield from self._values(sheet, at, key)
        of = named_column(node.column, sheet.headings.cells)
        if of is not None:
            yield from self._values(sheet, of, name)

    def _territories(self, node: nodes.FromTable) -> Iterator[TableUse]:
        sheet = self._sheet(node.path)
        if sheet is None:
            return
        key = self._column(sheet, node.key.text)
        if key is not None:
            yield from self._heading(sheet, key, node.key.text)
            yield from self._values(sheet, key, node.key.text)
        at = named_column(node.column, sheet.headings.cells)
        for row in sheet.rows if at is not None else ():
            assert at is not None
            if name := name_of(row.cells[at]):
                yield TableUse("territory", name, "", row.places[at])

    def _people(self, path: nodes.Literal) -> Iterator[TableUse]:
        sheet = self._sheet(path)
        if sheet is None:
            return
        names = ColumnNames(sheet.headings.cells)
        for field in self.policy.fields:
            for column in names.find(field) if field not in {*PERSONAL, "name", "person"} else ():
                at = sheet.headings.cells.index(column)
                yield TableUse("field", field, "", sheet.headings.places[at])
                yield from self._values(sheet, at, field)
        for heading, kind in (("name", "person"), ("person", "person"), ("hours", "calendar")):
            for column in names.find(heading):
                at = sheet.headings.cells.index(column)
                for row in sheet.rows:
                    cell = row.cells[at].strip()
                    if cell:
                        name = plain_name(cell) if kind == "person" else cell
                        yield TableUse(kind, name, "", row.places[at])

    def _listed(self, node: nodes.Test) -> Iterator[TableUse]:
        path = cast("tuple[nodes.Literal, ...]", node.operands)[0]
        sheet, name = self._sheet(path), node.field.text
        at = None if sheet is None else self._column(sheet, name)
        if sheet is None:
            return
        if at is not None:
            yield from self._heading(sheet, at, name)
        yield from self._values(sheet, at or 0, name)

    def _rules(self, node: nodes.RuleTable, route: str) -> Iterator[TableUse]:
        sheet = self._sheet(node.path)
        if sheet is None:
            return
        for column in ColumnNames(sheet.headings.cells).find("name"):
            cell = sheet.headings.cells.index(column)
            names = ((name_of(row.cells[cell]), row.places[cell]) for row in sheet.rows)
            yield from (TableUse("rule", name, route, place) for name, place in names if name)
        for asked in node.by:
            yield from self._column_asked(sheet, asked)
        for target in (target for chain in node.chains for target in chain.targets):
            if isinstance(target, nodes.CellTarget):
                at = named_column(target.column, sheet.headings.cells)
                for row in sheet.rows if at is not None else ():
                    yield from self._reached(target.kind, row, at or 0)

    def _column_asked(self, sheet: Sheet, asked: nodes.AskedBy) -> Iterator[TableUse]:
        """Yield the names in a column that asks something."""
        name = asked.name.text
        if asked.heading is None:
            at = self._column(sheet, name)
        else:
            at = named_column(asked.heading, sheet.headings.cells)
        if at is None:
            return
        if asked.heading is None:
            yield from self._heading(sheet, at, name)
        for row in sheet.rows:
            yield from self._asked(name, row.cells[at].strip(), row.places[at])

    # -- cells --

    def _values(self, sheet: Sheet, at: int, name: str) -> Iterator[TableUse]:
        """Yield the cells of a field's column that name values of its list, or people."""
        field = self.policy.fields.get(name)
        if field is None or not isinstance(field.type, OneOf | AnyOf | PersonName):
            return
        read = cell_reader(field, at, sheet.headings.cells)
        for row in sheet.rows:
            value, _ = read(row.cells)
            if isinstance(value, str):
                yield _value(field, value, row.places[at])

    def _asked(self, name: str, text: str, place: Span) -> Iterator[TableUse]:
        """Yield what a cell that asks something names."""
        field = self.policy.fields.get(name)
        if field is not None and isinstance(field.type, OneOf | AnyOf | PersonName) and text:
            read = asked_of(field, text, place, None)
            for literal in _literals(read):
                value = self._read(field, literal.text)
                if value is not None:
                    yield _value(field, value, literal.span)
        elif field is None and text and name not in self.policy.definitions:
            read = named_in(text, place, name, self.policy.definitions)
            for bare in _names(read):
                kind = self._kind_of(bare.text)
                if kind:
                    yield TableUse(kind, bare.text, "", bare.span)

    def _read(self, field: Field, text: str) -> str | None:
        value, _ = cell_reader(field, 0, (field.name,))((text,))
        return value if isinstance(value, str) else None

    def _reached(self, kind: str, row: SheetRow, at: int) -> Iterator[TableUse]:
        """Yield whom a cell of targets names."""
        text, place = row.cells[at].strip(), row.places[at]
        if kind and kind in BY_WORD:
            name = text if is_name(text) else plain_name(text)
            yield TableUse(BY_WORD[kind].definition, name, "", place)
            return
        chain = chain_in(text, place) if text else None
        for target in () if chain is None or isinstance(chain, Garbled) else chain.targets:
            argument = getattr(target, "argument", None)
            if isinstance(argument, nodes.Name) and target.kind in BY_WORD:
                yield TableUse(BY_WORD[target.kind].definition, argument.text, "", argument.span)


def _value(field: Field, value: str, at: Span) -> TableUse:
    if isinstance(field.type, PersonName):
        return TableUse("person", value, "", at)
    return TableUse("value", value, field.name, at)


def _literals(read: object) -> Iterator[nodes.Literal]:
    within = () if isinstance(read, Misread) else _within(read)
    return (each for each in within if isinstance(each, nodes.Literal))


def _names(read: object) -> Iterator[nodes.Name]:
    within = () if isinstance(read, Misread) else _within(read)
    return (each for each in within if isinstance(each, nodes.Name))


def _within(node: object) -> Iterator[object]:
    """Yield a node and all that stand in it."""
    yield node
    for part in _parts(node):
        yield from _within(part)


def _parts(node: object) -> Iterable[object]:
    """Return what stands in a node, or in several."""
    if isinstance(node, tuple):
        return cast("tuple[object, ...]", node)
    if isinstance(node, Span) or not attrs.has(type(node)):
        return ()
    kind: Any = type(node)
    return [getattr(node, each.name) for each in attrs.fields(kind)]
