"""Find routes that leave a row to nobody because it lacks a required field.

Such a row meets no rule: it takes the route's own fallback, whatever it has in its other
fields. Where there is no fallback, or where all its targets can pass a row on that has
nothing at all, nobody has it. That is told where no other lead is lost in the same way,
since what mends that mends this, too.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time

from turnout.compiler.checks.chains import lost, why_passed_on
from turnout.compiler.checks.mending import ending_in_queue, with_fallback
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.meaning.interpreter import holds, match, settle
from turnout.compiler.meaning.situations import Situation, at_every_cap
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.limits import EVERY_LEAD, Sure, sure, worst_moments
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding, Label

LOST_ROW = warning(
    "lost-row", "A row without a required field ends up with nobody.", needs_whole=True
)


def check_rows(analysis: Analysis) -> Iterator[Finding]:
    """Yield a `lost-row` where a row that lacks a required field can end up with nobody."""
    fields = analysis.program.policy.fields
    required = [f"`{name}`" for name, field in fields.items() if field.required]
    if not required:
        return
    lacking = f"a row without {' or '.join(required)}"
    try:
        found = _exhausted(analysis) if analysis.route.last else _without_fallback(analysis)
    except OutOfSteps:
        return  # whether leads are lost there is said to be undecided
    if found is None:
        return
    clause = analysis.route.clauses[-1] if analysis.route.last else None
    policy = analysis.program.policy
    yield LOST_ROW.finding(
        analysis.route.span if clause is None else clause.span,
        f"{lacking} ends up with nobody" if clause is None else f"{lacking} can end up with nobody",
        text="has no fallback" if clause is None else f"every target can pass it on{found}",
        labels=tuple(Label(a.span, why_passed_on(policy, a)) for a in analysis.route.last),
        help=("end the route in a `fallback to queue ...`, or the fallback in a queue",),
        fixes=with_fallback(analysis) if clause is None else ending_in_queue(policy, clause),
    )


def _without_fallback(analysis: Analysis) -> str | None:
    """Return "" where the rules take every lead, so that only such rows are lost."""
    gap = analysis.find((), outside=range(len(analysis.taken)))
    return "" if gap is None else None


def _exhausted(analysis: Analysis) -> str | None:
    """Return when the fallback passes on a row that has nothing, None where it never does.

    Raises OutOfSteps.
    """
    policy, last = analysis.program.policy, analysis.route.last
    certain = [each for attempt in last for each in sure(policy, attempt.target)]
    if EVERY_LEAD in certain:
        return None
    moment = _moment(analysis, certain)
    if moment is None or lost(analysis, len(analysis.taken) - 1, certain) is not None:
        return None
    attempts = match(policy, analysis.route.name, {}, moment).attempts
    situation = Situation(at_every_cap(policy), moment, ())
    if settle(attempts, lambda target: (None, situation.other(target, {}))).attempt is not None:
        return None
    return f" at {moment:%Y-%m-%d %H:%M} UTC" if any(each.hours for each in certain) else ""


def _moment(analysis: Analysis, certain: Sequence[Sure]) -> datetime | None:
    """Return a moment at which nobody is sure of a row that has nothing."""
    since = analysis.program.since
    start = datetime.combine(since, time(), UTC)
    there = [each for each in certain if holds(each.leads, {}, start)]
    if not there:
        return start
    worst = worst_moments(there, frozenset(), since)
    return next((k.first for k in worst if not any(e.hours <= k.open for e in there)), None)
