"""From raw records to leads: normalised values, and what was wrong with the rest.

No record is ever dropped. What isn't a record, or lacks a required field, becomes a lead
with a complaint, and the route's own fallback takes it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TypeAlias, cast

import attrs

from turnout.dsl.headers import Bound, Headers, value_at
from turnout.dsl.lookups import look_up, looked_up_fields
from turnout.dsl.types import Field, Subdivision, Value, Values, country_field, id_field
from turnout.dsl.values.built_ins import OPAQUE, built_in, kind_of
from turnout.dsl.values.literals import jsonable
from turnout.dsl.values.readers import reader
from turnout.dsl.values.reading import MISSING, Reader, Unread
from turnout.runtime.decisions import Issue
from turnout.runtime.keys import id_reader, own_key
from turnout.runtime.records import RawLead, Record, as_record

_SHOWN = 80
_EMPTY: tuple[object, ...] = (None, "")
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
LACKING = "required, and missing"
"""The reason of the issue where a required field is missing."""

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


@attrs.frozen
class Lead:
    """One lead as the policy sees it.

    id: what the field that is the id says, see `keys`; None where the schema has no such
    field or the lead lacks it.
    values: by field name, missing ones absent.
    row: where it stands in its file, from 1; None outside a file.
    complaint: why only the fallback can take it, such as "no email"; None where it is fit.
    own_key: what it is known by without an id, "" where it has one.
    """

    id: str | None
    values: Values
    issues: tuple[Issue, ...] = ()
    row: int | None = None
    complaint: str | None = None
    own_key: str = attrs.field(default="", eq=False)

    @property
    def key(self) -> str:
        """What the lead is known by: its id, or else what tells it from all others."""
        return self.own_key if self.id is None else self.id


LeadReader: TypeAlias = Callable[[object, int | None], Lead]
"""Reads one raw record as a lead; the second argument is its row. Never raises for JSON."""


@attrs.frozen
class _Slot:
    """One field with its reader; `country` is the field it is read together with, or "".

    implies: a value says which country that is.
    """

    name: str
    read: Reader
    country: str
    implies: bool = False


def leads(records: Iterable[Record | RawLead], fields: Mapping[str, Field]) -> Iterator[Lead]:
    """Yield one lead per record, in order; a broken record is a lead with its complaint.

    Raises TypeError at what is no lead, unless it is a record of a file.
    """
    return map(record_reader(fields), records)


def record_reader(fields: Mapping[str, Field]) -> Callable[[Record | RawLead], Lead]:
    """Return what reads one record of a file, or what a program has for a lead.

    What it returns raises TypeError for what is no lead, unless that is a file's.
    """
    read = lead_reader(fields)

    def read_record(record: Record | RawLead) -> Lead:
        if not isinstance(record, Record):
            return read(as_record(record), None)
        raw, row = record.raw, record.row
        if record.complaint is not None:
            issue = Issue("", shortened(raw), record.complaint)
            return Lead(None, {}, (issue,), row, record.complaint, own_key(raw, row))
        lead = read(raw, row)
        return attrs.evolve(lead, issues=lead.issues + record.issues) if record.issues else lead

    return read_record


def lead_reader(fields: Mapping[str, Field]) -> LeadReader:
    """Return what reads records by these fields.

    Where each stands is found by what its columns are called (see `dsl.headers`); other
    keys are ignored. What the lead lacks and a table has for it is looked up.
    """
    headers = Headers(fields)
    slots = _slots(fields)
    tables = looked_up_fields(fields)
    required = tuple(name for name, field in fields.items() if field.required)
    identifier = id_field(fields)
    id_name = "" if identifier is None else identifier.name
    read_id = id_reader(fields)

    def read(record: object, row: int | None = None) -> Lead:
        if not isinstance(record, Mapping):
            complaint = f"not a record: {kind_of(record)}"
            issue = Issue("", shortened(record), complaint)
            return Lead(None, {}, (issue,), row, complaint, own_key(record, row))
        raws: dict[str, object] = {}
        issues: list[Issue] = []
        named = cast("Mapping[str, object]", record)
        binding = headers.binding(tuple(named))
        for name, column in binding.plain:
            raws[name] = named[column]
        for bound in binding.several:
            raws[bound.field], others = _chosen(fields, bound, named, raws)
            issues.extend(others)
        for name, among in binding.unclear.items():
            if any(named[column] not in _EMPTY for column in among):
                issues.append(Issue(name, "", f"may be in {' or '.join(among)}, so in none"))
        values = _values(slots, tables, raws, issues)
        lacking = [name for name in required if name not in values]
        id_ = read_id(raws.get(id_name), values.get(id_name))
        told = {issue.field for issue in issues} if lacking else ()
        issues += (Issue(name, "", LACKING) for name in lacking if name not in told)
        unfit = ", ".join(f"no {name}" for name in lacking) or None
        told_by = "" if id_ is not None else own_key(named, row)
        return Lead(id_, values, tuple(issues), row, unfit, told_by)

    return read


def _slots(fields: Mapping[str, Field]) -> tuple[_Slot, ...]:
    """Return the fields in the order of reading.

    Subdivisions after their countries, and after both what is read in these.
    """
    slots: list[_Slot] = []
    for name, field in fields.items():
        implies = isinstance(field.type, Subdivision)
        slots.append(_Slot(name, reader(field), country_field(field.type) or "", implies))
    return tuple(sorted(slots, key=lambda slot: (bool(slot.country), not slot.implies)))


def _values(
    slots: tuple[_Slot, ...],
    tables: tuple[Field, ...],
    raws: Mapping[str, object],
    issues: list[Issue],
) -> dict[str, Value]:
    """Return the values that can be read or looked up, and add to `issues` what can't be read."""
    values: dict[str, Value] = {}
    if not tables:
        _read(slots, raws, values, issues)
        return values
    # The lead's own country is in its subdivision, too, so a table is asked for it after
    # that; but a subdivision without its country's code is read by what the table says.
    later = tuple(slot for slot in slots if slot.country)
    _read(tuple(slot for slot in slots if not slot.country), raws, values, issues)
    _read(later, raws, values, [])
    look_up(tables, values)
    _read(later, raws, values, issues)
    look_up(tables, values)
    return values


def _read(
    slots: tuple[_Slot, ...],
    raws: Mapping[str, object],
    values: dict[str, Value],
    issues: list[Issue],
) -> None:
    for slot in slots:
        raw = raws.get(slot.name)
        if raw is None:
            continue
        country = values.get(slot.country)
        value = slot.read(raw, cast("str | None", country))
        if value is MISSING:
            continue
        if isinstance(value, Unread):
            issues.append(Issue(slot.name, shortened(raw), value.reason))
            if value.kept is None:
                continue
            value = value.kept
        values[slot.name] = value
        if (
            slot.implies and slot.country and country is None
        ):  # only a full code reads without a country
            values[slot.country] = cast("str", value)[:2]


@attrs.frozen
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
    country = None
    if isinstance(field.type, Subdivision) and field.type.country:
        beside = reader(fields[field.type.country])(raws.get(field.type.country), None)
        country = beside if isinstance(beside, str) else None
    present: list[_Present] = []
    for column, place, raw in _raws(bound, record):
        meant = read(raw, country)
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


def fingerprint(lead: Lead) -> str:
    """Return a key of what the lead says: the same for equal values, in any order or file.

    A lead without values is told from others by what arrived instead.
    """
    content: object = {name: jsonable(value) for name, value in lead.values.items()}
    if not content:
        content = [[issue.field, issue.raw] for issue in lead.issues]
    return sha256(_CANONICAL.encode(content).encode()).hexdigest()


def shortened(raw: object) -> str:
    r"""Return a raw value as a text of at most 80 printable characters.

    >>> shortened("two\nlines"), shortened({"a": 1}), shortened(b"L-1")
    ('two lines', 'an object', "b'L-1'")
    """
    match built_in(raw):
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
