"""Languages: ISO 639-1 where there is a code, else ISO 639-3; by code, name or locale tag.

Names in use come before ISO's own: "mongol" is Mongolian, not the language of that name in
New Guinea. Where a cell names several languages, the first counts, and an issue says so.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from turnout.dsl.values.iso import rows
from turnout.dsl.values.name_tables import NameTable, cldr, parts, row_of_codes
from turnout.dsl.values.places import country, country_codes
from turnout.dsl.values.reading import Reading, Unread
from turnout.dsl.values.texts import loose_key, nearest

# What ISO and CLDR lack, or give to a language that fewer people mean by it.
_NAMES = {
    "ar": "العربية",
    "bg": "български",
    "ca": "català",
    "cs": "čeština,česky",
    "da": "dansk",
    "de": "Deutsch,allemand,Alemán",
    "el": "Greek,ελληνικά",
    "en": "Englisch,anglais,inglés",
    "es": "español,castellano,Castilian,espagnol,Spanisch",
    "et": "eesti",
    "fa": "Farsi,فارسی",
    "fi": "suomi",
    "fr": "français,Französisch,francés",
    "ga": "Gaeilge",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "hrvatski",
    "hu": "magyar",
    "id": "Bahasa Indonesia",
    "is": "íslenska",
    "it": "italiano,Italienisch,italien",
    "ja": "日本語,にほんご",
    "ko": "한국어",
    "lt": "lietuvių",
    "lv": "latviešu",
    "ms": "Malay,Bahasa Melayu",
    "nb": "bokmål",
    "ne": "Nepali",
    "nl": "Nederlands,Flemish,Niederländisch",
    "nn": "nynorsk",
    "no": "norsk",
    "oc": "Occitan",
    "pa": "Punjabi",
    "pl": "polski",
    "pt": "português,Portugiesisch,portugais",
    "ro": "română",
    "ru": "русский",
    "sk": "slovenčina,slovensky",
    "sl": "slovenščina",
    "sr": "српски,srpski",
    "sv": "svenska",
    "sw": "Swahili,Kiswahili",
    "th": "ไทย",
    "tr": "Türkçe",
    "uk": "українська",
    "vi": "tiếng Việt",
    "zh": "中文,汉语,漢語,Mandarin",
}
# What ISO 639 has for texts of no language or of several.
_NO_LANGUAGES = frozenset({"mis", "mul", "und", "zxx"})
# What Java's locales say to this day.
_FORMER_CODES = {"in": "id", "iw": "he", "ji": "yi"}
_REGIONS = frozenset("latinamerica latam european international world global northamerica".split())
# Scripts in locale tags: ISO 15924's that a website is written in.
_SCRIPTS = frozenset(
    "arab armn beng cyrl deva ethi geor grek gujr guru hans hant hebr jpan khmr knda kore laoo"
    " latn mlym mymr orya sinh taml telu thaa thai tibt".split()
)
_SCRIPT_NAMES = frozenset(
    "simplified traditional latin cyrillic arabic vereinfacht traditionell".split()
)
_TAG = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|[0-9]{3}))?(?:\.[a-z0-9-]+)?(?:@[a-z]+)?"
)
_WEIGHT = re.compile(r"q\s*=\s*[01](?:\.[0-9]+)?", re.IGNORECASE)


@lru_cache(maxsize=4096)
def language(text: str, _country: str | None = None) -> Reading:
    """Read a language's code, name or locale tag (`pt_BR` is Portuguese).

    >>> language("en-US"), language("Englisch"), language("English (United States)")
    ('en', 'en', 'en')
    >>> language("en, de")
    Unread(reason='several languages, the first counts: en, de', kept='en')
    """
    if code := _meant(text):
        return code
    pieces = row_of_codes(text, _is_code) or parts(text)
    first, *others = [part for part in pieces if not _WEIGHT.fullmatch(part)] or [""]
    found = [_meant(first), *(_meant(part) for part in others if not _is_variant(part, first))]
    if not others or not all(found):
        return Unread(f"not a language{nearest(text, _common_names())}")
    several = [code for code in dict.fromkeys(found) if code]
    if len(several) == 1:
        return several[0]
    return Unread(f"several languages, the first counts: {', '.join(several)}", several[0])


def _meant(text: str) -> str | None:
    """Return the language of a code, a name or a tag."""
    lower = text.lower()
    if code := language_codes().get(lower):
        return code
    match sorted(language_table().meant(text, _is_code)):
        case [code]:
            return code
        case _:
            pass
    if not (found := _TAG.fullmatch(lower)):
        return None
    tag, script, region = found.groups()
    is_known = script is None or script in _SCRIPTS
    is_somewhere = region is None or region.isdigit() or region.upper() in country_codes()
    return language_codes().get(tag) if is_known and is_somewhere else None


def _is_code(piece: str) -> bool:
    return piece.lower() in language_codes()


def _is_variant(part: str, first: str) -> bool:
    """Return whether what stands beside a language says where or how it is written.

    `CA` beside `fr` is Canada; beside `FR` it is Catalan, as `ca` is.
    """
    if part.isupper() and part in country_codes():
        return part.lower() not in language_codes() or not first.isupper()
    return loose_key(part) in _SCRIPT_NAMES | _REGIONS or (
        len(part) > 3 and isinstance(country(part), str)
    )


@cache
def language_codes() -> Mapping[str, str]:
    """Return the language's code by every code of it, in small letters."""
    codes: dict[str, str] = dict(_FORMER_CODES)
    for entry in rows("languages"):
        alpha_3 = entry["alpha_3"]
        code = entry.get("alpha_2", alpha_3)
        if code not in _NO_LANGUAGES:
            codes[code] = codes[alpha_3] = codes[entry.get("bibliographic", code)] = code
    return codes


@cache
def language_table() -> NameTable:
    """Return the names of languages."""
    everyday = [(name, code) for code, of in _NAMES.items() for name in of.split(",")]
    everyday += [(name, code) for code, known in cldr("languages").items() for name in known]
    # Languages with a two-letter code come first: their names are the ones that are meant.
    common = [entry for entry in rows("languages") if "alpha_2" in entry]
    rare = [
        entry
        for entry in rows("languages")
        if "alpha_2" not in entry and entry["alpha_3"] not in _NO_LANGUAGES
    ]
    others = (lambda: _official(common), lambda: _official(rare))
    return NameTable(tuple(everyday), others)


def _official(entries: list[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Return ISO's names, "Greek" for "Greek, Modern (1453-)", too."""
    pairs: list[tuple[str, str]] = []
    for entry in entries:
        plain = entry["name"].partition(" (")[0]
        spellings = (entry["name"], plain, entry.get("inverted_name", plain))
        pairs.extend((name, _code(entry)) for name in dict.fromkeys(spellings))
    return pairs


@cache
def _common_names() -> tuple[str, ...]:
    return tuple(entry["name"] for entry in rows("languages") if "alpha_2" in entry)


def _code(entry: Mapping[str, str]) -> str:
    return entry.get("alpha_2") or entry["alpha_3"]
