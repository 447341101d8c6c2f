"""One lead schema for two versions of a policy.

A lead arrives as raw values; each version reads them by its own schema. The shared schema
has one field wherever both readings follow from one value, and says for each version how
it sees that field: a value of a picklist that only one version lists is missing to the
other, a number outside one version's bounds too, and so is the name of someone whom it
doesn't know. Where two types have nothing in common (a text became a number), the two
readings become two fields that are free of each other: more than leads can be, so that
"nothing changes" stays a proof and a region is shown only with a lead that was run.

Where both versions come to a field in the same way, the tables that it is looked up in
and its link to a country included, the shared field is what they come to. Otherwise it is
what arrives, and `sights` says what each version makes of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar, assert_never

import attrs

from turnout.compiler.difference.ground.alike import alike, children, placeholders
from turnout.compiler.difference.ground.geography import Agreement
from turnout.compiler.difference.ground.receivers import Readings
from turnout.compiler.difference.ground.sights import AFTER, BEFORE, Sight, View
from turnout.dsl import types
from turnout.dsl.conditions import (
    Age,
    And,
    Beside,
    Between,
    Condition,
    Has,
    IsIn,
    Not,
    Or,
    Present,
    atoms,
    fields_of,
)
from turnout.dsl.headers import column_key
from turnout.dsl.policy import Block, Entry, Policy
from turnout.dsl.types import Field, Value
from turnout.dsl.values import read
from turnout.dsl.values.picklists import picklist_key
from turnout.dsl.values.reading import Missing, Unread
from turnout.frozen import define, frozen


@frozen
class Schema:
    """The shared fields, none of them required, and how the two versions see them.

    raws: the name under which each shared field arrives. readings: where the versions
    give a lead different values. agreements: the places that only one of them may hold
    together. caveats: what of the leads the shared schema can't express, in sentences.
    """

    fields: Mapping[str, Field]
    raws: Mapping[str, str]
    old: View
    new: View
    readings: Readings
    agreements: tuple[Agreement, ...]
    caveats: tuple[str, ...]


def shared(old: Policy, new: Policy) -> Schema:
    """Return the schema that two versions share, in the new one's order."""
    builder = _Builder(old.fields, new.fields, alike(old.fields, new.fields))
    for name in [*new.fields, *(name for name in old.fields if name not in new.fields)]:
        builder.add(name)
    told = {name for each in (*old.identities, *new.identities) for name in each.fields}
    tells_alike = old.identities == new.identities and all(
        builder.old[name] == builder.new[name] and not builder.old[name].is_pieced for name in told
    )
    calendars = frozenset(
        name for name, each in old.calendars.items() if new.calendars.get(name, each) != each
    )
    before = View(builder.old, calendars, BEFORE, tells_alike)
    after = View(builder.new, calendars, AFTER, tells_alike)
    in_both = {
        name: (field.type, new.fields[name].type)
        for name, field in old.fields.items()
        if name in new.fields
    }
    agreements = tuple(dict.fromkeys([*before.agreements, *after.agreements]))
    return Schema(
        builder.fields,
        builder.raws,
        before,
        after,
        Readings(before, after, in_both),
        agreements,
        tuple(_caveats(builder, old, new)),
    )


def _caveats(builder: "_Builder", old: Policy, new: Policy) -> Iterator[str]:
    """Yield which leads the shared fields can't express, a sentence each."""
    for name in dict.fromkeys(_compared_otherwise(builder, old, new)):
        yield (
            f"leads whose {name} is compared with another field: the versions come to its value in"
            " different ways"
        )
    for name in dict.fromkeys([*new.fields, *old.fields]):
        columns = [_columns(each.fields[name]) for each in (old, new) if name in each.fields]
        if len(columns) == 2 and columns[0] != columns[1]:
            yield f"leads whose {name} stands in a column that only one of the versions looks for"
        if name in builder.alike:
            continue
        if any(_asks_age_of_lookup(name, policy) for policy in (old, new)):
            yield (
                f"leads without a {name} of their own: the versions look it up in tables that"
                " differ, and ask how long ago it is"
            )
        if any(_is_found_by_nearness(name, policy) for policy in (old, new)):
            yield (
                f"leads whose {name} is found by a name that is near to a row's, and not equal:"
                " the versions look it up in tables that differ"
            )
        types_ = [each.fields[name].type for each in (old, new) if name in each.fields]
        linked = [kind for kind in types_ if isinstance(kind, types.Subdivision) and kind.country]
        if len(types_) == 2 and linked:
            yield (
                f"leads whose {name} is written without its country: the versions take its country"
                " from other fields or tables"
            )


def _compared_otherwise(builder: "_Builder", old: Policy, new: Policy) -> Iterator[str]:
    """Yield the fields that a version compares, and doesn't take as they arrive."""
    for sights, policy in ((builder.old, old), (builder.new, new)):
        opened: set[str] = set()
        for route in policy.routes.values():
            for condition in _conditions(route.entries):
                for atom in atoms(condition, opened):
                    if isinstance(atom, Beside):
                        yield from (n for n in fields_of(atom) if not sights[n].is_as_it_arrives)


def _is_found_by_nearness(name: str, policy: Policy) -> bool:
    field = policy.fields.get(name)
    return field is not None and any(lookup.near is not None for lookup in field.lookups)


def _columns(field: Field) -> list[str]:
    """Return the columns that a field declares, as they are compared."""
    return [column_key(column) for column in field.columns]


def _asks_age_of_lookup(name: str, policy: Policy) -> bool:
    field = policy.fields.get(name)
    if field is None or not field.lookups or not isinstance(field.type, types.Date):
        return False
    opened: set[str] = set()
    return any(
        isinstance(atom, Age) and atom.field == name
        for route in policy.routes.values()
        for condition in _conditions(route.entries)
        for atom in atoms(condition, opened)
    )


def _conditions(entries: Sequence[Entry]) -> Iterator[Condition]:
    for entry in entries:
        yield entry.condition
        if isinstance(entry, Block):
            yield from _conditions(entry.entries)


@define
class _Builder:
    olds: Mapping[str, Field]
    news: Mapping[str, Field]
    alike: frozenset[str]
    fields: dict[str, Field] = attrs.Factory(dict[str, Field])
    raws: dict[str, str] = attrs.Factory(dict[str, str])
    old: dict[str, Sight] = attrs.Factory(dict[str, Sight])
    new: dict[str, Sight] = attrs.Factory(dict[str, Sight])

    def add(self, name: str) -> None:
        old, new = self.olds.get(name), self.news.get(name)
        only = new or old
        assert only is not None
        if name in self.alike:
            self.fields[name] = attrs.evolve(only, required=False)
            self.raws[name] = name
        elif old is not None and new is not None:
            self._both(name, old, new)
        else:
            self._field(name, only.type, name)
        for fields, sights in ((self.olds, self.old), (self.news, self.new)):
            if name not in fields:
                continue
            sight = sights.get(name, Sight(name, Present(name)))
            sights[name] = sight if name in self.alike else _pieced(sight, fields[name], fields)

    def _both(self, name: str, old: Field, new: Field) -> None:
        is_taken = bool(types.taken_from(old.type) or types.taken_from(new.type))
        joined = None if is_taken else _joined(old.type, new.type)
        if joined is None or _have_telling_placeholders(old, new):
            self._field(name, new.type, name)
            self._field(name + BEFORE, old.type, name)
            self.new[name] = Sight(name, Present(name))
            self.old[name] = Sight(name + BEFORE, Present(name + BEFORE))
            return
        kind, sight = joined
        self._field(name, kind, name)
        for field, other, views in ((old, new, self.old), (new, old, self.new)):
            seen = sight(name, field.type)
            views[name] = attrs.evolve(seen, present=_without(name, field, other, seen.present))

    def _field(self, name: str, kind: types.FieldType, raw: str) -> None:
        arriving = kind
        if isinstance(kind, types.Subdivision):
            arriving = types.Subdivision(None, kind.within)
        self.fields[name] = Field(name, arriving)
        self.raws[name] = raw


def _pieced(sight: Sight, field: Field, fields: Mapping[str, Field]) -> Sight:
    """Return how a version sees a field of which only what arrives is shared."""
    return attrs.evolve(
        sight,
        lookups=tuple(lookup for lookup in field.lookups if lookup.values),
        country=field.type.country if isinstance(field.type, types.Subdivision) else None,
        children=children(field.name, fields) if isinstance(field.type, types.Country) else (),
    )


_Sighted = Callable[[str, types.FieldType], Sight]


def _joined(old: types.FieldType, new: types.FieldType) -> tuple[types.FieldType, _Sighted] | None:
    """Return the type that both readings follow from, and how a type sees it, or None."""
    match new:
        case types.PersonName(now):
            if isinstance(old, types.PersonName) and old.people != now:
                table = _paired(old.people, now)
                people = types.PersonName({rep: rep for rep in table})
                return people, _chosen(table, is_old=lambda kind: kind is old)
        case types.OneOf(now) | types.AnyOf(now):
            if isinstance(old, types.OneOf | types.AnyOf) and old != new:
                return _listed(old, new)
        case types.Integer(low, high, numerals):
            if isinstance(old, types.Integer) and old.numerals == numerals:
                wide = _wider(old.low, low, min), _wider(old.high, high, max)
                whole = types.Integer(*wide, numerals)
                return whole, _within(whole)
        case types.Number(low, high, numerals):
            if isinstance(old, types.Number) and old.numerals == numerals:
                widest = _wider(old.low, low, min), _wider(old.high, high, max)
                number = types.Number(*widest, numerals)
                return number, _within(number)
        case types.Subdivision(_, within):
            if isinstance(old, types.Subdivision) and old.within == within:
                return types.Subdivision(None, within), _plain
        case (
            types.Text()
            | types.Code()
            | types.Email()
            | types.Phone()
            | types.Domain()
            | types.Money()
            | types.Boolean()
            | types.Date()
            | types.Country()
            | types.Language()
        ):
            pass
        case _:
            assert_never(new)
    return (new, _plain) if old == new else None


def _plain(name: str, _kind: types.FieldType) -> Sight:
    return Sight(name, Present(name))


def _listed(
    old: types.OneOf | types.AnyOf, new: types.OneOf | types.AnyOf
) -> tuple[types.FieldType, _Sighted] | None:
    """Return the values of both lists, None where the two are read in different ways."""
    was, now = old.values, new.values
    if type(old) is not type(new):
        return None
    if isinstance(new, types.AnyOf) and _has_separator({*was} ^ {*now}):
        return None
    table = _paired(_by_key(was), _by_key(now))
    if isinstance(new, types.AnyOf):
        return types.AnyOf(tuple(table)), _held(table, is_old=lambda kind: kind is old)
    return types.OneOf(tuple(table)), _chosen(table, is_old=lambda kind: kind is old)


def _by_key(values: tuple[str, ...]) -> Mapping[str, str]:
    return {picklist_key(value): value for value in values}


_Table = Mapping[str, tuple[str | None, str | None]]
"""For each shared value what the old and the new version read there, None for nothing."""


def _paired(old: Mapping[str, str], new: Mapping[str, str]) -> _Table:
    """Return a value for each pair of readings, out of two tables of spellings."""
    table: dict[str, tuple[str | None, str | None]] = {}
    seen: set[tuple[str | None, str | None]] = set()
    for spelling in [*new, *(each for each in old if each not in new)]:
        pair = old.get(spelling), new.get(spelling)
        if pair in seen:
            continue
        seen.add(pair)
        name = pair[1] or pair[0] or spelling
        table[spelling if name in table else name] = pair
    return table


def _chosen(table: _Table, is_old: Callable[[types.FieldType], bool]) -> _Sighted:
    """Return how a type sees a field with one value of the table."""

    def sight(name: str, kind: types.FieldType) -> Sight:
        values = _values(table, is_old=is_old(kind))
        every = frozenset[Value]().union(*values.values())
        return Sight(name, IsIn(name, every), values)

    return sight


def _held(table: _Table, is_old: Callable[[types.FieldType], bool]) -> _Sighted:
    """Return how a type sees a field with several values of the table."""

    def sight(name: str, kind: types.FieldType) -> Sight:
        values = _values(table, is_old=is_old(kind))
        some = [Has(name, str(one)) for chosen in values.values() for one in chosen]
        return Sight(name, Or(tuple(some)), values)

    return sight


def _values(table: _Table, *, is_old: bool) -> dict[Value, frozenset[Value]]:
    found: dict[Value, frozenset[Value]] = {}
    for value, pair in table.items():
        own = pair[0] if is_old else pair[1]
        if own is not None:
            found[own] = found.get(own, frozenset()) | {value}
    return found


def _has_separator(values: set[str]) -> bool:
    """Return whether reading a text as several values may tell these apart."""
    return any(character in value for value in values for character in ";,|\n")


_End = TypeVar("_End", int, Decimal)


def _wider(one: _End | None, two: _End | None, choose: Callable[[_End, _End], _End]) -> _End | None:
    return None if one is None or two is None else choose(one, two)


def _within(whole: types.Integer | types.Number) -> _Sighted:
    """Return how a type sees the numbers of `whole`, whose bounds may be wider."""

    def sight(name: str, kind: types.FieldType) -> Sight:
        assert isinstance(kind, types.Integer | types.Number)
        if (kind.low, kind.high) == (whole.low, whole.high):
            return Sight(name, Present(name))
        return Sight(name, Between(name, kind.low, kind.high))

    return sight


def _without(name: str, field: Field, other: Field, present: Condition) -> Condition:
    """Return `present` without the texts that only `field` declares as placeholders."""
    own = placeholders(field) - placeholders(other)
    if not own or not isinstance(field.type, types.Text):
        return present
    return And((present, Not(IsIn(name, frozenset[Value](own)))))


def _have_telling_placeholders(old: Field, new: Field) -> bool:
    """Return whether a placeholder of one version is a value to the other, but for texts."""
    if isinstance(new.type, types.Text):
        return False
    for field, other in ((old, new), (new, old)):
        plain = attrs.evolve(other, placeholders=(), span=None)
        for placeholder in sorted(placeholders(field) - placeholders(other)):
            if not isinstance(read(plain, placeholder), Missing | Unread):
                return True
    return False
