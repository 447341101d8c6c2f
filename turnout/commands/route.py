"""`turnout route`: a file of leads in, a file of decisions out."""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.announced import told_endpoints
from turnout.commands.completing import any_files
from turnout.commands.flow import route_leads, suffix_format
from turnout.commands.kept_policies import NO_CACHE_OPTION, read_policy
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, Command, color_option
from turnout.commands.policies import POLICY, ROUTE
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import StateParam
from turnout.rendering.decisions import DECISION_FORMATS
from turnout.rendering.screen import columns
from turnout.runtime.records import Manner
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import Whereabouts


@click.command(
    "route",
    cls=Command,
    examples=(
        "turnout route inbound.route leads.csv -o decisions.csv",
        "turnout route inbound.route leads.csv -o decisions.csv --state inbound.db",
        "crm-export | turnout route inbound.route - | jq -r .assignee",
    ),
)
@POLICY
@click.argument("leads", shell_complete=any_files)
@click.option(
    "--state",
    type=StateParam(),
    metavar="FILE",
    help="Keep turns, open leads and decisions here, in a file or at postgresql://..., and go on "
    "where the last run stopped.",
)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Where to write; the suffix says how (.csv, .jsonl, .json). Without it, or with `-`, "
    "stdout as JSON lines.",
)
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(DECISION_FORMATS)),
    help="Instead of the suffix's format.",
)
@WAITING
@manner_options
@ROUTE
@AT
@NO_CACHE_OPTION
@color_option
def command(
    *,
    policy: Path,
    leads: str,
    state: Whereabouts | None,
    out: Path | None,
    format_name: str | None,
    wait: int,
    route_name: str | None,
    at: datetime | None,
    manner: Manner,
    is_kept: bool,
) -> None:
    """Decide where leads go.

    LEADS is a file (CSV, JSON lines, JSON, Excel, Parquet), `-` for stdin, or leads as
    JSON. Every lead gets a decision, in order; a summary is printed on stderr. FILE gets
    its name only when it is complete.

    With --state a lead that was routed before gets the decision it already has, and a run
    that was stopped can be repeated. Without it every run starts level.
    """
    outs = {out: format_name or suffix_format(out)}
    read = read_policy(policy, route_name, is_kept=is_kept)
    told, plan = told_endpoints(policy, state), read.plan
    with Router(
        read.compiled, route=plan.route, state=state, wait=wait, plan=plan, endpoints=told
    ) as router:
        tally = route_leads(router, leads, outs, at, manner)
    for line in tally.lines(columns()):
        click.echo(line, err=True)
