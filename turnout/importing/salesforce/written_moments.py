"""`1/31/2020 10:00 AM`: moments that criteria compare fields with, in days as far as days can say.

A policy's dates are days. A comparison with a day's first moment is one with the day; one with
any other moment has no equal. Where only a day is written, its first moment is meant, but
`equals` asks for the whole day.
"""

import re
from datetime import date

from turnout.frozen import frozen
from turnout.importing.foreign import Asked, Criterion, Every, Some

_ISO = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
_OTHER = r"(?P<first>[0-9]{1,2})[/.](?P<second>[0-9]{1,2})[/.](?P<late>[0-9]{4})"
_TIME = (
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<seconds>[0-9]{2}(?:\.[0-9]+)?))?"
    r"(?:\s*(?P<half>[AP]M))?(?:\s*(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2}))?"
)
_WRITTEN = re.compile(rf"(?:{_ISO}|{_OTHER})(?:[T\s]\s*{_TIME})?", re.IGNORECASE)


@frozen
class WrittenMoment:
    """A day and what of it is meant. day: as the rules write it, without its time.

    is_first: its first moment, 0:00. is_timed: a time is written.
    """

    day: str
    is_first: bool
    is_timed: bool


def moment(text: str) -> WrittenMoment | None:
    """Return the moment that a text says, None where it says none.

    >>> moment("1/31/2020 12:00 AM"), moment("2020-01-31T10:00:00Z"), moment("soon")
    (WrittenMoment(day='1/31/2020', is_first=True, is_timed=True), \
WrittenMoment(day='2020-01-31', is_first=False, is_timed=True), None)
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        return None
    day = re.split(r"[T\s]", text.strip(), maxsplit=1, flags=re.IGNORECASE)[0]
    if found["year"]:
        try:
            day = date(int(found["year"]), int(found["month"]), int(found["day"])).isoformat()
        except ValueError:
            return None
    if found["hour"] is None:
        return WrittenMoment(day, is_first=True, is_timed=False)
    hour = int(found["hour"]) % 12 if found["half"] else int(found["hour"])
    hour += 12 * ((found["half"] or "").upper() == "PM")
    is_zero = not hour and not int(found["minute"]) and not float(found["seconds"] or 0)
    return WrittenMoment(day, is_zero and not _is_elsewhere(found["zone"]), is_timed=True)


def _is_elsewhere(zone: str | None) -> bool:
    """Return whether a moment is told in another zone than that in which days begin."""
    return zone is not None and zone.upper() != "Z" and bool(re.search("[1-9]", zone))


def asked_of_moments(
    field: str, operation: str, values: tuple[WrittenMoment, ...]
) -> tuple[Asked | None, str]:
    """Return what a comparison of a field that has a time of day asks in days, and how it differs.

    None where no day says it.
    """
    asked = [_asked(field, operation, each) for each in values]
    parts = tuple(part for part, _ in asked if part is not None)
    if not parts or len(parts) < len(values):
        return None, ""
    remark = next((remark for _, remark in asked if remark), "")
    if len(parts) == 1:
        return parts[0], remark
    return (Every(parts) if operation == "notEqual" else Some(parts)), remark


def _asked(field: str, operation: str, of: WrittenMoment) -> tuple[Asked | None, str]:
    if not of.is_first:
        return None, ""
    match operation:
        case "lessThan":
            return Criterion(field, "<", (of.day,)), ""
        case "greaterOrEqual":
            return Criterion(field, ">=", (of.day,)), ""
        case "greaterThan":
            said = f"{field} has a time of day: after 0:00 of {of.day} is read as that day or later"
            return Criterion(field, ">=", (of.day,)), said
        case "lessOrEqual":
            said = f"{field} has a time of day: until 0:00 of {of.day} is read as before that day"
            return Criterion(field, "<", (of.day,)), said
        case "equals" | "notEqual" if not of.is_timed:
            said = f"{field} has a time of day: all of {of.day} is meant"
            is_day = Criterion(field, "is", (of.day,))
            differs = Some((Criterion(field, "is not", (of.day,)), Criterion(field, "missing")))
            return (is_day if operation == "equals" else differs), said
        case _:
            return None, ""
