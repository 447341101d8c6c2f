"""What one comparison came to, and how every format words it."""

from collections.abc import Iterator, Sequence

import attrs

from turnout.compiler.difference import Cause, Change, Difference, Outcome, RouteDifference, Shift
from turnout.compiler.difference.moving.compared import listed
from turnout.frozen import frozen
from turnout.rendering.report import counted
from turnout.trials.impact import Movements

PROVED = "no lead's decision changes: proved over every possible lead"
MOST_SHOWN = 5
"""Shifts of one cause that are shown before the rest is only counted; JSON has all."""

UNSHOWN = "no lead could be made that both versions confirm; there may be none"


@frozen(eq=False)
class Comparison:
    """What one run found.

    old, new: the versions as the reader knows them. movements: what became of a file of
    leads, None without one. broken: guarantees that only the new version breaks, a
    sentence each. level: what was let pass; excess: what goes beyond that.
    """

    old: str
    new: str
    found: Difference
    movements: Movements | None
    broken: tuple[str, ...]
    level: str
    excess: tuple[str, ...]


def headline(of: Comparison) -> str:
    """Return what there is to say of decisions, in one line."""
    shifts = of.found.shifts
    if of.found.is_same:
        return PROVED
    parts = [counted(len(shifts), "change") + " of decision"] if shifts else []
    causes = sum(len(route.causes) for route in of.found.routes)
    if causes > 1:
        parts[0] += f" by {counted(causes, 'edit')}"
    undecided = sum(len(route.undecided) for route in of.found.routes)
    if undecided:
        parts.append(f"{counted(undecided, 'rule')} undecided")
    if not parts:
        parts.append("no lead's decision changes, but not everything could be compared")
    return ", ".join(parts)


def grouped(shifts: Sequence[Shift]) -> Iterator[tuple[str, str, list[Shift]]]:
    """Yield the shifts by what they move from and to, in words, in order of the first."""
    groups: dict[tuple[str, str], list[Shift]] = {}
    for shift in shifts:
        groups.setdefault(_ends(shift), []).append(shift)
    yield from ((before, after, found) for (before, after), found in groups.items())


def _ends(shift: Shift) -> tuple[str, str]:
    """Return both outcomes in words, without the end that they share."""
    before, after = trimmed(shift.before[0], shift.after[0])
    return str(before), str(after)


def cause_line(cause: Cause) -> str:
    """Return what was edited, and how far that reaches."""
    if len(cause.clauses) == 1:
        (clause,) = cause.clauses
        return cause.title if cause.title.startswith(clause) else f"{cause.title}: {clause}"
    return f"{cause.title}: {counted(len(cause.clauses), 'rule')}"


def trimmed(before: Outcome, after: Outcome) -> tuple[Outcome, Outcome]:
    """Return two outcomes without the targets that both end in; something of each is left."""
    old, new = list(before.targets), list(after.targets)
    while len(old) > 1 and len(new) > 1 and old[-1] == new[-1]:
        old.pop()
        new.pop()
    return attrs.evolve(before, targets=tuple(old)), attrs.evolve(after, targets=tuple(new))


def moved_leads(shift: Shift) -> str:
    """Return which leads move."""
    if shift.is_passed_on:
        return f"every target of {listed(shift.sinks)} passes them over"
    return ", ".join(shift.said) or "every lead"


def passed_by(shift: Shift) -> str:
    """Return which clauses take some of the leads that are named, "" for none."""
    return listed(shift.unless) if shift.unless else ""


def takers(shift: Shift) -> str:
    """Return which clauses take the leads before and after."""
    if shift.is_passed_on:
        return ""
    before, after = listed(shift.sources), listed(shift.sinks)
    return f"{before}, as before" if before == after else f"{before} → {after}"


def route_lines(route: RouteDifference) -> Iterator[str]:
    """Yield what else there is to say of a route, a sentence each."""
    if route.old is None or route.new is None:
        what = "is new" if route.old is None else "is gone"
        yield f"route {route.new or route.old} {what}"
        return
    if route.old != route.new:
        yield f"route {route.old} is called {route.new} now"
    if route.unreadable is not None:
        before, after = trimmed(*route.unreadable)
        yield f"rows that aren't leads, or lack a required field: {before} → {after}"
    for old, new in route.renamed:
        yield f"rule {old} is called {new} now"


def owner_line(of: Comparison) -> str:
    """Return who answers for leads that come or go, "" for nobody."""
    words = {(True, True): "come and go", (True, False): "go", (False, True): "come"}
    return ", ".join(f"{name} (leads {words[gone, come]})" for name, gone, come in of.found.owners)


def change_line(change: Change) -> tuple[str, str]:
    """Return what was changed, and how."""
    title = f"{change.kind} {change.name}".strip()
    return title, change.what if change.what != "changed" else "; ".join(change.details)


def share(movements: Movements) -> str:
    """Return how many leads move, such as "312 of 48,120 leads move (0.6 %)"."""
    leads = counted(movements.leads, "lead")
    if not movements.moved:
        return f"none of {leads} moves"
    percent = 100 * movements.moved / movements.leads
    shown = f"{percent:.0f}" if percent >= 10 else f"{percent:.1f}" if percent >= 0.1 else "< 0.1"
    verb = "moves" if movements.moved == 1 else "move"
    return f"{movements.moved:,} of {leads} {verb} ({shown} %)"


def verdict(of: Comparison) -> str:
    """Return whether all that changes is let pass."""
    if not of.excess:
        return f"nothing goes beyond --allow {of.level}"
    return f"{counted(len(of.excess), 'change')} beyond --allow {of.level}"
