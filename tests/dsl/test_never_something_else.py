"""A raw value is read as what it says, or it is missing with an issue: never as something else."""

import pytest

from turnout.dsl.types import (
    AnyOf,
    Code,
    Country,
    Domain,
    Email,
    Field,
    FieldType,
    Integer,
    Language,
    Numerals,
    OneOf,
    Phone,
    Subdivision,
    Text,
)
from turnout.dsl.values.readers import read
from turnout.dsl.values.reading import Reading, Unread

BERLIN = Phone("country", "DE")
ZIP = Code(None, 5)
LOW = Integer(1, None, Numerals(end="low"))
ITALIAN, AMERICAN = Subdivision("country", "IT"), Subdivision("country", "US")
TAGS = AnyOf(("VIP", "Blog", "Core, pro"))


def reading(kind: FieldType, raw: object) -> Reading:
    return read(Field("field", kind), raw)


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Country(), "Lao-PDR", "LA"),
        (Country(), "U.A.E", "AE"),
        (Country(), "D.R. Congo", "CD"),
        (ITALIAN, "Roma", "IT-RM"),
        (AMERICAN, "Ga.", "US-GA"),
        (AMERICAN, "N. Dak.", "US-ND"),
        (AMERICAN, "Virgin Islands", "US-VI"),
        (Language(), "en DE", "en"),
        (Language(), '"de"', "de"),
        (OneOf(("1", "2")), "\uff11", "1"),
        (Code(), '"02134"', "02134"),
        (Code(), "'02134'", "02134"),
        (Code(), '=""02134""', "02134"),
        (Code(), "z: 02134", "02134"),
        (ZIP, "D 10115", "10115"),
        (ZIP, "D\u201310115", "10115"),
        (ZIP, "d-10115", "10115"),
        (Code(5), "F 75001", "75001"),
        (Code(5), "SW1A 2AA", "SW1A2"),
        (Code(3), "D02 AF30", "D02"),
        (BERLIN, "+49 30 123456 (work)", "+4930123456"),
        (BERLIN, "030 123456 mobil", "+4930123456"),
        (BERLIN, "B\u00fcro: 030 123456", "+4930123456"),
        (BERLIN, "+4930123456.0", "+4930123456"),
        (BERLIN, "\uff10\uff13\uff10\u2212\uff11\uff12\uff13\uff14\uff15\uff16", "+4930123456"),
        (BERLIN, "\u202a+49 30 123456\u202c", "+4930123456"),
        (BERLIN, "030 123456 Durchwahl 12", "+4930123456"),
        (BERLIN, "0800 FLOWERS", "+498003569377"),
        (LOW, "51-200 Mitarbeiter", 51),
        (LOW, "11-50\u4eba", 11),
        (LOW, "10+ people", 10),
        (Email(), "'kim@firm.example", "kim@firm.example"),
        (TAGS, "Core, pro; VIP", frozenset({"Core, pro", "VIP"})),
        (TAGS, "VIP, Blog", frozenset({"VIP", "Blog"})),
    ],
)
def test_what_is_said_is_read(kind: FieldType, raw: str, value: object) -> None:
    assert reading(kind, raw) == value


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        (Country(), "PE RU", "several countries: PE, RU"),
        (Country(), "MA-LI", "several countries: LI, MA"),
        (ITALIAN, "BA RI", "several subdivisions: IT-BA, IT-RI"),
        (AMERICAN, "CA OR", "several subdivisions: US-CA, US-OR"),
        (Language(), "und", "not a language; nearest: Rundi"),
        (Language(), "mul", "not a language"),
        (Language(), "dán", "not a language"),  # Danish to Hungarians, and Dan to nobody
        (OneOf(("1", "102")), "10\u00b2", "not a value of the list"),
        (OneOf(("1", "102")), "\u2460", "not a value of the list"),
        (ZIP, "1011\u00b2", "not 5 digits"),
        (BERLIN, "+49 30 123456 abc", "not a phone number"),
        (BERLIN, "030 123456 w", "not a phone number"),
        (LOW, "5 million", "not a whole number"),
        (LOW, "500 EUR", "not a whole number"),
        (LOW, "0-10", "outside 1.."),
        (LOW, "1.001-5.000", "ambiguous: 5000 or 5"),
        (Text(), '""', "a placeholder"),
        (Text(), "[]", "a placeholder"),
        (Text(), "(No value)", "a placeholder"),
        (Domain(), "k.A.", "a placeholder"),
        (Domain(), "n.d.", "a placeholder"),
    ],
)
def test_what_says_something_else_is_an_issue(kind: FieldType, raw: str, reason: str) -> None:
    assert reading(kind, raw) == Unread(reason)


@pytest.mark.parametrize("raw", ["en de", "EN DE", "en; de"])
def test_of_codes_in_a_row_the_first_counts(raw: str) -> None:
    assert reading(Language(), raw) == Unread("several languages, the first counts: en, de", "en")
