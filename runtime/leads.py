"""From raw records to leads: normalised values, and what was wrong with the rest.

No record is ever dropped. What isn't a record, or lacks a required field, becomes a lead
with a complaint, and the route's own fallback takes it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import TypeAlias, cast

import attrs

from turnout.dsl.lookups import look_up, looked_up_fields
from turnout.dsl.types import Field, Subdivision, Value, Values, id_field
from turnout.dsl.values.literals import jsonable
from turnout.dsl.values.readers import kind_of, reader
from turnout.dsl.values.reading import MISSING, Reader, Unread
from turnout.runtime.decisions import Issue
from turnout.runtime.headers import field_of, fields_by_key
from turnout.runtime.keys import id_reader, own_key
from turnout.runtime.records import Record

_SHOWN = 80
_REMEMBERED = 10_000
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
    """One field with its reader; `country` is the field it is read together with, or ""."""

    name: str
    read: Reader
    country: str


def leads(records: Iterable[Record], fields: Mapping[str, Field]) -> Iterator[Lead]:
    """Yield one lead per record, in order; a broken record is a lead with its complaint."""
    read = lead_reader(fields)
    for record in records:
        if record.complaint is not None:
            issue = Issue("", shortened(record.raw), record.complaint)
            yield Lead(
                None, {}, (issue,), record.row, record.complaint, own_key(record.raw, record.row)
            )
            continue
        lead = read(record.raw, record.row)
        yield attrs.evolve(lead, issues=lead.issues + record.issues) if record.issues else lead


def lead_reader(fields: Mapping[str, Field]) -> LeadReader:
    """Return what reads records by these fields.

    Keys match fields without regard to case, blanks, hyphens and underscores; other keys
    are ignored. A key that is the field's exact name comes before others. What the lead
    lacks and a table has for it is looked up.
    """
    by_key = fields_by_key(fields)
    slots = _slots(fields)
    tables = looked_up_fields(fields)
    required = tuple(name for name, field in fields.items() if field.required)
    identifier = id_field(fields)
    id_name = "" if identifier is None else identifier.name
    read_id = id_reader(fields)
    columns: dict[object, str | None] = {}

    def meaning(column: object) -> str | None:
        """Return the field of a column not met before, and remember a bounded number."""
        field = field_of(column, fields, by_key) if isinstance(column, str) else None
        if len(columns) < _REMEMBERED:
            columns[column] = field
        return field

    def read(record: object, row: int | None = None) -> Lead:
        if not isinstance(record, Mapping):
            complaint = f"not a record: {kind_of(record)}"
            issue = Issue("", shortened(record), complaint)
            return Lead(None, {}, (issue,), row, complaint, own_key(record, row))
        raws: dict[str, object] = {}
        doubled: set[str] = set()
        pairs = cast("Mapping[object, object]", record).items()
        for column, raw in pairs:
            name = columns[column] if column in columns else meaning(column)
            if name is None:
                continue
            if name in raws:
                doubled.add(name)
            else:
                raws[name] = raw
        issues: list[Issue] = []
        for name in sorted(doubled):
            named = [(str(column), raw) for column, raw in pairs if meaning(column) == name]
            raws[name], others = _chosen(fields[name], named)
            issues.extend(others)
        values = _values(slots, tables, raws, issues)
        lacking = [name for name in required if name not in values]
        id_ = read_id(raws.get(id_name), values.get(id_name))
        told = {issue.field for issue in issues} if lacking else ()
        issues += (Issue(name, "", LACKING) for name in lacking if name not in told)
        unfit = ", ".join(f"no {name}" for name in lacking) or None
        told_by = "" if id_ is not None else own_key(record, row)
        return Lead(id_, values, tuple(issues), row, unfit, told_by)

    return read


def _slots(fields: Mapping[str, Field]) -> tuple[_Slot, ...]:
    """Return the fields in the order of reading: subdivisions last, after their countries."""
    slots: list[_Slot] = []
    for name, field in fields.items():
        country = field.type.country if isinstance(field.type, Subdivision) else None
        slots.append(_Slot(name, reader(field), country or ""))
    return tuple(sorted(slots, key=lambda slot: bool(slot.country)))


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
        if slot.country and country is None:  # only a full code reads without a country
            values[slot.country] = cast("str", value)[:2]


def _chosen(field: Field, named: list[tuple[str, object]]) -> tuple[object, list[Issue]]:
    """Return the value that counts of several columns, and an issue for each that differs.

    The first that can be read counts, the column with the field's exact name before
    others; where none can be read, the first that isn't missing.
    """
    read = reader(field)
    named.sort(key=lambda pair: pair[0] != field.name)
    present = [(column, raw, read(raw, None)) for column, raw in named]
    present = [found for found in present if found[2] is not MISSING]
    if not present:
        return None, []
    readable = (found for found in present if not isinstance(found[2], Unread))
    used, chosen, meant = next(readable, present[0])
    issues = [
        Issue(field.name, shortened(raw), f"a second value, in {column}; the one in {used} counts")
        for column, raw, value in present
        if column != used and (value != meant or isinstance(value, Unread))
    ]
    return chosen, issues


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

    >>> shortened("two\nlines"), shortened({"a": 1})
    ('two lines', 'an object')
    """
    if isinstance(raw, str):
        text = raw[: _SHOWN + 1].strip()
    elif isinstance(raw, bool):
        text = "true" if raw else "false"
    elif isinstance(raw, float) or (isinstance(raw, int) and abs(raw) < 10**_SHOWN):
        text = str(raw)
    else:
        text = "" if raw is None else kind_of(raw)
    shown = "".join(character if character.isprintable() else " " for character in text)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
