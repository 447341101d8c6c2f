"""Reading raw values as a field's type, and writing them back.

`read` takes whatever a lead holds; `literal` what a policy holds. Both give a normalised
value (see `turnout.dsl.types`), `MISSING`, or `Unread` with the reason.
"""

from turnout.dsl.values.literals import from_jsonable, jsonable, literal, show
from turnout.dsl.values.readers import read, reader
from turnout.dsl.values.reading import MISSING, Missing, Reader, Reading, Unread
from turnout.dsl.values.texts import normal_code, normal_text

__all__ = [
    "MISSING",
    "Missing",
    "Reader",
    "Reading",
    "Unread",
    "from_jsonable",
    "jsonable",
    "literal",
    "normal_code",
    "normal_text",
    "read",
    "reader",
    "show",
]
