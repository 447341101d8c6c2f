"""Laws of the reader's tables: what they find is what the reader reads."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pickled import pickled
from turnout.dsl import types
from turnout.dsl.types import Field
from turnout.dsl.values import read
from turnout.dsl.values.reader_tables import keys, looked_up, reader_tables

FIELDS = {
    "country": Field("x", types.Country(), placeholders=("unknown",)),
    "language": Field("x", types.Language()),
    "boolean": Field("x", types.Boolean(("active",), ("gone away",))),
    "one of": Field("x", types.OneOf(("Mid-Market", "SMB", "A-", "A", "1-10"))),
    "any of": Field("x", types.AnyOf(("CRM", "live chat", "e-mail"))),
    "person": Field("x", types.PersonName({"ana": "ana", "ana@x.com": "ana", "bo li": "bo"})),
    "text": Field("x", types.Text(), placeholders=("n/a",)),
}
PLACES = (None, "US", "DE", "BE", "FR")


tables_of = cache(reader_tables)


def holds(field: Field, raw: str, country: str | None = None) -> bool:
    """Hold what the tables find to the reader; say whether they found anything."""
    found = looked_up(tables_of(field, country), raw)
    if found is not None:
        assert read(field, raw, country) == found, raw
    return found is not None


@pytest.mark.parametrize("name", FIELDS)
def test_each_key_of_a_table_is_read_as_its_value(name: str) -> None:
    field = FIELDS[name]
    for table in reader_tables(field).tables:
        found = [holds(field, key) for key, values in table.values.items() if len(values) == 1]
        assert found
        assert sum(found) > 0.9 * len(found)  # some are hidden by an earlier table


@pytest.mark.parametrize("country", PLACES)
def test_each_key_of_subdivisions_is_read_as_its_value(country: str | None) -> None:
    field = Field("x", types.Subdivision("country"))
    for table in reader_tables(field, country).tables:
        found = [holds(field, key, country) for key in table.values]
        assert any(found)


@given(st.sampled_from(sorted(FIELDS)), st.data())
def test_what_is_found_of_a_raw_text_is_what_is_read(name: str, data: st.DataObject) -> None:
    field = FIELDS[name]
    tables = reader_tables(field)
    known = sorted({key for table in tables.tables for key in table.values})
    written = st.text(max_size=12) if not known else st.sampled_from(known)
    around = st.sampled_from(["", " ", "\t", "'", '"', "\u00a0", "-", ".", "\u200b"])
    for _ in range(10):
        text = data.draw(around) + data.draw(written) + data.draw(around)
        for way in (text, text.upper(), text.title(), text.replace("-", " ")):
            holds(field, way)


@given(st.sampled_from(("country", "language", "place")), st.data())
def test_codes_in_a_row_are_the_readers(name: str, data: st.DataObject) -> None:
    """Of `PE RU` no table makes Peru, and `Ko re a` is Korea to the reader alone."""
    is_place = name == "place"
    field = Field("x", types.Subdivision("country")) if is_place else FIELDS[name]
    country = "DE" if is_place else None
    names = sorted({k for t in tables_of(field, country).tables for k in t.values if k.isalpha()})
    words = [word for word in names if 4 <= len(word) <= 9]
    for _ in range(10):
        word = data.draw(st.sampled_from(words))
        at = data.draw(st.integers(1, 3))
        pieces = [word[:at], *(word[n : n + 3] for n in range(at, len(word), 3))]
        for between in (" ", "-", ".", "_", " - ", "\u2013"):
            for text in (between.join(pieces), between.join(pieces).upper()):
                holds(field, text, country)  # some are names as they stand, such as "Ba-Wü"


def test_a_row_of_codes_is_no_name() -> None:
    assert looked_up(tables_of(FIELDS["country"], None), "PE RU") is None
    assert looked_up(tables_of(FIELDS["language"], None), "EN DE") is None
    assert looked_up(tables_of(FIELDS["country"], None), "Peru") == "PE"


def test_what_counts_as_missing_is_told() -> None:
    tables = reader_tables(FIELDS["country"])
    assert tables.missing == ("unknown",)
    assert read(FIELDS["country"], " Unknown ") == looked_up(tables, " Unknown ")
    assert looked_up(tables, "") == read(FIELDS["country"], "")


def test_a_text_that_no_table_has_is_the_readers() -> None:
    assert looked_up(reader_tables(FIELDS["country"]), "Germany (DE)") is None
    assert read(FIELDS["country"], "Germany (DE)") == "DE"
    assert looked_up(reader_tables(FIELDS["text"]), "acme") is None


def test_tables_are_values_and_few_letters_keep_their_signs() -> None:
    tables = reader_tables(FIELDS["one of"])
    assert pickled(tables) == tables == reader_tables(FIELDS["one of"])
    assert keys("letters", "N/A") == ()
    assert keys("letters", "Côte d'Ivoire") == ("cotedivoire",)
