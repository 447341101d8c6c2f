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
from turnout.dsl.files import Files, NotedFiles
from turnout.dsl.findings import Severity
from turnout.dsl.policy import Policy
from turnout.project.configuration import (
    configuration_of,
    configured_paths,
)
from turnout.project.policy_cache import (
    NO_CACHE,
    PolicyCache,
    ReadPolicy,
    Settings,
    cache_folder,
)
from turnout.rendering.report import Report
from turnout.rendering.screen import columns
from turnout.runtime.plan_files import SUFFIX, opened_plan

POLICY = click.argument("policy", type=click.Path(path_type=Path), shell_complete=policy_files)
ROUTE = click.option(
    "--route",
    "route_name",
    metavar="NAME",
    shell_complete=route_names,
    help="Which route, where the policy has several.",
)
NO_CACHE_OPTION = click.option(
    "--no-cache",
    "is_kept",
    is_flag=True,
    flag_value=False,
    default=True,
    help="Read and check the policy anew, and keep nothing of it for the next run.",
)
STEPS_LIMIT = click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=STEPS,
    show_default=True,
    metavar="N",
    help="How long to think about one rule before saying `undecided`.",
)


def read_policy(path: Path, route_name: str | None, *, is_kept: bool) -> ReadPolicy:
    """Return the policy at `path`, with the plan of the route asked for.

    path: of its main file, or of a plan that carries it. is_kept: it may have been read before,
    and is kept for the next time. Where the policy has errors, they are printed, and the command
    ends. Raises CannotRun for a route, and PlanError.
    """
    if path.suffix.lower() == SUFFIX:
        return _planned(path, route_name)
    cache = PolicyCache(cache_folder()) if is_kept else NO_CACHE
    configured = configuration_of(path)
    settings = Settings(configured.severities, configured.route)
    found = cache.recalled(path, route_name, settings)
    if found is not None:
        return found
    from turnout.compiler.plan.making import plan_of  # noqa: PLC0415 - with all that checks

    noted = NotedFiles()
    compiled = fit_policy(path, noted)
    route = chosen_route(compiled.policy, route_name, path)
    found = ReadPolicy(compiled, plan_of(compiled.program, route, compiled.policy_hash))
    cache.keep(path, route_name, settings, noted.read, found)
    return found


def _planned(path: Path, route_name: str | None) -> ReadPolicy:
    """Return what a plan and the policy that it carries are. Raises CannotRun and PlanError."""
    plan, compiled = opened_plan(path)
    if route_name not in {None, plan.route}:
        advice = "leave out --route, or write a plan of that one: `turnout compile --plan --route`"
        raise CannotRun(f"{path} is the plan of route {plan.route} alone", advice)
    return ReadPolicy(compiled, plan)


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
