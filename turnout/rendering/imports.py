"""What became of another tool's rules: in a terminal, as data and as a page."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from turnout.dsl.findings import Severity
from turnout.importing.foreign import ImportNote
from turnout.importing.reports import ImportReport, SourceFinding
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.rendering.screen import Ink, hanging, paint
from turnout.rendering.sheet import page

FORMAT, VERSION = "turnout-import", 1

_INKS = {
    Severity.ERROR: Ink.ERROR,
    Severity.WARNING: Ink.WARNING,
    Severity.NOTE: Ink.NOTE,
}


def import_lines(report: ImportReport, file: str, screen: int) -> Iterator[str]:
    """Yield the lines of a report. file: the policy, as it is called."""
    yield paint(visible(f"{file}: {summary(report)}"), Ink.STRONG)
    for note in report.notes:
        first = f"  {paint(note.word, Ink.WARNING if note.is_refused else Ink.NOTE)}  "
        yield from hanging(first, _words(f"{note.place}: {note.message}"), screen)
    for found in report.findings:
        finding = found.finding
        first = f"  {paint(finding.severity.value, _INKS[finding.severity])}  "
        place = "" if found.place is None else f"{found.place}: "
        said = f"{place}{finding.message} [{finding.name}]"
        yield from hanging(first, _words(said), screen)


def summary(report: ImportReport) -> str:
    """Return how many entries came over, and what the checker finds.

    Such as "9 entries, 7 as they are; 1 error, 2 warnings".
    """
    entries = report.imported.entries
    total = f"{len(entries):,} {'entry' if len(entries) == 1 else 'entries'}"
    plain = "all as they are" if report.plain == len(entries) else f"{report.plain:,} as they are"
    counts = [
        counted(number, severity.value)
        for severity in Severity
        if (number := sum(each.finding.severity is severity for each in report.findings))
    ]
    return f"{total}, {plain}; {', '.join(counts) or 'no findings'}"


def import_data(report: ImportReport, file: str) -> dict[str, Any]:
    """Return a report in its documented JSON form, keys in a fixed order."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "policy": file,
        "is_fit": report.is_fit,
        "entries": [
            {
                "file": place.file,
                "line": place.line,
                "entry": place.entry,
                "route": route,
                "rule": rule,
            }
            for (route, rule), place in report.imported.draft.rules.items()
        ],
        "notes": [_note(note) for note in report.notes],
        "findings": [_finding(found) for found in report.findings],
    }


def _note(note: ImportNote) -> dict[str, Any]:
    return {
        "file": note.place.file,
        "line": note.place.line,
        "entry": note.place.entry,
        "kind": note.word,
        "message": note.message,
    }


def _finding(found: SourceFinding) -> dict[str, Any]:
    finding, place = found.finding, found.place
    return {
        "name": finding.name,
        "severity": finding.severity.value,
        "message": finding.message,
        "policy_line": None if finding.span is None else finding.span.line,
        "file": None if place is None else place.file,
        "line": None if place is None else place.line,
        "entry": None if place is None else place.entry,
        "help": list(finding.help),
    }


def import_html(reports: Iterable[tuple[ImportReport, str]]) -> str:
    """Return one page of all reports."""
    parts: list[str] = []
    for report, file in reports:
        parts.append(f"<h2>{escape(file)}</h2><p>{escape(summary(report))}.</p>")
        parts += _table(report)
        parts.append(f"<pre>{escape(report.imported.draft.text)}</pre>")
    return page("What became of the rules", parts)


def _table(report: ImportReport) -> Iterator[str]:
    rows: list[tuple[str, str, str]] = [
        (note.word, str(note.place), note.message) for note in report.notes
    ]
    rows += [
        (
            each.finding.severity.value,
            "the policy" if each.place is None else str(each.place),
            f"{each.finding.message} [{each.finding.name}]",
        )
        for each in report.findings
    ]
    if rows:
        yield "<table><tr><th></th><th>Where</th><th>What</th></tr>"
        for cells in rows:
            yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        yield "</table>"


def _words(text: str) -> list[str]:
    return visible(text).split(" ")
