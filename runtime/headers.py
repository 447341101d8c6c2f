"""Which field a column's name means: without regard to case, blanks, hyphens, underscores."""

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from unicodedata import normalize

_OVERLOOKED = re.compile(r"[\s\-_\ufeff]+")


@lru_cache(maxsize=4096)
def column_key(name: str) -> str:
    """Return what of a column's name counts.

    >>> column_key("Postal Code") == column_key("postal_code")
    True
    """
    return _OVERLOOKED.sub("", normalize("NFKC", name).casefold())


def fields_by_key(fields: Iterable[str]) -> Mapping[str, str]:
    """Return the field for each key; of two fields with one key, the first declared."""
    by_key: dict[str, str] = {}
    for field in fields:
        by_key.setdefault(column_key(field), field)
    return by_key


def field_of(column: str, fields: Mapping[str, object], by_key: Mapping[str, str]) -> str | None:
    """Return the field that `column` means, None if it means none; its exact name comes first."""
    return column if column in fields else by_key.get(column_key(column))


def absent_fields(
    fields: Mapping[str, object], columns: Collection[str], looked_up: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    """Return the fields that no column means, each with a column that may be meant, or "".

    looked_up: fields that a table can have; leads need no column for them.

    >>> absent_fields({"source": 1, "id": 1}, ["Id", "LeadSource"])
    (('source', 'LeadSource'),)
    """
    by_key = fields_by_key(fields)
    meant = {field_of(column, fields, by_key) for column in columns}
    free = {column_key(c): c for c in sorted(columns) if field_of(c, fields, by_key) is None}
    absent = (name for name in fields if name not in meant and name not in looked_up)
    return tuple((name, _nearest(column_key(name), free)) for name in absent)


def _nearest(key: str, columns: Mapping[str, str]) -> str:
    around = [other for other in columns if key in other or other in key]
    close = get_close_matches(key, around or columns, n=1, cutoff=0.4 if around else 0.7)
    return columns[close[0]] if close else ""
