"""Find rules whose leads would get the same without them.

Such a rule is reached, yet whatever it takes, the rules after it would send to the same
targets: it is "downward redundant" in the words of firewall analysis (Liu and Gouda,
"Complete redundancy detection in firewalls", DBSec 2005). Nearly every rule is cleared at
once, by one lead that a later rule would send elsewhere. Of the others it is asked whether
some lead is left without the rule, and then, later rule by later rule, whether one of those
that send elsewhere gets some. A rule that lets leads on is redundant for sure where all of its
leads come to one clause next that offers them the same first, on the same terms: they are
asked once more whom they were asked before. Where they come to several, nothing is said.
"""

from collections.abc import Collection, Iterator, Sequence

from turnout.compiler.checks.mending import without_rule
from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import Masks, Region
from turnout.compiler.outcomes import Outcome
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.meeting import samples, taker
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding, Label

REDUNDANT_RULE = warning(
    "redundant-rule", "A rule could be deleted, and no lead would notice.", needs_whole=True
)

MOST_LABELS = 3

_SENT = "its leads would be sent to the same place"


def check_redundant_rules(analysis: Analysis, known: Collection[int] = ()) -> Iterator[Finding]:
    """Yield a `redundant-rule` for each rule that no lead would miss, in order.

    known: clauses that are known not to be redundant.
    """
    outcomes = analysis.outcomes
    last = {said: at for at, said in enumerate(outcomes)}
    for at, clause in enumerate(analysis.route.clauses):
        if at in known or not clause.is_rule or (not clause.lets_on and last[outcomes[at]] == at):
            continue
        try:
            find = _next_heirs if clause.lets_on else _heirs
            heirs = find(analysis, outcomes, at)
        except OutOfSteps as stopped:
            yield undecided(clause, "changes any lead's outcome", analysis.budget, stopped)
            continue
        if heirs:
            yield _finding(analysis, at, heirs)


def _heirs(analysis: Analysis, outcomes: Sequence[Outcome], at: int) -> list[int]:
    """Return the clauses that would get the leads of rule `at`, none if one sends elsewhere."""
    if any(_differs(analysis, outcomes, at, point) for point in samples(analysis, at)):
        return []
    found = analysis.remaining(at)
    if found is None or _differs(analysis, outcomes, at, tuple(mask & -mask for mask in found)):
        return []
    own = analysis.taken[at]
    met = analysis.index.clauses_meeting(own, len(outcomes))
    others = [other for other in met if other != at]
    if analysis.find([own], outside=others) is not None:
        return []  # nobody else takes all of them
    for number, later in enumerate(others):
        elsewhere = later > at and outcomes[later] != outcomes[at]
        if elsewhere and _takes(analysis, own, later, others[:number]):
            return []
    return _heirs_of(analysis, at, others)


def _next_heirs(analysis: Analysis, outcomes: Sequence[Outcome], at: int) -> list[int]:
    """Return the clause that asks the targets of rule `at` first for all leads that it lets on.

    None if there is no such clause, or where it depends on who accepts a lead in time.
    """
    own = analysis.taken[at]
    for by in analysis.index.clauses_meeting(own, len(outcomes)):
        if by <= at or analysis.find([own, analysis.taken[by]], outside=range(at)) is None:
            continue
        is_again = _begins_with(outcomes[by], outcomes[at])
        has_all = is_again and analysis.find([own, analysis.left(by)], outside=range(at)) is None
        is_timed = any(analysis.route.clauses[each].offer is not None for each in (at, by))
        return [by] if has_all and not is_timed else []
    return []


def _begins_with(outcome: Outcome, first: Outcome) -> bool:
    targets = outcome.targets[: len(first.targets)]
    return targets == first.targets and outcome.terms == first.terms


def _heirs_of(analysis: Analysis, at: int, others: list[int]) -> list[int]:
    """Return the clauses below rule `at` that would get its leads, in order, one too many to name.

    others: the clauses that meet the rule, which take all its leads.
    """
    own = analysis.taken[at]
    heirs: list[int] = []
    for number, later in enumerate(others):
        if later < at or not _takes(analysis, own, later, others[:number]):
            continue
        heirs.append(later)
        is_all = analysis.find([own], outside=others[: number + 1]) is None
        if is_all or len(heirs) > MOST_LABELS:
            break
    return heirs


def _takes(analysis: Analysis, own: Region, by: int, passed: list[int]) -> bool:
    """Return whether clause `by` gets a lead of `own` that none of these clauses takes."""
    return analysis.find([own, analysis.taken[by]], outside=passed) is not None


def _differs(analysis: Analysis, outcomes: Sequence[Outcome], at: int, point: Masks) -> bool:
    """Return whether a lead that rule `at` gets would get something else without it."""
    if taker(analysis, point) != at:
        return False
    after = taker(analysis, point, after=at)
    return after is None or outcomes[after] != outcomes[at]


def _finding(analysis: Analysis, at: int, heirs: list[int]) -> Finding:
    clauses = analysis.route.clauses
    letting = clauses[at].lets_on
    same = "asks the same first" if letting else "sends them to the same place"
    labels = [Label(clauses[by].span, same) for by in heirs[:MOST_LABELS]]
    notes = ("others below would send some of them there, too",) if heirs[MOST_LABELS:] else ()
    # Of an heir it may be said, too, that it could go: one thing at a time.
    heir = f"{clauses[heirs[0]].title}, left as it is,"
    heir = heir if len(heirs) == 1 else "the rules below, left as they are,"
    return REDUNDANT_RULE.finding(
        clauses[at].span,
        f"no lead would notice if {clauses[at].title} went",
        text="the next rule asks the same targets" if letting else _SENT,
        labels=tuple(labels),
        notes=notes,
        help=(f"delete it, and {heir} will take its leads",),
        fixes=without_rule(analysis, clauses[at]),
    )
