"""Laws of reading: nothing raises, a normalised value reads as itself, files lose no row."""

import csv
import io
import json
from contextlib import suppress
from datetime import date
from decimal import Decimal
from random import Random
from typing import cast

from email_validator import validate_email
from hypothesis import assume, example, given
from hypothesis import strategies as st

from turnout.dsl import types
from turnout.dsl.build import unquote
from turnout.dsl.types import Field, FieldType
from turnout.dsl.values import (
    MISSING,
    Unread,
    from_jsonable,
    iso,
    jsonable,
    literal,
    normal_code,
    normal_text,
    read,
    show,
)
from turnout.dsl.values.placeholders import CERTAIN, LIKELY
from turnout.dsl.values.raw_leads import shortened
from turnout.runtime.leads import LACKING, lead_reader, leads
from turnout.runtime.records import LeadsError, records
from turnout.runtime.records.opening import Format

LIST = ("healthcare", "real estate", "a-b", "not", 'say "x"')
KINDS: tuple[FieldType, ...] = (
    types.Text(),
    types.Code(),
    types.Code(3),
    types.Code(None, 5),
    types.Code(3, 3),
    types.Email(),
    types.Phone(None, "DE"),
    types.Domain(),
    types.Domain((), without_free_mail=True),
    types.Integer(-10, 10**9),
    types.Integer(0, None, types.Numerals(",", end="low")),
    types.Number(),
    types.Number(None, None, types.Numerals(".", percent=True, end="high")),
    types.Money("USD"),
    types.Boolean(),
    types.Boolean(("opt-in",), ("0", "-")),
    types.Date(),
    types.Date("day", "epoch milliseconds"),
    types.Date("month", "sheet days"),
    types.Country(),
    types.Subdivision("country"),
    types.Subdivision(None, "US"),
    types.Language(),
    types.OneOf(LIST),
    types.AnyOf(LIST),
    types.PersonName({"ana": "ana", "a b": "a b"}),
)
FIELDS = {
    field.name: field
    for field in (
        Field("id", types.Text(), required=True),
        Field("email", types.Email()),
        Field("country", types.Country()),
        Field("state", types.Subdivision("country")),
        Field("home", types.Subdivision("country")),
        Field("size", types.Integer(0), placeholders=("-1",)),
        Field("products", types.AnyOf(LIST)),
    )
}
MEANINGFUL = (
    "5 1,200 1.200 -7.5 1e9 2.5k 3M $5 €1.200,50 yes ja 2026-01-31 31.12.2026 3/4/2026 US-CA CA DE"
    " usa England Bayern de-DE Deutsch a@b.example A@müller.example healthcare Health-Care;a-b ana"
).split()

kinds = st.sampled_from(KINDS)
spellings = st.one_of(st.sampled_from([*MEANINGFUL, *LIST, "3 Apr 2026", "a b"]), st.text())
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | spellings
jsons = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*FIELDS, "E-Mail", " ID", "x"]), inner, max_size=6)
    ),
    max_leaves=12,
)
numbers = st.integers() | st.floats() | st.decimals() | st.from_regex(r"-?[0-9][0-9.,]{0,9}[kM]?")
ranges = st.from_regex(r"[<>]?[0-9]{1,4}(\+|-[0-9]{1,4}k?| to [0-9.,]{1,6}%?)?", fullmatch=True)
slashed = st.from_regex(r"[0-3]?[0-9]([/.-])[0-3]?[0-9]\1[12][0-9]{3}", fullmatch=True)
likely = st.one_of(
    *(
        st.tuples(st.just(kind), raws)
        for kind, raws in zip(
            KINDS,
            (
                st.text(),
                st.text() | numbers,
                st.text(),
                st.from_regex(r"(z:|D-)?[0-9]{4,6}(\.0)?", fullmatch=True),
                st.from_regex(r"[0-9]{2,5}(-[0-9]{4})?", fullmatch=True),
                st.emails(),
                st.from_regex(r"(\+49|0049|0|p:\+1)?[ (]?[1-9][0-9 ()/-]{4,12}", fullmatch=True),
                st.from_regex(r"(https?://)?(www\.)?[a-z-]{1,9}\.(de|co\.uk|com)(/[a-z]*)?"),
                st.emails(),
                numbers,
                numbers | ranges,
                numbers,
                numbers | ranges,
                numbers,
                st.booleans(),
                st.booleans() | st.sampled_from(["opt-in", "0", "-", 0]),
                st.dates() | st.datetimes() | st.dates().map(str),
                st.dates() | numbers | slashed,
                st.dates() | numbers | slashed,
                st.sampled_from([entry["alpha_2"] for entry in iso.rows("countries")]),
                st.sampled_from([entry["code"] for entry in iso.rows("subdivisions")]),
                st.sampled_from(["CA", "Calif.", "US-TX", "CA-ON", "AE"]),
                st.sampled_from([entry["name"] for entry in iso.rows("languages")]),
                st.sampled_from(LIST),
                st.lists(st.sampled_from(LIST)),
                st.sampled_from(["Ana", " a  b"]),
            ),
            strict=True,
        )
    )
)
"""A type, and a raw value that is likely to be read as it."""

objects = jsons | st.binary() | st.decimals() | st.datetimes() | st.dates() | st.complex_numbers()


# -- values --


@given(kinds, objects, st.sampled_from([None, "US", "DE", "XX"]))
def test_reading_never_raises(kind: FieldType, raw: object, country: str | None) -> None:
    read(Field("field", kind, placeholders=("n/a", "5")), raw, country)


def test_reading_runs_no_code_of_the_object() -> None:
    class Hostile:
        def __getattribute__(self, name: str) -> object:
            raise RuntimeError(name)

        __eq__ = __hash__ = __str__ = __repr__ = __iter__ = __len__ = None  # type: ignore[assignment]

    for kind in KINDS:
        assert isinstance(read(Field("field", kind, placeholders=("5",)), Hostile()), Unread)


@given(likely)
@example((types.Number(), "12.3450"))
@example((types.Text(), "\u0345\u0391"))
@example((types.Code(3), "\u00df\ufb03"))
def test_a_value_reads_as_itself_shown_stored_and_raw(pair: tuple[FieldType, object]) -> None:
    kind, raw = pair
    field = Field("field", kind)
    value = read(field, raw)
    if value is MISSING or isinstance(value, Unread):
        return
    stored = json.loads(json.dumps(jsonable(value)))
    assert from_jsonable(kind, stored) == value
    assert read(field, value) == value
    assert again(field, show(kind, value)) == value


def again(field: Field, shown: str) -> object:
    """Return what the literals in `shown` mean."""
    if not isinstance(field.type, types.AnyOf):
        return literal(field, unquote(shown) if shown.startswith('"') else shown)
    parts = next(csv.reader([shown[1:-1]], skipinitialspace=True, escapechar="\\"))
    return frozenset(literal(field, part) for part in parts)


@given(st.characters(), st.characters())
def test_normal_forms_are_stable(first: str, second: str) -> None:
    text = normal_text(first + second)
    code = normal_code(first + second)
    assert normal_text(text) == text
    assert normal_code(code) == code


@given(st.from_regex(r"[a-z0-9_+.-]{1,9}@[a-z0-9.-]{1,9}\.[a-z]{1,4}", fullmatch=True))
def test_an_address_that_needs_no_second_look_is_one(address: str) -> None:
    if read(Field("field", types.Email()), address) == address:
        validate_email(address, check_deliverability=False, test_environment=True)


@given(st.decimals(-(10**12), 10**12, places=2))
def test_a_number_reads_alike_in_every_country(number: Decimal) -> None:
    english = f"{number:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    swiss, french = english.replace(",", "'"), german.replace(".", "\u202f")
    field = Field("field", types.Money("EUR"))
    found = {read(field, f"{text} EUR") for text in (english, german, swiss, french, str(number))}
    assert found == {number}


@given(st.dates(date(1000, 1, 1)))
def test_a_day_reads_alike_in_every_clear_form(day: date) -> None:
    forms = ["%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%Y-%m-%dT10:00:00Z"]
    field = Field("field", types.Date())
    assert {read(field, day.strftime(form)) for form in forms} == {day}


@given(st.integers(1, 31), st.integers(1, 31))
def test_a_day_with_slashes_is_never_read_in_one_of_two_ways(first: int, second: int) -> None:
    found = read(Field("field", types.Date()), f"{first:02}/{second:02}/2026")
    both_possible = first <= 12 and second <= 12 and first != second
    if both_possible:
        assert isinstance(found, Unread)
        assert found.reason.startswith("ambiguous")


# What a reader may make of a text by taking signs off it, and what is no code or name then.
signs = st.text("/.-_ ()#'\"", min_size=1, max_size=3)


@given(
    st.sampled_from([types.Country(), types.Subdivision("country"), types.Language()]),
    st.sampled_from(
        [e["alpha_2"] for e in iso.rows("countries")] + ["NA", "DE", "no", "eng", "id"]
    ),
    signs,
    st.sampled_from(["DE", "IT", "US"]),
)
def test_signs_never_make_a_code_of_letters(
    kind: FieldType, code: str, sign: str, country: str
) -> None:
    """Law: letters with signs between them are not the code that is left without the signs."""
    assume(sign.strip(" ") and "(" not in sign)
    found = read(Field("field", kind), sign.join(code), country)
    assert isinstance(found, Unread), found
    assert found.kept is None or found.reason.startswith("several")


@given(
    st.lists(st.text("aAbB12+-._/ ", min_size=1, max_size=5), min_size=1, max_size=5, unique=True),
    st.text("aAbB12+-._/ ", min_size=1, max_size=5),
)
def test_what_a_list_holds_is_read_as_itself_and_signs_are_kept(
    values: list[str], text: str
) -> None:
    """Law: a value reads as itself; what is read as another value has its letters and signs."""
    values = [value for value in dict.fromkeys(value.strip() for value in values) if value]
    assume(values)
    field = Field("field", types.OneOf(tuple(values)))
    for value in values:
        assert read(field, value) == value
    found = read(field, text)
    if isinstance(found, str):
        for one, other in ((found, text), (text, found)):
            letters = [c for c in one.casefold() if c.isalnum()]
            assert letters == [c for c in other.casefold() if c.isalnum()]
            ends = one.strip()[0], one.strip()[-1]
            assert all(c.isalnum() or c in other for c in ends)


@given(st.sampled_from(KINDS), st.sampled_from(sorted(LIKELY)), st.sampled_from([None, "US", "IT"]))
def test_a_placeholder_is_never_a_value(kind: FieldType, text: str, country: str | None) -> None:
    """Law: what says that there is no value is missing with an issue, or free text."""
    if isinstance(kind, types.Boolean) and kind.true_when:
        return  # one that its schema reads
    found = read(Field("field", kind), text, country)
    if isinstance(kind, types.Text) or kind == types.Code() or kind == types.Code(3):
        assert isinstance(found, Unread) or text not in CERTAIN
    else:
        assert found is MISSING or isinstance(found, Unread), (kind, text, found)


# -- leads --


@given(jsons)
def test_every_json_value_is_a_lead_or_has_a_complaint(raw: object) -> None:
    lead = lead_reader(FIELDS)(raw, 7)
    assert lead.row == 7
    assert (lead.complaint is None) == ("id" in lead.values)
    assert all(len(issue.raw) <= 80 and issue.raw.isprintable() for issue in lead.issues)
    assert len(lead.fingerprint) == 64


@given(st.dictionaries(st.sampled_from([*FIELDS]), scalars), st.randoms())
def test_the_order_of_keys_does_not_matter(record: dict[str, object], random: Random) -> None:
    keys = list(record)
    random.shuffle(keys)
    reader = lead_reader(FIELDS)
    one, other = reader(record, None), reader({key: record[key] for key in keys}, None)
    assert one == other
    assert one.fingerprint == other.fingerprint


@given(st.dictionaries(st.sampled_from([*FIELDS]), spellings))
def test_a_lead_reads_as_itself(record: dict[str, str]) -> None:
    reader = lead_reader(FIELDS)
    first = reader(record, None)
    second = reader(dict(first.values), None)
    assert second.values == first.values
    assert all(issue.reason == LACKING for issue in second.issues)


@given(objects)
def test_what_is_shown_of_a_raw_value_is_short_and_printable(raw: object) -> None:
    assert len(shortened(raw)) <= 80
    assert shortened(raw).isprintable()


# -- files --

formats: st.SearchStrategy[Format | None] = st.sampled_from([None, "csv", "json", "jsonl"])
cells = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)


@given(
    st.lists(st.tuples(cells, cells, cells), max_size=8),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\r\n", "\n"]),
)
def test_a_table_reads_back_as_it_was_written(
    rows: list[tuple[str, str, str]], delimiter: str, encoding: str, end: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("id", "email", "size"), *rows])
    found = records(io.BytesIO(text.getvalue().encode(encoding)), "csv", FIELDS)
    names = ("id", "email", "size")
    assert found.columns == names
    expected = {
        number: {name: cell.lstrip(" ") for name, cell in zip(names, row, strict=True)}
        for number, row in enumerate(rows, 1)
        if "".join(row).strip()
    }
    read_back = {record.row: cast("dict[str, str]", record.raw) for record in found}
    assert expected == {
        number: {name: cell.lstrip(" ") for name, cell in raw.items()}
        for number, raw in read_back.items()
    }


@given(st.lists(jsons), st.sampled_from([None, 2]), st.booleans())
def test_an_array_and_its_lines_give_the_same_leads(
    values: list[object], indent: int | None, is_ascii: bool
) -> None:
    array = json.dumps(values, indent=indent, ensure_ascii=is_ascii).encode(errors="replace")
    lines = "\n".join(json.dumps(value, ensure_ascii=is_ascii) for value in values)
    from_array = list(leads(records(io.BytesIO(array), "json"), FIELDS))
    from_lines = list(leads(records(io.BytesIO(lines.encode(errors="replace")), "jsonl"), FIELDS))
    assert from_array == from_lines
    assert len(from_array) == len(values)


@given(
    st.binary(max_size=200) | spellings.map(str.encode),
    st.sampled_from([None, "csv", "json", "jsonl"]),
)
@example(b'[{"id":', None)
@example(b'{"records": [1', None)
@example(b'id\n"', "csv")
@example(b"sep=;", "csv")
def test_any_bytes_are_leads_or_one_clear_error(data: bytes, form: Format | None) -> None:
    with suppress(LeadsError):
        for lead in leads(records(io.BytesIO(data), form), FIELDS):
            assert lead.row


@given(st.lists(st.sampled_from(["3,4", '5,"6"', '7,"8 ""9"""', "10,x"]), max_size=8))
def test_a_quote_that_is_never_closed_costs_no_other_row(rows: list[str]) -> None:
    whole = "\n".join(["id,size", *rows])
    broken = "\n".join(["id,size", '1,"2', *rows])
    found = [record.raw for record in records(io.BytesIO(broken.encode()), "csv", FIELDS)]
    assert found[1:] == [record.raw for record in records(io.BytesIO(whole.encode()), "csv")]
