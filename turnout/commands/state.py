"""`turnout state`: what is kept between runs, checked and renamed."""

from pathlib import Path
from typing import cast

import click

from turnout.commands.options import Command, CommandGroup, color_option
from turnout.commands.waiting import WAITING
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.runtime.stores.new_names import KINDS, NamedKind, NewName
from turnout.runtime.stores.rebuilding import check_log
from turnout.runtime.stores.renaming import rename
from turnout.runtime.stores.sqlite import any_state

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group(
    "state",
    cls=CommandGroup,
    examples=(
        "turnout state check inbound.db",
        "turnout state rename inbound.db team emea-sdr emea-sales",
    ),
)
def command() -> None:
    """Check a state file, or give something in it its new name."""


@command.command("check", cls=Command, examples=("turnout state check inbound.db",))
@FILE
@WAITING
@color_option
def check_command(*, file: Path, wait: int) -> None:
    """Look through all of a state file for damage.

    Where each lead stands, and who has how many open leads, is made of the log again and
    compared. A run looks for damage, too, when it opens a state, unless that is larger than
    16 MB and as the last run left it. This looks through a file of any size.
    """
    with any_state(file, wait) as connection:
        (policy,) = connection.execute("SELECT value FROM meta WHERE key = 'policy'").fetchone()
        (leads,) = connection.execute("SELECT count(*) FROM decisions").fetchone()
        events = check_log(connection, file)
    what = f"{counted(leads, 'lead')} of policy {policy}, {counted(events, 'event')}"
    click.echo(f"{visible(str(file))} is whole: {what}")


@command.command(
    "rename",
    cls=Command,
    examples=(
        "turnout state rename inbound.db policy v1 inbound",
        "turnout state rename inbound.db team emea-sdr emea-sales",
        "turnout state rename inbound.db person ana.berg ana.holm",
    ),
)
@FILE
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("old")
@click.argument("new")
@click.option(
    "--join",
    "joins",
    is_flag=True,
    help="NEW may be there already: its turns, open leads and counts are added to those of OLD.",
)
@WAITING
@color_option
def rename_command(*, file: Path, kind: str, old: str, new: str, joins: bool, wait: int) -> None:
    """Call something in a state by the name that the policy now has for it.

    A state knows people, teams and routes by name; after a rename in the policy they would
    start level. Nothing is changed where OLD isn't known. The log of moves and the targets
    that were passed over keep the names of their time.
    """
    leads = rename(file, NewName(cast("NamedKind", kind), old, new), joins=joins, wait=wait)
    what = visible(f"{kind} {old} is {new} now")
    click.echo(f"{what}, on {counted(leads, 'lead')} of {visible(str(file))}")
