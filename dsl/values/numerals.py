"""Numbers as people and machines write them: leniently, but never silently wrong.

With both a comma and a dot, the last is the decimal mark and the other groups by threes;
blanks and apostrophes only group. A lone mark before exactly three digits is as often a
decimal mark as a grouping one: in a number "1.200" and "1,200" are refused as ambiguous,
where the field doesn't say which it is. Of whole numbers and amounts nobody writes three
decimals behind a comma, so there it groups; databases do write three behind a dot, so that
"1.200" counts only where a single reading of it is a whole number ("1.000" has two).
"""

import re
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from math import isfinite
from typing import TypeAlias
from unicodedata import category, decimal, normalize

from turnout.dsl.types import ANY_NUMERALS, Numerals, Value
from turnout.dsl.values.reading import FromOther, FromText, Reading, Unread

Accept: TypeAlias = Callable[[Sequence[Decimal]], Reading]
"""Chooses among the possible readings of one numeral (there is at least one)."""

MOST_DIGITS = 30
_EASY = 10**15  # below it a whole number has few digits, whatever they are
TOO_LONG = Unread(f"longer than {MOST_DIGITS} digits")
LONGEST_NUMERAL = 80
"""Characters that a numeral may have, marks included."""

# INVARIANT: more digits than a numeral has characters, so that scaling never rounds.
_EXACT = Context(prec=2 * LONGEST_NUMERAL)
_SIMPLE = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,2})?")
_SUFFIXES = {"k": 3, "m": 6, "mn": 6, "mio": 6, "b": 9, "bn": 9, "mrd": 9}
_NUMERAL = re.compile(
    r"([+-]?) *([0-9][0-9.,' ]*|\.[0-9]+)(?:e([+-]?[0-9]{1,2}))? *(?:(k|mn|mio|mrd|m|bn|b)\.?)?",
    re.IGNORECASE,
)
_GROUPED = tuple(
    re.compile(rf"([1-9][0-9]{{0,2}}(?:[{group}][0-9]{{3}})+)(?:[{point}]([0-9]+))?")
    for group, point in ((",", "."), (".", ","), (" ", ".,"), ("'", ".,"))
)
_IN_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}")
_LAKHS = re.compile(r"([1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3})(?:\.([0-9]+))?")
_POINTED = re.compile(r"([0-9]*)([.,])([0-9]+)")
_SIGNS = str.maketrans({"\u2212": "-", "\u2019": "'", "\u066b": ".", "\u066c": ",", "\t": " "})


def plain(text: str) -> str | None:
    """Return `text` with ASCII digits, marks and blanks; None if it holds other numbers.

    Superscripts and fractions would turn into digits under NFKC: "10²" is not 102.
    """
    if text.isascii():
        return text
    if any(category(character) in {"No", "Nl"} for character in text):
        return None
    signed = normalize("NFKC", text).translate(_SIGNS)
    return "".join(str(decimal(c)) if c.isdecimal() else " " if c.isspace() else c for c in signed)


def readings(text: str, point: str = "", *, comma_groups: bool = True) -> tuple[Decimal, ...]:
    """Return every number that `text` could mean: none, one, or two where it is ambiguous.

    point: the sign before decimals, "" where it isn't known. comma_groups: a lone comma that
    can group does.

    >>> readings("1.200,50"), readings("1.200"), readings("5k"), readings("10-49")
    ((Decimal('1200.50'),), (Decimal('1200'), Decimal('1.200')), (Decimal('5E+3'),), ())
    """
    written = plain(text)
    found = _NUMERAL.fullmatch(written) if written and len(written) <= LONGEST_NUMERAL else None
    if found is None:
        return ()
    sign, body, power, suffix = found.groups()
    shift = int(power or 0) + _SUFFIXES.get((suffix or "").lower(), 0)
    return tuple(
        scaled(Decimal(sign + number), shift)
        for number in dict.fromkeys(_bodies(body.strip(), point, comma_groups=comma_groups))
    )


def _bodies(body: str, point: str, *, comma_groups: bool) -> list[str]:
    if body.isdigit():
        return [body]
    found: list[str] = []
    for form in (*_GROUPED, _LAKHS):
        grouped = form.fullmatch(body)
        if grouped and _fits(body, grouped, point):
            whole = re.sub("[^0-9]", "", grouped[1])
            found.append(f"{whole}.{grouped[2]}" if grouped[2] else whole)
    if pointed := _POINTED.fullmatch(body):
        whole, mark, part = pointed.groups()
        if mark == point if point else mark == "." or not found or not comma_groups:
            found.append(f"{whole or 0}.{part}")
    return found


def _fits(body: str, grouped: re.Match[str], point: str) -> bool:
    """Return whether nothing but `point`, where it is known, is before the decimals."""
    if not point:
        return True
    decimals = grouped.start(2)
    return point not in grouped[1] and (decimals < 0 or body[decimals - 1] == point)


def scaled(number: Decimal, places: int) -> Decimal:
    """Return `number` times ten to the power of `places`, exactly."""
    return number.scaleb(places, _EXACT) if places else number


def canonical(number: Decimal) -> Decimal | None:
    """Return `number` without trailing zeros and exponent; None if it has too many digits.

    Equal numbers get equal digits, so that what is stored is the same for all of them.
    """
    _, figures, exponent = number.as_tuple()
    if exponent == 0 and len(figures) <= MOST_DIGITS:
        return number or Decimal(0)
    if (
        not isinstance(exponent, int)
        or number.adjusted() >= MOST_DIGITS
        or exponent < -4 * MOST_DIGITS
    ):
        return Decimal(0) if number.is_zero() else None
    digits = format(number, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    if len(digits.lstrip("-").replace(".", "")) > MOST_DIGITS:
        return None
    return Decimal(0) if number.is_zero() else Decimal(digits)


def integer(
    low: int | None, high: int | None, written: Numerals = ANY_NUMERALS
) -> tuple[FromText, FromOther]:
    """Return the readers of a whole number in `low..high`."""
    fits = _bounds(low, high)

    def accept(numbers: Sequence[Decimal]) -> Reading:
        whole = [number for number in numbers if number == number.to_integral_value()]
        match whole:
            case []:
                return Unread("not a whole number")
            case [number]:
                return fits(int(number)) or int(number)
            case _:
                return _ambiguous(whole)

    by_text = _from_text(accept, "not a whole number", written)
    comma_groups = written.decimal != ","

    def from_text(text: str, country: str | None = None) -> Reading:
        if text.isdigit() and text.isascii() and len(text) <= 15:
            number = int(text)
            return fits(number) or number
        if comma_groups and _IN_THOUSANDS.fullmatch(text):  # as `readings` has it, and nothing else
            number = int(text.replace(",", ""))
            return fits(number) or number
        return by_text(text, country)

    by_number = from_number(accept)

    def from_other(raw: object) -> Reading | None:
        if type(raw) is int and -_EASY < raw < _EASY:
            return fits(raw) or raw
        return by_number(raw)

    return from_text, from_other


def number(
    low: Decimal | None, high: Decimal | None, written: Numerals = ANY_NUMERALS
) -> tuple[FromText, FromOther]:
    """Return the readers of a decimal number in `low..high`."""
    accept = decimal_in(low, high)
    by_text = _from_text(accept, "not a number", written, comma_groups=False)

    def from_text(text: str, country: str | None = None) -> Reading:
        if written.decimal != "," and _SIMPLE.fullmatch(text):
            return accept((Decimal(text),))
        return by_text(text, country)

    return from_text, from_number(accept)


def decimal_in(low: Decimal | None = None, high: Decimal | None = None) -> Accept:
    """Return what accepts one unambiguous number in `low..high`."""
    fits = _bounds(low, high)

    def accept(numbers: Sequence[Decimal]) -> Reading:
        if len(numbers) > 1:
            return _ambiguous(numbers)
        result = canonical(numbers[0])
        if result is None:
            return TOO_LONG
        return fits(result) or result

    return accept


def _from_text(
    accept: Accept, complaint: str, written: Numerals, *, comma_groups: bool = True
) -> FromText:
    refused = Unread(complaint)

    def from_text(text: str, _country: str | None = None) -> Reading:
        if written.percent and text[-1] in "%\uff05\u066a":
            text = text[:-1].rstrip()
        numbers = readings(text, written.decimal, comma_groups=comma_groups)
        if not numbers:
            return TOO_LONG if text.isdecimal() else refused
        if any(canonical(number) is None for number in numbers):
            return TOO_LONG
        return accept(numbers)

    return from_text


def from_number(accept: Accept) -> FromOther:
    """Return the reader of what arrives as a number already."""

    def from_other(raw: object) -> Reading | None:
        exact = _exact(raw)
        if exact is None:
            return None
        if type(raw) is int and -_EASY < raw < _EASY:
            return accept((exact,))
        if not exact.is_finite():
            return Unread("not a finite number")
        if canonical(exact) is None:
            return TOO_LONG
        return accept((exact,))

    return from_other


def _exact(raw: object) -> Decimal | None:
    match raw:
        case bool():
            return None
        case int():
            # Decimal() of a huge int takes quadratic time, and its digits don't matter.
            return Decimal(raw) if abs(raw) < 10**MOST_DIGITS else Decimal(f"1E{MOST_DIGITS}")
        case float():
            return Decimal(repr(raw)) if isfinite(raw) else Decimal(raw)
        case Decimal():
            return raw
        case _:
            return None


def _bounds(
    low: Decimal | int | None, high: Decimal | int | None
) -> Callable[[Value], Unread | None]:
    if low is None and high is None:
        return lambda _: None
    outside = Unread(f"outside {'' if low is None else low}..{'' if high is None else high}")

    def fits(value: Decimal | int) -> Unread | None:
        if (low is not None and value < low) or (high is not None and value > high):
            return outside
        return None

    return fits  # type: ignore[return-value]


def _ambiguous(numbers: Sequence[Decimal]) -> Unread:
    shown = [format(canonical(number) or number, "f") for number in numbers]
    return Unread(f"ambiguous: {' or '.join(shown)}")
