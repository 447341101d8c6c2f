"""What a lead is known by: its id, or else all that it says and where it stands.

An id is what the lead itself says in the field that the schema declares as the id. A lead
without one is nobody but itself: its key is a hash of the whole raw record, whatever the
schema reads of it, and of its row where it comes from a file. So two rows are never taken
for one lead, whatever they have in common, while a file that is routed again has the same
keys as before. Two leads without an id are one only where they are equal to the last
character and both arrive alone, or stand in the same row of two files.
"""

import json
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TypeAlias, cast
from unicodedata import normalize

from turnout.compiler.meaning.identity import is_filled_in, stands_for_nothing
from turnout.dsl.types import Code, Email, Field, FieldType, Phone, Text, Value, id_field
from turnout.dsl.values.built_ins import built_in
from turnout.dsl.values.exports import unguarded
from turnout.dsl.values.literals import jsonable
from turnout.dsl.values.readers import reader
from turnout.dsl.values.reading import MISSING, Unread
from turnout.dsl.values.texts import cleaned, compatible

NO_ID = "no id: taken for a lead of its own"
"""The reason of the issue that a lead without an id has."""

SAME_ROW = "no id: taken for the equal lead that was routed before"
"""The reason where a lead without an id is answered with the decision of an earlier one."""

UNIDENTIFIED = "content:"
"""How the key of a lead without an id begins."""

IdReader: TypeAlias = Callable[[object, Value | None], str | None]
"""Returns the id that a raw value is, None where it is none. The second argument is what was
read of it, None where that isn't known or nothing could be."""

# Nearly every id. What stands for nothing never begins with a letter and ends with a figure.
_PLAIN = re.compile(r"[A-Za-z][0-9A-Za-z_-]*[0-9]|[0-9]+")


def id_reader(fields: Mapping[str, Field]) -> IdReader:
    """Return what reads the ids of leads with these fields.

    A text or code keeps its case (`00Q5e` and `00q5E` are two leads), unlike the value that
    conditions compare; other types give their normalised value. What tells nobody from
    anybody is no id (see `stands_for_nothing`).
    """
    field = id_field(fields)
    if field is None:
        return lambda _raw, _value: None
    read = reader(field)
    kept = _KEEPING_CASE.get(type(field.type))
    is_contact = isinstance(field.type, Email | Phone)
    is_looked_up = bool(field.lookups)  # what a table says of it is many leads'

    def read_id(raw: object, value: Value | None) -> str | None:
        if type(raw) is not str:
            raw = built_in(raw)  # a UUID is the same lead as its text
        if value is None or is_looked_up:
            found = read(raw, None)
            if found is MISSING or isinstance(found, Unread):
                return None
            value = found
        if isinstance(value, str):
            if not _PLAIN.fullmatch(value) and stands_for_nothing(value):
                return None
            if is_contact and is_filled_in(value):  # a number of a table may well be 11111
                return None
            if value[:2] == "00" and not value.strip("0"):
                return None
            return kept(value, raw) if kept is not None and isinstance(raw, str) else value
        stored = jsonable(value)
        return stored if isinstance(stored, str) else json.dumps(stored, ensure_ascii=False)

    return read_id


def _text_as_written(value: str, raw: str) -> str:
    if raw == value:
        return raw
    return normalize("NFC", unguarded(cleaned(raw) or ""))


def _code_as_written(value: str, raw: str) -> str:
    """Return the code with the case that it has in `raw`; the value where it isn't there."""
    written = "".join(compatible(cleaned(raw) or "").split())
    at = written.upper().find(value)
    is_same_length = len(written.upper()) == len(written)
    return written[at : at + len(value)] if at >= 0 and is_same_length else value


_KEEPING_CASE: Mapping[type[FieldType], Callable[[str, str], str]] = {
    Text: _text_as_written,
    Code: _code_as_written,
}


def own_key(raw: object, row: int | None, digest: str = "") -> str:
    """Return the key of a lead without an id.

    digest: of the whole of a row of which `raw` is only the beginning.
    """
    said = _canonical(raw)
    return UNIDENTIFIED + sha256(f"{row or ''}\n{digest}\n{said}".encode()).hexdigest()


def _canonical(raw: object) -> str:
    """Return a text that is the same for equal raw records, whatever the order of their keys.

    What JSON has no form for counts by its type and what it prints.
    """
    if isinstance(raw, Mapping):
        record = cast("Mapping[object, object]", raw)
        if not all(type(key) is str for key in record):  # JSON would take the key 1 for "1"
            return repr(sorted((_printed(key), _printed(value)) for key, value in record.items()))
        raw = dict(record)
    try:
        return _CANONICAL.encode(raw)
    except (TypeError, ValueError, RecursionError):
        return _printed(raw)


def _told_apart(raw: object) -> object:
    """Return a form for what JSON has none for; a set's elements in an order of their own."""
    if isinstance(raw, set | frozenset):
        elements = cast("frozenset[object]", raw)
        return {"\0": type(elements).__qualname__, "of": sorted(map(_canonical, elements))}
    return {"\0": _printed(raw)}


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_told_apart)


def _printed(raw: object) -> str:
    try:
        return ascii([type(raw).__qualname__, repr(raw)])
    except Exception:  # noqa: BLE001 - a stranger's __repr__ may raise anything
        return f"{type(raw).__qualname__} {id(raw)}"
