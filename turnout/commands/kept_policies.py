"""A policy that is fit to run and may have been kept since an earlier run, with a plan of a route.

It stands apart, since what only checks policies starts quicker without all that keeps them.
"""

from pathlib import Path

import click

from turnout.commands.exits import CannotRun
from turnout.commands.policies import chosen_route, fit_policy
from turnout.dsl.files import NotedFiles
from turnout.project.configuration import configuration_of
from turnout.project.policy_cache import (
    NO_CACHE,
    PolicyCache,
    ReadPolicy,
    Settings,
    cache_folder,
)
from turnout.runtime.plan_files import SUFFIX, opened_plan

NO_CACHE_OPTION = click.option(
    "--no-cache",
    "is_kept",
    is_flag=True,
    flag_value=False,
    default=True,
    help="Read and check the policy anew, and keep nothing of it for the next run.",
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
