"""Codes: texts that may look like numbers, such as postcodes and the numbers of customers.

What a data frame or a platform puts around them is taken off; what a sheet rounded is lost.
"""

from turnout.dsl.values.exports import is_rounded, whole, without_platform
from turnout.dsl.values.reading import MISSING, FromText, Reading, Unread
from turnout.dsl.values.texts import normal_code

_ROUNDED = Unread("rounded by a spreadsheet: its last digits are lost")


def code(first: int | None) -> FromText:
    """Return the reader of a code, cut to `first` characters.

    >>> code(None)("2134.0", None), code(5)("z:02134-1000", None)
    ('2134', '02134')
    """

    def from_text(text: str, _country: str | None = None) -> Reading:
        written = normal_code(without_platform(text))
        if is_rounded(written):
            return _ROUNDED
        return whole(written)[:first] or MISSING

    return from_text
