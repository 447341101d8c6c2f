"""A column is found by what its name says, and only where it is clear which one is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.dsl.headers import Binding, Headers, column_key, letters_of, value_at
from turnout.dsl.types import Country, Field, Subdivision, Text


def binding(names: list[object], *fields: str, columns: tuple[str, ...] = ()) -> Binding:
    """Return where the fields stand; `columns` are those that the first declares."""
    schema = {
        name: Field(name, Text(), columns=() if at else columns) for at, name in enumerate(fields)
    }
    return Headers(schema).binding(tuple(names))


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("employees", "# Employees"),
        ("commercial", "Commercial?"),
        ("account_type", "Account.Type"),
        ("postal_code", "POSTAL CODE"),
        ("email", "E-Mail*"),
        ("straße", "STRASSE"),
        ("国", "国"),
        ("国", "【国】"),
        ("देश", "देश "),
        ("id", "\ufeffid"),
    ],
)
def test_a_field_is_found_without_regard_to_case_blanks_and_signs(field: str, column: str) -> None:
    assert dict(binding(["x", column], field).plain) == {field: column}


@pytest.mark.parametrize("column", ["ZIP/Postal Code", "Größe (cm)", "देशी", "Postal"])
def test_a_field_is_not_found_in_a_column_that_says_more_or_less(column: str) -> None:
    assert not binding([column], "postal_code", "größe", "देश").fields


@pytest.mark.parametrize(
    "column",
    ["State/Province (text only)", "state province text only", "STATE/PROVINCE(TEXT ONLY)"],
)
def test_a_declared_column_is_found_however_it_is_spelled(column: str) -> None:
    found = binding([column], "state", columns=("State/Province (text only)",))
    assert dict(found.plain) == {"state": column}


def test_signs_tell_columns_apart_where_there_are_two() -> None:
    unclear = binding(["Revenue ($)", "Revenue (%)"], "revenue")
    assert (unclear.fields, unclear.unclear) == (
        frozenset(),
        {"revenue": ("Revenue ($)", "Revenue (%)")},
    )
    declared = binding(["Revenue ($)", "Revenue (%)"], "revenue", columns=("Revenue (%)",))
    assert dict(declared.plain) == {"revenue": "Revenue (%)"}
    plain = binding(["Revenue ($)", "Revenue"], "revenue")
    assert dict(plain.plain) == {"revenue": "Revenue"}


def test_a_column_of_signs_alone_is_found_letter_by_letter() -> None:
    assert not binding(["%", "#"], "share", columns=("$",)).fields
    assert dict(binding(["%", "#"], "share", columns=("#",)).plain) == {"share": "#"}


def test_declared_columns_come_before_the_name() -> None:
    columns = ("State/Province", "Region")
    assert dict(binding(["State"], "state", columns=columns).plain) == {"state": "State"}
    assert dict(binding(["state", "Region"], "state", columns=columns).plain) == {"state": "Region"}


def test_the_exact_name_of_another_field_is_not_taken() -> None:
    found = binding(["Size", "size"], "size", "Size")
    assert dict(found.plain) == {"size": "size", "Size": "Size"}
    assert dict(binding(["SIZE"], "size", "Size").plain) == {"size": "SIZE"}


def test_one_column_may_be_several_fields() -> None:
    found = binding(["Email"], "domain", "email", columns=("email",))
    assert dict(found.plain) == {"domain": "Email", "email": "Email"}


def test_a_path_leads_into_objects() -> None:
    record = {"account": {"Account Type": {"name": "gold"}}, "x": 1}
    assert value_at(record, "Account.account-type.Name") == "gold"
    assert value_at(record, "x.name") is None
    assert value_at(record, "account.none") is None
    assert value_at({"a.b": {"c": 1}, "a": {"b": {"c": 2}}}, "a.b.c") == 1


def test_subdivisions_are_chosen_last() -> None:
    fields = {
        "state": Field("state", Subdivision("country"), columns=("A", "B")),
        "country": Field("country", Country(), columns=("C", "D")),
    }
    found = Headers(fields).binding(("A", "B", "C", "D"))
    assert [each.field for each in found.several] == ["country", "state"]


@given(st.text(max_size=20))
def test_a_key_is_its_own_key(name: str) -> None:
    assert column_key(column_key(name)) == column_key(name)
    assert letters_of(letters_of(name)) == letters_of(name)


@given(st.lists(st.text(max_size=8), max_size=6, unique=True), st.text(max_size=8))
def test_whatever_the_names_a_field_has_columns_that_are_there(names: list[str], of: str) -> None:
    found = binding([*names, None, 5], "name", columns=(of,) if of.strip() else ())
    assert found.columns <= set(names)
