"""What a schema can say of how a source writes: read so, or missing with an issue."""

from datetime import date
from decimal import Decimal

import pytest

from turnout.dsl import types
from turnout.dsl.types import Field, FieldType, Numerals
from turnout.dsl.values import Unread, read

COMMA, POINT = Numerals(","), Numerals(".")
LOW = Numerals(end="low")


def value(kind: FieldType, raw: object) -> object:
    return read(Field("field", kind), raw)


def refusal(kind: FieldType, raw: object) -> str:
    found = value(kind, raw)
    assert isinstance(found, Unread), found
    return found.reason


# -- dates --


@pytest.mark.parametrize(
    ("first", "raw", "expected"),
    [
        ("day", "8/1/2026", date(2026, 1, 8)),
        ("month", "8/1/2026", date(2026, 8, 1)),
        ("day", "08-01-2026 10:30", date(2026, 1, 8)),
        ("month", "08.01.2026", date(2026, 8, 1)),
        ("month", "2026-01-08", date(2026, 1, 8)),
        ("day", "8 January 2026", date(2026, 1, 8)),
    ],
)
def test_the_order_of_a_date_is_the_declared_one(first: str, raw: str, expected: date) -> None:
    assert value(types.Date(first), raw) == expected


@pytest.mark.parametrize(("first", "raw"), [("day", "1/31/2026"), ("month", "31/1/2026")])
def test_a_date_in_another_order_than_the_declared_one_is_an_issue(first: str, raw: str) -> None:
    assert refusal(types.Date(first), raw) == "not a day of the calendar"
    assert refusal(types.Date(first), "1/2/26") == "a year of two digits"


@pytest.mark.parametrize(
    ("numbers", "raw"),
    [
        ("epoch seconds", "1767225600"),
        ("epoch seconds", 1767311999),
        ("epoch milliseconds", "1767225600000"),
        ("epoch milliseconds", 1767225600000.0),
        ("sheet days", "46023"),
        ("sheet days", 46023.75),
        ("sheet days", "46023.0"),
        ("epoch seconds", "2026-01-01"),
    ],
)
def test_a_number_is_the_day_that_the_schema_says_it_counts_to(numbers: str, raw: object) -> None:
    assert value(types.Date(numbers=numbers), raw) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("numbers", "raw"),
    [("sheet days", "59"), ("sheet days", "-5"), ("sheet days", 10**8), ("epoch seconds", 1e300)],
)
def test_a_number_that_counts_to_no_day_is_an_issue(numbers: str, raw: object) -> None:
    assert refusal(types.Date(numbers=numbers), raw) == "not a day of the calendar"
    assert refusal(types.Date(numbers=numbers), True) == "a boolean, not a date"
    assert refusal(types.Date(), 46023) == "a number, not a date"


# -- numbers --


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (types.Number(numerals=COMMA), "5.000", 5000),
        (types.Number(numerals=COMMA), "12,345", Decimal("12.345")),
        (types.Number(numerals=COMMA), "1.234,5", Decimal("1234.5")),
        (types.Number(numerals=POINT), "12.345", Decimal("12.345")),
        (types.Number(numerals=POINT), "12,345", 12345),
        (types.Money("EUR", COMMA), "1.200 €", 1200),
        (types.Money("EUR", COMMA), "1.200", 1200),
        (types.Money("USD", POINT), "$1.200", Decimal("1.2")),
        (types.Integer(numerals=COMMA), "1.000", 1000),
        (types.Integer(numerals=POINT), "1,000", 1000),
    ],
)
def test_the_decimal_sign_is_the_declared_one(
    kind: FieldType, raw: str, expected: Decimal | int
) -> None:
    assert value(kind, raw) == expected


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (types.Number(numerals=COMMA), "12.5"),
        (types.Number(numerals=POINT), "12,5"),
        (types.Number(numerals=COMMA), "1,234.5"),
        (types.Number(numerals=POINT), "1.234,5"),
        (types.Integer(numerals=POINT), "1.000.000"),
        (types.Money("EUR", COMMA), "12.5"),
    ],
)
def test_a_number_with_another_decimal_sign_is_an_issue(kind: FieldType, raw: str) -> None:
    refusal(kind, raw)


def test_a_percentage_is_read_where_it_is_declared() -> None:
    kind = types.Number(numerals=Numerals(percent=True))
    assert [value(kind, raw) for raw in ("87%", "87 %", "87", "12.5%")] == [
        87,
        87,
        87,
        Decimal("12.5"),
    ]
    assert refusal(types.Number(), "87%") == "not a number"
    assert value(types.Integer(0, 100, Numerals(percent=True)), "87%") == 87
    assert refusal(types.Integer(0, 100, Numerals(percent=True)), "101%") == "outside 0..100"


@pytest.mark.parametrize(
    ("raw", "low", "high"),
    [
        ("250-500", 250, 500),
        ("250 \u2013 500", 250, 500),
        ("1,000 to 5,000", 1000, 5000),
        ("51-200 employees", 51, 200),
        ("between 5 and 10", 5, 10),
        ("1.000+", 1000, None),
        ("10,000+ employees", 10000, None),
        ("1000 or more", 1000, None),
        ("> 1000", 1000, None),
        ("<50", None, 50),
        ("up to 50", None, 50),
        ("10k-50k", 10000, 50000),
        ("300", 300, 300),
        ("300 employees", 300, 300),
    ],
)
def test_a_range_counts_as_the_end_that_the_schema_says(
    raw: str, low: int | None, high: int | None
) -> None:
    kinds = [types.Integer(0, None, Numerals(",", end=end)) for end in ("low", "high")]
    found = [value(kind, raw.replace(",", ".")) for kind in kinds]
    assert found[0] == (0 if low is None else low)
    assert found[1] == (Unread("a range without a high end") if high is None else high)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("500-250", "a range whose ends are swapped"),
        ("10-50k", "ambiguous: only one end of the range has a unit"),
        ("about 50", "not a whole number"),
        ("a-b", "not a whole number"),
        ("1-2-3", "not a whole number"),
        ("<50", "a range without a low end"),
    ],
)
def test_what_is_no_range_of_numbers_is_an_issue(raw: str, reason: str) -> None:
    assert refusal(types.Integer(numerals=LOW), raw) == reason


def test_ranges_of_money_are_read_where_they_are_declared() -> None:
    kind = types.Money("USD", Numerals(".", end="low"))
    assert value(kind, "$1M-$5M") == 1_000_000
    assert value(kind, "$1,000 - $5,000") == 1000
    refusal(kind, "€1-€5")
    assert refusal(types.Integer(), "250-500") == "not a whole number"


# -- truth --


def test_words_for_true_and_false_are_the_declared_ones() -> None:
    kind = types.Boolean(("Opt-in", "subscribed", "2"), ("opt-out", "unsubscribed"))
    assert [value(kind, raw) for raw in ("opt-IN", " Subscribed ", "yes", 2, "2")] == [True] * 5
    assert [value(kind, raw) for raw in ("Opt-Out", "unsubscribed", "no", 0)] == [False] * 4
    assert refusal(kind, "maybe") == "not true or false"
    assert refusal(types.Boolean(), "opt-in") == "not true or false"


def test_what_a_field_declares_comes_before_what_is_known() -> None:
    assert value(types.Boolean((), ("1",)), "1") is False
    assert value(types.Boolean((), ("1",)), 1) is False


# -- codes --


@pytest.mark.parametrize("raw", ["02134", "z:02134", '="02134"', "D-10115", "02134.0"])
def test_a_code_of_so_many_digits_is_read(raw: str) -> None:
    assert value(types.Code(None, 5), raw) in {"02134", "10115"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("2134", "4 digits, not 5"),
        ("2134.0", "4 digits, not 5"),
        (2134, "4 digits, not 5"),
        ("021345", "6 digits, not 5"),
        ("02134-1000", "not 5 digits"),
        ("SW1A 2AA", "not 5 digits"),
        ("2.134E+03", "rounded by a spreadsheet: its last digits are lost"),
    ],
)
def test_a_code_of_another_width_is_an_issue(raw: object, reason: str) -> None:
    assert refusal(types.Code(None, 5), raw) == reason


def test_the_first_digits_of_a_longer_code_are_read() -> None:
    kind = types.Code(5, 5)
    assert [value(kind, raw) for raw in ("02134-1000", "02134", "021341000")] == ["02134"] * 3
    assert refusal(kind, "2134") == "4 digits, not 5"
    assert refusal(kind, "2134-1000") == "does not start with 5 digits"
    assert value(types.Code(3, 3), "D-10115") == "101"


# -- subdivisions of one country --


def test_states_are_read_within_the_declared_country() -> None:
    kind = types.Subdivision(None, "US")
    assert [value(kind, raw) for raw in ("CA", "Calif.", "US-CA", "California")] == ["US-CA"] * 4
    assert refusal(kind, "CA-ON") == "a subdivision of CA, but country is US"
    assert refusal(kind, "Bavaria").startswith("not a subdivision of US")
