"""`turnout compile`: a policy's decision tree as JSON."""

from pathlib import Path

import click

from turnout.commands.options import Command, color_option
from turnout.commands.outputs import output
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.rendering.trees import tree_of, tree_text


@click.command(
    "compile",
    cls=Command,
    examples=(
        "turnout compile inbound.route",
        "turnout compile inbound.route -o tree.json",
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
@ROUTE
@color_option
def command(*, policy: Path, out: Path | None, route_name: str | None) -> None:
    """Write a policy's decision tree as JSON.

    POLICY is the main file. Its errors are printed as `turnout check` prints them, and
    then nothing is written. A FILE is replaced only when the tree is complete.
    """
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    text = tree_text(compiled, tree_of(compiled, route))
    with output(out) as stream:
        stream.write(text)
