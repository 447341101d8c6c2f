"""JSON as interfaces answer: the list of leads is found, or the keys are named."""

import io
import json

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


@pytest.mark.parametrize("around", [{"records": [], "totalSize": 0}, {"data": []}])
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
