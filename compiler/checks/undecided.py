"""What is said where a question ran out of its budget: that it is open, and what to raise."""

from turnout.compiler.leads.budget import Budget, OutOfSteps, OutOfTime
from turnout.compiler.program import Clause
from turnout.dsl.finding_kinds import warning
from turnout.dsl.findings import Finding

UNDECIDED = warning("undecided", "A question could not be settled within its budget of steps.")


def undecided(clause: Clause, claim: str, budget: Budget, stopped: OutOfSteps) -> Finding:
    """Return the finding that a question about `clause` ran out of steps, or of time."""
    text, limit = ended(stopped, budget)
    return UNDECIDED.finding(
        clause.span,
        f"whether {clause.title} {claim} could not be decided",
        text=text,
        help=(f"raise the limit with `{limit}`, or simplify the conditions around it",),
    )


def ended(stopped: OutOfSteps, budget: Budget) -> tuple[str, str]:
    """Return what ended a question, in words, and the option that raises the limit."""
    if isinstance(stopped, OutOfTime):
        return "not settled before the deadline", "--deadline"
    return f"not settled within {budget.steps:,} steps", "--steps"
