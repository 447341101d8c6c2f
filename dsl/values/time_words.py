"""Words for units of time and days of the week as they are written elsewhere."""

import re
from collections.abc import Mapping

_UNITS: Mapping[str, tuple[str, ...]] = {
    "minutes": ("m", "min", "mins", "min.", "minute", "minutes"),
    "hours": ("h", "hr", "hrs", "hour", "hours", "std"),
    "days": ("d", "day", "days"),
    "weeks": ("w", "wk", "wks", "week", "weeks"),
}
_SHORT: Mapping[str, str] = {
    "mo": "mon", "tu": "tue", "we": "wed", "th": "thu", "fr": "fri", "sa": "sat", "su": "sun",
    "di": "tue", "mi": "wed", "do": "thu", "so": "sun",
}  # fmt: skip
_DAY = re.compile(r"(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?\.?")
_DAYS: Mapping[str, tuple[str, ...]] = {
    "mon..fri": ("weekday", "weekdays", "workday", "workdays", "workweek", "business-days"),
    "mon..sun": ("daily", "everyday", "every-day", "always", "all", "all-week", "week", "any"),
    "sat..sun": ("weekend", "weekends"),
}


def unit_meant(word: str) -> str | None:
    """Return the unit of time that a word elsewhere stands for, in the plural.

    >>> unit_meant("Min."), unit_meant("mo")
    ('minutes', None)
    """
    return next((unit for unit, words in _UNITS.items() if word.lower() in words), None)


def weekdays_meant(word: str) -> str | None:
    """Return the days of the week that a word elsewhere stands for, as a calendar has them.

    >>> weekdays_meant("Monday"), weekdays_meant("Mon-Fri"), weekdays_meant("weekdays")
    ('mon', 'mon..fri', 'mon..fri')
    """
    plain = word.lower()
    if named := next((days for days, words in _DAYS.items() if plain in words), None):
        return named
    days = [_day(part) for part in plain.split("-")]
    return "..".join(filter(None, days)) if None not in days and len(days) <= 2 else None


def _day(word: str) -> str | None:
    found = _DAY.fullmatch(word)
    return _SHORT.get(word) if found is None else found[1][:3]
