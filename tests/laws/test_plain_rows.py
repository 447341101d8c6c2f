"""A law of texts read as columns: what comes of them is what reading record by record gives."""

import io
import re
from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from turnout.dsl.headers import Headers
from turnout.dsl.types import Field, Text
from turnout.runtime.columns.arriving import arrivals
from turnout.runtime.records import FOUND, LeadsError, Record, Remarks
from turnout.runtime.records.decoding import Lines
from turnout.runtime.records.delimited import delimited
from turnout.runtime.records.footers import NAMED, is_total
from turnout.runtime.records.line_blocks import BlockText
from turnout.runtime.records.opening import PlainText

FIELDS = {name: Field(name, Text()) for name in ("id", "name", "city")}
CELLS = (
    *("L-1", "7", "", " ", "ana", "Ünal", "Total", "Grand Totals (2)", "count", "id", "name"),
    *('"a, b"', '"say ""hi"""', '"open', 'a"b', '"x"y', "' a", "'=1", "O'Neill", "\0", " led"),
    *('"two\nlines"', '"x', 'y"', "=1+1", "---", "Seite 1", "\ufeff id", "id ", "Überblick"),
)
ENDS = ("\n", "\n", "\n", "\r\n", "\r", "\n\n", "\n , ,\n")
plain = st.tuples(st.sampled_from(("L-2", "8", "x y")), st.sampled_from(("ana", "", "Ö")))
usual = plain.map(lambda cells: f"{cells[0]},{cells[1]},Rom\n")
odd = st.tuples(
    st.lists(st.sampled_from(CELLS), min_size=1, max_size=4), st.sampled_from(ENDS)
).map(lambda row: ",".join(row[0]) + row[1])


def told(records: Iterator[Record]) -> tuple[list[Record], str]:
    """Return the records, and the words of the error that ends them."""
    found: list[Record] = []
    try:
        found.extend(records)
    except LeadsError as error:
        return found, str(error)
    return found, ""


def as_columns(data: bytes, block: int, size: int, remarks: Remarks) -> Iterator[Record]:
    """Yield the records of a text that is read as columns wherever it can be."""
    blocks = BlockText(io.BytesIO(data), block)
    table = delimited(Lines(blocks, "leads"), Headers(FIELDS), FOUND, remarks)
    for arrived in arrivals(table.records, size, PlainText(table, blocks)):
        for _, places in arrived.shapes:
            assert all(place not in arrived.odd for place in places)
        yield from map(arrived.record, range(arrived.size))


def read(data: bytes, remarks: Remarks) -> Iterator[Record]:
    """Yield the records of a text, read one by one."""
    text = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")
    yield from delimited(Lines(text, "leads"), Headers(FIELDS), FOUND, remarks).records


@settings(max_examples=150)
@given(
    st.lists(usual | usual | odd, max_size=14).map("".join),
    st.sampled_from((b"", b"", b"", b"9,a\xff,Rom\n", b"L-9,last,Rom")),
    st.sampled_from((1, 30, 1000)),
    st.sampled_from((1, 3, 100)),
)
@example('1,a,b\n2,"a\n3,b,c\n4,c",d\n5,e,f\n', b"", 1000, 100)
@example("1,a,b\n\n2,c,d\n\nTotal,2,\n3,e,f\n4,g,h\n\nTotal,4,\n", b"", 1000, 3)
def test_a_text_read_as_columns_gives_the_same_records(
    text: str, end: bytes, block: int, size: int
) -> None:
    data = b"id,name,city\n" + text.encode() + end
    remarks, others = Remarks(), Remarks()
    expected, error = told(read(data, remarks))
    found, other = told(as_columns(data, block, size, others))
    is_told = "\r" not in text.replace("\r\n", "")  # else which line it is hangs on the decoder
    assert other == error if is_told else bool(other) == bool(error)
    if error:  # how much of a text is decoded before what is none is no matter
        shorter = min(len(found), len(expected))
        assert found[:shorter] == expected[:shorter]
    else:
        assert found == expected
        assert others == remarks


@settings(max_examples=60)
@given(st.text("ToTalesum -count:grAd \tidvrowyz", max_size=12))
@example("Gesamtsumme")
@example("Number of leads:")
@example("zwischensumme")
@example("record count")
@example("somma")
def test_no_total_begins_otherwise_than_is_looked_for(first: str) -> None:
    if is_total([first, "5"]):
        assert re.match(NAMED, first.lower())
