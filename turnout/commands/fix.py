"""`turnout fix`: what the checker can mend by itself, mended."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

import click

from turnout.commands.completing import policy_files
from turnout.commands.exits import CANNOT_RUN, CLEAN, FINDINGS
from turnout.commands.options import Command, color_option
from turnout.commands.outputs import replacing
from turnout.commands.policies import named_or_configured
from turnout.compiler.repaired import Repaired, repaired
from turnout.printable import visible
from turnout.project.configuration import configuration_of
from turnout.project.roots import roots
from turnout.rendering.joining import joined
from turnout.rendering.pretty import pretty
from turnout.rendering.screen import Ink, columns, paint

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@click.command(
    "fix",
    cls=Command,
    examples=("turnout fix --diff policies/", "turnout fix inbound.route"),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), shell_complete=policy_files)
@click.option("--diff", "has_diff", is_flag=True, help="Write nothing; print what would change.")
@click.option(
    "--guesses",
    is_flag=True,
    help="Mend a policy that can't be read, too, by what was likely meant.",
)
@color_option
@click.pass_context
def command(ctx: click.Context, *, paths: tuple[Path, ...], has_diff: bool, guesses: bool) -> None:
    """Mend what can be mended without changing a decision, and report the rest.

    A PATH is as for `check`. What a finding's one fix mends is mended where it is proved
    that no lead is treated otherwise, and where no other finding comes of it. A policy that
    can't be read decides nothing yet: there a fix is a guess at what was meant, which --guesses
    takes.

    Exit status: as for `check`, of what is left; with --diff also 1 where something would
    change.
    """
    found = roots(named_or_configured(paths))
    texts: dict[Path, str] = {}
    done: list[Repaired] = []
    for main in found.files:
        severities = configuration_of(main).severities
        done.append(repaired(main, severities, texts, guesses=guesses))
        texts.update(done[-1].texts)
    for path in sorted(texts):
        _finish(path, texts[path], has_diff=has_diff)
    left = joined(each.compiled for each in done)
    for text in pretty(left, columns()):
        click.echo(text)
    number = sum(len(each.fixes) for each in done)
    would = "would be " if has_diff else ""
    click.echo(f"{number} {'fix' if number == 1 else 'fixes'} {would}applied", err=True)
    if any(each.span is None and left.fails(each) for each in left.findings):
        ctx.exit(CANNOT_RUN)
    is_clean = not any(map(left.fails, left.findings)) and not (has_diff and texts)
    ctx.exit(CLEAN if is_clean else FINDINGS)


def _finish(path: Path, after: str, *, has_diff: bool) -> None:
    """Write a file, or print what would be written."""
    raw = path.read_bytes().decode("utf-8")
    whole = _as_written(raw, after)
    if not has_diff:
        with replacing(path) as stream:
            stream.write(whole.encode())
        return
    inks = {"+": Ink.HELP, "-": Ink.ERROR, "@": Ink.NOTE}
    name = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    names = f"{name} (as it is)", f"{name} (mended)"
    old, new = (text.removeprefix("\ufeff").splitlines() for text in (raw, whole))
    for line in difflib.unified_diff(old, new, *names, lineterm=""):
        click.echo(paint(visible(line), inks.get(line[:1], Ink.PLAIN)))


def _as_written(raw: str, after: str) -> str:
    """Return a text with the byte-order mark and the line ends that its file has."""
    mark = "\ufeff" if raw.startswith("\ufeff") else ""
    old, new = _LINE.findall(raw.removeprefix(mark)), _LINE.findall(after)
    read = [line.replace("\r\n", "\n") for line in old]
    end = "\r\n" if 2 * raw.count("\r\n") > raw.count("\n") else "\n"
    return mark + "".join(_merged(old, read, new, end))


def _merged(old: list[str], read: list[str], new: list[str], end: str) -> Iterator[str]:
    """Yield the new lines, those that stay with the ends that they had."""
    matcher = difflib.SequenceMatcher(None, read, new, autojunk=False)
    for tag, low, high, begin, stop in matcher.get_opcodes():
        if tag == "equal":
            yield from old[low:high]
        else:
            yield from (line.replace("\n", end) for line in new[begin:stop])
