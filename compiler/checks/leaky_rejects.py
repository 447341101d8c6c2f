"""Find rules that refuse all but some values, and let pass what has no value at all.

`region not in [eu, us]` is false where the region is missing or can't be read, so such leads
go past a rule that rejects the others, and a rule below or the fallback has them. It is said
where some lead does, and only of tests that leave values in (`is not`, `not in`, `has none`):
who refuses `country is KP` means that country.
"""

from collections.abc import Iterator

from turnout.compiler.checks.undecided import undecided
from turnout.compiler.leads.budget import OutOfSteps
from turnout.compiler.leads.regions import Masks
from turnout.compiler.program import Clause
from turnout.compiler.questions.analysis import Analysis
from turnout.compiler.questions.meeting import followed
from turnout.dsl.conditions import And, Condition, Not, Or, Present
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding
from turnout.dsl.wording import is_one_test, written

LEAKY_REJECT = warning(
    "leaky-reject", "A rule that refuses all but some values lets leads without a value pass."
)


def check_leaky_rejects(analysis: Analysis) -> Iterator[Finding]:
    """Yield a `leaky-reject` for each test of a refusing rule that leads without a value pass."""
    refusing = [at for at, clause in enumerate(analysis.route.clauses) if _refuses(clause)]
    for at in refusing:
        clause = analysis.route.clauses[at]
        if not clause.is_rule:
            continue
        for part, rest in _tests(analysis, clause.own):
            try:
                found = _passing(analysis, at, part, rest, refusing)
            except OutOfSteps as stopped:
                claim = f"lets leads without {part.field} pass"
                yield undecided(clause, claim, analysis.budget, stopped)
                continue
            if found is not None:
                yield _finding(analysis, clause, part, found)


def _refuses(clause: Clause) -> bool:
    return bool(clause.attempts) and clause.attempts[0].target.kind.reached == "rejected"


def _tests(
    analysis: Analysis, condition: Condition
) -> Iterator[tuple[Present, tuple[Condition, ...]]]:
    """Yield each test that leaves values in, by its field, with what `and` joins to it."""
    fields = analysis.program.policy.fields
    whole = is_one_test(condition, fields)
    parts = condition.parts if isinstance(condition, And) and not whole else (condition,)
    for at, part in enumerate(parts):
        if isinstance(part, And) and is_one_test(part, fields):
            first, *others = part.parts
            is_open = isinstance(first, Present) and not fields[first.field].required
            if is_open and all(isinstance(other, Not) for other in others):
                assert isinstance(first, Present)
                yield first, (*parts[:at], *parts[at + 1 :])


def _passing(
    analysis: Analysis, at: int, part: Present, rest: tuple[Condition, ...], refusing: list[int]
) -> Masks | None:
    """Return leads without the field that go past the rule to one that doesn't refuse them.

    Raises OutOfSteps.
    """
    clauses = analysis.route.clauses
    around = tuple(outer.condition for outer in clauses[at].around)
    lacking = And((*around, *clauses[at].asked[1:], *rest, Not(part)))
    region = analysis.regions.region(lacking)
    outside = sorted({*range(at), *refusing})
    later = [clause.condition for clause in clauses[at:] if not _refuses(clause)]
    if not later:
        return None
    return analysis.find([region, analysis.regions.region(Or(tuple(later)))], outside=outside)


def _finding(analysis: Analysis, clause: Clause, part: Present, found: Masks) -> Finding:
    fields = analysis.program.policy.fields
    test = next(
        each
        for each in ([clause.own] if is_one_test(clause.own, fields) else _parts(clause.own))
        if isinstance(each, And) and each.parts[0] == part
    )
    said = written(test, fields)
    return LEAKY_REJECT.finding(
        clause.span,
        f"{clause.title} refuses `{said}`, and lets leads pass whose `{part.field}` is missing "
        "or can't be read",
        text="a comparison with what is missing is false",
        witness=followed(analysis, found),
        help=(
            f"to refuse them as well, write `({part.field} is missing or {said})`",
            "if they may pass, say so above the rule: `# allow leaky-reject: REASON`",
        ),
    )


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.parts if isinstance(condition, And) else (condition,)
