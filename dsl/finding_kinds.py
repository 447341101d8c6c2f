"""Kinds of finding: what is known of a finding by its name alone.

Here are those that reading a policy gives. What a check reports is declared beside the
check; `compiler.verdict.catalogue` has all of them. The tests hold the list to the source
and to the pages `docs/checks/NAME.md`, and say what is still missing.
"""

from turnout.dsl.findings import Finding, Fix, Label, Severity, Witness
from turnout.dsl.source import Span
from turnout.frozen import frozen


@frozen
class FindingKind:
    """What is known of a finding by its name alone.

    severity: at most, and unless the configuration says otherwise. summary: the claim, one
    sentence.
    is_firm: its severity can't be changed, nor can it be allowed: where it is true, a part
    of the policy has no meaning, or a lead can be left with nobody.
    is_absence: it says that nothing uses something; of a file that several policies
    include it holds only where it holds for all of them.
    needs_whole: it is sure only of a policy of which nothing was lost in reading.
    """

    name: str
    severity: Severity
    summary: str
    is_firm: bool = False
    is_absence: bool = False
    needs_whole: bool = False

    def finding(  # noqa: PLR0913 - the parts of a finding, each by name
        self,
        span: Span | None,
        message: str,
        *,
        text: str = "",
        labels: tuple[Label, ...] = (),
        witness: Witness | None = None,
        notes: tuple[str, ...] = (),
        help: tuple[str, ...] = (),
        fixes: tuple[Fix, ...] = (),
        leads: str = "",
    ) -> Finding:
        """Return a finding of this kind; what the parts are stands with `Finding`."""
        return Finding(
            *(self.name, self.severity, span, message, text, labels, witness, notes, help, fixes),
            leads,
        )


def firm(name: str, summary: str) -> FindingKind:
    """Return a kind of error that nobody can turn down."""
    return FindingKind(name, Severity.ERROR, summary, is_firm=True)


def error(name: str, summary: str) -> FindingKind:
    """Return a kind of error."""
    return FindingKind(name, Severity.ERROR, summary)


def warning(
    name: str, summary: str, *, is_absence: bool = False, needs_whole: bool = False
) -> FindingKind:
    """Return a kind of warning."""
    return FindingKind(
        name, Severity.WARNING, summary, is_absence=is_absence, needs_whole=needs_whole
    )


def note(name: str, summary: str, *, needs_whole: bool = False) -> FindingKind:
    """Return a kind of note."""
    return FindingKind(name, Severity.NOTE, summary, needs_whole=needs_whole)


SHORT_FRAGMENT = warning(
    "short-fragment", "A short text to be contained stands inside common words."
)

MISPLACED_CONTINUE = firm(
    "misplaced-continue", "An `else continue` stands where no rule comes next."
)
MISPLACED_ROUTE = firm(
    "misplaced-route", "A `to route` stands where no leads can be handed to another route."
)
ROUTE_CYCLE = firm("route-cycle", "Routes hand their leads to each other in a circle.")
FIELD_AS_VALUE = warning(
    "field-as-value", "A value that is asked for has the name of a field of the same type."
)

FREE_MAIL_KEY = warning(
    "free-mail-key",
    "A table gives everybody with an address at a provider of free mail to one person.",
)
UNREAD_COLUMN = warning("unread-column", "Nothing reads a column of a table of rules.")
EMPTY_TABLE = warning("empty-table", "A table of rules has no rows.")

EMPTY_VALIDITY = firm("empty-validity", "A rule or a membership ends before it begins.")

READING = (
    firm("cannot-read", "A file can't be read."),
    firm("not-utf-8", "A file is not UTF-8 text."),
    firm("too-large", "A file, a list or a text is larger than Turnout reads."),
    firm("nested-too-deep", "Something is nested deeper than Turnout follows."),
    firm("outside-folder", "A policy names a file outside its own folder."),
    firm("include-cycle", "A file includes itself, directly or through others."),
    firm("syntax-error", "The text can't be read as a policy."),
    firm("missing-extra", "The policy needs an optional library that isn't installed."),
    firm("duplicate-name", "Two things of one kind have the same name."),
    firm("duplicate-clause", "A clause that may stand once stands twice."),
    firm("unknown-name", "A name is used that is declared nowhere."),
    firm("unknown-value", "A value can't be one of its field or option."),
    firm("unknown-zone", "A calendar names a time zone that there isn't."),
    firm("unknown-place", "No public holidays are known for a place."),
    firm("unknown-column", "A table of people has a column that means nothing, or lacks one."),
    firm("overlapping-hours", "Two blocks of a calendar's hours share time."),
    firm("type-mismatch", "A field is asked something that its type can't answer."),
    SHORT_FRAGMENT,
    FIELD_AS_VALUE,
    firm("backup-cycle", "People are each other's backup in a circle."),
    firm("definition-cycle", "A territory or segment is defined by itself."),
    firm("lookup-cycle", "Fields are looked up by each other in a circle."),
    firm("no-identity", "A policy asks for earlier leads and doesn't say which are the same."),
    firm("incomplete-rule", "A rule lacks its `when` or its `to`."),
    firm("incomplete-territory", "A territory has neither a condition nor members."),
    firm("incomplete-calendar", "A calendar lacks its time zone or its hours."),
    firm("incomplete-guarantee", "A guarantee claims nothing."),
    firm("incomplete-test", "A test lacks its lead, its expectation or its route."),
    firm("misplaced-fallback", "A rule stands after the fallback that takes every lead."),
    EMPTY_VALIDITY,
    MISPLACED_CONTINUE,
    MISPLACED_ROUTE,
    ROUTE_CYCLE,
    firm("table-syntax", "A CSV table can't be read."),
    firm("table-value", "A cell of a CSV table can't be a value of its field."),
    firm("duplicate-key", "A CSV table has two rows for one key."),
    FREE_MAIL_KEY,
    UNREAD_COLUMN,
    EMPTY_TABLE,
)
"""What can be wrong with the text itself, in the order in which it is read."""

UNUSED_ALLOWANCE = warning("unused-allowance", "An allowance covers no finding.", is_absence=True)
UNREASONED_ALLOWANCE = warning(
    "allowance-without-reason", "An allowance gives no reason, so it doesn't count."
)
VOID_ALLOWANCE = warning("void-allowance", "An allowance names what can't be allowed.")

ALLOWANCES = (UNUSED_ALLOWANCE, UNREASONED_ALLOWANCE, VOID_ALLOWANCE)
"""What can be wrong with the comments that allow findings; these can't be allowed themselves."""
