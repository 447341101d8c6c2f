"""Routers out of policies: from a file, from a package's resources, from text."""

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, TypeAlias

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.bundles import of_resource, of_texts
from turnout.dsl.findings import Severity
from turnout.project.configuration import Configuration, configuration_in, configuration_of
from turnout.runtime.fit import PolicyError
from turnout.runtime.router import Router
from turnout.runtime.stores import WAIT

NEAREST: Final = "nearest"

Configured: TypeAlias = str | Path | None
"""Which configuration counts: a file, "nearest" for the nearest one, or None for none."""

_LOG = logging.getLogger("turnout")


def load(
    path: str | Path | Traversable,
    *,
    route: str | None = None,
    state: str | Path | None = None,
    wait: float = WAIT,
    configuration: Configured = NEAREST,
) -> Router:
    """Return a router for the policy whose main file is at `path`.

    path: a file, or a resource of a package, in a zip, too (`importlib.resources.files`);
    what the policy names stands beside it or below. route: which of its routes; may be
    left out where it has one only, or one is configured. state: a SQLite file that keeps
    turns and decisions, or a schema on a server (`postgresql://HOST/DATABASE?schema=NAME`, the
    extra `postgres`), made where there is none; without it they live as long as the router.
    wait: seconds to wait for another run that has the state, here and for each batch, before
    that is a `turnout.StateError`; at most a day.
    configuration: the `turnout.toml` or `pyproject.toml` whose settings count. "nearest"
    is that of the command line: the policy's folder is asked, then those above it; one
    above it that has a say is logged as a warning to `turnout`. None reads none. For a
    resource only a file that is named counts. Whom it says to tell of what happens
    (`[announce.NAME]`) is told of it by `turnout outbox deliver`, where there is a state.

    Raises PolicyError where the policy has errors or no such route, ValueError for a wait
    that is none, `turnout.StateError` where the state can't be used, and
    `turnout.ConfigurationError` where the configuration can't.
    """
    if isinstance(path, str | Path):
        main, bundle = Path(path), None
        configured = _configured(main, configuration)
    else:
        bundle = of_resource(path)
        main, configured = bundle.main, _named(configuration)
    whole = compile_policy(main, severities=configured.severities, files=bundle)
    name, file = _route(route, whole, configured), configured.file
    told = _told(configured, state)
    with _with_its_reason(configured):
        return Router(whole, route=name, state=state, wait=wait, configuration=file, endpoints=told)


def loads(  # noqa: PLR0913 - those of `load`, and what else it needs
    text: str | bytes,
    *,
    name: str = "policy.route",
    files: Mapping[str, str | bytes] | None = None,
    route: str | None = None,
    state: str | Path | None = None,
    wait: float = WAIT,
    configuration: str | Path | None = None,
) -> Router:
    """Return a router for a policy that is given as text; nothing is read from the disk.

    name: what the main file is called in messages; a policy that doesn't declare its own
    name is called so, and a state belongs to that name. files: what the policy includes
    and its tables, by the paths by which it names them. Bytes are UTF-8. The rest is as
    for `load`, and so are the errors.
    """
    bundle, configured = of_texts(name, text, files or {}), _named(configuration)
    whole = compile_policy(bundle.main, severities=configured.severities, files=bundle)
    chosen, file = _route(route, whole, configured), configured.file
    told = _told(configured, state)
    with _with_its_reason(configured):
        return Router(
            whole, route=chosen, state=state, wait=wait, configuration=file, endpoints=told
        )


def _told(configured: Configuration, state: str | Path | None) -> tuple[str, ...]:
    """Return who is told of what happens: of what lasts, and nothing else."""
    return () if state is None else configured.endpoint_names


def _configured(policy: Path, asked: Configured) -> Configuration:
    """Return the configuration that counts, and say so where that may surprise."""
    if asked != NEAREST:
        return _named(asked)
    found = configuration_of(policy)
    is_above = found.file is not None and found.file.parent != policy.resolve().parent
    if is_above and (found.severities or found.route or found.endpoints):
        _LOG.warning(
            "%s is loaded with the settings of %s; name it, or refuse it: `configuration=None`",
            policy,
            found.file,
        )
    return found


def _named(asked: Configured) -> Configuration:
    if asked is None or asked == NEAREST:
        return Configuration()
    return configuration_in(Path(asked))


def _route(asked: str | None, compiled: Compiled, configured: Configuration) -> str | None:
    is_open = asked is None and len(compiled.policy.routes) > 1
    return configured.route if is_open else asked


@contextmanager
def _with_its_reason(configured: Configuration) -> Generator[None, None, None]:
    """Add to an error where it comes from, where that is the configuration."""
    try:
        yield
    except PolicyError as failure:
        errors = [each for each in failure.findings if each.severity is Severity.ERROR]
        if not errors or errors[0].name not in configured.severities:
            raise
        said = f"{configured.file} makes `{errors[0].name}` an error"
        told = f"{failure.help}; {said}" if failure.help else said
        raise PolicyError(failure.message, told, failure.findings) from None
