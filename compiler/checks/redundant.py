"""Find rules whose leads would get the same without them.

Such a rule is reached, yet whatever it takes, the rules after it would send to the same
targets: it is "downward redundant" in the words of firewall analysis (Liu and Gouda,
"Complete redundancy detection in firewalls", DBSec 2005). Nearly every rule is cleared at
once, by one lead that a later rule would send elsewhere; only the others are walked
through, later rule by later rule.
"""

from collections.abc import Iterator

from turnout.compiler.analysis import Analysis
from turnout.compiler.checks.questions import meeting, meeting_box, reaching
from turnout.compiler.checks.unreachable import undecided
from turnout.compiler.consequences import consequence
from turnout.compiler.regions import Masks, OutOfSteps
from turnout.dsl.findings import Finding, Label, Severity

MOST_LABELS = 3


def check_redundant_rules(analysis: Analysis) -> Iterator[Finding]:
    """Yield a `redundant-rule` for each rule that no lead would miss, in order."""
    outcomes = [consequence(clause) for clause in analysis.route.clauses]
    last = {said: at for at, said in enumerate(outcomes)}
    for at, clause in enumerate(analysis.route.clauses):
        if not clause.is_rule or last[outcomes[at]] == at:
            continue
        try:
            heirs = _heirs(analysis, outcomes, at)
        except OutOfSteps:
            yield undecided(clause, "changes any lead's outcome", analysis.steps)
            continue
        if heirs:
            yield _finding(analysis, at, heirs)


def _heirs(analysis: Analysis, outcomes: list[tuple[object, ...]], at: int) -> list[int]:
    """Return the clauses that would get the leads of rule `at`, none if one sends elsewhere."""
    found = reaching(analysis, at)
    if found is None or _differs(analysis, outcomes, at, found):
        return []
    own = analysis.taken[at]
    near = meeting(analysis, at)
    passed = [other for other in near if other < at]
    heirs: list[int] = []
    for later in (other for other in near if other > at):
        takes = analysis.find([own, analysis.taken[later]], outside=passed) is not None
        if takes and outcomes[later] != outcomes[at]:
            return []
        if takes:
            heirs.append(later)
        passed.append(later)
    return heirs if analysis.find([own], outside=passed) is None else []


def _differs(analysis: Analysis, outcomes: list[tuple[object, ...]], at: int, found: Masks) -> bool:
    """Return whether one lead of `found` would get something else from the rules after `at`."""
    point = [mask & -mask for mask in found]
    after = [other for other in meeting_box(analysis, point) if other > at]
    return not after or outcomes[after[0]] != outcomes[at]


def _finding(analysis: Analysis, at: int, heirs: list[int]) -> Finding:
    clauses = analysis.route.clauses
    labels = [Label(clauses[by].span, "sends them to the same place") for by in heirs[:MOST_LABELS]]
    more = len(heirs) - len(labels)
    notes = (f"{more} more would send some of them there, too",) if more else ()
    title = clauses[heirs[0]].title
    return Finding(
        "redundant-rule",
        Severity.WARNING,
        clauses[at].span,
        f"no lead would notice if {clauses[at].title} went",
        text="its leads would be sent to the same place",
        labels=tuple(labels),
        notes=notes,
        help=(
            f"delete it, and {title if len(heirs) == 1 else 'the rules below'} will take its leads",
        ),
    )
