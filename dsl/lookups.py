"""Values that a lead doesn't bring, but a table or another of its fields has.

A table is asked by another field; a domain is taken from an e-mail or a web address, a firm's
name from a text. A field
may be found by one that is found so itself, never in a circle, so that one pass in the right
order finds everything.
"""

from collections.abc import Mapping

from turnout.dsl.types import Field, Value, taken_from
from turnout.dsl.values.readers import reader


def sources(field: Field) -> tuple[str, ...]:
    """Return the fields that a field's value is found by where the lead has none of its own."""
    return (*taken_from(field.type), *(lookup.key for lookup in field.lookups))


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


def look_up(fields: tuple[Field, ...], values: dict[str, Value]) -> None:
    """Add to a lead's values those of `fields`, in that order, that it lacks and can be found.

    The lead's own value stands; then that of another field; then that of the first table that
    has the key.
    """
    for field in fields:
        if field.name in values:
            continue
        found = _taken(field, values)
        for lookup in field.lookups if found is None else ():
            key = values.get(lookup.key)
            found = None if key is None else lookup.values.get(key)
            if found is not None:
                break
        if found is not None:
            values[field.name] = found


def _taken(field: Field, values: Mapping[str, Value]) -> Value | None:
    """Return the domain or name that other fields have, None where none has one."""
    for name in taken_from(field.type):
        read = reader(field)(values.get(name), None)
        if isinstance(read, str):
            return read
    return None
