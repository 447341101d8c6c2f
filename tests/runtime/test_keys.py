"""What a lead is known by: nobody is merged with a stranger, and a second run changes nothing."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.policies import compiled, errors
from turnout.dsl.types import Code, Email, Field, FieldType, Integer, Lookup, SalesforceId, Text
from turnout.dsl.values.reading import Issue
from turnout.runtime.decisions import Decision
from turnout.runtime.keys import NO_ID, SAME_ROW
from turnout.runtime.leads import LACKING, lead_reader, record_reader
from turnout.runtime.records import decoding, records
from turnout.runtime.records.opening import Format
from turnout.runtime.router import Router

POLICY = """
lead { ID, country: country, email: email }
person ana { cap 3 per day }
person ben
team sales { ana, ben }
queue triage
route inbound {
  rule german { when country is DE to round-robin sales else queue triage }
  fallback to queue triage
}
"""
STRANGERS: Sequence[object] = (
    {"country": "DE", "Name": "Ann"},
    {"country": "DE", "Name": "Bob"},
    {"country": "DE", "Name": "Cem"},
)


def router(declared: str = "id: text", state: Path | None = None) -> Router:
    found = compiled(POLICY.replace("ID, ", f"{declared}, " if declared else ""))
    assert not errors(found.findings), [finding.message for finding in found.findings]
    return Router(found, state=state)


def routed_file(of: Router, path: Path) -> list[Decision]:
    with of, records(path, fields=of.compiled.policy.fields) as rows:
        return list(of.route_all(rows))


def told(decision: Decision) -> list[tuple[str, str]]:
    return [(issue.field, issue.reason) for issue in decision.issues]


@pytest.mark.parametrize(
    ("declared", "field", "more"),
    [
        ("", "", {}),
        ("id: text", "id", {}),
        ("id: text", "id", {"id": "a\0b"}),
        ("id: text", "id", {"Lead Id": "1"}),
        ("id: integer", "id", {"id": "L-1"}),
        ("id: text required", "id", {"id": " "}),
    ],
)
def test_strangers_without_an_id_are_leads_of_their_own(
    declared: str, field: str, more: dict[str, object]
) -> None:
    with router(declared) as inbound:
        decisions = [inbound.route({**raw, **more}) for raw in STRANGERS]  # type: ignore[dict-item]
    assert len({decision.lead for decision in decisions}) == len(STRANGERS)
    assert not any(decision.repeated for decision in decisions)
    assert all(told(decision)[-1] == (field, NO_ID) for decision in decisions)
    if "required" not in declared:
        assert Counter(decision.assignee for decision in decisions) == {"ana": 2, "ben": 1}


def test_equal_rows_without_an_id_are_two_leads_and_count_towards_caps(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("country,name\n" + "DE,Ann\n" * 20)
    decisions = routed_file(router(""), path)
    assert len({decision.lead for decision in decisions}) == 20
    assert Counter(decision.assignee for decision in decisions)["ana"] == 3


@pytest.mark.parametrize("name", ["leads.csv", "leads.jsonl", "leads.json"])
def test_a_file_without_ids_that_is_routed_again_routes_nothing_twice(
    tmp_path: Path, name: str
) -> None:
    rows = [*STRANGERS, STRANGERS[0]]
    path, state = tmp_path / name, tmp_path / "state.db"
    if name.endswith("csv"):
        path.write_text("country,Name\n" + "".join(f"{r['country']},{r['Name']}\n" for r in rows))  # type: ignore[index]
    else:
        lines = [json.dumps(row) for row in rows]
        path.write_text("\n".join(lines) if name.endswith("jsonl") else f"[{','.join(lines)}]")
    once = routed_file(router("", state), path)
    again = routed_file(router("", state), path)
    assert [decision.repeated for decision in once] == [False] * 4
    assert [decision.repeated for decision in again] == [True] * 4
    assert [each.assignee for each in again] == [each.assignee for each in once]
    assert all(("", SAME_ROW) in told(decision) for decision in again)


def test_columns_in_another_order_are_the_same_lead(tmp_path: Path) -> None:
    path, state = tmp_path / "leads.csv", tmp_path / "state.db"
    path.write_text("country,name\nDE,Ann\n")
    routed_file(router("", state), path)
    path.write_text("name,country\nAnn,DE\n")
    assert [decision.repeated for decision in routed_file(router("", state), path)] == [True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2], [3, 4]),
        ("{oops", "{oops, too"),
        (1, "1"),
        (True, 1),
        (None, "None"),
        ({"a": 1}, {"a": "1"}),
        ({1: "x"}, {"1": "x"}),
        ({"a": 1}, {"a": 1, "b": None}),
        ({"a": float("nan")}, {"a": "NaN"}),
        ({"a": b"x"}, {"a": "x"}),
        (object(), object()),
        ({"a": object()}, {"a": object()}),
    ],
)
def test_different_things_without_an_id_are_two_leads(one: object, other: object) -> None:
    read = lead_reader({"size": Field("size", Text())})
    assert read(one, None).key != read(other, None).key
    assert read(one, 1).key != read(one, 2).key
    assert read(one, 1).key == read(one, 1).key


def test_an_equal_lead_has_its_key_in_whatever_order_it_comes() -> None:
    read = lead_reader({"size": Field("size", Text())})
    one = read({"a": Decimal(1), "b": {"x", "y", "z"}}, None)
    other = read({"b": {"z", "x", "y"}, "a": Decimal(1)}, None)
    assert one.key == other.key
    assert read({"a": Decimal(1), "b": ["x", "y", "z"]}, None).key != one.key


def test_a_set_has_one_key_whatever_the_hash_seed() -> None:
    code = (
        "from turnout.runtime.keys import own_key;"
        "print(own_key({'tags': {'vip', 'blog', 'event', 'demo'}}, None))"
    )
    keys = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(keys) == 1


def test_a_uuid_is_the_lead_that_its_text_is() -> None:
    known = UUID("550e8400-e29b-41d4-a716-446655440000")
    for kind in (Text(), Code(None)):
        read = lead_reader({"key": Field("key", kind, is_id=True)})
        assert read({"key": known}, None).id == read({"key": str(known)}, None).id == str(known)


def test_endless_records_are_leads_too() -> None:
    endless: dict[str, object] = {}
    endless["self"] = endless
    deep: object = []
    for _ in range(5_000):
        deep = [deep]
    read = lead_reader({})
    assert len({read(each, None).key for each in (endless, deep, {"a": deep})}) == 3


def test_broken_lines_with_the_same_start_are_two_leads_and_each_is_told(tmp_path: Path) -> None:
    path = tmp_path / "leads.jsonl"
    path.write_text('{"id": "1", "country": "DE"}\n' + '{"id": "2", "country": "DE\n' * 2)
    decisions = routed_file(router(), path)
    assert len({decision.lead for decision in decisions}) == 3
    assert all(reason.startswith("not JSON") for each in decisions[1:] for _, reason in told(each))


@pytest.mark.parametrize("kind", [Text(), Code()])
def test_ids_that_differ_in_case_are_two_leads(kind: Text | Code) -> None:
    read = lead_reader({"id": Field("id", kind)})
    assert [read({"id": raw}, None).key for raw in ("00Q5e", " 00q5E ")] == ["00Q5e", "00q5E"]


def test_an_id_of_a_type_without_case_has_none() -> None:
    read = lead_reader({"id": Field("id", Email())})
    assert read({"id": "Ann@Firm.example"}, None).key == "ann@firm.example"


def test_a_lead_that_lacks_a_required_field_has_an_issue_for_it() -> None:
    with router("id: text required, size: integer required") as inbound:
        decision = inbound.route({"country": "DE", "size": "many"})
        lacking = inbound.route({"id": "1", "country": "DE"})
    assert decision.kind == "queue"
    assert told(decision) == [("size", "not a whole number"), ("id", NO_ID)]
    assert lacking.issues == (Issue("size", "", LACKING),)


@pytest.mark.parametrize(
    ("kind", "raw", "key"),
    [
        (Text(), "1111", "1111"),
        (Text(), "Unknown", None),
        (Text(), "n/a", None),
        (Text(), "--", None),
        (Text(), "4.93012E+11", None),
        (Text(), '="00Q5e"', "00Q5e"),
        (Code(), '="00q5E"', "00q5E"),
        (Code(), " ab 12 ", "ab12"),
        (Code(), "2134.0", "2134"),
        (Code(), "none", None),
        (SalesforceId(), "00Q5e00001AbCdE", "00Q5e00001AbCdEEAV"),
        (SalesforceId(), "00Q5E00001ABCDEEAV", "00Q5e00001AbCdEEAV"),
        (SalesforceId(), "00Q5e00001AbCdEAAA", None),
        (SalesforceId(), "000000000000000AAA", None),
        (SalesforceId(), "00Q5e00001AbCd", None),
        (SalesforceId(), "00Q5e00001AbCdÉ", None),
        (Integer(), "1,200", "1200"),
    ],
)
def test_an_id_is_what_it_says_or_none(kind: FieldType, raw: str, key: str | None) -> None:
    assert (
        lead_reader({"lead_no": Field("lead_no", kind, is_id=True)})({"Lead No": raw}, 1).id == key
    )


def test_an_id_that_a_table_has_is_no_lead_s_own() -> None:
    lookup = Lookup("domain", "accounts.csv", {"firm.example": "A-1"})
    fields = {
        "id": Field("id", Text(), lookups=(lookup,)),
        "domain": Field("domain", Text()),
    }
    read = lead_reader(fields)
    found = read({"domain": "firm.example"}, 1)
    assert (found.values["id"], found.id) == ("A-1", None)


@pytest.mark.parametrize("text", ["n/a", "unknown", "-", "0000000", "xx", "4.93012E+11", "None"])
@pytest.mark.parametrize("kind", ["text", "code"])
def test_placeholders_identify_nobody(kind: str, text: str) -> None:
    found = compiled(
        f"""
        lead {{ id: text, phone: {kind} }}
        person ana
        queue triage
        identity phone within 30 days
        route inbound {{
          rule again {{ when duplicate to queue triage }}
          fallback to person ana
        }}
        """
    )
    with Router(found) as inbound:
        decisions = [inbound.route({"id": str(at), "phone": text}) for at in range(3)]
    assert [(each.duplicate_of, each.assignee) for each in decisions] == [(None, "ana")] * 3


LONG = '{"id": ' + "x" * 300


@pytest.mark.parametrize("start", ["", "[", 'id;note\n"'])
def test_broken_rows_of_two_files_that_begin_alike_are_two_leads(start: str) -> None:
    keys = [one_of(start + LONG + end) for end in ("a", "b")]
    assert keys[0] != keys[1]
    assert keys[0] == one_of(start + LONG + "a")


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_rows_that_are_too_long_to_be_kept_are_told_apart(
    kind: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "LONGEST_ROW", 1000)
    start = "id,note\n" if kind == "csv" else '{"id": 1}\n'
    rows = [f"{start}{LONG}{end * 2000}\n" for end in "ab"]
    keys = [last_of(text, kind) for text in rows]
    assert keys[0] != keys[1]
    assert keys[0] == last_of(rows[0], kind)


def one_of(text: str) -> str:
    kind: Format = "csv" if ";" in text else "json" if text.startswith("[") else "jsonl"
    if kind == "json":
        text += "}]"
    return last_of(text, kind)


def last_of(text: str, kind: Format) -> str:
    fields = {"id": Field("id", Text()), "note": Field("note", Text())}
    with records(BytesIO(text.encode()), kind, fields) as rows:
        found = [record_reader(fields)(row) for row in rows]
    assert found[-1].complaint is not None
    return found[-1].key


@pytest.mark.parametrize(
    ("declared", "raw"),
    [
        ("phone: phone of DE id", "0000000"),
        ("phone: phone of US id", "1111111111"),
        ("mail: email id", "noemail@noemail.com"),
        ("number: code id", "00000"),
        ("id: text", "000"),
    ],
)
def test_what_people_fill_in_is_no_id(declared: str, raw: str) -> None:
    name = declared.partition(":")[0]
    with router(declared) as of:
        first, second = of.route_all([{name: raw, "n": 1}, {name: raw, "n": 2}])
    assert first.lead != second.lead
    assert (name, NO_ID) in told(second)


@pytest.mark.parametrize("raw", ["0", "11111", "1234567"])
def test_a_number_that_a_table_may_count_is_an_id(raw: str) -> None:
    with router("id: text") as of:
        first, second = of.route_all([{"id": raw}, {"id": raw}])
    assert second.repeated
    assert first.lead == raw
