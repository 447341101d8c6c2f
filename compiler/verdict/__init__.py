"""What becomes of a policy's findings: those that are allowed, and how much the rest matters.

Every command and the public API take their findings from here, so that a finding that is
allowed or turned down is so everywhere. A firm finding (see `FindingKind.is_firm`) is never
touched: with one, a policy can't be run.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import attrs

from turnout.compiler.verdict.allowances import Allowance, allowances
from turnout.compiler.verdict.catalogue import CATALOGUE
from turnout.dsl.finding_kinds import (
    ALLOWANCES,
    UNREASONED_ALLOWANCE,
    UNUSED_ALLOWANCE,
    VOID_ALLOWANCE,
)
from turnout.dsl.findings import Finding, Fix, Severity
from turnout.dsl.fixes import misspelt, without
from turnout.dsl.resolve.scope import nearest
from turnout.dsl.source import Source, Span
from turnout.frozen import frozen

Severities: TypeAlias = Mapping[str, Severity | None]
"""What findings of a name count as; None takes them out."""

_OWN = frozenset(kind.name for kind in ALLOWANCES)


@frozen
class Allowed:
    """A finding that a comment allows; `span` is the comment's."""

    finding: Finding
    reason: str
    span: Span


def verdict(
    findings: Iterable[Finding],
    sources: Iterable[Source],
    severities: Severities,
    *,
    is_whole: bool,
) -> tuple[list[Finding], list[Allowed]]:
    """Return the findings that stand, each with the severity it counts as, and those allowed.

    Findings about the allowances come at the end. is_whole: whether all there is to find
    was looked for; else no allowance is called unused.
    """
    found = list(findings)
    written = [each for source in sources for each in allowances(source)]
    valid = {
        (each.span.source.name, each.line, each.name): each for each in written if _is_valid(each)
    }
    kept: list[Finding] = []
    allowed: list[Allowed] = []
    for finding in found:
        by = valid.get(_place(finding)) or valid.get(_asked(finding))
        if by is None:
            kept.append(finding)
        else:
            allowed.append(Allowed(finding, by.reason, by.span))
    used = {each.span for each in allowed}
    there = defaultdict[tuple[str, int], list[str]](list)
    for file, line, name in map(_place, kept):
        if can_be_allowed(name):
            there[file, line].append(name)
    for each in written:
        here = there[each.span.source.name, each.line]
        choices = here if is_whole else CATALOGUE  # another one would allow nothing
        kept.extend(_faults(each, choices, is_unused=is_whole and each.span not in used))
    return list(graded(kept, severities)), allowed


def graded(findings: Iterable[Finding], severities: Severities) -> Iterator[Finding]:
    """Yield the findings with the severities that they count as, without those turned off."""
    for finding in findings:
        kind = CATALOGUE.get(finding.name)
        if finding.name not in severities or (kind and kind.is_firm):
            yield finding
            continue
        severity = severities[finding.name]
        if severity is not None:
            yield attrs.evolve(finding, severity=severity)


def can_be_allowed(name: str) -> bool:
    """Return whether findings of this name can be allowed."""
    return name in CATALOGUE and not CATALOGUE[name].is_firm and name not in _OWN


def _is_valid(allowance: Allowance) -> bool:
    return bool(allowance.reason) and can_be_allowed(allowance.name)


def _place(finding: Finding) -> tuple[str, int, str]:
    return _at(finding.span, finding.name)


def _asked(finding: Finding) -> tuple[str, int, str]:
    """Return the place that names the table of a finding; a table has no comments of its own."""
    return _at(None if finding.span is None else finding.span.source.asked, finding.name)


def _at(span: Span | None, name: str) -> tuple[str, int, str]:
    return (span.source.name, span.line, name) if span else ("", 0, name)


def _faults(allowance: Allowance, choices: Iterable[str], *, is_unused: bool) -> Iterator[Finding]:
    """Yield what is wrong with an allowance, one finding at most. choices: what it may mean."""
    name, span = allowance.name, allowance.span
    if not can_be_allowed(name):
        yield _void(allowance, choices)
    elif not allowance.reason:
        message = f"this allows `{name}` without a reason, so it doesn't count"
        yield UNREASONED_ALLOWANCE.finding(
            span,
            message,
            help=(f"write `# allow {name}: ` and why",),
        )
    elif is_unused:
        yield UNUSED_ALLOWANCE.finding(
            span,
            f"there is no `{name}` to allow on line {allowance.line}",
            help=("delete the comment, or move it above the line of the finding",),
            fixes=(without(span, "delete the comment"),),
        )


def _void(allowance: Allowance, choices: Iterable[str]) -> Finding:
    name, span = allowance.name, allowance.span
    fixes: tuple[Fix, ...] = ()
    if name in CATALOGUE:
        message, help = f"`{name}` can't be allowed", "repair what it reports"
    else:
        near = nearest(name, choices)
        message = f"there is no finding `{name}`"
        help = f"did you mean `{near}`?" if near else "delete the comment"
        start = span.start + span.text.index(name, len("# allow"))
        place = Span(span.source, start, start + len(name))
        fixes = (misspelt(place, near),) if near else (without(span, "delete the comment"),)
    return VOID_ALLOWANCE.finding(span, message, help=(help,), fixes=fixes)
