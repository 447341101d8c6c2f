"""`turnout claim`: somebody takes the first lead out of a queue."""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.announced import told_endpoints
from turnout.commands.deeds import FORMAT, VERSION
from turnout.commands.exits import CannotRun
from turnout.commands.options import TEXT_OR_JSON, Command, color_option, instant, said_option
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import STATE
from turnout.printable import visible
from turnout.rendering.jsons import json_text
from turnout.rendering.moves import moved_lines
from turnout.rendering.screen import columns
from turnout.runtime.lives import NotAllowedError
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import Whereabouts


@click.command(
    "claim",
    cls=Command,
    examples=("turnout claim inbound.route triage --by ana --state inbound.db",),
)
@POLICY
@click.argument("queue", metavar="QUEUE")
@STATE
@click.option(
    "--by",
    required=True,
    callback=said_option,
    metavar="PERSON",
    help="Who claims it: a person of the policy, by name or e-mail address.",
)
@click.option(
    "--at",
    callback=instant,
    metavar="TIME",
    help="When it happened (ISO 8601; UTC where it has no offset), if not now.",
)
@TEXT_OR_JSON
@WAITING
@ROUTE
@color_option
def command(
    *,
    policy: Path,
    queue: str,
    state: Whereabouts,
    by: str,
    at: datetime | None,
    format_name: str,
    wait: int,
    route_name: str | None,
) -> None:
    """Take the first lead that waits in a queue: that which was decided first.

    Where the queue is declared `by` a field, the one that has most of it. Nobody else gets the
    same lead, whoever claims at that moment.
    """
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    told = told_endpoints(policy, state)
    with Router(compiled, route=route, state=state, wait=wait, endpoints=told) as router:
        try:
            found = router.claim(queue, by, at=at)
        except NotAllowedError as refused:
            raise CannotRun(refused.message, refused.help) from refused
    if format_name == "json":
        leads = [] if found is None else [found.as_dict()]
        whole = {"format": FORMAT, "version": VERSION, "leads": leads, "refused": []}
        click.echo(json_text(whole, indent=2))
        return
    if found is None or found.move is None:
        click.echo(f"no lead waits in queue {visible(queue)}")
        return
    for line in moved_lines([found.move], columns()):
        click.echo(line)
