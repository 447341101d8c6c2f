"""The values that a field of a closed type can have."""

from collections.abc import Mapping
from functools import cache
from typing import assert_never

from turnout.dsl import types
from turnout.dsl.types import Value
from turnout.dsl.values.iso import rows


def universe(kind: types.FieldType) -> tuple[Value, ...]:
    """Return every value of a type whose values can be listed, in a fixed order."""
    match kind:
        case types.Boolean():
            return (True, False)
        case types.OneOf(values):
            return values
        case types.PersonName(people):
            return tuple(dict.fromkeys(people.values()))
        case types.Country():
            return _countries()
        case types.Subdivision(_, within):
            return _subdivisions(within)
        case types.Language():
            return _languages()
        case (
            types.Text()
            | types.Code()
            | types.Email()
            | types.Phone()
            | types.Domain()
            | types.Integer()
            | types.Number()
            | types.Money()
            | types.Date()
            | types.AnyOf()
        ):
            raise AssertionError(kind)  # nobody lists these
        case _:
            assert_never(kind)


def example(kind: types.FieldType) -> Value | None:
    """Return one value of such a type, None where it has none; loads no tables."""
    if isinstance(kind, types.AnyOf):
        return frozenset(kind.values[:1])
    if isinstance(kind, types.Country):
        return "DE"
    if isinstance(kind, types.Subdivision) and kind.within is None:
        return "US-CA"
    return "en" if isinstance(kind, types.Language) else next(iter(universe(kind)), None)


def country_of(subdivision: Value) -> str:
    """Return the country in a subdivision's code.

    >>> country_of("US-CA")
    'US'
    """
    return str(subdivision).split("-", 1)[0]


# pycountry reads its tables when first asked, which costs more than most commands take.


@cache
def _countries() -> tuple[str, ...]:
    return tuple(sorted(row["alpha_2"] for row in rows("countries")))


@cache
def _subdivisions(within: str | None) -> tuple[str, ...]:
    """Return every subdivision, or those of one country."""
    if within is not None:
        return subdivisions_by_country().get(within, ())
    # Those of no place last: a witness is rather about one.
    codes = ((row["type"] == "Armed forces", row["code"]) for row in rows("subdivisions"))
    return tuple(code for _, code in sorted(codes))


@cache
def subdivisions_by_country() -> Mapping[str, tuple[str, ...]]:
    """Return the subdivisions of each country, in their order."""
    found: dict[str, list[str]] = {}
    for code in _subdivisions(None):
        found.setdefault(country_of(code), []).append(code)
    return {country: tuple(codes) for country, codes in found.items()}


@cache
def _languages() -> tuple[str, ...]:
    codes = sorted(row.get("alpha_2", row["alpha_3"]) for row in rows("languages"))
    return tuple(sorted(codes, key=len))
