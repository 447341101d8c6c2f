"""Ids of records in Salesforce, which come in two lengths.

The 15 characters of an id differ in case alone from those of other records; for programs that
don't tell case, three more say which letters are capitals. Each of the three stands for five
of the others, the first of them in the lowest bit. Both forms are read as the one of 18, with
the capitals that it says, so that an export whose capitals were lost gives the same id.
"""

from turnout.dsl.values.reading import MISSING, Reading, Unread

_SHORT, _LONG, _GROUP = 15, 18, 5
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_NOBODY = "0" * _SHORT
_NONE = Unread("not an id of 15 or 18 letters and digits")
_UNFIT = Unread("its last three characters don't fit the others")


def salesforce_id(text: str, _country: str | None = None) -> Reading:
    """Read an id as its form of 18 characters.

    >>> salesforce_id("00Q5e00001AbCdE"), salesforce_id("00q5e00001abcdeeav")
    ('00Q5e00001AbCdEEAV', '00Q5e00001AbCdEEAV')
    """
    if len(text) not in {_SHORT, _LONG} or not (text.isascii() and text.isalnum()):
        return _NONE
    short, sum_ = text[:_SHORT], text[_SHORT:].upper()
    if sum_:
        restored = _restored(short, sum_)
        is_lost = short in {short.lower(), short.upper()}
        if restored is None or (restored != short and not is_lost):
            return _UNFIT
        short = restored
    return MISSING if short == _NOBODY else short + _sum(short)


def _sum(short: str) -> str:
    """Return the three characters that say which of an id's letters are capitals."""
    groups = (short[at : at + _GROUP] for at in range(0, _SHORT, _GROUP))
    return "".join(
        _DIGITS[sum(letter.isupper() << bit for bit, letter in enumerate(group))]
        for group in groups
    )


def _restored(short: str, sum_: str) -> str | None:
    """Return the id with the capitals that its last three characters say, None if they can't."""
    if any(digit not in _DIGITS for digit in sum_):
        return None
    bits = [_DIGITS.index(digit) >> bit & 1 for digit in sum_ for bit in range(_GROUP)]
    pairs = list(zip(short, bits, strict=True))
    if any(bit and letter.isdigit() for letter, bit in pairs):
        return None
    return "".join(letter.upper() if bit else letter.lower() for letter, bit in pairs)
