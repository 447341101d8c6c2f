"""`turnout report`: what the log of a state says in numbers."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import click

from turnout.commands.completing import policy_files
from turnout.commands.exits import FINDINGS, CannotRun
from turnout.commands.options import Command, color_option, format_option, instant
from turnout.commands.outputs import is_stdout, output
from turnout.commands.policies import fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import STATE
from turnout.compiler.compiled_policy import Compiled
from turnout.project.configuration import configuration_of, nearest_configuration
from turnout.rendering.jsons import json_text
from turnout.rendering.measures.measured_data import measured_csv, measured_data
from turnout.rendering.measures.measured_page import report_page
from turnout.rendering.measures.measured_text import alert_lines, measured_text
from turnout.rendering.screen import columns
from turnout.reporting.alerts import raise_alerts
from turnout.reporting.asked import BY, INVALID, AskedReport, ReportBy
from turnout.reporting.fact_index import IndexManner
from turnout.reporting.report import LeadReport, lead_report
from turnout.runtime.stores import Signature
from turnout.runtime.stores.anywhere import open_known, open_state
from turnout.runtime.stores.server.locations import Whereabouts


@click.command(
    "report",
    cls=Command,
    examples=(
        "turnout report inbound.route --state inbound.db",
        "turnout report --state inbound.db --since 2026-11-01 --by source",
        "turnout report inbound.route --state inbound.db --format html -o report.html",
    ),
)
@click.argument(
    "policy", type=click.Path(path_type=Path), required=False, shell_complete=policy_files
)
@STATE
@click.option("--since", callback=instant, metavar="TIME", help="Leads that arrived from then on.")
@click.option("--until", callback=instant, metavar="TIME", help="Leads that arrived before then.")
@click.option(
    "--by",
    "by",
    type=click.Choice(BY),
    default="day",
    show_default=True,
    help="Break the measures of leads down.",
)
@click.option("--route", metavar="NAME", help="On this route only.")
@click.option(
    "--at",
    callback=instant,
    metavar="TIME",
    help="As of when ages, loads and missed SLAs are told, if not now (ISO 8601; UTC).",
)
@format_option("text", "json", "html", "csv", help="For people, or for programs.")
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Where to write; without it, or with `-`, stdout.",
)
@click.option(
    "--alerts",
    "is_alerting",
    is_flag=True,
    help="Hold the thresholds of the configuration, and log what crosses one; 1 where one is.",
)
@WAITING
@color_option
def command(
    *,
    policy: Path | None,
    state: Whereabouts,
    since: datetime | None,
    until: datetime | None,
    by: str,
    route: str | None,
    at: datetime | None,
    format_name: str,
    out: Path | None,
    is_alerting: bool,
    wait: int,
) -> None:
    """Say how leads fared: speed, SLAs, acceptance, conversion, load and fairness.

    Leads count on the day on which they arrived, with all that became of them since. With POLICY
    times are told in working time, too, where somebody has hours. The log is read once; what was
    read is kept beside the state's file, as FILE-report. With --alerts nothing is reported but
    thresholds that are crossed: each is an event of the log, once, and told to every endpoint.
    """
    if since is not None and until is not None and since >= until:
        raise CannotRun("--since is not before --until", "no lead can arrive in between")
    here = Path.cwd()
    configured = (
        nearest_configuration(here) if policy is None else configuration_of(policy)
    ).report
    compiled = None if policy is None else fit_policy(policy)
    asked = AskedReport(
        at or datetime.now(UTC),
        since,
        until,
        cast("ReportBy", by),
        route,
        configured.invalid or INVALID,
    )
    if is_alerting:
        _alert(policy, compiled, state, asked, format_name, wait)
        return
    manner = IndexManner(None if compiled is None else compiled.policy, configured.source)
    with closing(open_known(state, wait=wait)) as store:
        report = lead_report(store, state, asked, manner, _name(policy, state), configured.index)
    if format_name == "text" and is_stdout(out):
        for line in measured_text(report, columns()):
            click.echo(line)
        return
    with output(out) as stream:
        stream.write(_written(report, format_name).encode("utf-8", "backslashreplace"))


def _alert(  # noqa: PLR0917 - what they depend on
    policy: Path | None,
    compiled: Compiled | None,
    state: Whereabouts,
    asked: AskedReport,
    format_name: str,
    wait: int,
) -> None:
    """Hold a state to the thresholds, print what is crossed, and end the command with 1 for any."""
    if policy is None or compiled is None:
        raise click.UsageError("--alerts needs the POLICY, in whose name they are logged")
    if format_name not in {"text", "json"}:
        raise click.UsageError("--alerts are told as text or json")
    configured = configuration_of(policy)
    settings = configured.report.alerts
    if not settings.are_there:
        example = "write `[report.alerts]` with `sla = 0.9` into turnout.toml"
        raise CannotRun("no threshold is configured", example)
    signature = Signature(compiled.policy_hash, endpoints=configured.endpoint_names)
    with closing(
        open_state(state, compiled.policy.name, tuple(compiled.policy.teams), wait=wait)
    ) as store:
        alerts = raise_alerts(
            store,
            state,
            compiled.policy,
            asked,
            settings,
            source=configured.report.source,
            kept=configured.report.index,
            signature=signature,
        )
    if format_name == "json":
        click.echo(json_text([each.as_dict() for each in alerts], indent=2))
    else:
        for line in alert_lines(alerts, columns()):
            click.echo(line)
    if any(each.phase != "over" for each in alerts):
        raise click.exceptions.Exit(FINDINGS)


def _name(policy: Path | None, state: Whereabouts) -> str:
    if policy is not None:
        return policy.stem
    return state.stem if isinstance(state, Path) else state.schema


def _written(report: LeadReport, format_name: str) -> str:
    match format_name:
        case "json":
            return json_text(measured_data(report), indent=2) + "\n"
        case "csv":
            return measured_csv(report)
        case "html":
            return report_page(report)
        case _:
            lines = measured_text(report, columns())
            return "".join(f"{click.unstyle(line)}\n" for line in lines)
