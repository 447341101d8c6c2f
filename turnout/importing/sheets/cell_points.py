"""Numbers, amounts and days as they stand in the cells of rules.

Signs between thousands go, and so do units that say what is counted ("50 employees", "80 %").
What may be one or a thousand, as `1.000` may, is an error unless other cells of the sheet tell.
"""

import re
from collections.abc import Iterable
from typing import Literal, TypeAlias

from turnout.dsl import types
from turnout.dsl.values.literals import literal, show
from turnout.dsl.values.reading import Missing, Unread
from turnout.errors import Error

Decimals: TypeAlias = Literal["point", "comma", "unknown"]
"""What stands before decimals in a sheet."""


class CellError(Error):
    """A cell that can't be read as a condition."""


_UNIT = (
    r"(?:employees|empl?\.?|people|persons|staff|fte|ftes|seats|users|licen[cs]es|heads|headcount"
    r"|years?|points|pts|leads|km|miles)"
)
_POWER = r"(?:k|m|b|bn|mm|mn|mio\.?|tsd\.?|thousand|million|billion)"
_SIGN = r"(?:[$€£]|USD|EUR|GBP)"
_FIGURE = r"\d(?:[\d_.,'’ \u00a0\u202f]*\d)?"  # noqa: RUF001 - what stands between thousands
_NUMBER = re.compile(
    rf"(?P<sign>{_SIGN})?\s*(?P<figure>-?{_FIGURE})\s*(?P<power>{_POWER}(?![a-z]))?\s*(?P<behind>{_SIGN})?"
    rf"\s*%?\s*{_UNIT}?",
    re.IGNORECASE,
)
_POWERS = {
    **dict.fromkeys(("mm", "mn", "mio", "million"), "M"),
    **dict.fromkeys(("bn", "billion"), "B"),
    **dict.fromkeys(("tsd", "thousand"), "k"),
}
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}
_BETWEEN = re.compile(r"(?<=\d)[,_'’ \u00a0\u202f](?=\d{3}(?:\D|$))")  # noqa: RUF001
_WITH_COMMA = re.compile(r"(?<![\d.,])(?:\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+,\d+)(?![\d.,])")
_SAYS_COMMA = re.compile(r"(?<![\d.,])\d{1,3}(?:(?:\.\d{3}){2,}|(?:\.\d{3})+,\d+)(?![\d.,])")
_SAYS_POINT = re.compile(r"(?<![\d.,])\d{1,3}(?:(?:,\d{3}){2,}|(?:,\d{3})+\.\d+)(?![\d.,])")
_UNCLEAR = re.compile(r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d.,])")
_DAY = types.Field("day", types.Date())
_LIKE_A_DAY = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|.*[a-zA-Z].*\d"
)


def decimals_of(cells: Iterable[str]) -> Decimals:
    """Return what stands before decimals, by the numbers that can be read in one way only."""
    told = [*cells]
    comma = any(_SAYS_COMMA.search(each) for each in told)
    point = any(_SAYS_POINT.search(each) for each in told)
    return "unknown" if comma == point else "comma" if comma else "point"


def with_points(text: str) -> str:
    """Return a text of a sheet with decimal commas, its numbers with points.

    >>> with_points(">= 1.000,50 or 0,5")
    '>= 1000.50 or 0.5'
    """
    return _WITH_COMMA.sub(lambda found: found[0].replace(".", "").replace(",", "."), text)


def number_text(text: str) -> str | None:
    """Return a number without what is around it and between its thousands, None for none.

    >>> number_text("$1,200k"), number_text("50 employees"), number_text("3 Mio. €")
    ('$1200k', '50', '€3M')
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    figure = _BETWEEN.sub("", found["figure"])
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", figure):
        return None
    power = (found["power"] or "").rstrip(".")
    sign = found["sign"] or found["behind"] or ""
    return f"{_SIGNS.get(sign.upper(), sign)}{figure}{_POWERS.get(power.lower(), power)}"


def day_text(text: str) -> str | None:
    """Return a day as 2026-12-31, None for none. Raises CellError for one that may be two."""
    text = text.strip()
    if not _LIKE_A_DAY.fullmatch(text) or len(text) > len("30 September 2026, Wednesday"):
        return None
    read = literal(_DAY, text)
    if isinstance(read, Unread) and read.reason.startswith("ambiguous"):
        raise CellError(f"{text} is {read.reason}")
    return None if isinstance(read, Unread | Missing) else show(_DAY, read)


def point(text: str, decimals: Decimals) -> str | None:
    """Return a number or a day that a cell compares with, None for neither. Raises CellError."""
    found = number_text(text)
    if found is None:
        return day_text(text)
    if decimals == "unknown" and _UNCLEAR.fullmatch(found.lstrip("$€£-")):
        raise CellError(f"{text.strip()} may be {found} or a thousand times that")
    return found
