"""`turnout compile`: a policy's decision tree, or its plan, as JSON."""

from pathlib import Path

import click

from turnout.commands.options import Command, color_option
from turnout.commands.outputs import output
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.compiler.carried_policy import carried_policy
from turnout.compiler.plan.making import plan_of
from turnout.compiler.plan.writing import dumps
from turnout.rendering.trees import tree_of, tree_text


@click.command(
    "compile",
    cls=Command,
    examples=(
        "turnout compile inbound.route",
        "turnout compile inbound.route -o tree.json",
        "turnout compile inbound.route --plan -o plan.json",
        "turnout compile inbound.route | jq .version",
    ),
)
@POLICY
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write; stdout without it, or with `-`.",
)
@click.option(
    "--plan",
    "is_plan",
    is_flag=True,
    help="Write the plan, by which leads are decided elsewhere, and not the tree.",
)
@ROUTE
@color_option
def command(*, policy: Path, out: Path | None, is_plan: bool, route_name: str | None) -> None:
    """Write a policy's decision tree, or its plan, as JSON.

    POLICY is the main file. Its errors are printed as `turnout check` prints them, and
    then nothing is written. A FILE is replaced only when what it gets is complete.

    The tree is for people and pictures, the plan for programs: all that finds a lead's rule
    and its targets, and what reads leads. `turnout route` and `explain` take it in place of
    the policy, if its name ends in .json.
    """
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    if is_plan:
        plan = plan_of(compiled.program, route, compiled.policy_hash)
        content = f"{dumps(plan, carried_policy(compiled, route))}\n".encode("ascii")
    else:
        content = tree_text(compiled, tree_of(compiled, route))
    with output(out) as stream:
        stream.write(content)
