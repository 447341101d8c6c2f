"""Leads that come to their end, for the commands that say which end it was."""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.lead_ids import never_routed
from turnout.commands.policies import chosen_route, fit_policy
from turnout.rendering.report import counted
from turnout.runtime.router import Router


def close_leads(
    of: tuple[Path, str | None, Path, int],
    leads: tuple[str, ...],
    *,
    by: str,
    reason: str,
    at: datetime | None,
    converted: bool = False,
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
