"""Tables that a policy names: read once each, their columns found, their faults reported."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias, TypeVar, cast

import attrs

from turnout.dsl import nodes
from turnout.dsl.files import MAX_TABLE, Fault, Parsed, inside
from turnout.dsl.findings import Finding
from turnout.dsl.names import name_of
from turnout.dsl.resolve.literals import cell_reader
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.resolve.table_columns import (
    field_column,
    key_column,
    named_column,
    report_absent,
    value_column,
)
from turnout.dsl.source import Source, Span
from turnout.dsl.tables import Table, table_of
from turnout.dsl.types import AnyOf, Field, Value
from turnout.frozen import define

_Read = TypeVar("_Read")

MAX_FAULTS = 10

RowFault: TypeAlias = tuple[str, str]
"""What is wrong with a row: the kind of finding, and what comes after the table's name."""


@define
class TableReader:
    """Reads tables from beside the file that names them, each once for all who name it.

    parsed: the policy, outside of whose folder no table lies. base: the folder of a file.
    """

    _parsed: Parsed
    _base: Callable[[Source], Path]
    _scope: Scope
    _read: dict[Path, Table | Fault] = attrs.Factory(dict[Path, Table | Fault])

    def table(self, written: nodes.Literal) -> Table | None:
        """Return the table, None where it can't be read, which is reported."""
        found = self._found(written)
        if isinstance(found, Finding):
            self._scope.findings.append(found)
            return None
        return found

    def _found(self, written: nodes.Literal) -> Table | Finding:
        disk = self._parsed.disk
        path = inside(disk, self._parsed.folder, self._base(written.span.source), written)
        if isinstance(path, Finding):
            return path
        known = disk.known(path)
        found = self._read.get(known)
        if found is None:
            text = disk.text(path, MAX_TABLE)
            found = text if isinstance(text, Fault) else self._table(text, written.text)
            self._read[known] = found
        if isinstance(found, Fault):
            return found.finding(written.text, written.span)
        return attrs.evolve(found, name=written.text)

    def _table(self, text: str, name: str) -> Table | Fault:
        """Return the table that a text holds, the very one of an earlier version."""
        known = self._parsed.known
        found = None if known is None else known.tables.of(("table", name), text)
        if isinstance(found, Table):
            return found
        made = table_of(text, name)
        if known is not None and isinstance(made, Table):
            known.tables.keep(("table", name), text, made)
        return made

    def _once(
        self, what: tuple[str, ...], depends: tuple[object, ...], read: Callable[[], _Read]
    ) -> _Read:
        """Return what is read of a table, once for all versions in which it is the same.

        what: is read, by name. depends: all that it is read from. Of what is reported nothing is
        kept, so that it is reported again.
        """
        tables = None if self._parsed.known is None else self._parsed.known.tables
        found = None if tables is None else tables.of(what, depends)
        if found is not None:
            return cast("_Read", found)
        number = len(self._scope.findings)
        made = read()
        if tables is not None and made is not None and len(self._scope.findings) == number:
            tables.keep(what, depends, made)
        return made

    def territories(self, node: nodes.FromTable) -> Mapping[str, nodes.Name]:
        """Return the names of the territories that a table declares: one a name in its column.

        None where the table can't be read; `shared_out` reports that.
        """
        table = self._found(node.path)
        column = None if isinstance(table, Finding) else named_column(node.column, table.columns)
        if isinstance(table, Finding) or column is None:
            return {}
        cells = dict.fromkeys(cells[column] for _, cells in table.rows)
        names = dict.fromkeys(name for cell in cells if (name := name_of(cell)))
        return {name: nodes.Name(name, node.column.span) for name in names}

    def shared_out(
        self, field: Field | None, node: nodes.FromTable
    ) -> dict[str, frozenset[Value]] | None:
        """Return the values of a field by the territory that a table gives them.

        Rows that are reported give nothing. None where there is no reading the table.
        """
        table = self.table(node.path)
        if table is None:
            return None
        what = "shared out", node.path.text, node.key.text, node.column.text
        return self._once(what, (table.text, field), lambda: self._shared_out(field, node, table))

    def _shared_out(
        self, field: Field | None, node: nodes.FromTable, table: Table
    ) -> dict[str, frozenset[Value]] | None:
        key = key_column(node.key, field, table.columns, self._scope)
        column = value_column(node.column, table.columns, self._scope)
        if field is None or key is None or column is None:
            return None
        read = cell_reader(field, key, table.columns)
        found: dict[str, set[Value]] = {}
        first_line: dict[Value, int] = {}
        faults: list[RowFault] = []
        names: dict[str, str] = {}  # thousands of rows name a few territories
        for line, cells in table.rows:
            cell, named = cells[key], cells[column]
            name = names.get(named)
            if name is None:
                name = names[named] = name_of(named)
            value, reason = read(cells)
            if value is None or isinstance(value, frozenset):
                faults.append(unreadable(line, cell, field, reason))
            elif value in first_line:
                faults.append(repeated(line, cell, first_line[value]))
            elif not name:
                no_name = "has no value that could name a territory"
                faults.append(("table-value", f"line {line}: `{cell}` {no_name}"))
            else:
                first_line[value] = line
                found.setdefault(name, set()).add(value)
        self.report(node.path.span, table, faults)
        return {name: frozenset(values) for name, values in found.items()}

    def listed(self, field: Field, written: nodes.Literal) -> frozenset[Value] | None:
        """Return the values of a field that a table lists, None where that was reported.

        They stand in the column of the field's name, or in the only one.
        """
        table = self.table(written)
        if table is None:
            return None
        what = "listed", written.text, field.name
        return self._once(what, (table.text, field), lambda: self._listed(field, written, table))

    def _listed(
        self, field: Field, written: nodes.Literal, table: Table
    ) -> frozenset[Value] | None:
        column = field_column(field, table.columns)
        if column is None and len(table.columns) == 1:
            column = 0
        if column is None:
            advice = "name the column like the field"
            report_absent(written.span, field.name, table.columns, self._scope, advice)
            return None
        read = cell_reader(field, column, table.columns)
        values: set[Value] = set()
        faults: list[RowFault] = []
        for line, cells in table.rows:
            value, reason = read(cells)
            if value is None or isinstance(value, frozenset):
                faults.append(unreadable(line, cells[column], field, reason))
            else:
                values.add(value)
        return None if self.report(written.span, table, faults) else frozenset(values)

    def looked_up(
        self, field: Field, key: Field, node: nodes.FromTable
    ) -> dict[Value, Value] | None:
        """Return a field's values by those of its key, None where that was reported.

        A row whose cell is empty says nothing of its key.
        """
        table = self.table(node.path)
        if table is None:
            return None
        what = "looked up", node.path.text, field.name, node.key.text, node.column.text
        depends = table.text, field, key
        return self._once(what, depends, lambda: self._looked_up(field, key, node, table))

    def _looked_up(
        self, field: Field, key: Field, node: nodes.FromTable, table: Table
    ) -> dict[Value, Value] | None:
        at = key_column(node.key, key, table.columns, self._scope)
        of = value_column(node.column, table.columns, self._scope)
        if at is None or of is None:
            return None
        read_key, read_value = (
            cell_reader(*each, table.columns) for each in ((key, at), (field, of))
        )
        found: dict[Value, Value] = {}
        first_line: dict[Value, int] = {}
        faults: list[RowFault] = []
        for line, cells in table.rows:
            wanted, reason = read_key(cells)
            if wanted is None:
                faults.append(unreadable(line, cells[at], key, reason))
                continue
            if wanted in first_line:
                faults.append(repeated(line, cells[at], first_line[wanted]))
                continue
            first_line[wanted] = line
            if not cells[of].strip():
                continue
            value, reason = read_value(cells)
            if value is None:
                faults.append(unreadable(line, cells[of], field, reason))
            else:
                found[wanted] = whole(field, value)
        return None if self.report(node.path.span, table, faults) else found

    def report(self, span: Span, table: Table, faults: list[RowFault]) -> bool:
        """Report what is wrong with rows; return whether anything is."""
        for kind, message in faults[:MAX_FAULTS]:
            self._scope.report(kind, span, f"`{table.name}` {message}")
        more = len(faults) - MAX_FAULTS
        if more > 0:
            message = f"`{table.name}` has {more} more rows with such faults"
            self._scope.report(faults[-1][0], span, message)
        return bool(faults)


def unreadable(line: int, cell: str, field: Field, reason: str) -> RowFault:
    """Return that a cell is no value of its field."""
    why = f" ({reason})" if reason else ""
    return "table-value", f"line {line}: `{cell}` is no {field.name}{why}"


def repeated(line: int, cell: str, first: int, name: str = "") -> RowFault:
    """Return that a key stands there twice. name: how it is written there, where that counts."""
    otherwise = f", as `{name}`" if name and name != cell else ""
    return "duplicate-key", f"line {line}: `{cell}` stands on line {first} already{otherwise}"


def whole(field: Field, value: Value) -> Value:
    """Return a cell's value as a lead has it: one value of an `any of` field is a set."""
    is_one = isinstance(field.type, AnyOf) and isinstance(value, str)
    return frozenset({value}) if is_one else value  # type: ignore[arg-type]
