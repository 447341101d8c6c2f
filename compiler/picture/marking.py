"""What is known of a policy, drawn where it stands: findings, a lead's way, a sample's shares.

A finding is on the innermost row whose part of the policy it points into; what points
nowhere into the route is said above the picture.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import PurePath

import attrs

from turnout.compiler.picture import Card, Note, Page, Reply, Stripe
from turnout.compiler.picture.focus import answers
from turnout.compiler.tree import Question
from turnout.dsl.conditions import Condition
from turnout.dsl.findings import Finding, Severity
from turnout.dsl.source import Span

_DRAWN = (Severity.ERROR, Severity.WARNING)
_GAP = "coverage-gap"
_MOST = 3


def has_gap(findings: Iterable[Finding], *, is_sure: bool) -> bool:
    """Return whether leads may reach a route's end. is_sure: the route was checked whole."""
    return not is_sure or any(finding.name == _GAP for finding in findings)


# -- findings --


def with_findings(
    pages: Sequence[Page], findings: Iterable[Finding]
) -> tuple[tuple[Page, ...], tuple[Note, ...]]:
    """Return the pages with what was found, and notes on what no row is about."""
    drawn = [each for each in findings if each.severity in _DRAWN]
    places = [(row.span, (page.number, at)) for page in pages for at, row in enumerate(page.rows)]
    by_row: dict[tuple[int, int], list[Finding]] = {}
    elsewhere: list[Note] = []
    ends = [
        (page.number, at) for page in pages for at, row in enumerate(page.rows) if row.kind == "end"
    ]
    for finding in drawn:
        if finding.name == _GAP and ends:
            by_row.setdefault(ends[0], []).append(finding)
            continue
        found = _innermost(finding.span, places)
        if found is None:
            elsewhere.append(Note("finding", _said(finding, with_place=True)))
        else:
            by_row.setdefault(found, []).append(finding)
    marked = [
        attrs.evolve(
            page,
            rows=tuple(
                _marked(row, by_row.get((page.number, at), ())) for at, row in enumerate(page.rows)
            ),
        )
        for page in pages
    ]
    counts = Counter(number for (number, _), found in by_row.items() for _ in found)
    return _told_above(marked, counts), tuple(elsewhere)


def _told_above(pages: Sequence[Page], counts: Counter[int]) -> tuple[Page, ...]:
    """Return the pages with a note at each closed part in which something was found.

    counts: what was found on a page, by its number; that of a later page counts above, too.
    """
    found: list[Page] = []
    for page in reversed(pages):  # a part is on a later page than the one that it is part of
        inside = [counts[row.page] if row.page is not None else 0 for row in page.rows]
        counts[page.number] += sum(inside)
        rows = (_warned(row, count) for row, count in zip(page.rows, inside, strict=True))
        found.append(attrs.evolve(page, rows=tuple(rows)))
    return tuple(reversed(found))


def _warned(row: Stripe, count: int) -> Stripe:
    if not count:
        return row
    note = Note("finding", f"{count} {'finding' if count == 1 else 'findings'} in there")
    return attrs.evolve(row, notes=(*row.notes, note), is_marked=True)


def _innermost(
    span: Span | None, places: Iterable[tuple[Span | None, tuple[int, int]]]
) -> tuple[int, int] | None:
    """Return the row with the shortest text around a span; of several the last, which is inside."""
    best: tuple[int, tuple[int, int]] | None = None
    for around, place in places:
        if span is None or around is None or around.source.name != span.source.name:
            continue
        if around.start <= span.start < max(around.end, around.start + 1):
            length = around.end - around.start
            if best is None or length <= best[0]:
                best = length, place
    return None if best is None else best[1]


def _marked(row: Stripe, findings: Sequence[Finding]) -> Stripe:
    if not findings:
        return row
    notes = [Note("finding", _said(each), _told(each)) for each in findings[:_MOST]]
    if len(findings) > _MOST:
        notes.append(Note("finding", f"and {len(findings) - _MOST} more"))
    return attrs.evolve(row, notes=(*row.notes, *notes), is_marked=True)


def _said(finding: Finding, *, with_place: bool = False) -> str:
    said = finding.message.replace("`", "")
    if finding.span is None or not with_place:
        return said
    # The file alone: the same policy is the same picture, from whichever folder it is drawn.
    return f"{PurePath(finding.span.source.name).name}:{finding.span.line}: {said}"


def _told(finding: Finding) -> str:
    """Return what a tooltip says of a finding: causes and advice, too."""
    labels = [
        f"{label.span.text}: {label.text}" for label in finding.labels if len(label.span.text) < 60
    ]
    return "\n".join([finding.message, *labels, *finding.notes, *finding.help])


# -- the way of a lead --


def with_way(
    page: Page,
    holds: Callable[[Condition], bool],
    refusals: Mapping[int, Note],
    passed: Sequence[str] = (),
    let_on: Collection[int] = (),
) -> Page:
    """Return the page with the way of one lead.

    holds: whether a condition holds for it. refusals: what turned it away, by the number of
    the clause. passed: the targets that didn't take it, and why. let_on: the clauses that
    took it and let it go on, so that its way is that of everybody else there.
    """
    rows = list(page.rows)
    states: dict[int, Reply] = {}
    at: int | None = 0
    while at is not None and at < len(rows):
        row = rows[at]
        if row.kind in {"rest", "end", "onward"}:
            states[at] = "yes"
            break
        is_yes = isinstance(row.step, Question) and answers(row.step, holds, let_on)
        states[at] = "yes" if is_yes else "no"
        if is_yes and row.card is not None:
            break
        at = at + 1 if is_yes else _behind(rows, at)
    followed = [_followed(row, states.get(at), refusals) for at, row in enumerate(rows)]
    last = max(states, default=0)
    if passed and followed and followed[last].card is not None:
        followed[last] = _passed(followed[last], passed)
    return attrs.evolve(page, rows=tuple(followed))


def _passed(row: Stripe, passed: Sequence[str]) -> Stripe:
    assert row.card is not None
    notes = (*row.card.notes, *(Note("refusal", each) for each in passed))
    return attrs.evolve(row, card=attrs.evolve(row.card, notes=notes))


def without_way(page: Page) -> Page:
    """Return the page for a lead that no rule is asked about: it goes to the last fallback."""
    last = len(page.rows) - 1
    rows = (
        attrs.evolve(row, state="yes" if at == last and row.kind == "rest" else "unasked")
        for at, row in enumerate(page.rows)
    )
    return attrs.evolve(page, rows=tuple(rows))


def _behind(rows: Sequence[Stripe], at: int) -> int | None:
    """Return the row to which those go for whom a question doesn't hold."""
    return next((n for n in range(at + 1, len(rows)) if rows[n].level <= rows[at].level), None)


def _followed(row: Stripe, state: Reply | None, refusals: Mapping[int, Note]) -> Stripe:
    if state is None:
        return attrs.evolve(row, state="unasked")
    notes: list[Note] = []
    if state == "no" and row.step is not None:  # None: several steps, each with its own
        notes = [refusals[leaf.number] for leaf in row.leaves if leaf.number in refusals]
    return attrs.evolve(row, state=state, notes=(*row.notes, *notes[:1]))


# -- the shares of a sample --


def with_shares(pages: Iterable[Page], counts: Sequence[int], total: int) -> tuple[Page, ...]:
    """Return the pages with how many leads of a sample end where.

    counts: the leads of each clause, in the order of the route; the last for nobody.
    """
    return tuple(
        attrs.evolve(page, rows=tuple(_shared(row, counts, total) for row in page.rows))
        for page in pages
    )


def _shared(row: Stripe, counts: Sequence[int], total: int) -> Stripe:
    mine = counts[-1] if row.kind == "end" else sum(counts[leaf.number] for leaf in row.leaves)
    share = Fraction(mine, max(1, total))
    note = Note("count", said_share(mine, share))
    if row.card is None:
        return attrs.evolve(row, notes=(*row.notes, note), share=share)
    card: Card = attrs.evolve(row.card, notes=(*row.card.notes, note))
    return attrs.evolve(row, card=card, share=share)


def said_share(count: int, share: Fraction) -> str:
    """Return such as "1,204 leads, 12 %".

    >>> said_share(3, Fraction(3, 1000))
    '3 leads, 0.3 %'
    """
    if not count:
        return "no lead"
    percent = float(share * 100)
    said = f"{percent:.0f}" if percent >= 10 else f"{percent:.1f}"
    return f"{count:,} {'lead' if count == 1 else 'leads'}, {said} %"
