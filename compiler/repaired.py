"""A policy with what can be mended by itself mended, and nothing else changed.

A finding with one fix may be mended by it. In a policy that could be read, that is done only
where it is proved that no lead's decision changes, nor anything else that is felt, by the
same comparison that `turnout diff` makes. An error is left there: it says that something
else was meant, such as a rule that stands too low, and its author has to choose. In a policy
that couldn't be read, nothing is decided yet, and what reading it reports is mended by a
guess at what was meant, if that is asked for. Each fix is tried before it is kept: its
finding has to go, and no other one may come.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.compiler.difference import difference
from turnout.compiler.difference.levels import beyond
from turnout.compiler.verdict import Severities
from turnout.compiler.verdict.catalogue import CATALOGUE, PROVED
from turnout.dsl.files import Files, resolved
from turnout.dsl.findings import Finding, Fix, Severity
from turnout.dsl.fixes import applied
from turnout.frozen import frozen

_PROVED = frozenset(kind.name for kind in PROVED)

MOST = 500
"""Fixes that are tried; what is left then is reported."""


@frozen
class Repaired:
    """A policy after its repairs. texts: those that changed, by path. fixes: in order."""

    compiled: Compiled
    texts: Mapping[Path, str]
    fixes: tuple[Fix, ...]


def repaired(
    main: Path,
    severities: Severities,
    texts: Mapping[Path, str] | None = None,
    *,
    guesses: bool = False,
) -> Repaired:
    """Return the policy whose main file is `main` with what can be mended by itself mended.

    texts: what stands for files, such as repairs of another policy that shares them.
    guesses: whether a policy that can't be read is mended by what was likely meant.
    """
    laid = dict(texts or {})
    changed: dict[Path, str] = {}
    fixes: list[Fix] = []
    refused: set[tuple[str, str]] = set()
    compiled = compile_policy(main, severities=severities, files=Files(laid))
    for _ in range(MOST):
        finding = _next(compiled, refused, guesses=guesses)
        if finding is None:
            break
        (fix,) = finding.fixes
        path = resolved(Path(fix.span.source.name))
        tried = {**laid, path: applied(fix)}
        after = compile_policy(main, severities=severities, files=Files(tried))
        if not _is_better(compiled, after, finding.name) or not _is_safe(compiled, after):
            refused.add((finding.name, finding.message))
            continue
        laid, compiled = tried, after
        changed[path] = tried[path]
        fixes.append(fix)
    return Repaired(compiled, changed, tuple(fixes))


def _next(compiled: Compiled, refused: set[tuple[str, str]], *, guesses: bool) -> Finding | None:
    """Return the first finding that may be mended and wasn't tried."""
    is_read = _is_read(compiled)
    if not is_read and not guesses:
        return None
    for finding in compiled.findings:
        is_error = CATALOGUE[finding.name].severity is Severity.ERROR
        if is_error if is_read else finding.name in _PROVED:
            continue
        is_new = (finding.name, finding.message) not in refused
        if is_new and len(finding.fixes) == 1 and finding.span is not None:
            return finding
    return None


def _is_better(before: Compiled, after: Compiled, name: str) -> bool:
    """Return whether a finding of that name is gone, and no other one came.

    What could not be asked of a policy that couldn't be read isn't counted.
    """
    uncounted = frozenset[str]() if _is_read(before) else _PROVED
    had = Counter(each.name for each in before.findings if each.name not in uncounted)
    has = Counter(each.name for each in after.findings if each.name not in uncounted)
    return has[name] < had[name] and not has - had


def _is_safe(before: Compiled, after: Compiled) -> bool:
    """Return whether no lead is treated otherwise, as far as any could be before."""
    if not _is_read(before):
        return True
    return _is_read(after) and not any(beyond(difference(before.program, after.program), "none"))


def _is_read(compiled: Compiled) -> bool:
    """Return whether nothing but what was proved of a policy is wrong with it."""
    errors = (each for each in compiled.findings if each.severity is Severity.ERROR)
    return all(each.name in _PROVED for each in errors)
