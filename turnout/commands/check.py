"""`turnout check`: every finding of every policy, as text or as data."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

import attrs
import click

from turnout.commands.completing import finding_names, policy_files
from turnout.commands.exits import CANNOT_RUN, CLEAN, FINDINGS, CannotRun
from turnout.commands.interrupts import until_interrupted
from turnout.commands.options import CHECKED_AT, CHECKED_ON, Command, color_option
from turnout.commands.outputs import replacing
from turnout.commands.patience import patiently
from turnout.commands.policies import STEPS_LIMIT, named_or_configured
from turnout.commands.watching import watched
from turnout.compiler.compiled import DEADLINE, compile_policy
from turnout.compiler.verdict import Severities
from turnout.compiler.verdict.catalogue import CATALOGUE
from turnout.dsl.findings import Severity
from turnout.dsl.resolve.scope import nearest
from turnout.project.configuration import configuration_of
from turnout.project.roots import roots
from turnout.rendering.formats import FORMATS, format_of
from turnout.rendering.joining import joined
from turnout.rendering.report import Report, gathered
from turnout.rendering.screen import columns

READ = frozenset({"pretty", "compact", "github"})
"""Formats that people read."""

MANY = 20
"""Policies from which on the wait deserves a progress bar."""


def _explain(ctx: click.Context, _: click.Parameter, name: str | None) -> None:
    """Print the page of a finding and end the command; without a name go on."""
    if name is None or ctx.resilient_parsing:  # a shell asks how the line may go on
        return
    if name not in CATALOGUE:
        near = nearest(name, CATALOGUE)
        advice = f"did you mean {near}?" if near else f"there are {', '.join(sorted(CATALOGUE))}"
        raise CannotRun(f"there is no finding {name}", advice)
    from turnout.rendering.pages import page, terminal  # noqa: PLC0415 - few ask for one

    for line in terminal(page(name), columns()):
        click.echo(line)
    ctx.exit()


@click.command(
    "check",
    cls=Command,
    examples=(
        "turnout check inbound.route",
        "turnout check policies/ --strict",
        "turnout check --watch inbound.route",
        "turnout check inbound.route --on 2027-04-01",
        "turnout check --explain coverage-gap",
        "turnout check --format github --report sarif turnout.sarif",
    ),
)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), shell_complete=policy_files)
@click.option(
    "--format",
    "name",
    type=click.Choice(list(FORMATS)),
    default="pretty",
    show_default=True,
    help="pretty: with source lines; compact: one line each; the others are for programs.",
)
@click.option(
    "--report",
    "reports",
    nargs=2,
    type=(click.Choice(list(FORMATS)), click.Path(path_type=Path, dir_okay=False)),
    multiple=True,
    metavar="FORMAT FILE",
    help="Write the findings to a file, too, in a format of its own; may be repeated.",
)
@click.option("--strict", is_flag=True, help="Let warnings fail the check, too.")
@click.option(
    "--fail-undecided",
    is_flag=True,
    help="Let what could not be decided fail the check, as an error does.",
)
@click.option(
    "--list-undecided",
    is_flag=True,
    help="Show each of many undecided questions; data formats always have them all.",
)
@STEPS_LIMIT
@click.option(
    "--coverage",
    "shows_coverage",
    is_flag=True,
    help="Show what each rule receives, too; `turnout coverage` has more to say about it.",
)
@click.option(
    "--explain",
    is_eager=True,
    expose_value=False,
    callback=_explain,
    metavar="NAME",
    shell_complete=finding_names,
    help="Print what a finding means and what to do about it, and check nothing.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=0),
    default=DEADLINE,
    show_default=True,
    metavar="SECONDS",
    help="When to say `undecided` of every rule of a policy that is still open.",
)
@click.option("--watch", is_flag=True, help="Go on, and check again after every change.")
@CHECKED_AT
@CHECKED_ON
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    paths: tuple[Path, ...],
    name: str,
    reports: tuple[tuple[str, Path], ...],
    strict: bool,
    fail_undecided: bool,
    list_undecided: bool,
    steps: int,
    shows_coverage: bool,
    deadline: float,
    watch: bool,
    at: datetime | None,
    on: date | None,
) -> None:
    """Report everything that is wrong with policies.

    A PATH is a policy's main file, or a folder: there every .route file that no other
    one includes is a main file. Without a PATH the configured paths are checked, or else
    the working directory. All findings of all files come in one run.

    Exit status: 0 without errors, 1 with errors (with --strict also with warnings, with
    --fail-undecided also where something is undecided), 2 where a PATH could not be read.
    """
    if at is not None and on is not None:
        raise CannotRun("--at and --on both say as of when", "leave out one of them")
    if shows_coverage and name != "pretty":
        raise CannotRun(
            f"--coverage is for reading, not for --format {name}",
            "write it with `turnout coverage POLICY -o coverage.json`",
        )

    def once() -> None:
        found = roots(named_or_configured(paths))
        files = list(found.files)
        raised = {"undecided": Severity.ERROR} if fail_undecided else {}
        report = checked(files, steps, deadline, on or at, raised)
        report = attrs.evolve(report, findings=(*found.refused, *report.findings), strict=strict)
        for format_name, file in reports:
            with replacing(file) as stream:
                told = _told(report, format_name, list_undecided)
                text = click.unstyle("\n".join(format_of(format_name)(told, columns())))
                stream.write(f"{text}\n".encode("utf-8", "backslashreplace"))
        for text in format_of(name)(_told(report, name, list_undecided), columns()):
            click.echo(text)
        for line in coverage_of(files) if shows_coverage else ():
            click.echo(line)
        ctx.exit(status(report))

    if not watch:
        once()
    named = named_or_configured(paths)
    if len(named) != 1:
        raise click.UsageError("--watch takes one PATH")
    watched(once, named[0], what="the report")


def _told(report: Report, name: str, list_undecided: bool) -> Report:  # noqa: FBT001 - as the flag is
    """Return what a format tells of a report: people need not read a thousand open questions."""
    if list_undecided or name not in READ:
        return report
    return attrs.evolve(report, findings=gathered(report.findings))


def coverage_of(files: list[Path]) -> Iterator[str]:
    """Yield the coverage of each route of these policies, where they can be read."""
    # Imported when it is wanted: few checks ask for it.
    from turnout.commands.coverage import measured, unread  # noqa: PLC0415
    from turnout.rendering.coverage import coverage_lines  # noqa: PLC0415

    for file in files:
        compiled = compile_policy(file)
        for route in () if unread(compiled) else compiled.policy.routes:
            yield ""
            yield from coverage_lines(measured(compiled, route), columns())


def checked(
    files: list[Path],
    steps: int,
    deadline: float = DEADLINE,
    at: date | None = None,
    severities: Severities = MappingProxyType({}),
) -> Report:
    """Return the findings of the policies with these main files, each finding once.

    severities: what goes before those that are configured.
    """
    is_shown = len(files) >= MANY and sys.stderr.isatty()
    bar = click.progressbar(files, label="checking", file=sys.stderr) if is_shown else None
    waiting = nullcontext() if is_shown else patiently("checking")
    with waiting, bar or nullcontext(files) as progress:
        return joined(
            compile_policy(
                file,
                steps=steps,
                severities={**configuration_of(file).severities, **severities},
                deadline=deadline,
                at=at,
            )
            for file in until_interrupted(progress)
        )


def status(report: Report) -> int:
    """Return the exit status that a report means."""
    if any(each.span is None and each.severity is Severity.ERROR for each in report.findings):
        return CANNOT_RUN
    return FINDINGS if any(map(report.fails, report.findings)) else CLEAN
