"""`turnout back`: somebody who was away or paused is there again."""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.announced import told_endpoints
from turnout.commands.exits import CannotRun
from turnout.commands.leaving import any_route
from turnout.commands.options import Command, color_option, signed
from turnout.commands.policies import POLICY, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import STATE
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import Whereabouts


@click.command("back", cls=Command, examples=("turnout back inbound.route ana --state inbound.db",))
@POLICY
@click.argument("person")
@STATE
@signed
@WAITING
@color_option
def command(
    *,
    policy: Path,
    person: str,
    state: Whereabouts,
    by: str,
    reason: str,
    at: datetime | None,
    wait: int,
) -> None:
    """Say that somebody is there again: what keeps them away by `turnout away` or `pause` ends.

    What was said of later days stays, and so does what the policy says.
    """
    compiled = fit_policy(policy)
    route, told = any_route(compiled.policy), told_endpoints(policy, state)
    with Router(compiled, route=route, state=state, wait=wait, endpoints=told) as router:
        try:
            ended = router.back(person, reason=reason, by=by, at=at)
        except ValueError as error:
            raise CannotRun(visible(str(error)), "nothing was changed") from error
    name = visible(person)
    if not ended:
        click.echo(f"{name} was neither away nor paused")
        return
    click.echo(f"{name} is back; that ends {counted(len(ended), 'absence')}")
