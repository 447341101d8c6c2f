"""`turnout outbox`: who is told of what happened to leads, and what didn't arrive."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from turnout.announcing.rounds import (
    DeliveryRound,
    RoundNotes,
    check_announce,
    run_rounds,
)
from turnout.commands.exits import CannotRun, complain
from turnout.commands.options import TEXT_OR_JSON, Command, CommandGroup, color_option
from turnout.commands.stopping import stopped_by_signals
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import StateParam
from turnout.printable import visible
from turnout.project.configuration import (
    Configuration,
    configuration_in,
    nearest_configuration,
)
from turnout.rendering.jsons import json_text
from turnout.rendering.outbox import attempt_line, attempts_data, rows_data, rows_lines
from turnout.rendering.report import counted
from turnout.runtime.stores.deliveries import DEAD, DONE, GONE, OutboxRow, open_outbox
from turnout.runtime.stores.outbox import DUE
from turnout.runtime.stores.server.locations import Whereabouts

if TYPE_CHECKING:
    from turnout.announcing.couriers import Delivery
    from turnout.project.endpoints import Endpoint
    from turnout.runtime.stores.deliveries import Outbox

STATES = (DUE, DONE, DEAD, GONE)

FILE = click.argument("file", type=StateParam())
CONFIG = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The configuration; without it the nearest one, from the working directory upwards.",
)
ENDPOINT = click.option(
    "--endpoint", "name", metavar="NAME", help="Of this endpoint alone, by its name."
)


@click.group(
    "outbox",
    cls=CommandGroup,
    examples=(
        "turnout outbox deliver inbound.db --watch",
        "turnout outbox list inbound.db --state dead",
        "turnout outbox retry inbound.db --endpoint crm",
    ),
)
def command() -> None:
    """Tell other programs and people what happened to leads.

    Whom, says the configuration: a table `[announce.NAME]` for each endpoint. What happens
    to a lead stands in the state's outbox in the moment it is decided, for each of them,
    until it is delivered.
    """


@command.command(
    "deliver",
    cls=Command,
    examples=(
        "turnout outbox deliver inbound.db",
        "turnout outbox deliver inbound.db --watch --config turnout.toml",
    ),
)
@FILE
@click.option(
    "--watch", is_flag=True, help="Go on until SIGINT (Ctrl-C) or SIGTERM: run it beside others."
)
@CONFIG
@ENDPOINT
@TEXT_OR_JSON
@WAITING
@color_option
def deliver_command(
    *,
    file: Whereabouts,
    watch: bool,
    config: Path | None,
    name: str | None,
    format_name: str,
    wait: int,
) -> None:
    """Deliver what is due, and what failed before, at the latest three days ago.

    Several may do so at once. What was under way when one was stopped is delivered again,
    with the same id. The exit status is 2 where something failed.
    """
    configured = _configured(config)
    endpoints = _chosen(configured, name)
    attempts: list[Delivery] = []
    notes = _notes(attempts, format_name, watch=watch)
    with stopped_by_signals() as stop:
        rounds = [DeliveryRound(file, each, stop, wait, notes) for each in endpoints]
        for each in rounds:  # a wrong secret is told before anything is sent
            each.check()
        run_rounds(rounds, watch=watch)
    _conclude(rounds, attempts, format_name, watch=watch)


def _notes(attempts: "list[Delivery]", format_name: str, *, watch: bool) -> RoundNotes:
    """Return who keeps what was attempted, and shows what failed."""

    def attempted(found: "Sequence[Delivery]") -> None:
        if not watch:
            attempts.extend(found)
        if format_name == "text":
            for line in filter(None, map(attempt_line, found)):
                click.echo(line, err=True)

    return RoundNotes(attempted, lambda failure: complain(failure.message, failure.help))


def _conclude(
    rounds: Sequence[DeliveryRound],
    attempts: "Sequence[Delivery]",
    format_name: str,
    *,
    watch: bool,
) -> None:
    for each in rounds:
        if each.error is not None:
            raise each.error
    if watch:
        return
    order = [each.endpoint.name for each in rounds]
    attempts = sorted(attempts, key=lambda each: order.index(each.row.endpoint))
    if format_name == "json":
        click.echo(json_text(attempts_data(attempts), indent=2))
    else:
        from turnout.announcing.upshots import Delivered  # noqa: PLC0415 - an extra

        delivered = sum(isinstance(each.outcome, Delivered) for each in attempts)
        click.echo(f"delivered {counted(delivered, 'event')}")
    failed = sum(each.row.state != DONE for each in attempts)
    ended = [each.endpoint.name for each in rounds if each.has_ended]
    if ended:
        raise CannotRun(
            f"{', '.join(ended)} wants nothing any more (HTTP 410)",
            "mend or remove the endpoint; `turnout outbox retry` begins again",
        )
    if failed:
        raise CannotRun(
            f"{counted(failed, 'attempt')} failed",
            "run again later, or --watch; `turnout outbox list` shows what waits",
        )


@command.command(
    "list",
    cls=Command,
    examples=(
        "turnout outbox list inbound.db",
        "turnout outbox list inbound.db --state dead --format json",
    ),
)
@FILE
@ENDPOINT
@click.option(
    "--state",
    "states",
    type=click.Choice(STATES),
    multiple=True,
    help="In this state, may be repeated; without it, how many are in which.",
)
@TEXT_OR_JSON
@WAITING
@color_option
def list_command(
    *, file: Whereabouts, name: str | None, states: tuple[str, ...], format_name: str, wait: int
) -> None:
    """Show what is due, done, dead (given up) or gone (not wanted any more).

    A delivery that failed is due again: after five seconds at first, after a day at last.
    After eleven attempts, some three days, it is dead.
    """
    with open_outbox(file, wait=wait) as outbox:
        if not states:
            counts = {
                key: count for key, count in outbox.counts().items() if name in {None, key[0]}
            }
            if format_name == "json":
                click.echo(json_text(rows_data((), counts), indent=2))
                return
            for (endpoint, state), count in counts.items():
                click.echo(f"{visible(endpoint)}  {state:<4}  {count:>7,}")
            if not counts:
                click.echo("the outbox is empty")
            return
        found = _rows(outbox, name, states)
        if format_name == "json":
            click.echo(json_text(rows_data(found), indent=2))
            return
        for row in found:
            for line in rows_lines(row):
                click.echo(line)


@command.command(
    "retry",
    cls=Command,
    examples=(
        "turnout outbox retry inbound.db --endpoint crm",
        "turnout outbox retry inbound.db 41 42",
    ),
)
@FILE
@click.argument("ids", nargs=-1, type=click.IntRange(1, (1 << 63) - 1), metavar="[ID]...")
@ENDPOINT
@WAITING
@color_option
def retry_command(*, file: Whereabouts, ids: tuple[int, ...], name: str | None, wait: int) -> None:
    """Make dead and gone deliveries due again: all of them, or those named by their numbers."""
    with open_outbox(file, wait=wait) as outbox:
        found = {row.id for row in _rows(outbox, name, (DEAD, GONE))}
        wanted = found & set(ids) if ids else found
        odd = sorted(set(ids) - found)
        if odd:
            raise CannotRun(
                f"no dead delivery has the number {odd[0]}",
                "`turnout outbox list --state dead --state gone` shows them; nothing was changed",
            )
        outbox.revive(sorted(wanted), int(datetime.now(UTC).timestamp() * 1_000_000))
    click.echo(f"{counted(len(wanted), 'event')} due again")


@command.command(
    "try",
    cls=Command,
    examples=("turnout outbox try crm", "turnout outbox try crm --config turnout.toml"),
)
@click.argument("name", metavar="ENDPOINT")
@CONFIG
@color_option
def probe_command(*, name: str, config: Path | None) -> None:
    """Send an endpoint an event that didn't happen, to see whether it arrives.

    Its kind is `routed`, its lead `turnout-test`.
    """
    (endpoint,) = _chosen(_configured(config), name)
    from turnout.announcing.adapters import adapter_of  # noqa: PLC0415 - an extra
    from turnout.announcing.tried_event import TRIED, tried_id  # noqa: PLC0415
    from turnout.announcing.upshots import Delivered  # noqa: PLC0415

    began = time.monotonic()
    outcome = adapter_of(endpoint, "test").send(TRIED, tried_id())
    if not isinstance(outcome, Delivered):
        reason = getattr(outcome, "reason", "")
        raise CannotRun(
            f"it did not arrive at {name}: {reason}", "mend the endpoint, and try again"
        )
    click.echo(f"it arrived at {name} in {time.monotonic() - began:.2f} s")


def _rows(outbox: "Outbox", name: str | None, states: Sequence[str]) -> Iterator[OutboxRow]:
    after = 0
    while page := outbox.rows(name, states, after):
        yield from page
        after = page[-1].id


def _configured(config: Path | None) -> Configuration:
    found = nearest_configuration(Path.cwd()) if config is None else configuration_in(config)
    if found.endpoints:
        return found
    where = "there is no configuration" if found.file is None else f"{found.file} names nobody"
    raise CannotRun(
        f"nobody is to be told: {where}", "write a table `[announce.NAME]` into turnout.toml"
    )


def _chosen(configured: Configuration, name: str | None) -> "list[Endpoint]":
    check_announce()
    found = [each for each in configured.endpoints if name in {None, each.name}]
    if not found:
        known = ", ".join(configured.endpoint_names)
        raise CannotRun(f"there is no endpoint {name}", f"there are {known}")
    return found
