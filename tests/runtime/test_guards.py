"""Cells that a spreadsheet would run are harmless however it cuts the file, and read back."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from turnout.runtime.records import records
from turnout.runtime.records.guards import harmless, unguarded

STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"
SEPARATORS = ",;\t|"


@st.composite
def cells(draw: st.DrawFn) -> str:
    pieces = st.sampled_from([*STARTS, *SEPARATORS, "'", '"', " ", "\r", "\n", "a", "1", "A1()"])
    return "".join(draw(st.lists(pieces, max_size=8)))


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("1;=HYPERLINK(A1)", "1;'=HYPERLINK(A1)"),
        ("a\t@SUM(1)", "a\t'@SUM(1)"),
        ('x|"=A1"', 'x|"\'=A1"'),
        ("1; =A1", "1; '=A1"),
        ("'=A1", "''=A1"),
        ("\t=1", "\t'=1"),
        ("-12.5", "-12.5"),
        ("+49", "+49"),
        ("-5,7", "'-5,7"),
        ("kim@firm.example", "kim@firm.example"),
        ("2026-03-04T05:06:07+00:00", "2026-03-04T05:06:07+00:00"),
        ("employees: not a whole number", "employees: not a whole number"),
    ],
)
def test_a_formula_is_guarded_wherever_a_cell_may_begin(text: str, guarded: str) -> None:
    assert harmless(text) == guarded
    assert unguarded(guarded) == text


@given(cells())
@example("\t\t=1")
@example(",'=")
def test_what_was_guarded_is_read_back(text: str) -> None:
    assert unguarded(harmless(text)) == text


@given(st.lists(cells(), min_size=1, max_size=3), st.sampled_from(SEPARATORS))
def test_no_separator_makes_a_formula_of_a_cell(row: list[str], separator: str) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow([harmless(each) for each in row])
    for line in csv.reader(io.StringIO(written.getvalue(), newline=""), delimiter=separator):
        for cell in line:
            text = cell.strip(' "')
            is_number = text[1:].replace(".", "", 1).isdecimal()
            assert text[:1] not in STARTS or not text or is_number, (cell, written.getvalue())


def test_a_guarded_id_is_the_id_again() -> None:
    (record,) = records(io.BytesIO(b"id,phone\n'=1,'+49 30 123\n"), fields=("id", "phone"))
    assert record.raw == {"id": "=1", "phone": "+49 30 123"}
