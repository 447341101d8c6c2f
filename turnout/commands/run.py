"""`turnout run`: everything that a policy and a file of leads give, in one folder."""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.completing import any_files
from turnout.commands.drawings import write as write_pages
from turnout.commands.flow import route_leads
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, Command, color_option
from turnout.commands.outputs import replacing
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.compiler.compiled import Compiled
from turnout.printable import visible
from turnout.rendering.diagram import Drawing, drawn
from turnout.rendering.report import Report, counted
from turnout.rendering.screen import Ink, columns, paint
from turnout.rendering.trees import headed, tree_of, tree_text, whole_picture
from turnout.runtime.records import Manner
from turnout.runtime.router import Router

WHAT = {
    "decisions.csv": "a decision for each lead, for spreadsheets",
    "decisions.jsonl": "the same for programs",
    "tree.svg": "the decision tree as a picture",
    "tree.dot": "the same for Graphviz",
    "tree.json": "the decision tree for programs",
    "state.db": "turns and decisions; the next run goes on from here",
}
"""The files that a run leaves, in the order in which it lists them."""


@click.command("run", cls=Command, examples=("turnout run inbound.route leads.csv --out results",))
@POLICY
@click.argument("leads", shell_complete=any_files)
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="FOLDER",
    help="Where the results go; made where there is none.",
)
@WAITING
@manner_options
@ROUTE
@AT
@color_option
def command(
    *,
    policy: Path,
    leads: str,
    folder: Path,
    wait: int,
    route_name: str | None,
    at: datetime | None,
    manner: Manner,
) -> None:
    """Check, compile, draw and route in one go.

    FOLDER then holds the decisions (decisions.csv, decisions.jsonl), the decision tree
    (tree.svg, tree.dot, tree.json) and the state (state.db). The state is kept: a second
    run gives every lead the decision that it already has.
    """
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    step("checked", f"{policy}: {summary(compiled)}")
    folder.mkdir(parents=True, exist_ok=True)
    tree = tree_of(compiled, route)
    write(folder / "tree.json", tree_text(compiled, tree))
    step("compiled", f"route {route}: a decision tree of {counted(tree.questions, 'question')}")
    draw(compiled, route, folder, policy)
    step("drew", "the tree as a picture")
    outs: dict[Path | None, str] = {folder / f"decisions.{each}": each for each in ("csv", "jsonl")}
    with Router(compiled, route=route, state=folder / "state.db", wait=wait) as router:
        tally = route_leads(router, leads, outs, at, manner)
    for line in tally.lines(columns()):
        click.echo(line)
    click.echo(f"{paint('results', Ink.STRONG)} in {visible(str(folder))}")
    for name, what in WHAT.items():
        if (folder / name).exists():
            click.echo(f"  {name:<15}  {what}")


def draw(compiled: Compiled, route: str, folder: Path, policy: Path) -> None:
    """Draw the tree: as pages where it is long, and as the source of one."""
    for form in ("svg", "dot"):
        shown = whole_picture(compiled, route, is_one_page=form == "dot")
        pages, heading = headed(compiled, route, shown, has_commit=True)
        out = folder / f"tree.{form}"
        write_pages(drawn(pages, heading, Drawing(form, "auto", out, policy)), out)


def summary(compiled: Compiled) -> str:
    """Return what the check of a fit policy came to, in a few words."""
    files = tuple(source.name for source in compiled.sources)
    text = Report(compiled.findings, files).summary
    return f"{text} (see `turnout check`)" if compiled.findings else text


def step(word: str, what: str) -> None:
    """Say that a step is done."""
    click.echo(f"{paint(word, Ink.STRONG)} {visible(what)}")


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with replacing(path) as stream:
        stream.write(content)
