"""`turnout touch`: somebody works on a lead, so that its SLA is met."""

from pathlib import Path

import click

from turnout.commands.exits import CannotRun
from turnout.commands.options import STATE, Command, color_option
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.dsl.types import id_field
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.runtime.router import Router


@click.command(
    "touch",
    cls=Command,
    examples=("turnout touch inbound.route L-10017 L-10018 --state inbound.db",),
)
@POLICY
@click.argument("leads", nargs=-1, required=True, metavar="ID...")
@STATE
@WAITING
@ROUTE
@color_option
def command(
    *, policy: Path, leads: tuple[str, ...], state: Path, wait: int, route_name: str | None
) -> None:
    """Mark leads as worked on, so that `turnout escalate` leaves them where they are."""
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    with Router(compiled, route=route, state=state, wait=wait) as router:
        unknown = router.touch(*leads)
    known = len(set(leads) - set(unknown))
    if known:
        click.echo(f"touched {counted(known, 'lead')}")
    if unknown:
        which = ", ".join(visible(lead) for lead in dict.fromkeys(unknown))
        field = id_field(compiled.policy.fields)
        of = "the lead's key in the decisions" if field is None else f"the field `{field.name}`"
        advice = f"ids are case-sensitive; they are {of}"
        raise CannotRun(f"never routed by {route}: {which}", advice)
