"""`turnout replay`: the leads of a log, routed again by a policy."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from turnout.commands.kept_policies import NO_CACHE_OPTION, read_policy
from turnout.commands.options import TEXT_OR_JSON, Command, color_option, instant
from turnout.commands.policies import POLICY, ROUTE
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import StateParam
from turnout.rendering.drift import drift_data, drift_text
from turnout.rendering.jsons import json_text
from turnout.runtime.drift import drift
from turnout.runtime.events import Event, Sought
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import AnyStore, open_known
from turnout.runtime.stores.server.locations import Whereabouts


@click.command(
    "replay",
    cls=Command,
    examples=(
        "turnout replay inbound.route --state inbound.db",
        "turnout replay draft.route --state inbound.db --since 2026-11-01 --format json",
    ),
)
@POLICY
@click.option(
    "--state",
    type=StateParam(exists=True),
    metavar="FILE",
    required=True,
    help="Whose log it is: a file, or postgresql://...",
)
@click.option("--since", callback=instant, metavar="TIME", help="Leads routed from then on.")
@click.option("--until", callback=instant, metavar="TIME", help="Leads routed before then.")
@TEXT_OR_JSON
@WAITING
@ROUTE
@NO_CACHE_OPTION
@color_option
def command(
    *,
    policy: Path,
    state: Whereabouts,
    since: datetime | None,
    until: datetime | None,
    format_name: str,
    wait: int,
    route_name: str | None,
    is_kept: bool,
) -> None:
    """Route the leads of a log by a policy, and say which would go elsewhere.

    Each lead comes with the values that were logged of it (`log fields` in the policy), at the
    moment at which it was routed, and into an empty state. Rules and targets are compared, not
    people. The state is only read.
    """
    read = read_policy(policy, route_name, is_kept=is_kept)
    fields = read.compiled.policy.fields
    asked = {column.field for column in read.plan.columns} & fields.keys()
    sought = Sought("routed", read.plan.route, since=since, until=until)
    with (
        closing(open_known(state, wait=wait)) as store,
        Router(read.compiled, route=read.plan.route, plan=read.plan) as router,
    ):
        found = drift(_events(store, sought), router, asked)
    if format_name == "json":
        click.echo(json_text(drift_data(found), indent=2))
        return
    for line in drift_text(found):
        click.echo(line)


def _events(store: AnyStore, sought: Sought) -> Iterator[Event]:
    after = 0
    while True:
        with store.read() as snapshot:
            page = snapshot.events(after, sought=sought)
        if not page:
            return
        yield from page
        after = page[-1].number
