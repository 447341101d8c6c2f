"""Lookups by nearness: what `near 92% then country` says, and the rows that are told by names."""

from collections.abc import Mapping, Sequence

from turnout.dsl import nodes
from turnout.dsl.nearness import LEAST_PERCENT, MOST_PERCENT, Nearness, NearnessRow
from turnout.dsl.resolve.literals import cell_reader
from turnout.dsl.resolve.scope import Scope, article
from turnout.dsl.resolve.table_columns import key_column, value_column
from turnout.dsl.resolve.tables import RowFault, TableReader, repeated, unreadable, whole
from turnout.dsl.types import AnyOf, Field, Lookup, Text, Value
from turnout.frozen import attribute, frozen


@frozen
class FieldByName:
    """A field that is looked up by a name, and all fields of the schema."""

    field: Field
    key: Field
    fields: Mapping[str, Field] = attribute(repr=False)


def near_lookup(
    named: FieldByName, node: nodes.FromTable, tables: TableReader, scope: Scope
) -> Lookup:
    """Return a lookup by nearness; without rows where something was reported, but with its keys."""
    field, key, near = named.field, named.key, node.near
    assert near is not None
    percent = _percent(near.percent, scope)
    ties = [scope.field(name, named.fields) for name in near.then]
    known = [tie for tie in ties if tie is not None]
    are_good = [_can_be_key(near, key, scope)]
    are_good += [_can_break_ties(*each, key, scope) for each in zip(near.then, ties, strict=True)]
    rows: tuple[NearnessRow, ...] = ()
    if percent is not None and all(are_good):
        rows = _rows(field, key, known, node, tables, scope)
    nearness = Nearness(percent or MOST_PERCENT, tuple(each.name for each in known), rows)
    return Lookup(key.name, node.path.text, _sure(rows), nearness)


def _can_be_key(near: nodes.NearClause, key: Field, scope: Scope) -> bool:
    if isinstance(key.type, Text):
        return True
    scope.report(
        "type-mismatch",
        near.span,
        f"`{key.name}` is {article(key.type.word)} field, and nearness is asked of names",
        help="take `near` away, or look up by a field of type company-name or text",
    )
    return False


def _can_break_ties(name: nodes.Name, field: Field | None, key: Field, scope: Scope) -> bool:
    if field is None:
        return False
    if field.name != key.name and not isinstance(field.type, AnyOf):
        return True
    what = "the key itself" if field.name == key.name else "an any of field"
    scope.report(
        "type-mismatch",
        name.span,
        f"`{name.text}` can't break ties: it is {what}",
        help="name a field that has one value, such as the country",
    )
    return False


def _percent(written: nodes.Literal, scope: Scope) -> int | None:
    digits = written.text.removesuffix("%")
    is_whole = digits.isdecimal()
    asked = int(digits[:4]) if is_whole else 0  # of how many digits doesn't matter
    if LEAST_PERCENT <= asked <= MOST_PERCENT:
        return asked
    between = f"{LEAST_PERCENT}% to {MOST_PERCENT}%"
    scope.report(
        "unknown-value",
        written.span,
        f"nearness is from {between}" if is_whole else "nearness is a whole percentage",
        text="most names are near each other then" if 0 < asked < LEAST_PERCENT else "",
        help="`near 92%` forgives a letter or two; try it with leads of yours",
    )
    return None


def _sure(rows: Sequence[NearnessRow]) -> dict[Value, Value]:
    """Return what the rows say of names that can mean but one value."""
    said: dict[str, set[Value | None]] = {}
    for row in rows:
        said.setdefault(row.key, set()).add(row.value)
    sure = ((key, of.pop()) for key, of in said.items() if len(of) == 1)
    return {key: value for key, value in sure if value is not None}


# -- the rows --


def _rows(  # noqa: PLR0913, PLR0917 - three fields, and where they are found
    field: Field,
    key: Field,
    ties: Sequence[Field],
    node: nodes.FromTable,
    tables: TableReader,
    scope: Scope,
) -> tuple[NearnessRow, ...]:
    """Return the rows of a table by their names, none where one was reported.

    A row whose cell is empty says nothing of its name, and is found nevertheless.
    """
    table = tables.table(node.path)
    if table is None or node.near is None:
        return ()
    at = key_column(node.key, key, table.columns, scope)
    of = value_column(node.column, table.columns, scope)
    pairs = zip(node.near.then, ties, strict=True)
    beside = [key_column(name, tie, table.columns, scope) for name, tie in pairs]
    if at is None or of is None or None in beside:
        return ()
    found = zip(ties, beside, strict=True)
    placed = [_Cell(tie, place, table.columns) for tie, place in found if place is not None]
    reader = _RowReader(_Cell(key, at, table.columns), _Cell(field, of, table.columns), placed)
    known: dict[tuple[Value | None, ...], NearnessRow] = {}
    faults: list[RowFault] = []
    for line, cells in table.rows:
        row = reader.row(line, cells)
        if isinstance(row, tuple):
            faults.append(row)
        elif (first := known.setdefault((row.key, *row.beside), row)) is not row:
            faults.append(repeated(line, row.name, first.line, first.name))
    return () if tables.report(node.path.span, table, faults) else tuple(known.values())


class _Cell:
    """Reads one column's cells as a field's values."""

    def __init__(self, field: Field, at: int, columns: Sequence[str]) -> None:
        self.field, self.at = field, at
        self._read = cell_reader(field, at, columns)

    def value(self, line: int, cells: Sequence[str], faults: list[RowFault]) -> Value | None:
        """Return a row's value, None where the cell is empty, or can't be read: a fault more."""
        if not cells[self.at].strip():
            return None
        value, reason = self._read(cells)
        if value is None:
            faults.append(unreadable(line, cells[self.at], self.field, reason))
        return value


@frozen
class _RowReader:
    key: _Cell
    value: _Cell
    ties: Sequence[_Cell]

    def row(self, line: int, cells: Sequence[str]) -> NearnessRow | RowFault:
        """Return a row as it is read, or what is wrong with it first."""
        faults: list[RowFault] = []
        key, said, *beside = (
            each.value(line, cells, faults) for each in (self.key, self.value, *self.ties)
        )
        if faults:
            return faults[0]
        name = cells[self.key.at].strip()
        if key is None:
            return unreadable(line, name, self.key.field, "a row is found by its name")
        value = None if said is None else whole(self.value.field, said)
        return NearnessRow(line, name, str(key), value, tuple(beside))
