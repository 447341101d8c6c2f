"""`turnout serve`: a policy as a service over HTTP."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from turnout.announcing.rounds import check_announce
from turnout.commands.exits import CannotRun
from turnout.commands.options import Command, color_option
from turnout.commands.policies import POLICY, ROUTE, chosen_route, fit_policy
from turnout.commands.waiting import WAITING
from turnout.commands.whereabouts import StateParam
from turnout.compiler.compiled_policy import Compiled
from turnout.printable import visible
from turnout.project.configuration import Configuration, configuration_of
from turnout.rendering.jsons import json_text
from turnout.runtime.stores.server.locations import Whereabouts

if TYPE_CHECKING:
    from turnout.project.endpoints import Endpoint
    from turnout.serving.oidc import Provider
    from turnout.serving.reloading import PolicySource
    from turnout.serving.sign_in import SignInSettings


@click.command(
    "serve",
    cls=Command,
    examples=(
        "turnout serve inbound.route --state inbound.db",
        "turnout serve inbound.route --state inbound.db --allow same-team",
        "turnout serve in.route --state postgresql://db/leads --tokens t --workers 4",
    ),
)
@POLICY
@click.option(
    "--state",
    type=StateParam(),
    required=True,
    metavar="FILE",
    help="Where turns and decisions are kept: a file, or postgresql://...; made where there is "
    "none.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8080,
    show_default=True,
    help="The port to listen at; 0 for any that is free.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes; several need a state on a server.",
)
@click.option(
    "--tokens",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Who may ask (see `turnout token`); by default beside the state.",
)
@click.option("--oidc-issuer", metavar="URL", help="The OpenID provider of people's tokens.")
@click.option("--oidc-audience", metavar="NAME", help="For whom its tokens have to be.")
@click.option("--oidc-keys", metavar="FILE", help="Its key set: a file, or its `jwks_uri`.")
@click.option(
    "--oidc-client",
    metavar="NAME",
    help="As what the provider knows the service, where people sign in there in a browser.",
)
@click.option(
    "--oidc-secret",
    metavar="WHERE",
    help="What the provider gave that client: env:NAME or file:PATH; none for a public one.",
)
@click.option(
    "--oidc-url",
    metavar="URL",
    help="Where people reach the service; they come back to /me/signed-in there.",
)
@click.option(
    "--allow",
    type=click.Choice(["none", "same-team", "any"]),
    default="any",
    show_default=True,
    help="What a new version of the policy's files may change without being refused: nothing; "
    "who of a team gets a lead; anything.",
)
@click.option(
    "--deliver",
    is_flag=True,
    help="Tell those who are named in the configuration, as `turnout outbox deliver` does.",
)
@click.option("--no-reload", is_flag=True, help="Serve the files as they are now, and no others.")
@click.option(
    "--check", "is_check", is_flag=True, help="Open everything, say so, and end without serving."
)
@click.option(
    "--openapi", "is_told", is_flag=True, help="Print what it does, as OpenAPI 3.1, and end."
)
@WAITING
@ROUTE
@color_option
def command(
    *,
    policy: Path,
    state: Whereabouts,
    host: str,
    port: int,
    workers: int,
    tokens: Path | None,
    oidc_issuer: str | None,
    oidc_audience: str | None,
    oidc_keys: str | None,
    oidc_client: str | None,
    oidc_secret: str | None,
    oidc_url: str | None,
    allow: str,
    deliver: bool,
    no_reload: bool,
    is_check: bool,
    is_told: bool,
    wait: int,
    route_name: str | None,
) -> None:
    """Decide leads over HTTP: one POST a lead, or many.

    Without tokens only this machine is served. A new version of the policy's files is checked,
    tried by its own tests and compared with the running one, and then serves from the next lead
    on; where it may not, the running one stays, and why is told. SIGTERM lets every request end.

    What each path does is in the guide on serving.
    """
    from turnout.serving.serve_extra import check_serve  # noqa: PLC0415 - an extra

    check_serve()
    from turnout.serving.reloading import PolicySource  # noqa: PLC0415
    from turnout.serving.running import (  # noqa: PLC0415
        ServingSettings,
        bound,
        check_reach,
        check_workers,
        is_this_machine,
        run,
        tokens_of,
        write_logs,
    )

    provider, sign_in = _identified_by(
        issuer=oidc_issuer,
        audience=oidc_audience,
        keys=oidc_keys,
        client=oidc_client,
        secret=oidc_secret,
        url=oidc_url,
    )
    check_workers(workers, state)
    compiled = fit_policy(policy)
    route = chosen_route(compiled.policy, route_name, policy)
    configured = configuration_of(policy)
    told = _told(configured) if deliver else ()
    settings = ServingSettings(
        PolicySource(policy, route, state, wait, allow, configured.endpoint_names),
        tokens_of(state, tokens),
        provider,
        sign_in,
        is_local=is_this_machine(host),
        is_watching=not no_reload,
        report=configured.report,
        paces=configured.serve,
    )
    if is_told:
        click.echo(json_text(settings.described(compiled), indent=2))
        return
    check_reach(settings, host)
    if is_check:
        service = settings.service(compiled)
        service.writer.stop()
        service.served.close()
        service.reports.close()
        with _delivering(settings.source, compiled, told):
            pass
        click.echo(f"{visible(str(policy))}: policy, state and tokens can be served")
        return
    with bound(host, port) as listening:
        where = listening.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        click.echo(
            f"serving route {visible(route)} of policy {visible(compiled.policy.name)} "
            f"({compiled.policy_hash[:12]}) at http://{shown}:{where}"
        )
        if settings.is_local and provider is None and not settings.tokens.exists():
            click.echo("there are no tokens: only this machine is served", err=True)
        if configured.endpoints and not deliver:
            names = ", ".join(map(visible, configured.endpoint_names))
            click.echo(f"{names}: told by `turnout outbox deliver`, or with --deliver", err=True)
        write_logs()
        with _delivering(settings.source, compiled, told):
            run(settings, compiled, listening, workers)
    click.echo("stopped; every lead that was taken is decided")


def _identified_by(
    *,
    issuer: str | None,
    audience: str | None,
    keys: str | None,
    client: str | None,
    secret: str | None,
    url: str | None,
) -> "tuple[Provider | None, SignInSettings | None]":
    """Return who knows people, and how they sign in there. Raises UsageError and Error."""
    if not any((issuer, audience, keys, client, secret, url)):
        return None, None
    is_signing_in = bool(client or secret or url)
    if is_signing_in and not (issuer and client and url):
        raise click.UsageError("--oidc-issuer, --oidc-client and --oidc-url go together")
    if not is_signing_in and not (issuer and audience and keys):
        raise click.UsageError("--oidc-issuer, --oidc-audience and --oidc-keys go together")
    from turnout.serving.oidc import Provider  # noqa: PLC0415 - an extra
    from turnout.serving.sign_in import SignInSettings, check_address  # noqa: PLC0415

    provider = Provider(issuer or "", audience or "", keys or "")
    if not client or not url:
        return provider, None
    return provider, SignInSettings(client, check_address(url), _read(secret) if secret else "")


def _read(secret: str) -> str:
    """Return a secret. Raises SecretError, and UsageError where nothing says where it stands."""
    from turnout.project.endpoints import Secret  # noqa: PLC0415 - few services have one

    kind, _, where = secret.partition(":")
    if kind not in {"env", "file"} or not where:
        raise click.UsageError("--oidc-secret says where it stands: env:NAME or file:PATH")
    return Secret("env" if kind == "env" else "file", where, Path.cwd()).read()


def _told(configured: Configuration) -> "Sequence[Endpoint]":
    """Return who is told beside the service. Raises CannotRun where nobody is."""
    check_announce()
    if not configured.endpoints:
        where = configured.file or "no configuration"
        raise CannotRun(
            f"nobody is to be told: {where} names nobody",
            "write a table `[announce.NAME]` into turnout.toml, or leave --deliver out",
        )
    return configured.endpoints


def _delivering(
    source: "PolicySource", compiled: Compiled, endpoints: "Sequence[Endpoint]"
) -> AbstractContextManager[None]:
    """Tell others while the block lasts, where there are any."""
    if not endpoints:
        return nullcontext()
    from turnout.serving.reloading import open_router  # noqa: PLC0415 - an extra
    from turnout.serving.served_couriers import delivering  # noqa: PLC0415

    open_router(compiled, source).close()  # the state is there from now on
    return delivering(source.state, endpoints, source.wait)
