"""Files of leads: every row is found or told, whatever the file is like."""

import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import cast

import pytest

from turnout.dsl.values.reading import Issue
from turnout.runtime.records import LeadsError, Record, Records, records
from turnout.runtime.records.opening import Format

FIELDS = ("id", "email", "postal_code")
LOOSE_QUOTE = "a quote that is not closed, or not doubled within quotes"


def opened(data: str | bytes, form: Format | None = None) -> Records:
    return records(io.BytesIO(data.encode() if isinstance(data, str) else data), form, FIELDS)


def raws(data: str | bytes, form: Format | None = None) -> list[object]:
    found = list(opened(data, form))
    assert all(record.complaint is None for record in found), found
    return [record.raw for record in found]


def refusal(data: str | bytes, form: Format | None = None) -> str:
    with pytest.raises(LeadsError) as refused:
        list(opened(data, form))
    assert str(refused.value) == refused.value.message
    return refused.value.message


class Pieces(io.RawIOBase):
    """A stream that gives its bytes in pieces, as a pipe does."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self.pieces = pieces
        self.given = 0

    def readable(self) -> bool:
        return True

    def read(self, _size: int = -1) -> bytes:
        piece = next(self.pieces, b"")
        self.given += len(piece)
        return piece


# -- formats --


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ('[{"id": "1"}]', "json"),
        ('\n {"id": "1"}\n', "jsonl"),
        ('{\n "id": "1"\n}', "json"),
        ("id\n1\n", "csv"),
        ('"id","email"\n1,', "csv"),
    ],
)
def test_the_format_is_found_from_the_first_character(data: str, form: str) -> None:
    found = opened(data)
    assert found.format == form
    assert [record.complaint for record in found] == [None]


@pytest.mark.parametrize("data", ["", "\n \n"])
def test_nothing_at_all_is_no_leads(data: str) -> None:
    assert raws(data) == []
    assert raws(data, "json") == []
    assert raws(data, "jsonl") == []


@pytest.mark.parametrize("name", ["a.csv", "a.TSV", "a.txt", "a.json", "a.jsonl", "a.ndjson", "a"])
def test_the_format_is_found_from_the_extension(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = '{"id": "1"}' if "js" in name else "id\n1"
    path.write_text(text)
    with records(path, fields=FIELDS) as found:
        assert found.total == len(text)
        assert [record.raw for record in found] == [{"id": "1"}]
        assert found.position == found.total
    assert [record.raw for record in records(str(path))] == [{"id": "1"}]


def test_a_file_that_can_not_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(LeadsError, match=r"none\.csv can't be read: no such file"):
        records(tmp_path / "none.csv")
    with pytest.raises(LeadsError, match="can't be read: is a directory"):
        records(tmp_path)


def test_a_file_can_be_left_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("id\n1\n2\n")
    with records(path) as found:
        assert next(iter(found)).raw == {"id": "1"}


# -- encodings --


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding(encoding: str) -> None:
    assert raws("id\nMüller\n".encode(encoding)) == [{"id": "Müller"}]
    assert raws('[{"id": "Müller"}]'.encode(encoding)) == [{"id": "Müller"}]
    assert raws('{"id": "Müller"}'.encode(encoding)) == [{"id": "Müller"}]


def test_other_encodings_are_refused_with_the_line() -> None:
    message = refusal("id\n1\nMüller\n".encode("latin-1"))
    assert message == "standard input is not UTF-8 text: see line 3"
    many = "".join(f"{number:0100}\n" for number in range(3_000))
    assert refusal(f"id\n{many}Müller\n".encode("latin-1")).endswith("see line 3002")
    assert refusal('[\n1,\n"Müller"]'.encode("latin-1")).endswith("see line 3")


def test_utf_16_without_a_mark_and_other_files_are_refused() -> None:
    assert refusal("id\n1".encode("utf-16-le")).endswith("UTF-16 text without a byte order mark")
    assert refusal("id\n1".encode("utf-16-be")).endswith("UTF-16 text without a byte order mark")
    assert refusal(gzip.compress(b"id\n" * 1000)).startswith("standard input is not")


# -- tables --


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_mark_between_cells_is_found(mark: str, end: str) -> None:
    text = end.join([mark.join(["id", "E-Mail", "x"]), mark.join(["1", "a@b.example", ""])])
    found = opened(text)
    assert found.columns == ("id", "E-Mail", "x")
    assert [record.raw for record in found] == [{"id": "1", "E-Mail": "a@b.example", "x": ""}]


def test_the_mark_that_names_most_fields_is_taken() -> None:
    assert opened("id;email;name, first, last, title\n").columns == (
        "id",
        "email",
        "name, first, last, title",
    )
    assert opened('"id,x",email\n').columns == ("id,x", "email")


def test_the_line_with_which_excel_names_the_mark_is_no_header() -> None:
    assert raws("sep=|\nid|x\n1|2,3\n") == [{"id": "1", "x": "2,3"}]


def test_quoted_cells_may_hold_marks_quotes_and_line_ends() -> None:
    text = 'id,email\n"a ""b"", c","x\ny"\n2, "z"\n'
    assert raws(text) == [{"id": 'a "b", c', "email": "x\ny"}, {"id": "2", "email": "z"}]


def test_rows_are_numbered_as_in_the_file_and_blank_ones_left_out() -> None:
    assert [record.row for record in opened("\n\nid,email\n1,\n\n , \n4,\n")] == [1, 4]


def test_a_short_row_has_missing_cells() -> None:
    assert raws("id,email\n1\n") == [{"id": "1"}]


def test_a_long_row_is_a_lead_with_an_issue() -> None:
    empty, more = opened("id,email\n1,a,,\n2,b,c,d\n")
    assert empty == Record(1, {"id": "1", "email": "a"})
    reason = "2 more cells than the header has columns"
    assert more == Record(2, {"id": "2", "email": "b"}, None, (Issue("", "", reason),))


def test_a_column_that_stands_twice_gives_its_first_value() -> None:
    found = list(opened("id,email,email\n1,,b\n2,a,b\n3,a,a\n4\n"))
    assert [record.raw for record in found] == [
        {"id": "1", "email": "b"},
        {"id": "2", "email": "a"},
        {"id": "3", "email": "a"},
        {"id": "4", "email": ""},
    ]
    reason = "column email stands twice with different values; the first counts"
    short = "2 cells fewer than the header has columns"
    assert [record.issues for record in found] == [
        (),
        (Issue("", "b", reason),),
        (),
        (Issue("", "", short),),
    ]


def test_a_header_without_any_field_is_refused() -> None:
    with pytest.raises(LeadsError) as refused:
        opened("Ana,ana@firm.example\nBen,ben@firm.example\n")
    assert "has no column named after a field: it begins with Ana, ana@firm" in str(refused.value)
    assert refused.value.help.endswith("the policy's fields are id, email, postal_code")
    many = ",".join(f"column {number}" for number in range(20))
    assert refusal(many).endswith("column 7, ...")


def test_a_table_without_a_header_is_refused() -> None:
    assert refusal("", "csv") == "standard input is empty"
    assert refusal(" \n,,\n", "csv") == "standard input is empty"


def test_a_quote_that_is_never_closed_costs_no_row() -> None:
    found = list(opened('id,email\n1,"a\n2,b\n3,c"\n4,"d"\n'))
    assert [record.raw for record in found] == [
        {"id": "1", "email": "a\n2,b\n3,c"},
        {"id": "4", "email": "d"},
    ]
    found = list(opened('id,email\n1,"a\n2,b\n3,"c"\n4,d\n'))
    assert [record.row for record in found] == [1, 2, 3, 4]
    assert [bool(record.issues) for record in found] == [True, False, False, False]


def test_a_row_whose_quotes_make_no_sense_is_broken() -> None:
    found = list(opened('id,email\n"1,a\n2,b\n"x"y,z,"\n'))
    assert found[0] == Record(1, '"1,a\n', LOOSE_QUOTE)
    assert found[1].raw == {"id": "2", "email": "b"}
    assert found[2].complaint == LOOSE_QUOTE


def test_a_quote_within_a_cell_is_taken_as_it_stands() -> None:
    (record,) = opened('id,email\n"5" pipe",b\n')
    assert record.raw == {"id": '5 pipe"', "email": "b"}
    assert record.issues == (Issue("", "", LOOSE_QUOTE),)


def test_a_cell_of_many_lines_that_is_too_long_is_broken_and_its_lines_are_read_again() -> None:
    rows = "".join(f"{number},x\n" for number in range(200_000))
    found = opened(f'id,email\n"0,x\n{rows}')
    assert next(iter(found)).complaint == (
        "a cell of more than 1,048,576 characters: is its quote closed?"
    )
    assert sum(record.complaint is None for record in found) == 200_000


def test_a_row_beyond_the_bound_is_broken_and_the_next_is_read() -> None:
    long, after = opened(f"id,email\n1,{'x' * (17 << 20)}\n2,b\n")
    assert (long.row, long.complaint) == (1, "a row of more than 16,777,216 characters")
    assert after.raw == {"id": "2", "email": "b"}
    wide, after = opened(f"id,email\n1{',' * 100}{(',' + 'x' * 900_000) * 20}\n2,b\n")
    assert wide.complaint == "a row of more than 16,777,216 characters"
    assert after.raw == {"id": "2", "email": "b"}
    quoted = ",".join(['"' + f"{'x' * 999}\n" * 1000 + '"'] * 20)
    assert next(iter(opened(f"id,email\n{quoted}\n2,b\n"))).complaint == wide.complaint


def test_a_table_of_100_000_columns_is_read() -> None:
    header = ",".join(["id", *(f"column {number}" for number in range(100_000))])
    (record,) = opened(f"{header}\n{','.join(['x'] * 100_001)}\n")
    assert len(cast("dict[str, str]", record.raw)) == 100_001


def test_a_table_of_too_many_columns_is_refused() -> None:
    assert refusal(f"id{',x' * 200_000}") == "standard input has 200,001 columns"
    assert refusal(f"id{'x' * (17 << 20)}").startswith("standard input begins with a row of more")


# -- JSON --


def test_a_broken_line_costs_one_record() -> None:
    found = list(opened('{"id": 1}\n\n{"id": 2,\n[3]\n{"id": 4}\n'))
    assert [(record.row, record.complaint is None) for record in found] == [
        (1, True),
        (3, False),
        (4, True),
        (5, True),
    ]
    assert found[1].raw == '{"id": 2,\n'
    assert str(found[1].complaint).startswith("not JSON: ")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("[" * 100_000, "nested too deeply"),
        (f'{{"id": {"9" * 5000}}}', "not JSON: a number of too many digits"),
        ("{id: 1}", "not JSON: expecting property name enclosed in double quotes at column 2"),
    ],
)
def test_a_line_that_can_not_be_decoded_says_why(line: str, complaint: str) -> None:
    first, second = opened(f'{line}\n{{"id": 2}}\n', "jsonl")
    assert first.complaint == complaint
    assert second.raw == {"id": 2}


@pytest.mark.parametrize("first", ['{"a": ' * 100_000, '{"id" 1}', '{"a": {"b": 1}}'])
def test_lines_are_told_from_a_document_by_the_first(first: str) -> None:
    found = opened(f"\n{first}\n" + '{"id": 2}\n', "json")
    assert found.format == "jsonl"
    assert [record.raw for record in found][-1] == {"id": 2}


def test_a_line_beyond_the_bound_is_broken_and_the_next_is_read() -> None:
    long, after = opened(f'{{"id": "{"x" * (17 << 20)}"}}\n{{"id": 2}}\n', "jsonl")
    assert long.complaint == "a row of more than 16,777,216 characters"
    assert after == Record(2, {"id": 2})


@pytest.mark.parametrize("padding", range(40))
def test_elements_are_whole_wherever_the_text_is_cut(padding: int) -> None:
    rows: list[object] = [12345, {"id": 'a "b"', "x": [1, {"y": "]}"}]}, -1.5e3, None, "\\", True]
    text = json.dumps(rows)
    assert raws(f"[{' ' * (65_536 - 60 + padding)}{text[1:]}") == rows


def test_a_broken_element_is_skipped_to_its_end() -> None:
    found = list(opened('[{"id": 1 "x": "}"}, tru, [{]}, {"id": 2},]'))
    assert [record.row for record in found if record.complaint is None] == [4]
    assert [record.complaint is None for record in opened("[1, tru]")] == [True, False]
    assert found[0].raw == '{"id": 1 "x": "}"}'
    assert found[0].complaint == "not JSON: expecting ',' delimiter"


def test_an_element_nested_too_deeply_is_a_broken_row() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    assert [record.complaint for record in opened(f'[1, {deep}, {{"id": 2}}]')] == [
        None,
        "nested too deeply",
        None,
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"id": 1}, {"id": 2', "at row 2: not JSON: expecting ',' delimiter: is the file cut"),
        ('[{"id": 1}', "at row 1: the array isn't closed: is the file cut off?"),
        ('[{"id": 1} {"id": 2}]', "at row 1: expected , or ] but found {"),
        ('[{"id": 1}] x', "at row 1: there is more after the end of the document"),
        ('{\n"id" 1}', ": expected a name and a colon"),
        ('{\n"id": 1', ": the object isn't closed: is the file cut off?"),
        ('{\n"id": tru, "x": 1}', ": not JSON: expecting value"),
        ("{\n5: 1}", ": expected a name and a colon"),
        ('"id"', ": an array of leads begins with [, one lead with {"),
        (f'["{"x" * (40 << 20)}', "at row 1: a value of more than 16,777,216 characters"),
    ],
)  # fmt: skip
def test_what_makes_the_rest_unreadable_is_told(text: str, reason: str) -> None:
    assert f"can't be read as JSON{' ' * (reason[0] == 'a')}{reason}" in refusal(text, "json")


@pytest.mark.parametrize(
    "text",
    [
        '{"totalSize": 2, "done": true, "records": [{"id": 1}, {"id": 2}]}',
        '{\n  "records": [{"id": 1}, {"id": 2}],\n "next": {"a": [1]}\n}',
        '{"records": [{"id": 1}, {"id": 2},],\n}',
    ],
)
def test_a_list_of_records_is_read_like_an_array(text: str) -> None:
    assert raws(text, "json") == [{"id": 1}, {"id": 2}]


def test_an_object_with_other_lists_is_one_lead() -> None:
    text = '{\n"products": ["core"], "records": ["x"], "id": 1}'
    assert raws(text, "json") == [{"products": ["core"], "records": ["x"], "id": 1}]
    assert raws('{\n"records": 5}', "json") == [{"records": 5}]


# -- memory and time --


def test_a_large_array_is_read_in_little_memory() -> None:
    element = json.dumps({"id": "x" * 1000}).encode() + b","
    tracemalloc.start()
    found = opened_pieces(chain([b"["], (element for _ in range(30_000)), [b"1]"]))
    assert sum(1 for _ in found) == 30_001
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(("head", "row"), [(b"id,email\n", b"1,a\n"), (b"", b'{"id": 1}\n')])
def test_rows_of_a_pipe_come_as_they_arrive(head: bytes, row: bytes) -> None:
    stream = Pieces(chain([head + row], (row for _ in range(100))))
    found = iter(records(stream, fields=FIELDS))  # type: ignore[arg-type]
    for _ in range(3):
        next(found)
    assert stream.given <= len(head) + 5 * len(row)


def opened_pieces(pieces: Iterator[bytes]) -> Records:
    return records(Pieces(pieces))  # type: ignore[arg-type]
