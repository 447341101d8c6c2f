"""Find rules that let leads go on where nobody is asked before the fallback.

A lead that the targets of a rule pass on goes to the nearest fallback as it is. `else
continue` has the rules between asked first; where none of them can take a lead that the
rule gets, it says nothing; but where the rule promises or does something, it says that this
doesn't go along to the fallback. Without a fallback such leads are a gap, which is reported.
"""

from collections.abc import Iterator

from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.program import RouteProgram
from turnout.compiler.questions.analysis import Analysis
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding, Label
from turnout.dsl.fixes import without_step
from turnout.dsl.source import Span

IDLE_CONTINUE = warning(
    "idle-continue",
    "An `else continue` comes before no rule that could take the lead.",
    needs_whole=True,
)


def check_continues(analysis: Analysis) -> Iterator[Finding]:
    """Yield an `idle-continue` for each rule, or table of rules, of which it says nothing."""
    shared: dict[Span, list[int]] = {}
    for at in sorted(analysis.letting_on):
        word = analysis.route.clauses[at].going_on
        if word is not None:
            shared.setdefault(word, []).append(at)  # the rows of a table share it
    for word, clauses in shared.items():
        first = clauses[0]
        try:
            getting = [at for at in clauses if analysis.remaining(at) is not None]
            ends = [_idle(analysis, at) for at in getting]
        except OutOfSteps as stopped:
            claim = "lets leads go on to a rule that can take them"
            yield undecided(analysis.route.clauses[first], claim, analysis.budget, stopped)
            continue
        known = [end for end in ends if end is not None]
        if known and len(known) == len(ends):
            yield _finding(analysis, getting[0], known[0], word)


def _idle(analysis: Analysis, at: int) -> int | None:
    """Return the fallback to which all leads go that a rule lets on, None if some don't.

    Also None where there is no fallback, or what the rule promises stays behind. Raises
    OutOfSteps.
    """
    clause, end = analysis.route.clauses[at], _fallback(analysis.route, at)
    if end is None or clause.sla is not None or clause.offer is not None or clause.actions:
        return None
    own = analysis.taken[at]
    below = (by for by in analysis.index.clauses_meeting(own, end) if by > at)
    for by in below:
        if analysis.find([own, analysis.taken[by]], outside=range(by)) is not None:
            return None
    return end


def _fallback(route: RouteProgram, at: int) -> int | None:
    """Return the nearest fallback around a rule."""
    around = route.clauses[at].around
    for below in range(at + 1, len(route.clauses)):
        clause = route.clauses[below]
        if not clause.is_rule and around[: len(clause.around)] == clause.around:
            return below
    return None


def _finding(analysis: Analysis, at: int, end: int, word: Span) -> Finding:
    clauses = analysis.route.clauses
    return IDLE_CONTINUE.finding(
        word,
        f"{clauses[at].title} lets its leads go on to no other rule",
        text="no rule comes next that could take them",
        labels=(Label(clauses[end].span, "has them then, as it would without it"),),
        help=("delete it, or move the rule above those that should be asked next",),
        fixes=without_step(word),
    )
