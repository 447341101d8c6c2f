"""Literals of a policy, read exactly as the values of leads are."""

from collections.abc import Callable, Sequence

from turnout.dsl.headers import ColumnNames
from turnout.dsl.types import Country, Field, Value, country_field
from turnout.dsl.values import Missing, Unread, literal

_COUNTRY = Field("country", Country())


def read_literal(field: Field, text: str, country: str | None = None) -> tuple[Value | None, str]:
    """Return the value that `text` writes and "", or None and why it writes none.

    country: alpha-2, where a subdivision may be written by its name or short code.

    >>> from turnout.dsl.types import Country, Integer
    >>> read_literal(Field("country", Country()), "Germany")
    ('DE', '')
    >>> read_literal(Field("employees", Integer(0)), "many")
    (None, 'not a whole number')
    """
    match literal(field, text, country):
        case Missing():
            return None, "counts as missing; ask with `is missing`"
        case Unread(reason=reason):
            return None, reason
        case value:
            return value, ""


def cell_reader(
    field: Field, at: int, columns: Sequence[str]
) -> Callable[[Sequence[str]], tuple[Value | None, str]]:
    """Return what reads the cell `at` in rows of a table, as `read_literal` reads literals.

    A subdivision is read within the country of its row, where the table has a column of the
    country field's name: "Texas" and "TX" then say as much as "US-TX".

    >>> from turnout.dsl.types import Subdivision
    >>> state = Field("state", Subdivision("country"))
    >>> cell_reader(state, 0, ["state", "country"])(["Texas", "USA"])
    ('US-TX', '')
    """
    of = country_field(field.type)
    places = () if of is None else ColumnNames(columns).find(of)
    beside = columns.index(places[0]) if places else at
    if beside == at:
        return lambda cells: read_literal(field, cells[at])

    def read(cells: Sequence[str]) -> tuple[Value | None, str]:
        found = read_literal(field, cells[at])  # a full code needs no country
        if found[0] is not None or not cells[beside].strip():
            return found
        country, reason = read_literal(_COUNTRY, cells[beside])
        if country is None:
            return None, f"its country `{cells[beside]}` is {reason}"
        return read_literal(field, cells[at], str(country))

    return read
