"""Ranges of numbers, such as "250-500", "1,000+" and "< 50", as the end that a field asks for.

Forms and data vendors write sizes of firms so. An end that isn't written is the bound of the
field, where it has one: the low end of "< 50" in `integer 1..` is 1.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from turnout.dsl.types import Value
from turnout.dsl.values.numerals import LONGEST_NUMERAL, plain
from turnout.dsl.values.reading import FromText, Reading, Unread

_TO = "-|\u2010|\u2011|\u2012|\u2013|\u2014|\\.\\.\\.?|\u2026|to|bis|and|und|\u00e0"
_OR_MORE = r"\+|or more|and more|and above|and over|plus|oder mehr|und mehr"
_OVER = ">=?|\u2265|over|more than|above|at least|from|mehr als|\u00fcber|mindestens|ab"
_UNDER = "<=?|\u2264|under|less than|below|up to|at most|fewer than|weniger als|unter|bis zu|bis"
_BETWEEN = re.compile(
    rf"(?:from |between |von |zwischen )?(?P<low>\S.*?) ?(?:{_TO}) ?(?P<high>[^- ].*)",
    re.IGNORECASE,
)
_UPWARDS = re.compile(rf"(?P<after>.+?) ?(?:{_OR_MORE})|(?:{_OVER}) ?(?P<before>.+)", re.IGNORECASE)
_DOWNWARDS = re.compile(rf"(?:{_UNDER}) ?(?P<after>.+)", re.IGNORECASE)
# What is counted: "51-200 employees". Other words may say something of the number: "5 million".
_COUNTED = re.compile(
    r"(?<=[0-9+kKmM])(?:\s*(?:名|人|社員|員工|员工|人以内)"
    r"|\s+(?:employees?|people|persons?|staff|headcount|ftes?|workers?|members?|users?|seats?"
    r"|licen[cs]es?|agents?|reps?|mitarbeiter\w*|beschäftigte\w*|angestellte\w*|personen|leute"
    r"|nutzer\w*|employée?s?|salariée?s?|personnes|collaborateurs|empleados|personas"
    r"|trabajadores|dipendenti|addetti|persone|funcionários|colaboradores|pessoas|medewerkers"
    r"|werknemers|anställda|ansatte|pracowników|сотрудник\w*|человек))\Z",
    re.IGNORECASE,
)
_SCALED = re.compile(r"[0-9][\s.]*[A-Za-z]")
_ONE_UNIT = Unread("ambiguous: only one end of the range has a unit")
_SWAPPED = Unread("a range whose ends are swapped")
_TOLD = (_ONE_UNIT, _SWAPPED)


def ranged(one: FromText, end: str, low: Value | None, high: Value | None) -> FromText:
    """Return the reader of numbers and ranges; `one` reads a number, `end` is "low" or "high".

    low, high: the bounds of the field, for an end that is open.
    """
    bound = low if end == "low" else high
    without = Unread(f"a range without a {end} end") if bound is None else bound

    def from_text(text: str, country: str | None = None) -> Reading:
        single = one(text, country)
        if not isinstance(single, Unread) or len(text) > 2 * LONGEST_NUMERAL:
            return single
        written = _COUNTED.sub("", " ".join((plain(text) or "").split()))
        if found := _BETWEEN.fullmatch(written):
            both = _of_two(found["low"], found["high"], lambda part: one(part, country), end)
            if not isinstance(both, Unread) or both in _TOLD or _is_of_a_number(both):
                return both
        for form, which in ((_UPWARDS, "low"), (_DOWNWARDS, "high")):
            if found := form.fullmatch(written):
                ends = found.groupdict()
                number = one(ends["after"] or ends["before"], country)
                return number if end == which or isinstance(number, Unread) else without
        return one(written, country) if written else single

    return from_text


def _is_of_a_number(told: Unread) -> bool:
    """Return whether an end is a number, though none that can be taken."""
    return told.reason.startswith(("ambiguous", "outside"))


def _of_two(low: str, high: str, read: Callable[[str], Reading], end: str) -> Reading:
    start, stop = read(low), read(high)
    for each in (start, stop):
        if not isinstance(each, int | Decimal):
            return each
    if bool(_SCALED.search(low)) != bool(_SCALED.search(high)):
        return _ONE_UNIT
    assert isinstance(start, int | Decimal)
    assert isinstance(stop, int | Decimal)
    if start > stop:
        return _SWAPPED
    return start if end == "low" else stop
