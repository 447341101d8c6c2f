"""Numbers and amounts: leniently, but never silently wrong."""

from decimal import Decimal
from fractions import Fraction

import pytest

from turnout.dsl import types
from turnout.dsl.types import Field, FieldType
from turnout.dsl.values import Unread, read
from turnout.dsl.values.numerals import readings

INTEGER = types.Integer()
NUMBER = types.Number()
DOLLARS = types.Money("USD")
EUROS = types.Money("EUR")
LONG = "longer than 30 digits"


def value(kind: FieldType, raw: object) -> object:
    return read(Field("field", kind), raw)


def refusal(kind: FieldType, raw: object) -> str:
    found = value(kind, raw)
    assert isinstance(found, Unread), found
    return found.reason


@pytest.mark.parametrize(
    "raw",
    "1200|1,200|1.200|1 200|1\u202f200|1'200|1\u2019200|1200.0|1200,0|1.200,0".split("|")
    + "1.2k|+1200|1.2e3|001200|0.0012M|\uff11\uff12\uff10\uff10|\u0661\u0662\u0660\u0660".split(
        "|"
    ),
)
def test_a_whole_number_is_read_in_every_unambiguous_spelling(raw: str) -> None:
    found = value(INTEGER, raw)
    assert found == 1200
    assert type(found) is int


@pytest.mark.parametrize("raw", [1200, 1200.0, Decimal("1.2E+3")])
def test_a_number_without_a_fraction_is_whole(raw: object) -> None:
    assert value(INTEGER, raw) == 1200


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("1.000", "ambiguous: 1000 or 1"),
        ("1.200M", "ambiguous: 1200000000 or 1200000"),
        ("1000+", "not a whole number"),
        ("10-49", "not a whole number"),
        ("about 50", "not a whole number"),
        ("1.2.3", "not a whole number"),
        ("12 34", "not a whole number"),
        ("50%", "not a whole number"),
        ("5.5", "not a whole number"),
        ("1,20", "not a whole number"),
        ("10²", "not a whole number"),
        ("½", "not a whole number"),
        ("5.", "not a whole number"),
        ("-", "a placeholder"),
        ("0x10", "not a whole number"),
        ("1_000", "not a whole number"),
        ("NaN", "a placeholder"),
        (5.5, "not a whole number"),
        (True, "a boolean, not a whole number"),
        (Fraction(1), "a value of type fractions.Fraction, not a whole number"),
        (float("inf"), "not a finite number"),
        (Decimal("-Infinity"), "not a finite number"),
        (10**30, LONG),
        (Decimal("1E+1000000"), LONG),
        ("9" * 31, LONG),
        ("9" * 5000, LONG),
        ("1e99", LONG),
    ],
)
def test_what_is_no_single_whole_number_is_refused(raw: object, reason: str) -> None:
    assert refusal(INTEGER, raw) == reason


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("-5", "-5"),
        ("\u22125", "-5"),
        ("1,5", "1.5"),
        ("0.734", "0.734"),
        ("0,125", "0.125"),
        ("1234,567", "1234.567"),
        ("1234.567", "1234.567"),
        ("1.2345", "1.2345"),
        (".5", "0.5"),
        ("1.200,50", "1200.5"),
        ("1,200.500", "1200.5"),
        ("1.200.000", "1200000"),
        ("12,34,567.8", "1234567.8"),
        ("12 345,678", "12345.678"),
        ("1'234.567", "1234.567"),
        ("1,200,000", "1200000"),
        ("1e-3", "0.001"),
        ("12.50", "12.5"),
        ("-0", "0"),
        (0.1, "0.1"),
        (-0.0, "0"),
        (1e-20, "0.00000000000000000001"),
        (Decimal("0E+99"), "0"),
        (7, "7"),
    ],
)
def test_a_number_is_read_exactly(raw: object, expected: str) -> None:
    found = value(NUMBER, raw)
    assert isinstance(found, Decimal)
    assert str(found) == expected or format(found, "f") == expected


@pytest.mark.parametrize("raw", ["1,200", "12,345", "-5,000", "1,200k"])
def test_a_comma_before_three_digits_groups_in_whole_numbers_and_amounts_alone(raw: str) -> None:
    assert refusal(NUMBER, raw).startswith("ambiguous: ")
    grouped = Decimal(raw.replace(",", "").replace("k", "000"))
    assert value(INTEGER, raw) == grouped
    assert value(DOLLARS, raw) == grouped


@pytest.mark.parametrize("sign", ["", ".", ","])
@pytest.mark.parametrize(
    "raw",
    "1,884|884|999,999,999,999,999|1,234,567,890,123,456|0,123|1,23,456|12,34,567|1,2345|1,234,56"
    "|1,234.5|1,234.0|1,,234|1,234,|1 234,567".split("|"),
)
def test_a_whole_number_in_thousands_is_the_one_reading_that_it_has(raw: str, sign: str) -> None:
    found = {each for each in readings(raw, sign) if each == each.to_integral_value()}
    kind = types.Integer(numerals=types.Numerals(sign))
    if len(found) == 1:
        assert {value(kind, raw)} == found
    else:
        assert refusal(kind, raw)


@pytest.mark.parametrize(("sign", "number"), [(".", "12345"), (",", "12.345")])
def test_a_declared_sign_settles_what_a_comma_is(sign: str, number: str) -> None:
    kind = types.Number(numerals=types.Numerals(sign))
    assert value(kind, "12,345") == Decimal(number)


@pytest.mark.parametrize("raw", ["1.200", "999.000", "-12.345"])
def test_a_dot_before_three_digits_is_refused_where_it_could_group(raw: str) -> None:
    assert refusal(NUMBER, raw).startswith("ambiguous: ")
    assert refusal(DOLLARS, raw).startswith("ambiguous: ")


def test_an_integer_that_python_would_not_print_is_refused_at_once() -> None:
    assert refusal(INTEGER, -(10**100_000)) == LONG


@pytest.mark.parametrize("raw", [1e-40, "0." + "1" * 40, Decimal("1E-1000000"), "1" * 31])
def test_a_number_of_more_than_30_digits_is_refused_not_rounded(raw: object) -> None:
    assert refusal(NUMBER, raw) == LONG


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        (types.Integer(0, 100), "101", "outside 0..100"),
        (types.Integer(0, 100), -1, "outside 0..100"),
        (types.Integer(0), "-1", "outside 0.."),
        (types.Integer(None, 5), "6", "outside ..5"),
        (types.Number(Decimal("0.5")), "0.4", "outside 0.5.."),
        (types.Number(None, Decimal(1)), 1.5, "outside ..1"),
    ],
)
def test_a_number_out_of_range_is_refused(kind: FieldType, raw: object, reason: str) -> None:
    assert refusal(kind, raw) == reason


def test_the_bounds_are_inside_the_range() -> None:
    assert [value(types.Integer(0, 100), raw) for raw in ("0", 100)] == [0, 100]


@pytest.mark.parametrize(
    "raw",
    "$1,200.50|USD 1,200.50|1200.50 usd|US$ 1 200.50|1,2005k$|$1.2005K|+$1200.50|$ 1'200.50".split(
        "|"
    ),
)
def test_an_amount_may_carry_its_own_currency(raw: str) -> None:
    assert value(DOLLARS, raw) == Decimal("1200.5")


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (EUROS, "12 Mio. €", 12_000_000),
        (EUROS, "€1.200,00", 1200),
        (EUROS, "3 Mrd EUR", 3_000_000_000),
        (DOLLARS, "$1.5bn", 1_500_000_000),
        (DOLLARS, "-$5", -5),
        (DOLLARS, "$-5", -5),
        (types.Money("CAD"), "$5", 5),
        (types.Money("SEK"), "5 kr.", 5),
        (types.Money("CHF"), "Fr. 5", 5),
        (types.Money("JPY"), "￥5", 5),
    ],
)
def test_amounts_are_read_with_suffix_and_symbol(kind: FieldType, raw: str, expected: int) -> None:
    assert value(kind, raw) == expected


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        (DOLLARS, "€5", "in EUR, not USD"),
        (DOLLARS, "5 GBP", "in GBP, not USD"),
        (DOLLARS, "C$5", "in CAD, not USD"),
        (EUROS, "$5", "in $, not EUR"),
        (DOLLARS, "€5 USD", "in EUR, not USD"),
        (DOLLARS, "5 pcs", "not an amount"),
        (DOLLARS, "$", "not an amount"),
        (DOLLARS, "$1..5", "not an amount"),
        (DOLLARS, "-$-5", "not an amount"),
        (DOLLARS, "much", "not an amount"),
        (DOLLARS, "5²", "not an amount"),
        (DOLLARS, "9" * 40, LONG),
        (DOLLARS, {"amount": 5}, "an object, not an amount"),
    ],
)
def test_an_amount_in_another_currency_is_refused(
    kind: FieldType, raw: object, reason: str
) -> None:
    assert refusal(kind, raw) == reason
