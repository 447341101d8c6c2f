"""`turnout escalate`: leads that nobody touched in time go on."""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.options import AT, Command, color_option
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import STATE
from turnout.rendering.jsons import json_text
from turnout.rendering.moves import moves_data, moves_text
from turnout.rendering.screen import columns
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import Whereabouts


@click.command(
    "escalate",
    cls=Command,
    examples=(
        "turnout escalate inbound.route --state inbound.db",
        "turnout escalate inbound.route --state inbound.db --format json",
    ),
)
@POLICY
@STATE
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
@WAITING
@ROUTE
@AT
@color_option
def command(
    *,
    policy: Path,
    state: Whereabouts,
    format_name: str,
    wait: int,
    route_name: str | None,
    at: datetime | None,
) -> None:
    """Move leads that nobody touched in time to where their rule's SLA says.

    Run it every few minutes. Whoever missed a lead is left out; after five moves the
    route's fallback has it. Repeated for the same moment it changes nothing.
    """
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    with Router(compiled, route=route, state=state, wait=wait) as router:
        moves = router.escalate(at=at)
    if format_name == "json":
        click.echo(json_text(moves_data(moves), indent=2))
        return
    for line in moves_text(moves, columns()):
        click.echo(line)
