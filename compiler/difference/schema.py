"""One lead schema for two versions of a policy.

A lead arrives as raw values; each version reads them by its own schema. The shared schema
has one field wherever both readings follow from one value, and says for each version how
it sees that field: a value of a picklist that only one version lists is missing to the
other, a number outside one version's bounds too, and so is the name of someone whom it
doesn't know. Where two types have nothing in common (a text became a number), the two
readings become two fields that are free of each other: more than leads can be, so that
"nothing changes" stays a proof and a region is shown only with a lead that was run.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

import attrs

from turnout.dsl import types
from turnout.dsl.conditions import (
    And,
    Atom,
    Between,
    Condition,
    Duplicate,
    Has,
    IsIn,
    Named,
    Not,
    Open,
    Or,
    Present,
)
from turnout.dsl.policy import Policy
from turnout.dsl.types import Field, Value
from turnout.dsl.values import normal_text, read
from turnout.dsl.values.outcomes import Missing, Unread

BEFORE, AFTER = " (before)", " (now)"
"""What ends a name that the two versions mean differently."""


@attrs.frozen
class Sight:
    """How a version sees a shared field.

    name: the shared field. present: when it has a value for the version. values: the
    shared values that each of its own stands for; None where they are the same.
    """

    name: str
    present: Condition
    values: Mapping[Value, frozenset[Value]] | None = None

    def condition(self, atom: Atom) -> Condition:
        """Return what one of the version's atoms asks of the shared field."""
        match atom:
            case Present():
                return self.present
            case IsIn(_, wanted) if self.values is not None:
                none = frozenset[Value]()
                return IsIn(self.name, none.union(*(self.values.get(v, none) for v in wanted)))
            case Has(_, wanted) if self.values is not None:
                (shared,) = self.values[wanted]
                return Has(self.name, str(shared))
            case Open() | Duplicate():
                raise AssertionError(atom)  # it asks the clock or the history, not a field
            case _:
                own = attrs.evolve(atom, field=self.name)
                return own if self.present == Present(self.name) else And((self.present, own))


@attrs.frozen(slots=False)
class View:
    """How a version sees all shared fields, by its own names for them.

    calendars: those that open at other times in the other version. suffix: what ends
    their names here, so that they count as others. tells_alike: the other version tells
    duplicates by the same fields and periods.
    """

    sights: Mapping[str, Sight]
    calendars: frozenset[str]
    suffix: str
    tells_alike: bool = True

    @cached_property
    def is_plain(self) -> bool:
        """Whether it sees every field as it is."""
        plain = (sight == Sight(name, Present(name)) for name, sight in self.sights.items())
        return not self.calendars and self.tells_alike and all(plain)

    def condition(self, condition: Condition, names: dict[str, Named]) -> Condition:
        """Return one of the version's conditions over the shared fields.

        names: the names translated so far.
        """
        match condition:
            case Named(kind, name, meaning):
                if name not in names:
                    names[name] = Named(kind, name, self.condition(meaning, names))
                return names[name]
            case Not(part):
                return Not(self.condition(part, names))
            case And(parts):
                return And(tuple(self.condition(part, names) for part in parts))
            case Or(parts):
                return Or(tuple(self.condition(part, names) for part in parts))
            case Open(calendar):
                if calendar.name not in self.calendars:
                    return condition
                return Open(attrs.evolve(calendar, name=calendar.name + self.suffix))
            case Duplicate(by):
                shared_by = tuple(tuple(self.sights[name].name for name in each) for each in by)
                return Duplicate(shared_by, "" if self.tells_alike else self.suffix)
            case atom:
                return self.sights[atom.field].condition(atom)


@attrs.frozen
class Schema:
    """The shared fields, none of them required, and how the two versions see them.

    raws: the name under which each shared field arrives. caveats: what of the leads the
    shared schema can't express, in sentences.
    """

    fields: Mapping[str, Field]
    raws: Mapping[str, str]
    old: View
    new: View
    caveats: tuple[str, ...]


def shared(old: Policy, new: Policy) -> Schema:
    """Return the schema that two versions share, in the new one's order."""
    builder = _Builder()
    for name in [*new.fields, *(name for name in old.fields if name not in new.fields)]:
        builder.add(name, old.fields.get(name), new.fields.get(name))
    told = {name for each in (*old.identities, *new.identities) for name in each.fields}
    tells_alike = old.identities == new.identities and all(
        builder.old[name] == builder.new[name] for name in told
    )
    calendars = frozenset(
        name for name, each in old.calendars.items() if new.calendars.get(name, each) != each
    )
    return Schema(
        builder.fields,
        builder.raws,
        View(builder.old, calendars, BEFORE, tells_alike),
        View(builder.new, calendars, AFTER, tells_alike),
        tuple(builder.caveats),
    )


@attrs.define
class _Builder:
    fields: dict[str, Field] = attrs.Factory(dict[str, Field])
    raws: dict[str, str] = attrs.Factory(dict[str, str])
    old: dict[str, Sight] = attrs.Factory(dict[str, Sight])
    new: dict[str, Sight] = attrs.Factory(dict[str, Sight])
    caveats: list[str] = attrs.Factory(list[str])

    def add(self, name: str, old: Field | None, new: Field | None) -> None:
        if old is not None and new is not None:
            self._both(name, old, new)
            if old.lookups != new.lookups:
                self.caveats.append(
                    f"leads without a {name} of their own: the versions look it up in tables that"
                    " differ"
                )
            return
        only = old or new
        assert only is not None
        self._field(name, only.type, name)
        (self.new if old is None else self.old)[name] = Sight(name, Present(name))
        if isinstance(only.type, types.Subdivision) and only.type.country is not None:
            self.caveats.append(
                f"leads with a {name} and no {only.type.country}: only one version has the field "
                f"`{name}`, and takes the {only.type.country} from it"
            )

    def _both(self, name: str, old: Field, new: Field) -> None:
        joined = _joined(old.type, new.type)
        if joined is None or _have_telling_placeholders(old, new):
            self._field(name, _unlinked(new.type), name)
            self._field(name + BEFORE, _unlinked(old.type), name)
            self.new[name] = Sight(name, Present(name))
            self.old[name] = Sight(name + BEFORE, Present(name + BEFORE))
            return
        kind, sight = joined
        self._field(name, kind, name)
        for field, other, views in ((old, new, self.old), (new, old, self.new)):
            seen = sight(name, field.type)
            views[name] = attrs.evolve(seen, present=_without(name, field, other, seen.present))

    def _field(self, name: str, kind: types.FieldType, raw: str) -> None:
        self.fields[name] = Field(name, kind)
        self.raws[name] = raw


_Sighted = Callable[[str, types.FieldType], Sight]


def _joined(old: types.FieldType, new: types.FieldType) -> tuple[types.FieldType, _Sighted] | None:
    """Return the type that both readings follow from, and how a type sees it, or None."""
    match old, new:
        case types.PersonName(was), types.PersonName(now) if was != now:
            table = _paired(was, now)
            people = types.PersonName({rep: rep for rep in table})
            return people, _chosen(table, is_old=lambda kind: kind is old)
        case (types.OneOf(was), types.OneOf(now)) | (types.AnyOf(was), types.AnyOf(now)) if (
            was != now
        ):
            if isinstance(new, types.AnyOf) and _has_separator({*was} ^ {*now}):
                return None
            table = _paired(_by_key(was), _by_key(now))
            if isinstance(new, types.AnyOf):
                return types.AnyOf(tuple(table)), _held(table, is_old=lambda kind: kind is old)
            return types.OneOf(tuple(table)), _chosen(table, is_old=lambda kind: kind is old)
        case types.Integer(), types.Integer():
            whole = types.Integer(_wider(old.low, new.low, min), _wider(old.high, new.high, max))
            return whole, _within(whole)
        case types.Number(), types.Number():
            number = types.Number(_wider(old.low, new.low, min), _wider(old.high, new.high, max))
            return number, _within(number)
        case _ if old == new:
            return new, lambda name, _: Sight(name, Present(name))
        case _:
            return None


def _by_key(values: tuple[str, ...]) -> Mapping[str, str]:
    return {types.picklist_key(value): value for value in values}


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


def _unlinked(kind: types.FieldType) -> types.FieldType:
    return types.Subdivision() if isinstance(kind, types.Subdivision) else kind


def _without(name: str, field: Field, other: Field, present: Condition) -> Condition:
    """Return `present` without the texts that only `field` declares as placeholders."""
    own = _placeholders(field) - _placeholders(other)
    if not own or not isinstance(field.type, types.Text):
        return present
    return And((present, Not(IsIn(name, frozenset[Value](own)))))


def _placeholders(field: Field) -> set[str]:
    return {normal_text(placeholder) for placeholder in field.placeholders}


def _have_telling_placeholders(old: Field, new: Field) -> bool:
    """Return whether a placeholder of one version is a value to the other, but for texts."""
    if isinstance(new.type, types.Text):
        return False
    for field, other in ((old, new), (new, old)):
        plain = attrs.evolve(other, placeholders=(), span=None)
        for placeholder in sorted(_placeholders(field) - _placeholders(other)):
            if not isinstance(read(plain, placeholder), Missing | Unread):
                return True
    return False
