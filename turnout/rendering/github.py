"""Findings as workflow commands of GitHub Actions, which become annotations of the lines.

The commands and their escapes are those of the runner's `ActionCommand`: `%`, CR and LF
in a message, `:` and `,` besides in a property. Nothing of a policy can begin a line of
its own, so it can't give the runner a command.
"""

from collections.abc import Iterator

from turnout.dsl.findings import Finding, Severity
from turnout.printable import visible
from turnout.rendering.plain import end, sentences
from turnout.rendering.report import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def github(report: Report, _screen: int) -> Iterator[str]:
    """Yield a workflow command for each finding, then the summary for the log."""
    for finding in report.findings:
        properties = ",".join(f"{key}={_property(text)}" for key, text in _properties(finding))
        yield f"::{_COMMANDS[finding.severity]} {properties}::{_data(sentences(finding))}"
    yield report.summary


def _properties(finding: Finding) -> Iterator[tuple[str, str]]:
    span = finding.span
    if span is not None:
        line, column = end(span)
        yield "file", span.source.name
        yield "line", str(span.line)
        yield "endLine", str(line)
        # Columns only within one line: over several, GitHub takes them for a mistake.
        if line == span.line:
            yield "col", str(span.column)
            yield "endColumn", str(column)
    yield "title", finding.name


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
