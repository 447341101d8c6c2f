"""What one run found, as a value that every format renders."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from turnout.dsl.findings import Finding, Severity
from turnout.frozen import frozen

if TYPE_CHECKING:
    from turnout.compiler.verdict import Allowed


@frozen
class Report:
    """The findings of a run in the order in which they are shown, and the files it read.

    allowed: findings that a comment in the policy allows, which count for nothing.
    strict: whether a warning fails the run as an error does.
    """

    findings: tuple[Finding, ...]
    files: tuple[str, ...]
    allowed: tuple["Allowed", ...] = ()
    strict: bool = False

    def count(self, severity: Severity) -> int:
        """Return how many findings have this severity."""
        return Counter(finding.severity for finding in self.findings)[severity]

    def fails(self, finding: Finding) -> bool:
        """Return whether this finding alone would fail the run."""
        return finding.severity is Severity.ERROR or (
            self.strict and finding.severity is Severity.WARNING
        )

    @property
    def summary(self) -> str:
        """One line, such as "2 errors, 1 warning in 3 files, 1 allowed"."""
        counts = [counted(self.count(each), each.value) for each in Severity if self.count(each)]
        allowed = f", {len(self.allowed):,} allowed" if self.allowed else ""
        files = counted(len(self.files), "file")
        return f"{', '.join(counts) or 'no findings'} in {files}{allowed}"


MOST_OPEN = 3
"""Undecided questions of a file that are shown one by one; more are gathered in one finding."""


def gathered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings, the many that are `undecided` in one file gathered in the first."""
    open_: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.name == "undecided":
            open_.setdefault(finding.span.source.name if finding.span else "", []).append(finding)
    gone: set[int] = set()
    instead: dict[int, Finding] = {}
    for some in open_.values():
        if len(some) > MOST_OPEN:
            gone.update(map(id, some[1:]))
            more = sum(1 + len(each.notes) for each in some) - 1
            also = f"{counted(more, 'more question')} open in {_places(some)}"
            advice = (*some[0].help, "list them all with `--list-undecided`")
            instead[id(some[0])] = attrs.evolve(some[0], notes=(also,), help=advice)
    kept = (finding for finding in findings if id(finding) not in gone)
    return tuple(instead.get(id(finding), finding) for finding in kept)


def _places(findings: Sequence[Finding]) -> str:
    lines = [finding.span.line for finding in findings if finding.span]
    return f"lines {min(lines)}..{max(lines)}" if lines else "the policy"


def counted(number: int, noun: str) -> str:
    """Return a number and its noun.

    >>> counted(1, "lead"), counted(12_000, "lead")
    ('1 lead', '12,000 leads')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
