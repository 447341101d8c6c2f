"""`turnout owners`: who answers for which part of a policy."""

from pathlib import Path

import click

from turnout.commands.options import Command, color_option, format_option
from turnout.commands.policies import POLICY, fit_policy
from turnout.compiler.questions.stewards import parts_with_stewards
from turnout.rendering.jsons import json_text
from turnout.rendering.owners import codeowners, owners_data, owners_text


@click.command(
    "owners",
    cls=Command,
    examples=(
        "turnout owners inbound.route",
        "turnout owners inbound.route --format json | jq '.parts[].owner'",
        "turnout owners inbound.route --format codeowners --prefix @acme/",
    ),
)
@POLICY
@format_option(
    "text", "json", "codeowners", help="For people, for programs, or as a CODEOWNERS file."
)
@click.option(
    "--prefix",
    default="@",
    show_default=True,
    metavar="TEXT",
    help="CODEOWNERS: what stands before a name that has no @ of its own.",
)
@color_option
def command(*, policy: Path, format_name: str, prefix: str) -> None:
    """Say who answers for which rule, block, territory and team.

    Owners are named with `owned by`; where nothing is named, the nearest owner around has
    it. In CODEOWNERS a file is owned by all who own a part of it, and paths are as they
    are named from the current folder: run it in the root of the repository.
    """
    compiled = fit_policy(policy)
    parts = parts_with_stewards(compiled.program)
    if format_name == "json":
        click.echo(json_text(owners_data(compiled.policy.name, parts), indent=2))
        return
    for line in codeowners(parts, prefix) if format_name == "codeowners" else owners_text(parts):
        click.echo(line)
