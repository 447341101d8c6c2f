"""`turnout export`: a route as rules of another tool, and which tool says what."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from turnout.commands.exits import CannotRun
from turnout.commands.export_sql import sql_command
from turnout.commands.options import Command, CommandGroup, color_option
from turnout.commands.outputs import output
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.importing.salesforce.back import assignment_rules
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.trials.outside_names import OutsideNames, outside_names
from turnout.warehouse.constructs import BACK_ENDS, CONSTRUCTS, NOTES


@click.group(
    "export",
    cls=CommandGroup,
    examples=(
        "turnout export salesforce leads.route -o Lead.assignmentRules",
        "turnout export sql leads.route --dialect duckdb -o leads.sql",
        "turnout export constructs",
    ),
)
def command() -> None:
    """Write a route as rules of another tool, or as SQL, where they can say it.

    Each construct that they can't say is named with its place, and then nothing is written.
    """


command.add_command(sql_command)


@command.command(
    "constructs",
    cls=Command,
    examples=("turnout export constructs",),
)
@color_option
def constructs_command() -> None:
    """What each back end says of the language, construct by construct.

    What the words of the table mean stands below it. Columns, texts and draws are views of
    `turnout export sql`. What isn't in the table, as `turnout route`, says everything.
    """
    table = [("construct", *BACK_ENDS), *((each.name, *each.cells) for each in CONSTRUCTS)]
    for row in (*aligned(table), "", *aligned(list(NOTES.items()))):
        click.echo(row)


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows of as many cells as lines whose cells stand below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(map(str.ljust, row, widths)).rstrip()


@command.command(
    "salesforce",
    cls=Command,
    examples=("turnout export salesforce leads.route -o Lead.assignmentRules",),
)
@POLICY
@click.option(
    "--object",
    "kind",
    type=click.Choice(["Lead", "Case"]),
    default="Lead",
    show_default=True,
    help="What is assigned.",
)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write; stdout without it, or with `-`.",
)
@click.option(
    "--names",
    "names_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="What Salesforce calls queues and people: the table that an import wrote.",
)
@ROUTE
@color_option
def salesforce_command(
    *,
    policy: Path,
    kind: str,
    out: Path | None,
    names_file: Path | None,
    route_name: str | None,
) -> None:
    """Assignment rules of Salesforce, in the metadata format.

    A field is known there by the first of its columns that Salesforce would write, such as
    `from column "Region__c"`. Exit status: 2 where something can't be said.
    """
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    names: OutsideNames = outside_names(names_file, compiled.policy) if names_file else {}
    written = assignment_rules(compiled.program, route, kind, names)
    if not isinstance(written, str):
        for each in written:
            help_ = f"; {each.help}" if each.help else ""
            click.echo(visible(f"{each.span}: {each.message}{help_}"), err=True)
        raise CannotRun(f"assignment rules can't say {counted(len(written), 'thing')}", "see above")
    with output(out) as stream:
        stream.write(written.encode())
