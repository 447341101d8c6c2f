"""Literals of a policy, read exactly as the values of leads are."""

from turnout.dsl.types import Field, Value
from turnout.dsl.values import Missing, Unread, literal


def read_literal(field: Field, text: str) -> tuple[Value | None, str]:
    """Return the value that `text` writes and "", or None and why it writes none.

    >>> from turnout.dsl.types import Country, Integer
    >>> read_literal(Field("country", Country()), "Germany")
    ('DE', '')
    >>> read_literal(Field("employees", Integer(0)), "many")
    (None, 'not a whole number')
    """
    match literal(field, text):
        case Missing():
            return None, "counts as missing; ask with `is missing`"
        case Unread(reason=reason):
            return None, reason
        case value:
            return value, ""
