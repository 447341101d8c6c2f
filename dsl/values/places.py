"""Countries (ISO 3166-1) and their subdivisions (ISO 3166-2), by code or by name.

A code counts as it stands, case apart: "N/A" is not Namibia. Names come from ISO, CLDR and
the table of everyday ones beside this module. A name that belongs to two codes is refused,
never guessed; a name and its code in one cell are read where they say the same.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from unicodedata import normalize

from turnout.dsl.values.iso import rows
from turnout.dsl.values.name_tables import NameTable, cldr, parts, row_of_codes
from turnout.dsl.values.place_names import CODES, COUNTRIES, SUBDIVISIONS
from turnout.dsl.values.reading import FromText, Reading, Unread
from turnout.dsl.values.texts import nearest

_FULL_CODE = re.compile(r"([A-Za-z]{2}) ?[-_ ] ?([A-Za-z0-9]{1,3})")
_BRACKETED = re.compile(r"[\[(].*?[\])]?$")
_THE = re.compile(r"\s*\(the\)", re.IGNORECASE)
_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@lru_cache(maxsize=4096)
def country(text: str, _country: str | None = None) -> Reading:
    """Read a country's code or name as its alpha-2 code.

    >>> country("Bahamas, The"), country("Germany (DE)"), country("N/A")
    ('BS', 'DE', Unread(reason='not a country', kept=None))
    """
    if not text.isascii():
        text = _FLAG.sub(_letters_of_flag, text).strip(" ,")
    text = _THE.sub("", text) or text
    if found := _countries_meant(text):
        return _one(found)
    pieces = row_of_codes(text, _is_country_code) or parts(text)
    each = [_countries_meant(part) for part in pieces]
    if len(each) < 2 or not all(each):
        return Unread(f"not a country{nearest(text, _country_names())}")
    if common := frozenset[str]().union(*each).intersection(*each):
        return _one(common)
    return Unread(f"several countries: {', '.join(sorted(frozenset[str]().union(*each)))}")


def is_alpha_2(code: str) -> bool:
    """Return whether `code` is a country's of ISO 3166-1, as values are: two capitals."""
    return country_codes().get(code) == code


def within(country: str) -> FromText:
    """Return the reader of subdivisions of one country."""
    return lambda text, _country: subdivision(text, country)


@lru_cache(maxsize=4096)
def subdivision(text: str, country: str | None = None) -> Reading:
    """Read a subdivision's full code, or its short code or name within `country`."""
    if found := _FULL_CODE.fullmatch(text):
        code = f"{found[1]}-{found[2]}".upper()
        if code in subdivision_codes():
            of = code[:2]
            if country not in {None, of}:
                return Unread(f"a subdivision of {of}, but country is {country}")
            return code
    if country is None:
        return Unread("no full code such as US-CA, and no country to look in")
    return _within(text, country)


def codes_of(name: str) -> tuple[str, ...]:
    """Return the full codes of the subdivisions that bear a name, of whatever country.

    >>> codes_of("California"), codes_of("Limburg")
    (('US-CA',), ('BE-VLI', 'NL-LI'))
    """
    countries = sorted({code[:2] for code in subdivision_codes()})
    return tuple(code for each in countries for code in sorted(_subdivisions_meant(name, each)))


def _within(text: str, country: str) -> Reading:
    if found := _subdivisions_meant(text, country):
        return _one(found)
    pieces = row_of_codes(text, _is_code_in(country)) or parts(text)
    each = [_subdivisions_meant(part, country) for part in pieces]
    inside = [codes for codes in each if codes]
    # "Texas, USA": the country itself may stand beside it, and nothing else.
    others = [part for part, codes in zip(pieces, each, strict=True) if not codes]
    if (
        len(pieces) < 2
        or not inside
        or any(_countries_meant(o) != frozenset({country}) for o in others)
    ):
        return Unread(f"not a subdivision of {country}{nearest(text, _shown_names(country))}")
    if common := frozenset[str]().union(*inside).intersection(*inside):
        return _one(common)
    return Unread(f"several subdivisions: {', '.join(sorted(frozenset[str]().union(*inside)))}")


def _one(codes: frozenset[str]) -> Reading:
    match sorted(codes):
        case [code]:
            return code
        case several:
            return Unread(f"ambiguous: {' or '.join(several)}")


def _letters_of_flag(found: re.Match[str]) -> str:
    """Return "DE, " for the flag of Germany: two letters of their own in Unicode."""
    return "".join(chr(ord(c) - 0x1F1E6 + ord("A")) for c in found.groups()).join((", ", ", "))


# -- countries --


def _countries_meant(text: str) -> frozenset[str]:
    code = country_codes().get(normalize("NFKC", text).upper())
    return frozenset((code,)) if code else country_table().meant(text, _is_country_code)


def _is_country_code(piece: str) -> bool:
    return piece.upper() in country_codes()


@cache
def country_codes() -> Mapping[str, str]:
    """Return the alpha-2 code by every code of a country, all in capitals."""
    entries = rows("countries")
    codes = {code: alpha_2 for alpha_2, known in CODES.items() for code in known.split(",")}
    codes |= {entry["alpha_3"]: entry["alpha_2"] for entry in entries}
    return codes | {entry["alpha_2"]: entry["alpha_2"] for entry in entries}


@cache
def country_table() -> NameTable:
    """Return the names of countries."""
    everyday = [(name, code) for code, of in COUNTRIES.items() for name in of.split(",")]
    official: list[tuple[str, str]] = []
    for entry in rows("countries"):
        kinds = (kind for kind in ("name", "common_name", "official_name") if kind in entry)
        official.extend((entry[kind], entry["alpha_2"]) for kind in kinds)
    return NameTable((*everyday, *official), (_other_countries,))


def _other_countries() -> Iterator[tuple[str, str]]:
    for code, known in cldr("countries").items():
        for name in known:
            if len(name) > 2 or not name.isascii():  # else taken for a code: "RA", "DU"
                yield name, code


@cache
def _country_names() -> tuple[str, ...]:
    listed = (entry.get("common_name", entry["name"]) for entry in rows("countries"))
    return (*listed, *(name for known in COUNTRIES.values() for name in known.split(",")))


# -- subdivisions --


def _subdivisions_meant(text: str, country: str) -> frozenset[str]:
    full = f"{country}-{normalize('NFKC', text).upper()}"
    if full in subdivision_codes():
        return frozenset((full,))
    return subdivision_table(country).meant(text, _is_code_in(country))


def _is_code_in(country: str) -> Callable[[str], bool]:
    return lambda piece: f"{country}-{piece.upper()}" in subdivision_codes()


@cache
def subdivision_codes() -> frozenset[str]:
    """Return the full code of every subdivision."""
    return frozenset(entry["code"] for entry in rows("subdivisions"))


@cache
def _names_by_country() -> Mapping[str, Mapping[str, str]]:
    """Return the name of each subdivision by country and code."""
    found: dict[str, dict[str, str]] = {}
    for entry in rows("subdivisions"):
        found.setdefault(entry["country_code"], {})[entry["code"]] = entry["name"]
    return found


@lru_cache(maxsize=256)
def subdivision_table(country: str) -> NameTable:
    """Return the names of a country's subdivisions."""
    codes = _names_by_country().get(country, {})
    pairs = [(way, code) for code, name in codes.items() for way in _spellings(name) if way]
    pairs += [
        (name, code)
        for code, known in SUBDIVISIONS.items()
        if code in codes
        for name in known.split(",")
    ]
    return NameTable(tuple(pairs), (lambda: _other_subdivisions(codes),))


def _other_subdivisions(codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    for code in codes:
        yield from ((name, code) for name in cldr("subdivisions").get(code, ()))


def _spellings(name: str) -> Iterator[str]:
    """Yield how a name may be written: "A [B]" as A and as B, ü as ue."""
    head = _BRACKETED.sub("", name).strip()
    inside = name[len(head) :].strip(" []()")
    for spelling in (name, head, inside, *head.split(" / ")):
        yield spelling
        yield spelling.translate(_UMLAUTS)


def _shown_names(country: str) -> Iterator[str]:
    for name in _names_by_country().get(country, {}).values():
        yield _BRACKETED.sub("", name).strip()
