"""Find rules that can never match because earlier rules take all their leads.

Rules are tried in order, so a rule matches on its condition minus the union of the
conditions before it. Where that remainder is empty, the rule is unreachable. This is the
useless clause of Maranget, "Warnings for pattern matching" (Journal of Functional
Programming 17, 2007), with regions in place of patterns. The earlier rules that are to
blame are found by deletion: one after the other is left out, and stays out where the
remainder is empty without it; what is kept is a set of which every rule is needed.
"""

from collections.abc import Iterator, Sequence

from turnout.compiler.analysis import Analysis
from turnout.compiler.describe import Words, phrase, words
from turnout.compiler.program import Around, Clause
from turnout.compiler.regions import OutOfSteps
from turnout.dsl.findings import Finding, Label, Severity
from turnout.dsl.policy import Target


def check_unreachable(analysis: Analysis) -> Iterator[Finding]:
    """Yield a finding for each block and rule that gets no lead, in order."""
    known = words(analysis.regions, analysis.program.policy.definitions.values())
    silent: set[Around] = set()
    for at, clause in enumerate(analysis.route.clauses):
        try:
            block = _closed_block(analysis, at, silent)
            if block is not None:
                silent.add(block[0])
                yield _unreachable_block(analysis, known, block)
            elif clause.is_rule and not silent.intersection(clause.around):
                yield from _unreachable_rule(analysis, known, at)
        except OutOfSteps:
            yield undecided(clause, "can match", analysis.steps)


def undecided(clause: Clause, claim: str, steps: int) -> Finding:
    """Return the finding that a question about `clause` ran out of steps."""
    return Finding(
        "undecided",
        Severity.WARNING,
        clause.span,
        f"whether {clause.title} {claim} could not be decided",
        text=f"not settled within {steps:,} steps",
        help=("raise the limit with `--steps`, or simplify the conditions around it",),
    )


def blockers(analysis: Analysis, regions: Sequence[int], at: int) -> list[int] | None:
    """Return clauses before `at` that take all leads of `at`, each needed; None if a lead is left.

    regions: the clauses to choose from.
    """
    own = analysis.taken[at]
    if analysis.find([own], outside=regions) is not None:
        return None
    needed = list(regions)
    # Later rules are tried first, so that of two sets the one higher in the file is named.
    for candidate in reversed(regions):
        rest = [other for other in needed if other != candidate]
        if analysis.find([own], outside=rest) is None:
            needed = rest
    return needed


# -- blocks --


def _closed_block(
    analysis: Analysis, at: int, silent: set[Around]
) -> tuple[Around, int, list[int]] | None:
    """Return the outermost block that starts at clause `at` and lets no lead in, if any."""
    clause = analysis.route.clauses[at]
    before = set(analysis.route.clauses[at - 1].around) if at else set[Around]()
    if silent.intersection(clause.around):
        return None
    for depth, around in enumerate(clause.around):
        if around in before:
            continue
        inside = [analysis.regions.region(outer.condition) for outer in clause.around[: depth + 1]]
        if analysis.find(inside, outside=range(at)) is None:
            needed = list(range(at))
            for candidate in reversed(range(at)):
                rest = [other for other in needed if other != candidate]
                if analysis.find(inside, outside=rest) is None:
                    needed = rest
            return around, at, needed
    return None


def _unreachable_block(
    analysis: Analysis, known: Words, block: tuple[Around, int, list[int]]
) -> Finding:
    del known
    around, _, needed = block
    clauses = analysis.route.clauses
    labels = tuple(Label(clauses[by].span, "takes some of them") for by in needed)
    if len(needed) == 1:
        labels = (Label(clauses[needed[0]].span, "takes all of them"),)
    message = f"no lead gets into `within {around.span.text}`"
    if not needed:
        text = "no lead can satisfy this"
        return Finding("unreachable-block", Severity.ERROR, around.span, message, text=text)
    return Finding(
        "unreachable-block",
        Severity.ERROR,
        around.span,
        message,
        text="every lead it describes is taken earlier",
        labels=labels,
        help=(f"move it above {clauses[needed[0]].title}, or delete it",),
    )


# -- rules --


def _unreachable_rule(analysis: Analysis, known: Words, at: int) -> Iterator[Finding]:
    clause = analysis.route.clauses[at]
    if analysis.find([analysis.taken[at]]) is None:
        yield _impossible(clause)
        return
    needed = blockers(analysis, analysis.meeting(at), at)
    if needed is None:
        return
    clauses = analysis.route.clauses
    labels = tuple(
        Label(clauses[by].span, _takes(analysis, known, at, by, is_last=by == needed[-1]))
        for by in needed
    )
    if len(needed) == 1:
        labels = (Label(clauses[needed[0]].span, "takes all of them"),)
    differing = [by for by in needed if not _is_same(clauses[by], clause)]
    notes = () if differing else ("they are sent to the same place, so nothing is lost",)
    yield Finding(
        "unreachable-rule",
        Severity.ERROR,
        clause.span,
        f"{clause.title} can never match",
        text="every lead it describes is taken earlier",
        labels=labels,
        notes=notes,
        help=(_remedy(analysis, at, needed, is_same=not differing),),
    )


def _impossible(clause: Clause) -> Finding:
    return Finding(
        "impossible-condition",
        Severity.ERROR,
        clause.span,
        f"no lead at all can satisfy {clause.title}",
        text="its condition contradicts itself"
        if not clause.around
        else "its condition and the `within` around it contradict each other",
        help=("correct the condition, or delete the rule",),
    )


def _is_same(one: Clause, two: Clause) -> bool:
    """Return whether two clauses are known to send leads to the same place.

    A clause without targets of its own lost them to a finding, and may mean anything.
    """
    is_known = bool(one.own_attempts and two.own_attempts)
    return is_known and _targets(one) == _targets(two)


def _targets(clause: Clause) -> tuple[Target, ...]:
    return tuple(attempt.target for attempt in clause.attempts)


def _takes(analysis: Analysis, known: Words, at: int, by: int, *, is_last: bool) -> str:
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
    return f"takes those with {', '.join(phrase(known, at_, mask) for at_, mask in sides)}"


def _remedy(analysis: Analysis, at: int, needed: list[int], *, is_same: bool) -> str:
    """Return what to do, each proposal tried before it is made."""
    first = analysis.route.clauses[needed[0]]
    if is_same or not _can_move(analysis, at, needed):
        return "delete it: no lead would notice"
    return f"move it above {first.title}, or delete it"


def _can_move(analysis: Analysis, at: int, needed: list[int]) -> bool:
    """Return whether the rule gets leads above its first blocker and starves none of them."""
    clauses = analysis.route.clauses
    if clauses[at].around != clauses[needed[0]].around:
        return False
    before = [other for other in analysis.meeting(at) if other < needed[0]]
    if analysis.find([analysis.taken[at]], outside=before) is None:
        return False
    return all(
        analysis.find([analysis.taken[by]], outside=[*analysis.meeting(by), at]) is not None
        for by in needed
        if clauses[by].is_rule
    )
