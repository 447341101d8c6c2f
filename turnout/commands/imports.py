"""`turnout import`: the rules of another tool as a policy."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import click

from turnout.commands.exits import FINDINGS, CannotRun
from turnout.commands.options import Command, CommandGroup, Decorated, color_option
from turnout.commands.outputs import output, replacing
from turnout.dsl.values.money import is_currency
from turnout.importing.alertmanager.route_trees import imported as from_alertmanager
from turnout.importing.dmn.decision_models import imported as from_dmn
from turnout.importing.hubspot.automations import imported as from_hubspot
from turnout.importing.reports import Imported, ImportReport, report
from turnout.importing.salesforce.imported import imported as from_salesforce
from turnout.importing.sheets.rule_sheets import imported as from_sheet
from turnout.importing.sheets.sheet_receivers import SheetReceiver
from turnout.importing.twilio.workflows import imported as from_twilio
from turnout.printable import visible
from turnout.rendering.imports import import_data, import_html, import_lines, import_text
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


def _currency(context: click.Context, option: click.Parameter, code: str | None) -> str | None:
    """Return a code of a currency in capitals. Raises BadParameter for anything else."""
    del context, option
    if code is None:
        return None
    if not is_currency(code.upper()):
        raise click.BadParameter(f"{code} is no currency; write a code such as EUR")
    return code.upper()


@command.command(
    "salesforce", cls=Command, examples=("turnout import salesforce force-app -o policies",)
)
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--inactive", is_flag=True, help="Make routes of inactive rules, too.")
@click.option(
    "--currency",
    metavar="CODE",
    callback=_currency,
    help="Of amounts, such as EUR, where no rule says it.",
)
@_written
def salesforce_command(
    *,
    path: Path,
    inactive: bool,
    currency: str | None,
    folder: Path,
    report_file: Path | None,
    force: bool,
) -> None:
    """Assignment rules of leads and cases, in the metadata or the source format.

    PATH is a folder of metadata, or a file such as Lead.assignmentRules. Types, labels and
    lists of values come from the objects, value sets and fields beside it.
    """
    made = from_salesforce(path, inactive=inactive, currency=currency)
    _write(made, folder, report_file, force=force)


@command.command(
    "table",
    cls=Command,
    examples=(
        "turnout import table rules.csv -o policies",
        'turnout import table rules.xlsx --to "Sales rep" --as person -o .',
    ),
)
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--to", metavar="COLUMN", help="The column with who gets a lead; else found by its heading."
)
@click.option(
    "--as",
    "receivers",
    type=click.Choice(["person", "queue", "team"]),
    help="What they are. Without it, who has an address of e-mail is a person, others are queues.",
)
@click.option(
    "--note",
    "notes",
    metavar="COLUMN",
    multiple=True,
    help="A column that is a note and no condition; may be given several times.",
)
@click.option("--sheet", metavar="NAME", help="The sheet of a workbook.")
@click.option(
    "--skip",
    type=click.IntRange(min=0),
    default=0,
    metavar="ROWS",
    help="Rows above the header; without it, it is found by its headings.",
)
@click.option("--encoding", metavar="NAME", help="Of a text that isn't in UTF-8: windows-1252.")
@click.option(
    "--written", is_flag=True, help="Write the rules into the policy, instead of a table beside it."
)
@_written
def table_command(
    *,
    path: Path,
    to: str | None,
    receivers: SheetReceiver | None,
    notes: tuple[str, ...],
    sheet: str | None,
    skip: int,
    encoding: str | None,
    written: bool,
    folder: Path,
    report_file: Path | None,
    force: bool,
) -> None:
    """Rules in a spreadsheet: a row for each, a column with who gets the leads.

    PATH is a table (.csv, .tsv) or a workbook (.xlsx, .ods). A cell has values, several with
    commas between them, a range, a comparison, `not` and values, or nothing for any. The first
    row that fits decides; one that asks nothing, at the end, is the fallback. The rows stay a
    table beside the policy, their cells as the language has them, for those who keep the sheet.
    """
    made = from_sheet(
        path,
        to=to,
        receivers=receivers,
        notes=notes,
        sheet=sheet,
        skip=skip,
        encoding=encoding,
        written=written,
    )
    _write([made], folder, report_file, force=force)


@command.command(
    "dmn", cls=Command, examples=("turnout import dmn routing.dmn --tests cases.xml -o policies",)
)
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--to", metavar="OUTPUT", help="The output with who gets a lead.")
@click.option(
    "--as",
    "receivers",
    type=click.Choice(["person", "queue", "team"]),
    help="What they are. Without it, who has an address of e-mail is a person, others are queues.",
)
@click.option(
    "--tests",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Test cases, which become tests of the policy.",
)
@_written
def dmn_command(
    *,
    path: Path,
    to: str | None,
    receivers: SheetReceiver | None,
    tests: Path | None,
    folder: Path,
    report_file: Path | None,
    force: bool,
) -> None:
    """Decision tables of DMN, versions 1.1 to 1.5.

    PATH is a file of DMN. Each table is a route; the hit policies are unique, first, any and
    priority. One output says who gets a lead, the others become tags. Unary tests are values,
    comparisons, intervals, not(...) and parts of texts.
    """
    made = from_dmn(path, to=to, receivers=receivers, tests=tests)
    _write([made], folder, report_file, force=force)


@command.command(
    "alertmanager",
    cls=Command,
    examples=("turnout import alertmanager alertmanager.yml -o policies",),
)
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_written
def alertmanager_command(
    *, path: Path, folder: Path, report_file: Path | None, force: bool
) -> None:
    """The tree of routes of Prometheus' Alertmanager; needs turnout[yaml].

    PATH is its configuration. A receiver is a queue, a label a field; a label that isn't there
    is missing. An alert has one receiver: `continue` is refused by name.
    """
    _write([from_alertmanager(path)], folder, report_file, force=force)


@command.command(
    "twilio", cls=Command, examples=("turnout import twilio workflow.json -o policies",)
)
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_written
def twilio_command(*, path: Path, folder: Path, report_file: Path | None, force: bool) -> None:
    """Filters of a workflow of Twilio's TaskRouter.

    PATH is the workflow's configuration in JSON. Filters are rules, the default filter is the
    fallback. Priorities, timeouts and further targets are refused by name.
    """
    _write([from_twilio(path)], folder, report_file, force=force)


@command.command(
    "hubspot",
    cls=Command,
    examples=("turnout import hubspot flow.json --owners owners.json -o policies",),
)
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--owners",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="HubSpot's list of owners (GET /crm/v3/owners): who an id is.",
)
@_written
def hubspot_command(
    *, path: Path, owners: Path | None, folder: Path, report_file: Path | None, force: bool
) -> None:
    """Workflows of HubSpot that assign owners, as its automation API (v4) has them.

    PATH is what GET /automation/v4/flows/{flowId} answers, or the batch of several. Each way
    through the branches is a rule. Other actions are refused by name; set properties are tags.
    """
    _write([from_hubspot(path, owners=owners)], folder, report_file, force=force)


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
        for one in (file, *(folder / name for name in each.draft.files)):
            if one.exists() and not force:
                raise CannotRun(f"there is a file {visible(str(one))} already", "give --force")
        reports.append((report(each, str(file)), str(file)))
    folder.mkdir(parents=True, exist_ok=True)
    for made, name in reports:
        draft = made.imported.draft
        beside = {folder / other: text for other, text in draft.files.items()}
        for path, text in {**beside, Path(name): draft.text}.items():
            with replacing(path) as stream:
                stream.write(text.encode())
    for made, name in reports:
        for line in import_lines(made, name, columns()):
            click.echo(line)
    if report_file is not None:
        with output(report_file) as stream:
            stream.write(_REPORTS[kind](reports).encode("utf-8", "backslashreplace"))
    if not all(made.is_fit for made, _ in reports):
        raise click.exceptions.Exit(FINDINGS)


def _text(reports: Iterable[tuple[ImportReport, str]]) -> str:
    lines = (line for each, name in reports for line in import_text(each, name))
    return "".join(f"{line}\n" for line in lines)


def _data(reports: Iterable[tuple[ImportReport, str]]) -> str:
    return json_text([import_data(*each) for each in reports], indent=2) + "\n"


_REPORTS: Mapping[str, Callable[[Iterable[tuple[ImportReport, str]]], str]] = {
    ".html": import_html,
    ".json": _data,
    ".txt": _text,
}
