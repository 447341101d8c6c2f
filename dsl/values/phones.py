"""Phone numbers in one form, `+493012345678` (E.164), by the package phonenumbers.

A number without its country's code is read in the lead's country, or in the one that the field
names. A number is read if it can be one (its length fits its country); whether it is in use
isn't known. Extensions don't count: two people behind one number have that number.
"""

import re
from functools import cache, lru_cache
from importlib.util import find_spec

from turnout.dsl.values.exports import is_rounded, whole, without_platform
from turnout.dsl.values.reading import FromText, Reading, Unread
from turnout.dsl.values.texts import compatible

# What stands behind a number and is no part of it; a lone letter only in brackets.
_NOTES = (
    "work|home|mobile|mob|cell|office|main|direct|fax|private|privat|gesch\u00e4ftlich|dienstlich"
    "|b\u00fcro|mobil|handy|zentrale|arbeit|bureau|domicile|portable|whatsapp"
)
_NOTED = re.compile(
    rf"\s*(?:\(\s*(?:[hmwodpf]|{_NOTES})\.?\s*\)|\[\s*(?:{_NOTES})\s*\]"
    rf"|(?<=[0-9\s)])[-,]?\s*(?:{_NOTES})\.?)\Z",
    re.IGNORECASE,
)
# Letters stand for figures in "1-800-FLOWERS"; behind a whole number they are something else.
_LETTERED = re.compile(r"(?:[^0-9A-Z]*[0-9]){7,}[^0-9A-Z]*[A-Z]", re.IGNORECASE)
_LABELLED = re.compile(
    rf"\A(?:tel|telephone|telefon|phone|fon|t|m|{_NOTES})\s*[.:]+\s*", re.IGNORECASE
)
_SHAPE = re.compile(
    r"(?:tel:)?[+(\[]?[0-9+][0-9A-Z\s().\[\]/\-\u2010-\u2015\u2212\u00a0]*",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"[,;|\n]|\s(?:or|and|oder|und)\s", re.IGNORECASE)
_EXTENSION = re.compile(
    r"\s*[,;]?\s*(?:ext(?:ension|n)?|x|#|durchwahl|dw|poste|ramal|anexo)[.=:]*\s*[0-9]{1,7}\Z",
    re.IGNORECASE,
)
_INTERNATIONAL = re.compile(r"\(?00\)?(?=[\s1-9(])")
_NOT_A_NUMBER = Unread("not a phone number")
_NO_COUNTRY = Unread("no country's code such as +49, and no country to read it in")
_ROUNDED = Unread("rounded by a spreadsheet: its last digits are lost")
_NO_SUCH_CODE = Unread("no country has this code")
_LOCAL = Unread("a local number, without its area code")
_TOO_MANY = Unread("several phone numbers")


def phone(within: str | None = None) -> FromText:
    """Return the reader of a phone number; within: the country of numbers without a code.

    >>> phone("DE")("030 123456", None), phone()("(415) 555-0100", "US")
    ('+4930123456', '+14155550100')
    """
    return lambda text, country: _phone(text, country or within)


@lru_cache(maxsize=4096)
def _phone(text: str, country: str | None) -> Reading:
    written = _LABELLED.sub("", without_platform(compatible(text.strip())), count=1)
    if is_rounded(written):
        return _ROUNDED
    written = whole(_NOTED.sub("", _EXTENSION.sub("", written)))
    if _SEVERAL.search(written):
        found = {_phone(part, country) for part in _SEVERAL.split(written) if part.strip()}
        if all(isinstance(each, str) for each in found):
            return found.pop() if len(found) == 1 else _TOO_MANY
        return _NOT_A_NUMBER
    if len(written) > 60 or not _SHAPE.fullmatch(written) or sum(map(str.isdigit, written)) < 3:
        return _NOT_A_NUMBER
    if _LETTERED.match(written):
        return _NOT_A_NUMBER
    in_country = country or "ZZ"
    if _INTERNATIONAL.match(written):  # "00" is how most countries write the "+"
        return _parsed(_INTERNATIONAL.sub("+", written, count=1), in_country)
    if country is None and not written.lstrip("([tel: ").startswith("+"):
        return _NO_COUNTRY
    return _parsed(written, in_country)


def _parsed(written: str, country: str) -> Reading:
    import phonenumbers  # noqa: PLC0415 - an extra, and slow to load

    try:
        number = phonenumbers.parse(written, country)
    except phonenumbers.NumberParseException as failure:
        no_code = phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return _NO_SUCH_CODE if failure.error_type == no_code else _NOT_A_NUMBER
    fit = phonenumbers.is_possible_number_with_reason(number)
    if fit == phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return _LOCAL  # a stranger has it in the next town
    if fit != phonenumbers.ValidationResult.IS_POSSIBLE:
        code = phonenumbers.region_code_for_country_code(number.country_code or 0)
        place = "" if code in {"ZZ", "001", None} else f" of {code}"
        return Unread(f"too long or too short for a phone number{place}")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@cache
def can_read_phones() -> bool:
    """Return whether the package that knows phone numbers is installed."""
    return find_spec("phonenumbers") is not None
