"""Find fallbacks of blocks that no lead comes to.

A block's fallback has the leads of the block that none of its rules takes, and those that the
targets of its rules pass on. Where there can be neither it is dead text. The route's own
fallback is never said to be: rows that are no leads go there.
"""

from collections.abc import Iterator

from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.outcomes import ends
from turnout.compiler.program import Clause
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.reach import blockers
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding, Label

UNREACHABLE_FALLBACK = warning(
    "unreachable-fallback", "No lead comes to the fallback of a `within`."
)

MOST_LABELS = 3


def check_fallbacks(analysis: Analysis) -> Iterator[Finding]:
    """Yield an `unreachable-fallback` for each fallback of a block that no lead comes to."""
    for at, clause in enumerate(analysis.route.clauses):
        if clause.is_rule or not clause.around:
            continue
        try:
            if analysis.remaining(at) is not None or _is_passed_to(analysis, at):
                continue
            block = analysis.regions.region(clause.condition)
            if _is_closed(analysis, at):
                continue  # reported as a block
            yield _finding(analysis, clause, blockers(analysis, block, at))
        except OutOfSteps as stopped:
            yield undecided(clause, "gets any lead", analysis.budget, stopped)


def _inside(analysis: Analysis, at: int) -> list[int]:
    """Return the clauses in the block of a fallback, in order."""
    around = analysis.route.clauses[at].around
    clauses = analysis.route.clauses[:at]
    return [by for by, each in enumerate(clauses) if each.around[: len(around)] == around]


def _is_passed_to(analysis: Analysis, at: int) -> bool:
    """Return whether a rule in the block that gets leads can pass some on to its fallback."""
    clauses = analysis.route.clauses
    own = clauses[at].attempts[: clauses[at].own_attempts]
    spans = {attempt.span for attempt in own}
    return any(
        analysis.remaining(by) is not None
        and any(end.attempt is not None and end.attempt.span in spans for end in ends(attempts))
        for by in _inside(analysis, at)
        for attempts in [clauses[by].attempts]
    )


def _is_closed(analysis: Analysis, at: int) -> bool:
    """Return whether no lead gets into the block at all, of which more is said than this."""
    inside = _inside(analysis, at)
    first = inside[0] if inside else at
    block = analysis.regions.region(analysis.route.clauses[at].condition)
    return analysis.find([block], outside=range(first)) is None


def _finding(analysis: Analysis, clause: Clause, by: list[int]) -> Finding:
    clauses = analysis.route.clauses
    takes = "takes all leads of the block" if len(by) == 1 else "takes some of them"
    return UNREACHABLE_FALLBACK.finding(
        clause.span,
        f"no lead comes to {clause.title}",
        text="the rules in its block take all leads, and pass none on",
        labels=tuple(Label(clauses[one].span, takes) for one in by[:MOST_LABELS]),
        help=("delete it, or narrow the rules in the block",),
    )
