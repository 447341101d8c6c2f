"""JSON that is safe to print, and findings in the documented, versioned JSON form.

The form is described in docs/reference/formats.md and by the schema beside it. Keys may
be added within a version; what stands there keeps its name and meaning.
"""

import json
from collections.abc import Iterator
from typing import Any

from turnout.dsl.findings import Finding, Severity
from turnout.dsl.source import Span
from turnout.rendering.report import Report

FORMAT, VERSION = "turnout-findings", 1


def json_text(value: object, indent: int | None = None) -> str:
    """Return `value` as JSON whose strings hold only printable characters.

    Text outside ASCII stays readable unless some character of it would act on a terminal;
    then everything outside ASCII is escaped.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    is_safe = text.replace("\n", "").isprintable()
    return text if is_safe else json.dumps(value, indent=indent, default=str)


def findings_json(report: Report, _screen: int) -> Iterator[str]:
    """Yield the whole report as one JSON text."""
    yield json_text(
        {
            "format": FORMAT,
            "version": VERSION,
            "summary": {
                **{f"{each.value}s": report.count(each) for each in Severity},
                "allowed": len(report.allowed),
            },
            "files": list(report.files),
            "findings": [finding_data(finding) for finding in report.findings],
            "allowed": [
                {**finding_data(each.finding), "reason": each.reason} for each in report.allowed
            ],
        },
        indent=2,
    )


def finding_data(finding: Finding) -> dict[str, Any]:
    """Return one finding in its JSON form, keys in a fixed order."""
    witness = finding.witness
    return {
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "span": _span(finding.span) if finding.span else None,
        "text": finding.text,
        "labels": [{"span": _span(label.span), "text": label.text} for label in finding.labels],
        "witness": {
            "fields": dict(witness.fields),
            "confirmed": witness.confirmed,
            "note": witness.note,
        }
        if witness
        else None,
        "leads": finding.leads or None,
        "notes": list(finding.notes),
        "help": list(finding.help),
        "fixes": [
            {"title": fix.title, "span": _span(fix.span), "replacement": fix.replacement}
            for fix in finding.fixes
        ],
    }


def _span(span: Span) -> dict[str, Any]:
    """Return a span; lines and columns from 1, offsets from 0, all in characters."""
    return {
        "file": span.source.name,
        "start": _place(span, span.start),
        "end": _place(span, span.end),
    }


def _place(span: Span, offset: int) -> dict[str, int]:
    line, column = span.source.place(offset)
    return {"line": line, "column": column, "offset": offset}
