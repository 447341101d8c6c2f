"""One report of several policies, which may share files: each finding once, if it holds for all."""

from collections import Counter
from collections.abc import Iterable

from turnout.compiler.compiled import Compiled
from turnout.compiler.verdict import Allowed
from turnout.compiler.verdict.catalogue import CATALOGUE
from turnout.dsl.findings import Finding
from turnout.rendering.report import Report


def joined(policies: Iterable[Compiled]) -> Report:
    """Return one report of several policies, which may share files."""
    findings: dict[object, Finding] = {}
    allowed: dict[object, Allowed] = {}
    times: Counter[object] = Counter()
    readers: Counter[str] = Counter()
    for compiled in policies:
        readers.update(source.name for source in compiled.sources)
        for finding in compiled.findings:
            findings.setdefault(_key(finding), finding)
            times[_key(finding)] += 1
        for each in compiled.allowed:
            allowed.setdefault(_key(each.finding), each)
    kept = (f for f in findings.values() if _holds(f, times[_key(f)], readers))
    return Report(tuple(kept), tuple(readers), tuple(allowed.values()))


def _key(finding: Finding) -> object:
    return finding.name, finding.span, finding.message


def _holds(finding: Finding, times: int, readers: Counter[str]) -> bool:
    """Return whether a finding that `times` policies have holds for all that read its file.

    What one policy leaves unused another one may use.
    """
    kind = CATALOGUE.get(finding.name)
    if kind is None or not kind.is_absence or finding.span is None:
        return True
    return times == readers[finding.span.source.name]
