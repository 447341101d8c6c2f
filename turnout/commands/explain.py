"""`turnout explain`: the way of one lead through a policy."""

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from turnout.commands.completing import policy_files
from turnout.commands.exits import CannotRun
from turnout.commands.flow import opened
from turnout.commands.kept_policies import NO_CACHE_OPTION, read_policy
from turnout.commands.lead_ids import SeenIds
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, TEXT_OR_JSON, Command, color_option
from turnout.commands.policies import ROUTE
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import StateParam
from turnout.printable import visible
from turnout.rendering.explanation import explanation_data, explanation_text
from turnout.rendering.jsons import json_text
from turnout.rendering.log import history_text
from turnout.rendering.screen import columns
from turnout.runtime.events import Event, Sought
from turnout.runtime.keys import id_reader
from turnout.runtime.leads import lead_reader
from turnout.runtime.records import Manner, Record, Records
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import open_known
from turnout.runtime.stores.server.locations import Whereabouts


@click.command(
    "explain",
    cls=Command,
    examples=(
        "turnout explain inbound.route leads.csv --id L-10017",
        """turnout explain inbound.route '{"country": "Germany", "employees": 5000}'""",
        "turnout explain inbound.route lead.json --format json",
        "turnout explain --id L-10017 --state inbound.db",
    ),
)
@click.argument(
    "policy", type=click.Path(path_type=Path), shell_complete=policy_files, required=False
)
@click.argument("lead", required=False)
@click.option("--id", "--lead-id", "lead_id", metavar="ID", help="Which lead of the file.")
@click.option("--row", type=click.IntRange(min=1), metavar="N", help="Which row of the file.")
@TEXT_OR_JSON
@click.option(
    "--state",
    type=StateParam(exists=True),
    metavar="FILE",
    help="Whose turn it is, and what was decided before, in a file or at postgresql://...; else "
    "everyone is level.",
)
@WAITING
@manner_options
@ROUTE
@AT
@NO_CACHE_OPTION
@color_option
def command(
    *,
    policy: Path | None,
    lead: str | None,
    lead_id: str | None,
    row: int | None,
    format_name: str,
    state: Whereabouts | None,
    wait: int,
    route_name: str | None,
    at: datetime | None,
    manner: Manner,
    is_kept: bool,
) -> None:
    """Say why one lead goes where it goes.

    LEAD is a JSON object, a file with a lead, or `-` for stdin; of a file with several
    leads, --id or --row names one. Printed are the target and the conditions that held,
    the lead as the policy sees it, what could not be used of it, and for each rule asked
    before, the part of its condition that turned the lead away.

    Without LEAD, --id and --state say what happened to that lead then: each event of the
    state's log, with all that is known of it. That needs no POLICY; with one, the id is read as
    the policy reads ids.

    Nothing is drawn and nothing recorded.
    """
    if lead is None:
        if lead_id is None or state is None:
            missing = "POLICY' and 'LEAD" if policy is None else "LEAD"
            raise click.UsageError(f"Missing argument '{missing}', or --id and --state")
        with closing(open_known(state, wait=wait)) as store, store.read() as snapshot:
            lead_key = _lead_key(policy, route_name, lead_id, is_kept=is_kept)
            events = snapshot.history(lead_key, sought=Sought(route=route_name))
        _print_history(lead_id, events, format_name)
        return
    assert policy is not None, "what stands first is the policy"
    read = read_policy(policy, route_name, is_kept=is_kept)
    with Router(
        read.compiled, route=read.plan.route, state=state, wait=wait, plan=read.plan
    ) as router:
        explanation = router.explain(raw_lead(lead, router, manner, lead_id, row), at=at)
    if format_name == "json":
        click.echo(json_text(explanation_data(explanation), indent=2))
        return
    for line in explanation_text(explanation, columns(), has_state=state is not None):
        click.echo(line)


def _lead_key(policy: Path | None, route_name: str | None, lead_id: str, *, is_kept: bool) -> str:
    """Return what a lead is known by: its id as the policy reads it, or as it is written."""
    if policy is None:
        return lead_id
    read = read_policy(policy, route_name, is_kept=is_kept)
    return id_reader(read.compiled.policy.fields)(lead_id, None) or lead_id


def _print_history(lead: str, events: Sequence[Event], format_name: str) -> None:
    """Print what happened to a lead. Raises CannotRun."""
    if not events:
        raise CannotRun(f"nothing happened to a lead {visible(lead)}", "ids are case-sensitive")
    if format_name == "json":
        click.echo(json_text([event.as_dict() for event in events], indent=2))
        return
    for line in history_text(events, columns()):
        click.echo(line)


def raw_lead(
    lead: str, router: Router, manner: Manner, lead_id: str | None, row: int | None
) -> Record:
    """Return the lead as it arrives. Raises CannotRun and LeadsError."""
    with opened(lead, router.compiled.policy.fields, manner) as source:
        record = _record(source, router, lead_id, row)
    if record.complaint is not None:
        advice = "such a row goes to the route's fallback"
        raise CannotRun(f"row {record.row} can't be read: {record.complaint}", advice)
    return record


def _record(source: Records, router: Router, lead_id: str | None, row: int | None) -> Record:
    """Return the record asked for, or the only one."""
    read = lead_reader(router.compiled.policy.fields)
    first: Record | None = None
    seen = SeenIds()
    for record in source:
        if lead_id is not None:
            found = read(record.raw, record.row)
            seen.add(found.id)
            if found.key != router.key(lead_id):
                continue
        if row is not None and record.row != row:
            continue
        if lead_id is not None or row is not None:
            return record
        if first is not None:
            raise CannotRun("there are several leads", "choose one with --id or --row")
        first = record
    if first is None and lead_id is not None:
        raise CannotRun(f"there is no lead {visible(lead_id)}", seen.advice(lead_id))
    if first is None:
        raise CannotRun(f"there is no row {row}" if row else "there is no lead")
    return first
