"""Everything that a lead can be, as a finite grid.

Each field becomes one or more dimensions: its classes of values, for an `any of` field one
yes/no for each value that a condition mentions, for a text one yes/no for each `ends
with`, `contains` and `matches`, for a date its age where a condition asks for it. A lead
is then one class a dimension. Not every combination is a lead: a subdivision has its
country, a literal either contains a text or doesn't. Such combinations are listed as
impossible boxes, so that nobody proves or shows anything by a lead that can't be.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import combinations, product
from math import prod
from typing import TypeAlias, assert_never

import attrs

from turnout.compiler import masks
from turnout.compiler.classes import Texts, class_of, finder, is_as_tested
from turnout.compiler.leads import partitions
from turnout.compiler.leads.dimensions import NO, YES, Dimension, DimensionKind, pair_field
from turnout.compiler.leads.moments import link_days, link_moments
from turnout.compiler.leads.pairs import excluded
from turnout.compiler.leads.partitions import Partition
from turnout.compiler.leads.possible_texts import Axis, axes
from turnout.compiler.leads.prefixes import text
from turnout.compiler.leads.samples import sample
from turnout.compiler.leads.together import Together, together
from turnout.compiler.leads.universe import country_of, example, subdivisions_by_country, universe
from turnout.compiler.masks import Mask
from turnout.compiler.program import SINCE
from turnout.dsl import types
from turnout.dsl.conditions import (
    TURNED,
    Age,
    Atom,
    Beside,
    Between,
    Circumstance,
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
    OlderThan,
    Open,
    Pattern,
    Present,
    Sign,
    StartsWith,
    WithinLast,
    WithinNext,
    fields_of,
)
from turnout.dsl.lookups import says_of
from turnout.dsl.types import Field, Value, Values
from turnout.dsl.values.slices import slice_of
from turnout.dsl.values.words import has_word
from turnout.frozen import attribute, define, frozen

MOST_COMPARED = 1_000
"""Literals of a field that are compared with a table's names; with more, nearness stays open."""

MOST_COMBINATIONS = 1_000
"""Ways to lack a field of every identity; with more, a witness may be such a lead."""

Box: TypeAlias = tuple[tuple[int, Mask], ...]
"""A set of leads: for each constrained dimension, in order, its classes."""


@frozen(slots=False)
class Space:
    """The grid of one schema, as fine as a set of atoms needs it.

    sides: where each atom lives, as dimension and mask. impossible: boxes that hold no
    lead. is_exact: no pattern is left free, so that every class combination outside
    `impossible` is a lead. since: the day from which on its moments come. first: the first
    day on which its leads arrive, None where that may be on any.
    """

    dimensions: tuple[Dimension, ...]
    sides: Mapping[Atom, tuple[int, Mask]] = attribute(repr=False, hash=False)
    impossible: tuple[Box, ...] = attribute(repr=False)
    since: date = SINCE
    first: date | None = None

    @cached_property
    def full(self) -> tuple[Mask, ...]:
        """The whole grid: every class of every dimension."""
        return tuple(dimension.full for dimension in self.dimensions)

    @cached_property
    def texts(self) -> dict[str, Axis]:
        """What is asked of the texts of each field, by its name."""
        return axes(self.dimensions)

    @cached_property
    def standings(self) -> tuple[Together, ...]:
        """The fields that are compared with each other, those together that are linked so."""
        return together(self.dimensions, self.texts)

    @cached_property
    def tight(self) -> tuple[Axis | Together, ...]:
        """What knows of some combinations of classes that they are no lead.

        Fields that are compared come first: what they settle of texts holds for these, too.
        """
        return (*self.standings, *(axis for axis in self.texts.values() if axis.is_tight))

    def classify(self, values: Values, today: date) -> list[int]:
        """Return a lead's class on each dimension."""
        return [_class(dimension, values, today) for dimension in self.dimensions]


def space(
    fields: Mapping[str, Field],
    asked: Iterable[Atom],
    since: date | None = None,
    first: date | None = None,
) -> Space:
    """Return the space of `fields`, just fine enough for the atoms `asked`.

    Each calendar that is asked is a dimension too, and so are the decision's day where a
    validity asks it and whether the lead was seen before; the answers stand among the values
    of a lead. since: the day from which on moments come, so that what no moment allows is
    impossible; None where any may. first: the first day on which a lead arrives, None where
    that may be on any; moments count from there on, too.
    """
    atoms = list(asked)
    in_tables = _in_tables(fields, atoms)
    by_field: dict[str, dict[Atom, None]] = {name: {} for name in fields}
    clocks: dict[Circumstance, None] = {}
    compared = list(dict.fromkeys(atom for atom in atoms if isinstance(atom, Beside)))
    for atom in (*atoms, *_keys(fields, atoms, in_tables)):
        if isinstance(atom, Beside):
            for name in fields_of(atom):
                by_field.setdefault(name, {})[Present(name)] = None
        elif isinstance(atom, Circumstance):
            clocks[atom] = None
            by_field.setdefault(atom.field, {})[atom.fact] = None
            if isinstance(atom, During) and first is not None:
                by_field[atom.field][Between(atom.field, low=first)] = None
        else:
            by_field.setdefault(atom.field, {})[atom] = None
    # A calendar is open or closed, whatever the lead: a field that is never missing.
    facts = {atom.field: Field(atom.field, _type_of(atom), required=True) for atom in clocks}
    builder = _Builder({**fields, **facts}, {name: list(of) for name, of in by_field.items()})
    for field in (*fields.values(), *facts.values()):
        builder.add(field)
    for atom in clocks:
        builder.settle_fact(atom, first)
    builder.add_standings(compared)
    builder.link_subdivisions()
    builder.link_lookups(in_tables)
    for atom in clocks:
        if isinstance(atom, Duplicate):
            builder.link_history(atom)
    if since is not None:
        builder.impossible += link_moments(builder.dimensions, builder.sides, since, first)
    builder.impossible += link_days(builder.dimensions)
    impossible = tuple(builder.impossible)
    return Space(tuple(builder.dimensions), builder.sides, impossible, since or SINCE, first)


def _type_of(fact: Circumstance) -> types.FieldType:
    return types.Date(zone=fact.zone) if isinstance(fact, During) else types.Boolean()


_InTables: TypeAlias = Mapping[str, Sequence[IsIn]]
"""For each lookup of a field, in order, the keys that find a value there."""


def _keys(
    fields: Mapping[str, Field], atoms: Sequence[Atom], in_tables: _InTables
) -> Iterator[Atom]:
    """Yield what else must be known of a lead than what is asked.

    For each lookup that matters whether the lead's key is in the table: it matters where
    its field is asked for, or is itself the key of one that matters, or the country of a
    subdivision that does. For a duplicate whether the lead has the fields of an identity.
    """
    asked = dict.fromkeys(name for atom in atoms for name in fields_of(atom))
    places = (name for name, field in fields.items() if isinstance(field.type, types.Subdivision))
    asked.update(dict.fromkeys(name for name in places if fields[name].required))
    for atom in atoms:
        if isinstance(atom, Duplicate):
            compared = [name for names in atom.by for name in names if name in fields]
            yield from map(Present, compared)
            asked.update(dict.fromkeys(compared))
    pending = list(asked)
    known = set(pending)
    while pending:
        field = fields.get(pending.pop())
        if field is None:
            continue
        after = [lookup.key for lookup in field.lookups]
        if isinstance(field.type, types.Subdivision) and field.type.country is not None:
            after.append(field.type.country)
        yield from in_tables[field.name]
        for name in after:
            if name not in known:
                known.add(name)
                pending.append(name)


def _in_tables(fields: Mapping[str, Field], atoms: Sequence[Atom]) -> _InTables:
    """Return which keys find a value; of those that are near to a row, the ones that are asked.

    Whether other texts are near to a row is left open: then a lead may have the value or not.
    """
    asked: dict[str, set[Value]] = {}
    for atom in atoms:
        if isinstance(atom, IsIn) and len(atom.values) <= MOST_COMPARED:
            asked.setdefault(atom.field, set()).update(atom.values)

    def found_by(lookup: types.Lookup) -> IsIn:
        keys = frozenset(lookup.values)
        near = lookup.near
        if near is not None and len(literals := asked.get(lookup.key, ())) <= MOST_COMPARED:
            keys |= {each for each in literals if says_of(near, each) is not None}
        return IsIn(lookup.key, keys)

    return {name: [found_by(lookup) for lookup in field.lookups] for name, field in fields.items()}


def _class(dimension: Dimension, values: Values, today: date) -> int:
    value = values.get(dimension.field.name)
    if value is None and isinstance(dimension.test, During):
        value = today
    match dimension.kind:
        case "value" | "has" | "pattern" | "slice":
            return class_of(dimension.partition.classes, value)
        case "age":
            age = today.toordinal() - value.toordinal() if isinstance(value, date) else None
            return class_of(dimension.partition.classes, age)
        case "standing":
            one, two = dimension.pair
            return class_of(dimension.partition.classes, (values.get(one), values.get(two)))
        case _:
            assert_never(dimension.kind)


_Own: TypeAlias = IsIn | Between | StartsWith
"""Atoms that the classes of a field's values tell apart."""


@define
class _Builder:
    fields: Mapping[str, Field]
    atoms: Mapping[str, list[Atom]]
    dimensions: list[Dimension] = attrs.Factory(list[Dimension])
    sides: dict[Atom, tuple[int, Mask]] = attrs.Factory(dict[Atom, tuple[int, Mask]])
    impossible: list[Box] = attrs.Factory(list[Box])
    value_at: dict[str, int] = attrs.Factory(dict[str, int])

    def add(self, field: Field) -> None:  # noqa: C901 - a case for each atom
        own: list[_Own] = []
        presence: list[Present] = []
        ages: list[Age] = []
        held: list[Has] = []
        patterns: list[Pattern] = []
        sliced: list[InSlice] = []
        for atom in self.atoms[field.name]:
            match atom:
                case Present():
                    presence.append(atom)
                case IsIn() | Between() | StartsWith():
                    own.append(atom)
                case OlderThan() | WithinLast() | WithinNext() | LaterThan():
                    ages.append(atom)
                case Has():
                    held.append(atom)
                case InSlice():
                    sliced.append(atom)
                case EndsWith() | Contains() | HasWord() | Matches():
                    patterns.append(atom)
                case Open() | Duplicate() | During() | Beside():
                    raise AssertionError(atom)  # its fact, or both fields, are asked instead
                case _:
                    assert_never(atom)
        at = self._dimension(field, "value", self._values(field, own))
        self.value_at[field.name] = at
        for one in presence:
            self.sides[one] = at, self.dimensions[at].partition.full & ~1
        if ages:
            self._ages(field, at, ages)
        if held:
            self._held(field, at, held)
        if patterns:
            self._patterns(field, at, patterns)
        if sliced:
            self._slices(field, at, sliced)

    def _dimension(
        self, field: Field, kind: DimensionKind, partition: Partition, test: Atom | None = None
    ) -> int:
        can_lack = kind in {"has", "pattern"} or not field.required
        full = partition.full if can_lack else partition.full & ~1
        made = Dimension(field, kind, partition, full, test)
        if kind == "value" and isinstance(field.type, types.Code) and field.type.digits:
            # Between "9" and "A" there are texts, but none of them is made of digits.
            possible = 1 | masks.set_of([n for n in range(1, partition.size) if sample(made, n)])
            made = attrs.evolve(made, full=full & possible)
        at = len(self.dimensions)
        self.dimensions.append(made)
        for atom, mask in partition.masks.items():
            self.sides[atom] = at, mask
        return at

    def _values(self, field: Field, atoms: Sequence[_Own]) -> Partition:
        on_line = [atom for atom in atoms if not isinstance(atom, StartsWith)]
        match field.type:
            case types.Integer(low, high):
                return partitions.whole(on_line, low, high)
            case types.Number(low, high):
                return partitions.dense(on_line, low, high)
            case types.Money():
                return partitions.dense(on_line, None, None)
            case types.Date():
                return partitions.days(on_line)
            case types.Text() | types.Code() | types.Email() | types.Phone() | types.Domain():
                return text(atoms, self._literal_tests(field))
            case (
                types.Boolean()
                | types.Country()
                | types.Subdivision()
                | types.Language()
                | types.OneOf()
                | types.AnyOf()
                | types.PersonName()
            ):
                chosen = [atom for atom in atoms if isinstance(atom, IsIn)]
                if not chosen and not self._is_linked(field):
                    return partitions.presence(has_values=example(field.type) is not None)
                return partitions.finite(universe(field.type), chosen, self._tell_apart(field))
            case _:
                assert_never(field.type)

    def _literal_tests(self, field: Field) -> Callable[[str], tuple[bool, ...]] | None:
        """Return what tells literals apart, the patterns that hold for them; None without any."""
        tests = [a for a in self.atoms[field.name] if isinstance(a, Pattern)]
        sliced = [a for a in self.atoms[field.name] if isinstance(a, InSlice)]
        if not tests and not sliced:
            return None
        return lambda literal: (
            *(is_as_tested(test, literal) for test in tests),
            *(slice_of(each.of, literal) < each.slices for each in sliced),
        )

    # -- ages, held values, patterns --

    def _ages(self, field: Field, at: int, atoms: Sequence[Age]) -> None:
        age = self._dimension(field, "age", partitions.whole(atoms, None, None))
        self._same_missing(at, age, self.dimensions[age].partition.full & ~1)

    def _slices(self, field: Field, at: int, atoms: Sequence[InSlice]) -> None:
        """Add where texts fall; a literal falls into one slice, other texts into any."""
        numbers = masks.members(self._literals_at(at))
        for of in dict.fromkeys(atom.of for atom in atoms):
            own = partitions.slices(of, [atom for atom in atoms if atom.of == of])
            other = self._dimension(field, "slice", own)
            self._same_missing(at, other, own.full & ~1)
            falling: dict[int, Mask] = {}
            for number in numbers:
                text_ = sample(self.dimensions[at], number)
                into = class_of(own.classes, text_)
                falling[into] = falling.get(into, 0) | 1 << number
            for into, literals in falling.items():
                beside = own.full & ~1 & ~(1 << into)
                self.impossible += [((at, literals), (other, beside))] if beside else []

    def _literals_at(self, at: int) -> Mask:
        """Return the classes of a text that are made of literals."""
        classes = self.dimensions[at].partition.classes
        return masks.set_of(classes.places) if isinstance(classes, Texts) else 0

    def _same_missing(self, at: int, other: int, present: Mask) -> None:
        self.impossible.append(((at, 1), (other, present)))
        self.impossible.append(((at, self.dimensions[at].partition.full & ~1), (other, 1)))

    def _held(self, field: Field, at: int, atoms: list[Has]) -> None:
        others = [self._dimension(field, "has", partitions.yes_no(atom), atom) for atom in atoms]
        for other in others:
            self.impossible.append(((at, 1), (other, YES)))
        assert isinstance(field.type, types.AnyOf)
        if len(others) == len(field.type.values):  # it is never empty, so one of them is held
            self.impossible.append(
                ((at, ~1 & self.dimensions[at].partition.full), *((other, NO) for other in others))
            )

    def _patterns(self, field: Field, at: int, atoms: list[Pattern]) -> None:
        places = {
            atom: self._dimension(field, "pattern", partitions.yes_no(atom), atom) for atom in atoms
        }
        partition = self.dimensions[at].partition
        find = finder(partition.classes)
        literals = _literals(self.atoms[field.name])
        for atom, other in places.items():
            self.impossible.append(((at, 1), (other, YES)))
            holds = masks.mask_of({find(v) for v in literals if is_as_tested(atom, v)})
            fails = masks.mask_of({find(v) for v in literals if not is_as_tested(atom, v)})
            prefixes = _prefixes(self.atoms[field.name])
            for prefix, mask in ((p, partition.masks[StartsWith(field.name, p)]) for p in prefixes):
                if isinstance(atom, Contains) and atom.text in prefix:
                    holds |= mask
            if holds:
                self.impossible.append(((at, holds), (other, NO)))
            if fails:
                self.impossible.append(((at, fails), (other, YES)))
        for one, two in combinations(places, 2):
            for narrow, wide in ((one, two), (two, one)):
                if _implies(narrow, wide):
                    self.impossible.append(_box((places[narrow], YES), (places[wide], NO)))

    # -- how two fields stand to each other --

    def add_standings(self, asked: Sequence[Beside]) -> None:
        """Add a dimension for each two fields that are compared, in whatever way."""
        pairs: dict[tuple[str, str], list[tuple[Beside, Sign]]] = {}
        for atom in asked:
            one, two = fields_of(atom)
            one, two = (two, one) if (two, one) in pairs else (one, two)
            sign = atom.operator if atom.field == one else TURNED[atom.operator]
            pairs.setdefault((one, two), []).append((atom, sign))
        for (one, two), atoms in pairs.items():
            field, test = pair_field(one, two), Beside(one, "=", two)
            is_ordered = self.fields[one].type.shape in types.ON_A_LINE
            partition = partitions.standings(two, atoms, is_ordered=is_ordered)
            sides = [self.value_at[one], self.value_at[two]]
            can_lack = any(self.dimensions[at].full & 1 for at in sides)
            full = 0b1110 if is_ordered else 0b1100  # those on no line only differ
            made = Dimension(field, "standing", partition, full | int(can_lack), test)
            at = len(self.dimensions)
            self.dimensions.append(made)
            self.sides.update({of: (at, mask) for of, mask in made.partition.masks.items()})
            for side in sides:
                self.impossible.append(_box((side, 1), (at, 0b1110)))
            there = [(side, self.dimensions[side].partition.full & ~1) for side in sides]
            self.impossible.append(_box(*there, (at, 1)))
            for mine, theirs, ways in excluded(*(self.dimensions[side] for side in sides)):
                box = ((sides[0], mine), (sides[1], theirs), (at, ways & made.full))
                self.impossible += [_box(*box)] if ways & made.full else []

    # -- a subdivision and its country --

    def _is_linked(self, field: Field) -> bool:
        """Return whether the classes of `field` follow from those of another field."""
        if isinstance(field.type, types.Subdivision):
            return self._matters(field) and field.type.country is not None
        return any(True for _ in self._subdivisions_of(field))

    def _matters(self, subdivision: Field) -> bool:
        """Return whether it says something of its country: it is asked, or never missing."""
        return bool(self.atoms[subdivision.name]) or subdivision.required

    def _subdivisions_of(self, country: Field) -> Iterator[Field]:
        for field in self.fields.values():
            is_child = isinstance(field.type, types.Subdivision)
            if is_child and field.type.country == country.name and self._matters(field):  # type: ignore[union-attr]
                yield field

    def _tell_apart(self, field: Field) -> list[frozenset[Value]]:
        """Return one set a country that the atoms of linked subdivisions mention."""
        kind = field.type
        if isinstance(kind, types.Country):
            mentioned = {
                c for child in self._subdivisions_of(field) for c in self._countries(child)
            }
            return [frozenset({code}) for code in sorted(mentioned)]
        if isinstance(kind, types.Subdivision) and kind.country and self._matters(field):
            siblings = self._subdivisions_of(self.fields[kind.country])
            mentioned = {c for sibling in siblings for c in self._countries(sibling)}
            known = subdivisions_by_country()
            return [
                frozenset(known.get(code, ()) if kind.within in {None, code} else ())
                for code in sorted(mentioned)
            ]
        return []

    def _countries(self, subdivision: Field) -> set[str]:
        return {
            country_of(value)
            for atom in self.atoms[subdivision.name]
            if isinstance(atom, IsIn)
            for value in atom.values
        }

    def link_subdivisions(self) -> None:
        """Enter the combinations of country and subdivision that no lead has."""
        for field in self.fields.values():
            if isinstance(field.type, types.Subdivision) and self._is_linked(field):
                assert field.type.country is not None
                self._link(self.value_at[field.type.country], self.value_at[field.name], field)

    # -- what no moment and no history allows --

    def settle_fact(self, atom: Circumstance, first: date | None) -> None:
        """Enter where an atom that asks no field holds. first: as `space` has it."""
        at, _ = self.sides[atom] = self.sides[atom.fact]
        made, test = self.dimensions[at], atom
        if isinstance(atom, During):
            test = During(zone=atom.zone)  # all those of a zone are one dimension
            if first is not None:
                came = self.sides[Between(atom.field, low=first)][1]
                made = attrs.evolve(made, full=made.full & came)
        self.dimensions[at] = attrs.evolve(made, test=test)

    def link_history(self, atom: Duplicate) -> None:
        """Enter that no lead is a duplicate that lacks a field of every identity."""
        lacking = [
            [name for name in fields if not self.fields[name].required] for fields in atom.by
        ]
        if not lacking or prod(map(len, lacking)) > MOST_COMBINATIONS:
            return  # without any identity, which is reported, everything is possible
        for names in product(*lacking):
            sides = [(self.value_at[name], 1) for name in dict.fromkeys(names)]
            self.impossible.append(_box(self.sides[atom], *sides))

    # -- a table and what is looked up in it --

    def link_lookups(self, in_tables: _InTables) -> None:
        """Enter that no lead lacks a value that a table has for it."""
        for field in self.fields.values():
            for atom in in_tables.get(field.name, ()):
                place = self.sides.get(atom)
                if place is not None and self.value_at[field.name] != place[0]:
                    self.impossible.append(_box(place, (self.value_at[field.name], 1)))

    def _link(self, country: int, child: int, field: Field) -> None:
        countries = self.dimensions[country].partition
        in_country, in_child = (
            finder(self.dimensions[at].partition.classes) for at in (country, child)
        )
        allowed: dict[int, set[int]] = {}
        assert isinstance(field.type, types.Subdivision)
        for code, subdivisions in subdivisions_by_country().items():
            if field.type.within in {None, code}:
                number = in_country(code)
                for inside in set(map(in_child, subdivisions)):
                    allowed.setdefault(inside, set()).add(number)
        by_allowed: dict[Mask, Mask] = {}
        for number, countries_of in allowed.items():
            key = masks.mask_of(countries_of)
            by_allowed[key] = by_allowed.get(key, 0) | 1 << number
        for mask, numbers in by_allowed.items():
            refused = countries.full & ~mask
            self.impossible.append(_box((country, refused), (child, numbers)))


def _box(*sides: tuple[int, Mask]) -> Box:
    return tuple(sorted(sides))


def _literals(atoms: Iterable[Atom]) -> list[str]:
    return sorted({str(v) for atom in atoms if isinstance(atom, IsIn) for v in atom.values})


def _prefixes(atoms: Iterable[Atom]) -> list[str]:
    return [atom.text for atom in atoms if isinstance(atom, StartsWith)]


def _implies(narrow: Pattern, wide: Pattern) -> bool:
    match wide:
        case EndsWith(_, outer):
            return isinstance(narrow, EndsWith) and narrow.text.endswith(outer)
        case Contains(_, outer):
            return not isinstance(narrow, Matches) and outer in narrow.text
        case HasWord(_, outer):
            return isinstance(narrow, HasWord) and has_word(narrow.text, outer)
        case Matches():
            return False
        case _:
            assert_never(wide)
