"""What became of another tool's rules: in a terminal, as data and as a page."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any, get_args

from turnout.dsl.findings import Severity
from turnout.importing.foreign import ImportNote
from turnout.importing.reports import ImportedRule, ImportReport, RuleFate, SourceFinding
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
    found = [
        counted(number, severity.value)
        for severity in Severity
        if (number := sum(each.finding.severity is severity for each in report.findings))
    ]
    return f"{total}, {plain}; {', '.join(found) or 'no findings'}"


def import_text(report: ImportReport, file: str) -> Iterator[str]:
    """Yield the lines of a report with every entry. file: the policy, as it is called."""
    yield visible(f"{file}: {summary(report)}")
    for note in report.elsewhere:
        kind = note.word
        yield visible(f"  {kind}: {note.place}: {note.message}")
    for entry in report.entries:
        yield visible(f"  {entry.place}: {_became(entry)}, {entry.how}")
        yield from (f"    {visible(line)}" for line in _said(entry))
    for found in report.findings:
        if found.place is None:
            yield visible(f"  {_finding_text(found)}")


def _became(entry: ImportedRule) -> str:
    return f"rule {entry.rule}" if entry.rule else f"fallback of route {entry.route}"


def _said(entry: ImportedRule) -> Iterator[str]:
    for note in entry.notes:
        yield f"{note.word}: {note.message}"
    yield from map(_finding_text, entry.findings)


def _finding_text(found: SourceFinding) -> str:
    finding = found.finding
    return f"{finding.severity.value}: {finding.message} [{finding.name}]"


def import_data(report: ImportReport, file: str) -> dict[str, Any]:
    """Return a report in its documented JSON form, keys in a fixed order."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "policy": file,
        "is_fit": report.is_fit,
        "counts": counts(report),
        "entries": [
            {
                "file": entry.place.file,
                "line": entry.place.line,
                "entry": entry.place.entry,
                "route": entry.route,
                "rule": entry.rule or None,
                "how": entry.how,
            }
            for entry in report.entries
        ],
        "notes": [_note(note) for note in report.notes],
        "findings": [_finding(found) for found in report.findings],
    }


def counts(report: ImportReport) -> dict[str, int]:
    """Return how many entries came over how, and how many findings of each severity there are."""
    entries = report.entries
    found: dict[str, int] = {"entries": len(entries)}
    fates: tuple[RuleFate, ...] = get_args(RuleFate)
    found |= {how: sum(entry.how == how for entry in entries) for how in fates}
    for severity in Severity:
        found[severity.value] = sum(each.finding.severity is severity for each in report.findings)
    return found


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
        parts += _counts_table(report)
        parts += _rest_table(report)
        parts += _entries_table(report)
        parts.append(f"<h2>The policy</h2><pre>{escape(report.imported.draft.text)}</pre>")
    return page("What became of the rules", parts)


def _counts_table(report: ImportReport) -> Iterator[str]:
    found = {name: count for name, count in counts(report).items() if count}
    heads = "".join(f"<th>{escape(name.capitalize())}</th>" for name in found)
    cells = "".join(f'<td class="share">{count:,}</td>' for count in found.values())
    yield f"<table><tr>{heads}</tr><tr>{cells}</tr></table>"


def _rest_table(report: ImportReport) -> Iterator[str]:
    """Yield what is to be said of no entry, as a table."""
    rows: list[tuple[str, str, str]] = [
        (note.word, str(note.place), note.message) for note in report.elsewhere
    ]
    rows += [
        (each.finding.severity.value, "the policy", f"{each.finding.message} [{each.finding.name}]")
        for each in report.findings
        if each.place is None
    ]
    if rows:
        yield "<h2>Of no entry</h2><table><tr><th>How</th><th>Where</th><th>What</th></tr>"
        for cells in rows:
            yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        yield "</table>"


def _entries_table(report: ImportReport) -> Iterator[str]:
    """Yield every entry in order: what it became, how, and what is to be said of it."""
    heads = ("Entry", "Became", "How it came over", "What is to be said")
    yield f'<h2>Every entry</h2><div class="scroll"><table><tr>{_heads(heads)}</tr>'
    for entry in report.entries:
        errors = any(each.finding.severity is Severity.ERROR for each in entry.findings)
        kind = "gap" if errors else "" if entry.how == "as it is" else "never"
        said = "<br>".join(map(escape, _said(entry)))
        place = f"{escape(entry.place.entry)}<br><small>{escape(entry.place.file)}:"
        cells = (f"{place}{entry.place.line}</small>", escape(_became(entry)), entry.how, said)
        row = "".join(f"<td>{cell}</td>" for cell in cells)
        yield f'<tr class="{kind}">{row}</tr>' if kind else f"<tr>{row}</tr>"
    yield "</table></div>"


def _heads(names: Iterable[str]) -> str:
    return "".join(f"<th>{escape(name)}</th>" for name in names)


def _words(text: str) -> list[str]:
    return visible(text).split(" ")
