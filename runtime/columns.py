"""Which field a column's name means: without regard to case, blanks, hyphens, underscores."""

import re
from collections.abc import Iterable, Mapping
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
