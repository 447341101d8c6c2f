"""`turnout compare`: past leads beside the owners whom another system chose for them."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from turnout.commands.completing import any_files
from turnout.commands.flow import opened
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, Command, color_option
from turnout.commands.policies import POLICY, ROUTE, chosen_route, errors_of, tried_policy
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
from turnout.compiler.compiled import Compiled
from turnout.rendering.compared import ComparisonReport, compared_lines
from turnout.rendering.compared_data import compared_data
from turnout.rendering.compared_html import compared_html
from turnout.rendering.screen import columns
from turnout.runtime.records import Manner
from turnout.runtime.router import Router
from turnout.trials.former_owners import OwnersCount
from turnout.trials.imported_entries import entries_of
from turnout.trials.outside_names import OutsideNames, outside_names
from turnout.trials.simulation import clauses, simulate


@click.command(
    "compare",
    cls=Command,
    examples=(
        "turnout compare inbound.route last-quarter.csv --owner 'Lead Owner'",
        "turnout compare inbound.route leads.csv --owner Owner --arrived Created",
        "turnout compare inbound.route leads.csv --owner Owner -o comparison.html",
    ),
)
@POLICY
@click.argument("leads", shell_complete=any_files)
@click.option(
    "--owner",
    metavar="COLUMN",
    required=True,
    help="Whom the other system gave each lead: a person's name or e-mail address, or a queue.",
)
@click.option(
    "--names",
    "names_file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="What the other system calls queues and people: the table that an import wrote.",
)
@ARRIVED
@OUT
@FORMAT
@manner_options
@ROUTE
@AT
@color_option
def command(
    *,
    policy: Path,
    leads: str,
    owner: str,
    names_file: Path | None,
    arrived: str | None,
    out: Path | None,
    format_name: str,
    route_name: str | None,
    at: datetime | None,
    manner: Manner,
) -> None:
    """Say of past leads whether a policy decides as another system did.

    Each lead goes to whom it has, to others, or it can't be said: it has no owner, or one
    whom the policy doesn't know. Whoever is of the team that a lead goes to might as well
    have got it. Differences are told by rule and by pair with examples, the rules first
    whose leads mostly go to others. Nothing is written but the report.

    A policy is compared, too, whose errors are only about leads, such as a rule that can never
    match: so a freshly imported one can be, before it is mended.

    Exit status: 0, however much differs; 1 for a policy with other errors, 2 where the file
    can't be read.
    """
    asked_once(out, at, arrived)
    compiled = tried_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    names: OutsideNames = outside_names(names_file, compiled.policy) if names_file else {}
    owners = OwnersCount.of(compiled.policy, owner, names)
    with (
        Router(compiled.as_tried(), route=route) as router,
        opened(leads, compiled.policy.fields, manner) as source,
    ):
        check_columns(source, (arrived, owner))
        rows, remarks = timed_leads(source, router, arrived, at)
        found = simulate(router, shown(rows, source, "comparing"), [owners])
        told = ComparisonReport(
            str(policy),
            source.name,
            found,
            owners.result(clauses(router)),
            entries_of(compiled.policy.routes[route]),
            (*_unfit(compiled), *remarks, *source.remarks.sentences()),
        )
    write_report(
        out,
        format_name,
        page=lambda: compared_html(told),
        data=lambda: compared_data(told),
        lines=lambda: compared_lines(told, columns()),
    )


def _unfit(compiled: Compiled) -> Iterator[str]:
    """Yield that a policy has errors, and which."""
    names = dict.fromkeys(each.name for each in errors_of(compiled).findings)
    if names:
        yield f"the policy isn't fit to run: {', '.join(names)}; this is what it says as it stands"
