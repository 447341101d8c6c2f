"""Report rules and blocks without leads, impossible conditions, and rules whose days are over.

What becomes of each clause is found in `compiler.reach`; here it is put into words.
"""

from collections.abc import Iterator
from datetime import date

from turnout.compiler.checks.chains import ENDED_VALIDITY
from turnout.compiler.checks.mending import without_block, without_rule
from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.outcomes import outcome, outcome_of
from turnout.compiler.program import Clause
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.reach import ClosedBlock, Verdict, verdicts
from turnout.compiler.words.describe import SideNames, side_names
from turnout.dsl.conditions import During
from turnout.dsl.finding_kinds import error
from turnout.dsl.findings import Finding, Fix, Label
from turnout.dsl.policy import Validity
from turnout.dsl.wording import said_day, written

UNREACHABLE_RULE = error(
    "unreachable-rule", "No lead is left for a rule: earlier rules take all of them."
)
IMPOSSIBLE_CONDITION = error(
    "impossible-condition", "No lead at all can satisfy a rule's condition."
)
UNREACHABLE_BLOCK = error("unreachable-block", "No lead gets into a `within`.")


def check_unreachable(analysis: Analysis) -> Iterator[Finding]:
    """Yield a finding for each block and rule that gets no lead, in order."""
    yield from unreachable(analysis, verdicts(analysis))


def unreachable(
    analysis: Analysis, found: list[Verdict | ClosedBlock | OutOfSteps | None]
) -> Iterator[Finding]:
    """Yield the findings that these verdicts on the route's clauses amount to."""
    known: SideNames | None = None
    for at, result in enumerate(found):
        match result:
            case OutOfSteps():
                clause = analysis.route.clauses[at]
                yield undecided(clause, "can match", analysis.budget, result)
            case ClosedBlock():
                yield _ended_handover(analysis, result) or _unreachable_block(analysis, result)
            case Verdict(by=()) if (ended := _ended(analysis, at)) is not None:
                yield ended
            case Verdict(by=()):
                yield _impossible(analysis, at, result)
            case Verdict(by=by) if by is not None:
                known = known or side_names(
                    analysis.regions, analysis.program.policy.definitions.values()
                )
                yield _unreachable_rule(analysis, known, at, result)
            case _:
                pass


# -- blocks --


def _unreachable_block(analysis: Analysis, block: ClosedBlock) -> Finding:
    around, needed = block.around, block.by
    clauses = analysis.route.clauses
    labels = tuple(Label(clauses[by].span, "takes some of them") for by in needed)
    if len(needed) == 1:
        labels = (Label(clauses[needed[0]].span, "takes all of them"),)
    message = f"no lead gets into `within {around.span.text}`"
    if around.handover is not None:
        to = around.handover
        message = f"rule `{to.rule}` hands no lead to route `{to.route}`"
    if not needed:
        text = "no lead can satisfy this"
        fixes = without_block(analysis, around)
        return UNREACHABLE_BLOCK.finding(around.span, message, text=text, fixes=fixes)
    return UNREACHABLE_BLOCK.finding(
        around.span,
        message,
        text="every lead it describes is taken earlier",
        labels=labels,
        help=(f"move it above {clauses[needed[0]].title}, or delete it",),
        fixes=without_block(analysis, around),
    )


def _ended_handover(analysis: Analysis, block: ClosedBlock) -> Finding | None:
    """Return what is said of a rule that handed leads over before the day of the check."""
    by = block.around.handover
    if by is None:
        return None
    fixes = without_block(analysis, block.around)
    return _over(by.validity, analysis.program.first, f"rule `{by.rule}`", fixes)


# -- rules --


def _unreachable_rule(analysis: Analysis, known: SideNames, at: int, found: Verdict) -> Finding:
    clause = analysis.route.clauses[at]
    needed = list(found.by or ())
    clauses = analysis.route.clauses
    labels = tuple(
        Label(clauses[by].span, _takes(analysis, known, at, by, is_last=by == needed[-1]))
        for by in needed
    )
    if len(needed) == 1:
        labels = (Label(clauses[needed[0]].span, "takes all of them"),)
    is_same = all(_is_same(clauses[by], clause) for by in needed)
    own = outcome_of(clause.attempts)
    elsewhere = [by for by in needed if outcome_of(clauses[by].attempts) != own]
    if is_same:
        notes: tuple[str, ...] = ("they are sent to the same place, so nothing is lost",)
    elif len(needed) > 1 and elsewhere:
        notes = (_most_elsewhere(analysis, at, elsewhere),)
    else:
        notes = ()
    return UNREACHABLE_RULE.finding(
        clause.span,
        f"{clause.title} can never match",
        text="every lead it describes is taken earlier",
        labels=labels,
        notes=notes,
        help=(_remedy(clauses[needed[0]], found, is_same=is_same),),
        fixes=without_rule(analysis, clause),
    )


def _impossible(analysis: Analysis, at: int, found: Verdict) -> Finding:
    clause = analysis.route.clauses[at]
    fields = analysis.program.policy.fields
    said = [f"`{written(part, fields)}`" for part in found.contradicting]
    if len(said) == 1:
        text = f"no lead satisfies {said[0]}"
    else:
        text = f"{', '.join(said[:-1])} and {said[-1]} contradict each other"
    return IMPOSSIBLE_CONDITION.finding(
        clause.span,
        f"no lead at all can satisfy {clause.title}",
        text=text,
        help=("correct the condition, or delete the rule",),
        fixes=without_rule(analysis, clause),
    )


def _ended(analysis: Analysis, at: int) -> Finding | None:
    """Return what is said of a rule that counted before the day of the check, and never will."""
    clause = analysis.route.clauses[at]
    fixes = without_rule(analysis, clause)
    return _over(clause.validity, analysis.program.first, clause.title, fixes)


def _over(
    validity: Validity | None, first: date | None, title: str, fixes: tuple[Fix, ...]
) -> Finding | None:
    """Return that something was valid before the day of the check only, None where it isn't so."""
    if validity is None or validity.last is None or first is None or validity.last >= first:
        return None
    return ENDED_VALIDITY.finding(
        validity.span,
        f"{title} counted until {said_day(validity.last)}, and takes no lead any more",
        text=f"over on {said_day(first)}",
        help=("delete it, or move its end",),
        fixes=fixes,
    )


def _is_same(one: Clause, two: Clause) -> bool:
    """Return whether two clauses are known to do the same with leads.

    A clause without targets of its own lost them to a finding, and may mean anything.
    """
    is_known = bool(one.own_attempts and two.own_attempts)
    return is_known and outcome(one) == outcome(two)


def _takes(analysis: Analysis, known: SideNames, at: int, by: int, *, is_last: bool) -> str:
    """Return which of the leads of clause `at` the clause `by` takes, in words."""
    if is_last:
        return "takes the rest"
    own = dict(analysis.taken[at].box)
    sides = [
        (dimension, own.get(dimension, analysis.space.full[dimension]) & mask)
        for dimension, mask in analysis.taken[by].box
        if own.get(dimension, analysis.space.full[dimension]) & ~mask
    ]
    if not sides or analysis.taken[by].eithers or len(sides) > 3:
        return "takes some of them"
    days = {at_ for at_, _ in sides if isinstance(analysis.space.dimensions[at_].test, During)}
    said = [known.phrase(at_, mask) for at_, mask in sides if at_ not in days]
    when = [known.phrase(at_, mask) for at_, mask in sides if at_ in days]
    return " ".join(["takes those", *when, *([f"with {', '.join(said)}"] if said else [])])


def _most_elsewhere(analysis: Analysis, at: int, elsewhere: list[int]) -> str:
    """Return which of these clauses takes most of the leads of clause `at`."""
    shares = analysis.shares(analysis.taken[at], at)
    most = max(elsewhere, key=lambda by: (shares.get(by, 0.0), -by))
    return f"{analysis.route.clauses[most].title} takes most of those that go elsewhere"


def _remedy(first: Clause, found: Verdict, *, is_same: bool) -> str:
    """Return what to do, each proposal tried before it is made."""
    if is_same or not found.can_move:
        return "delete it: no lead would notice"
    return f"move it above {first.title}, or delete it"
