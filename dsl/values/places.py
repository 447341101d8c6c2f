"""Countries (ISO 3166-1) and their subdivisions (ISO 3166-2), by code or by name.

Names come from pycountry, everyday ones from the table beside this module. A name that
belongs to two codes is refused, never guessed.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from turnout.dsl.values.iso import rows
from turnout.dsl.values.place_names import COUNTRIES, SUBDIVISIONS
from turnout.dsl.values.reading import Reading, Unread
from turnout.dsl.values.texts import loose_key, nearest

_FULL_CODE = re.compile(r"([A-Za-z]{2}) ?[-_ ] ?([A-Za-z0-9]{1,3})")
_BRACKETED = re.compile(r"[\[(].*?[\])]?$")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@lru_cache(maxsize=4096)
def country(text: str, _country: str | None = None) -> Reading:
    """Read a country's code or name as its alpha-2 code."""
    codes = _countries()
    if code := codes.get(_country_key(text)):
        return code
    return Unread(f"not a country{nearest(text, _country_names())}")


@lru_cache(maxsize=4096)
def subdivision(text: str, country: str | None = None) -> Reading:
    """Read a subdivision's full code, or its short code or name within `country`."""
    if found := _FULL_CODE.fullmatch(text):
        code = f"{found[1]}-{found[2]}".upper()
        if code in _subdivision_codes():
            of = code[:2]
            if country not in {None, of}:
                return Unread(f"a subdivision of {of}, but country is {country}")
            return code
    if country is None:
        return Unread("no full code such as US-CA, and no country to look in")
    named = _subdivisions(country)
    match sorted(named.get(loose_key(text), ())):
        case [code]:
            return code
        case []:
            return Unread(f"not a subdivision of {country}{nearest(text, _shown_names(country))}")
        case several:
            return Unread(f"ambiguous: {' or '.join(several)}")


def _country_key(text: str) -> str:
    return loose_key(text.replace("&", " and ")).removeprefix("the")


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    codes: dict[str, str] = {}
    for entry in rows("countries"):
        names = [entry[kind] for kind in ("name", "common_name", "official_name") if kind in entry]
        for name in (entry["alpha_2"], entry["alpha_3"], *names, *map(_turned, names)):
            codes.setdefault(_country_key(name), entry["alpha_2"])
    for code, names_of in COUNTRIES.items():
        for name in names_of.split(","):
            codes.setdefault(_country_key(name), code)
    return codes


def _turned(name: str) -> str:
    """Return "Republic of Korea" for "Korea, Republic of"."""
    head, comma, tail = name.partition(", ")
    return f"{tail} {head}" if comma else name


@lru_cache(maxsize=1)
def _country_names() -> tuple[str, ...]:
    listed = (entry.get("common_name", entry["name"]) for entry in rows("countries"))
    return (*listed, *(name for names in COUNTRIES.values() for name in names.split(",")))


@lru_cache(maxsize=1)
def _subdivision_codes() -> frozenset[str]:
    return frozenset(entry["code"] for entry in rows("subdivisions"))


@lru_cache(maxsize=1)
def _names_by_country() -> Mapping[str, Mapping[str, str]]:
    """Return the name of each subdivision by country and code."""
    names: dict[str, dict[str, str]] = {}
    for entry in rows("subdivisions"):
        names.setdefault(entry["country_code"], {})[entry["code"]] = entry["name"]
    return names


@lru_cache(maxsize=256)
def _subdivisions(country: str) -> Mapping[str, frozenset[str]]:
    """Return the codes by key: short codes first, which no name can hide."""
    names = _names_by_country().get(country, {})
    by_key: dict[str, set[str]] = {}
    for code, name in names.items():
        for spelling in _spellings(name):
            by_key.setdefault(loose_key(spelling), set()).add(code)
    for code, known in SUBDIVISIONS.items():
        if code in names:
            for name in known.split(","):
                by_key.setdefault(loose_key(name), set()).add(code)
    by_key.update({loose_key(code[3:]): {code} for code in names})
    by_key.pop("", None)
    return {key: frozenset(codes) for key, codes in by_key.items()}


def _spellings(name: str) -> Iterator[str]:
    """Yield how a name may be written: "A [B]" as A and as B, "Córdoba, X" turned, ü as ue."""
    head = _BRACKETED.sub("", name).strip()
    inside = name[len(head) :].strip(" []()")
    for spelling in (name, head, inside, _turned(head), *head.split(" / ")):
        yield spelling
        yield spelling.translate(_UMLAUTS)


def _shown_names(country: str) -> Iterator[str]:
    for name in _names_by_country().get(country, {}).values():
        yield _BRACKETED.sub("", name).strip()
