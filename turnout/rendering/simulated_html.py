"""A simulation as one HTML page that needs nothing else: no script, no font, no network."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from html import escape

from turnout.rendering.coverage import percent
from turnout.rendering.report import counted
from turnout.rendering.sheet import bar, page
from turnout.rendering.simulated import SimulationReport, heading, notes, said_fall
from turnout.trials.former_owners import Owners
from turnout.trials.simulation import FieldIssues, TeamTurns
from turnout.trials.two_policies import Against


def simulated_html(told: SimulationReport) -> str:
    """Return the page."""
    found = told.found
    falls = [(said_fall(fall), count) for fall, count in found.falls]
    parts = [
        *(f"<p>{escape(each)}.</p>" for each in (*notes(found), *told.remarks)),
        *chart("By rule, in the order of the route", found.rules, found.decided),
        *chart("To target", found.targets, found.decided),
        *chart("To person", found.people, found.decided),
        *(line for team in found.teams for line in _turns(team)),
        *chart("Falls to a fallback", falls, found.decided),
        *_issues(found.issues),
    ]
    if told.against is not None:
        parts += _against(told.against, found.decided)
    if told.owners is not None:
        parts += _owners(told.owners)
    return page(heading(told), parts)


def chart(title: str, rows: Iterable[tuple[str, int]], whole: int) -> Iterator[str]:
    """Yield a table with a bar for each of the rows, names and counts; none without one."""
    listed = [*rows]
    if not listed or not whole:
        return
    most = max(count for _, count in listed)
    yield f"<h2>{escape(title)}</h2><table>"
    for name, count in listed:
        cells = (escape(name), f"{count:,}", percent(Fraction(count, whole)))
        yield bar(cells, Fraction(count, max(1, most)), "" if count else "never")
    yield "</table>"


def _turns(team: TeamTurns) -> Iterator[str]:
    yield f"<h2>Turns of {escape(team.team)}</h2>"
    total = counted(sum(team.given.values()), "lead")
    yield (
        f"<p>{total} by turns. At no moment was anybody further than "
        f"{float(team.furthest):.2f} leads from their share by weight among those who could "
        "be drawn.</p><table><tr><th>Person</th><th>Leads</th><th>Share</th><th></th></tr>"
    )
    most = max(team.given.values())
    for name, count in team.given.items():
        cells = (escape(name), f"{count:,}", f"{float(team.exact[name]):,.1f}")
        yield bar(cells, Fraction(count, max(1, most)), "")
    yield "</table>"


def _issues(issues: tuple[FieldIssues, ...]) -> Iterator[str]:
    if not issues:
        return
    yield "<h2>Values that could not be used</h2><table>"
    yield "<tr><th>Field</th><th>Leads</th><th>Why</th><th>Such as</th></tr>"
    for field in issues:
        for reason, count, example in field.reasons:
            cells = (field.field or "lead", f"{count:,}", reason, example)
            yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
    yield "</table>"


def _against(against: Against, whole: int) -> Iterator[str]:
    moved = counted(against.leads, "lead")
    yield f"<h2>{moved} would go elsewhere than by {escape(against.name)}</h2>"
    yield (
        f"<p>{against.same:,} go just as before, {against.person:,} to somebody else of the same "
        f"team, whose turn it is, {against.rule:,} to the same target by another rule.</p>"
    )
    if against.moved:
        yield "<table><tr><th>From</th><th>To</th><th>Leads</th><th></th><th></th></tr>"
        most = against.moved[0].leads
        for each in against.moved:
            old = f"{escape(each.old_target)}<br><small>{escape(each.old_clause)}</small>"
            new = f"{escape(each.target)}<br><small>{escape(each.clause)}</small>"
            cells = (old, new, f"{each.leads:,}", percent(Fraction(each.leads, whole)))
            yield bar(cells, Fraction(each.leads, most), "")
        yield "</table>"


def _owners(owners: Owners) -> Iterator[str]:
    total = owners.total
    yield f"<h2>Beside the owners in {escape(owners.column)}</h2>"
    yield (
        f"<p>{counted(total.other, 'lead')} of {total.known:,} would go to others. "
        "Whoever is of the team that a lead goes to might as well have got it.</p>"
    )
    yield "<table><tr><th>Rule or fallback</th><th>To others</th><th>Same team</th>"
    yield "<th>Same owner</th><th>No owner</th><th>Owner unknown</th></tr>"
    for each in owners.clauses:
        counts = (each.other, each.team, each.same, each.nobody, each.unknown)
        cells = "".join(f'<td class="share">{count:,}</td>' for count in counts)
        yield f"<tr><td>{escape(each.clause)}</td>{cells}</tr>"
    yield "</table>"
    pairs = [(f"{each.owner} -> {each.target}", each.leads) for each in owners.pairs]
    yield from chart("Would go from, to", pairs, total.known)
    yield from chart("Owners whom the policy doesn't know", owners.unknown, total.leads)
