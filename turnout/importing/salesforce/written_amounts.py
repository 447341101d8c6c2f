"""`EUR 50,000`: how criteria write numbers and amounts, and in which currency.

A firm with several currencies writes the code before each amount.
"""

import re
from collections import Counter
from collections.abc import Iterable

from turnout.dsl.values.money import is_currency
from turnout.frozen import frozen
from turnout.importing.foreign import FieldKind

_AMOUNT = re.compile(r"(?:([A-Z]{3})\s*)?([+-]?[0-9][0-9,]*(?:\.[0-9]+)?)\s*(%?)")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")

OF_AMOUNTS: frozenset[FieldKind | None] = frozenset({"integer", "number", "percent", "money"})


@frozen
class WrittenAmount:
    """A number as digits. currency: its code, None where none is written."""

    digits: str
    currency: str | None


def amount(text: str) -> WrittenAmount | None:
    """Return the amount that a text says, None where it says none.

    >>> amount("EUR 50,000"), amount("5,5")
    (WrittenAmount(digits='50000', currency='EUR'), None)
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        return None
    code, digits, _ = found.groups()
    if code is not None and not is_currency(code):
        return None
    if "," in digits:
        if _GROUPED.fullmatch(digits) is None:
            return None
        digits = digits.replace(",", "")
    return WrittenAmount(digits, code)


def likely_currency(values: Iterable[str]) -> str | None:
    """Return the currency in which most values are, the first of several; None for none."""
    codes = Counter(
        found.currency for value in values if (found := amount(value)) and found.currency
    )
    return max(codes, key=lambda code: codes[code]) if codes else None


def is_cut_up(values: tuple[str, ...]) -> bool:
    """Return whether a list of numbers is one number that commas cut up: `1,000,000`."""
    return len(values) > 1 and all(re.fullmatch("[0-9]{3}", each) for each in values[1:])
