"""What Salesforce's Metadata API takes as a file of assignment rules, as facts of its WSDL.

Each type is a sequence: its elements stand in this order. Of `RuleEntry` all elements are
listed, those of versions that came later at their place.
"""

from collections.abc import Iterator
from typing import Literal
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from turnout.frozen import frozen

NAMESPACE = "http://soap.sforce.com/2006/04/metadata"


@frozen
class Part:
    """An element of a sequence. kind: its type's name; occurs: as in a regular expression."""

    name: str
    kind: str = "string"
    occurs: Literal["", "?", "*"] = "?"


SEQUENCES = {
    "AssignmentRules": (Part("fullName"), Part("assignmentRule", "AssignmentRule", "*")),
    "AssignmentRule": (
        Part("fullName"),
        Part("active", "boolean"),
        Part("ruleEntry", "RuleEntry", "*"),
    ),
    "RuleEntry": (
        Part("assignedTo"),
        Part("assignedToType", "AssignToLookupValueType"),
        Part("booleanFilter"),
        Part("businessHours"),
        Part("businessHoursSource"),
        Part("criteriaItems", "FilterItem", "*"),
        Part("disableEscalationWhenModified", "boolean"),
        Part("escalationAction", occurs="*"),
        Part("escalationStartTime"),
        Part("formula"),
        Part("notifyCcRecipients", "boolean"),
        Part("overrideExistingTeams", "boolean"),
        Part("replyToEmail"),
        Part("senderEmail"),
        Part("senderName"),
        Part("team", occurs="*"),
        Part("template"),
    ),
    "FilterItem": (
        Part("field", occurs=""),
        Part("operation", "FilterOperation", ""),
        Part("value"),
        Part("valueField"),
    ),
}

VALUES = {
    "boolean": {"true", "false", "1", "0"},
    "AssignToLookupValueType": {"User", "Queue"},
    "FilterOperation": {
        *("equals", "notEqual", "lessThan", "greaterThan", "lessOrEqual", "greaterOrEqual"),
        *("contains", "notContain", "startsWith", "includes", "excludes", "within"),
    },
}


def schema_faults(text: str) -> list[str]:
    """Return what of a file the schema doesn't take."""
    root: Element = fromstring(text)
    if root.tag != f"{{{NAMESPACE}}}AssignmentRules":
        return [f"{root.tag} is no AssignmentRules"]
    return [*_of_type(root, "AssignmentRules")]


def _of_type(element: Element, kind: str) -> Iterator[str]:
    """Yield what of an element its type doesn't take."""
    name = element.tag.partition("}")[2]
    if kind not in SEQUENCES:
        if len(element):
            yield f"{name} has elements"
        if kind in VALUES and (element.text or "").strip() not in VALUES[kind]:
            yield f"{element.text} is no {kind}"
        return
    if (element.text or "").strip() or any((each.tail or "").strip() for each in element):
        yield f"{name} has text between its elements"
    left = [*element]
    for part in SEQUENCES[kind]:
        count = 0
        while left and left[0].tag == f"{{{NAMESPACE}}}{part.name}":
            yield from _of_type(left.pop(0), part.kind)
            count += 1
        if (count == 0 and part.occurs == "") or (count > 1 and part.occurs != "*"):
            yield f"{name} has {count} {part.name}"
    yield from (f"{each.tag} stands where {name} takes none" for each in left)
