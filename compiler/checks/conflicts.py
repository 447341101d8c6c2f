"""Find rules that share leads and disagree about them, so that their order decides.

Most overlaps are meant: an exception stands above the general rule and asks other fields,
or is a part of it. Pointed out are only pairs of rules of the same block that look like
siblings: they ask the same of a lead (the same fields; of what a field holds or contains,
the same values), neither contains the other, and the earlier one takes leads that the
later would send elsewhere. One that lets them go on to the later means its place.
"""

from collections.abc import Collection, Iterator

from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import Masks, reads
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.meeting import followed
from turnout.dsl.finding_kinds import note
from turnout.dsl.findings import Finding, Label

CONFLICTING_OVERLAP = note(
    "conflicting-overlap",
    "Two rules share leads and disagree about them, so that their order decides.",
    needs_whole=True,
)

MOST_PAIRS = 20
"""Findings of one route; the others are counted."""

MOST_LABELS = 3


def check_conflicts(analysis: Analysis, known: Collection[int] = ()) -> Iterator[Finding]:
    """Yield a `conflicting-overlap` for each rule that an earlier sibling disagrees with.

    known: clauses with which none is known to disagree.
    """
    shown = more = 0
    for at, siblings in _siblings(analysis, known):
        clause = analysis.route.clauses[at]
        try:
            found = _conflicts(analysis, siblings, at)
        except OutOfSteps as stopped:
            yield undecided(clause, "conflicts with an earlier rule", analysis.budget, stopped)
            continue
        if found and shown == MOST_PAIRS:
            more += 1
        elif found:
            shown += 1
            yield _finding(analysis, at, found)
    if more:
        yield _more(analysis, more)


def _conflicts(analysis: Analysis, siblings: list[int], at: int) -> list[tuple[int, Masks]]:
    """Return earlier siblings that take leads of rule `at` which it would send elsewhere.

    Each comes with such leads. Raises OutOfSteps.
    """
    outcomes, taken = analysis.outcomes, analysis.taken
    near = analysis.meeting(at) if siblings else []
    found: list[tuple[int, Masks]] = []
    for other in siblings:
        if outcomes[other] == outcomes[at] or other in analysis.letting_on:
            continue
        # Leads of both that come to the earlier rule and would go on to the later one.
        between = [passed for passed in near if passed != other]
        shared = analysis.find([taken[other], taken[at]], outside=between)
        if shared is None or _contains(analysis, other, at) or _contains(analysis, at, other):
            continue
        found.append((other, shared))
    # A rule without leads of its own is reported as such.
    return found if found and analysis.remaining(at) is not None else []


def _siblings(analysis: Analysis, known: Collection[int]) -> Iterator[tuple[int, list[int]]]:
    """Yield each rule with the earlier ones of its block that ask the same and may meet it.

    known: rules of which nobody asks.
    """
    index = analysis.index
    boxes: dict[object, int] = {}
    webs: dict[object, list[int]] = {}
    for at, clause in enumerate(analysis.route.clauses):
        if not clause.is_rule:
            continue
        is_whole = not clause.around and clause.validity is None
        own = analysis.taken[at] if is_whole else analysis.regions.region(clause.own)
        key = clause.around, reads(own)
        before = boxes.get(key, 0)
        if at not in known:
            limits = analysis.within(analysis.taken[at].box)
            met = index.clauses(index.met(limits, before)) if before else []
            yield at, sorted([*met, *webs.get(key, ())])
        boxes[key] = before | index.of(at)
        if index.boxes[at] is None:
            webs.setdefault(key, []).append(at)


def _contains(analysis: Analysis, wide: int, narrow: int) -> bool:
    return analysis.find([analysis.taken[narrow], analysis.left(wide)]) is None


def _finding(analysis: Analysis, at: int, found: list[tuple[int, Masks]]) -> Finding:
    clauses = analysis.route.clauses
    labels = [Label(clauses[by].span, "has them, being first") for by, _ in found[:MOST_LABELS]]
    more = len(found) - len(labels)
    first, shared = found[0]
    return CONFLICTING_OVERLAP.finding(
        clauses[at].span,
        f"{clauses[first].title} and {clauses[at].title} share leads but not their target",
        text="would send them elsewhere",
        labels=tuple(labels),
        witness=followed(analysis, shared),
        notes=("the order of the rules decides",)
        + ((f"{more} more earlier rules disagree with it",) if more else ()),
        help=("if the order is not meant, narrow one of them or swap them",),
    )


def _more(analysis: Analysis, more: int) -> Finding:
    plural = "" if more == 1 else "s"
    return CONFLICTING_OVERLAP.finding(
        analysis.route.span,
        f"{more} more rule{plural} share leads with earlier ones that send them elsewhere",
        text=f"{MOST_PAIRS} are shown",
    )
