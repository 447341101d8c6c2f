"""`turnout touch`: somebody works on a lead, so that its SLA is met."""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.announced import told_endpoints
from turnout.commands.lead_ids import never_routed
from turnout.commands.options import Command, color_option, signed
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import STATE
from turnout.rendering.report import counted
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import Whereabouts


@click.command(
    "touch",
    cls=Command,
    examples=("turnout touch inbound.route L-10017 L-10018 --state inbound.db",),
)
@POLICY
@click.argument("leads", nargs=-1, required=True, metavar="ID...")
@STATE
@signed
@WAITING
@ROUTE
@color_option
def command(
    *,
    policy: Path,
    leads: tuple[str, ...],
    state: Whereabouts,
    by: str,
    reason: str,
    at: datetime | None,
    wait: int,
    route_name: str | None,
) -> None:
    """Mark leads as worked on, so that `turnout sla` leaves them where they are."""
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    told = told_endpoints(policy, state)
    with Router(compiled, route=route, state=state, wait=wait, endpoints=told) as router:
        unknown = router.touch(*leads, by=by, reason=reason, at=at)
    known = len(set(leads) - set(unknown))
    if known:
        click.echo(f"touched {counted(known, 'lead')}")
    if unknown:
        raise never_routed(unknown, route, compiled.policy)
