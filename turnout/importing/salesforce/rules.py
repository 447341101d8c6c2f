"""The entries of assignment rules, out of `Lead.assignmentRules` or `Case.assignmentRules`."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import evolve

from turnout.frozen import attribute, define, frozen
from turnout.importing.askable import StandIns
from turnout.importing.foreign import (
    Asked,
    Every,
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
from turnout.importing.salesforce.criteria import COMPARED, all_of, criterion, listed
from turnout.importing.salesforce.criteria_logic import LogicError, joined, numbers
from turnout.importing.salesforce.described_fields import DescribedFields
from turnout.importing.salesforce.formulas import formula
from turnout.importing.salesforce.relative_dates import is_relative
from turnout.importing.salesforce.written_amounts import (
    OF_AMOUNTS,
    amount,
    is_cut_up,
    likely_currency,
)
from turnout.importing.salesforce.written_moments import asked_of_moments, moment
from turnout.importing.xml_tree import Element, xml_tree

KINDS = ("Lead", "Case")
"""Objects that have assignment rules."""

MOST_ENTRIES = 5_000
"""Entries of a file; Salesforce takes at most 3,000 in a rule."""

_LONGEST = 100
"""Characters of a formula that are told; the policy has all of them."""

_OF_RULE = frozenset({"fullName", "active", "ruleEntry"})
_OF_ENTRY = frozenset(
    {
        "assignedTo",
        "assignedToType",
        "booleanFilter",
        "criteriaItems",
        "formula",
        "notifyCcRecipients",
        "overrideExistingTeams",
        "team",
        "template",
    }
)
_OF_CRITERION = frozenset({"field", "operation", "value", "valueField"})

_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|/\*(.*?)\*/', re.DOTALL)


@frozen
class RulesFile:
    """The rules of one kind of object. kind: "Lead" or "Case".

    currency: in which amounts are written, None where none says it. moneys: fields of which
    only such an amount tells that they are money.
    """

    kind: str
    rules: tuple[RuleSet, ...]
    currency: str | None = None
    moneys: frozenset[str] = frozenset()


def rules_of(
    path: Path, name: str, described: DescribedFields, currency: str | None = None
) -> RulesFile:
    """Return the rules of a file. Raises ForeignError.

    name: of the file, as it is told. described: what is known of fields. currency: of amounts
    without a code; else that of most of those with one.
    """
    root = xml_tree(path)
    if root.name != "AssignmentRules":
        raise ForeignError(
            f"{name}: the root element is {root.name}, not AssignmentRules",
            "name a file with assignment rules, such as Lead.assignmentRules",
        )
    kind = _kind(path, name, root)
    rules = [*root.all("assignmentRule")]
    count = sum(1 for rule in rules for _ in rule.all("ruleEntry"))
    if count > MOST_ENTRIES:
        raise ForeignError(
            f"{name} has {count:,} entries, and at most {MOST_ENTRIES:,} are read",
            "take out the rules that aren't in force",
        )
    codes = likely_currency(each for _, values in _criteria(rules) for each in values)
    reader = _Reader(name, kind, described, currency or codes)
    made = [reader.rule(each) for each in rules]
    if made and root.comments:
        made[0] = evolve(made[0], comment=_comments([*root.comments, made[0].comment]))
    return RulesFile(kind, tuple(made), codes, frozenset(reader.moneys))


def _kind(path: Path, name: str, root: Element) -> str:
    """Return the object whose rules a file has: its name says it, else its criteria."""
    said = path.name.split(".", 1)[0].casefold()
    by_name = {kind.casefold(): kind for kind in KINDS}
    if said in by_name:
        return by_name[said]
    objects = [field.partition(".")[0] for field, _ in _criteria(root.all("assignmentRule"))]
    found = next((kind for kind in KINDS if kind in objects), None)
    if found is None:
        raise ForeignError(
            f"{name}: neither its name nor a criterion says whether these rules are of leads or "
            "of cases",
            "call it Lead.assignmentRules or Case.assignmentRules",
        )
    return found


def _criteria(rules: Iterable[Element]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the fields and the values of all criteria."""
    for rule in rules:
        for entry in rule.all("ruleEntry"):
            for item in entry.all("criteriaItems"):
                yield item.said("field"), listed(item.said("value"))


@define
class _Reader:
    """Reads the rules of a file. kind: of the object. moneys: fields found to be money."""

    file: str
    kind: str
    described: DescribedFields
    currency: str | None
    formulas: StandIns = attribute(factory=lambda: StandIns("formula"))
    criteria: StandIns = attribute(factory=lambda: StandIns("test"))
    moneys: set[str] = attribute(factory=set[str])

    def rule(self, element: Element) -> RuleSet:
        name = element.said("fullName") or "rules"
        place = Origin(self.file, element.line, f"rule {name}")
        comments = [*element.comments]
        for each in element.children:
            comments += [] if each.name == "ruleEntry" else each.every_comment()
        return RuleSet(
            name,
            place,
            element.said("active").lower() == "true",
            tuple(
                self._entry(each, Origin(self.file, each.line, f"rule {name}, entry {number}"))
                for number, each in enumerate(element.all("ruleEntry"), 1)
            ),
            _unknown(element, _OF_RULE, place),
            comment=_comments(comments),
        )

    def _entry(self, element: Element, place: Origin) -> ForeignRule:
        notes: list[ImportNote] = []
        text = element.said("formula")
        asks = self._asks(element, place, notes)
        if text:
            asked = self._formula(text, place, notes)
            asks = Every((asked, asks)) if element.first("criteriaItems") else asked
        template = element.said("template")
        notices = (("email", template),) if template else ()
        notes += _told_besides(element, place)
        receiver = _receiver(element, place, notes)
        within = (found[1] for found in _COMMENT.finditer(text) if found[1])
        comment = _comments([*element.every_comment(), *within])
        return ForeignRule(place, asks, receiver, notices, tuple(notes), comment)

    def _formula(self, text: str, place: Origin, notes: list[ImportNote]) -> Asked:
        found = formula(text, self.formulas.field, self._known)
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
        if not logic:
            return all_of(criteria)
        try:
            asked, is_mixed = joined(logic, criteria)
        except LogicError as failure:
            unsaid = f"{failure.message}: a field of its own stands for the whole entry"
            notes.append(ImportNote(place, unsaid))
            return Unsaid(self.criteria.field(f"{place.entry}: {logic}"), logic)
        for number in sorted({*range(1, len(criteria) + 1)} - numbers(logic)):
            message = f"criterion {number} isn't asked, since the filter logic {logic} lacks it"
            notes.append(ImportNote(place, message))
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
        notes += _unknown(element, _OF_CRITERION, place)
        if not other and name:
            text = ",".join(each.text for each in element.all("value"))
            asked, remark = self._compared(name, operation, text)
            if remark:
                notes.append(ImportNote(place, remark))
            if asked is not None:
                return asked
        said = f"{field} {operation} {other or element.said('value')}"
        message = f"no policy says {said!r}; a field of its own stands for it"
        notes.append(ImportNote(place, message))
        return Unsaid(self.criteria.field(said), said)

    def _compared(self, name: str, operation: str, text: str) -> tuple[Asked | None, str]:
        """Return what a comparison of a field asks, and what is to be said of it."""
        kind, values = self._known(name), listed(text)
        if kind in {"date", None} and values and not any(map(is_relative, values)):
            moments = [found for each in values if (found := moment(each)) is not None]
            is_moment = self.described.is_moment(self.kind, name)
            if len(moments) == len(values) and (is_moment or any(e.is_timed for e in moments)):
                return asked_of_moments(name, operation, tuple(moments))
        amounts = [said for each in values if (said := amount(each)) is not None]
        if len(amounts) < len(values) or not values:
            return criterion(name, operation, text, kind), ""
        codes = {each.currency for each in amounts if each.currency is not None}
        has_codes = all(each.currency for each in amounts)
        if kind is None and operation in COMPARED and len(codes) == 1 and has_codes:
            self.moneys.add(name)
            kind = "money"
        if kind not in OF_AMOUNTS:
            return criterion(name, operation, text, kind), ""
        if kind == "money" and not codes <= {self.currency}:
            return None, ""
        digits = ",".join(each.digits for each in amounts)
        remark = ""
        if is_cut_up(values):
            remark = f"{name} is compared with several numbers: commas part them in {text}"
        return criterion(name, operation, digits, kind), remark

    def _known(self, name: str) -> FieldKind | None:
        return self.described.kind_of(self.kind, name)


def _comments(texts: Iterable[str]) -> str:
    """Return comments as lines, each comment one."""
    return "\n".join(said for text in texts if (said := " ".join(text.split())))


def _unknown(element: Element, known: frozenset[str], place: Origin) -> tuple[ImportNote, ...]:
    """Return what an element says besides, which no policy takes over."""
    return tuple(
        ImportNote(place, f"{each.name} isn't taken over: {_short(each)}", is_refused=True)
        for each in element.children
        if each.name not in known and _short(each).lower() not in {"", "false"}
    )


def _short(element: Element) -> str:
    texts = [element.text, *(each.text for each in element.children)]
    said = " ".join(" ".join(texts).split())
    return said if len(said) <= _LONGEST else f"{said[:_LONGEST]}..."


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
    found = [*_unknown(element, _OF_ENTRY, place)]
    teams = [each.text.strip() for each in element.all("team")]
    if teams:
        said = f"the case team {', '.join(teams)} isn't added: a policy says who gets a lead"
        found.append(ImportNote(place, said, is_refused=True))
    if element.said("overrideExistingTeams").lower() == "true":
        found.append(ImportNote(place, "existing case teams aren't replaced", is_refused=True))
    if element.said("notifyCcRecipients").lower() == "true":
        found.append(
            ImportNote(place, "CC recipients aren't notified by a policy", is_refused=True)
        )
    return tuple(found)
