"""`turnout diagram`: a policy as a picture."""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.completing import part_names, rule_names
from turnout.commands.diagram_views import Request, pictured
from turnout.commands.drawings import check, told, write
from turnout.commands.exits import CANNOT_RUN, FINDINGS, CannotRun
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, Command, color_option
from turnout.commands.outputs import is_stdout
from turnout.commands.patience import patiently
from turnout.commands.policies import POLICY, ROUTE, chosen_route, errors_of
from turnout.commands.watching import watched
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.compiler.picture.palette import Theme
from turnout.printable import visible
from turnout.project.configuration import configuration_of
from turnout.rendering.diagram import (
    FORMATS,
    TEXTS,
    Drawing,
    drawn,
)
from turnout.rendering.pretty import pretty
from turnout.rendering.screen import columns
from turnout.runtime.records import Manner


@click.command(
    "diagram",
    cls=Command,
    examples=(
        "turnout diagram inbound.route -o picture.svg",
        "turnout diagram inbound.route -o picture.svg --lead lead.json",
        "turnout diagram inbound.route -o picture.svg --sample last-quarter.csv",
        "turnout diagram inbound.route -o emea.mmd --focus EMEA",
        "turnout diagram inbound.route -o picture.svg --check",
        "turnout diagram inbound.route -o picture.svg --watch",
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
    help="Where to draw; the suffix says how (.svg, .mmd, .dot, .png, .pdf). `-` is stdout.",
)
@click.option(
    "--format", "format_name", type=click.Choice(FORMATS), help="Instead of the suffix's format."
)
@click.option(
    "--view",
    type=click.Choice(["tree", "territories", "teams"]),
    default="tree",
    show_default=True,
    help="The way of leads, who covers where, or from where each team gets its leads.",
)
@click.option(
    "--rule",
    metavar="NAME",
    shell_complete=rule_names,
    help="Only this rule and what leads to it.",
)
@click.option(
    "--focus",
    metavar="NAME",
    shell_complete=part_names,
    help="Only the parts with this territory, segment or rule.",
)
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    metavar="N",
    help="Show N levels; what is deeper stays closed.",
)
@click.option("--lead", metavar="FILE", help="Draw the way of the one lead in a file, or of JSON.")
@click.option("--sample", metavar="FILE", help="Draw how many leads of a file go where.")
@click.option("--one-page", is_flag=True, help="Everything on one page, however long.")
@click.option(
    "--theme",
    type=click.Choice(["auto", "light", "dark"]),
    default="auto",
    show_default=True,
    help="Light or dark paper; auto is as the reader's machine has it (SVG), else light.",
)
@click.option(
    "--direction",
    type=click.Choice(["down", "right"]),
    default="down",
    show_default=True,
    help="Where the questions run to; right is for small policies.",
)
@click.option(
    "--source", metavar="URL", help="Where the policy's folder is, for links to its lines."
)
@click.option("--no-commit", is_flag=True, help="Don't say the policy's commit.")
@click.option(
    "--check", "is_check", is_flag=True, help="Write nothing; status 1 if FILE is outdated."
)
@click.option("--watch", is_flag=True, help="Go on, and draw it anew after every change.")
@manner_options
@ROUTE
@AT
@color_option
def command(
    *,
    policy: Path,
    out: Path,
    format_name: str | None,
    view: str,
    rule: str | None,
    focus: str | None,
    depth: int | None,
    lead: str | None,
    sample: str | None,
    one_page: bool,
    theme: Theme,
    direction: str,
    source: str | None,
    no_commit: bool,
    is_check: bool,
    watch: bool,
    manner: Manner,
    route_name: str | None,
    at: datetime | None,
) -> None:
    """Draw a policy for people who never read it.

    A policy of more than some seventy rows is drawn as an overview and a page for each of
    its large parts, in a folder beside FILE. A policy with errors is drawn as far as it can
    be read, its errors in the picture; then the status is 1.

    SVG, Mermaid and DOT need nothing but Python; PNG needs `pip install 'turnout[diagram]'`
    or Graphviz, and PDF Graphviz.
    """
    form = format_name or suffix_format(out)
    if is_check and (is_stdout(out) or form not in TEXTS):
        raise CannotRun(
            "only a file that is text can be compared", f"name one in .{', .'.join(TEXTS)}"
        )
    wanted = Request(
        view,
        rule,
        focus,
        depth,
        lead,
        sample,
        one_page or is_stdout(out),
        at,
        manner,
        direction == "right",
    )
    wanted.refuse_what_excludes_itself()
    if watch and is_check:
        raise click.UsageError("--check and --watch exclude each other")
    if watch and is_stdout(out):
        raise CannotRun("a picture on stdout can't be drawn anew", "name a file")

    def draw() -> None:
        with patiently(f"checking {policy}"):
            compiled = compile_policy(policy, severities=configuration_of(policy).severities)
        route = drawable_route(compiled, route_name, policy)
        pages, heading = pictured(compiled, route, wanted, has_commit=not no_commit)
        drawing = Drawing(form, theme, None if is_stdout(out) else out, policy, source, direction)
        files = told(drawn(pages, heading, drawing), len(pages))
        if is_check:
            check(dict(files), out)
        write(files, out)
        if watch:
            click.echo(f"drew {visible(str(out))}")
        if not compiled.is_fit:
            complain_of(compiled)
            raise click.exceptions.Exit(FINDINGS)

    if watch:
        watched(draw, policy, lead, sample, what="the picture")
    draw()


def suffix_format(out: Path) -> str:
    """Return the format that a file's suffix names; raise CannotRun where it names none."""
    suffix = out.suffix.lower().removeprefix(".")
    if suffix in FORMATS:
        return suffix
    known = ", ".join(f".{each}" for each in FORMATS)
    raise CannotRun(
        f"the name {out} says no format", f"end it in {known}, or name it with --format"
    )


def drawable_route(compiled: Compiled, name: str | None, policy: Path) -> str:
    """Return the route to draw; where a policy can't even say its routes, say why and end."""
    if not compiled.policy.routes and not compiled.is_fit:
        complain_of(compiled)
        is_unread = any(finding.span is None for finding in compiled.findings)
        raise click.exceptions.Exit(CANNOT_RUN if is_unread else FINDINGS)
    return chosen_route(compiled.policy, name, policy)


def complain_of(compiled: Compiled) -> None:
    """Print a policy's errors as `turnout check` does."""
    for text in pretty(errors_of(compiled), columns()):
        click.echo(text, err=True)
