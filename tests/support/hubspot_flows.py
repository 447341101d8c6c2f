"""Workflows of HubSpot, and who owns a record at their end, from its documentation alone.

A filter is drawn as what it means beside its JSON. A record without a value is in no operation but
where `includeObjectsWithNoValueSet` says so; the first branch whose filters hold takes the record.
"""

from collections.abc import Callable, Mapping

import attrs
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

Contact = Mapping[str, str]
Json = dict[str, object]


@attrs.frozen
class PropertyFilter:
    """A filter as it is written, and whether a record passes it."""

    json: Json
    passes: Callable[[Contact], bool]


@attrs.frozen
class Step:
    """An action with all that follows: its JSON, and who owns a record behind it.

    owner_of: of a record and whom it has so far.
    """

    json: tuple[Json, ...]
    owner_of: Callable[[Contact, str], str]


KEPT = ""  # of a target without a name
_INDUSTRIES = ("retail", "energy", "real estate")
_EDGES = (10, 100)


def _operation(name: str, kind: str, operator: str, *, include: bool, **more: object) -> Json:
    operation: Json = {"operationType": kind, "operator": operator, **more}
    if include:
        operation["includeObjectsWithNoValueSet"] = True
    return {"filterType": "PROPERTY", "property": name, "operation": operation}


@st.composite
def _filters(draw: DrawFn) -> PropertyFilter:
    include = draw(st.booleans())
    values = draw(st.lists(st.sampled_from(_INDUSTRIES), min_size=1, max_size=2, unique=True))
    edge = draw(st.sampled_from(_EDGES))

    def made(
        name: str, kind: str, operator: str, holds: Callable[[str], bool], **more: object
    ) -> PropertyFilter:
        json = _operation(name, kind, operator, include=include, **more)
        return PropertyFilter(json, lambda lead: include if name not in lead else holds(lead[name]))

    known = PropertyFilter(
        _operation("industry", "ALL_PROPERTY", "IS_KNOWN", include=False),
        lambda lead: "industry" in lead,
    )
    unknown = PropertyFilter(
        _operation("employees", "alltypes", "IS_UNKNOWN", include=False),
        lambda lead: "employees" not in lead,
    )
    return draw(
        st.sampled_from(
            (
                made(
                    "industry", "ENUMERATION", "IS_ANY_OF", lambda it: it in values, values=values
                ),
                made(
                    "industry",
                    "ENUMERATION",
                    "IS_NONE_OF",
                    lambda it: it not in values,
                    values=values,
                ),
                made("industry", "STRING", "CONTAINS", lambda it: "e" in it, value="e"),
                made(
                    "industry",
                    "MULTISTRING",
                    "DOES_NOT_CONTAIN",
                    lambda it: "re" not in it,
                    values=["re"],
                ),
                made("industry", "STRING", "ENDS_WITH", lambda it: it.endswith("y"), value="y"),
                made(
                    "employees", "NUMBER", "IS_GREATER_THAN", lambda it: int(it) > edge, value=edge
                ),
                made("employees", "NUMBER", "IS_EQUAL_TO", lambda it: int(it) == edge, value=edge),
                made(
                    "employees",
                    "number-ranged",
                    "IS_BETWEEN",
                    lambda it: 10 <= int(it) <= edge,
                    lowerBound=10,
                    upperBound=edge,
                ),
                made(
                    "employees",
                    "NUMBER_RANGED",
                    "IS_NOT_BETWEEN",
                    lambda it: not 10 <= int(it) <= edge,
                    lowerBound=10,
                    upperBound=edge,
                ),
                made("vip", "BOOL", "IS_EQUAL_TO", lambda it: it == "true", value=True),
                known,
                unknown,
            )
        )
    )


@st.composite
def _branches(draw: DrawFn) -> PropertyFilter:
    """Draw a branch of branches: one of several of which all filters hold."""
    groups = draw(st.lists(st.lists(_filters(), min_size=1, max_size=2), min_size=1, max_size=2))
    json: Json = {
        "filterBranchType": "OR",
        "filterBranchOperator": "OR",
        "filters": [],
        "filterBranches": [
            {
                "filterBranchType": "AND",
                "filterBranches": [],
                "filters": [each.json for each in one],
            }
            for one in groups
        ],
    }
    return PropertyFilter(
        json, lambda lead: any(all(each.passes(lead) for each in one) for one in groups)
    )


def _of_industry(value: str) -> PropertyFilter:
    return PropertyFilter({"branchValue": value}, lambda lead: lead.get("industry") == value)


def _target(steps: Step | None) -> Json:
    return {"edgeType": "STANDARD", "nextActionId": steps.json[0]["actionId"]} if steps else {}


@st.composite
def _steps(draw: DrawFn, ids: list[int], depth: int) -> Step:
    ids.append(len(ids))
    action = str(len(ids))
    kinds = ["owner", "rotation", "other", *(["list", "static"] if depth else [])]
    kind = draw(st.sampled_from(kinds))
    if kind in {"list", "static"}:
        return draw(_divided(ids, depth, action, kind))
    following = draw(_steps(ids, depth - 1)) if depth and draw(st.booleans()) else None
    json: Json = {"actionId": action, "type": "SINGLE_CONNECTION", "connection": _target(following)}
    owner, overwrites = draw(st.sampled_from(("1", "2"))), draw(st.booleans())
    if kind == "owner":
        json |= {
            "actionTypeId": "0-5",
            "fields": {
                "property_name": "hubspot_owner_id",
                "value": {"type": "STATIC_VALUE", "staticValue": owner},
            },
        }
    elif kind == "rotation":
        json |= {
            "actionTypeId": "0-11",
            "fields": {"user_ids": ["8"], "overwrite_current_owner": str(overwrites).lower()},
        }
    else:
        json |= {"actionTypeId": "0-4", "fields": {}}

    def owner_of(lead: Contact, before: str) -> str:
        has_one = before != KEPT or "hubspot_owner_id" in lead
        after = before
        if kind == "owner":
            after = f"owner-{owner}"
        elif kind == "rotation" and (overwrites or not has_one):
            after = "user-8"
        return following.owner_of(lead, after) if following else after

    return Step((json, *(following.json if following else ())), owner_of)


@st.composite
def _divided(draw: DrawFn, ids: list[int], depth: int, action: str, kind: str) -> Step:
    branches: list[tuple[PropertyFilter, Step | None]] = []
    for number in range(draw(st.integers(1, 2))):
        asked = draw(_branches())
        if kind == "static":
            asked = _of_industry(_INDUSTRIES[number])
        branches.append((asked, draw(st.none() | _steps(ids, depth - 1))))
    default = draw(st.none() | _steps(ids, depth - 1))
    json: Json = {"actionId": action, "defaultBranch": _target(default)}
    if kind == "list":
        json |= {
            "type": "LIST_BRANCH",
            "listBranches": [
                {"filterBranch": asked.json, "connection": _target(steps)}
                for asked, steps in branches
            ],
        }
    else:
        json |= {
            "type": "STATIC_BRANCH",
            "inputValue": {"type": "OBJECT_PROPERTY", "propertyName": "industry"},
            "staticBranches": [
                {**asked.json, "connection": _target(steps)} for asked, steps in branches
            ],
        }

    def owner_of(lead: Contact, before: str) -> str:
        taken = next((steps for asked, steps in branches if asked.passes(lead)), default)
        return taken.owner_of(lead, before) if taken else before

    inner = [each for _, steps in branches if steps for each in steps.json]
    return Step((json, *inner, *(default.json if default else ())), owner_of)


@attrs.frozen
class DrawnFlow:
    """A workflow: which records it enrolls, and its steps."""

    enrolls: PropertyFilter | None
    steps: Step

    def json(self) -> Json:
        """Return the workflow as the API answers it."""
        flow: Json = {
            "name": "drawn",
            "startActionId": self.steps.json[0]["actionId"],
            "actions": [*self.steps.json],
        }
        if self.enrolls:
            flow["enrollmentCriteria"] = {
                "type": "LIST_BASED",
                "listFilterBranch": self.enrolls.json,
            }
        return flow

    def gives(self) -> bool:
        """Return whether any action that is reached gives a record to somebody."""
        return any(each.get("actionTypeId") in {"0-5", "0-11"} for each in self.steps.json)

    def owner_of(self, lead: Contact) -> str:
        """Return who owns a record."""
        if self.enrolls and not self.enrolls.passes(lead):
            return KEPT
        return self.steps.owner_of(lead, KEPT)


@st.composite
def hubspot_flows(draw: DrawFn) -> DrawnFlow:
    """Draw a workflow that gives records to owners."""
    return DrawnFlow(draw(st.none() | _branches()), draw(_steps([], 3)))


CONTACTS: st.SearchStrategy[Contact] = st.fixed_dictionaries(
    {},
    optional={
        "industry": st.sampled_from((*_INDUSTRIES, "other")),
        "employees": st.sampled_from(("9", "10", "11", "99", "100", "101")),
        "vip": st.sampled_from(("true", "false")),
        "hubspot_owner_id": st.just("9"),
    },
)
