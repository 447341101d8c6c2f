"""A file of DMN as a policy: each decision table is a route, its output the target.

What stands beside the tables is told by name: knowledge models, services, decisions that are no
table. Tables that give several answers, too, while the others of the file are read.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import attrs

from turnout.importing.askable import settled
from turnout.importing.dmn.asked_types import AskedTypes
from turnout.importing.dmn.conformance_tests import with_tests
from turnout.importing.dmn.decision_tables import DecisionReader, RefusedTableError
from turnout.importing.drafts import drafted
from turnout.importing.foreign import ForeignError, ImportNote, Origin, RuleSet
from turnout.importing.reports import Imported
from turnout.importing.sheets.sheet_receivers import SheetReceiver
from turnout.importing.typed_fields import free_name
from turnout.importing.xml_tree import Element, xml_tree

_READ = {"decision", "itemDefinition", "inputData"}
_BESIDE = {
    *(
        "extensionElements",
        "description",
        "DMNDI",
        "textAnnotation",
        "association",
        "group",
    ),
    *(
        "elementCollection",
        "documentation",
    ),
}
"""What decides nothing: pictures, remarks, and what tools keep for themselves."""

_OF_DECISIONS = {
    *(
        "variable",
        "decisionTable",
        "informationRequirement",
        "description",
    ),
    *(
        "question",
        "allowedAnswers",
        "extensionElements",
        "documentation",
    ),
}


def imported(
    path: Path,
    *,
    to: str | None = None,
    receivers: SheetReceiver | None = None,
    tests: Path | None = None,
) -> Imported:
    """Return the policy of the decision tables of a file.

    to: the output with who gets a lead, where a table has several. receivers: what those are
    that are no address of e-mail. tests: a file of test cases. Raises ForeignError.
    """
    root = xml_tree(path)
    if root.name != "definitions":
        raise ForeignError(
            f"{path}: the root element is {root.name}, not definitions", "name a file of DMN"
        )
    reader = DecisionReader(path.name, AskedTypes.of(root), to, receivers)
    sets: list[RuleSet] = []
    notes = [*_beside(root, path.name)]
    refused: RefusedTableError | None = None
    for decision in root.all("decision"):
        notes += _of_decision(decision, path.name)
        table = decision.first("decisionTable")
        if table is None:
            continue
        try:
            sets.append(reader.rule_set(table, decision.attributes.get("name", "decision")))
        except RefusedTableError as failure:
            refused = refused or failure
            place = Origin(path.name, table.line, failure.entry)
            notes.append(ImportNote(place, failure.message, is_refused=True))
    if not sets:
        if refused is not None:
            place = Origin(path.name, refused.line, refused.entry)
            raise ForeignError(f"{place}: {refused.message}", refused.help)
        raise ForeignError(
            f"{path} has no decision table{_instead(root, notes)}", "name a file that has one"
        )
    chosen, fields = settled(sets, reader.fields)
    name = free_name(root.attributes.get("name") or path.stem, ())
    said = f"Made of the decision tables in {path.name} by `turnout import`."
    draft = drafted(name, chosen, fields, said)
    made = Imported(name, draft, chosen, (*notes, *reader.notes))
    return made if tests is None else with_tests(made, tests, reader.targets)


def _instead(root: Element, notes: list[ImportNote]) -> str:
    """Return what a file without a table has, as the end of a sentence."""
    if not _is_dmn(root):
        return ": it is none of DMN's"
    found = next((each for each in notes if each.place.entry.startswith("decision ")), None)
    return "" if found is None else f": {found.place}: {found.message}"


def _is_dmn(root: Element) -> bool:
    """Return whether a file is not one of the other models that begin alike (BPMN, CMMN)."""
    said = " ".join(root.attributes.values())
    return "/DMN/" in said or not re.search(r"/(?:BPMN|CMMN)/", said)


def _beside(root: Element, file: str) -> Iterator[ImportNote]:
    """Yield what is to be said of what stands beside the decisions."""
    for each in root.children:
        if each.name in _READ | _BESIDE:
            continue
        named = each.attributes.get("name", "")
        place = Origin(file, each.line, f"{each.name} {named}".strip())
        if each.name == "import":
            said = "what another file says isn't read"
        else:
            said = f"a {each.name} has no place in a policy"
        yield ImportNote(place, said, is_refused=True)
    if beside := dict.fromkeys(each.name for each in root.children if each.name in _BESIDE):
        said = f"{', '.join(beside)}: nothing is decided by it"
        yield ImportNote(Origin(file, root.line), said, kind="read")


def _of_decision(decision: Element, file: str) -> Iterator[ImportNote]:
    """Yield what a decision says beside its table."""
    name = decision.attributes.get("name", "decision")
    place = Origin(file, decision.line, f"decision {name}")
    for each in decision.children:
        if each.name in _OF_DECISIONS:
            continue
        at = attrs.evolve(place, line=each.line)
        if each.name in {"knowledgeRequirement", "authorityRequirement"}:
            said = f"the {each.name} isn't carried over"
        else:
            said = f"the decision is no decision table but of the kind {each.name}"
        yield ImportNote(at, said, is_refused=True)
    if not any(_is_logic(each) for each in decision.children):
        yield ImportNote(place, "the decision has no logic", is_refused=True)


def _is_logic(element: Element) -> bool:
    told = {"knowledgeRequirement", "authorityRequirement", *_OF_DECISIONS} - {"decisionTable"}
    return element.name not in told
