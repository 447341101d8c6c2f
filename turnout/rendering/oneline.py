"""Findings one a line, as editors, grep and CI logs read them."""

from collections.abc import Iterator

from turnout.printable import visible
from turnout.rendering.report import Report


def compact(report: Report, _screen: int) -> Iterator[str]:
    """Yield `file:line:column: severity[name]: message` for each finding, and nothing else."""
    for finding in report.findings:
        place = f"{finding.span}: " if finding.span else ""
        yield visible(f"{place}{finding.severity.value}[{finding.name}]: {finding.message}")
