"""`turnout import`: the rules of another tool as a policy."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import click

from turnout.commands.exits import FINDINGS, CannotRun
from turnout.commands.options import Command, CommandGroup, Decorated, color_option
from turnout.commands.outputs import output, replacing
from turnout.importing.reports import Imported, ImportReport, report
from turnout.importing.salesforce.imported import imported as from_salesforce
from turnout.printable import visible
from turnout.rendering.imports import import_data, import_html, import_lines
from turnout.rendering.jsons import json_text
from turnout.rendering.screen import columns


@click.group(
    "import",
    cls=CommandGroup,
    examples=(
        "turnout import salesforce force-app -o policies",
        "turnout import salesforce Lead.assignmentRules -o . --report import.html",
    ),
)
def command() -> None:
    """Make policies of another tool's rules, and say how each entry came over.

    What a policy can't say is refused by name, with its place; nothing is dropped silently.
    The policies are checked at once, and findings told at the source's place.

    Exit status: 0 for policies that are fit to run, 1 where the rules have faults, so that
    one isn't, 2 where the files can't be read.
    """


def _written(decorated: Decorated) -> Decorated:
    """Add the options of every source: where policies and the report go."""
    for option in (
        click.option("--force", is_flag=True, help="Write over policies that are there."),
        click.option(
            "--report",
            "report_file",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar="FILE",
            help="Write how each entry came over as a page (.html), data (.json) or text (.txt).",
        ),
        click.option(
            "-o",
            "--output",
            "folder",
            type=click.Path(path_type=Path, file_okay=False),
            required=True,
            metavar="FOLDER",
            help="Where the policies go; made where there is none.",
        ),
    ):
        decorated = option(decorated)
    return color_option(decorated)


@command.command(
    "salesforce", cls=Command, examples=("turnout import salesforce force-app -o policies",)
)
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--inactive", is_flag=True, help="Make routes of inactive rules, too.")
@_written
def salesforce_command(
    *, path: Path, inactive: bool, folder: Path, report_file: Path | None, force: bool
) -> None:
    """Assignment rules of leads and cases, in the metadata or the source format.

    PATH is a folder of metadata, or a file such as Lead.assignmentRules. Types, labels and
    lists of values come from the objects, value sets and fields beside it.
    """
    _write(from_salesforce(path, inactive=inactive), folder, report_file, force=force)


def _write(
    found: Iterable[Imported], folder: Path, report_file: Path | None, *, force: bool
) -> None:
    """Write the policies and the report, and end the command by what was found."""
    kind = "" if report_file is None else report_file.suffix.lower()
    if report_file is not None and kind not in _REPORTS:
        raise CannotRun(f"the name {report_file} says no format", "end it in .html, .json or .txt")
    reports: list[tuple[ImportReport, str]] = []
    for each in found:
        file = folder / f"{each.name}.route"
        if file.exists() and not force:
            raise CannotRun(f"there is a file {visible(str(file))} already", "give --force")
        reports.append((report(each, str(file)), str(file)))
    folder.mkdir(parents=True, exist_ok=True)
    for made, name in reports:
        with replacing(Path(name)) as stream:
            stream.write(made.imported.draft.text.encode())
    for made, name in reports:
        for line in import_lines(made, name, columns()):
            click.echo(line)
    if report_file is not None:
        with output(report_file) as stream:
            stream.write(_REPORTS[kind](reports).encode("utf-8", "backslashreplace"))
    if not all(made.is_fit for made, _ in reports):
        raise click.exceptions.Exit(FINDINGS)


def _text(reports: Iterable[tuple[ImportReport, str]]) -> str:
    lines = (line for each, name in reports for line in import_lines(each, name, 100))
    return "".join(f"{click.unstyle(line)}\n" for line in lines)


def _data(reports: Iterable[tuple[ImportReport, str]]) -> str:
    return json_text([import_data(*each) for each in reports], indent=2) + "\n"


_REPORTS: Mapping[str, Callable[[Iterable[tuple[ImportReport, str]]], str]] = {
    ".html": import_html,
    ".json": _data,
    ".txt": _text,
}
