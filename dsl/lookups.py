"""Values that a lead doesn't bring, but a table or another of its fields has.

A table is asked by another field; a domain is taken from an e-mail or a web address, a firm's
name from a text. A field
may be found by one that is found so itself, never in a circle, so that one pass in the right
order finds everything.
"""

from collections.abc import Mapping

import attrs

from turnout.dsl.nearness import Nearness, NearnessRow
from turnout.dsl.types import Field, Lookup, Value, taken_from
from turnout.dsl.values.readers import reader
from turnout.frozen import frozen


def sources(field: Field) -> tuple[str, ...]:
    """Return the fields that a field's value is found by where the lead has none of its own."""
    keys = (
        name
        for lookup in field.lookups
        for name in (lookup.key, *(lookup.near.then if lookup.near else ()))
    )
    return (*taken_from(field.type), *keys)


def without_lookups(fields: Mapping[str, Field]) -> dict[str, Field]:
    """Return the fields as if no table were asked: what conditions are read by."""
    return {
        name: attrs.evolve(field, lookups=()) if field.lookups else field
        for name, field in fields.items()
    }


def looked_up_fields(fields: Mapping[str, Field]) -> tuple[Field, ...]:
    """Return the fields that have sources, each after those that it is found by.

    Else in the order of the schema.
    """
    found: dict[str, Field] = {}
    for start in fields.values():
        pending = [start]
        while pending:
            field = pending[-1]
            keys = [fields[name] for name in sources(field) if name in fields]
            before = [key for key in keys if sources(key) and key.name not in found]
            if before:
                pending += before
                continue
            pending.pop()
            if sources(field):
                found[field.name] = field
    return tuple(found.values())


@frozen
class LookupRow:
    """The row by which a lookup found a value, and what was compared.

    field: that has the value; by: the field that was looked up, value: what the lead says
    there. row: what the table's row has there, as written; percent: how near that is.
    """

    field: str
    by: str
    value: str
    table: str
    line: int
    row: str
    percent: int


@frozen
class Tie:
    """Rows that are as near to a lead as each other, and say different things."""

    field: str
    value: str
    table: str
    percent: int
    rows: tuple[NearnessRow, NearnessRow]

    @property
    def reason(self) -> str:
        """What is to be said of it, as the reason of an issue."""
        one, two = (f"`{row.name}` (line {row.line})" for row in self.rows)
        return f"{one} and {two} of {self.table} are equally near: {self.percent} %"


def look_up(fields: tuple[Field, ...], values: dict[str, Value]) -> list[LookupRow | Tie]:
    """Add to a lead's values those of `fields`, in that order, that it lacks and can be found.

    The lead's own value stands; then that of another field; then that of the first table that
    has the key. Returns what was found by nearness, and where several rows were equally near.
    """
    told: list[LookupRow | Tie] = []
    for field in fields:
        if field.name in values:
            continue
        found = _taken(field, values)
        ties: list[Tie] = []
        for lookup in field.lookups if found is None else ():
            key = values.get(lookup.key)
            if key is None:
                continue
            if lookup.near is None:
                found = lookup.values.get(key)
            else:
                found, row = _nearest(field.name, lookup, lookup.near, values)
                if isinstance(row, Tie):
                    ties.append(row)
                elif row is not None:
                    told.append(row)
            if found is not None:
                break
        if found is not None:
            values[field.name] = found
        else:
            told += ties
    return told


def says_of(near: Nearness, key: Value) -> Value | None:
    """Return the value that a key finds by nearness, whatever else a lead says; None for none."""
    _, rows = near.nearest(str(key))
    said = {row.value for row in rows}
    return said.pop() if len(said) == 1 else None


def _nearest(
    name: str, lookup: Lookup, near: Nearness, values: Mapping[str, Value]
) -> tuple[Value | None, LookupRow | Tie | None]:
    """Return what the nearest row says, and that row; the first two rows where it's unclear."""
    key = str(values[lookup.key])
    percent, rows = near.nearest(key)
    for at, other in enumerate(near.then):
        own = values.get(other)
        alike = [row for row in rows if own is not None and row.beside[at] == own]
        rows = tuple(alike) or rows
    if not rows:
        return None, None
    first = rows[0]
    other_row = next((row for row in rows if row.value != first.value), None)
    if other_row is not None:
        return None, Tie(name, key, lookup.table, percent, (first, other_row))
    if first.value is None:
        return None, None
    by = lookup.key, key, lookup.table
    return first.value, LookupRow(name, *by, first.line, first.name, percent)


def _taken(field: Field, values: Mapping[str, Value]) -> Value | None:
    """Return the domain or name that other fields have, None where none has one."""
    for name in taken_from(field.type):
        read = reader(field)(values.get(name), None)
        if isinstance(read, str):
            return read
    return None
