"""A policy that is fit to run, which of its routes a command is about, and its router."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

import click

from turnout.commands.completing import policy_files, route_names
from turnout.commands.exits import CANNOT_RUN, FINDINGS, CannotRun
from turnout.commands.patience import patiently
from turnout.compiler.compiled_policy import Compiled
from turnout.compiler.leads.budget import STEPS
from turnout.dsl.files import Files
from turnout.dsl.findings import Severity
from turnout.dsl.policy import Policy
from turnout.project.configuration import (
    configuration_of,
    configured_paths,
)
from turnout.rendering.report import Report
from turnout.rendering.screen import columns

POLICY = click.argument("policy", type=click.Path(path_type=Path), shell_complete=policy_files)
ROUTE = click.option(
    "--route",
    "route_name",
    metavar="NAME",
    shell_complete=route_names,
    help="Which route, where the policy has several.",
)
STEPS_LIMIT = click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=STEPS,
    show_default=True,
    metavar="N",
    help="How long to think about one rule before saying `undecided`.",
)


def fit_policy(path: Path, files: Files | None = None) -> Compiled:
    """Return the policy at `path`; where it has errors, print them and end the command."""
    compiled = _compiled(path, files)
    if not compiled.is_fit:
        _end_unfit(compiled)
    return compiled


def tried_policy(path: Path) -> Compiled:
    """Return the policy at `path`, whose errors only tell of leads; other errors end the command.

    For what looks at leads and gives none away, such as a freshly imported policy beside what
    the old tool did.
    """
    compiled = _compiled(path)
    if not compiled.can_be_tried:
        _end_unfit(compiled)
    return compiled


def _compiled(path: Path, files: Files | None = None) -> Compiled:
    from turnout.compiler.compiled import compile_policy  # noqa: PLC0415 - with all that checks

    with patiently(f"checking {path}"):
        return compile_policy(path, severities=configuration_of(path).severities, files=files)


def _end_unfit(compiled: Compiled) -> NoReturn:
    from turnout.rendering.pretty import pretty  # noqa: PLC0415 - for errors only

    report = errors_of(compiled)
    for text in pretty(report, columns()):
        click.echo(text, err=True)
    is_unread = any(finding.span is None for finding in report.findings)
    raise click.exceptions.Exit(CANNOT_RUN if is_unread else FINDINGS)


def errors_of(compiled: Compiled) -> Report:
    """Return what makes a policy unfit to run."""
    errors = (each for each in compiled.findings if each.severity is Severity.ERROR)
    return Report(tuple(errors), tuple(source.name for source in compiled.sources))


def chosen_route(policy: Policy, name: str | None, main: Path) -> str:
    """Return the route asked for, the policy's only one or the configured one of several.

    main: the policy's main file, from which the configuration is looked for. Raises CannotRun.
    """
    names = list(policy.routes)
    if name is None and len(names) > 1:
        name = configuration_of(main).route
    if not names:
        raise CannotRun(f"the policy {policy.name} has no route", "name the file that has one")
    if name is None and len(names) == 1:
        return names[0]
    listed = ", ".join(names)
    if name is None:
        raise CannotRun(f"the policy has {len(names)} routes: {listed}", "choose one with --route")
    if name in names:
        return name
    near = get_close_matches(name, names, n=1)
    advice = f"did you mean {near[0]}?" if near else f"it has {listed}"
    raise CannotRun(f"the policy has no route {name}", advice)


def named_or_configured(paths: Sequence[Path]) -> list[Path]:
    """Return the paths that were named, or else those configured. Raises ConfigurationError."""
    return list(paths) or configured_paths()
