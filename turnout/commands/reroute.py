"""`turnout reroute`: leads are decided anew, whoever has them, and the log says why."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import click

from turnout.commands.announced import told_endpoints
from turnout.commands.completing import any_files, columns_of
from turnout.commands.exits import CannotRun
from turnout.commands.flow import opened
from turnout.commands.lead_ids import SeenIds
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, BY, TEXT_OR_JSON, Command, color_option, said_option
from turnout.commands.planning_moves import MOST_MOVES, MovesAsked, plan_moves
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import StateParam
from turnout.printable import visible
from turnout.rendering.jsons import json_text
from turnout.rendering.moves import anew_text, moves_data
from turnout.rendering.screen import columns
from turnout.runtime.fit import UnroutedError
from turnout.runtime.leads import lead_reader
from turnout.runtime.records import Manner, Record, Records
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import Whereabouts

MOST_LEADS = 100_000
"""Leads that are routed anew by one command: all are read before the first is decided."""

_MOST_NAMED = 5


def _reason(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Return the reason, a usage error where it says nothing or too much."""
    if value is None:
        return None
    if not value.strip():
        raise click.BadParameter("it is empty; the log has to say why")
    return said_option(ctx, parameter, value)


@click.command(
    "reroute",
    cls=Command,
    examples=(
        "turnout reroute inbound.route new.csv --id L-17 --reason 'ill' --state in.db",
        "turnout reroute inbound.route ana.csv --all --reason 'Ana left' --state in.db",
        "turnout reroute new.route leads.csv --plan-moves moves --owner-column Owner",
    ),
)
@POLICY
@click.argument("leads", shell_complete=any_files)
@click.option(
    "--id", "ids", multiple=True, metavar="ID", help="Which lead of the file; may be repeated."
)
@click.option("--all", "takes_all", is_flag=True, help="Every lead of the file.")
@click.option(
    "--reason",
    callback=_reason,
    metavar="TEXT",
    help="Why, for the log; required but with --plan-moves.",
)
@BY
@click.option(
    "--state",
    type=StateParam(exists=True),
    metavar="FILE",
    help="The state that the leads were routed with: a file, or postgresql://...; required but "
    "with --plan-moves.",
)
@click.option(
    "--plan-moves",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write there which leads would change hands, in batches for an update; nothing is moved.",
)
@click.option(
    "--owner-column",
    "owner",
    metavar="COLUMN",
    shell_complete=columns_of("leads"),
    help="With --plan-moves: who has the leads today.",
)
@click.option(
    "--names",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="With --plan-moves: what owners are called there, the table that an import wrote.",
)
@click.option(
    "--batch",
    type=click.IntRange(1, 10_000_000),
    metavar="N",
    help=f"With --plan-moves: moves of a batch, {MOST_MOVES:,} without it.",
)
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    metavar="N",
    help="With --plan-moves: processes that look at leads; one for each core of a large file.",
)
@TEXT_OR_JSON
@WAITING
@manner_options
@ROUTE
@AT
@color_option
def command(
    *,
    policy: Path,
    leads: str,
    ids: tuple[str, ...],
    takes_all: bool,
    reason: str | None,
    by: str,
    state: Whereabouts | None,
    folder: Path | None,
    owner: str | None,
    names: Path | None,
    batch: int | None,
    processes: int | None,
    format_name: str,
    wait: int,
    route_name: str | None,
    at: datetime | None,
    manner: Manner,
) -> None:
    """Decide leads anew, as they now are and whoever has them.

    LEADS is a JSON object, a file of leads, or `-` for stdin; of a file with several
    leads, --id names some and --all takes each. They are decided as if they were new; who
    had them and who has them now is logged with the reason. Of two rows with one id, the
    first counts.

    All leads or none: where one isn't in the file or was never routed, nothing is moved.

    With --plan-moves nothing is moved and no state is read: of every lead of the file it is
    said who would get it instead of the owner whom it has today. A run that was stopped goes
    on where it was.
    """
    moving = {"--id": ids, "--all": takes_all, "--reason": reason, "--by": by, "--state": state}
    planning = {
        "--owner-column": owner,
        "--names": names,
        "--batch": batch,
        "--processes": processes,
    }
    if folder is not None:
        if odd := [name for name, value in moving.items() if value]:
            raise click.UsageError(f"{odd[0]} is for moving leads, and --plan-moves moves none")
        compiled = fit_policy(policy)
        route = chosen_route(compiled.policy, route_name, policy)
        asked = MovesAsked(
            leads, folder, owner, names, batch or MOST_MOVES, at, processes, manner, format_name
        )
        plan_moves(compiled, route, asked)
        return
    if odd := [name for name, value in planning.items() if value is not None]:
        raise click.UsageError(f"{odd[0]} is for planning moves: --plan-moves FOLDER")
    if reason is None or state is None:
        raise click.UsageError(f"Missing option '{'--reason' if reason is None else '--state'}'.")
    if ids and takes_all:
        raise click.UsageError("--id and --all exclude each other")
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    told = told_endpoints(policy, state)
    with Router(compiled, route=route, state=state, wait=wait, endpoints=told) as router:
        chosen = _chosen(leads, router, manner, ids, takes_all=takes_all)
        try:
            moves = router.reroute_all(chosen, reason, at=at, by=by)
        except UnroutedError as unrouted:
            advice = "`turnout route` routes them; nothing was moved"
            named = _named(unrouted.leads)
            raise CannotRun(f"never routed by {route}: {named}", advice) from unrouted
    if format_name == "json":
        click.echo(json_text(moves_data(moves), indent=2))
        return
    for line in anew_text(moves, columns()):
        click.echo(line)


def _chosen(
    leads: str, router: Router, manner: Manner, ids: tuple[str, ...], *, takes_all: bool
) -> list[Record]:
    """Return the records asked for. Raises CannotRun and LeadsError.

    All are read before the first is decided, so that the state is not locked meanwhile.
    """
    with opened(leads, router.compiled.policy.fields, manner) as source:
        records = _with_ids(source, router, ids) if ids else _few(source, takes_all=takes_all)
    if not records:
        raise CannotRun("there is no lead")
    return records


def _with_ids(source: Iterable[Record], router: Router, ids: tuple[str, ...]) -> list[Record]:
    """Return the first record with each of the ids."""
    read = lead_reader(router.compiled.policy.fields)
    wanted = dict.fromkeys(map(router.key, ids))
    chosen: dict[str, Record] = {}
    seen = SeenIds()
    for record in source:
        found = read(record.raw, record.row)
        seen.add(found.id)
        if found.key in wanted:
            chosen.setdefault(found.key, record)
    if absent := [each for each in wanted if each not in chosen]:
        advice = f"{seen.advice(absent[0])} Nothing was moved."
        raise CannotRun(f"there is no lead {_named(absent)}", advice)
    return list(chosen.values())


def _few(source: Records, *, takes_all: bool) -> list[Record]:
    """Return the records, as many as one command may hold."""
    records: list[Record] = []
    for record in source:
        if records and not takes_all:
            raise CannotRun("there are several leads", "name some with --id, or take --all")
        if len(records) >= MOST_LEADS:
            raise CannotRun(f"there are more than {MOST_LEADS:,} leads", "split the file")
        records.append(record)
    return records


def _named(leads: Sequence[str]) -> str:
    """Return the first few of some ids, and how many more there are."""
    named = ", ".join(visible(lead) for lead in leads[:_MOST_NAMED])
    more = len(leads) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
