"""Plans that carry their policy, from files."""

from pathlib import Path

from turnout.compiler.carried_policy import compiled_of
from turnout.compiler.compiled_policy import Compiled
from turnout.compiler.plan.from_json import loads_carrying
from turnout.compiler.plan.shape import MOST_CHARACTERS, PlanError
from turnout.compiler.plan.value import Plan

SUFFIX = ".json"
"""What the name of a plan ends in, where a policy could be named as well."""


def opened_plan(path: Path) -> tuple[Plan, Compiled]:
    """Return the plan in a file, and the policy that it carries. Raises PlanError."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_CHARACTERS + 1)
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or str(problem)
        raise PlanError(f"the plan {path} can't be read: {reason}", "name its file") from None
    try:
        return read_plan(content)
    except PlanError as problem:
        raise PlanError(f"{path}: {problem.message}", problem.help) from None


def read_plan(content: bytes) -> tuple[Plan, Compiled]:
    """Return a plan, and the policy that it carries. Raises PlanError."""
    plan, carried = loads_carrying(content)
    if carried is None:
        message = "the plan carries no policy: it doesn't say how leads are read"
        raise PlanError(message, "write it with `turnout compile --plan`")
    return plan, compiled_of(plan, carried)
