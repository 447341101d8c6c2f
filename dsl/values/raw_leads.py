"""The values of a raw lead: each found under its column, read as its type, or looked up.

Values are read together: a subdivision with its country, and what the lead lacks with the
tables that have it. Whatever can't be used is an issue; nothing here raises.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Any, NamedTuple, TypeAlias, cast

import attrs

from turnout.dsl.headers import Binding, Bound, Headers, value_at
from turnout.dsl.lookups import LookupRow, Tie, look_up, looked_up_fields
from turnout.dsl.types import Field, Subdivision, Value, Values, field_beside, taken_from
from turnout.dsl.values.built_ins import OPAQUE, built_in, kind_of
from turnout.dsl.values.readers import KnownValues, reader, remembering_reader
from turnout.dsl.values.reading import MISSING, Issue, Reader, Unread
from turnout.frozen import frozen

_SHOWN = 80
_EMPTY: tuple[object, ...] = (None, "")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


@frozen
class RawValues:
    """What a raw lead says: its values by field, and what can't be used.

    columns: where in the record each field stands. looked_up: the rows of tables by which
    values were found, where nearness counts.
    """

    values: Values
    record: Mapping[str, object]
    columns: Mapping[str, str]
    issues: tuple[Issue, ...] = ()
    looked_up: tuple[LookupRow, ...] = ()

    def raw(self, field: str) -> object:
        """Return a field's value as it came, None where there is none."""
        column = self.columns.get(field)
        return None if column is None else self.record[column]


ValuesReader: TypeAlias = Callable[[Mapping[str, object]], RawValues]
"""Reads one raw lead by its columns."""


class _Slot(NamedTuple):
    """One field with its reader; `beside` is the field it is read together with, or "".

    implies: a value says which country that is. known: what the reader remembers. unread: texts
    of which nothing could be used, with what was told of them; none where another field
    decides how they are read. A tuple, because a lead has many of them and leads are many.
    """

    name: str
    read: Reader
    beside: str
    implies: bool
    known: KnownValues
    unread: dict[str, Issue]


_Placed: TypeAlias = tuple[str, str, Callable[[str], Value | None], _Slot]
"""A field and the column in which it stands, what finds texts that were read before, and what
reads the others."""

_NOTHING: Mapping[Any, Value] = {}

_Plain: TypeAlias = tuple[tuple[_Placed, ...], Mapping[str, str]]
"""The fields of records in which each stands in one column, and the columns by field."""

_MOST_UNREAD = 1_000
_LONGEST_REMEMBERED = 100

_MOST_HEADERS = 1_000
"""Headers for which it is remembered where each field stands."""


def values_reader(fields: Mapping[str, Field]) -> ValuesReader:
    """Return what reads raw leads by these fields.

    Where each stands is found by what its columns are called (see `dsl.headers`); other
    keys are ignored.
    """
    headers = Headers(fields)
    slots = _slots(fields)
    tables = looked_up_fields(fields)
    apart = _Reading(fields, slots, tables, bool(tables))
    known: dict[tuple[object, ...], _Plain | None] = {}

    def plainly(names: tuple[object, ...]) -> _Plain | None:
        """Return where fields stand if each stands in one column, and no table has more."""
        binding = headers.binding(names)
        found = None
        if not (tables or binding.several or binding.unclear):
            columns = dict(binding.plain)
            placed = (slot for slot in slots if slot.name in columns)
            found = tuple(map(_placed, placed, repeat(columns))), columns
        if len(known) < _MOST_HEADERS:
            known[names] = found
        return found

    def read(named: Mapping[str, object]) -> RawValues:
        names = tuple(named)
        plain = known[names] if names in known else plainly(names)
        if plain is None:
            return apart.read(headers.binding(names), named)[0]
        placed, columns = plain
        values: dict[str, Value] = {}
        issues: list[Issue] = []
        for name, column, texts, slot in placed:
            raw = named[column]
            if type(raw) is str:
                value = texts(raw)
                if value is not None:
                    values[name] = value
                elif raw:
                    _read(slot, raw, values, issues)
            elif raw is not None:
                of_type = slot.known.get(type(raw))
                value = None if of_type is None else of_type.get(raw)
                if value is not None:
                    values[name] = value
                else:
                    _read(slot, raw, values, issues)
        return RawValues(values, named, columns, tuple(issues))

    return read


def _placed(slot: _Slot, columns: Mapping[str, str]) -> _Placed:
    return slot.name, columns[slot.name], slot.known.get(str, _NOTHING).get, slot


IssueRank: TypeAlias = tuple[int, int]
"""Where an issue stands among those of a lead: the step of its reading, and the field's place."""

PartReader: TypeAlias = Callable[[Mapping[str, object]], tuple[RawValues, tuple[IssueRank, ...]]]
"""Reads some fields of a raw lead by their columns, and says where each issue stands."""


def part_reader(fields: Mapping[str, Field], binding: Binding, only: Collection[str]) -> PartReader:
    """Return what reads the fields `only` of raw leads with that binding, as `values_reader`.

    only: together with every field that one of them is read or looked up by. The parts of a
    lead that were read so are the whole: its values all those of the parts, its issues theirs
    in the order of their ranks.
    """
    tables = looked_up_fields(fields)
    whole = _Reading(fields, _slots(fields), tables, bool(tables))
    part = whole.only(only)
    own = attrs.evolve(
        binding,
        plain=tuple(each for each in binding.plain if each[0] in only),
        several=tuple(each for each in binding.several if each.field in only),
        unclear={name: among for name, among in binding.unclear.items() if name in only},
    )
    orders: tuple[Mapping[str, int], ...] = (
        _order(bound.field for bound in binding.several),
        _order(binding.unclear),
        _order(slot.name for slot in whole.slots),
        _order(field.name for field in whole.tables),
    )

    def read(named: Mapping[str, object]) -> tuple[RawValues, tuple[IssueRank, ...]]:
        values, ends = part.read(own, named)
        if not values.issues:
            return values, ()
        return values, tuple(
            (step := bisect_right(ends, at), orders[step][issue.field])
            for at, issue in enumerate(values.issues)
        )

    return read


def _order(names: Iterable[str]) -> Mapping[str, int]:
    return {name: at for at, name in enumerate(names)}


@frozen
class _Reading:
    """How leads are read of which a field stands in several columns, or in a table.

    is_in_steps: whether fields are looked up at all, in this part of the lead or another.
    """

    fields: Mapping[str, Field]
    slots: tuple[_Slot, ...]
    tables: tuple[Field, ...]
    is_in_steps: bool

    def only(self, names: Collection[str]) -> "_Reading":
        """Return how some of the fields are read."""
        slots = tuple(slot for slot in self.slots if slot.name in names)
        tables = tuple(field for field in self.tables if field.name in names)
        return attrs.evolve(self, slots=slots, tables=tables)

    def read(
        self, binding: Binding, named: Mapping[str, object]
    ) -> tuple[RawValues, tuple[int, int, int]]:
        """Return what a raw lead says, and how many issues there were after each step.

        The steps: several columns of a field, unclear columns, reading; then looking up.
        """
        fields, issues = self.fields, list[Issue]()
        raws = {name: named[column] for name, column in binding.plain}
        for bound in binding.several:
            raws[bound.field], others = _chosen(fields, bound, named, raws)
            issues.extend(others)
        of_several = len(issues)
        for name, among in binding.unclear.items():
            if any(named[column] not in _EMPTY for column in among):
                issues.append(Issue(name, "", f"may be in {' or '.join(among)}, so in none"))
        unclear = len(issues)
        values, told = _values(self, raws, issues)
        ends = of_several, unclear, len(issues)
        columns = dict(zip(raws, raws, strict=True))
        if not told:
            return RawValues(values, raws, columns, tuple(issues)), ends
        found = tuple(
            attrs.evolve(each, value=_as_it_came(fields[each.by], raws) or each.value)
            for each in told
            if isinstance(each, LookupRow)
        )
        ties = (
            Issue(each.field, shortened(each.value), each.reason)
            for each in told
            if isinstance(each, Tie)
        )
        return RawValues(values, raws, columns, (*issues, *ties), found), ends


def _as_it_came(field: Field, raws: Mapping[str, object]) -> str:
    """Return the text that a field's value was read from, "" where it didn't come as a text."""
    for name in (field.name, *taken_from(field.type)):
        raw = raws.get(name)
        if isinstance(raw, str) and raw.strip():
            return shortened(raw)
    return ""


def _slots(fields: Mapping[str, Field]) -> tuple[_Slot, ...]:
    """Return the fields in the order of reading.

    Subdivisions after their countries, and after both what is read in these.
    """
    slots: list[_Slot] = []
    for name, field in fields.items():
        implies = isinstance(field.type, Subdivision)
        read, known = remembering_reader(field)
        slots.append(_Slot(name, read, field_beside(field.type) or "", implies, known, {}))
    return tuple(sorted(slots, key=lambda slot: (bool(slot.beside), not slot.implies)))


def _values(
    reading: _Reading, raws: Mapping[str, object], issues: list[Issue]
) -> tuple[dict[str, Value], list[LookupRow | Tie]]:
    """Return the values that can be read or looked up, and what is to be told of looking up.

    Adds to `issues` what can't be read.
    """
    values: dict[str, Value] = {}
    slots, tables = reading.slots, reading.tables
    if not reading.is_in_steps:
        _read_all(slots, raws, values, issues)
        return values, []
    # The lead's own country is in its subdivision, too, so a table is asked for it after
    # that; but a subdivision without its country's code is read by what the table says.
    later = tuple(slot for slot in slots if slot.beside)
    _read_all(tuple(slot for slot in slots if not slot.beside), raws, values, issues)
    _read_all(later, raws, values, [])
    told = [each for each in look_up(tables, values) if isinstance(each, LookupRow)]
    _read_all(later, raws, values, issues)
    return values, [*told, *look_up(tables, values)]


def _read_all(
    slots: tuple[_Slot, ...],
    raws: Mapping[str, object],
    values: dict[str, Value],
    issues: list[Issue],
) -> None:
    for slot in slots:
        raw = raws.get(slot.name)
        if raw is not None:
            _read(slot, raw, values, issues)


def _read(slot: _Slot, raw: object, values: dict[str, Value], issues: list[Issue]) -> None:
    """Read one raw value; adds it to the values, or why it can't be used to the issues."""
    name, read, beside, implies, _, unread = slot
    if type(raw) is str and raw in unread:
        issues.append(unread[raw])
        return
    told = values.get(beside) if beside else None
    value = read(raw, told if isinstance(told, str) else None)
    if value is MISSING:
        return
    if isinstance(value, Unread):
        issue = Issue(name, shortened(raw), value.reason)
        issues.append(issue)
        if value.kept is None:
            has_room = not beside and len(unread) < _MOST_UNREAD
            if has_room and type(raw) is str and len(raw) <= _LONGEST_REMEMBERED:
                unread[raw] = issue
            return
        value = value.kept
    values[name] = value
    if implies and beside and told is None:
        # Only a full code reads without a country.
        values[beside] = cast("str", value)[:2]


@frozen
class _Present:
    """A value of a field that may stand in several columns.

    column: as an issue names it. place: which of the field's places it is, from 0.
    """

    column: str
    place: int
    raw: object
    meant: Value | Unread


def _chosen(
    fields: Mapping[str, Field],
    bound: Bound,
    record: Mapping[str, object],
    raws: Mapping[str, object],
) -> tuple[object, list[Issue]]:
    """Return the value that counts of several columns, and an issue for what surprises.

    The first that can be read counts; where none can be read, the first that isn't missing.
    A value that can't be read before it is told, and so is a second value, unless the
    policy itself names its column as the next best.
    """
    field = fields[bound.field]
    read = reader(field)
    told = None
    if (other := field_beside(field.type)) is not None:
        beside = reader(fields[other])(raws.get(other), None)
        told = beside if isinstance(beside, str) else None
    present: list[_Present] = []
    for column, place, raw in _raws(bound, record):
        meant = read(raw, told)
        if meant is not MISSING:
            present.append(_Present(column, place, raw, meant))
    if not present:
        return None, []
    used = next((each for each in present if not isinstance(each.meant, Unread)), present[0])
    return used.raw, list(_surprises(bound, present, used))


def _raws(bound: Bound, record: Mapping[str, object]) -> Iterator[tuple[str, int, object]]:
    for at, place in enumerate(bound.places):
        for column in place.columns:
            raw = record[column]
            if place.path:
                yield f"{column}.{place.path}", at, value_at(raw, place.path)
            else:
                yield column, at, raw


def _surprises(bound: Bound, present: list[_Present], used: _Present) -> Iterator[Issue]:
    is_before = True
    for each in present:
        if each is used:
            is_before = False
        elif bound.is_declared and each.place != used.place:
            if is_before and isinstance(each.meant, Unread):
                reason = f"{each.meant.reason}, in {each.column}; the one in {used.column} counts"
                yield Issue(bound.field, shortened(each.raw), reason)
        elif each.meant != used.meant or isinstance(each.meant, Unread):
            reason = f"a second value, in {each.column}; the one in {used.column} counts"
            yield Issue(bound.field, shortened(each.raw), reason)


def shortened(raw: object) -> str:
    r"""Return a raw value as a text of at most 80 printable characters.

    >>> shortened("two\nlines"), shortened({"a": 1}), shortened(b"L-1")
    ('two lines', 'an object', "b'L-1'")
    """
    match raw if type(raw) is str else built_in(raw):
        case None:
            text = ""
        case str(value):
            text = value[: _SHOWN + 1].strip()
        case bool(value):
            text = "true" if value else "false"
        case bytes(value):
            text = repr(value[: _SHOWN + 1])
        case int(value) if abs(value) >= 10**_SHOWN:
            text = kind_of(value)
        case float() | int() | Decimal() | date() as value:
            text = str(value)
        case value:
            text = _printed(raw) if value is OPAQUE else kind_of(value)
    shown = text
    if not text.isprintable():
        shown = "".join(character if character.isprintable() else " " for character in text)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"


def _printed(raw: object) -> str:
    """Return what a value prints, without its address, which differs from run to run."""
    if issubclass(type(raw), Mapping):
        return kind_of(raw)
    try:
        return _ADDRESS.sub("", repr(raw))
    except Exception:  # noqa: BLE001 - a stranger's __repr__ may raise anything
        return kind_of(raw)
