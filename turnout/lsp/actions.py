"""What can be done about a finding with a click: its fixes, and allowing it for a reason.

A fix is the finding's own. An allowance is put above the finding's line without a reason:
that it has none is a finding, until somebody writes one. What isn't sure to be meant is
proposed besides, see `proposing`.
"""

from collections.abc import Iterator

import attrs

from turnout.compiler.verdict import can_be_allowed
from turnout.compiler.verdict.catalogue import PROVED
from turnout.dsl.findings import Finding, Fix, Severity
from turnout.dsl.fixes import inserted
from turnout.dsl.source import Span
from turnout.lsp.diagnostics import Locator, diagnostic, path_of_source
from turnout.lsp.following import Insight
from turnout.lsp.open_texts import path_of
from turnout.lsp.proposing import proposals
from turnout.lsp.settling import can_settle, settled_edit
from turnout.lsp.shapes import CodeAction, Message, RefusalError, WorkspaceEdit, text_at
from turnout.trials.witnessed import witness_test

_PROVED = frozenset(kind.name for kind in PROVED)


def actions(
    known: Insight, at: Span, locator: Locator, *, is_resolving: bool = False
) -> Iterator[CodeAction]:
    """Yield what can be done about the findings of a policy that stand in a piece of text.

    is_resolving: whether the editor asks for the edit of what is chosen (see `chosen`).
    """
    later = is_resolving and can_settle(known)
    for finding in known.compiled.findings if known.compiled else ():
        span = finding.span
        if span is None or span.source.name != at.source.name:
            continue
        if span.start > at.end or span.end < at.start:
            continue
        fixes = [*finding.fixes, *proposals(known, finding)]
        for fix in fixes:
            is_preferred = fix in finding.fixes and len(finding.fixes) == 1
            action = _action(finding, fix, locator, is_preferred=is_preferred)
            if later:
                uri = locator.documents.uri(path_of_source(span.source))
                data = {"uri": uri, "name": finding.name, "start": span.start, "title": fix.title}
                action = attrs.evolve(action, edit=None, data=data)
            yield action
        test = _testing(known, finding)
        if test is not None:
            yield _action(finding, test, locator, is_preferred=False)
        if can_be_allowed(finding.name):
            yield _action(finding, _allowing(finding), locator, is_preferred=False)


def chosen(known: Insight, data: Message, locator: Locator) -> WorkspaceEdit:
    """Return the edit of the action that some data tells, with all that follows from it.

    Raises RefusalError where it is offered no more.
    """
    path, texts = path_of(text_at(data, "uri")), locator.documents.texts()
    for finding in known.compiled.findings if known.compiled else ():
        at = finding.span
        if at is None or (finding.name, at.start) != (data.get("name"), data.get("start")):
            continue
        for fix in (*finding.fixes, *proposals(known, finding)):
            if fix.title == data.get("title") and path_of_source(at.source) == path:
                return settled_edit(known, finding, fix, texts, locator)
    raise RefusalError("the text has changed since; ask again")


def _action(finding: Finding, fix: Fix, locator: Locator, *, is_preferred: bool) -> CodeAction:
    return CodeAction(
        title=fix.title,
        kind="quickfix",
        diagnostics=[diagnostic(finding, locator)],
        edit=WorkspaceEdit(changes=locator.changes([(fix.span, fix.replacement)])),
        is_preferred=is_preferred or None,
    )


def _allowing(finding: Finding) -> Fix:
    """Return the edit that puts an allowance above the line of a finding."""
    span = finding.span
    assert span is not None  # only what has a place is shown
    line = span.source.line(span.line)
    indent = line[: len(line) - len(line.lstrip())]
    start = span.source.line_starts[span.line - 1]
    comment = f"{indent}# allow {finding.name}: \n"
    return inserted(span.source, start, comment, f"allow `{finding.name}` here, and write why")


def _testing(known: Insight, finding: Finding) -> Fix | None:
    """Return the edit that puts the witness of a finding at the end of its file, as a test."""
    span, witness, compiled = finding.span, finding.witness, known.compiled
    if span is None or witness is None or not witness.confirmed or compiled is None:
        return None
    errors = (each for each in compiled.findings if each.severity is Severity.ERROR)
    routes = compiled.policy.routes.values()
    around = [
        route.name
        for route in routes
        if route.whole is not None
        and route.whole.source.name == span.source.name
        and route.whole.start <= span.start < route.whole.end
    ]
    if len(around) != 1 or any(each.name not in _PROVED for each in errors):
        return None
    text = witness_test(compiled.program, around[0], witness.fields, finding.message)
    if text is None:
        return None
    end = len(span.source.text)
    gap = "" if span.source.text.endswith("\n") else "\n"
    return inserted(span.source, end, f"{gap}\n{text}", "make a test of the witness")
