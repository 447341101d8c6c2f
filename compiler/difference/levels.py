"""How much of a change is let pass without being asked about: what goes beyond a level."""

from collections.abc import Iterator

from turnout.compiler.difference import Difference, Outcome, RouteDifference, Shift
from turnout.compiler.difference.ground.receivers import unmarked
from turnout.dsl.targets import Said, Target, said

LEVELS = ("none", "same-team", "declared", "any")
"""Each lets pass what those before it do, and more."""


def beyond(of: Difference, level: str) -> Iterator[str]:
    """Yield what of a difference `level` doesn't let pass, one phrase each.

    "none": no lead is treated differently. "same-team": who of a team gets a lead may
    change (members, weights, how one is drawn). "declared": decisions may change where
    that was declared. "any": everything. What is undecided goes beyond all but "any".
    """
    if level == "any":
        return
    for route in of.routes:
        yield from _of_route(route, level)
    for change in of.changes:
        if change.is_felt and not (level != "none" and change.is_within_team):
            yield f"{change.kind} {change.name}".strip() + " changes"
    for caveat in of.caveats:
        yield f"not compared: {caveat}"


def _of_route(route: RouteDifference, level: str) -> Iterator[str]:
    if route.old is None or route.new is None:
        yield f"route {route.new or route.old} is {'added' if route.old is None else 'removed'}"
    for shift in route.shifts:
        if level != "none" and _is_within_team(shift):
            continue
        if level != "declared":
            yield f"leads of {shift.clause} move"
        elif not shift.is_declared:
            yield f"leads of {shift.clause} move that were not declared to"
    if route.unreadable is not None:
        yield f"rows of route {route.new} that aren't leads go elsewhere"
    for clause in route.undecided:
        yield f"whether leads of {clause} move is undecided"


def _is_within_team(shift: Shift) -> bool:
    """Return whether the leads are offered to the same teams, places and people as before."""
    return len({_receivers(outcome) for outcome in (*shift.before, *shift.after)}) == 1


def _receivers(outcome: Outcome) -> tuple[object, ...]:
    return (*(_receiver(target) for target in outcome.targets), *outcome.terms)


def _receiver(target: Target) -> tuple[str, Said]:
    """Return who a target sends to, whichever way one of a team is chosen.

    Another person behind the same `owner FIELD` is somebody else.
    """
    own = unmarked(target) if target.kind.receiver == "member" else target
    return own.kind.reached, said(own)
