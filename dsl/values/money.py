"""Amounts of money in one currency: a number with, at most, the currency's code or symbol.

Where another field says in which currency a lead's amount is, an amount in any other is no
value, whatever stands beside the number itself; nothing is converted, because no rate is known.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from turnout.dsl.types import ANY_NUMERALS, Numerals
from turnout.dsl.values.iso import rows
from turnout.dsl.values.name_tables import parts
from turnout.dsl.values.numerals import Accept, decimal_in, from_number, plain, readings
from turnout.dsl.values.reading import MISSING, FromOther, FromText, Reader, Reading, Unread
from turnout.dsl.values.texts import loose_key

_SIMPLE = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,2})?")
_MARKED = re.compile(
    r"(?P<sign>[+-]?) *(?P<before>[^0-9\s+.,'-][^0-9+-]{0,4}?)?\.? *(?P<inner>[+-]?) *"
    r"(?P<number>[0-9.][0-9.,' ]*(?:e[+-]?[0-9]{1,2})?"
    r" *(?:(?:k|mn|mio|mrd|m|bn|b)\.?(?![a-z]))?)"
    r" *(?P<after>[^0-9\s+.,'-][^0-9+-]{0,4}?)?\.?",
    re.IGNORECASE,
)
_DOLLARS = frozenset(
    "USD CAD AUD NZD SGD HKD TWD MXN CLP COP ARS BRL UYU JMD BBD BSD BZD FJD".split()
)
_SYMBOLS: dict[str, frozenset[str]] = {
    "$": _DOLLARS,
    "US$": frozenset({"USD"}),
    "C$": frozenset({"CAD"}),
    "CA$": frozenset({"CAD"}),
    "A$": frozenset({"AUD"}),
    "AU$": frozenset({"AUD"}),
    "NZ$": frozenset({"NZD"}),
    "S$": frozenset({"SGD"}),
    "HK$": frozenset({"HKD"}),
    "NT$": frozenset({"TWD"}),
    "R$": frozenset({"BRL"}),
    "MX$": frozenset({"MXN"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP", "GIP", "FKP", "SHP", "EGP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "₩": frozenset({"KRW"}),
    "₽": frozenset({"RUB"}),
    "₺": frozenset({"TRY"}),
    "₪": frozenset({"ILS"}),
    "₴": frozenset({"UAH"}),
    "฿": frozenset({"THB"}),
    "₫": frozenset({"VND"}),
    "₱": frozenset({"PHP", "CUP"}),
    "₦": frozenset({"NGN"}),
    "ZŁ": frozenset({"PLN"}),
    "KČ": frozenset({"CZK"}),
    "KR": frozenset({"SEK", "NOK", "DKK", "ISK"}),
    "FR": frozenset({"CHF"}),
    "SFR": frozenset({"CHF"}),
    "R": frozenset({"ZAR"}),
}
_NOT_AN_AMOUNT = Unread("not an amount")
_NONE_SAID = Unread("no currency is said")


def money(currency: str, written: Numerals = ANY_NUMERALS) -> tuple[FromText, FromOther]:
    """Return the readers of an amount in `currency` (ISO 4217)."""
    accept = decimal_in()

    def from_text(text: str, _country: str | None = None) -> Reading:
        if written.decimal != "," and _SIMPLE.fullmatch(text):
            return accept((Decimal(text),))
        return _read(text, currency, accept, written.decimal)

    return from_text, from_number(accept)


def as_told(read: Reader, currency: str) -> Reader:
    """Return the reader of amounts whose currency another field says, its second argument.

    >>> one = as_told(lambda raw, _: Decimal(5), "USD")
    >>> one("5", "us dollar"), one("5", "EUR")
    (Decimal('5'), Unread(reason='in EUR, not USD', kept=None))
    """

    def read_value(raw: object, told: str | None = None) -> Reading:
        found = read(raw, None)
        if found is MISSING or (isinstance(found, Unread) and found.kept is None):
            return found
        if told is None:
            return found if isinstance(raw, str) and _is_marked(raw) else _NONE_SAID
        return _other_than(currency, told) or found

    return read_value


def _is_marked(text: str) -> bool:
    """Return whether an amount says its currency itself."""
    found = _MARKED.fullmatch(plain(text.strip()) or "")
    return found is not None and bool(found["before"] or found["after"])


@lru_cache(maxsize=512)
def _other_than(currency: str, told: str) -> Unread | None:
    """Return why what a field says of a currency is another one than `currency`, or none."""
    each = [_meant(part) for part in (told, *parts(told.replace("-", " - ")))]
    known = [codes for codes in each if codes]
    if not known:
        return Unread(f"in {told[:20]}, which is no currency that is known")
    if any(currency not in codes for codes in known):
        others = sorted(frozenset[str]().union(*known) - {currency})
        return Unread(f"in {others[0] if len(others) == 1 else told[:20]}, not {currency}")
    return None


def _meant(text: str) -> frozenset[str]:
    """Return the currencies that a code, a symbol or a name may mean."""
    mark = text.strip().upper()
    if mark in _currencies():
        return frozenset((mark,))
    return _SYMBOLS.get(mark) or _names().get(loose_key(text).removesuffix("s"), frozenset())


def _read(text: str, currency: str, accept: Accept, point: str) -> Reading:
    written = plain(text)
    found = _MARKED.fullmatch(written) if written and len(written) <= 100 else None
    if found is None or (found["sign"] and found["inner"]):
        return _NOT_AN_AMOUNT
    for mark in (found["before"], found["after"]):
        refused = _mismatch(mark.strip().upper(), currency) if mark else None
        if refused:
            return refused
    numbers = readings(found["sign"] + found["inner"] + found["number"].strip(), point)
    return accept(numbers) if numbers else _NOT_AN_AMOUNT


def _mismatch(mark: str, currency: str) -> Unread | None:
    """Return why an amount with this code or symbol is not in `currency`, None if it is."""
    if mark == currency or currency in _SYMBOLS.get(mark, ()):
        return None
    if mark in _SYMBOLS:
        of = _SYMBOLS[mark]
        return Unread(f"in {next(iter(of)) if len(of) == 1 else mark}, not {currency}")
    return Unread(f"in {mark}, not {currency}") if mark in _currencies() else _NOT_AN_AMOUNT


def is_currency(code: str) -> bool:
    """Return whether a text is the code of a currency, such as EUR."""
    return code in _currencies()


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(currency["alpha_3"] for currency in rows("currencies"))


@lru_cache(maxsize=1)
def _names() -> Mapping[str, frozenset[str]]:
    """Return the currencies by ISO's names and the everyday ones, by their letters."""
    found = {loose_key(each["name"]): frozenset((each["alpha_3"],)) for each in rows("currencies")}
    everyday = {
        "dollar": _SYMBOLS["$"],
        "usdollar": frozenset(("USD",)),
        "pound": _SYMBOLS["\u00a3"],
        "britishpound": frozenset(("GBP",)),
        "swissfranc": frozenset(("CHF",)),
        "franken": frozenset(("CHF",)),
        "krona": frozenset(("SEK", "ISK")),
        "krone": frozenset(("DKK", "NOK")),
    }
    return found | everyday
