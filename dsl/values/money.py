"""Amounts of money in one currency: a number with, at most, the currency's code or symbol."""

import re
from decimal import Decimal
from functools import lru_cache

from turnout.dsl.types import ANY_NUMERALS, Numerals
from turnout.dsl.values.iso import rows
from turnout.dsl.values.numerals import Accept, decimal_in, from_number, plain, readings
from turnout.dsl.values.reading import FromOther, FromText, Reading, Unread

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


def money(currency: str, written: Numerals = ANY_NUMERALS) -> tuple[FromText, FromOther]:
    """Return the readers of an amount in `currency` (ISO 4217)."""
    accept = decimal_in()

    def from_text(text: str, _country: str | None = None) -> Reading:
        if written.decimal != "," and _SIMPLE.fullmatch(text):
            return accept((Decimal(text),))
        return _read(text, currency, accept, written.decimal)

    return from_text, from_number(accept)


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


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(currency["alpha_3"] for currency in rows("currencies"))
