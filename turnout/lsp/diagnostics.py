"""Findings as an editor shows them: in the words of the command line, at their places."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import attrs

from turnout.compiler.verdict.catalogue import CATALOGUE
from turnout.dsl.files import resolved
from turnout.dsl.findings import Finding, Label, Severity
from turnout.dsl.source import Source, Span
from turnout.errors import Error
from turnout.frozen import define
from turnout.lsp.following import Insight
from turnout.lsp.last_answers import forgotten
from turnout.lsp.open_texts import Documents, uri_of
from turnout.lsp.positions import TextLines
from turnout.lsp.shapes import (
    UNNECESSARY,
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    Location,
    Position,
    TextEdit,
    TextRange,
)
from turnout.printable import visible
from turnout.rendering.joining import joined
from turnout.rendering.plain import sentences

_SEVERITIES = {
    Severity.ERROR: DiagnosticSeverity.ERROR,
    Severity.WARNING: DiagnosticSeverity.WARNING,
    Severity.NOTE: DiagnosticSeverity.INFORMATION,
}
_IDLE = {
    "duplicate-clause",
    "redundant-condition",
    "redundant-rule",
    "unreachable-alternative",
    "unreachable-block",
    "unreachable-fallback",
    "unreachable-rule",
    "unused-allowance",
    "unused-definition",
}
"""Findings of text that does nothing, which editors show pale."""

_BEGINNING = TextRange(Position(0, 0), Position(0, 0))


@define
class Locator:
    """Where spans are in the editor's texts. documents: those; a file's lines are made once."""

    documents: Documents
    _lines: dict[str, TextLines] = attrs.Factory(dict[str, TextLines])

    def location(self, span: Span) -> Location:
        """Return the place of a span, with its file."""
        return Location(self.documents.uri(path_of_source(span.source)), self.range(span))

    def range(self, span: Span) -> TextRange:
        """Return the place of a span in its file."""
        return self.lines(span.source).range(span.start, span.end)

    def edit(self, span: Span, text: str) -> TextEdit:
        """Return the edit that puts a text in a place, with the line ends of its file."""
        document = self.documents.open.get(path_of_source(span.source))
        if document is not None and "\r\n" in document.text:
            text = text.replace("\n", "\r\n")
        return TextEdit(self.range(span), text)

    def changes(self, puts: Iterable[tuple[Span, str]]) -> dict[str, Sequence[TextEdit]]:
        """Return edits by file, as the protocol has them."""
        found: dict[str, list[TextEdit]] = {}
        for span, text in puts:
            uri = self.documents.uri(path_of_source(span.source))
            found.setdefault(uri, []).append(self.edit(span, text))
        return dict(found)

    def lines(self, source: Source) -> TextLines:
        """Return the lines of a file as it was read."""
        found = self._lines.get(source.name)
        if found is None or found.text is not source.text:
            document = self.documents.open.get(path_of_source(source))
            is_marked = document is not None and document.text.startswith("\ufeff")
            found = TextLines(source.text, self.documents.encoding, is_marked=is_marked)
            self._lines[source.name] = found
        return found


def path_of_source(source: Source) -> Path:
    """Return the path by which the file of a text is known; it is looked for once an edit."""
    return _path_of(source.name)


@cache
def _path_of(name: str) -> Path:
    return resolved(Path(name))


forgotten(_path_of.cache_clear)


def diagnostics(
    answers: Iterable[Insight], locator: Locator
) -> Mapping[Path, tuple[Diagnostic, ...]]:
    """Return what is to be shown of each file that the policies read, by path.

    A file that several policies share has what `turnout check` says of all of them.
    """
    known = list(answers)
    shown: dict[Path, list[Diagnostic]] = {}
    for answer in known:
        for file in answer.read.files:
            shown.setdefault(path_of_source(file.source), [])
        if answer.fault is not None:
            shown.setdefault(answer.main, []).append(_fault(answer.fault))
    by_main = {answer.main: answer.compiled for answer in known if answer.compiled}
    for main, compiled in by_main.items():
        unplaced = (each for each in compiled.findings if each.span is None)
        shown.setdefault(main, []).extend(diagnostic(each, locator) for each in unplaced)
    for finding in joined(by_main.values()).findings:
        if finding.span is not None:
            path = path_of_source(finding.span.source)
            shown.setdefault(path, []).append(diagnostic(finding, locator))
    return {path: tuple(found) for path, found in shown.items()}


def diagnostic(finding: Finding, locator: Locator) -> Diagnostic:
    """Return a finding as the protocol has it."""
    page = page_uri(finding.name)
    return Diagnostic(
        range=locator.range(finding.span) if finding.span else _BEGINNING,
        message=sentences(finding),
        severity=_SEVERITIES[finding.severity],
        code=finding.name,
        code_description=CodeDescription(page) if page else None,
        source="turnout",
        related_information=list(_related(finding.labels, locator)) or None,
        tags=[UNNECESSARY] if finding.name in _IDLE else None,
    )


@cache
def page_uri(name: str) -> str | None:
    """Return where the page of a finding lies beside the code, None where it has none."""
    if name not in CATALOGUE:
        return None
    return uri_of(Path(str(files("turnout").joinpath("pages", f"{name}.md"))))


def _related(labels: Iterable[Label], locator: Locator) -> Iterator[DiagnosticRelatedInformation]:
    for label in labels:
        yield DiagnosticRelatedInformation(locator.location(label.span), visible(label.text))


def _fault(fault: Error) -> Diagnostic:
    """Return why the configuration can't be used, which stands in a file of another language."""
    return Diagnostic(
        range=_BEGINNING,
        message="\n".join(visible(line) for line in (fault.message, f"help: {fault.help}")),
        severity=DiagnosticSeverity.ERROR,
        source="turnout",
    )
