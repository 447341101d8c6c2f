"""How one version of a policy sees the fields that two versions share.

Most shared fields are what the version itself sees: its own value of the field, or none.
Where the two versions come to a value in different ways, the shared field is what arrives,
and the way is told by conditions: a lead without a value of its own has what a table says
of its key; a country is also that of a subdivision that came along; a subdivision counts
in its country only. So a changed row of a table is a changed condition on the key, and a
table of tens of thousands of keys is one atom for each value that somebody asks for.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import assert_never

import attrs

from turnout.compiler.difference.ground.geography import Agreement, subdivisions
from turnout.compiler.leads.universe import universe
from turnout.dsl import types
from turnout.dsl.conditions import (
    ALWAYS,
    Age,
    And,
    Atom,
    Beside,
    Between,
    Circumstance,
    Condition,
    Contains,
    Duplicate,
    During,
    EndsWith,
    Has,
    HasWord,
    InSlice,
    IsIn,
    LaterThan,
    Matches,
    Named,
    Not,
    OlderThan,
    Open,
    Or,
    Present,
    StartsWith,
    WithinLast,
    WithinNext,
    fields_of,
    holds,
)
from turnout.dsl.types import Lookup, Value
from turnout.frozen import attribute, frozen

BEFORE, AFTER = " (before)", " (now)"
"""What ends a name that the two versions mean differently."""


@frozen
class Sight:
    """How a version sees a shared field.

    name: the shared field. present: when a value of it arrives that the version can read.
    values: the shared values that each of its own stands for; None where they are the same.

    The rest is there only where the shared field is what arrives instead of what the
    version makes of it. lookups: the tables that it asks where none arrives. country: of a
    subdivision, the version's field of its country. children: of a country, the
    subdivisions that are read with it, in that order.
    """

    name: str
    present: Condition
    values: Mapping[Value, frozenset[Value]] | None = None
    lookups: tuple[Lookup, ...] = ()
    country: str | None = None
    children: tuple[str, ...] = ()

    @property
    def is_pieced(self) -> bool:
        """Whether its value follows from more than the shared field."""
        return bool(self.lookups or self.children) or self.country is not None

    @property
    def is_as_it_arrives(self) -> bool:
        """Whether a value that arrives is the version's own, if it can read it."""
        return not self.is_pieced and self.values is None

    def own(self, atom: Atom) -> Condition:
        """Return what one of the version's atoms asks of what arrives."""
        assert not isinstance(atom, Circumstance | Beside), atom  # it asks no field, or two
        values = self.values
        own: Atom
        match atom:
            case Present():
                return self.present
            case IsIn(_, wanted) if values is not None:
                none = frozenset[Value]()
                return IsIn(self.name, none.union(*(values.get(v, none) for v in wanted)))
            case Has(_, wanted) if values is not None:
                (shared,) = values[wanted]
                return Has(self.name, str(shared))
            case (
                IsIn()
                | Has()
                | InSlice()
                | Between()
                | StartsWith()
                | EndsWith()
                | Contains()
                | HasWord()
                | Matches()
                | OlderThan()
                | WithinLast()
                | WithinNext()
                | LaterThan()
            ):
                own = attrs.evolve(atom, field=self.name)
            case _:
                assert_never(atom)
        return own if self.present == Present(self.name) else And((self.present, own))


@frozen(slots=False)
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
    _known: dict[Atom, Named] = attribute(factory=dict[Atom, Named], eq=False, repr=False)
    _rows: dict[tuple[str, int], Mapping[Value, list[Value]]] = attribute(
        factory=dict[tuple[str, int], Mapping[Value, list[Value]]], eq=False, repr=False
    )

    @cached_property
    def is_plain(self) -> bool:
        """Whether it sees every field as it is."""
        plain = (sight == Sight(name, Present(name)) for name, sight in self.sights.items())
        return not self.calendars and self.tells_alike and all(plain)

    def condition(self, condition: Condition, names: dict[str, Named]) -> Condition:
        """Return one of the version's conditions over the shared fields.

        names: the names translated so far.
        """
        if isinstance(condition, Atom):
            return self._translated(condition)
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
            case _:
                assert_never(condition)

    def _translated(self, atom: Atom) -> Condition:
        if isinstance(atom, Duplicate):
            return self._duplicate(atom)
        if isinstance(atom, During):
            return atom
        if isinstance(atom, Beside):
            return self._compared(atom)
        if not isinstance(atom, Open):
            return self.atom(atom)
        if atom.calendar.name not in self.calendars:
            return atom
        return Open(attrs.evolve(atom.calendar, name=atom.calendar.name + self.suffix))

    def _compared(self, atom: Beside) -> Condition:
        """Return how what arrives compares; where it is made into another value is a caveat."""
        one, two = (self.sights[name] for name in fields_of(atom))
        own = Beside(one.name, atom.operator, two.name)
        sights = [each for each in (one, two) if each.present != Present(each.name)]
        return And((*(each.present for each in sights), own)) if sights else own

    def _duplicate(self, atom: Duplicate) -> Duplicate:
        """Return whether the version saw the lead before; see `never` for what it lacks then."""
        of = [self.sights[name] for fields in atom.by for name in fields]
        is_plain = all(not each.is_pieced and each.present == Present(each.name) for each in of)
        named = tuple(tuple(self.sights[name].name for name in each) for each in atom.by)
        return Duplicate(named if is_plain else (), "" if self.tells_alike else self.suffix)

    def never(self, atom: Duplicate) -> Condition:
        """Return what holds for no lead: a duplicate that lacks a field of every identity."""
        lacking = (
            Or(tuple(Not(self.atom(Present(name))) for name in fields)) for fields in atom.by
        )
        return And((self._duplicate(atom), *lacking))

    def atom(self, atom: Atom) -> Condition:
        """Return what one of the version's atoms asks of the shared fields."""
        sight = self.sights[atom.field]
        if not sight.is_pieced:
            return sight.own(atom)
        if atom not in self._known:
            # As a name it is opened once, however often it is asked.
            name = f"{atom.field} {len(self._known)}{self.suffix}"
            made = self._counting(sight, atom) if sight.country else self._pieced(sight, atom)
            self._known[atom] = Named("field", name, made)
        return self._known[atom]

    def _pieced(self, sight: Sight, atom: Atom) -> Condition:
        """Return where the value that arrives, is brought along or is looked up is as asked."""
        ways = [sight.own(atom)]
        lacking: list[Condition] = [Not(sight.present)]
        for name in sight.children:
            child = self.sights[name]
            asked = Present(name) if isinstance(atom, Present) else _brought(name, atom)
            ways.append(And((*lacking, child.own(asked))))
            lacking.append(Not(child.present))
        for at, lookup in enumerate(sight.lookups):
            keys = self._keys(atom, at, lookup)
            if keys:
                ways.append(And((*lacking, self.atom(IsIn(lookup.key, keys)))))
            lacking.append(Not(self.atom(IsIn(lookup.key, frozenset(lookup.values)))))
        return Or(tuple(ways))

    def _keys(self, atom: Atom, at: int, lookup: Lookup) -> frozenset[Value]:
        """Return the keys whose value is as asked; each value is looked at once."""
        rows = self._rows.get((atom.field, at))
        if rows is None:
            found: dict[Value, list[Value]] = {}
            for key, value in lookup.values.items():
                found.setdefault(value, []).append(key)
            rows = self._rows[atom.field, at] = found
        chosen = (keys for value, keys in rows.items() if _holds(atom, value))
        return frozenset(key for keys in chosen for key in keys)

    def _counting(self, sight: Sight, atom: Atom) -> Condition:
        """Return where a subdivision as asked arrives with its country, or brings it along."""
        assert sight.country is not None
        fits: Condition = ALWAYS
        for name in reversed(self._read_before(atom.field)):
            present = self.sights[name].present
            same = And((present, self._agreement(name, atom.field).fact))
            fits = Or((same, And((Not(present), fits))))
        return And((sight.own(atom), fits))

    def _read_before(self, name: str) -> tuple[str, ...]:
        """Return the fields that a subdivision has to agree with, if they arrive, in order."""
        country = self.sights[name].country
        if country is None:
            return ()
        children = self.sights[country].children
        return (country, *children[: children.index(name)])

    def _agreement(self, one: str, two: str) -> Agreement:
        """Return whether two places agree: a country and a subdivision, or two of these."""
        places = [self.sights[one], self.sights[two]]
        if places[0].country is not None:
            places.sort(key=lambda sight: sight.name)  # one question, whichever is read first
        return Agreement(*(sight.name for sight in places))

    @property
    def agreements(self) -> Iterator[Agreement]:
        """The places that the version may hold together."""
        for name in self.sights:
            yield from (self._agreement(other, name) for other in self._read_before(name))


def _brought(name: str, atom: Atom) -> IsIn:
    """Return what an atom that asks a country asks of a subdivision that brings it along."""
    return subdivisions(name, {code for code in universe(types.Country()) if _holds(atom, code)})


def _holds(atom: Atom, value: Value) -> bool:
    """Return whether an atom holds for a value, never for an age: a caveat of the schema."""
    return not isinstance(atom, Age) and holds(atom, value, date.min)
