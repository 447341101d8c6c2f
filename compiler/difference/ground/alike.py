"""Which fields two versions come to in the same way, so that they can share the result.

A field is read by its type; a table may stand in for it, by the value of another field;
a subdivision brings its country along. Two versions see one value where all of that is
the same in both, and so it is for the fields on which it depends. What one version alone
has is alike, too, if what it depends on is. The fields are found by leaving out those that
differ, and what depends on them, until nothing more goes.
"""

from collections.abc import Iterator, Mapping

from turnout.dsl import types
from turnout.dsl.lookups import sources
from turnout.dsl.nearness import Nearness
from turnout.dsl.types import Field
from turnout.dsl.values import normal_text

_Fields = Mapping[str, Field]


def alike(old: _Fields, new: _Fields) -> frozenset[str]:
    """Return the names of the fields whose values are the same in both versions."""
    found = {
        name
        for name in {**old, **new}
        if name not in old or name not in new or _is_read_alike(name, old, new)
    }
    while True:
        gone = {name for name in found if not found.issuperset(_needed(name, old, new))}
        if not gone:
            return frozenset(found)
        found -= gone


def _is_read_alike(name: str, old: _Fields, new: _Fields) -> bool:
    one, two = old[name], new[name]
    return (
        one.type == two.type
        and placeholders(one) == placeholders(two)
        and _tables(one) == _tables(two)
        and children(name, old) == children(name, new)
    )


def placeholders(field: Field) -> set[str]:
    """Return the texts that count as missing, as they are compared."""
    return {normal_text(placeholder) for placeholder in field.placeholders}


def _tables(
    field: Field,
) -> list[tuple[str, Mapping[types.Value, types.Value], Nearness | None]]:
    """Return what a field is looked up in; how the file is called doesn't matter."""
    return [(lookup.key, lookup.values, lookup.near) for lookup in field.lookups]


def children(name: str, fields: _Fields) -> tuple[str, ...]:
    """Return the subdivisions whose country is the field `name`, in the order of reading."""
    return tuple(
        field.name
        for field in fields.values()
        if isinstance(field.type, types.Subdivision) and field.type.country == name
    )


def _needed(name: str, old: _Fields, new: _Fields) -> Iterator[str]:
    """Yield the fields on which the value of `name` depends."""
    for fields in (old, new):
        field = fields.get(name)
        if field is None:
            continue
        yield from sources(field)
        if isinstance(field.type, types.Subdivision) and field.type.country is not None:
            yield field.type.country
        if isinstance(field.type, types.Country):
            yield from children(name, fields)
