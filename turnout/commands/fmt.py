"""`turnout fmt`: policies in their one canonical form."""

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from turnout.commands.completing import policy_files
from turnout.commands.exits import CANNOT_RUN, CLEAN, FINDINGS
from turnout.commands.options import Command, color_option
from turnout.commands.outputs import replacing
from turnout.commands.policies import named_or_configured
from turnout.dsl.files import MAX_FILE, Fault, Files, decoded
from turnout.dsl.findings import Finding, error
from turnout.dsl.formatting import formatted
from turnout.dsl.source import Source
from turnout.frozen import frozen
from turnout.printable import visible
from turnout.project.roots import route_files
from turnout.rendering.pretty import pretty
from turnout.rendering.report import Report, counted
from turnout.rendering.screen import Ink, columns, paint

STDIN = Path("-")


@click.command(
    "fmt",
    cls=Command,
    examples=(
        "turnout fmt policies/",
        "turnout fmt --check --diff policies/",
        "turnout fmt - < inbound.route",
    ),
)
@click.argument(
    "paths",
    nargs=-1,
    type=click.Path(path_type=Path, allow_dash=True),
    shell_complete=policy_files,
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where a file would change.")
@click.option("--diff", "has_diff", is_flag=True, help="Write nothing; print what would change.")
@color_option
@click.pass_context
def command(ctx: click.Context, *, paths: tuple[Path, ...], check: bool, has_diff: bool) -> None:
    """Write policies in their one canonical form.

    A PATH is a .route file, a folder (every .route file below it), or `-` for stdin, which
    is written to stdout; without one, the configured paths are taken, or else the working
    directory. What a file means never changes, and comments stay where they are. A file
    with a syntax error is reported and left as it is.

    Exit status: 0 for success, 1 where --check or --diff finds a file that would change, 2
    where a file could not be read or parsed.
    """
    found = route_files(named_or_configured(paths))
    findings = list(found.refused)
    changed = unread = 0
    files = list(found.files)
    is_dry = check or has_diff
    for path in files:
        result = _formatted(path)
        if isinstance(result, _Text):
            changed += result.is_changed
            _finish(result, check=check, has_diff=has_diff)
        else:
            findings += result
            unread += 1
    for text in pretty(Report(tuple(findings), tuple(map(str, files))), columns()):
        if findings:
            click.echo(text, err=True)
    if files != [STDIN]:
        click.echo(_summary(len(files) - unread, changed, is_dry=is_dry), err=True)
    if findings:
        ctx.exit(CANNOT_RUN)
    ctx.exit(FINDINGS if changed and is_dry else CLEAN)


@frozen
class _Text:
    """A file's text as it is and as it should be."""

    path: Path
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def _formatted(path: Path) -> _Text | tuple[Finding, ...]:
    """Return both texts of a file, or what is wrong with it."""
    shown = "<stdin>" if path == STDIN else path.as_posix()
    if path == STDIN:
        text = decoded(sys.stdin.buffer.read(MAX_FILE + 1), MAX_FILE)
    else:
        text = Files().text(path, MAX_FILE, is_asked=False)
    if isinstance(text, Fault):
        return (text.finding(shown, None),)
    after = formatted(Source(shown, text))
    if isinstance(after, str) and len(after.encode()) > MAX_FILE:
        message = f"the canonical form of `{shown}` would be larger than {MAX_FILE // 1024**2} MB"
        advice = "split the file; lines that stand together are padded to one width"
        return (error("too-large", None, message, help=advice),)
    # Compared as bytes would be: a byte-order mark or a CRLF is a difference as well.
    before = text if path == STDIN else path.read_bytes().decode("utf-8")
    return _Text(path, before, after) if isinstance(after, str) else after


def _finish(text: _Text, *, check: bool, has_diff: bool) -> None:
    """Write the file, or say what would be written."""
    name = visible(str(text.path))
    if has_diff:
        click.echo("".join(_difference(text)), nl=False)
    elif check:
        if text.is_changed:
            click.echo(f"would change {name}")
    elif text.path == STDIN:
        click.echo(text.after, nl=False)
    elif text.is_changed:
        with replacing(text.path) as stream:
            stream.write(text.after.encode())
        click.echo(f"formatted {name}")


def _difference(text: _Text) -> Iterator[str]:
    """Yield the lines of a unified diff, coloured on a terminal."""
    inks = {"+": Ink.HELP, "-": Ink.ERROR, "@": Ink.NOTE}
    name = str(text.path)
    lines = difflib.unified_diff(
        text.before.splitlines(),
        text.after.splitlines(),
        name,
        name,
        "as it is",
        "canonical",
        lineterm="",
    )
    for line in lines:
        yield f"{paint(visible(line), inks.get(line[:1], Ink.PLAIN))}\n"


def _summary(files: int, changed: int, *, is_dry: bool) -> str:
    if not changed:
        return f"{counted(files, 'file')} in canonical form"
    would = "would change" if is_dry else "changed"
    return f"{would} {counted(changed, 'file')} of {files}"
