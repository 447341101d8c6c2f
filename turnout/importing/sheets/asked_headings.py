"""A heading as the field that it names, with what people write around its name.

"If Country is" asks for a country, "Job title contains" for a part of the title, and "Employees
min" and "Employees max" for the two ends of one field.
"""

import re
from collections.abc import Collection

from turnout.frozen import frozen
from turnout.importing.foreign import Operator

_BEFORE = re.compile(r"(?:if|and|when|where)\s+(?=\S)", re.IGNORECASE)
_WORDS: tuple[tuple[str, Operator], ...] = (
    (r"is|equals|is one of|is any of|one of|in", "is"),
    (r"contains|includes|containing", "contains"),
    (r"(?:starts|begins)(?:\s+with)?|prefix(?:es)?", "starts with"),
    (r"ends(?:\s+with)?", "ends with"),
)
_BEHIND: tuple[tuple[re.Pattern[str], Operator], ...] = tuple(
    (re.compile(rf"(?P<name>\S.*?)\s+(?:{words})\s*[:?]?", re.IGNORECASE), operator)
    for words, operator in _WORDS
)
_LEAST = re.compile(
    r"(?:min(?:imum|\.)?)\s+(?P<first>\S.*)|(?P<last>\S.*?)\s*[(\[]?(?:min(?:imum|\.)?|>=|\u2265)[)\]]?",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?:max(?:imum|\.)?)\s+(?P<first>\S.*)|(?P<last>\S.*?)\s*[(\[]?(?:max(?:imum|\.)?|<=|\u2264)[)\]]?",
    re.IGNORECASE,
)
_FROM = re.compile(r"(?P<name>\S.*?)\s+from", re.IGNORECASE)
_TO = re.compile(r"(?P<name>\S.*?)\s+(?:to|until)", re.IGNORECASE)


@frozen
class AskedHeading:
    """The name of a field, and how a plain value of a cell is asked."""

    name: str
    operator: Operator = "is"


def asked_heading(heading: str, headings: Collection[str]) -> AskedHeading:
    """Return what a heading asks. headings: all of the sheet, since an end has another.

    >>> asked_heading("If Job title contains", ()), asked_heading("Size (max)", ())
    (AskedHeading(name='Job title', operator='contains'), AskedHeading(name='Size', operator='<='))
    """
    text = _BEFORE.sub("", " ".join(heading.split()), count=1)
    for pattern, operator in _BEHIND:
        if found := pattern.fullmatch(text):
            return AskedHeading(found["name"], operator)
    for pattern, sign in ((_LEAST, ">="), (_MOST, "<=")):
        if found := pattern.fullmatch(text):
            end: Operator = ">=" if sign == ">=" else "<="
            return AskedHeading(found["first"] or found["last"], end)
    folded = {" ".join(each.casefold().split()) for each in headings}
    if (found := _FROM.fullmatch(text)) and f"{found['name'].casefold()} to" in folded:
        return AskedHeading(found["name"], ">=")
    if (found := _TO.fullmatch(text)) and f"{found['name'].casefold()} from" in folded:
        return AskedHeading(found["name"], "<=")
    return AskedHeading(text)
