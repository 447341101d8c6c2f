"""What a program passes that no file holds: enumerations, UUIDs, scalars of numpy."""

import datetime as dt
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from fractions import Fraction
from uuid import UUID

import numpy as np
import pandas as pd
import pydantic
import pytest

from turnout.dsl import types
from turnout.dsl.types import Field, FieldType
from turnout.dsl.values.built_ins import OPAQUE, built_in, kind_of
from turnout.dsl.values.readers import read
from turnout.dsl.values.reading import MISSING, Unread

ONE_OF = types.OneOf(("website", "referral"))


class Source(Enum):
    """Where a lead comes from, as a service has it."""

    WEBSITE = "website"
    EVENT = "event"
    FIRST = 1
    NOTHING = None


class Size(IntEnum):
    """A number with a name."""

    SMALL = 10


class Land(StrEnum):
    """A text with a name."""

    GERMANY = "de"


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (ONE_OF, Source.WEBSITE, "website"),
        (
            types.AnyOf(("website", "referral")),
            [Source.WEBSITE, "referral"],
            {"website", "referral"},
        ),
        (
            types.AnyOf(("website", "referral")),
            np.array(["website", "referral"]),
            {"website", "referral"},
        ),
        (types.Integer(), Size.SMALL, 10),
        (types.Country(), Land.GERMANY, "DE"),
        (
            types.Text(),
            UUID("550E8400-E29B-41D4-A716-446655440000"),
            "550e8400-e29b-41d4-a716-446655440000",
        ),
        (types.Text(), pydantic.AnyUrl("https://acme.example/a"), "https://acme.example/a"),
        (types.Integer(), np.int64(5_000), 5_000),
        (types.Integer(), np.uint8(5), 5),
        (types.Text(), np.int64(10_017), "10017"),
        (types.Code(None), np.float64(2134), "2134"),
        (types.Number(), np.float32(0.7), Decimal("0.7")),
        (types.Number(), np.float64(0.1), Decimal("0.1")),
        (types.Number(), np.longdouble("2.5"), Decimal("2.5")),
        (types.Boolean(), np.bool_(True), True),
        (types.Country(), np.str_("Germany"), "DE"),
        (types.Date(), np.datetime64("2026-03-01"), dt.date(2026, 3, 1)),
        (types.Date(), np.datetime64("2026-03-01T23:30:00.123456789"), dt.date(2026, 3, 1)),
        (types.Date(), pd.Timestamp("2026-03-01T10:00"), dt.date(2026, 3, 1)),
    ],
)
def test_what_says_something_is_read(kind: FieldType, raw: object, value: object) -> None:
    assert read(Field("field", kind), raw) == value


@pytest.mark.parametrize(
    "raw",
    [np.float32("nan"), np.float64("nan"), np.datetime64("NaT"), pd.NaT, pd.NA, Source.NOTHING],
)
def test_an_empty_cell_is_missing(raw: object) -> None:
    for kind in (types.Text(), types.Date(), types.Number()):
        assert read(Field("field", kind), raw) is MISSING


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        (types.Country(), Source.FIRST, "not a country"),
        (ONE_OF, Source.EVENT, "not a value of the list"),
        (types.Text(), b"L-1", "bytes, not text"),
        (types.Text(), np.bytes_(b"L-1"), "a value of type numpy.bytes_, not text"),
        (types.Text(), 5.5, "a number, not text"),
        (types.Integer(), Fraction(1, 2), "a value of type fractions.Fraction, not a whole number"),
        (types.Number(), np.complex128(1), "a value of type numpy.complex128, not a number"),
        (types.Date(), np.timedelta64(5, "D"), "a value of type numpy.timedelta64, not a date"),
        (
            types.Date(),
            np.datetime64("300000-01-01"),
            "a value of type numpy.datetime64, not a date",
        ),
        (types.Integer(), np.datetime64("2026-03-01", "ns"), "a date, not a whole number"),
        (types.Text(), np.array(["a"]), "a list, not text"),
        (types.Integer(), np.array([[1]]), "a value of type numpy.ndarray, not a whole number"),
    ],
)
def test_what_says_nothing_of_the_kind_is_told_with_its_type(
    kind: FieldType, raw: object, reason: str
) -> None:
    found = read(Field("field", kind), raw)
    assert isinstance(found, Unread)
    assert found.reason.startswith(reason)


def test_the_name_of_a_type_is_short_and_printable() -> None:
    odd = type("odd\n" + "x" * 200, (), {"__module__": "m"})()
    assert built_in(odd) is OPAQUE
    assert kind_of(odd).isprintable()
    assert len(kind_of(odd)) < 100
