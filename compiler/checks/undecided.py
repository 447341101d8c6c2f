"""What is said where a question ran out of its budget: that it is open, and what to raise."""

from turnout.compiler.leads.budget import Budget, OutOfSteps, OutOfTexts, OutOfTime
from turnout.compiler.program import Clause
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding

UNDECIDED = warning("undecided", "A question could not be settled within its budget of steps.")


def undecided(clause: Clause, claim: str, budget: Budget, stopped: OutOfSteps) -> Finding:
    """Return the finding that a question about `clause` ran out of steps, or of time."""
    text, remedy = ended(stopped, budget)
    return UNDECIDED.finding(
        clause.span,
        f"whether {clause.title} {claim} could not be decided",
        text=text,
        help=(f"{remedy}, or simplify the conditions around it",),
    )


def ended(stopped: OutOfSteps, budget: Budget) -> tuple[str, str]:
    """Return what ended a question, in words, and what helps: as a clause without an end."""
    if isinstance(stopped, OutOfTime):
        return "not settled before the deadline", "raise the limit with `--deadline`"
    if isinstance(stopped, OutOfTexts):
        return (
            "it depends on texts of which too much is asked at once",
            "ask less of one text, best without `matches`",
        )
    return f"not settled within {budget.steps:,} steps", "raise the limit with `--steps`"
