"""Codes: texts that may look like numbers, such as postcodes and the numbers of customers.

What a data frame or a platform puts around them is taken off; what a sheet rounded is lost.
"""

import re

from turnout.dsl.values.exports import is_rounded, whole, without_country, without_platform
from turnout.dsl.values.reading import MISSING, FromText, Reading, Unread
from turnout.dsl.values.texts import compatible, normal_code

_DIGITS = re.compile("[0-9]*")
_ROUNDED = Unread("rounded by a spreadsheet: its last digits are lost")


def code(first: int | None = None, digits: int | None = None) -> FromText:
    """Return the reader of a code; see `types.Code`.

    >>> code()("2134.0", None), code(5)("z:02134-1000", None), code(None, 5)("D-10115", None)
    ('2134', '02134', '10115')
    >>> code(None, 5)("2134", None)
    Unread(reason='4 digits, not 5', kept=None)
    """
    is_cut = first is not None or digits is not None

    def from_text(text: str, _country: str | None = None) -> Reading:
        if text.isascii() and text.isalnum():  # nothing can stand around it
            written = text.upper()
        else:
            bare = compatible(without_platform(text))
            written = normal_code(without_country(bare) if is_cut else bare)
            if is_rounded(written):
                return _ROUNDED
            written = whole(written)
        if not is_cut:
            return written or MISSING
        if digits is not None and (problem := _other_width(written, digits, exact=first is None)):
            return problem
        return written[:first] or MISSING

    return from_text


def _other_width(code: str, digits: int, *, exact: bool) -> Unread | None:
    """Return why a code doesn't start with so many digits, or isn't them; None if it is."""
    found = _DIGITS.match(code)
    count = len(found[0]) if found else 0
    if count == len(code) and count != digits and (exact or count < digits):
        return Unread(f"{count} digits, not {digits}")
    if count < digits or (exact and count != len(code)):
        return Unread(f"not {digits} digits" if exact else f"does not start with {digits} digits")
    return None
