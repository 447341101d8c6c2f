"""`turnout token`: who may ask a service, and what."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from turnout.commands.options import Command, CommandGroup, color_option, instant, said_option
from turnout.printable import visible

if TYPE_CHECKING:
    from turnout.serving.callers import TokenScope
    from turnout.serving.tokens import AccessToken, TokenFile

TOKENS = click.option(
    "--tokens",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="FILE",
    help="The file of tokens: beside a state it is STATE.tokens. Made where there is none.",
)
_SCOPES = ("route", "read", "act", "admin")


@click.group(
    "token",
    cls=CommandGroup,
    examples=(
        "turnout token create crm --scope route --tokens inbound.db.tokens",
        "turnout token create ana --person ana --tokens inbound.db.tokens",
        "turnout token rotate crm --overlap 24 --tokens inbound.db.tokens",
    ),
)
@color_option
def command() -> None:
    """Make, list, change and revoke the tokens of `turnout serve`.

    Only a hash of each is kept; a service that runs goes by a change within a second.
    """


@command.command(
    "create",
    cls=Command,
    examples=("turnout token create crm --scope route --scope read --tokens inbound.db.tokens",),
)
@click.argument("name", callback=said_option)
@TOKENS
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(_SCOPES),
    multiple=True,
    help="What it may: have leads decided, read, act for people, all of this. More than one.",
)
@click.option("--person", metavar="NAME", help="Whose it is: a person of the policy.")
@click.option(
    "--until", callback=instant, metavar="TIME", help="When it ends (ISO 8601), if it does."
)
@color_option
def create(
    *, name: str, path: Path, scopes: tuple[str, ...], person: str | None, until: datetime | None
) -> None:
    """Make a token, and print it: it is shown this once."""
    if not scopes and not person:
        raise click.UsageError("say what it may (--scope), or whose it is (--person)")
    if not name or not name.isprintable():
        raise click.UsageError("a token has a name of printable characters")
    if until is not None and until <= datetime.now(UTC):
        raise click.UsageError("--until is over already")
    named = cast("tuple[TokenScope, ...]", scopes)
    click.echo(_file(path).create(name, named, person=person, until=until))


@command.command("list", cls=Command, examples=("turnout token list --tokens inbound.db.tokens",))
@TOKENS
@color_option
def list_tokens(*, path: Path) -> None:
    """List tokens: name, scopes, whose, since when and until when; never the token."""
    tokens = _file(path).read()
    if not tokens:
        click.echo(f"{visible(str(path))} has no token")
    for each in tokens:
        click.echo(_line(each))


@command.command(
    "revoke", cls=Command, examples=("turnout token revoke crm --tokens inbound.db.tokens",)
)
@click.argument("name")
@TOKENS
@color_option
def revoke(*, name: str, path: Path) -> None:
    """Take a token away: whoever has it isn't known any more."""
    _file(path).revoke(name)
    click.echo(f"revoked {visible(name)}")


@command.command(
    "rotate",
    cls=Command,
    examples=("turnout token rotate crm --overlap 24 --tokens inbound.db.tokens",),
)
@click.argument("name")
@TOKENS
@click.option(
    "--overlap",
    type=click.FloatRange(0, 24 * 366),
    default=24.0,
    show_default=True,
    metavar="HOURS",
    help="How long the one before counts, too.",
)
@color_option
def rotate(*, name: str, path: Path, overlap: float) -> None:
    """Make a token anew, and print it; the one before counts for a while."""
    click.echo(_file(path).rotate(name, timedelta(hours=overlap)))


def _file(path: Path) -> "TokenFile":
    from turnout.serving.serve_extra import check_serve  # noqa: PLC0415 - an extra

    check_serve()
    from turnout.serving.tokens import TokenFile  # noqa: PLC0415

    return TokenFile(path)


def _line(token: "AccessToken") -> str:
    now = datetime.now(UTC)
    newest = token.secrets[-1]
    whose = f", of {token.person}" if token.person else ""
    end = "" if newest.until is None else f", until {newest.until:%Y-%m-%d %H:%M} UTC"
    if not newest.holds(now):
        end = f", ended {newest.until:%Y-%m-%d %H:%M} UTC"
    older = sum(each.holds(now) for each in token.secrets[:-1])
    also = f", {older} before it still counts" if older else ""
    scopes = ", ".join(token.scopes) or "no scope"
    since = f"since {newest.created:%Y-%m-%d %H:%M} UTC"
    return visible(f"{token.name}: {scopes}{whose}, {since}{end}{also}")
