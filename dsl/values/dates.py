"""Calendar days as people and machines write them.

A day is taken as it is written, with a time of day or without; a moment that says how far from
UTC it is, is the day on which it falls in the policy's time zone, so that equal moments are
equal days. Dotted dates put the day
first. Dates with slashes or hyphens are read only where one order is possible, because
03/04 is the 3 April of one half of the world and the 4 March of the other; a field may say
which it is, and what a plain number counts.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from turnout.dsl.types import Date
from turnout.dsl.values.numerals import plain
from turnout.dsl.values.reading import FromOther, FromText, Reading, Unread
from turnout.dsl.zones import local_date

ANY_DATE = Date()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHEET = date(1899, 12, 30)
_MOST = 10**15
_COUNT = re.compile(r"(-?[0-9]{1,15})(?:\.[0-9]{1,15})?")

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_IN_ENGLISH = {
    name[:size].lower(): at for at, name in enumerate(_MONTHS, 1) for size in (3, len(name))
}
# In German, French, Spanish, Italian and Dutch, as a sheet or a form there writes them.
_ELSEWHERE = {
    name: at
    for at, names in enumerate(
        (
            "januar jänner janvier enero gennaio januari",
            "februar février fevrier febrero febbraio februari",
            "märz maerz mrz mär mars marzo maart",
            "avril abril aprile",
            "mai mayo maggio mei",
            "juni juin junio giugno",
            "juli juillet julio luglio",
            "août aout agosto augustus",
            "septembre septiembre settembre",
            "oktober okt octobre octubre ottobre",
            "novembre noviembre",
            "dezember dez décembre decembre diciembre dicembre",
        ),
        1,
    )
    for name in names.split()
}
_BY_NAME = _IN_ENGLISH | _ELSEWHERE | {"sept": 9}
_NOT_A_DATE = Unread("not a date")
# A count of seconds below or above is one of another unit: 1973 in milliseconds, 5138.
_FEW_SECONDS, _MANY_SECONDS = 10**8, 10**11
_OTHER_UNIT = Unread("counts something else than the field says: no day from 1973 to 5138")
_NO_SUCH_DAY = Unread("not a day of the calendar")
_TWO_DIGITS = Unread("a year of two digits")
_TIME = re.compile(
    r"(?:T([01][0-9]|2[0-4])([0-5][0-9])(?:[0-5][0-9])?|(?:T|[ ,]+)([01]?[0-9]|2[0-4]):([0-5][0-9])"
    r"(?::[0-6][0-9])?)(?:[.,][0-9]{1,9})?(?: ?([AP])\.?M\.?)?"
    r"(?: ?(Z|UTC|GMT|(?:UTC|GMT)?[+-][0-9]{2}:?(?:[0-9]{2})?)(?: ?\([\w ]+\))?)?\Z",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    r"([0-9]{4})([-/.]?)([0-9]{2}|(?<=[-/.])[0-9])\2([0-9]{2}|(?<=[-/.])[0-9])"
)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.]) ?([0-9]{1,2})\2 ?([0-9]{4}|[0-9]{2})")
_WEEKDAY = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? (?=\S)", re.IGNORECASE
)
_DAY_NAMED = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th|er|\.)?(?:[ -]| de )([^\W\d_]{3,10})\.?,?(?:[ -]| de )"
    r"([0-9]{4}|'?[0-9]{2})",
    re.IGNORECASE,
)
_NAMED_DAY = re.compile(
    r"([^\W\d_]{3,10})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4}|'?[0-9]{2})", re.IGNORECASE
)


def day(kind: Date = ANY_DATE) -> tuple[FromText, FromOther]:
    """Return the readers of a calendar day.

    >>> read, _ = day()
    >>> read("31.12.2026", None), read("03/04/2026", None)
    (datetime.date(2026, 12, 31), Unread(reason='ambiguous: 3 April or 4 March', kept=None))
    >>> day(Date("day"))[0]("03/04/2026", None)
    datetime.date(2026, 4, 3)
    """
    counted = _NUMBERS.get(kind.numbers)

    def from_text(text: str, _country: str | None = None) -> Reading:
        if len(text) == 10 and text[4] == "-" == text[7] and text.isascii():
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        read, time = dated(text, kind)
        if isinstance(read, date) and time is not None and time[6]:
            return _moved(read, time, kind.zone)
        return read

    def from_other(raw: object) -> Reading | None:
        """Read a date as itself, a number where the field says what it counts."""
        if isinstance(raw, datetime):
            return local_date(raw, kind.zone) if raw.tzinfo else raw.date()
        if isinstance(raw, date):
            return raw
        if counted is None or isinstance(raw, bool):
            return None
        if not isinstance(raw, int | float | Decimal):
            return None
        return counted(Decimal(raw), kind.zone) if -_MOST < raw < _MOST else _NO_SUCH_DAY

    return from_text, from_other


def dated(text: str, kind: Date = ANY_DATE) -> tuple[Reading, re.Match[str] | None]:
    """Return the day that is written before a time of day, and the time as `clock` reads it.

    A plain number that the field says how to count is a day without a time.
    """
    counted = _NUMBERS.get(kind.numbers)
    written = plain(text)
    if written is None or len(written) > 90:
        return _NOT_A_DATE, None
    if counted and (found := _COUNT.fullmatch(written)) and len(found[1]) != 8:
        return counted(Decimal(written), kind.zone), None
    written = _WEEKDAY.sub("", written, count=1) if written[:1].isalpha() else written
    time = _TIME.search(written)
    rest = written if time is None else written[: time.start()]
    return _day(" ".join(rest.split()), kind.first), time


def clock(time: re.Match[str]) -> tuple[timedelta, timedelta | None]:
    """Return how long after midnight a time of day is, and how far its clock is from UTC.

    None where the time doesn't say that.
    """
    hour, minute = int(time[1] or time[3]), int(time[2] or time[4])
    half, offset = (time[5] or "").upper(), (time[6] or "").upper()
    if half:
        hour = hour % 12 + (12 if half == "P" else 0)
    after = timedelta(hours=hour, minutes=minute)
    if len(offset) > 3:
        offset = offset.removeprefix("UTC").removeprefix("GMT")
    if not offset:
        return after, None
    if offset[0] not in "+-":
        return after, timedelta()
    digits = offset[1:].replace(":", "").ljust(4, "0")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return after, away if offset[0] == "+" else -away


def _moved(day: date, time: re.Match[str], zone: str) -> Reading:
    """Return the day in `zone` of a moment on `day` that says how far from UTC it is."""
    after, away = clock(time)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        return local_date(start + after - (away or timedelta()), zone)
    except OverflowError:
        return day


def _since_1970(seconds: Decimal, zone: str) -> Reading:
    if not _FEW_SECONDS <= abs(seconds) < _MANY_SECONDS:
        return _OTHER_UNIT
    try:
        return local_date(_EPOCH + timedelta(seconds=int(seconds // 1)), zone)
    except OverflowError:
        return _NO_SUCH_DAY


def _of_sheet(days: Decimal, _zone: str) -> Reading:
    """Return the day of a spreadsheet's number; those of 1900 before March are off by one."""
    try:
        return _SHEET + timedelta(days=int(days)) if days >= 61 else _NO_SUCH_DAY
    except OverflowError:
        return _NO_SUCH_DAY


_NUMBERS: Mapping[str, Callable[[Decimal, str], Reading]] = {
    "epoch seconds": _since_1970,
    "epoch milliseconds": lambda count, zone: _since_1970(count / 1000, zone),
    "sheet days": _of_sheet,
}


def _day(written: str, order: str) -> Reading:
    if found := _YEAR_FIRST.fullmatch(written):
        return _of(found[1], int(found[3]), int(found[4]))
    if found := _YEAR_LAST.fullmatch(written):
        first, mark, second, year = found.groups()
        return _in_order(int(first), int(second), year, order or ("day" if mark == "." else ""))
    if found := _DAY_NAMED.fullmatch(written):
        number, name, year = found.groups()
    elif found := _NAMED_DAY.fullmatch(written):
        name, number, year = found.groups()
    else:
        return _NOT_A_DATE
    month = _BY_NAME.get(name.lower())
    return _NOT_A_DATE if month is None else _of(year, month, int(number))


def _in_order(first: int, second: int, year: str, order: str) -> Reading:
    """Return the day of two numbers and a year; order: which comes first, "" if not known."""
    if order == "day" or (not order and first > 12):
        return _of(year, second, first)
    if order == "month" or second > 12 or first == second:
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
