"""JSON as interfaces answer: the list of leads is found, or the keys are named."""

import io
import json
from pathlib import Path

import pytest

from turnout.dsl.values.reading import Issue
from turnout.runtime.records import LeadsError, Record, Records, records

FIELDS = ("id", "email", "products")
LEADS = [{"id": "L-1", "email": "a@x.example"}, {"id": "L-2", "tags": [{"a": 1}]}]


def opened(document: object, *, is_large: bool = False) -> Records:
    text = json.dumps(document)
    return records(io.BytesIO((text + " " * (is_large << 21)).encode()), None, FIELDS)


def raws(found: Records) -> list[object]:
    return [record.raw for record in found]


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize(
    "around",
    [
        {"results": LEADS},
        {"data": LEADS, "page": 1},
        {"value": LEADS, "@odata.context": "https://crm.example/$metadata#leads"},
        {"items": LEADS, "kind": "leads"},
        {"totalSize": 2, "done": True, "records": LEADS},
        {"d": {"results": LEADS}},
        {"data": {"leads": {"nodes": LEADS, "pageInfo": {"hasNextPage": False}}}},
        {"status": "ok", "errors": [], "leads": LEADS, "next": None},
        {"leads": LEADS, "errors": [{"code": 5}]},
        {"warnings": [{"code": 5}, {"code": 6}], "elements": LEADS},
        {"elements": LEADS, "paging": {"links": [{"rel": "self", "href": "/x"}]}},
        {"data": {"leads": {"edges": [{"node": each, "cursor": "x"} for each in LEADS]}}},
        {"hits": {"hits": [{"_index": "leads", "_source": each} for each in LEADS]}},
    ],
)
def test_the_list_of_leads_is_found_in_what_is_around_it(around: object, *, is_large: bool) -> None:
    found = opened(around, is_large=is_large)
    assert raws(found) == LEADS
    assert list(found.remarks.sentences()) == []


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize(
    ("around", "said"),
    [
        ({"records": LEADS, "done": False, "nextRecordsUrl": "/query/01-2"}, "`done` is false"),
        ({"totalSize": 900, "records": LEADS}, "`totalSize` is 900, and it holds 2"),
        ({"results": LEADS, "paging": {"next": {"after": "NTI1"}}}, "`after` is NTI1"),
        ({"value": LEADS, "@odata.nextLink": "https://x"}, "`@odata.nextLink` is https://x"),
        ({"data": LEADS, "has_more": True}, "`has_more` is true"),
        ({"data": LEADS, "p": {"more_items_in_collection": True}}, "in_collection` is true"),
        ({"Leads": LEADS, "NextToken": "abc"}, "`NextToken` is abc"),
        ({"Items": LEADS, "Count": 2, "LastEvaluatedKey": {"id": "2"}}, "`LastEvaluatedKey` is"),
        ({"records": LEADS, "offset": "itr5"}, "`offset` is itr5"),
        ({"leads": LEADS, "meta": {"current_page": 9, "total_pages": 9}}, "`total_pages` is 9"),
        ({"items": LEADS, "total_items": 900}, "`total_items` is 900, and it holds 2"),
        ({"count": 3, "next": "https://x?page=2", "results": LEADS}, "`count` is 3, and it"),
        ({"data": {"leads": {"nodes": LEADS, "pageInfo": {"hasNextPage": True}}}}, "is true"),
    ],
)
def test_a_page_of_more_is_told(around: object, said: str, *, is_large: bool) -> None:
    found = opened(around, is_large=is_large)
    assert len(raws(found)) == 2
    (sentence,) = found.remarks.sentences()
    assert sentence.startswith("the file is one page of more: ")
    assert said in sentence


@pytest.mark.parametrize("is_large", [False, True])
def test_of_two_lists_neither_is_taken(*, is_large: bool) -> None:
    found = {"contacts": LEADS, "companies": [{"id": 1}], "page": 1}
    with pytest.raises(LeadsError) as refused:
        list(opened(found, is_large=is_large))
    assert "2 lists, contacts, companies" in refused.value.message
    assert "its keys are contacts, " in refused.value.message
    assert "jq '.contacts'" in refused.value.help


@pytest.mark.parametrize(
    "lead",
    [
        {"id": "L-1", "notes": [{"text": "x"}]},
        {"notes": [{"text": "x"}], "email": "a@x.example"},
        {"products": ["core"], "other": 1},
        {"foo": 1},
        {"tags": ["a", "b"]},
    ],
)
def test_an_object_with_a_field_or_without_a_list_of_objects_is_one_lead(lead: object) -> None:
    assert raws(opened(lead)) == [lead]


@pytest.mark.parametrize(
    "around", [{"records": [], "totalSize": 0}, {"data": []}, {"data": {"leads": []}, "page": 1}]
)
def test_an_empty_list_is_no_leads(around: object) -> None:
    assert raws(opened(around)) == []


def test_a_broken_lead_in_an_envelope_costs_that_lead() -> None:
    text = b'{\n"page": 1, "results": [{"id": 1}, {"id" 2}, {"id": 3}]}'
    found = list(records(io.BytesIO(text), None, FIELDS))
    assert [record.complaint is None for record in found] == [True, False, True]
    assert [record.row for record in found] == [1, 2, 3]


def test_an_envelope_on_a_line_is_told_from_lines_of_leads() -> None:
    found = records(io.BytesIO(b'{"results": [{"id": 1}]}\n'), "json", FIELDS)
    assert (found.format, raws(found)) == ("json", [{"id": 1}])
    found = records(io.BytesIO(b'{"id": 1, "x": [{}]}\n{"id": 2}\n'), "json", FIELDS)
    assert (found.format, len(raws(found))) == ("jsonl", 2)


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "1", "email": "a", "email": "b"}',
        '[{"id": "1", "email": "a", "email": "b"}]',
        '{"results": [{"id": "1", "email": "a", "email": "b"}]}',
    ],
)
def test_a_key_that_stands_twice_is_told(text: str) -> None:
    (record,) = records(io.BytesIO(text.encode()), None, FIELDS)
    reason = "the key email stands twice with different values; the first counts"
    assert record == Record(1, {"id": "1", "email": "a"}, None, (Issue("", "b", reason),))


def test_of_two_values_of_one_key_the_one_that_is_there_counts() -> None:
    text = '[{"id": "1", "email": "", "email": "b"}, {"id": 2, "id": 2}, {"id": null, "id": 3}]'
    found = list(records(io.BytesIO(text.encode()), None, FIELDS))
    assert [record.raw for record in found] == [{"id": "1", "email": "b"}, {"id": 2}, {"id": 3}]
    assert [record.issues for record in found] == [(), (), ()]


def test_rows_in_place_of_objects_are_refused() -> None:
    with pytest.raises(LeadsError, match="the first one is a header, id, email") as refused:
        list(opened([["id", "email"], ["L-1", "a@x.example"]]))
    assert "make objects of them" in refused.value.help
    assert raws(opened([["L-1", 5], 6])) == [["L-1", 5], 6]


@pytest.mark.parametrize("indent", [None, 2])
def test_objects_one_after_the_other_are_leads(indent: int | None) -> None:
    text = "\n\ufeff".join(json.dumps(lead, indent=indent) for lead in [*LEADS, {"id": "L-3"}])
    found = list(records(io.BytesIO(text.encode()), "json", FIELDS))
    assert [record.raw for record in found] == [*LEADS, {"id": "L-3"}]
    assert [record.row for record in found] == [1, 2, 3]


def test_lines_that_end_as_on_old_systems_are_lines() -> None:
    found = records(io.BytesIO(b'{"id": 1}\r{"id": 2}\r'), None, FIELDS)
    assert raws(found) == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("leads.csv", '[{"id": "L-1"}]', "json"),
        ("leads.csv", '{"id": "L-1"}\n', "jsonl"),
        ("leads.jsonl", '[\n{"id": "L-1"}]', "json"),
        ("leads.csv", "[id],email\nL-1,\n", "csv"),
    ],
)
def test_what_a_file_holds_says_more_than_its_name(
    tmp_path: Path, name: str, text: str, form: str
) -> None:
    (tmp_path / name).write_text(text)
    with records(tmp_path / name, None, FIELDS) as found:
        assert (found.format, len(raws(found))) == (form, 1)


def test_a_table_that_is_called_json_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "leads.json").write_text("id,email\nL-1,\n")
    with pytest.raises(LeadsError, match="is no JSON") as refused:
        records(tmp_path / "leads.json", None, FIELDS)
    assert refused.value.help == "if it is a table, call it .csv"
