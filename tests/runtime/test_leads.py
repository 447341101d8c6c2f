"""From raw records to leads: nothing is dropped, and what was wrong is said."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import attrs
import pytest

from turnout.dsl import types
from turnout.dsl.types import Field
from turnout.dsl.values.raw_leads import shortened
from turnout.dsl.values.reading import Issue
from turnout.runtime.leads import LACKING, Lead, lead_reader, leads
from turnout.runtime.records import Record

FIELDS = {
    field.name: field
    for field in (
        Field("state", types.Subdivision("country")),
        Field("id", types.Text(), required=True),
        Field("email", types.Email(), required=True),
        Field("country", types.Country()),
        Field("postal_code", types.Code(5)),
        Field("size", types.Integer(0)),
        Field("products", types.AnyOf(("core", "analytics"))),
    )
}


def lead(record: object, fields: Mapping[str, Field] = FIELDS, row: int | None = None) -> Lead:
    return lead_reader(fields)(record, row)


def fit(**record: object) -> Lead:
    """Return a lead with all that is required, and `record`."""
    return lead({"id": "1", "email": "a@firm.example", **record})


# -- columns --


@pytest.mark.parametrize("column", ["postal_code", "Postal Code", "POSTAL-CODE", "postalCode "])
def test_a_column_is_found_however_it_is_spelled(column: str) -> None:
    assert lead({column: "02134"}).values == {"postal_code": "02134"}


def test_unknown_columns_are_ignored_whatever_they_hold() -> None:
    record = {"attributes": {"type": "Lead"}, "Owner": ["x"], None: 1, 5: 2, ("a",): 3, "Id": "1"}
    assert lead(record).values == {"id": "1"}
    assert lead(record).issues == (Issue("email", "", LACKING),)


def test_more_columns_than_are_remembered_are_still_read() -> None:
    read = lead_reader(FIELDS)
    for start in range(0, 30_000, 6_000):
        read({f"column {number}": "x" for number in range(start, start + 6_000)}, None)
    assert read({"E Mail": "x", "e-mail": "a@firm.example"}, None).values == {
        "email": "a@firm.example"
    }


def test_the_exact_name_comes_before_another_spelling() -> None:
    found = fit(Size="5", size="7")
    assert found.values["size"] == 7
    assert found.issues == (Issue("size", "5", "a second value, in Size; the one in size counts"),)


def test_the_first_column_that_is_not_missing_counts() -> None:
    assert lead({"size": "", "Size": "5", "SIZE": None}).values["size"] == 5
    assert lead({"size": "", "Size": None}).values == {}


def test_a_column_that_can_be_read_comes_before_one_that_can_not() -> None:
    found = fit(Size="many", SIZE="5")
    assert found.values["size"] == 5
    assert [issue.raw for issue in found.issues] == ["many"]
    assert [issue.raw for issue in fit(Size="many", SIZE="few").issues] == ["few", "many"]


def test_the_same_value_twice_is_no_issue() -> None:
    assert fit(Size="1,200", size=1200).issues == ()


def test_any_mapping_is_a_record() -> None:
    assert lead(MappingProxyType({"size": 5})).values == {"size": 5}


# -- complaints and issues --


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (None, "not a record: nothing"),
        ([], "not a record: a list"),
        ("x", "not a record: text"),
        (5, "not a record: a number"),
        (True, "not a record: a boolean"),
        (object(), "not a record: a value of type object"),
    ],
)
def test_what_is_no_record_is_a_lead_with_a_complaint(raw: object, complaint: str) -> None:
    found = lead(raw, row=3)
    assert attrs.evolve(found, issues=()) == Lead(None, {}, (), 3, complaint)
    assert [issue.reason for issue in found.issues] == [complaint]


def test_a_lead_that_lacks_required_fields_says_which_and_keeps_the_rest() -> None:
    found = lead({"size": 5, "email": "nobody"})
    assert found.complaint == "no id, no email"
    assert found.values == {"size": 5}
    assert found.issues == (
        Issue("email", "nobody", "not an e-mail address: no @"),
        Issue("id", "", LACKING),
    )


def test_a_fit_lead_has_no_complaint() -> None:
    assert fit().complaint is None


def test_a_value_that_can_not_be_read_is_missing_and_told() -> None:
    found = fit(size="about 50")
    assert "size" not in found.values
    assert found.issues == (Issue("size", "about 50", "not a whole number"),)


def test_the_readable_part_of_several_values_is_kept() -> None:
    found = fit(products="core, foo")
    assert found.values["products"] == {"core"}
    assert found.issues == (Issue("products", "core, foo", "not values of the list: foo"),)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("x" * 200, "x" * 79 + "…"),
        ("a\nb\ud800\0", "a b  "),
        (None, ""),
        (True, "true"),
        (12.5, "12.5"),
        (10**80, "a number"),
        ({"a": 1}, "an object"),
        (["a"], "a list"),
    ],
)
def test_an_issue_shows_the_raw_value_short_and_printable(raw: object, shown: str) -> None:
    assert shortened(raw) == shown


# -- places --


def test_a_missing_country_is_taken_from_the_full_code_of_a_subdivision() -> None:
    assert fit(state="US-CA").values["country"] == "US"
    assert fit(state="US-CA", country="?").values["country"] == "US"


def test_a_subdivision_is_read_together_with_the_country() -> None:
    assert fit(state="California", country="usa").values["state"] == "US-CA"


def test_a_subdivision_of_another_country_is_missing() -> None:
    found = fit(state="US-CA", country="Germany")
    assert found.values["country"] == "DE"
    assert "state" not in found.values
    assert found.issues == (Issue("state", "US-CA", "a subdivision of US, but country is DE"),)


def test_what_one_lead_could_not_say_another_can() -> None:
    read = lead_reader(FIELDS)
    german = {"state": "US-CA", "country": "Germany", "size": "many"}
    first = [read(german, None) for _ in range(2)]
    assert first[0].issues == first[1].issues
    assert [issue.field for issue in first[1].issues if issue.raw] == ["size", "state"]
    assert read({"state": "US-CA", "country": "US"}, None).values["state"] == "US-CA"


def test_two_subdivisions_agree_on_one_country() -> None:
    fields = {
        name: Field(name, types.Subdivision("country")) for name in ("billing", "shipping")
    } | {"country": FIELDS["country"]}
    found = lead({"billing": "US-CA", "shipping": "CA-BC"}, fields)
    assert found.values == {"billing": "US-CA", "country": "US"}
    assert found.issues[0].reason == "a subdivision of CA, but country is US"


def test_without_a_country_field_only_full_codes_are_read() -> None:
    fields = {"state": Field("state", types.Subdivision())}
    assert lead({"state": "US-CA"}, fields).values == {"state": "US-CA"}
    assert lead({"state": "CA"}, fields).values == {}


# -- identity --


def test_the_id_keeps_its_case_though_conditions_overlook_it() -> None:
    found = lead({"Id": " 00Q5e "})
    assert found.id == "00Q5e"
    assert found.values["id"] == "00q5e"


@pytest.mark.parametrize(("raw", "expected"), [(7, "7"), (7.0, "7"), ("E\u0301", "É")])
def test_an_id_is_text_however_it_arrives(raw: object, expected: str) -> None:
    assert lead({"id": raw}).id == expected


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        (types.Integer(), "1,200", "1200"),
        (types.Email(), "A@firm.example", "a@firm.example"),
        (types.AnyOf(("a", "b")), "b;a", '["a", "b"]'),
    ],
)
def test_an_id_that_is_no_text_is_its_normal_value(
    kind: types.FieldType, raw: str, expected: str
) -> None:
    assert lead({"id": raw}, {"id": Field("id", kind)}).id == expected


def test_without_an_id_a_lead_has_none() -> None:
    assert lead({"size": 5}).id is None
    assert lead({"id": 5}, {"size": FIELDS["size"]}).id is None


def test_equal_content_has_one_fingerprint_and_other_content_another() -> None:
    one = fit(country="Germany", products="core;analytics", size="1,200").fingerprint
    assert one == fit(size=1200, products=["analytics", "core"], country="DE").fingerprint
    assert one != fit(country="DE", products="core", size=1200).fingerprint


def test_leads_without_values_are_told_apart_by_what_arrived() -> None:
    assert lead({"size": "many"}).fingerprint != lead({"size": "few"}).fingerprint
    assert lead(None).fingerprint == lead(None, row=9).fingerprint


# -- rows --


def test_every_row_is_a_lead_in_order() -> None:
    told = Issue("", "", "1 more cells than the header has columns")
    rows = [
        Record(1, {"id": "1", "email": "a@firm.example"}),
        Record(2, "{oops", "not JSON"),
        Record(3, {"id": "3", "size": "x"}, None, (told,)),
    ]
    first, broken, last = leads(rows, FIELDS)
    assert (first.row, first.complaint, first.issues) == (1, None, ())
    assert broken == Lead(None, {}, (Issue("", "{oops", "not JSON"),), 2, "not JSON")
    assert last.issues == (
        Issue("size", "x", "not a whole number"),
        Issue("email", "", LACKING),
        told,
    )
    assert last.complaint == "no email"


class Unprintable:
    """Raises when printed."""

    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"L-1", "b'L-1'"),
        (Decimal("5.50"), "5.50"),
        (date(2026, 3, 1), "2026-03-01"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (3j, "3j"),
        (object(), "<object object>"),
        (Unprintable(), "a value of type tests.runtime.test_leads.Unprintable"),
    ],
)
def test_an_issue_shows_what_a_program_passed(raw: object, shown: str) -> None:
    assert shortened(raw) == shown
