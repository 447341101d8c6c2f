"""A simulation in a terminal: who would get how many leads, and what is amiss."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from turnout.frozen import frozen
from turnout.printable import visible
from turnout.rendering.coverage import cut, percent
from turnout.rendering.report import counted
from turnout.rendering.screen import Ink, hanging, paint, width
from turnout.trials.former_owners import Owners, OwnersOfClause
from turnout.trials.simulation import Fall, Simulation, TeamTurns
from turnout.trials.two_policies import Against, Moved

MOST = 20
"""Rows of a list in a terminal; the page and the data have all."""

_BAR = 16
_NONE_NAMED = 8


@frozen
class SimulationReport:
    """What a run of `turnout simulate` found.

    policy, leads: their names. remarks: what is to be said of the file. against, owners:
    None where they weren't asked for.
    """

    policy: str
    leads: str
    found: Simulation
    remarks: tuple[str, ...] = ()
    against: Against | None = None
    owners: Owners | None = None


def simulated_lines(told: SimulationReport, screen: int) -> Iterator[str]:
    """Yield the lines of a report that is at most `screen` cells wide."""
    found = told.found
    yield paint(heading(told), Ink.STRONG)
    for sentence in (*notes(found), *told.remarks):
        yield from hanging("  ", visible(sentence).split(" "), screen)
    if not found.decided:
        return
    taking = [(name, count) for name, count in found.rules if count]
    yield from chart("by rule, in the order of the route", taking, found.decided, screen)
    idle = [name for name, count in found.rules if not count]
    if idle:
        yield from hanging("  ", said_idle(idle).split(" "), screen)
    yield from chart("to target", found.targets, found.decided, screen)
    yield from chart("to person", found.people, found.decided, screen)
    yield from _turns(found.teams, screen)
    yield from _falls(found, screen)
    yield from _issues(found, screen)
    if told.against is not None:
        yield from _against(told.against, screen)
    if told.owners is not None:
        yield from _owners(told.owners, screen)


def heading(told: SimulationReport) -> str:
    """Return the first line of a report."""
    number = counted(told.found.leads, "lead")
    return visible(f"{number} of {told.leads} by {told.policy}, route {told.found.route}")


def notes(found: Simulation) -> Iterator[str]:
    """Yield what holds for the whole run."""
    if found.first is None or found.last is None:
        yield "there was no lead to decide"
    elif found.first == found.last:
        yield f"all decided as of {found.first:%Y-%m-%d %H:%M} UTC; nothing was kept"
    else:
        ends = f"{found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M} UTC"
        yield f"decided as they came, {ends}; nothing was kept"
    if found.repeated:
        yield f"{counted(found.repeated, 'lead')} with an id that came before, not counted again"


def said_idle(names: Sequence[str]) -> str:
    """Return which clauses took no lead, the first of them by name."""
    more = len(names) - _NONE_NAMED
    listed = ", ".join(map(visible, names[:_NONE_NAMED]))
    return f"no lead: {listed}" + (f" and {more} more" if more > 0 else "")


def said_fall(fall: Fall) -> str:
    """Return where leads fell to, and why.

    >>> said_fall(Fall("fallback of DACH", "big", (("person ana", "away"),), is_unfit=False))
    'fallback of DACH: rule big, person ana away'
    """
    by = fall.by or "nobody"
    if fall.is_unfit:
        return f"{by}: lacks what the policy requires"
    tried = ", ".join(f"{target} {reason}" for target, reason in fall.passed)
    if fall.rule is None:
        return f"{by}: no rule takes it" + (f", {tried}" if tried else "")
    return f"{by}: rule {fall.rule}, {tried}"


def chart(
    title: str,
    rows: Iterable[tuple[str, int]],
    whole: int,
    screen: int,
) -> Iterator[str]:
    """Yield a line with a bar for each of the rows, the longest bar for the largest count.

    rows: names and counts. whole: what shares are of. screen: cells of a line.
    """
    listed = [*rows]
    if not listed:
        return
    yield ""
    yield paint(title, Ink.NOTE)
    shown, rest = _shown(listed)
    most = max(count for _, count in listed)
    digits = max(len(f"{count:,}") for _, count in [*shown, ("", rest)])
    for name, count in shown:
        bar = "#" * max(1, round(_BAR * count / most))
        share = percent(Fraction(count, whole))
        room = screen - _BAR - digits - 14
        yield f"  {count:>{digits},}  {share:>7}  {bar:<{_BAR}}  {cut(name, room)}"
    if rest:
        share = percent(Fraction(rest, whole))
        more = f"... {len(listed) - len(shown)} more"
        yield f"  {rest:>{digits},}  {share:>7}  {'':<{_BAR}}  {more}"


def _shown(rows: list[tuple[str, int]]) -> tuple[list[tuple[str, int]], int]:
    """Return the rows that a terminal shows, in their order, and the leads of the others."""
    if len(rows) <= MOST:
        return rows, 0
    least = sorted((count for _, count in rows), reverse=True)[MOST - 1]
    shown = [row for row in rows if row[1] >= least][:MOST]
    return shown, sum(count for _, count in rows) - sum(count for _, count in shown)


def _turns(teams: tuple[TeamTurns, ...], screen: int) -> Iterator[str]:
    """Yield for each team who got how many, of how many that they were entitled to."""
    if not teams:
        return
    yield ""
    said = "by turns: leads (of so many by weight), and the most that anybody was off"
    yield paint(said, Ink.NOTE)
    digits = max(len(f"{sum(team.given.values()):,}") for team in teams)
    for team in teams[:MOST]:
        total = sum(team.given.values())
        first = f"  {total:>{digits},}  {visible(team.team)} ({float(team.furthest):.2f}): "
        members = sorted(team.given.items(), key=lambda pair: -pair[1])
        each = [
            f"{visible(name)} {count:,} ({float(team.exact[name]):,.1f})"
            for name, count in members[:_NONE_NAMED]
        ]
        if len(members) > _NONE_NAMED:
            each.append(f"and {len(members) - _NONE_NAMED} more")
        yield from _listed(first, each, digits + 4, screen)
    if len(teams) > MOST:
        yield f"  {'':>{digits}}  ... {len(teams) - MOST} more"


def _listed(first: str, items: list[str], indent: int, screen: int) -> Iterator[str]:
    """Yield items behind a beginning, with commas, later lines indented."""
    line = first
    for number, item in enumerate(items):
        text = item if number == len(items) - 1 else f"{item},"
        if width(line) + width(text) > screen and line.strip():
            yield line.rstrip()
            line = " " * indent
        line += f"{text} "
    yield line.rstrip()


def _falls(found: Simulation, screen: int) -> Iterator[str]:
    if not found.falls:
        return
    total = sum(count for _, count in found.falls)
    yield ""
    share = percent(Fraction(total, found.decided))
    yield paint(f"to fallbacks: {counted(total, 'lead')}, {share}", Ink.WARNING)
    digits = max(len(f"{count:,}") for _, count in found.falls)
    for fall, count in found.falls[:MOST]:
        words = visible(said_fall(fall)).split(" ")
        yield from hanging(f"  {count:>{digits},}  ", words, screen)
    rest = sum(count for _, count in found.falls[MOST:])
    if rest:
        yield f"  {rest:>{digits},}  ... {len(found.falls) - MOST} more"


def _issues(found: Simulation, screen: int) -> Iterator[str]:
    if not found.issues:
        return
    yield ""
    yield paint("values that could not be used", Ink.NOTE)
    for field in found.issues[:MOST]:
        for reason, count, example in field.reasons[:3]:
            such = f", such as {visible(example)!r}" if example else ""
            said = f"{visible(field.field or 'lead')}: {visible(reason)}{such}"
            yield from hanging(f"  {count:>6,}  ", said.split(" "), screen)
        if len(field.reasons) > 3:
            rest = counted(len(field.reasons) - 3, "more reason")
            yield f"          {visible(field.field)}: {rest}"


def _against(against: Against, screen: int) -> Iterator[str]:
    yield ""
    moved = f"{counted(against.leads, 'lead')} would go elsewhere than by {visible(against.name)}"
    yield paint(moved, Ink.NOTE)
    rows = (*against.moved[:MOST],)
    last = (
        (against.leads - sum(each.leads for each in rows), f"... {len(against.moved) - MOST} more"),
        (against.rule, "to the same target by another rule"),
        (against.person, "to somebody else of the same team, whose turn it is"),
        (against.same, "just as before"),
    )
    digits = max(len(f"{each:,}") for each in (against.leads, *(number for number, _ in last)))
    for each in rows:
        said = f"{each.old_target} -> {each.target} ({said_clauses(each)})"
        yield from hanging(f"  {each.leads:>{digits},}  ", visible(said).split(" "), screen)
    for number, what in last:
        if number:
            yield f"  {number:>{digits},}  {what}"


def said_clauses(moved: Moved) -> str:
    """Return by what leads go, before and now."""
    if moved.old_clause == moved.clause:
        return moved.clause
    return f"{moved.old_clause} -> {moved.clause}"


def _owners(owners: Owners, screen: int) -> Iterator[str]:
    total = owners.total
    yield ""
    yield paint(
        f"beside the owners in {visible(owners.column)}: {counted(total.other, 'lead')} of "
        f"{total.known:,} would go to others",
        Ink.NOTE,
    )
    yield from agreements(owners, screen)
    if owners.pairs:
        rows = [(f"{each.owner} -> {each.target}", each.leads) for each in owners.pairs]
        yield from chart("would go from -> to", rows, max(1, total.known), screen)
    yield from unfound_owners(owners, screen)


def agreements(owners: Owners, screen: int) -> Iterator[str]:
    """Yield how many leads of each rule go to others than have them, those with most first."""
    total = owners.total
    digits = max(5, len(f"{total.leads:,}"))
    heads = ("other", "team", "same", "nobody", "unknown")
    yield "  " + "  ".join(f"{head:>{max(digits, len(head))}}" for head in heads)
    compared = [each for each in owners.clauses if each.nobody < each.leads]
    for each in sorted(compared, key=lambda row: -row.other)[:MOST]:
        yield _agreement(each, heads, digits, screen)
    if len(compared) > MOST:
        yield f"  ... {len(compared) - MOST} more"
    if alone := len(owners.clauses) - len(compared):
        yield f"  and {alone} more, of whose leads none has an owner"


def unfound_owners(owners: Owners, screen: int) -> Iterator[str]:
    """Yield whom the policy doesn't know, and how it would."""
    if owners.unknown:
        names = ", ".join(f"{visible(name)} ({count:,})" for name, count in owners.unknown[:5])
        more = f" and {len(owners.unknown) - 5} more" if len(owners.unknown) > 5 else ""
        said = f"no person, queue, partner or sequence of the policy: {names}{more}"
        yield ""
        yield from hanging("  ", said.split(" "), screen)
        said = "owners are known by a person's name or `email`, and an outlet's name"
        yield from hanging("  ", said.split(" "), screen)


def _agreement(row: OwnersOfClause, heads: tuple[str, ...], digits: int, screen: int) -> str:
    cells = [f"{getattr(row, head):>{max(digits, len(head))},}" for head in heads]
    line = "  " + "  ".join(cells) + "  "
    return line + cut(row.clause, screen - width(line))
