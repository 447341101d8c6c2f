"""Lookups of the lead schema: each table read, and no field looked up by itself."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import attrs

from turnout.dsl import nodes
from turnout.dsl.finding_kinds import FREE_MAIL_KEY
from turnout.dsl.findings import Finding
from turnout.dsl.resolve.near_rows import FieldByName, near_lookup
from turnout.dsl.resolve.scope import Scope
from turnout.dsl.resolve.tables import TableReader
from turnout.dsl.types import (
    AnyOf,
    Domain,
    Field,
    FieldType,
    Lookup,
    PersonName,
    Subdivision,
    Value,
    taken_from,
)
from turnout.dsl.wording import typed


def with_lookups(
    fields: Mapping[str, Field], leads: list[nodes.LeadSchema], tables: TableReader, scope: Scope
) -> dict[str, Field]:
    """Return the fields with what their tables say; a faulty one says nothing."""
    found = dict(fields)
    written = {
        node.name.text: node for lead in leads for node in lead.fields if node.name.text in fields
    }
    keys: dict[str, set[str]] = {
        name: {each for lookup in node.lookups for each in _asked(lookup) if each in fields}
        | set(taken_from(fields[name].type))
        for name, node in written.items()
    }
    circle = _circle(keys, {name for name, node in written.items() if node.lookups})
    for name, node in written.items():
        field = fields[name]
        if not node.lookups or _is_refused(field, node, circle, scope):
            continue
        lookups = (_lookup(field, lookup, fields, tables, scope) for lookup in node.lookups)
        whole = tuple(lookup for lookup in lookups if lookup is not None)
        found[name] = attrs.evolve(field, lookups=whole)
    return found


def _asked(lookup: nodes.FromTable) -> tuple[str, ...]:
    ties = () if lookup.near is None else lookup.near.then
    return (lookup.key.text, *(name.text for name in ties))


def _circle(keys: Mapping[str, set[str]], looked_up: set[str]) -> tuple[str, ...]:
    """Return fields that are looked up by each other in a circle, none where none are.

    The first has a lookup of its own, to be reported; a domain of an e-mail field has none.
    """
    try:
        TopologicalSorter({name: sorted(of) for name, of in keys.items()}).prepare()
    except CycleError as failure:
        found: list[str] = failure.args[1]
        at = next(at for at, name in enumerate(found) if name in looked_up)
        return (*found[at:-1], *found[: at + 1]) if at else tuple(found)
    return ()


def _is_refused(field: Field, node: nodes.FieldNode, circle: tuple[str, ...], scope: Scope) -> bool:
    if isinstance(field.type, Subdivision):
        scope.report(
            "type-mismatch",
            node.lookups[0].span,
            f"`{field.name}` is a subdivision field, which can't be looked up",
            text="a subdivision is read together with its country",
            help="look up a `code` or `text` field instead, or use a territory from a table",
        )
        return True
    if field.name not in circle:
        return False
    if field.name == circle[0]:
        way = ", which is looked up by ".join(f"`{name}`" for name in reversed(circle))
        scope.report(
            "lookup-cycle",
            node.lookups[0].span,
            f"`{field.name}` is looked up by itself",
            text=way,
            help="take one of the lookups away",
        )
    return True


def _lookup(
    field: Field,
    node: nodes.FromTable,
    fields: Mapping[str, Field],
    tables: TableReader,
    scope: Scope,
) -> Lookup | None:
    key = scope.field(node.key, fields)
    if key is None:
        return None
    if isinstance(key.type, AnyOf):
        scope.report(
            "type-mismatch",
            node.key.span,
            f"nothing can be looked up by `{key.name}`, an any of field",
            help="look it up by a field that has one value",
        )
        return None
    if node.near is not None:
        return near_lookup(FieldByName(field, key, fields), node, tables, scope)
    # Of a faulty table nothing is known; but its key is used.
    values = tables.looked_up(field, key, node) or {}
    if isinstance(field.type, PersonName) and isinstance(key.type, Domain):
        scope.findings.extend(_of_free_mail(values, key, node))
    return Lookup(key.name, node.path.text, values)


def _of_free_mail(
    values: Mapping[Value, Value], key: Field, node: nodes.FromTable
) -> Iterator[Finding]:
    """Yield a finding where a row takes whoever has an address at a provider of free mail."""
    from turnout.dsl.values.free_mail import FREE_MAIL  # noqa: PLC0415 - few policies ask it

    found = sorted(str(domain) for domain in values if domain in FREE_MAIL)
    if found:
        yield FREE_MAIL_KEY.finding(
            node.path.span,
            f"`{node.path.text}` gives everybody at `{found[0]}` to {values[found[0]]}",
            text=f"and so does a row with `{found[1]}`" if len(found) > 1 else "",
            help=(
                f"declare `{key.name}: {_without(key.type)}`, and take the row out of the table",
                "a firm that has no domain of its own is found by its name, or by its address",
            ),
        )


def _without(kind: FieldType) -> str:
    return f"{typed(kind)} without free-mail"
