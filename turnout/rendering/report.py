"""What one run found, as a value that every format renders."""

from collections import Counter

import attrs

from turnout.dsl.findings import Finding, Severity


@attrs.frozen
class Report:
    """The findings of a run in the order in which they are shown, and the files it read."""

    findings: tuple[Finding, ...]
    files: tuple[str, ...]

    def count(self, severity: Severity) -> int:
        """Return how many findings have this severity."""
        return Counter(finding.severity for finding in self.findings)[severity]

    @property
    def summary(self) -> str:
        """One line, such as "2 errors, 1 warning in 3 files"."""
        counts = [counted(self.count(each), each.value) for each in Severity if self.count(each)]
        return f"{', '.join(counts) or 'no findings'} in {counted(len(self.files), 'file')}"


def counted(number: int, noun: str) -> str:
    """Return a number and its noun.

    >>> counted(1, "lead"), counted(12_000, "lead")
    ('1 lead', '12,000 leads')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
