"""`turnout simulate`: what a policy would do with a file of leads, nothing written."""

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from turnout.commands.completing import any_files, columns_of
from turnout.commands.flow import opened
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, Command, color_option
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.trial_leads import (
    ARRIVED,
    FORMAT,
    OUT,
    asked_once,
    check_columns,
    shown,
    timed_leads,
    write_report,
)
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import StateParam
from turnout.compiler.compiled import Compiled
from turnout.rendering.screen import columns
from turnout.rendering.simulated import SimulationReport, simulated_lines
from turnout.rendering.simulated_data import simulated_data
from turnout.rendering.simulated_html import simulated_html
from turnout.runtime.records import Manner
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import copied
from turnout.runtime.stores.server.locations import Whereabouts
from turnout.trials.former_owners import OwnersCount
from turnout.trials.simulation import clauses, simulate
from turnout.trials.two_policies import AgainstCount


@click.command(
    "simulate",
    cls=Command,
    examples=(
        "turnout simulate inbound.route last-quarter.csv",
        "turnout simulate inbound.route last-quarter.csv --arrived 'Created Date'",
        "turnout simulate new.route leads.csv --against old.route -o simulation.html",
        "turnout simulate inbound.route leads.csv --owner-column 'Owner Email'",
    ),
)
@POLICY
@click.argument("leads", shell_complete=any_files)
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="OTHER",
    help="Decide the leads by this policy, too, and say which would go elsewhere.",
)
@click.option(
    "--owner-column",
    "owner",
    metavar="COLUMN",
    shell_complete=columns_of("leads"),
    help="Who has the leads now: say which would go to others.",
)
@ARRIVED
@click.option(
    "--state",
    type=StateParam(exists=True),
    metavar="FILE",
    help="Begin with a copy of this state, a file or postgresql://...: its turns, open leads, caps "
    "and earlier leads.",
)
@OUT
@FORMAT
@WAITING
@manner_options
@ROUTE
@AT
@color_option
def command(
    *,
    policy: Path,
    leads: str,
    against: Path | None,
    owner: str | None,
    arrived: str | None,
    state: Whereabouts | None,
    out: Path | None,
    format_name: str,
    wait: int,
    route_name: str | None,
    at: datetime | None,
    manner: Manner,
) -> None:
    """Say what a policy would do with a file of leads.

    Nothing is written but the report: leads by rule, target and person, how fairly turns
    fall, what falls to fallbacks, and values that could not be used. LEADS is as for
    `turnout route`. SLAs move nothing here: nobody touches these leads.
    """
    asked_once(out, at, arrived)
    compiled = fit_policy(policy)
    other = None if against is None else fit_policy(against)
    with ExitStack() as stack:
        route = chosen_route(compiled.policy, route_name, policy)
        router = stack.enter_context(_router(compiled, route, state, wait, stack))
        owners = None if owner is None else OwnersCount.of(compiled.policy, owner)
        versus = None
        if other is not None and against is not None:
            same = route if route in other.policy.routes else route_name
            former = chosen_route(other.policy, same, against)
            rival = stack.enter_context(_router(other, former, state, wait, stack))
            versus = AgainstCount(rival, str(against))
        source = stack.enter_context(opened(leads, compiled.policy.fields, manner))
        check_columns(source, (arrived, owner))
        rows, remarks = timed_leads(source, router, arrived, at)
        watch = [each for each in (owners, versus) if each is not None]
        found = simulate(router, shown(rows, source, "simulating"), watch)
        told = SimulationReport(
            str(policy),
            source.name,
            found,
            (*remarks, *source.remarks.sentences()),
            None if versus is None else versus.result(),
            None if owners is None else owners.result(clauses(router)),
        )
    write_report(
        out,
        format_name,
        page=lambda: simulated_html(told),
        data=lambda: simulated_data(told),
        lines=lambda: simulated_lines(told, columns()),
    )


def _router(
    compiled: Compiled, route: str, state: Whereabouts | None, wait: int, stack: ExitStack
) -> Router:
    """Return a router whose state is thrown away: level, or a copy of one that there is."""
    if state is None:
        return Router(compiled, route=route)
    folder = Path(stack.enter_context(TemporaryDirectory(prefix="turnout-")))
    copied(state, folder / "copy.db", wait=wait)
    return Router(compiled, route=route, state=folder / "copy.db")
