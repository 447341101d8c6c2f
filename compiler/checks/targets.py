"""Find targets that can't be, and chains that can end with the lead in nobody's hands."""

from collections.abc import Iterator

from turnout.compiler.analysis import Analysis
from turnout.compiler.checks.unreachable import undecided
from turnout.compiler.program import Attempt, Clause, Program, always_accepts
from turnout.compiler.regions import All, Masks, OutOfSteps
from turnout.compiler.witness import example, shown
from turnout.dsl.conditions import Not, Present
from turnout.dsl.findings import Finding, Label, Severity
from turnout.dsl.policy import LeastLoaded, Policy, RoundRobin, Target, ToOwner
from turnout.dsl.wording import worded


def check_teams(program: Program) -> Iterator[Finding]:
    """Yield a `never-available` for each team that nobody can be drawn from."""
    for team in program.policy.teams.values():
        if any(member.weight for member in team.members):
            continue
        text = "every weight is 0" if team.members else "it has no members"
        message = f"nobody can be drawn from the team `{team.name}`"
        advice = "give a member a weight above 0" if team.members else "add a member"
        yield Finding(
            "never-available", Severity.ERROR, team.span, message, text=text, help=(advice,)
        )


def check_chains(analysis: Analysis) -> Iterator[Finding]:
    """Yield findings about each clause's own targets, in order.

    Where a clause lost its targets to another finding, nothing is said of dead ends.
    """
    policy = analysis.program.policy
    is_whole = all(clause.own_attempts for clause in analysis.route.clauses)
    for at, clause in enumerate(analysis.route.clauses):
        yield from _unreachable_targets(clause)
        if not is_whole or any(_always(policy, each.target) for each in clause.attempts):
            continue
        try:
            yield from _dead_end(analysis, at, clause)
        except OutOfSteps:
            yield undecided(clause, "can leave a lead without a target", analysis.steps)


def _unreachable_targets(clause: Clause) -> Iterator[Finding]:
    own = clause.attempts[: clause.own_attempts]
    first = next((at for at, attempt in enumerate(own) if always_accepts(attempt.target)), None)
    for attempt in own[first + 1 :] if first is not None else ():
        assert first is not None
        yield Finding(
            "unreachable-target",
            Severity.WARNING,
            attempt.span,
            f"`{worded(attempt.target)}` is never tried",
            text="comes after a target that takes every lead",
            labels=(Label(own[first].span, "always accepts"),),
            help=("delete it, or move it up",),
        )


def _always(policy: Policy, target: Target) -> bool:
    """Return whether `target` takes every lead; an owner does where the field has one."""
    match target:
        case RoundRobin(team) | LeastLoaded(team):
            return any(member.weight for member in policy.teams[team].members)
        case ToOwner():
            return False
        case _:
            return True


def _dead_end(analysis: Analysis, at: int, clause: Clause) -> Iterator[Finding]:
    owners = [a.target.field for a in clause.attempts if isinstance(a.target, ToOwner)]
    nobody = [analysis.regions.region(Not(Present(field))) for field in owners]
    regions: list[All] = [analysis.taken[at], *nobody]
    found = analysis.find(regions, outside=analysis.meeting(at))
    if found is not None:
        yield _exhausted(analysis, clause, found)


def _exhausted(analysis: Analysis, clause: Clause, found: Masks) -> Finding:
    policy = analysis.program.policy
    lead = example(analysis.space, found)
    return Finding(
        "dead-end",
        Severity.ERROR,
        clause.span,
        f"a lead of {clause.title} can end up with nobody",
        text="every target can pass it on" if clause.attempts else "names no target",
        labels=tuple(Label(a.span, _why(policy, a)) for a in clause.attempts),
        witness=None if lead is None else shown(lead, policy.fields),
        help=("end the chain in a queue: `else queue ...`, or add a `fallback`",),
    )


def _why(policy: Policy, attempt: Attempt) -> str:
    match attempt.target:
        case ToOwner(field):
            return f"passes the lead on where `{field}` is missing"
        case RoundRobin(team) | LeastLoaded(team):
            return "has no members" if not policy.teams[team].members else "every weight is 0"
        case _:
            return "passes the lead on"
