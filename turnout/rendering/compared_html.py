"""Past leads beside their owners as one HTML page: what differs, and the matrix of both."""

from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape

from turnout.rendering.compared import (
    ComparisonReport,
    compared_heading,
    said_clause,
    said_exceptions,
    said_total,
    said_unsaid,
)
from turnout.rendering.sheet import page
from turnout.rendering.simulated import notes
from turnout.rendering.simulated_html import chart
from turnout.trials.former_owners import Owners, OwnersOfClause, OwnerTarget

_NOBODY, _UNKNOWN = "(no owner)", "(not of the policy)"


def compared_html(told: ComparisonReport) -> str:
    """Return the page."""
    owners = told.owners
    parts = [f"<p>{escape(each)}.</p>" for each in (*notes(told.found), *told.remarks)]
    if told.found.decided:
        parts += _totals(owners)
        parts += _explaining(told)
        parts += _matrix(owners)
        parts += _by_rule(told)
        parts += _pairs(owners.pairs)
        title = "Owners whom the policy doesn't know"
        parts += chart(title, owners.unknown, owners.total.leads)
    return page(compared_heading(told), parts)


def _totals(owners: Owners) -> Iterator[str]:
    yield "<table>"
    for line in (*said_total(owners), *said_unsaid(owners)):
        word, figures = line.split("  ", 1)
        yield f"<tr><th>{escape(word.capitalize())}</th><td>{escape(figures.strip())}</td></tr>"
    yield "</table>"
    yield (
        "<p>Whoever is of the team that a lead goes to might as well have got it: that is the "
        "same. Owners are known by a person's name or email, and an outlet's name.</p>"
    )


def _explaining(told: ComparisonReport) -> Iterator[str]:
    if not told.owners.total.other:
        return
    yield "<h2>What explains the difference</h2>"
    if told.owners.explaining:
        yield "<p>Rules whose leads mostly go to others than have them, most first.</p>"
        yield from _clauses(told, told.owners.explaining)
    if exceptions := said_exceptions(told.owners):
        yield f"<p>{escape(exceptions)}.</p>"


def _by_rule(told: ComparisonReport) -> Iterator[str]:
    yield "<h2>By rule, in the order of the route</h2>"
    yield from _clauses(told, told.owners.clauses)


def _clauses(told: ComparisonReport, clauses: Iterable[OwnersOfClause]) -> Iterator[str]:
    heads = ("Rule or fallback", "To others", "Same owner", "Same team", "No owner", "Unknown")
    cells = "".join(f"<th>{head}</th>" for head in (*heads, "To others, such as"))
    yield f'<div class="scroll"><table><tr>{cells}</tr>'
    for each in clauses:
        counts = (each.other, each.same, each.team, each.nobody, each.unknown)
        figures = "".join(f'<td class="share">{count:,}</td>' for count in counts)
        name = escape(said_clause(told, each.clause))
        yield f"<tr><td>{name}</td>{figures}<td>{escape(', '.join(each.examples))}</td></tr>"
    yield "</table></div>"


def _matrix(owners: Owners) -> Iterator[str]:
    """Yield a row for each owner and a column for each target, those with most leads first."""
    counts: Counter[tuple[str, str]] = Counter()
    rows: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    others: set[tuple[str, str]] = set()
    for each in owners.cells:
        row = {"nobody": _NOBODY, "unknown": _UNKNOWN}.get(each.agreement, each.owner)
        counts[row, each.target] += each.leads
        rows[row] += each.leads
        heads[each.target] += each.leads
        if each.agreement == "other":
            others.add((row, each.target))
    targets = [name for name, _ in _ranked(heads)]
    yield "<h2>Who has them, and where they would go</h2>"
    yield "<p>Green is the same, red would go to others.</p>"
    titles = "".join(f"<th>{escape(target)}</th>" for target in targets)
    yield f'<div class="scroll"><table><tr><th>Owner</th>{titles}<th>All</th></tr>'
    for row, total in _ranked(rows):
        cells = "".join(
            _cell(counts[row, target], row, (row, target) in others) for target in targets
        )
        yield f'<tr><th>{escape(row)}</th>{cells}<td class="share">{total:,}</td></tr>'
    sums = "".join(f'<td class="share">{heads[target]:,}</td>' for target in targets)
    yield f'<tr><th>All</th>{sums}<td class="share">{rows.total():,}</td></tr>'
    yield "</table></div>"


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return names with most leads first; leads of which nothing can be said come last."""
    return sorted(
        counts.items(),
        key=lambda pair: (pair[0] in {_NOBODY, _UNKNOWN}, -pair[1], pair[0]),
    )


def _cell(count: int, row: str, is_other: bool) -> str:  # noqa: FBT001 - only called here
    if not count:
        return '<td class="empty"></td>'
    kind = "empty" if row in {_NOBODY, _UNKNOWN} else "gap" if is_other else "good"
    return f'<td class="{kind} share">{count:,}</td>'


def _pairs(pairs: tuple[OwnerTarget, ...]) -> Iterator[str]:
    if not pairs:
        return
    yield "<h2>Would go to others</h2>"
    yield "<table><tr><th>Has them</th><th>Would go to</th><th>Leads</th><th>Such as</th></tr>"
    for each in pairs:
        names = f"<td>{escape(each.owner)}</td><td>{escape(each.target)}</td>"
        such = escape(", ".join(each.examples))
        yield f'<tr>{names}<td class="share">{each.leads:,}</td><td>{such}</td></tr>'
    yield "</table>"
