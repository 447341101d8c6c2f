"""`turnout man`: the help of the commands as pages for `man`.

They are made of what `--help` is made of, so that the two can't differ. `click-man` makes
such pages, too, but of no commands that are imported late, without the examples, and of a
line that begins with a dot it makes a request of troff.
"""

import re
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click

from turnout import __version__
from turnout.commands.exits import CannotRun
from turnout.commands.options import Command, color_option
from turnout.commands.outputs import replacing
from turnout.printable import visible
from turnout.rendering.report import counted


@click.command(
    "man",
    cls=Command,
    examples=(
        "turnout man check | man -l -",
        "turnout man -o ~/.local/share/man/man1",
    ),
)
@click.argument("names", metavar="[COMMAND]...", nargs=-1)
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Write the pages of all commands there.",
)
@color_option
@click.pass_context
def command(ctx: click.Context, *, names: tuple[str, ...], folder: Path | None) -> None:
    """Print the manual page of a command, or write those of all.

    COMMAND is one as it is called (`state check`); without one the page is that of `turnout`.
    """
    pages = dict(manual_pages(click.Context(ctx.find_root().command, info_name="turnout")))
    if folder is not None:
        if names:
            raise CannotRun("--output writes the pages of all commands", "leave COMMAND out")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            with replacing(folder / f"{name}.1") as stream:
                stream.write(text.encode())
        click.echo(f"{counted(len(pages), 'page')} in {visible(str(folder))}")
        return
    wanted = "-".join(["turnout", *names])
    if wanted not in pages:
        raise CannotRun(
            f"there is no command `{visible(' '.join(names))}`", "`turnout --help` lists them"
        )
    click.echo(pages[wanted], nl=False)


def manual_pages(ctx: click.Context) -> Iterator[tuple[str, str]]:
    """Yield the pages of a command and of those below it, by their names."""
    inside = _inside(ctx)
    yield ctx.command_path.replace(" ", "-"), "\n".join(_lines(ctx, inside)) + "\n"
    for each in inside:
        yield from manual_pages(each)


def _inside(ctx: click.Context) -> list[click.Context]:
    if not isinstance(ctx.command, click.Group):
        return []
    found = ((name, ctx.command.get_command(ctx, name)) for name in ctx.command.list_commands(ctx))
    return [
        click.Context(command, info_name=name, parent=ctx)
        for name, command in found
        if command is not None and not command.hidden
    ]


def _lines(ctx: click.Context, inside: list[click.Context]) -> Iterator[str]:
    """Yield the lines of a page, in the language of `man`."""
    command = ctx.command
    first, *paragraphs = cleandoc(command.help or "").split("\n\n")
    yield f'.TH "{ctx.command_path.replace(" ", "-").upper()}" "1" "" "Turnout {__version__}"'
    yield ".SH NAME"
    yield f"{troff(ctx.command_path.replace(' ', '-'))} \\- {troff(_joined(first).rstrip('.'))}"
    yield ".SH SYNOPSIS"
    pieces = " ".join(command.collect_usage_pieces(ctx))
    yield f"\\fB{troff(ctx.command_path)}\\fR {troff(pieces)}"
    if paragraphs:
        yield ".SH DESCRIPTION"
        for number, paragraph in enumerate(paragraphs):
            yield from ([".PP"] if number else [])
            yield troff(_joined(paragraph))
    params = command.get_params(ctx)
    records = [each.get_help_record(ctx) for each in params if isinstance(each, click.Option)]
    options = [record for record in records if record is not None]
    if options:
        yield ".SH OPTIONS"
        for written, said in options:
            yield from (".TP", f"\\fB{troff(written)}\\fR", troff(_joined(said)))
    if inside:
        yield ".SH COMMANDS"
        for each in inside:
            yield from (".TP", f"\\fB{troff(each.command_path)}\\fR(1)")
            yield troff(each.command.get_short_help_str(limit=200))
    if isinstance(command, Command) and command.examples:
        yield from (".SH EXAMPLES", ".nf")
        yield from map(troff, command.examples)
        yield ".fi"
    if ctx.parent is not None:
        above = ctx.parent.command_path.replace(" ", "-")
        yield from (".SH SEE ALSO", f"\\fB{troff(above)}\\fR(1)")


def _joined(paragraph: str) -> str:
    return re.sub(r"\s+", " ", paragraph).strip()


def troff(text: str) -> str:
    """Return a text that troff prints as it stands: no escapes, requests or long dashes."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    escaped = escaped.replace("'", "\\(aq").replace("^", "\\(ha").replace("~", "\\(ti")
    return f"\\&{escaped}" if escaped.startswith(".") else escaped
