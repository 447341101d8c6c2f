"""`turnout state`: what is kept between runs, made, checked, carried and renamed."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click

from turnout.commands.exits import FINDINGS, CannotRun
from turnout.commands.forgetting import erase_command, prune_command
from turnout.commands.options import Command, CommandGroup, color_option
from turnout.commands.outputs import output
from turnout.commands.policies import POLICY, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import StateParam
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.runtime.stores.anywhere import (
    checked_whole,
    exported_from,
    has_state,
    import_into,
    open_known,
    open_state,
    rebuilt,
    rename_in,
)
from turnout.runtime.stores.new_names import KINDS, NamedKind, NewName
from turnout.runtime.stores.rebuilding import Rebuilt
from turnout.runtime.stores.server.locations import ServerAddress, Whereabouts

FILE = click.argument("file", type=StateParam())


@click.group(
    "state",
    cls=CommandGroup,
    examples=(
        "turnout state check inbound.db",
        "turnout state rename inbound.db team emea-sdr emea-sales",
        "turnout state export inbound.db -o inbound.jsonl",
    ),
)
def command() -> None:
    """Make or check a state, carry it as text, or give something in it its new name.

    FILE may be the address of a server, too: postgresql://HOST/DATABASE?schema=NAME
    """


@command.command("init", cls=Command, examples=("turnout state init inbound.route inbound.db",))
@POLICY
@FILE
@color_option
def init_command(*, policy: Path, file: Whereabouts) -> None:
    """Make an empty state for a policy: everybody level, nothing decided.

    A run makes one, too, where there is none.
    """
    if has_state(file):
        what = "a state at" if isinstance(file, ServerAddress) else "a file"
        raise CannotRun(
            f"there is {what} {visible(str(file))} already", "name one that isn't there"
        )
    found = fit_policy(policy).policy
    open_state(file, found.name, tuple(found.teams)).close()
    click.echo(f"{visible(str(file))} is an empty state of policy {found.name}")


@command.command("upgrade", cls=Command, examples=("turnout state upgrade inbound.db",))
@FILE
@WAITING
@color_option
def upgrade_command(*, file: Whereabouts, wait: int) -> None:
    """Bring a state of an earlier version of Turnout up to date, as a run would.

    Make a backup before: there is no way back.
    """
    store = open_known(file, wait=wait)
    store.close()
    click.echo(f"{visible(str(file))} is up to date, in format {store.format}")


@command.command(
    "export", cls=Command, examples=("turnout state export inbound.db -o inbound.jsonl",)
)
@FILE
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Where to write; without it, or with `-`, stdout.",
)
@WAITING
@color_option
def export_command(*, file: Whereabouts, out: Path | None, wait: int) -> None:
    """Write all of a state as text, a line for each row.

    `turnout state import` makes the same state of it. It holds all that the state holds:
    ids, names and who has which lead.
    """
    with output(out) as stream:
        stream.writelines(line.encode("ascii") for line in exported_from(file, wait=wait))


@command.command("import", cls=Command, examples=("turnout state import inbound.jsonl inbound.db",))
@click.argument("text", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@FILE
@color_option
def import_command(*, text: Path, file: Whereabouts) -> None:
    """Make a new state of what `turnout state export` wrote.

    It is kept only where its rows, counts and log hang together.
    """
    with text.open(encoding="ascii", errors="replace") as lines:
        events = import_into(file, lines, visible(str(text)))
    click.echo(f"{visible(str(file))} is the same state, with {counted(events, 'event')}")


@command.command("check", cls=Command, examples=("turnout state check inbound.db",))
@FILE
@WAITING
@color_option
def check_command(*, file: Whereabouts, wait: int) -> None:
    """Look through all of a state file for damage.

    Where each lead stands, and who has how many open leads, is made of the log again and
    compared. A run looks for damage, too, when it opens a state, unless that is larger than
    16 MB and as the last run left it. This looks through a file of any size.
    """
    found = checked_whole(file, wait=wait)
    what = f"{counted(found.leads, 'lead')} of policy {found.policy}"
    click.echo(f"{visible(str(file))} is whole: {what}, {counted(found.events, 'event')}")


@command.command(
    "rebuild",
    cls=Command,
    examples=("turnout state rebuild inbound.db", "turnout state rebuild inbound.db --write"),
)
@FILE
@click.option(
    "--write", "is_written", is_flag=True, help="Write what differs as it follows from the log."
)
@WAITING
@color_option
@click.pass_context
def rebuild_command(ctx: click.Context, *, file: Whereabouts, is_written: bool, wait: int) -> None:
    """Make where each lead stands of the log again, and compare.

    So it is with who has how many open leads, and who is away. The log itself is never
    changed. Nobody else writes to the state meanwhile; make a backup before you write.
    """
    found = rebuilt(file, is_written=is_written, wait=wait)
    name = visible(str(file))
    whole = f"{counted(found.leads, 'lead')}, {counted(found.events, 'event')}"
    if found.is_same:
        click.echo(f"{name} is as its log says: {whole}")
        return
    for line in _differences(found):
        click.echo(visible(line))
    if is_written:
        click.echo(f"{name} is as its log says now: {whole}")
        return
    click.echo(f"{name} isn't as its log says; `--write` makes it so")
    ctx.exit(FINDINGS)


_MOST_TOLD = 20


def _differences(found: Rebuilt) -> Iterator[str]:
    """Yield what didn't follow from a log, a line each."""
    for route, lead in found.astray[:_MOST_TOLD]:
        yield f"lead {lead} of route {route} doesn't stand where its events say"
    if (more := len(found.astray) - _MOST_TOLD) > 0:
        yield f"and {counted(more, 'lead')} more"
    for whose in found.loads[:_MOST_TOLD]:
        yield f"the open leads of {whose} are others"
    if found.is_absence:
        yield "who is away is somebody else"


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
def rename_command(
    *, file: Whereabouts, kind: str, old: str, new: str, joins: bool, wait: int
) -> None:
    """Call something in a state by the name that the policy now has for it.

    A state knows people, teams and routes by name; after a rename in the policy they would
    start level. Nothing is changed where OLD isn't known. The log of moves and the targets
    that were passed over keep the names of their time.
    """
    leads = rename_in(file, NewName(cast("NamedKind", kind), old, new), joins=joins, wait=wait)
    what = visible(f"{kind} {old} is {new} now")
    click.echo(f"{what}, on {counted(leads, 'lead')} of {visible(str(file))}")


command.add_command(erase_command)
command.add_command(prune_command)
