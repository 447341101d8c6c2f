"""Findings as a Code Quality report of GitLab: a JSON list in the form of Code Climate.

GitLab shows in a merge request what the report of the target branch doesn't have, by
fingerprint.
"""

from collections.abc import Iterator
from typing import Any

from turnout.dsl.findings import Finding, Severity
from turnout.rendering.fingerprints import fingerprints
from turnout.rendering.jsons import json_text
from turnout.rendering.plain import end, sentences
from turnout.rendering.report import Report

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def gitlab(report: Report, _screen: int) -> Iterator[str]:
    """Yield the whole report as one JSON text."""
    pairs = zip(report.findings, fingerprints(report.findings), strict=True)
    yield json_text([_entry(finding, mark) for finding, mark in pairs], indent=2)


def _entry(finding: Finding, mark: str) -> dict[str, Any]:
    span = finding.span
    first, last = (span.line, end(span)[0]) if span else (1, 1)
    return {
        "description": sentences(finding).replace("\n", "; "),
        "check_name": finding.name,
        "fingerprint": mark,
        "severity": _SEVERITIES[finding.severity],
        # Without a place there is no file either, and GitLab drops an entry that has none.
        "location": {
            "path": span.source.name if span else ".",
            "lines": {"begin": first, "end": last},
        },
    }
