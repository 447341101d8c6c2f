"""What exporters and forms make of values: read as what they mean, or missing with an issue."""

import pytest

from turnout.dsl import types
from turnout.dsl.resolve.literals import read_literal
from turnout.dsl.types import Field, FieldType, Value
from turnout.dsl.values import MISSING, Unread, read
from turnout.runtime.records.guards import harmless

LIST = ("core", "analytics")
CLOSED: tuple[FieldType, ...] = (
    types.Email(),
    types.Integer(),
    types.Number(),
    types.Money("USD"),
    types.Boolean(),
    types.Date(),
    types.Country(),
    types.Subdivision("country"),
    types.Language(),
    types.OneOf(LIST),
    types.AnyOf(LIST),
    types.PersonName({"ana": "ana"}),
)
OPEN: tuple[FieldType, ...] = (types.Text(), types.Code())
PLACEHOLDER = Unread("a placeholder")


def value(kind: FieldType, raw: object, *placeholders: str) -> object:
    return read(Field("field", kind, placeholders=placeholders), raw, "US")


# -- placeholders --


@pytest.mark.parametrize("kind", [*CLOSED, *OPEN], ids=lambda kind: kind.word)
@pytest.mark.parametrize(
    "raw", "N/A|n.a.|N / A|#N/A|#REF!|null|NaN|--None--|-|--|?|...|(not set)|undefined".split("|")
)
def test_what_says_that_there_is_nothing_is_missing_with_an_issue(
    kind: FieldType, raw: str
) -> None:
    assert value(kind, raw) == PLACEHOLDER


@pytest.mark.parametrize("kind", CLOSED, ids=lambda kind: kind.word)
@pytest.mark.parametrize("raw", ["Unknown", "None", "Please select", "k.A.", "Not specified"])
def test_words_are_placeholders_where_no_free_text_is_meant(kind: FieldType, raw: str) -> None:
    assert value(kind, raw) == PLACEHOLDER


def test_words_may_be_free_text() -> None:
    assert value(types.Text(), "Unknown") == "unknown"
    assert value(types.Code(), "None") == "NONE"


@pytest.mark.parametrize("kind", [*CLOSED, *OPEN], ids=lambda kind: kind.word)
def test_a_declared_placeholder_is_missing_without_an_issue(kind: FieldType) -> None:
    assert value(kind, "N/A", "n/a") is MISSING


def test_what_the_list_holds_is_no_placeholder() -> None:
    kind = types.OneOf(("None", "Unknown", "-", "Some"))
    assert [value(kind, raw) for raw in ("none", "Unknown", "-")] == ["None", "Unknown", "-"]
    assert value(types.AnyOf(("None", "Some")), "None; Some") == {"None", "Some"}


def test_a_policy_can_not_ask_for_a_placeholder() -> None:
    country = Field("country", types.Country())
    assert read_literal(country, "N/A") == (None, "a placeholder")
    assert read_literal(Field("city", types.Text()), "n/a") == (None, "a placeholder")


@pytest.mark.parametrize("kind", [*CLOSED, *OPEN], ids=lambda kind: kind.word)
def test_the_test_lead_of_an_ad_platform_says_nothing(kind: FieldType) -> None:
    assert value(kind, "<test lead: dummy data for full_name>") == PLACEHOLDER


# -- what stands around a value --


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (types.Code(), '="02134"', "02134"),
        (types.Code(), "'02134", "02134"),
        (types.Text(), "'+49 30 1", "+49 30 1"),
        (types.Text(), "'=1+1", "=1+1"),
        (types.Text(), "'t Hooft", "'t hooft"),
        (types.Text(), "'90s Records", "'90s records"),
        (types.Integer(), "'1200", 1200),
        (types.Country(), '"Germany"', "DE"),
        (types.OneOf(LIST), '"Core"', "core"),
        (types.Email(), '="kim@firm.example"', "kim@firm.example"),
        (types.Text(), '"Acme"', '"acme"'),
        (types.Code(), "z:02134", "02134"),
        (types.Code(), "p:+4930123", "+4930123"),
        (types.Code(), "l:123456", "123456"),
        (types.Code(), "Z:X", "Z:X"),
        (types.Code(5), "z:02134-1000", "02134"),
        (types.Code(), "2134.0", "2134"),
        (types.Integer(), "2134.0", 2134),
    ],
)
def test_what_an_export_puts_around_a_value_is_taken_off(
    kind: FieldType, raw: str, expected: Value
) -> None:
    assert value(kind, raw) == expected


@pytest.mark.parametrize("raw", ["4.93012E+11", "4,93012E+11", "1E+15", "4.93012e+11"])
def test_a_code_whose_digits_a_sheet_rounded_is_not_read(raw: str) -> None:
    assert value(types.Code(), raw) == Unread("rounded by a spreadsheet: its last digits are lost")
    assert value(types.Code(), "12E4") == "12E4"


@pytest.mark.parametrize("start", list("=+-@"))
def test_what_turnout_guards_against_formulas_is_read_back(start: str) -> None:
    text = f"{start}sum(a1)"
    assert harmless(text) == f"'{text}"
    assert value(types.Text(), harmless(text)) == text == value(types.Text(), text)


# -- lists in a cell --


@pytest.mark.parametrize(
    "raw",
    [
        '"VIP","Blog"',
        '["VIP", "Blog"]',
        "['VIP', 'Blog']",
        '{VIP,"Blog"}',
        "[VIP; Blog]",
        '"VIP, Blog"',
        '"VIP" | "Blog"',
        "VIP;Blog;",
    ],
)
def test_a_list_in_a_cell_is_read_in_every_form(raw: str) -> None:
    assert value(types.AnyOf(("VIP", "Blog")), raw) == {"VIP", "Blog"}


def test_quotes_keep_what_they_hold_together() -> None:
    kind = types.AnyOf(("Blog, daily", 'say "hi"', "VIP"))
    assert value(kind, '"Blog, daily",VIP') == {"Blog, daily", "VIP"}
    assert value(kind, '"say ""hi""","VIP"') == {'say "hi"', "VIP"}
    assert isinstance(value(kind, '"VIP","Blog'), Unread)


# -- values of a list --


@pytest.mark.parametrize(
    ("values", "raw", "expected"),
    [
        (("A+", "A", "B"), "A+", "A+"),
        (("A+", "A", "B"), "a", "A"),
        (("A+", "A", "A-"), "A-", "A-"),
        (("1", "2"), "1", "1"),
        (("1-10", "11-50"), "1 - 10", "1-10"),
        (("1-10", "11-50"), "1\u201310", "1-10"),
        (("C++", "C#", "C"), "c#", "C#"),
        (("Mid-Market",), "mid market", "Mid-Market"),
        (("R&D",), "r & d", "R&D"),
    ],
)
def test_what_is_spelled_like_one_value_is_it(
    values: tuple[str, ...], raw: str, expected: str
) -> None:
    assert value(types.OneOf(values), raw) == expected


@pytest.mark.parametrize(
    ("values", "raw"),
    [
        (("A+", "A", "B"), "A-"),
        (("1", "2"), "-1"),
        (("1-10", "11-50"), "110"),
        (("1-10", "11-50"), "1.10"),
        (("110",), "1-10"),
        (("B",), "B-"),
        (("C",), "C."),
    ],
)
def test_a_sign_at_an_end_or_between_digits_is_not_overlooked(
    values: tuple[str, ...], raw: str
) -> None:
    assert isinstance(value(types.OneOf(values), raw), Unread)
    assert isinstance(value(types.AnyOf(values), raw), Unread)


# -- addresses --


@pytest.mark.parametrize(
    "raw",
    [
        "kim@firm.example.",
        '"kim"@firm.example',
        "<kim@firm.example>",
        "kim@firm.example, KIM@firm.example",
        "kim@firm.example;kim@firm.example",
        "mailto:kim@firm.example",
    ],
)
def test_an_address_is_read_however_it_is_wrapped(raw: str) -> None:
    assert value(types.Email(), raw) == "kim@firm.example"


@pytest.mark.parametrize("raw", ["a@b.de, c@d.de", "a@b.de;c@d.de", "a@b.de / c@d.de"])
def test_two_addresses_are_an_issue(raw: str) -> None:
    assert value(types.Email(), raw) == Unread("several e-mail addresses")
