"""`LAST_N_DAYS:30`, `TODAY`: days that a criterion counts from the day of the decision.

Written from the public documentation of relative dates: each is a range of days. A field equals
it inside, is less before its first day and greater behind its last. Weeks, months, quarters and
years begin where a calendar says so, and have no equal in a policy.
"""

import re

from turnout.frozen import frozen
from turnout.importing.foreign import Asked, Criterion, Every, Some

_NAMED = {"TODAY": (0, 0), "YESTERDAY": (-1, -1), "TOMORROW": (1, 1)}
_COUNTED = re.compile(
    r"(LAST|NEXT)[ _](?:N[ _]DAYS[ _]?:[ _]?([0-9]{1,6})|([0-9]{1,6})[ _]DAYS?)"
    r"|(?:N[ _]DAYS[ _](AGO|FROM[ _]NOW)[ _]?:[ _]?([0-9]{1,6})"
    r"|([0-9]{1,6})[ _]DAYS?[ _](AGO|FROM[ _]NOW))"
)
_OTHERS = re.compile(
    r"(?:LAST|THIS|NEXT)[ _](?:FISCAL[ _])?(?:WEEK|MONTH|QUARTER|YEAR)"
    r"|(?:LAST|NEXT)[ _](?:N[ _](?:FISCAL[ _])?(?:WEEKS|MONTHS|QUARTERS|YEARS)[ _]?:[ _]?[0-9]+"
    r"|90[ _]DAYS|[0-9]+[ _](?:WEEK|MONTH|QUARTER|YEAR)S?)"
    r"|N[ _](?:FISCAL[ _])?(?:WEEKS|MONTHS|QUARTERS|YEARS)[ _]AGO[ _]?:[ _]?[0-9]+"
    r"|[0-9]+[ _](?:WEEK|MONTH|QUARTER|YEAR)S?[ _](?:AGO|FROM[ _]NOW)"
)


@frozen
class DaysFromToday:
    """A range of days, both ends included, counted from today; yesterday is -1."""

    first: int
    last: int


def days(text: str) -> DaysFromToday | None:
    """Return the days that a relative date means, None where it is none that is so many days.

    >>> days("LAST_N_DAYS:30"), days("next 7 days"), days("LAST_WEEK")
    (DaysFromToday(first=-30, last=0), DaysFromToday(first=1, last=7), None)
    """
    said = " ".join(text.split()).upper()
    if said in _NAMED:
        return DaysFromToday(*_NAMED[said])
    counted = _COUNTED.fullmatch(said)
    if counted is None:
        return None
    side, *numbers = counted.group(1, 2, 3)
    if side:
        count = int(numbers[0] or numbers[1])
        return DaysFromToday(-count, 0) if side == "LAST" else DaysFromToday(1, count)
    count = int(counted[5] or counted[6])
    count = -count if (counted[4] or counted[7]) == "AGO" else count
    return DaysFromToday(count, count)


def is_relative(text: str) -> bool:
    """Return whether a text is a relative date of any kind."""
    said = " ".join(text.split()).upper()
    return days(text) is not None or _OTHERS.fullmatch(said) is not None


def asked_of_days(field: str, operator: str, of: DaysFromToday) -> Asked:
    """Return a comparison with days, such as `field < today`. operator: `=`, `<>`, `<` ...

    A field that is missing differs from every day, and compares with none.
    """
    match operator:
        case "=" | "==":
            return _between(field, of)
        case "<>" | "!=":
            outside = (_until(field, of.first - 1), _since(field, of.last + 1))
            return Some((*outside, Criterion(field, "missing")))
        case "<":
            return _until(field, of.first - 1)
        case "<=":
            return _until(field, of.last)
        case ">":
            return _since(field, of.last + 1)
        case _:
            return _since(field, of.first)


def _until(field: str, day: int) -> Asked:
    """Return that a field is that day or lies before it."""
    if day < -1:
        return Criterion(field, "older than", (str(-day - 1),))
    if day == -1:
        return Criterion(field, "is past")
    near = (Criterion(field, "is past"), Criterion(field, "is today"))
    return Some(near if day == 0 else (near[0], Criterion(field, "within next", (str(day),))))


def _since(field: str, day: int) -> Asked:
    """Return that a field is that day or lies behind it."""
    if day > 1:
        return Criterion(field, "later than", (str(day - 1),))
    if day == 1:
        return Criterion(field, "is future")
    near = (Criterion(field, "is today"), Criterion(field, "is future"))
    return Some(near if day == 0 else (Criterion(field, "within", (str(-day),)), near[1]))


def _between(field: str, of: DaysFromToday) -> Asked:
    first, last = of.first, of.last
    if first > last:
        return Some(())
    if first == last == 0:
        return Criterion(field, "is today")
    if first <= 0 <= last:
        sides = [Criterion(field, "within", (str(-first),))] * (first < 0)
        sides += [Criterion(field, "within next", (str(last),))] * (last > 0)
        return sides[0] if len(sides) == 1 else Some(tuple(sides))
    if last < 0:
        return Every((Criterion(field, "within", (str(-first),)), _until(field, last)))
    return Every((Criterion(field, "within next", (str(last),)), _since(field, first)))
