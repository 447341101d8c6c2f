"""Findings as SARIF 2.1.0 (OASIS, with errata 01), which code-scanning services read.

A rule carries the finding's whole page as its help, so that the service shows it beside
the result; SARIF allows no relative link to it. Columns count characters, the places of
causes are related locations, and an allowed finding is a suppressed result with the
reason as its justification.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from turnout import __version__
from turnout.compiler.verdict.catalogue import CATALOGUE
from turnout.dsl.findings import Finding, Fix, Severity
from turnout.dsl.source import Span
from turnout.printable import visible
from turnout.rendering.fingerprints import fingerprints
from turnout.rendering.jsons import finding_data, json_text
from turnout.rendering.pages import page
from turnout.rendering.plain import end, sentences
from turnout.rendering.report import Report

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT = "turnoutFinding/v1"


def sarif(report: Report, _screen: int) -> Iterator[str]:
    """Yield the whole report as one JSON text."""
    findings = [*report.findings, *(each.finding for each in report.allowed)]
    names = list(dict.fromkeys(finding.name for finding in findings))
    results = [
        _result(finding, names.index(finding.name), mark)
        for finding, mark in zip(findings, fingerprints(findings), strict=True)
    ]
    for result, allowed in zip(results[len(report.findings) :], report.allowed, strict=True):
        result["suppressions"] = [
            {
                "kind": "inSource",
                "justification": visible(allowed.reason),
                "location": _location(allowed.span),
            }
        ]
    driver = {
        "name": "Turnout",
        "semanticVersion": __version__,
        "rules": [_rule(name) for name in names],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _uri(file)}} for file in report.files],
        "results": results,
    }
    yield json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(name: str) -> dict[str, Any]:
    kind = CATALOGUE.get(name)
    if kind is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": kind.summary},
        "help": {"text": page(name), "markdown": page(name)},
        "defaultConfiguration": {"level": _level(kind.severity)},
        "properties": {"page": f"checks/{name}.md"},
    }


def _level(severity: Severity) -> str:
    return severity.value  # SARIF's levels have the same names


def _result(finding: Finding, rule: int, mark: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.name,
        "ruleIndex": rule,
        "level": _level(finding.severity),
        "message": {"text": sentences(finding)},
        "locations": [_location(finding.span)] if finding.span else [],
        "partialFingerprints": {FINGERPRINT: mark},
    }
    if finding.labels:
        result["relatedLocations"] = list(_related(finding))
    if finding.fixes:
        result["fixes"] = [_fix(fix) for fix in finding.fixes]
    if finding.witness:
        result["properties"] = {"witness": finding_data(finding)["witness"]}
    return result


def _fix(fix: Fix) -> dict[str, Any]:
    place = _location(fix.span)["physicalLocation"]
    replacement = {
        "deletedRegion": place["region"],
        "insertedContent": {"text": fix.replacement},
    }
    change = {"artifactLocation": place["artifactLocation"], "replacements": [replacement]}
    return {"description": {"text": visible(fix.title)}, "artifactChanges": [change]}


def _related(finding: Finding) -> Iterable[dict[str, Any]]:
    for number, label in enumerate(finding.labels, 1):
        yield {"id": number, **_location(label.span), "message": {"text": visible(label.text)}}


def _location(span: Span) -> dict[str, Any]:
    line, column = end(span)
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(span.source.name)},
            "region": {
                "startLine": span.line,
                "startColumn": span.column,
                "endLine": line,
                "endColumn": column,
            },
        }
    }


def _uri(file: str) -> str:
    """Return a file as a URI: relative to the working directory unless its name is absolute."""
    return Path(file).as_uri() if PurePath(file).is_absolute() else quote(file)
