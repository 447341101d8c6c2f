"""Values that a lead doesn't bring but a table has, looked up by another of its fields.

A field may be looked up by one that is looked up itself, never in a circle, so that one
pass in the right order finds everything.
"""

from collections.abc import Mapping

from turnout.dsl.types import Field, Value


def looked_up_fields(fields: Mapping[str, Field]) -> tuple[Field, ...]:
    """Return the fields that have lookups, each after those that it is looked up by.

    Else in the order of the schema.
    """
    found: dict[str, Field] = {}
    for start in fields.values():
        pending = [start]
        while pending:
            field = pending[-1]
            keys = (fields[each.key] for each in field.lookups if each.key in fields)
            before = [key for key in keys if key.lookups and key.name not in found]
            if before:
                pending += before
                continue
            pending.pop()
            if field.lookups:
                found[field.name] = field
    return tuple(found.values())


def look_up(fields: tuple[Field, ...], values: dict[str, Value]) -> None:
    """Add to a lead's values those of `fields`, in that order, that it lacks and a table has.

    The lead's own value stands; of several tables the first that has the key is taken.
    """
    for field in fields:
        if field.name in values:
            continue
        for lookup in field.lookups:
            key = values.get(lookup.key)
            found = None if key is None else lookup.values.get(key)
            if found is not None:
                values[field.name] = found
                break
