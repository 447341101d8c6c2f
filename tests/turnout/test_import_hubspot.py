"""`turnout import hubspot`, as its users meet it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.importing.askable import StandIns
from turnout.importing.foreign import Asked, Criterion, Every, ImportNote, Nay, Origin, Some, Unsaid
from turnout.importing.hubspot.automations import imported
from turnout.importing.hubspot.operations import OperationReader
from turnout.importing.json_tree import JsonMap, json_tree
from turnout.importing.reports import ImportReport

Json = dict[str, Any]


def asks(name: str, operator: str, kind: str, **more: object) -> Json:
    operation = {"operationType": kind, "operator": operator, **more}
    return {"filterType": "PROPERTY", "property": name, "operation": operation}


def branch(*groups: list[Json]) -> Json:
    return {
        "filterBranchType": "OR",
        "filterBranches": [{"filterBranchType": "AND", "filters": each} for each in groups],
    }


def to(action: str) -> Json:
    return {"edgeType": "STANDARD", "nextActionId": action}


def single(action: str, kind: str, fields: Json, following: str = "") -> Json:
    json_ = {"actionId": action, "type": "SINGLE_CONNECTION", "actionTypeId": kind}
    return {**json_, "fields": fields, "connection": to(following)}


def owner(action: str, number: str) -> Json:
    value = {"type": "STATIC_VALUE", "staticValue": number}
    return single(action, "0-5", {"property_name": "hubspot_owner_id", "value": value})


DACH = ["Germany", "Austria", "Switzerland"]
FLOW: Json = {
    "name": "Lead routing",
    "isEnabled": True,
    "startActionId": "1",
    "actions": [
        single("1", "0-1", {"delta": "5"}, "2"),
        {
            "actionId": "2",
            "type": "LIST_BRANCH",
            "listBranches": [
                {
                    "branchName": "DACH",
                    "filterBranch": branch(
                        [asks("country", "IS_ANY_OF", "ENUMERATION", values=DACH)]
                    ),
                    "connection": to("3"),
                },
                {
                    "branchName": "Large",
                    "filterBranch": branch(
                        [asks("numemployees", "IS_GREATER_THAN", "NUMBER", value=1000)],
                        [asks("jobtitle", "CONTAINS", "MULTISTRING", values=["chief", "vp"])],
                    ),
                    "connection": to("4"),
                },
                {
                    "branchName": "Students",
                    "filterBranch": branch([asks("email", "ENDS_WITH", "STRING", value=".edu")]),
                },
            ],
            "defaultBranch": to("5"),
        },
        owner("3", "101"),
        single("4", "0-11", {"user_ids": ["11", "12"]}, "6"),
        owner("5", "103"),
        single(
            "6",
            "0-5",
            {
                "property_name": "lifecyclestage",
                "value": {"type": "STATIC_VALUE", "staticValue": "opportunity"},
            },
        ),
    ],
    "enrollmentCriteria": {
        "type": "LIST_BASED",
        "listFilterBranch": branch(
            [asks("lifecyclestage", "IS_ANY_OF", "ENUMERATION", values=["lead"])]
        ),
    },
}
OWNERS = {
    "results": [
        {
            "id": "101",
            "email": "Ana@firm.example",
            "userId": 11,
            "teams": [{"id": "7", "name": "EMEA"}],
        },
        {"id": "102", "email": "ben@firm.example", "userId": 12, "teams": [{"id": "7"}]},
        {"id": "103", "email": "cleo@firm.example", "userId": 13},
        {"id": "104"},
    ]
}


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["import", "hubspot", *arguments, "-o", "out", "--force"])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    write(FLOW)
    Path("owners.json").write_text(json.dumps(OWNERS))


def write(flow: object) -> None:
    Path("flow.json").write_text(json.dumps(flow, indent=1))


def said(result: Result) -> str:
    return " ".join(result.output.split())


def test_each_way_through_the_branches_is_a_rule() -> None:
    result = turnout("flow.json", "--owners", "owners.json")
    assert result.exit_code == 0, result.output
    text = Path("out/flow.route").read_text()
    wanted = (
        'person ana  { email "ana@firm.example" }',
        "team ana-ben { ana, ben }",
        "# what the workflow doesn't enroll keeps its owner",
        'when lifecyclestage is not "lead" or lifecyclestage is missing\n    to   current-owner',
        "# flow Lead routing, DACH (way 1)",
        "to   person ana\n",
        "and hubspot_owner_id is present\n    to   current-owner",
        'to   round-robin ana-ben\n    else queue unassigned\n    do   tag "lifecyclestage: opp',
        'when email ends with ".edu"\n    to   current-owner',
        "fallback to person cleo else queue unassigned",
    )
    places = [text.index(each) for each in wanted]
    assert places == sorted(places)
    assert "(flow Lead routing, action 1): a delay (0-1) isn't carried over" in said(result)


def test_without_a_list_of_owners_people_are_called_by_their_numbers() -> None:
    assert turnout("flow.json").exit_code == 0
    text = Path("out/flow.route").read_text()
    assert "person owner-101\n" in text
    assert "team user-11-user-12 { user-11, user-12 }" in text


def test_several_flows_are_several_routes() -> None:
    write({"results": [FLOW, {**FLOW, "name": "Renewals"}], "completedAt": "2026"})
    assert turnout("flow.json").exit_code == 0
    text = Path("out/flow.route").read_text()
    assert "route lead-routing {" in text
    assert "route renewals {" in text


def test_teams_are_rotated_among_their_members() -> None:
    flow = {"startActionId": "1", "actions": [single("1", "0-11", {"team_ids": ["7"]})]}
    write(flow)
    assert turnout("flow.json", "--owners", "owners.json").exit_code == 0
    assert "team emea { ana, ben }" in Path("out/flow.route").read_text()
    result = turnout("flow.json")
    assert "who is in the team 7 isn't known" in said(result)
    assert "queue team-7" in Path("out/flow.route").read_text()


RICH: Json = {
    "id": "1",
    "isEnabled": False,
    "startActionId": "1",
    "suppressionListIds": [9],
    "timeWindows": [{"day": "FRIDAY"}],
    "blockedDates": [],
    "canEnrollFromSalesforce": False,
    "goalFilterBranch": {"filterBranchType": "OR"},
    "enrollmentCriteria": {
        "type": "EVENT_BASED",
        "eventFilterBranches": [{"eventTypeId": "4-1"}],
        "unEnrollObjectsNotMeetingCriteria": True,
        "refinementCriteria": branch([asks("plan", "IS_KNOWN", "ALL_PROPERTY")]),
    },
    "actions": [
        {**single("1", "0-4", {}, "2"), "surprise": 1},
        {
            "actionId": "2",
            "type": "LIST_BRANCH",
            "oddity": 1,
            "listBranches": [
                {
                    "branchName": "A",
                    "filterBranch": {
                        "filterBranchType": "AND",
                        "more": 1,
                        "filters": [{"filterType": "IN_LIST", "listId": "5"}],
                        "filterBranches": [
                            {"filterBranchType": "ASSOCIATION", "associationTypeId": 2}
                        ],
                    },
                    "connection": to("3"),
                }
            ],
            "defaultBranch": to("7"),
        },
        {
            "actionId": "3",
            "type": "STATIC_BRANCH",
            "inputValue": {"type": "OBJECT_PROPERTY", "propertyName": "tier"},
            "staticBranches": [
                {"branchValue": "gold", "connection": to("4")},
                {"branchValue": "", "connection": to("5")},
            ],
            "defaultBranch": to("6"),
        },
        single(
            "4",
            "0-5",
            {
                "property_name": "hubspot_owner_id",
                "value": {"type": "OBJECT_PROPERTY", "propertyName": "account_manager"},
            },
        ),
        single(
            "5",
            "0-5",
            {"property_name": "x", "association": {}, "value": {}},
            "8",
        ),
        {"actionId": "6", "type": "AB_TEST_BRANCH"},
        {"actionId": "7", "type": "STATIC_BRANCH", "inputValue": {"type": "FIELD_DATA"}},
        single("8", "0-5", {"property_name": "y", "value": {"type": "OBJECT_PROPERTY"}}, "9"),
        single(
            "9",
            "0-5",
            {
                "property_name": "hubspot_owner_id",
                "value": {"type": "OBJECT_PROPERTY", "propertyName": "hubspot_owner_id"},
            },
            "10",
        ),
        {"actionId": "10", "type": "CUSTOM_CODE"},
    ],
}


def test_every_key_is_translated_or_told() -> None:
    write(RICH)
    made = imported(Path("flow.json"))
    notes = ImportReport(made, (), is_fit=True).notes
    text = " | ".join(f"{note.word} {note.place.entry}: {note.message}" for note in notes)
    for each in (
        "changed flow flow 1: the workflow is turned off in HubSpot",
        "refused flow flow 1: suppressionListIds isn't carried over",
        "refused flow flow 1: timeWindows isn't carried over",
        "refused flow flow 1: goalFilterBranch isn't carried over",
        "changed flow flow 1, enrollment: enrolled by events: the policy is for the records",
        "refused flow flow 1, enrollment: eventFilterBranches isn't carried over",
        "refused flow flow 1, enrollment: unEnrollObjectsNotMeetingCriteria isn't carried",
        "refused flow flow 1, action 1: surprise of the action isn't carried over",
        "refused flow flow 1, action 1: an e-mail (0-4) isn't carried over",
        "refused flow flow 1, action 2: oddity of the branches isn't carried over",
        "refused flow flow 1, action 2, A: more of a branch of filters isn't carried over",
        "changed flow flow 1, action 2, A: no policy asks the filter IN_LIST",
        "changed flow flow 1, action 2, A: no policy asks the filter ASSOCIATION",
        "refused flow flow 1, action 4: the owner is that of account_manager: a queue has it",
        "refused flow flow 1, action 5: x of another record isn't carried over",
        "refused flow flow 1, action 6: records that a test divides go to a queue of its own",
        "refused flow flow 1, action 7: records that a value of another action divides go to",
        "refused flow flow 1, action 8: what y is set to isn't carried over",
        "refused flow flow 1, action 10: CUSTOM_CODE (no type) isn't carried over",
    ):
        assert each in text, each
    assert "blockedDates" not in text
    assert "canEnroll" not in text
    assert "tier is missing" in made.draft.text


def one(operator: str, *values: str) -> Criterion:
    return Criterion("p", operator, values)  # type: ignore[arg-type]


FILTERS: list[tuple[Json, Asked]] = [
    (asks("p", "IS_NOT_EQUAL_TO", "STRING", value="a"), one("is not", "a")),
    (asks("p", "IS_UNKNOWN", "alltypes"), one("missing")),
    (asks("p", "STARTS_WITH", "MULTISTRING", values=["a", "b"]), one("starts with", "a", "b")),
    (
        asks("p", "DOES_NOT_CONTAIN", "STRING", value="a"),
        Every((one("present"), Nay(one("contains", "a")))),
    ),
    (
        asks("p", "IS_NONE_OF", "ENUMERATION", values=["a"], includeObjectsWithNoValueSet=True),
        Some((one("is not", "a"), one("missing"))),
    ),
    (asks("p", "IS_NOT", "BOOL", value=True), one("is not", "true")),
    (
        asks("p", "IS_BETWEEN", "NUMBER_RANGED", lowerBound=1, upperBound=5),
        Every((one(">=", "1"), one("<=", "5"))),
    ),
    (asks("p", "IS_LESS_THAN_X_DAYS_AGO", "datetime-rolling", numberOfDays=5), one("within", "5")),
    (asks("p", "IS_BEFORE_DATE", "datetime", timestamp=1504703360618), one("<", "2017-09-06")),
    (
        asks(
            "p",
            "IS_AFTER",
            "TIME_POINT",
            endpointBehavior="INCLUSIVE",
            timePoint={"timeType": "DATE", "year": 2026, "month": 3, "day": 4},
        ),
        one(">=", "2026-03-04"),
    ),
]


def asked(json_: Json, several: frozenset[str] = frozenset()) -> tuple[Asked, list[ImportNote]]:
    node = json_tree(json.dumps({"filters": [json_]}), "x")
    assert isinstance(node, JsonMap)
    notes: list[ImportNote] = []
    return OperationReader(several, StandIns("f")).branch(node, Origin("x", 1), notes), notes


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_a_filter_asks_what_the_documentation_says(number: int) -> None:
    json_, wanted = FILTERS[number]
    found, notes = asked(json_)
    assert notes == []
    if isinstance(wanted, Every) and isinstance(wanted.parts[1], Nay):
        assert isinstance(found, Every)
        assert one("present") in found.parts
    else:
        assert found == wanted


def test_properties_with_several_values_are_asked_for_what_they_include() -> None:
    several = frozenset({"p"})
    every = asks("p", "CONTAINS_ALL", "ENUMERATION", values=["a", "b"])
    assert asked(every, several)[0] == one("has all", "a", "b")
    any_of = asks("p", "IS_ANY_OF", "ENUMERATION", values=["a", "b"])
    assert asked(any_of, several)[0] == one("has any", "a", "b")
    assert isinstance(
        asked(asks("p", "IS_EXACTLY", "ENUMERATION", values=["a"]), several)[0], Unsaid
    )


UNSAID: list[Json] = [
    asks("p", "HAS_EVER_BEEN_EQUAL_TO", "STRING", value="a"),
    asks("p", "CONTAINS_EXACTLY", "MULTISTRING", values=["a"]),
    asks("p", "IS_EQUAL_TO", "STRING"),
    asks("p", "IS_BETWEEN", "NUMBER", lowerBound=1),
    asks("p", "IS_EQUAL_TO", "string-comparative", comparisonPropertyName="q"),
    asks("p", "UPDATED_IN_LAST_X_DAYS", "rolling-property-updated", numberOfDays=1),
    asks("p", "IS_MORE_THAN_X_DAYS_AGO", "datetime-rolling", numberOfDays="x"),
    asks("p", "IS_AFTER", "TIME_POINT", timePoint={"timeType": "INDEXED"}),
    asks("p", "IS_AFTER", "TIME_POINT", timePoint={"timeType": "DATE", "year": "x"}),
    {"filterType": "FORM_SUBMISSION", "formId": "1"},
    {**asks("p", "IS_KNOWN", "alltypes"), "pruningRefineBy": {}},
]


@pytest.mark.parametrize("number", range(len(UNSAID)))
def test_other_filters_are_told_and_a_field_stands_for_them(number: int) -> None:
    found, notes = asked(UNSAID[number])
    assert isinstance(found, Unsaid)
    assert "a field of its own says whether it holds" in notes[0].message


REFUSED: dict[str, tuple[object, str]] = {
    "something else": ({"a": 1}, "has no workflow: an object with `actions` and `startActionId`"),
    "a flow without owners": (
        {"startActionId": "1", "actions": [single("1", "0-4", {})]},
        "(flow flow 1): no action gives a record to an owner",
    ),
    "an action that isn't there": (
        {"startActionId": "2", "actions": [owner("1", "1")]},
        "action 2): there is no such action",
    ),
    "a way back": (
        {"startActionId": "1", "actions": [single("1", "0-4", {}, "1")]},
        "action 1): the workflow comes back to it",
    ),
    "more ways than fit": (
        {
            "startActionId": "0",
            "actions": [
                {
                    "actionId": str(number),
                    "type": "STATIC_BRANCH",
                    "inputValue": {"type": "OBJECT_PROPERTY", "propertyName": "p"},
                    "staticBranches": [{"branchValue": "a", "connection": to(str(number + 1))}],
                    "defaultBranch": to(str(number + 1)),
                }
                for number in range(20)
            ]
            + [owner("20", "1")],
        },
        "has more than 5,000 ways",
    ),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_such_file_is_refused_with_the_cause(name: str) -> None:
    flow, message = REFUSED[name]
    write(flow)
    result = turnout("flow.json")
    assert result.exit_code == 2, result.output
    assert message in said(result)
    assert not Path("out").exists()


def test_a_file_without_owners_is_refused() -> None:
    Path("owners.json").write_text("{}")
    result = turnout("flow.json", "--owners", "owners.json")
    assert result.exit_code == 2
    assert "owners.json lists no owners: it has no `results` with `id` and `email`" in said(result)
