"""A fix with what follows from it: what only the deleted text used, what can be said in less.

A rule that is deleted may have been the only one that used a queue, and a value that is taken
out of a list may have been what another part was there for. Either is a finding of its own as
soon as the fix is made. So what follows is mended along with it, until nothing new is found
or nobody knows what to do about it. That takes a check of the policy for each step, and is
done when somebody has chosen a fix, not for each that is offered.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic

from turnout.compiler.compiled import checked_anew, read_policy, settled
from turnout.compiler.leads.budget import STEPS, Budget
from turnout.compiler.verdict import Severities
from turnout.compiler.verdict.catalogue import PROVED
from turnout.dsl.files import Files
from turnout.dsl.findings import Finding, Fix, Severity
from turnout.dsl.fixes import applied
from turnout.lsp.diagnostics import Locator, path_of_source
from turnout.lsp.following import DEADLINE, Insight, Level
from turnout.lsp.layout import edits_to
from turnout.lsp.proposing import proposals
from turnout.lsp.shapes import WorkspaceEdit
from turnout.project.configuration import configuration_of

FOLLOWING = frozenset({"redundant-condition", "unreachable-alternative", "unused-definition"})
"""Findings that are mended along; of the others an author has to choose what to do."""

MOST = 16
"""Edits that are made along with one fix."""

_PROVED = frozenset(kind.name for kind in PROVED)


def can_settle(known: Insight) -> bool:
    """Return whether all is known of a policy that a fix could bring to light."""
    compiled = known.compiled
    if compiled is None or known.fault is not None:
        return False
    errors = (each for each in compiled.findings if each.severity is Severity.ERROR)
    return all(each.name in _PROVED for each in errors)


def settled_edit(
    known: Insight, finding: Finding, fix: Fix, texts: Mapping[Path, str], locator: Locator
) -> WorkspaceEdit:
    """Return the edit of a fix with all that follows. texts: those that are open."""
    originals = {path_of_source(file.source): file.source for file in known.read.files}
    originals.setdefault(path_of_source(fix.span.source), fix.span.source)
    after = _after(known, finding, fix, texts)
    changes = {
        locator.documents.uri(path): edits_to(originals[path], text, locator)
        for path, text in after.items()
    }
    return WorkspaceEdit(changes=changes)


def _after(
    known: Insight, finding: Finding, fix: Fix, texts: Mapping[Path, str]
) -> Mapping[Path, str]:
    """Return the texts after a fix with what follows from it, or after it alone.

    It is alone where not all that is new could be mended.
    """
    alone = {path_of_source(fix.span.source): applied(fix)}
    if not can_settle(known):
        return alone
    assert known.compiled is not None  # all is known of it
    had = Counter(map(_said, known.compiled.findings))
    had[_said(finding)] -= 1
    severities = configuration_of(known.main).severities
    changed: dict[Path, str] = dict(alone)
    for _ in range(MOST):
        now = _read(known.main, Files({**texts, **changed}), severities)
        follows = next(_following(now, had), None)
        if follows is None:
            return changed
        changed[path_of_source(follows.span.source)] = applied(follows)
    return alone


def _following(now: Insight, had: Counter[tuple[str, str]]) -> Iterator[Fix]:
    """Yield what mends the findings that are new, of those that follow."""
    assert now.compiled is not None  # it was just made
    new = Counter(map(_said, now.compiled.findings)) - had
    for found in now.compiled.findings:
        if found.name in FOLLOWING and _said(found) in new:
            yield from (found.fixes or tuple(proposals(now, found)))[:1]


def _said(finding: Finding) -> tuple[str, str]:
    return finding.name, finding.message


def _read(main: Path, files: Files, severities: Severities) -> Insight:
    read = read_policy(main, files=files)
    checked = checked_anew(read, Budget(STEPS, monotonic() + DEADLINE))
    return Insight(main, 0, Level.WHOLE, read, settled(read, checked, severities))
