"""Calendar days as people and machines write them; a time of day after them is ignored.

The day is taken as it is written: a time zone doesn't move it. Dotted dates put the day
first. Dates with slashes or hyphens are read only where one order is possible, because
03/04 is the 3 April of one half of the world and the 4 March of the other.
"""

import re
from datetime import date

from turnout.dsl.values.numerals import plain
from turnout.dsl.values.reading import Reading, Unread

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_BY_NAME = {
    name[:size].lower(): at for at, name in enumerate(_MONTHS, 1) for size in (3, len(name))
}
_BY_NAME["sept"] = 9
_NOT_A_DATE = Unread("not a date")
_NO_SUCH_DAY = Unread("not a day of the calendar")
_TWO_DIGITS = Unread("a year of two digits")
_TIME = re.compile(
    r"(?:T(?:[01][0-9]|2[0-4])(?:[0-5][0-9]){1,2}|(?:T|[ ,]+)(?:[01]?[0-9]|2[0-4]):[0-5][0-9]"
    r"(?::[0-6][0-9])?)(?:[.,][0-9]{1,9})?(?: ?[AP]\.?M\.?)?"
    r"(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?))?\Z",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    r"([0-9]{4})([-/.]?)([0-9]{2}|(?<=[-/.])[0-9])\2([0-9]{2}|(?<=[-/.])[0-9])"
)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.]) ?([0-9]{1,2})\2 ?([0-9]{4}|[0-9]{2})")
_DAY_NAMED = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th|\.)?[ -]([a-z]{3,9})\.?,?[ -]([0-9]{4}|'?[0-9]{2})", re.IGNORECASE
)
_NAMED_DAY = re.compile(
    r"([a-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4}|'?[0-9]{2})", re.IGNORECASE
)


def day(text: str, _country: str | None = None) -> Reading:
    """Read a text as a calendar day.

    >>> day("31.12.2026"), day("03/04/2026")
    (datetime.date(2026, 12, 31), Unread(reason='ambiguous: 3 April or 4 March', kept=None))
    """
    if len(text) == 10 and text[4] == "-" == text[7] and text.isascii():
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    written = plain(text)
    if written is None or len(written) > 60:
        return _NOT_A_DATE
    if found := _TIME.search(written):
        written = written[: found.start()]
    return _day(" ".join(written.split()))


def day_of(raw: object) -> Reading | None:
    """Read a date as itself; a number is no date, since its epoch and unit can't be known."""
    return raw if isinstance(raw, date) else None


def _day(written: str) -> Reading:
    if found := _YEAR_FIRST.fullmatch(written):
        return _of(found[1], int(found[3]), int(found[4]))
    if found := _YEAR_LAST.fullmatch(written):
        first, mark, second, year = found.groups()
        return _in_some_order(int(first), int(second), year, dotted=mark == ".")
    if found := _DAY_NAMED.fullmatch(written):
        number, name, year = found.groups()
    elif found := _NAMED_DAY.fullmatch(written):
        name, number, year = found.groups()
    else:
        return _NOT_A_DATE
    month = _BY_NAME.get(name.lower())
    return _NOT_A_DATE if month is None else _of(year, month, int(number))


def _in_some_order(first: int, second: int, year: str, *, dotted: bool) -> Reading:
    if dotted or first > 12:
        return _of(year, second, first)
    if second > 12 or first == second:
        return _of(year, first, second)
    if len(year) == 4 and first and second:
        ways = f"{first} {_MONTHS[second - 1]} or {second} {_MONTHS[first - 1]}"
        return Unread(f"ambiguous: {ways}")
    return _of(year, first, second)


def _of(year: str, month: int, number: int) -> Reading:
    if len(year) != 4:
        return _TWO_DIGITS
    try:
        return date(int(year), month, number)
    except ValueError:
        return _NO_SUCH_DAY
