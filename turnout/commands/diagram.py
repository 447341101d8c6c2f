"""`turnout diagram`: a policy's decision tree as a picture."""

from pathlib import Path

import click

from turnout.commands.exits import CannotRun
from turnout.commands.options import Command, color_option
from turnout.commands.outputs import output
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.trees import picture, tree_of
from turnout.compiler.tree.picture import FORMATS


@click.command(
    "diagram",
    cls=Command,
    examples=(
        "turnout diagram inbound.route -o tree.svg",
        "turnout diagram inbound.route -o tree.pdf --route partners",
        "turnout diagram inbound.route -o - --format dot | dot -Tx11",
    ),
)
@POLICY
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Where to draw; the suffix says how (.svg, .dot, .png, .pdf). `-` is stdout.",
)
@click.option(
    "--format", "format_name", type=click.Choice(FORMATS), help="Instead of the suffix's format."
)
@ROUTE
@color_option
def command(*, policy: Path, out: Path, format_name: str | None, route_name: str | None) -> None:
    """Draw a policy's decision tree for people who never saw the policy.

    SVG and DOT need nothing but Python (SVG: `pip install 'turnout[diagram]'`); PNG and
    PDF are drawn by Graphviz, where it is installed.
    """
    kind = format_name or suffix_format(out)
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    drawing = picture(compiled, tree_of(compiled, route), kind)
    with output(out) as stream:
        stream.write(drawing)


def suffix_format(out: Path) -> str:
    """Return the format that a file's suffix names; raise CannotRun where it names none."""
    suffix = out.suffix.lower().removeprefix(".")
    if suffix in FORMATS:
        return suffix
    known = ", ".join(f".{each}" for each in FORMATS)
    raise CannotRun(
        f"the name {out} says no format", f"end it in {known}, or name it with --format"
    )
