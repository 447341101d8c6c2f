"""From raw records to leads: normalised values, and what was wrong with the rest.

No record is ever dropped. What isn't a record, or lacks a required field, becomes a lead
with a complaint, and the route's own fallback takes it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import TypeAlias, cast

import attrs

from turnout.compiler.meaning.identity import keys
from turnout.dsl.lookups import LookupRow
from turnout.dsl.policy import Identity
from turnout.dsl.types import Field, Values, id_field
from turnout.dsl.values.built_ins import kind_of
from turnout.dsl.values.canonical import canonical
from turnout.dsl.values.raw_leads import RawValues, shortened, values_reader
from turnout.dsl.values.reading import Issue
from turnout.frozen import attribute, frozen
from turnout.runtime.keys import id_reader, own_key
from turnout.runtime.records import RawLead, Record, as_record

LACKING = "required, and missing"
"""The reason of the issue where a required field is missing."""

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


FoundBy: TypeAlias = tuple[tuple[str, timedelta], ...]
"""Keys that a lead is remembered under, each with its period."""


@frozen
class Lead:
    """One lead as the policy sees it.

    id: what the field that is the id says, see `keys`; None where the schema has no such
    field or the lead lacks it.
    values: by field name, missing ones absent.
    row: where it stands in its file, from 1; None outside a file.
    complaint: why only the fallback can take it, such as "no email"; None where it is fit.
    looked_up: the rows of tables by which values were found, where nearness counts.
    own_key: what it is known by without an id, "" where it has one.
    """

    id: str | None
    values: Values
    issues: tuple[Issue, ...] = ()
    row: int | None = None
    complaint: str | None = None
    looked_up: tuple[LookupRow, ...] = attribute(default=(), eq=False)
    own_key: str = attribute(default="", eq=False)
    _print: list[str] = attribute(factory=list[str], init=False, eq=False, repr=False)
    _found_by: list[FoundBy] = attribute(factory=list[FoundBy], init=False, eq=False, repr=False)

    @property
    def key(self) -> str:
        """What the lead is known by: its id, or else what tells it from all others."""
        return self.own_key if self.id is None else self.id

    @property
    def fingerprint(self) -> str:
        """A key of what the lead says: the same for equal values, in any order or file.

        A lead without values is told from others by what arrived instead. It is worked out once;
        not by `cached_property`, whose lock takes a third of the time before Python 3.12.
        """
        if not self._print:
            said = canonical(self.values)
            if not self.values:
                said = _CANONICAL.encode([[issue.field, issue.raw] for issue in self.issues])
            self._print.append(sha256(said.encode("ascii")).hexdigest())
        return self._print[0]

    def found_by(self, identities: tuple[Identity, ...]) -> FoundBy:
        """Return the keys that it is remembered under, each with its period; see `identity`.

        They are worked out once: of one run all who ask have the same identities.
        """
        if not identities:
            return ()
        if not self._found_by:
            self._found_by.append(keys(identities, self.values))
        return self._found_by[0]


LeadReader: TypeAlias = Callable[[object, int | None], Lead]
"""Reads one raw record as a lead; the second argument is its row. Never raises for JSON."""


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
            key = own_key(raw, row, record.digest)
            return Lead(None, {}, (issue,), row, record.complaint, own_key=key)
        lead = read(raw, row)
        return attrs.evolve(lead, issues=lead.issues + record.issues) if record.issues else lead

    return read_record


def lead_reader(fields: Mapping[str, Field]) -> LeadReader:
    """Return what reads records by these fields.

    Where each stands is found by what its columns are called (see `dsl.headers`); other
    keys are ignored. What the lead lacks and a table has for it is looked up.
    """
    read_values = fitness_reader(fields)
    identifier = id_field(fields)
    id_name = "" if identifier is None else identifier.name
    read_id = id_reader(fields)

    def read(record: object, row: int | None = None) -> Lead:
        if type(record) is not dict and not isinstance(record, Mapping):
            complaint = f"not a record: {kind_of(record)}"
            issue = Issue("", shortened(record), complaint)
            return Lead(None, {}, (issue,), row, complaint, own_key=own_key(record, row))
        named = cast("Mapping[str, object]", record)
        told, issues, unfit = read_values(named)
        values = told.values
        id_ = read_id(told.raw(id_name), values.get(id_name))
        told_by = "" if id_ is not None else own_key(named, row)
        return Lead(id_, values, issues, row, unfit, told.looked_up, told_by)

    return read


FitnessReader: TypeAlias = Callable[
    [Mapping[str, object]], tuple[RawValues, tuple[Issue, ...], str | None]
]
"""Reads the values of a raw lead, all its issues, and its complaint."""


def fitness_reader(fields: Mapping[str, Field]) -> FitnessReader:
    """Return what reads whether a raw lead is fit, whoever it is."""
    read_values = values_reader(fields)
    required = tuple(name for name, field in fields.items() if field.required)

    def read(named: Mapping[str, object]) -> tuple[RawValues, tuple[Issue, ...], str | None]:
        told = read_values(named)
        for name in required:
            if name not in told.values:
                break
        else:
            return told, told.issues, None
        lacking = [name for name in required if name not in told.values]
        noted = {issue.field for issue in told.issues}
        more = (Issue(name, "", LACKING) for name in lacking if name not in noted)
        return told, (*told.issues, *more), ", ".join(f"no {name}" for name in lacking)

    return read
