"""`turnout coverage`: what each rule and fallback of a policy receives."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from turnout.commands.exits import CANNOT_RUN, FINDINGS, CannotRun
from turnout.commands.flow import opened
from turnout.commands.manner import manner_options
from turnout.commands.options import AT, Command, color_option
from turnout.commands.outputs import output
from turnout.commands.patience import patiently
from turnout.commands.policies import POLICY, ROUTE, chosen_route
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.compiler.questions.analysis import analyse
from turnout.compiler.questions.coverage import END, Cell, Coverage, coverage
from turnout.dsl.findings import Finding, Severity
from turnout.rendering.coverage import coverage_lines
from turnout.rendering.coverage_html import coverage_html
from turnout.rendering.jsons import json_text
from turnout.rendering.pretty import pretty
from turnout.rendering.report import Report
from turnout.rendering.screen import columns
from turnout.runtime.leads import leads as leads_of
from turnout.runtime.records import FOUND, Manner
from turnout.runtime.unbound import Shapes, begun
from turnout.trials.sample import sampled

FORMAT, VERSION = "turnout-coverage", 1

ABOUT_LEADS = frozenset(
    {
        "coverage-gap",
        "dead-end",
        "impossible-condition",
        "never-available",
        "unreachable-block",
        "unreachable-rule",
    }
)
"""Errors of a policy that has a coverage all the same, and is worth looking at for them."""


@click.command(
    "coverage",
    cls=Command,
    examples=(
        "turnout coverage inbound.route",
        "turnout coverage inbound.route --leads last-quarter.csv",
        "turnout coverage inbound.route -o coverage.html",
    ),
)
@POLICY
@click.option(
    "--leads",
    metavar="FILE",
    help="Count these leads, not the space of leads.",
)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page (.html) or data (.json) and print nothing.",
)
@manner_options
@ROUTE
@AT
@color_option
def command(
    *,
    policy: Path,
    leads: str | None,
    out: Path | None,
    route_name: str | None,
    at: datetime | None,
    manner: Manner,
) -> None:
    """Show what each rule and fallback receives.

    Without --leads the shares are exact, of the combinations of values that the policy
    tells apart; with a sample they are of its leads. Then come territories by segments:
    who gets leads there, and where some get no target.
    """
    if out is not None and out.suffix.lower() not in {".html", ".json"}:
        raise CannotRun(f"the name {out} says no format", "end it in .html or .json")
    compiled = readable(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    found = measured(compiled, route, leads, at, manner)
    if out is None:
        for line in coverage_lines(found, columns()):
            click.echo(line)
        return
    is_page = out.suffix.lower() == ".html"
    text = coverage_html(found, compiled.policy.name) if is_page else _json(found)
    with output(out) as stream:
        stream.write(text.encode("utf-8", "backslashreplace"))


def measured(
    compiled: Compiled,
    route: str,
    leads: str | None = None,
    at: datetime | None = None,
    manner: Manner = FOUND,
) -> Coverage:
    """Return the coverage of a route: of the leads in a file, or of the space of leads."""
    analysis = analyse(compiled.program, route)
    if leads is None:
        return coverage(analysis)
    fields = compiled.policy.fields
    moment = (at or datetime.now(UTC)).astimezone(UTC)
    with opened(leads, fields, manner) as source:
        rows = begun(source, Shapes(fields), compiled.policy, route)
        return sampled(analysis, leads_of(rows, fields), moment)


def readable(path: Path, at: datetime | None = None) -> Compiled:
    """Return the policy at `path`; where it can't be read, print why and end the command.

    at: from when on absences and calendars count, now where it isn't said.
    """
    with patiently(f"checking {path}"):
        compiled = compile_policy(path, at=at)
    findings = unread(compiled)
    if findings:
        sources = tuple(source.name for source in compiled.sources)
        for text in pretty(Report(findings, sources), columns()):
            click.echo(text, err=True)
        is_missing = any(finding.span is None for finding in findings)
        raise click.exceptions.Exit(CANNOT_RUN if is_missing else FINDINGS)
    return compiled


def unread(compiled: Compiled) -> tuple[Finding, ...]:
    """Return the errors for which a policy means too little to be counted."""
    return tuple(
        finding
        for finding in compiled.findings
        if finding.severity is Severity.ERROR and finding.name not in ABOUT_LEADS
    )


def _json(found: Coverage) -> str:
    parts = found.parts or ()
    data: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "route": found.route,
        "leads": found.leads,
        "shares": [
            {"clause": name, "share": _number(part)}
            for name, part in zip(found.names, parts, strict=False)
        ],
        "no_target": None if found.parts is None else _number(found.left),
        "matrices": [
            {
                "family": matrix.family,
                "rows": list(matrix.rows),
                "columns": list(matrix.columns),
                "cells": [[_cell(found, cell) for cell in cells] for cells in matrix.cells],
            }
            for matrix in found.matrices
        ],
    }
    return json_text(data, indent=2) + "\n"


def _cell(found: Coverage, cell: Cell) -> list[dict[str, object]]:
    counts = cell.counts or (None,) * len(cell.clauses)
    return [
        {"clause": None if at == END else found.names[at], "leads": count}
        for at, count in zip(cell.clauses, counts, strict=True)
    ]


def _number(part: Fraction) -> float:
    return float(part)
