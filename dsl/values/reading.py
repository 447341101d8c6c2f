"""What reading one raw value comes to: a value, nothing, or a reason why it can't be used.

A good value is returned bare, not wrapped: most values are good, and reading is the
hottest loop of a run.
"""

from collections.abc import Callable
from enum import Enum
from typing import Final, TypeAlias

from turnout.dsl.types import Value
from turnout.frozen import frozen


class Missing(Enum):
    """The type of `MISSING`."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""There is no value: None, "", blanks, or a placeholder that the field declares."""


@frozen
class Unread:
    """A value that can't be read as its field's type.

    reason: a sentence fragment, such as "not a whole number".
    kept: what could be read nonetheless (of an `any of` value a part, of several languages
    the first), None where there is nothing; a reader of leads uses it, a reader of literals
    refuses the whole.
    """

    reason: str
    kept: Value | None = None


@frozen
class Issue:
    """Something about a lead's data that the reader couldn't use as it stood.

    field: the field's name, or "" for the lead as a whole. raw: the value as it came,
    shortened. reason: one sentence fragment, such as "not a number".
    """

    field: str
    raw: str
    reason: str


Reading: TypeAlias = Value | Missing | Unread

FromText: TypeAlias = Callable[[str, str | None], Reading]
"""Reads a non-empty text without outer blanks; the second argument is the lead's country."""

FromOther: TypeAlias = Callable[[object], Reading | None]
"""Reads what is neither text nor missing; None where the type can't come from such an object."""

Reader: TypeAlias = Callable[[object, str | None], Reading]
"""Reads any object at all as one field's type; the second argument is the lead's country
(ISO 3166-1 alpha-2) or None. Never raises."""
