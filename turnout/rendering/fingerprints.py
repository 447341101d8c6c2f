"""What tells a finding from others, run after run, wherever its lines move to.

CI systems compare two runs by such marks to tell new findings from old ones. A mark is
made of the finding's name, its file, the text it points at and its message, never of line
numbers; findings alike in all of these are told apart by their order.
"""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

from turnout.dsl.findings import Finding


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """Return a mark for each finding: 64 hexadecimal digits, all different."""
    seen: Counter[tuple[str, ...]] = Counter()
    marks: list[str] = []
    for finding in findings:
        span = finding.span
        place = (span.source.name, span.text) if span else ("", "")
        parts = (finding.name, *place, finding.message)
        text = "\0".join([*parts, str(seen[parts])])
        marks.append(sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
        seen[parts] += 1
    return marks
