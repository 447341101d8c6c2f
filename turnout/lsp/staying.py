"""Findings that stay on the screen while the quick checks alone have looked at an edit.

Else what only the other checks find would vanish at each letter and come back a moment
later. So what they found before the edit is shown where it has moved to, unless the edit
touched its text, until they have looked again.
"""

from collections.abc import Iterable, Iterator

import attrs

from turnout.compiler.checks import CHECKS, QUICK
from turnout.compiler.checks.check import OfGuarantees
from turnout.compiler.compiled import Compiled
from turnout.compiler.verdict.catalogue import CATALOGUE
from turnout.dsl.findings import Finding, Fix, Label
from turnout.dsl.source import Source, Span
from turnout.frozen import frozen

_QUICK = {kind.name for each in QUICK for kind in each.kinds}
_ALL = {kind.name for each in CHECKS for kind in each.kinds} | {"undecided"}
_SLOW = {kind.name for each in CHECKS for kind in each.kinds} - _QUICK | {"undecided"}
_OF_GUARANTEES = {
    kind.name for each in CHECKS if isinstance(each.scope, OfGuarantees) for kind in each.kinds
}


def with_staying(
    now: Compiled, before: Compiled | None, *, is_whole: bool, is_checked: bool
) -> Compiled:
    """Return a policy after its quick checks, with what the others found before the edit.

    is_whole: whether all of the policy could be read, without which some claims don't hold.
    is_checked: whether the quick checks were run; of a text of which a part is unknown they
    aren't, and what they found before stays as well.
    """
    if before is None:
        return now
    moves = {new.name: _Move.between(old, new) for old, new in _pairs(before, now)}
    slow = _slow(before) if is_checked else (f for f in before.findings if f.name in _ALL)
    kept = (each for each in slow if is_whole or not CATALOGUE[each.name].needs_whole)
    moved = (found for each in kept if (found := _moved(each, moves)) is not None)
    has = {(each.name, each.span) for each in now.findings}
    staying = [each for each in moved if (each.name, each.span) not in has]
    return attrs.evolve(now, findings=tuple(sorted([*now.findings, *staying], key=_place)))


def _slow(before: Compiled) -> Iterator[Finding]:
    """Yield what the quick checks don't look for: some of it they do elsewhere."""
    guarantees = {each.span for each in before.policy.guarantees.values()}
    for each in before.findings:
        if each.name in _SLOW or (each.name in _OF_GUARANTEES and each.span in guarantees):
            yield each


@frozen
class _Move:
    """How places of a file move with an edit between two offsets of its old text."""

    source: Source
    start: int
    end: int
    by: int

    @classmethod
    def between(cls, old: Source, new: Source) -> "_Move":
        start = _common(old.text, new.text)
        same = _common(old.text[start:][::-1], new.text[start:][::-1])
        return cls(new, start, len(old.text) - same, len(new.text) - len(old.text))

    def span(self, span: Span) -> Span | None:
        """Return where a place is now, None where the edit touched it."""
        if span.end < self.start or self.is_none:
            return Span(self.source, span.start, span.end)
        if span.start > self.end:
            return Span(self.source, span.start + self.by, span.end + self.by)
        return None

    @property
    def is_none(self) -> bool:
        """Whether there was no edit."""
        return self.start == self.end and not self.by


def _pairs(before: Compiled, now: Compiled) -> Iterator[tuple[Source, Source]]:
    old = {source.name: source for source in before.sources}
    return ((old[new.name], new) for new in now.sources if new.name in old)


def _common(one: str, two: str) -> int:
    """Return how many characters two texts begin with, comparing halves of them."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _moved(finding: Finding, moves: dict[str, _Move]) -> Finding | None:
    span = _span(finding.span, moves) if finding.span else None
    if span is None:
        return None
    return attrs.evolve(
        finding,
        span=span,
        labels=tuple(_labels(finding.labels, moves)),
        fixes=tuple(_fixes(finding.fixes, moves)),
    )


def _labels(labels: Iterable[Label], moves: dict[str, _Move]) -> Iterator[Label]:
    for label in labels:
        span = _span(label.span, moves)
        if span is not None:
            yield attrs.evolve(label, span=span)


def _fixes(fixes: Iterable[Fix], moves: dict[str, _Move]) -> Iterator[Fix]:
    for fix in fixes:
        span = _span(fix.span, moves)
        if span is not None:
            yield attrs.evolve(fix, span=span)


def _span(span: Span, moves: dict[str, _Move]) -> Span | None:
    move = moves.get(span.source.name)
    return move.span(span) if move else None


def _place(finding: Finding) -> tuple[str, int, int]:
    span = finding.span
    return (span.source.name, span.start, span.end) if span else ("", 0, 0)
