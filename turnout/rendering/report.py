"""What one run found, as a value that every format renders."""

from collections import Counter

import attrs

from turnout.compiler.verdict import Allowed
from turnout.dsl.findings import Finding, Severity


@attrs.frozen
class Report:
    """The findings of a run in the order in which they are shown, and the files it read.

    allowed: findings that a comment in the policy allows, which count for nothing.
    strict: whether a warning fails the run as an error does.
    """

    findings: tuple[Finding, ...]
    files: tuple[str, ...]
    allowed: tuple[Allowed, ...] = ()
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


def counted(number: int, noun: str) -> str:
    """Return a number and its noun.

    >>> counted(1, "lead"), counted(12_000, "lead")
    ('1 lead', '12,000 leads')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
