"""What a shell offers where a command wants a policy, or a name that stands in one.

Nothing here complains: whoever presses a key for help is in the middle of a line. Where
nothing is to be offered, a shell falls back on the names of files.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TypeAlias, cast

import click
from click.shell_completion import CompletionItem

from turnout.errors import Error

Completes: TypeAlias = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]
"""What click asks for completions: the line so far, the parameter, and what is typed of it."""

MOST_FILES = 200
"""Files that are offered; more are no help, and looking for them takes long."""

_DEPTH = 3
"""Folders below the one that is typed in which policies are looked for."""


def policy_files(_ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the `.route` files that begin with what is typed, and those in folders below."""
    typed = Path(incomplete)
    folder = typed if incomplete.endswith(("/", "\\")) else typed.parent
    try:
        found = sorted(islice(_routes(folder, _DEPTH), MOST_FILES))
    except OSError:
        found = []
    names = [str(path) for path in found]
    before = "./" if incomplete.startswith("./") else ""
    offered = [before + name for name in names if (before + name).startswith(incomplete)]
    return [CompletionItem(name) for name in offered] or [CompletionItem(incomplete, type="file")]


def any_files(_ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Have the shell offer files."""
    return [CompletionItem(incomplete, type="file")]


def _routes(folder: Path, depth: int) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.suffix == ".route":
            yield path
        elif depth and path.is_dir() and not path.name.startswith(".") and not path.is_symlink():
            yield from _routes(path, depth - 1)


def _said(ctx: click.Context, argument: str) -> Path | None:
    """Return the file that a line names, None where it names none yet.

    A line that ends in an option without its value is no whole one: click reads no further
    then, and leaves the arguments in their order.
    """
    known = ctx.params.get(argument)
    if known is None:
        names = [each.name for each in ctx.command.params if isinstance(each, click.Argument)]
        known = dict(zip(names, ctx.args, strict=False)).get(argument)
    return Path(known) if known else None


def _offering(names: Callable[[Path], Iterable[str]]) -> Completes:
    """Return what offers names of the policy that the line says, as it is on the disk."""

    def offered(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        policy = _said(ctx, "policy")
        if policy is None:
            return []
        try:
            found = dict.fromkeys(names(policy))
        except (Error, OSError, ValueError):
            return []
        return [CompletionItem(name) for name in found if name.startswith(incomplete)]

    return offered


def _routes_of(path: Path) -> Iterable[str]:
    from turnout.compiler.compiled import read_policy  # noqa: PLC0415 - slow, and rarely needed

    return read_policy(path).resolution.policy.routes


def _rules_of(path: Path) -> Iterable[str]:
    from turnout.compiler.compiled import read_policy  # noqa: PLC0415 - slow, and rarely needed

    routes = read_policy(path).program.routes.values()
    return [each.name for route in routes for each in route.clauses if each.is_rule]


def _parts_of(path: Path) -> Iterable[str]:
    from turnout.compiler.compiled import read_policy  # noqa: PLC0415 - slow, and rarely needed

    return [*read_policy(path).resolution.policy.definitions, *_rules_of(path)]


route_names: Completes = _offering(_routes_of)
"""Offers the routes of the policy."""

rule_names: Completes = _offering(_rules_of)
"""Offers the rules of the policy."""

part_names: Completes = _offering(_parts_of)
"""Offers the territories, segments and rules of the policy."""


def finding_names(_ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the names of findings."""
    from turnout.compiler.verdict.catalogue import CATALOGUE  # noqa: PLC0415 - as above

    return [CompletionItem(name) for name in sorted(CATALOGUE) if name.startswith(incomplete)]


def columns_of(parameter: str) -> Completes:
    """Return what offers the columns of the file of leads that another parameter names."""

    def offered(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        path = _said(ctx, parameter)
        if path is None or path.suffix.lower() not in {".csv", ".tsv"}:
            return []
        from turnout.runtime.records import records  # noqa: PLC0415 - as above

        try:
            with records(path) as found:
                first = next(iter(found), None)
        except (Error, OSError, ValueError):
            return []
        raw = first.raw if first is not None else None
        names = list(cast("Mapping[str, object]", raw)) if isinstance(raw, Mapping) else []
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]

    return offered
