"""Every finding there is: the closed list of names, each with what it claims.

A finding that isn't listed here can't be configured, allowed or looked up, so the tests
compare this list with the source. To add one: an entry here, its page
`docs/checks/NAME.md`, and the code that makes it; the tests say what is still missing.
"""

from collections.abc import Mapping

import attrs

from turnout.dsl.findings import Severity


@attrs.frozen
class Kind:
    """What is known of a finding by its name alone.

    severity: at most, and unless the configuration says otherwise. summary: the claim, one
    sentence.
    is_firm: its severity can't be changed, nor can it be allowed: where it is true, a part
    of the policy has no meaning, or a lead can be left with nobody.
    is_absence: it says that nothing uses something; of a file that several policies
    include it holds only where it holds for all of them.
    """

    name: str
    severity: Severity
    summary: str
    is_firm: bool = False
    is_absence: bool = False


def _firm(name: str, summary: str) -> Kind:
    return Kind(name, Severity.ERROR, summary, is_firm=True)


def _error(name: str, summary: str) -> Kind:
    return Kind(name, Severity.ERROR, summary)


def _warning(name: str, summary: str, *, is_absence: bool = False) -> Kind:
    return Kind(name, Severity.WARNING, summary, is_absence=is_absence)


READING = (
    _firm("cannot-read", "A file can't be read."),
    _firm("not-utf-8", "A file is not UTF-8 text."),
    _firm("too-large", "A file, a list or a text is larger than Turnout reads."),
    _firm("nested-too-deep", "Something is nested deeper than Turnout follows."),
    _firm("outside-folder", "A policy names a file outside its own folder."),
    _firm("include-cycle", "A file includes itself, directly or through others."),
    _firm("syntax-error", "The text can't be read as a policy."),
    _firm("missing-extra", "The policy needs an optional library that isn't installed."),
    _firm("duplicate-name", "Two things of one kind have the same name."),
    _firm("duplicate-clause", "A clause that may stand once stands twice."),
    _firm("unknown-name", "A name is used that is declared nowhere."),
    _firm("unknown-value", "A value can't be one of its field or option."),
    _firm("unknown-zone", "A calendar names a time zone that there isn't."),
    _firm("unknown-place", "No public holidays are known for a place."),
    _firm("unknown-column", "A table of people has a column that means nothing, or lacks one."),
    _firm("overlapping-hours", "Two blocks of a calendar's hours share time."),
    _firm("type-mismatch", "A field is asked something that its type can't answer."),
    _firm("definition-cycle", "A territory or segment is defined by itself."),
    _firm("lookup-cycle", "Fields are looked up by each other in a circle."),
    _firm("no-identity", "A policy asks for earlier leads and doesn't say which are the same."),
    _firm("incomplete-rule", "A rule lacks its `when` or its `to`."),
    _firm("incomplete-territory", "A territory has neither a condition nor members."),
    _firm("incomplete-calendar", "A calendar lacks its time zone or its hours."),
    _firm("incomplete-guarantee", "A guarantee claims nothing."),
    _firm("incomplete-test", "A test lacks its lead, its expectation or its route."),
    _firm("misplaced-fallback", "A rule stands after the fallback that takes every lead."),
    _firm("table-syntax", "A CSV table can't be read."),
    _firm("table-value", "A cell of a CSV table can't be a value of its field."),
    _firm("duplicate-key", "A CSV table has two rows for one key."),
)
"""What can be wrong with the text itself, in the order in which it is read."""

CHECKS = (
    _firm("coverage-gap", "Some lead reaches the end of a route without a target."),
    _firm("dead-end", "A lead can be passed on by every target and end up with nobody."),
    _firm("refuted-guarantee", "Some lead breaks a guarantee."),
    _error("unreachable-rule", "No lead is left for a rule: earlier rules take all of them."),
    _error("unreachable-block", "No lead gets into a `within`."),
    _error("impossible-condition", "No lead at all can satisfy a rule's condition."),
    _error("never-available", "A team has nobody, or a target can never take a lead."),
    _warning("unreachable-target", "An `else` comes after a target that takes every lead."),
    _warning("redundant-rule", "A rule could be deleted, and no lead would notice."),
    _warning(
        "redundant-condition",
        "A part of a condition can go, and the condition still describes the same leads.",
    ),
    _warning("negation-matches-missing", "A `not (...)` lets in leads because they lack a field."),
    _warning("overlapping-territories", "Two sibling territories share leads."),
    _warning("overlapping-segments", "Two segments of a family share leads."),
    _warning("uncovered-segment", "A family of segments leaves values out."),
    _warning("no-lead-id", "The lead schema names no field as the lead's id."),
    _warning(
        "unguarded-identity",
        "An identity asks a field that takes any text, and no placeholders are declared for it.",
    ),
    _warning("unused-definition", "A name is declared and never used.", is_absence=True),
    Kind(
        "conflicting-overlap",
        Severity.NOTE,
        "Two rules share leads and disagree about them, so that their order decides.",
    ),
    _warning("undecided", "A question could not be settled within its budget of steps."),
)
"""What the checks prove about a policy that could be read."""

ALLOWANCES = (
    _warning("unused-allowance", "An allowance covers no finding.", is_absence=True),
    _warning("allowance-without-reason", "An allowance gives no reason, so it doesn't count."),
    _warning("void-allowance", "An allowance names what can't be allowed."),
)
"""What can be wrong with the comments that allow findings; these can't be allowed themselves."""

CATALOGUE: Mapping[str, Kind] = {kind.name: kind for kind in (*CHECKS, *READING, *ALLOWANCES)}
"""Every kind of finding by its name, the checks first."""
