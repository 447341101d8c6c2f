"""`turnout check`: every finding of every policy, as text or as data."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from turnout.commands.exits import CANNOT_RUN, CLEAN, FINDINGS, CannotRun
from turnout.commands.options import Command, color_option
from turnout.commands.roots import roots
from turnout.compiler.analysis import STEPS
from turnout.dsl.findings import Finding, Severity
from turnout.rendering.formats import FORMATS
from turnout.rendering.report import Report
from turnout.rendering.screen import columns
from turnout.runtime.compiled import Compiled, compile_policy

MANY = 20
"""Policies from which on the wait deserves a progress bar."""


@click.command(
    "check",
    cls=Command,
    examples=(
        "turnout check inbound.route",
        "turnout check policies/ --strict",
        "turnout check . --format compact",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "name",
    type=click.Choice(list(FORMATS)),
    default="pretty",
    show_default=True,
    help="pretty: with source lines; compact: one line each; json: for programs.",
)
@click.option("--strict", is_flag=True, help="Let warnings fail the check, too.")
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=STEPS,
    show_default=True,
    metavar="N",
    help="How long to think about one rule before saying `undecided`.",
)
@click.option(
    "--coverage",
    "shows_coverage",
    is_flag=True,
    help="Show what each rule receives, too; `turnout coverage` has more to say about it.",
)
@color_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    paths: tuple[Path, ...],
    name: str,
    strict: bool,
    steps: int,
    shows_coverage: bool,
) -> None:
    """Report everything that is wrong with policies.

    A PATH is a policy's main file, or a folder: there every .route file that no other
    one includes is a main file. All findings of all files come in one run.

    Exit status: 0 without errors, 1 with errors (with --strict also with warnings), 2
    where a PATH could not be read.
    """
    if shows_coverage and name != "pretty":
        raise CannotRun(
            f"--coverage is for reading, not for --format {name}",
            "write it with `turnout coverage POLICY -o coverage.json`",
        )
    files = roots(paths)
    report = checked(files, steps)
    for text in FORMATS[name](report, columns()):
        click.echo(text)
    for line in coverage_of(files) if shows_coverage else ():
        click.echo(line)
    ctx.exit(status(report, strict=strict))


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


def checked(files: list[Path], steps: int) -> Report:
    """Return the findings of the policies with these main files, each finding once."""
    hidden = len(files) < MANY or not sys.stderr.isatty()
    with click.progressbar(files, label="checking", file=sys.stderr, hidden=hidden) as progress:
        return joined(compile_policy(file, steps=steps) for file in progress)


def joined(policies: Iterable[Compiled]) -> Report:
    """Return one report of several policies, which may share files."""
    findings: dict[object, Finding] = {}
    files: dict[str, None] = {}
    for compiled in policies:
        files |= dict.fromkeys(source.name for source in compiled.sources)
        for finding in compiled.findings:
            findings.setdefault((finding.name, finding.span, finding.message), finding)
    return Report(tuple(findings.values()), tuple(files))


def status(report: Report, *, strict: bool) -> int:
    """Return the exit status that a report means."""
    if any(each.span is None and each.severity is Severity.ERROR for each in report.findings):
        return CANNOT_RUN
    fails = report.count(Severity.ERROR) + (report.count(Severity.WARNING) if strict else 0)
    return FINDINGS if fails else CLEAN
