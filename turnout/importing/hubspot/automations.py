"""Workflows of HubSpot as a policy: each flow a route, each way through its branches a rule.

What a flow doesn't enroll keeps its owner, and so does what leaves it without being given to
somebody. Whatever it does besides is told by name: a policy says who owns a record.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

from turnout.importing.askable import StandIns, settled
from turnout.importing.drafts import drafted
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    Every,
    FieldKind,
    ForeignError,
    ForeignField,
    ForeignRule,
    ImportNote,
    Nay,
    Origin,
    Receiver,
    RuleSet,
    fields_of,
)
from turnout.importing.hubspot.branch_ways import StepReader, actions_of
from turnout.importing.hubspot.operations import OperationReader, several_of
from turnout.importing.hubspot.owner_names import OwnerNames, owner_names
from turnout.importing.json_tree import JsonList, JsonMap, JsonNode, JsonScalar, json_file
from turnout.importing.plain_form import plain
from turnout.importing.reports import Imported
from turnout.importing.typed_fields import free_name

LABELS: Mapping[str, str] = {
    "annualrevenue": "Annual Revenue",
    "company": "Company Name",
    "country": "Country/Region",
    "createdate": "Create Date",
    "email": "Email",
    "hs_analytics_source": "Original Source",
    "hs_lead_status": "Lead Status",
    "hubspot_owner_id": "Contact owner",
    "industry": "Industry",
    "jobtitle": "Job Title",
    "lifecyclestage": "Lifecycle Stage",
    "numemployees": "Number of Employees",
    "state": "State/Region",
    "zip": "Postal Code",
}
"""What exports call HubSpot's own properties."""

_KINDS: Mapping[str, FieldKind] = {"country": "country", "zip": "code", "email": "email"}
_META = {
    *(
        "id",
        "uuid",
        "name",
        "flowType",
        "type",
        "objectTypeId",
        "revisionId",
        "createdAt",
    ),
    *(
        "updatedAt",
        "nextAvailableActionId",
        "crmObjectCreationStatus",
        "portalId",
        "isEnabled",
    ),
    *(
        "startActionId",
        "actions",
        "enrollmentCriteria",
        "description",
    ),
}
_OF_ENROLLMENT = {"type", "listFilterBranch", "refinementCriteria", "shouldReEnroll"}


def imported(path: Path, *, owners: Path | None = None) -> Imported:
    """Return the policy of a file with one flow, or several. owners: a list of HubSpot's owners.

    Raises ForeignError.
    """
    names = OwnerNames() if owners is None else owner_names(owners)
    flows = [*_flows(json_file(path))]
    if not flows:
        raise ForeignError(
            f"{path} has no workflow: an object with `actions` and `startActionId`",
            "save what GET /automation/v4/flows/{flowId} answers",
        )
    stand_ins = StandIns("filter")
    sets: list[RuleSet] = []
    notes: list[ImportNote] = []
    for number, flow in enumerate(flows, 1):
        rules, told = _rule_set(flow, path.name, number, names, stand_ins)
        sets.append(rules)
        notes += told
    asked = dict.fromkeys(
        name for each in sets for entry in each.entries for name in fields_of(entry.asks)
    )
    fields = {name: _field(name) for name in asked}
    chosen, known = settled(sets, fields)
    name = free_name(path.stem, ())
    said = f"Made of the workflows in {path.name} by `turnout import`."
    return Imported(name, drafted(name, chosen, known, said), chosen, tuple(notes))


def _flows(root: JsonNode) -> Iterator[JsonMap]:
    """Yield the flows of a file: one, a list of them, or what the API answers for several."""
    if isinstance(root, JsonMap):
        if "actions" in root.parts and "startActionId" in root.parts:
            yield root
        for each in root.listed("results"):
            yield from _flows(each)
    elif isinstance(root, JsonList):
        for each in root.parts:
            yield from _flows(each)


def _field(name: str) -> ForeignField:
    label = LABELS.get(name)
    return ForeignField(name, (name, label) if label else (name,), _KINDS.get(name))


def _rule_set(
    flow: JsonMap, file: str, number: int, names: OwnerNames, stand_ins: StandIns
) -> tuple[RuleSet, list[ImportNote]]:
    """Return the rules of a flow, and what is to be said of it. Raises ForeignError."""
    name = flow.said("name") or f"flow {flow.said('id') or number}"
    place = Origin(file, flow.line, f"flow {name}")
    filters = OperationReader(several_of(flow), stand_ins)
    reader = StepReader(place, actions_of(flow), filters, names)
    notes = [*_beside(flow, place)]
    enrolled = _enrollment(flow.mapped("enrollmentCriteria"), filters, place, notes)
    entries = [*reader.rules(flow.said("startActionId"))]
    if not reader.gives:
        raise ForeignError(
            f"{place}: no action gives a record to an owner (0-5 of hubspot_owner_id, 0-11)",
            "name a workflow that assigns owners",
        )
    if enrolled != ALWAYS:
        at = attrs.evolve(
            place, line=flow.line_of("enrollmentCriteria"), entry=f"{place.entry}, not enrolled"
        )
        said = "what the workflow doesn't enroll keeps its owner"
        first = ForeignRule(at, plain(Nay(enrolled)), Receiver("current-owner"), comment=said)
        entries.insert(0, first)
    return RuleSet(name, place, is_active=True, entries=tuple(entries)), notes


def _beside(flow: JsonMap, place: Origin) -> Iterator[ImportNote]:
    if flow.said("isEnabled") == "false":
        yield ImportNote(place, "the workflow is turned off in HubSpot")
    for key, node in flow.parts.items():
        if key not in _META and not _is_nothing(node):
            at = attrs.evolve(place, line=flow.line_of(key))
            yield ImportNote(at, f"{key} isn't carried over", is_refused=True)


def _is_nothing(node: JsonNode) -> bool:
    """Return whether a part of a flow says nothing: null, false, or empty."""
    if isinstance(node, JsonScalar):
        return node.kind == "null" or node.text in {"", "false"}
    return not node.parts


def _enrollment(
    criteria: JsonMap, filters: OperationReader, place: Origin, notes: list[ImportNote]
) -> Asked:
    """Return what a record has to be to be enrolled, as far as its properties tell."""
    at = attrs.evolve(place, line=criteria.line, entry=f"{place.entry}, enrollment")
    kind = criteria.said("type")
    if kind in {"EVENT_BASED", "MANUAL"}:
        said = "enrolled by events" if kind == "EVENT_BASED" else "enrolled by hand"
        notes.append(ImportNote(at, f"{said}: the policy is for the records that are"))
    for key, node in criteria.parts.items():
        if key not in _OF_ENROLLMENT and not _is_nothing(node):
            line = attrs.evolve(at, line=criteria.line_of(key))
            notes.append(ImportNote(line, f"{key} isn't carried over", is_refused=True))
    parts = [
        filters.branch(criteria.mapped(key), at, notes)
        for key in ("listFilterBranch", "refinementCriteria")
        if criteria.mapped(key).parts
    ]
    asked = tuple(each for each in parts if each != ALWAYS)
    return asked[0] if len(asked) == 1 else Every(asked)
