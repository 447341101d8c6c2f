"""`turnout close` and `turnout converted`: leads that come to their end.

Two commands and not an option of one, since each is what people say of a lead.
"""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.lead_ids import never_routed
from turnout.commands.options import Command, color_option, signed
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import STATE
from turnout.rendering.report import counted
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import Whereabouts


def closing(name: str, told: str, *, converted: bool) -> Command:
    """Return the command that closes leads. told: what it does. converted: they were won."""

    @click.command(
        name,
        cls=Command,
        help=f"{told}\n\nLeads that were closed before are left as they are.",
        examples=(f"turnout {name} inbound.route L-10017 --by ana --state inbound.db",),
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
        of = policy, route_name, state, wait
        _close(of, leads, by=by, reason=reason, at=at, converted=converted)

    return command


def _close(
    of: tuple[Path, str | None, Whereabouts, int],
    leads: tuple[str, ...],
    *,
    by: str,
    reason: str,
    at: datetime | None,
    converted: bool,
) -> None:
    """Close leads and print how many there were. of: policy, route, state, seconds to wait.

    Raises CannotRun where some were never routed; the others are closed all the same.
    """
    policy, route_name, state, wait = of
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    with Router(compiled, route=route, state=state, wait=wait) as router:
        unknown = [lead for lead in leads if not router.history(lead, 1)]
        closed = sum(
            router.close_lead(lead, by=by, reason=reason, at=at, converted=converted)
            for lead in dict.fromkeys(leads)
        )
    what = "converted" if converted else "closed"
    known = len(set(leads) - set(unknown))
    if known:
        rest = known - closed
        before = f", {rest} closed before" if rest else ""
        click.echo(f"{what} {counted(closed, 'lead')}{before}")
    if unknown:
        raise never_routed(unknown, route, compiled.policy)
