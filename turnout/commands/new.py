"""`turnout new`: a first policy, made of a file of leads."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import cast

import click

from turnout.commands.exits import CannotRun
from turnout.commands.options import Command, color_option
from turnout.commands.outputs import replacing
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.runtime.records import records
from turnout.trials.drafting import draft

MOST_LEADS = 20_000
"""Leads of the file that are looked at."""


@click.command("new", cls=Command, examples=("turnout new --leads leads.csv inbound.route",))
@click.argument("policy", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--leads",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    metavar="FILE",
    help="What the policy's fields are guessed from.",
)
@color_option
def command(*, policy: Path, leads: Path) -> None:
    """Write a first policy for a file of leads.

    Fields and their types are guessed from the columns, so that every lead of FILE can be
    read; texts that stand for no value, and lists of values, are found. A fallback and a
    first test make it run at once. POLICY is a file that isn't there yet, or `-` for stdout.
    """
    if policy != Path("-") and policy.exists():
        raise CannotRun(f"there is a file {visible(str(policy))} already", "name another one")
    with records(leads) as found:
        rows = (record.raw for record in islice(found, MOST_LEADS) if record.complaint is None)
        made = draft(cast("Mapping[str, object]", raw) for raw in rows if isinstance(raw, Mapping))
    if made is None:
        raise CannotRun(f"there are no leads in {visible(str(leads))}", "name a file that has some")
    if policy == Path("-"):
        click.echo(made.text, nl=False)
        return
    with replacing(policy) as stream:
        stream.write(made.text.encode())
    click.echo(f"{visible(str(policy))} reads {counted(made.leads, 'lead')}; check it next")
