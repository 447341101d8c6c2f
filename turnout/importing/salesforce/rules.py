"""The entries of assignment rules, out of `Lead.assignmentRules` or `Case.assignmentRules`."""

from collections.abc import Iterator
from pathlib import Path

from turnout.frozen import frozen
from turnout.importing.foreign import (
    ALWAYS,
    Asked,
    ForeignError,
    ForeignRule,
    ImportNote,
    Origin,
    Receiver,
    RuleSet,
    Unsaid,
)
from turnout.importing.salesforce.criteria import all_of, criterion
from turnout.importing.salesforce.criteria_logic import LogicError, joined
from turnout.importing.xml_tree import Element, xml_tree

_SUFFIXES = (".assignmentRules", ".assignmentRules-meta.xml")


@frozen
class RulesFile:
    """The rules of one kind of object. kind: "Lead" or "Case"."""

    kind: str
    rules: tuple[RuleSet, ...]


def rules_files(path: Path) -> Iterator[Path]:
    """Yield the files with assignment rules in a folder, or the one that is named."""
    if path.is_file():
        yield path
        return
    found = (each for each in path.rglob("*.assignmentRules*") if each.name.endswith(_SUFFIXES))
    yield from sorted(each for each in found if each.is_file())


def rules_of(path: Path, name: str) -> RulesFile:
    """Return the rules of a file. name: of the file, as it is told. Raises ForeignError."""
    root = xml_tree(path)
    if root.name != "AssignmentRules":
        raise ForeignError(
            f"{name}: the root element is {root.name}, not AssignmentRules",
            "name a file with assignment rules, such as Lead.assignmentRules",
        )
    kind = path.name.split(".", 1)[0]
    rules = tuple(_rule(each, kind, name) for each in root.all("assignmentRule"))
    return RulesFile(kind, rules)


def _rule(element: Element, kind: str, file: str) -> RuleSet:
    name = element.said("fullName") or "rules"
    place = Origin(file, element.line, f"rule {name}")
    entries = tuple(
        _entry(each, kind, Origin(file, each.line, f"rule {name}, entry {number}"))
        for number, each in enumerate(element.all("ruleEntry"), 1)
    )
    return RuleSet(name, place, element.said("active").lower() == "true", entries)


def _entry(element: Element, kind: str, place: Origin) -> ForeignRule:
    asks, notes = _asks(element, kind, place)
    template = element.said("template")
    notices = (("email", template),) if template else ()
    notes += _told_besides(element, place)
    return ForeignRule(place, asks, _receiver(element), notices, notes)


def _receiver(element: Element) -> Receiver:
    name = element.said("assignedTo")
    if not name:
        return Receiver("current-owner")
    if element.said("assignedToType") == "Queue":
        return Receiver("queue", name)
    return Receiver("person", name, name if "@" in name else None)


def _asks(element: Element, kind: str, place: Origin) -> tuple[Asked, tuple[ImportNote, ...]]:
    formula = element.said("formula")
    if formula:
        field = f"Formula_{place.line}"
        said = "its formula stands in a comment; a field of its own says whether it holds"
        return Unsaid(field, formula), (ImportNote(place, said),)
    items = [*element.all("criteriaItems")]
    notes: list[ImportNote] = []
    criteria = [_criterion(item, kind, place, notes) for item in items]
    logic = element.said("booleanFilter")
    if not criteria:
        return ALWAYS, tuple(notes)
    if not logic:
        return all_of(tuple(criteria)), tuple(notes)
    try:
        asked, is_mixed = joined(logic, criteria)
    except LogicError as failure:
        notes.append(
            ImportNote(place, f"{failure.message}: all criteria are asked together instead")
        )
        return all_of(tuple(criteria)), tuple(notes)
    if is_mixed:
        said = f"the filter logic {logic} mixes AND and OR without parentheses; AND binds closer"
        notes.append(ImportNote(place, said))
    return asked, tuple(notes)


def _criterion(element: Element, kind: str, place: Origin, notes: list[ImportNote]) -> Asked:
    field, operation = element.said("field"), element.said("operation")
    name = field.removeprefix(f"{kind}.")
    other = element.said("valueField")
    value = element.first("value")
    if not other:
        asked = criterion(name, operation, "" if value is None else value.text)
        if asked is not None:
            return asked
    said = f"{field} {operation} {other or element.said('value')}"
    notes.append(ImportNote(place, f"no policy says {said!r}; a field of its own stands for it"))
    return Unsaid(f"{name}_{operation}_{element.line}", said)


def _told_besides(element: Element, place: Origin) -> tuple[ImportNote, ...]:
    """Return what an entry says that no policy takes over."""
    found: list[ImportNote] = []
    teams = [each.text.strip() for each in element.all("team")]
    if teams:
        said = f"the case team {', '.join(teams)} isn't added: a policy says who gets a lead"
        found.append(ImportNote(place, said, is_refused=True))
    if element.said("notifyCcRecipients").lower() == "true":
        found.append(
            ImportNote(place, "CC recipients aren't notified by a policy", is_refused=True)
        )
    return tuple(found)
