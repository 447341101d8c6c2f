"""What tests came to, for programs: JSON, and JUnit's XML for build servers.

The JSON form is described in docs/reference/formats.md. JUnit has no standard; the elements
here are those that GitLab, Jenkins and GitHub's actions read.
"""

from html import escape
from typing import Any

import click

from turnout.compiler.questions.testable import Coverable
from turnout.printable import visible
from turnout.rendering.explanation import explanation_data, explanation_text
from turnout.rendering.tests import TestReport, actual, by_kind
from turnout.trials.testing import Covered, TestResult

FORMAT, VERSION = "turnout-tests", 1
_WIDE = 100


def report_data(report: TestReport) -> dict[str, Any]:
    """Return the report in its documented JSON form, keys in a fixed order."""
    failed = len(report.failed)
    return {
        "format": FORMAT,
        "version": VERSION,
        "summary": {"passed": len(report.results) - failed, "failed": failed},
        "tests": [_test(result) for result in report.results],
        "coverage": [{"policy": name, **_coverage(found)} for name, found in report.coverages],
    }


def _test(result: TestResult) -> dict[str, Any]:
    test = result.test
    return {
        "name": test.name,
        "file": test.span.source.name,
        "line": test.span.line,
        "route": test.route,
        "passed": result.is_passed,
        "failures": [
            {
                "line": failure.expectation.span.line,
                "expected": failure.expectation.said,
                "actual": actual(failure),
                "explanation": explanation_data(failure.explanation),
            }
            for failure in result.failures
        ],
    }


def _coverage(found: Covered) -> dict[str, Any]:
    return {
        "percent": round(found.percent, 2),
        "kinds": {
            kind: {"covered": covered, "total": total}
            for kind, (covered, total) in by_kind(found).items()
        },
        "missed": [_item(item) for item in found.missed],
    }


def _item(item: Coverable) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "route": item.route,
        "title": item.title,
        "file": item.span.source.name,
        "line": item.span.line,
    }


def report_junit(report: TestReport) -> str:
    """Return the report as JUnit's XML: a suite for each file, a case for each test."""
    suites: dict[str, list[TestResult]] = {}
    for result in report.results:
        suites.setdefault(result.test.span.source.name, []).append(result)
    total = f'tests="{len(report.results)}" failures="{len(report.failed)}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="turnout" {total} time="{report.seconds:.3f}">',
    ]
    for file, results in suites.items():
        failed = sum(not result.is_passed for result in results)
        seconds = sum(result.seconds for result in results)
        lines.append(
            f'  <testsuite name="{_safe(file)}" tests="{len(results)}" failures="{failed}"'
            f' errors="0" skipped="0" time="{seconds:.3f}">'
        )
        for result in results:
            lines += _case(result)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"])


def _case(result: TestResult) -> list[str]:
    test = result.test
    head = (
        f'    <testcase name="{_safe(test.name)}" classname="{_safe(test.span.source.name)}"'
        f' file="{_safe(test.span.source.name)}" line="{test.span.line}"'
        f' time="{result.seconds:.3f}"'
    )
    if result.is_passed:
        return [f"{head}/>"]
    lines = [f"{head}>"]
    for failure in result.failures:
        said = f"{failure.expectation.said}: {actual(failure)}"
        place = str(failure.expectation.span)
        text = explanation_text(failure.explanation, _WIDE, has_state=True)
        told = [_safe(line) for line in (place, *map(click.unstyle, text))]
        lines.append(f'      <failure message="{_safe(said)}">' + "\n".join(told) + "</failure>")
    return [*lines, "    </testcase>"]


def _safe(text: str) -> str:
    """Return text for XML; what XML can't hold is written out."""
    return escape(visible(text))
