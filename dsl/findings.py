"""What Turnout says about a policy: findings are values, and rendering comes last.

Each finding has a stable kebab-case name, the span it speaks of, one sentence in the
author's words, labelled spans for the causes, and, where the claim is about leads, a
witness: the raw fields of one lead that shows it.
"""

from collections.abc import Mapping
from enum import StrEnum

from turnout.dsl.source import Span
from turnout.frozen import frozen


class Severity(StrEnum):
    """How much a finding matters; an error makes a policy unfit to run."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen
class Label:
    """A place that a finding points at besides its own, and what is to see there."""

    span: Span
    text: str


@frozen
class Witness:
    """A concrete lead that proves a finding.

    fields: the lead as it would arrive, by field name, in the order of the lead schema;
    a field that is absent is missing.
    confirmed: whether the reference interpreter ran the lead and agreed. A witness that
    could not be made concrete is worded "possibly".
    note: what the interpreter did with the lead, in a few words, or "".
    """

    fields: Mapping[str, object]
    confirmed: bool = True
    note: str = ""


@frozen
class Fix:
    """An edit of a policy's text after which the finding is gone.

    title: what it does, an imperative. span: what is replaced; empty where something is put
    in, and then its place. replacement: what stands there afterwards.
    """

    title: str
    span: Span
    replacement: str


@frozen
class Finding:
    """One diagnostic about a policy.

    name: stable, kebab-case, one documentation page each.
    message: one sentence, the fact in the author's words.
    span: where; None only where no file can be named (say, a path that doesn't exist).
    text: what the primary span is, shown beside it, or "".
    help: what to do, one imperative sentence each.
    fixes: edits that do it, each by itself, where it can be done without knowing more.
    leads: the leads that it speaks of as a condition of the policy, whole, or "".
    """

    name: str
    severity: Severity
    span: Span | None
    message: str
    text: str = ""
    labels: tuple[Label, ...] = ()
    witness: Witness | None = None
    notes: tuple[str, ...] = ()
    help: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()
    leads: str = ""


def error(  # noqa: PLR0913 - the parts of a finding, each by name
    name: str,
    span: Span | None,
    message: str,
    *,
    text: str = "",
    help: str = "",
    fixes: tuple[Fix, ...] = (),
) -> Finding:
    """Return a finding of severity error; `help` may be empty."""
    said = (help,) if help else ()
    return Finding(name, Severity.ERROR, span, message, text=text, help=said, fixes=fixes)
