"""Findings of one kind in one table, gathered: the first are told, and how many there are more.

A column that is filled in everywhere, or a sheet with a row for whatever the fallback does
anyway, gives thousands of findings that one change of the table does away with.
"""

from collections import Counter
from collections.abc import Iterable

import attrs

from turnout.dsl.findings import Finding
from turnout.dsl.source import Span

MOST_IN_TABLE = 20
"""Findings of one kind that are told of a table of rules."""


def gathered(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings, those of a table that are too many as one at its head."""
    kept: list[Finding] = []
    counts: Counter[tuple[str, int, int, str]] = Counter()
    over: dict[tuple[str, int, int, str], Finding] = {}
    for finding in findings:
        asked = _asked(finding.span)
        if asked is None:
            kept.append(finding)
            continue
        key = asked.source.name, asked.start, asked.end, finding.name
        counts[key] += 1
        if counts[key] <= MOST_IN_TABLE:
            kept.append(finding)
        else:
            over[key] = finding
    for key, finding in over.items():
        kept.append(_more(finding, counts[key] - MOST_IN_TABLE))
    return kept


def _asked(span: Span | None) -> Span | None:
    return None if span is None else span.source.asked


def _more(last: Finding, count: int) -> Finding:
    """Return what stands for so many further findings. last: one of them."""
    assert last.span is not None  # see `gathered`
    asked = last.span.source.asked
    name = last.span.source.name.rpartition("/")[2]
    message = f"`{name}` has {count:,} more rows with `{last.name}`"
    head = None if asked is None else Span(asked.source, asked.start, asked.start + len("rules"))
    help_ = ("mend those that are shown, or what they have in common",)
    return attrs.evolve(
        last,
        span=head,
        message=message,
        text="",
        labels=(),
        witness=None,
        notes=(),
        help=help_,
        fixes=(),
        leads="",
    )
