"""`turnout sla`: leads whose time is up go on, once or as long as the command runs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event

import click

from turnout.commands.announced import told_endpoints
from turnout.commands.exits import complain
from turnout.commands.options import AT, TEXT_OR_JSON, Command, color_option
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.stopping import stopped_by_signals
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import STATE
from turnout.rendering.jsons import json_text
from turnout.rendering.moves import moves_data, moves_text
from turnout.rendering.screen import columns
from turnout.runtime.clock import this_moment
from turnout.runtime.moves import Move
from turnout.runtime.router import Router
from turnout.runtime.stores import StateError
from turnout.runtime.stores.server.locations import Whereabouts

LONGEST_PAUSE = 30.0
"""Seconds after which the state is asked again, since others route leads meanwhile."""

SHORTEST_PAUSE = 0.5
"""Seconds between two looks at the state, however soon the next lead is due."""

Show = Callable[[tuple[Move, ...]], None]


@click.command(
    "sla",
    cls=Command,
    examples=(
        "turnout sla inbound.route --state inbound.db",
        "turnout sla inbound.route --state inbound.db --watch",
        "turnout sla inbound.route --state inbound.db --format json",
    ),
)
@POLICY
@STATE
@click.option(
    "--watch",
    is_flag=True,
    help="Go on: sleep until the next lead is due, until SIGINT (Ctrl-C) or SIGTERM.",
)
@TEXT_OR_JSON
@WAITING
@ROUTE
@AT
@color_option
def command(
    *,
    policy: Path,
    state: Whereabouts,
    watch: bool,
    format_name: str,
    wait: int,
    route_name: str | None,
    at: datetime | None,
) -> None:
    """Move leads that nobody touched in time to where their rule's SLA says.

    Run it every few minutes, or with --watch once. Whoever missed a lead is left out; after
    five moves the route's fallback has it. Repeated for the same moment it changes nothing.
    Of several runs that share a state one works at a time.
    """
    if watch and at is not None:
        raise click.UsageError("--watch goes by the clock: it takes no --at")
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    told = told_endpoints(policy, state)
    with Router(compiled, route=route, state=state, wait=wait, endpoints=told) as router:
        if not watch:
            _show(format_name)(router.escalate(at=at))
            return
        show = _show(format_name)
        with stopped_by_signals() as stop:
            go_on(router, lambda moves: show(moves) if moves else None, stop)


def _show(format_name: str) -> Show:
    """Return what prints moves; a list of them is one document of JSON."""

    def show(moves: tuple[Move, ...]) -> None:
        if format_name == "json":
            click.echo(json_text(moves_data(moves), indent=2))
            return
        for line in moves_text(moves, columns()):
            click.echo(line)

    return show


def go_on(router: Router, show: Show, stop: Event) -> None:
    """Move what is due until somebody says stop: between two batches, or while it waits.

    A state that can't be used for a while is complained of, and asked again.
    """
    while not stop.is_set():
        pause = LONGEST_PAUSE
        try:
            for moves in router.escalations():
                show(moves)
                if stop.is_set():
                    return
            pause = pause_until(router.next_due(), this_moment())
        except StateError as failure:
            complain(failure.message, failure.help)
        stop.wait(pause)


def pause_until(due: datetime | None, now: datetime) -> float:
    """Return for how many seconds to sleep; a lead that is overdue still can't be moved yet."""
    if due is None or due <= now:
        return LONGEST_PAUSE
    return min(max((due - now).total_seconds(), SHORTEST_PAUSE), LONGEST_PAUSE)
