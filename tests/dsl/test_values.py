"""What is read from a raw value, and what is refused rather than guessed."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPStatus

import pytest

from turnout.dsl import types
from turnout.dsl.types import Field, FieldType, Value
from turnout.dsl.values import MISSING, Unread, from_jsonable, jsonable, literal, read, show

LIST = ("healthcare", "real estate", "a-b", "a b", "-", "mixed Case")
PEOPLE = {"ana": "ana", "ana@acme.example": "ana", "ben": "ben"}
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
EVERY_TYPE: tuple[FieldType, ...] = (
    types.Text(),
    types.Code(),
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
    types.PersonName(PEOPLE),
)


def value(kind: FieldType, raw: object, *placeholders: str) -> object:
    return read(Field("field", kind, placeholders=placeholders), raw)


def refusal(kind: FieldType, raw: object) -> str:
    found = value(kind, raw)
    assert isinstance(found, Unread), found
    return found.reason


# -- missing --


@pytest.mark.parametrize("kind", EVERY_TYPE, ids=lambda kind: kind.word)
@pytest.mark.parametrize("raw", [None, "", " \t\n", "\u200b", "\ufeff ", float("nan")])
def test_nothing_is_missing_for_every_type(kind: FieldType, raw: object) -> None:
    assert value(kind, raw) is MISSING


@pytest.mark.parametrize("kind", EVERY_TYPE, ids=lambda kind: kind.word)
@pytest.mark.parametrize("raw", ["-1", " -1", -1, -1.0, "N/A", "not\u00a0 Known"])
def test_a_placeholder_is_missing_however_it_arrives(kind: FieldType, raw: object) -> None:
    assert value(kind, raw, "-1", "n/a", "Not known ") is MISSING


@pytest.mark.parametrize("name", ["NaTType", "NAType"])
def test_the_empty_cell_of_a_data_frame_is_missing(name: str) -> None:
    assert value(types.Date(), type(name, (), {})()) is MISSING
    assert value(types.Number(), Decimal("NaN")) is MISSING


# -- every type --


@pytest.mark.parametrize("kind", EVERY_TYPE, ids=lambda kind: kind.word)
@pytest.mark.parametrize("raw", [{}, b"x", object(), 1j, range(3)])
def test_what_has_no_plain_form_is_refused(kind: FieldType, raw: object) -> None:
    assert ", not " in refusal(kind, raw)


@pytest.mark.parametrize("kind", EVERY_TYPE, ids=lambda kind: kind.word)
def test_no_type_reads_what_can_not_be_stored_or_is_too_long(kind: FieldType) -> None:
    assert refusal(kind, "a\0") == "holds a NUL character or half a surrogate pair"
    assert refusal(kind, "é\ud800") == "holds a NUL character or half a surrogate pair"
    assert refusal(kind, "1" * 10_001) == "longer than 10,000 characters"


def test_a_list_is_no_single_value_even_with_one_element() -> None:
    assert refusal(types.Integer(), [5]) == "a list, not a whole number"
    assert refusal(types.Text(), ["x"]) == "a list, not text"


def test_subclasses_of_built_in_types_read_as_these() -> None:
    class Word(str):
        __slots__ = ()

        def strip(self, _characters: str | None = None) -> str:
            raise AssertionError

    assert value(types.Text(), Word(" A ")) == "a"
    assert value(types.Integer(), HTTPStatus.OK) == 200
    assert value(types.Number(), type("F", (float,), {})(1.5)) == Decimal("1.5")


# -- text and codes --


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  ACME\u00a0 Inc ", "acme inc"),
        ("Straße", "strasse"),
        ("E\u0301cole", "école"),
        ("soft\u00adware", "software"),
        (5, "5"),
        (5.0, "5"),
        (Decimal("5.00"), "5"),
    ],
)
def test_text_overlooks_case_and_blanks(raw: object, expected: str) -> None:
    assert value(types.Text(), raw) == expected


@pytest.mark.parametrize(
    ("raw", "first", "expected"),
    [
        ("02134", None, "02134"),
        ("02134-1000", 5, "02134"),
        (2134, None, "2134"),
        (2134.0, None, "2134"),
        ("sw1a 2aa", None, "SW1A2AA"),
        ("\uff11\uff12\uff13", None, "123"),
    ],
)
def test_a_code_keeps_zeros_and_loses_blanks(raw: object, first: int, expected: str) -> None:
    assert value(types.Code(first), raw) == expected


@pytest.mark.parametrize("raw", [True, 1.5, 1e17, 10**30, Decimal("1.5"), Decimal("Infinity")])
def test_a_number_that_may_have_lost_digits_is_no_code(raw: object) -> None:
    assert refusal(types.Code(), raw) in {"a number, not a code", "a boolean, not a code"}


# -- e-mail --


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Jo.Doe+x@Firm.EXAMPLE", "jo.doe+x@firm.example"),
        ("Jo Doe <JO@firm.example>", "jo@firm.example"),
        ("mailto:jo@firm.example", "jo@firm.example"),
        ("jo@firm.test", "jo@firm.test"),
        ("jörg@müller.example", "jörg@müller.example"),
        ("jo@xn--mller-kva.example", "jo@müller.example"),
    ],
)
def test_an_address_is_read_in_lower_case(raw: str, expected: str) -> None:
    assert value(types.Email(), raw) == expected


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("jo", ": no @"),
        ("jo@", ": nothing after the @"),
        ("@x.example", ": nothing before the @"),
        ("a@b@c.example", ": a second @"),
        ("a b@c.example", ": a blank in it"),
        ("jo@x,example", ": `,` in it"),
        ("jo@firm", ": no dot after the @"),
        ("x@y.local", ": .local is reserved, and nobody's"),
        ("jo@-x.de", ": a sign in its domain that none can have there"),
        ("jo@x..de", ": two dots in a row"),
        (".jo@x.de", ": a dot at an end before the @"),
        ("jo@10.0.0.1", ": a number where a domain stands"),
    ],
)
def test_what_is_no_address_is_refused_with_its_fault(raw: str, why: str) -> None:
    assert refusal(types.Email(), raw) == f"not an e-mail address{why}"


def test_an_address_that_no_server_would_take_is_refused() -> None:
    reason = refusal(types.Email(), f"{'x' * 300}@firm.example")
    assert reason == "not an e-mail address: more than 64 characters before the @"
    reason = refusal(types.Email(), f"{'x' * 2000}@firm.example")
    assert reason == "longer than an e-mail address can be"


# -- truth and dates --


@pytest.mark.parametrize("raw", [True, 1, 1.0, "Yes", "TRUE", "y", "on", "ja", "SÍ", "oui", "1"])
def test_yes_is_true(raw: object) -> None:
    assert value(types.Boolean(), raw) is True


@pytest.mark.parametrize("raw", [False, 0, 0.0, "no", "False", "N", "off", "nein", "non", "0"])
def test_no_is_false(raw: object) -> None:
    assert value(types.Boolean(), raw) is False


@pytest.mark.parametrize("raw", ["maybe", 2, -1, "x", 0.5])
def test_what_is_neither_is_refused(raw: object) -> None:
    assert refusal(types.Boolean(), raw) == "not true or false"


@pytest.mark.parametrize(
    "raw",
    "2026-01-31|20260131|2026/01/31|2026.1.31|2026-1-31|31.01.2026|31/1/2026".split("|")
    + "1/31/2026|31-01-2026|31 Jan 2026|January 31, 2026|Jan 31st 2026|31. January 2026".split("|")
    + "31-Jan-2026|2026-01-31T23:59:59.999Z|2026-01-31 10:00 +0200|1/31/2026 10:00 PM".split("|")
    + "2026-01-31T10:00:00.000+0000|20260131T100000Z| \uff12\uff1026-01-31".split("|"),
)
def test_a_day_is_read_as_it_is_written(raw: str) -> None:
    assert value(types.Date(), raw) == date(2026, 1, 31)


def test_a_date_is_its_own_day() -> None:
    assert value(types.Date(), NOON) == value(types.Date(), NOON.date()) == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("03/04/2026", "ambiguous: 3 April or 4 March"),
        ("3-4-2026", "ambiguous: 3 April or 4 March"),
        ("1/2/26", "a year of two digits"),
        ("31.1.26", "a year of two digits"),
        ("31 Jan '26", "a year of two digits"),
        ("2026-02-30", "not a day of the calendar"),
        ("30/30/2026", "not a day of the calendar"),
        ("0/5/2026", "not a day of the calendar"),
        ("3 Foo 2026", "not a date"),
        ("tomorrow", "not a date"),
        ("²1.1.2026", "not a date"),
        ("1767225600", "not a date"),
        (1767225600, "a number, not a date"),
        (True, "a boolean, not a date"),
    ],
)
def test_a_day_that_could_be_another_is_refused(raw: object, reason: str) -> None:
    assert refusal(types.Date(), raw) == reason


def test_a_date_whose_two_readings_agree_is_read() -> None:
    assert value(types.Date(), "04/04/2026") == date(2026, 4, 4)


# -- lists and people --


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Health Care", "healthcare"),
        ("HEALTH-CARE", "healthcare"),
        ("real_estate", "real estate"),
        ("a-b", "a-b"),
        ("a b", "a b"),
        ("-", "-"),
        ("MIXED.case", "mixed Case"),
    ],
)
def test_a_value_of_a_list_is_found_however_it_is_spelled(raw: str, expected: str) -> None:
    assert value(types.OneOf(LIST), raw) == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("helthcare", "not a value of the list; nearest: healthcare"),
        ("mining", "not a value of the list"),
        ("x" * 70, "not a value of the list"),
        ("--", "a placeholder"),
        ("real estate/", "not a value of the list; nearest: real estate"),
        ("A_B", "ambiguous: a-b or a b"),
        (True, "a boolean, not a value of the list"),
    ],
)
def test_a_value_outside_the_list_is_refused(raw: object, reason: str) -> None:
    assert refusal(types.OneOf(LIST), raw) == reason


def test_a_number_finds_the_value_that_looks_like_it() -> None:
    assert value(types.OneOf(("1", "2")), 1.0) == "1"
    assert value(types.AnyOf(("1", "2")), 1) == frozenset({"1"})
    assert value(types.AnyOf(("1", "2")), [1, 2]) == frozenset({"1", "2"})


@pytest.mark.parametrize(
    "raw", ["core; Analytics", "core|analytics", "core,\nanalytics,,", ["core", "ANALYTICS", None]]
)
def test_several_values_come_as_a_list_or_separated(raw: object) -> None:
    assert value(types.AnyOf(("core", "analytics")), raw) == {"core", "analytics"}


def test_a_declared_value_may_hold_a_separator() -> None:
    assert value(types.AnyOf(("a, b", "a")), "A, B") == {"a, b"}


def test_unknown_values_are_named_and_the_others_kept() -> None:
    kind = types.AnyOf(("core", "analytics"))
    assert value(kind, "core, x") == Unread("not values of the list: x", frozenset({"core"}))
    found = value(kind, ["d", "c", "b", "a", 5.5])
    assert found == Unread("not values of the list: a, an element that isn't text, b and 2 more")
    assert value(kind, "other") == Unread("not a value of the list")
    assert value(kind, ["", None, " "]) is MISSING
    assert value(kind, []) is MISSING
    assert refusal(kind, ["core"] * 10_001) == "more than 10,000 values"


def test_a_person_is_found_by_name_or_address() -> None:
    kind = types.PersonName(PEOPLE)
    assert value(kind, " ANA@Acme.example") == "ana"
    assert refusal(kind, "anna") == "not a person of the policy; nearest: ana"


# -- literals --


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (types.Number(), "1.250", Decimal("1.25")),
        (types.Money("USD"), "2.5k", Decimal(2500)),
        (types.Money("USD"), "1_200", Decimal(1200)),
        (types.Integer(), "100M", 100_000_000),
        (types.Integer(), "1.000", 1),
        (types.AnyOf(LIST), "Health-Care", "healthcare"),
        (types.Date(), "2026-01-31", date(2026, 1, 31)),
    ],
)
def test_a_literal_has_one_meaning(kind: FieldType, text: str, expected: Value) -> None:
    assert literal(Field("field", kind), text) == expected


@pytest.mark.parametrize(
    ("kind", "stored", "shown"),
    [
        (types.Money("USD"), Decimal(100_000_000), "100M"),
        (types.Integer(), -5_000_000, "-5M"),
        (types.Integer(), 1_500_000, "1500000"),
        (types.Integer(), 0, "0"),
        (types.Number(), Decimal("2.5"), "2.5"),
        (types.Boolean(), False, "false"),
        (types.Date(), date(2026, 1, 1), "2026-01-01"),
        (types.Country(), "DE", "DE"),
        (types.OneOf(LIST), "real estate", '"real estate"'),
        (types.OneOf(("none",)), "none", '"none"'),
        (types.AnyOf(LIST), frozenset({"b", "a-b"}), "[a-b, b]"),
        (types.Text(), 'a "b" \\c', r'"a \"b\" \\c"'),
        (types.Code(), "02134", '"02134"'),
    ],
)
def test_a_value_is_shown_as_an_author_writes_it(
    kind: FieldType, stored: Value, shown: str
) -> None:
    assert show(kind, stored) == shown == show(Field("field", kind), stored)


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (types.Date(), 5),
        (types.Number(), 5),
        (types.AnyOf(LIST), "x"),
        (types.Text(), None),
        (types.Boolean(), "true"),
        (types.Integer(), "5"),
        (types.Country(), 5),
    ],
)
def test_what_was_not_stored_is_not_taken_back(kind: FieldType, stored: object) -> None:
    with pytest.raises(ValueError, match="not a stored"):
        from_jsonable(kind, stored)


def test_equal_sets_and_numbers_are_stored_alike() -> None:
    assert jsonable(frozenset("cab")) == ["a", "b", "c"]
    assert jsonable(Decimal("1.5")) == "1.5"


# -- cost --


def test_reading_loads_no_table_that_it_does_not_need() -> None:
    code = """if True:
        import sys
        from turnout.dsl.types import Email, Field, Integer
        from turnout.dsl.values import read
        assert read(Field("n", Integer()), "5") == 5
        assert read(Field("e", Email()), "A@b.example") == "a@b.example"
        sys.exit(bool({"pycountry", "email_validator"} & set(sys.modules)))
    """
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
