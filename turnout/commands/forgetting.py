"""`turnout state erase` and `prune`: what a state is to know no longer."""

from datetime import UTC, datetime
from pathlib import Path

import click

from turnout.commands.options import AT, Command, color_option, said_option
from turnout.commands.policies import POLICY, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import StateParam
from turnout.printable import visible
from turnout.rendering.report import counted
from turnout.runtime.logged_leads import log_key
from turnout.runtime.stores.anywhere import erase_in, prune_in
from turnout.runtime.stores.erasing import Erasure
from turnout.runtime.stores.server.locations import ServerAddress, Whereabouts

FILE = click.argument("file", type=StateParam())


@click.command(
    "erase",
    cls=Command,
    examples=(
        "turnout state erase inbound.db L-10017 --by dpo --reason 'request 2026-17'",
        "turnout state erase inbound.db --identity email=ann@firm.example --by dpo",
    ),
)
@FILE
@click.argument("leads", metavar="[LEAD]...", nargs=-1)
@click.option(
    "--identity",
    "identity",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Leads known to have this value, as the policy reads it; of several, all.",
)
@click.option(
    "--by",
    "actor",
    required=True,
    callback=said_option,
    metavar="NAME",
    help="Who does it, for the log.",
)
@click.option(
    "--reason",
    default="",
    callback=said_option,
    metavar="TEXT",
    help="Why, for the log; nothing personal.",
)
@WAITING
@color_option
def erase_command(
    *,
    file: Whereabouts,
    leads: tuple[str, ...],
    identity: tuple[str, ...],
    actor: str,
    reason: str,
    wait: int,
) -> None:
    """Take a person's data out of a state: ids, values, free texts, what leads are found by.

    That the leads were decided stays, and for whom: the same id is recognised when it comes again,
    and counts are as they were. A lead that was open is closed. The file is written anew, so that
    nothing is left in it; backups, exports and decisions that were written are yours to see to.
    """
    values: dict[str, str] = {}
    for each in identity:
        name, sign, value = each.partition("=")
        if not (name and sign and value):
            raise click.UsageError("--identity takes a field and its value: email=ann@firm.example")
        values[name] = value
    if not leads and not values:
        raise click.UsageError("Missing argument 'LEAD', or --identity")
    erasure = Erasure(leads, values, log_key() if values else None, actor, reason)
    for grave in (found := erase_in(file, erasure, wait=wait)):
        click.echo(f"{grave}")
    click.echo(f"{counted(len(found), 'lead')} erased in {visible(str(file))}")


@click.command("prune", cls=Command, examples=("turnout state prune inbound.route inbound.db",))
@POLICY
@FILE
@AT
@WAITING
@color_option
def prune_command(*, policy: Path, file: Whereabouts, at: datetime | None, wait: int) -> None:
    """Take out of a state what the policy retains no longer.

    `retain values` and `retain events` in the policy say how long what is kept. In a file it is
    done in small steps, between which runs go on; a state on a server is written anew as a whole.
    """
    found = fit_policy(policy).policy
    where = visible(str(file))
    if found.retention.events is None and found.retention.values is None:
        click.echo(f"policy {found.name} retains everything in {where}")
        return
    pruned = prune_in(file, found.retention, at or datetime.now(UTC), wait=wait)
    click.echo(
        f"{counted(pruned.values, 'event')} lost values, {counted(pruned.leads, 'lead')} lost"
        f" {counted(pruned.events, 'event')} in {where}"
    )
    if not isinstance(file, ServerAddress) and pruned != type(pruned)():
        click.echo(
            f"what they took is used again; to make the file smaller: sqlite3 {where} VACUUM"
        )
