"""The entries of assignment rules, out of `Lead.assignmentRules` or `Case.assignmentRules`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from turnout.frozen import attribute, define, frozen
from turnout.importing.askable import StandIns
from turnout.importing.foreign import (
    Asked,
    FieldKind,
    ForeignError,
    ForeignRule,
    ImportNote,
    Origin,
    Receiver,
    RuleSet,
    Unsaid,
    unsaid_of,
)
from turnout.importing.salesforce.criteria import all_of, criterion
from turnout.importing.salesforce.criteria_logic import LogicError, joined
from turnout.importing.salesforce.formulas import formula
from turnout.importing.xml_tree import Element, xml_tree

KindOf: TypeAlias = Callable[[str, str], FieldKind | None]

_LONGEST = 100
"""Characters of a formula that are told; the policy has all of them."""

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


def rules_of(path: Path, name: str, kind_of: KindOf) -> RulesFile:
    """Return the rules of a file. Raises ForeignError.

    name: of the file, as it is told. kind_of: what is known of a field of an object.
    """
    root = xml_tree(path)
    if root.name != "AssignmentRules":
        raise ForeignError(
            f"{name}: the root element is {root.name}, not AssignmentRules",
            "name a file with assignment rules, such as Lead.assignmentRules",
        )
    kind = path.name.split(".", 1)[0]
    reader = _Reader(name, kind, kind_of)
    return RulesFile(kind, tuple(map(reader.rule, root.all("assignmentRule"))))


@define
class _Reader:
    """Reads the rules of a file. kind: of the object."""

    file: str
    kind: str
    kind_of: KindOf
    formulas: StandIns = attribute(factory=lambda: StandIns("formula"))
    criteria: StandIns = attribute(factory=lambda: StandIns("test"))

    def rule(self, element: Element) -> RuleSet:
        name = element.said("fullName") or "rules"
        entries = tuple(
            self._entry(each, Origin(self.file, each.line, f"rule {name}, entry {number}"))
            for number, each in enumerate(element.all("ruleEntry"), 1)
        )
        place = Origin(self.file, element.line, f"rule {name}")
        return RuleSet(name, place, element.said("active").lower() == "true", entries)

    def _entry(self, element: Element, place: Origin) -> ForeignRule:
        notes: list[ImportNote] = []
        text = element.said("formula")
        asks = self._formula(text, place, notes) if text else self._asks(element, place, notes)
        template = element.said("template")
        notices = (("email", template),) if template else ()
        notes += _told_besides(element, place)
        return ForeignRule(place, asks, _receiver(element, place, notes), notices, tuple(notes))

    def _formula(self, text: str, place: Origin, notes: list[ImportNote]) -> Asked:
        found = formula(text, self.formulas.field, self._kind)
        for unsaid in unsaid_of(found.asked).values():
            said = " ".join(unsaid.split())
            said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."
            message = f"no policy says the formula {said}; a field of its own stands for it"
            notes.append(ImportNote(place, message))
        if found.minds_case:
            message = "the formula tells capitals apart, and a policy doesn't"
            notes.append(ImportNote(place, message))
        return found.asked

    def _asks(self, element: Element, place: Origin, notes: list[ImportNote]) -> Asked:
        criteria = tuple(
            self._criterion(item, place, notes) for item in element.all("criteriaItems")
        )
        logic = element.said("booleanFilter")
        if not criteria or not logic:
            return all_of(criteria)
        try:
            asked, is_mixed = joined(logic, criteria)
        except LogicError as failure:
            unsaid = f"{failure.message}: a field of its own stands for the whole entry"
            notes.append(ImportNote(place, unsaid))
            return Unsaid(self.criteria.field(f"{place.entry}: {logic}"), logic)
        if is_mixed:
            message = (
                f"the filter logic {logic} mixes AND and OR without parentheses; AND binds closer"
            )
            notes.append(ImportNote(place, message))
        return asked

    def _criterion(self, element: Element, place: Origin, notes: list[ImportNote]) -> Asked:
        field, operation = element.said("field"), element.said("operation")
        name = field.removeprefix(f"{self.kind}.")
        other = element.said("valueField")
        value = element.first("value")
        if not other and name:
            text = "" if value is None else value.text
            asked = criterion(name, operation, text, self._kind(name))
            if asked is not None:
                return asked
        said = f"{field} {operation} {other or element.said('value')}"
        message = f"no policy says {said!r}; a field of its own stands for it"
        notes.append(ImportNote(place, message))
        return Unsaid(self.criteria.field(said), said)

    def _kind(self, name: str) -> FieldKind | None:
        return self.kind_of(self.kind, name)


def _receiver(element: Element, place: Origin, notes: list[ImportNote]) -> Receiver:
    name = element.said("assignedTo")
    kind = element.said("assignedToType")
    if not name:
        return Receiver("current-owner")
    if kind == "Queue":
        return Receiver("queue", name)
    if kind not in {"", "User"}:
        message = f"assigned to the {kind} {name}; the policy has a queue of that name"
        notes.append(ImportNote(place, message))
        return Receiver("queue", name)
    return Receiver("person", name, name if "@" in name else None)


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
