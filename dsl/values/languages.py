"""Languages: ISO 639-1 where there is a code, else ISO 639-3; by code, name or locale tag."""

from collections.abc import Mapping
from functools import lru_cache

from turnout.dsl.values.iso import rows
from turnout.dsl.values.reading import Reading, Unread
from turnout.dsl.values.texts import loose_key, nearest

# What ISO's English names lack: names in the language itself, and everyday English ones.
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


@lru_cache(maxsize=4096)
def language(text: str, _country: str | None = None) -> Reading:
    """Read a language's code, name or locale tag (`pt_BR` is Portuguese)."""
    codes = _codes()
    lower = text.lower()
    if code := codes.get(lower):
        return code
    if code := _names().get(loose_key(text)):
        return code
    tag, mark, _ = lower.replace("_", "-").partition("-")
    if mark and (code := codes.get(tag)):
        return code
    return Unread(f"not a language{nearest(text, _common_names())}")


@lru_cache(maxsize=1)
def _codes() -> Mapping[str, str]:
    codes: dict[str, str] = {}
    for entry in rows("languages"):
        code = _code(entry)
        for spelling in (code, entry["alpha_3"], entry.get("bibliographic", code)):
            codes[spelling] = code
    return codes


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    names = {loose_key(name): code for code, of in _NAMES.items() for name in of.split(",")}
    # Languages with a two-letter code come first: their names are the ones that are meant.
    for entry in sorted(rows("languages"), key=lambda entry: "alpha_2" not in entry):
        plain = entry["name"].partition(" (")[0]
        for name in (entry["name"], plain, entry.get("inverted_name", plain)):
            names.setdefault(loose_key(name), _code(entry))
    return names


@lru_cache(maxsize=1)
def _common_names() -> tuple[str, ...]:
    return tuple(entry["name"] for entry in rows("languages") if "alpha_2" in entry)


def _code(entry: Mapping[str, str]) -> str:
    return entry.get("alpha_2") or entry["alpha_3"]
