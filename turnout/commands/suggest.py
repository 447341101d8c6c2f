"""`turnout suggest`: what outcomes say of a policy, as patches that somebody may apply."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from turnout.commands.exits import CannotRun
from turnout.commands.options import TEXT_OR_JSON, Command, color_option, instant
from turnout.commands.outputs import output
from turnout.commands.patience import patiently
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import STATE
from turnout.rendering.jsons import json_text
from turnout.rendering.measures.suggested import suggested_data, suggested_lines
from turnout.rendering.screen import columns
from turnout.reporting.suggesting.suggestions import Suggested, suggested
from turnout.runtime.stores.anywhere import open_known
from turnout.runtime.stores.server.locations import Whereabouts

_MONTH = timedelta(days=30)


@click.command(
    "suggest",
    cls=Command,
    examples=(
        "turnout suggest inbound.route --state inbound.db",
        "turnout suggest inbound.route --state inbound.db --months 12 --output patches",
    ),
)
@POLICY
@STATE
@click.option(
    "--months",
    type=click.IntRange(1, 120),
    default=6,
    show_default=True,
    metavar="N",
    help="Look at leads that arrived in the last N times 30 days.",
)
@click.option(
    "--until", callback=instant, metavar="TIME", help="Until when, if not now (ISO 8601; UTC)."
)
@click.option(
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write each patch into a file of this folder, too.",
)
@TEXT_OR_JSON
@WAITING
@ROUTE
@color_option
def command(
    *,
    policy: Path,
    state: Whereabouts,
    months: int,
    until: datetime | None,
    folder: Path | None,
    format_name: str,
    wait: int,
    route_name: str | None,
) -> None:
    """Suggest changes of a policy that outcomes in the log speak for.

    Rules of which many leads are declined, weights of a team, numbers in conditions, rules that
    nobody needs: each with its evidence, as a patch that formats and checks, with the exact
    difference and what it would do with last month's leads. Nothing is applied.
    """
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    end = until or datetime.now(UTC)
    with (
        closing(open_known(state, wait=wait)) as store,
        patiently(f"looking at leads of {policy}"),
    ):
        found = suggested(policy, compiled, route, store, (end - months * _MONTH, end))
    if folder is not None:
        _write(found, folder)
    if format_name == "json":
        click.echo(json_text(suggested_data(found, policy.name), indent=2))
        return
    for line in suggested_lines(found, policy.name, columns()):
        click.echo(line)


def _write(found: Suggested, folder: Path) -> None:
    """Write each patch into a file. Raises CannotRun where one stands there already."""
    names = [f"{number:02}-{each.kind}.patch" for number, each in enumerate(found.suggestions, 1)]
    for name in names:
        if (folder / name).exists():
            raise CannotRun(f"there is a file {folder / name}", "name an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name, each in zip(names, found.suggestions, strict=True):
        with output(folder / name) as stream:
            stream.write(each.patch.encode("utf-8", "backslashreplace"))
