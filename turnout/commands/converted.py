"""`turnout converted`: leads that became customers."""

from datetime import datetime
from pathlib import Path

import click

from turnout.commands.closing import close_leads
from turnout.commands.options import STATE, Command, color_option, signed
from turnout.commands.policies import POLICY, ROUTE
from turnout.commands.waiting import WAITING


@click.command(
    "converted",
    cls=Command,
    examples=("turnout converted inbound.route L-10017 --by ana --state inbound.db",),
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
    state: Path,
    by: str,
    reason: str,
    at: datetime | None,
    wait: int,
    route_name: str | None,
) -> None:
    """Mark leads as won: they are closed, and the log says that they converted.

    Leads that were closed before are left as they are.
    """
    close_leads(
        (policy, route_name, state, wait), leads, by=by, reason=reason, at=at, converted=True
    )
