"""What raw texts are looked up in: seeds that the readers of fields fill themselves.

A row says what a text comes to, or that nothing does. Each was read by the field's own reader,
so that a text that is found is read as it is anywhere.

small: the text in small letters, see `small_text`. loose: letters alone, of a text that has
nothing but these and blanks. exact: as it stands.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from string import ascii_lowercase

from turnout.dsl import types
from turnout.dsl.types import Field
from turnout.dsl.values import languages, places
from turnout.dsl.values.name_tables import NameTable
from turnout.dsl.values.picklists import picklist_key
from turnout.dsl.values.readers import reader
from turnout.warehouse.raw_texts import coarse_text, small_text

Row = tuple[str, str, str | None]
"""A form, a key and the value that it is read as, None where it can't be read."""

COLUMNS, TYPES = ("form", "key", "value"), ("TEXT", "TEXT", "TEXT")

_DASHES = ("-", "\u2013", " - ", " \u2013 ")
_AROUND = ("=", "'", '"', " ")
_ARTICLE = "the"
_ENOUGH = 4  # letters of a name that may be written together


def list_rows(values: Iterable[str]) -> tuple[Row, ...]:
    """Return the rows of a closed list.

    told: letters alone whose value, or whose being several values, is sure; hidden: letters and
    digits that may be some value, if its signs are.
    """
    own = tuple(values)
    read = reader(Field("x", types.OneOf(own)))
    rows: dict[tuple[str, str], str | None] = {("exact", value): value for value in own}
    for value in own:
        for dash in _DASHES:
            for key in _spelt(value.replace("-", dash)):
                if picklist_key(key) == picklist_key(value):
                    rows["small", key] = _text(read(key, None))
        letters = picklist_key(value)
        if _is_letters(letters):
            rows["told", letters] = _text(read(letters, None))
        rows["hidden", coarse_text(letters)] = None
    return tuple((form, key, value) for (form, key), value in rows.items())


@cache
def country_rows() -> tuple[Row, ...]:
    """Return the rows of countries."""
    return _named(Field("x", types.Country()), places.country_codes(), places.country_table())


@cache
def language_rows() -> tuple[Row, ...]:
    """Return the rows of languages that have a code of two letters; the others are too many."""
    codes = languages.language_codes()
    rows = _named(Field("x", types.Language()), codes, languages.language_table())
    return tuple(row for row in rows if row[0] == "small" and row[2] and len(row[2]) == 2)


@cache
def subdivision_rows(within: str | None) -> tuple[Row, ...]:
    """Return the rows of subdivisions, each key behind its country and a colon.

    within: the country of all leads; else those of every country, and full codes behind no
    country.
    """
    known = sorted(places.subdivision_codes())
    countries = sorted({code[:2] for code in known}) if within is None else [within]
    field = Field("x", types.Subdivision("country" if within is None else None, within))
    found: list[Row] = []
    for country in countries:
        codes = [code for code in known if code.startswith(f"{country}-")]
        short = {each: each for code in codes for each in (code, code[3:])}
        rows = _named(field, short, places.subdivision_table(country), country)
        found += [(form, f"{country}:{key}", value) for form, key, value in rows]
        if within is None:
            found += [("small", f":{small_text(code)}", code) for code in codes]
    return tuple(found)


def people_rows(people: Mapping[str, str]) -> tuple[Row, ...]:
    """Return the rows of people, by the normal forms of their names."""
    return tuple(("normal", spelling, name) for spelling, name in sorted(people.items()))


def _named(
    field: Field, codes: Iterable[str], table: NameTable, country: str | None = None
) -> tuple[Row, ...]:
    read = reader(field)
    rows: dict[tuple[str, str], str | None] = {}
    for name in (*codes, *table.written):
        for key in _spelt(name):
            rows["small", key] = _text(read(key, country))
    for letters, meant in table.loose.items():
        if _is_letters(letters) and not letters.startswith(_ARTICLE):
            value = next(iter(meant)) if len(meant) == 1 else None
            rows["loose", letters] = value
            if len(letters) >= _ENOUGH:
                rows["loose", _ARTICLE + letters] = value
    return tuple((form, key, value) for (form, key), value in rows.items())


def _spelt(name: str) -> Iterator[str]:
    """Yield the keys of a name as it stands, in capitals and with capitals in front."""
    for way in dict.fromkeys((name, name.upper(), name.title(), name.capitalize())):
        key = small_text(way)
        if key and key[0] not in _AROUND and key == key.strip() and "  " not in key:
            yield key


def _is_letters(key: str) -> bool:
    return bool(key) and set(key) <= set(ascii_lowercase)


def _text(read: object) -> str | None:
    return read if isinstance(read, str) else None
