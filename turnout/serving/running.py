"""The service as processes: a socket, one process or several, and what they are made with.

Several processes share the state on a server, and the socket, at which the system deals out the
connections. Each opens what it needs by itself, by `ServingSettings` that can be sent to it.
"""

import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from secrets import token_bytes
from types import FrameType
from typing import Any

import attrs
import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from turnout.compiler.compiled import compile_policy
from turnout.compiler.compiled_policy import Compiled
from turnout.errors import Error
from turnout.frozen import attribute, frozen
from turnout.project.configuration import configuration_of
from turnout.project.report_settings import ReportSettings
from turnout.project.serve_settings import ServeSettings
from turnout.runtime.router import Router
from turnout.runtime.stores.server.locations import ServerAddress, Whereabouts
from turnout.serving import counters
from turnout.serving.alert_watch import AlertWatch
from turnout.serving.app import application, described
from turnout.serving.connections import TimedConnection
from turnout.serving.lead_reports import Reports
from turnout.serving.lead_writer import LeadWriter
from turnout.serving.oidc import PeopleTokens, Provider
from turnout.serving.openapi import openapi
from turnout.serving.paces import Paces
from turnout.serving.reloading import PolicySource, Reloader, open_version
from turnout.serving.request_bodies import Limits
from turnout.serving.served_paths import told_paths
from turnout.serving.served_versions import Served, ServedVersion
from turnout.serving.service import Service
from turnout.serving.sign_in import SignIn, SignInSettings
from turnout.serving.signed_out import SignedOut
from turnout.serving.tokens import KnownTokens, TokenFile

GRACE = 30
"""Seconds that requests have to end when the service is told to stop."""


class ServeError(Error):
    """The service can't be started as it was asked for."""


@frozen
class ServingSettings:
    """What a process of the service is made with.

    tokens: the file with them. provider: of people's tokens, None where none is configured;
    sign_in: how they sign in there in a browser.
    is_local: only this machine can reach it. secret: of all its processes. is_watching: new
    versions of the policy's files are served. report: what reports are made with. paces: how
    often it may be asked, by each process. signed_out: the file in which its processes keep who
    signed out, None where there is one.
    """

    source: PolicySource
    tokens: Path
    provider: Provider | None = None
    sign_in: SignInSettings | None = None
    limits: Limits = attribute(factory=Limits)
    is_local: bool = True
    is_watching: bool = True
    report: ReportSettings = attribute(factory=ReportSettings)
    paces: ServeSettings = attribute(factory=ServeSettings)
    secret: bytes = attribute(factory=lambda: token_bytes(32))
    signed_out: Path | None = None

    def __call__(self) -> ASGIApp:
        """Return the application, as a process of several makes it."""
        write_logs()
        source = self.source
        severities = configuration_of(source.main).severities
        return self.application(compile_policy(source.main, severities=severities))

    def application(self, compiled: Compiled) -> ASGIApp:
        """Return the application. Raises Error where policy, state, tokens or keys can't be had."""
        service = self.service(compiled)
        reloader = Reloader(service, self.source) if self.is_watching else None
        return application(service, reloader, self.alerts(service))

    def alerts(self, service: Service) -> AlertWatch:
        """Return who looks at the thresholds of the configuration."""
        return AlertWatch(self.source, self.report, service.reports.index)

    def described(self, compiled: Compiled) -> dict[str, Any]:
        """Return what the service does, as OpenAPI 3.1; no state is opened for it."""
        with Router(compiled, route=self.source.route) as router:
            return openapi(ServedVersion(router, datetime.now(UTC)), told_paths(described()))

    def service(self, compiled: Compiled) -> Service:
        """Return the service; whoever asks for it stops its writer. Raises as `application`."""
        tokens = KnownTokens(TokenFile(self.tokens))
        provider, people, sign_in = self.provider, None, None
        if provider is not None and self.sign_in is not None:
            ended = SignedOut(self.signed_out)
            sign_in = SignIn(provider, self.sign_in, self.secret, ended)
            provider = attrs.evolve(provider, keys=sign_in.keys)
        if provider is not None and provider.audience:
            people = PeopleTokens(provider)
        served = Served(open_version(compiled, self.source))
        writer = LeadWriter(served.router, self.limits.waiting)
        return Service(
            served,
            writer,
            counters.ServiceCounters(),
            Reports(self.source.state, self.source.wait, self.report),
            self.limits,
            Paces(self.paces),
            tokens,
            people,
            sign_in,
            self.is_local,
            self.secret,
        )


def tokens_of(state: Whereabouts, named: Path | None) -> Path:
    """Return where the tokens are: as named, else beside the state. Raises ServeError."""
    if named is not None:
        return named
    if isinstance(state, ServerAddress):
        raise ServeError(
            "a state on a server has no file beside which tokens could be",
            "name the file: `--tokens FILE`",
        )
    return state.with_name(f"{state.name}.tokens")


def is_this_machine(host: str) -> bool:
    """Return whether an address is reached from this machine alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_reach(settings: ServingSettings, host: str) -> None:
    """Raise ServeError where others could reach a service that knows nobody."""
    if settings.is_local or settings.provider is not None:
        return
    if not TokenFile(settings.tokens).read():
        raise ServeError(
            f"without tokens only this machine is served, and {host} is reached by others",
            f"make one: `turnout token create NAME --scope route --tokens {settings.tokens}`",
        )


def bound(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises ServeError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is said: asyncio switches Nagle's algorithm off only where it knows it, and an
    # answer in two parts would wait 40 ms for the caller's acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2_048)
    except (OSError, OverflowError) as failure:
        listening.close()
        reason = getattr(failure, "strerror", None) or str(failure)
        raise ServeError(
            f"{host}:{port} can't be listened at: {reason}", "choose another"
        ) from None
    return listening


def run(settings: ServingSettings, compiled: Compiled, at: socket.socket, workers: int) -> None:
    """Serve until SIGINT or SIGTERM; requests that were begun are answered first.

    workers: processes; several need a state on a server.
    """
    if workers == 1:
        app = settings.application(compiled)
        with _signals_kept():
            uvicorn.Server(uvicorn_settings(lambda: app, settings, 1)).run([at])
        return
    with tempfile.TemporaryDirectory(prefix="turnout-serve-") as folder:
        os.environ[counters.FOLDER] = folder  # all `*.db` in it
        settings = attrs.evolve(settings, signed_out=Path(folder, "signed-out"))
        Multiprocess(uvicorn_settings(settings, settings, workers), [at]).run()


@contextmanager
def _signals_kept() -> Generator[None, None, None]:
    """Let a signal that told the server to stop do nothing more: it is raised again at its end."""

    def nothing(_number: int, _frame: FrameType | None) -> None:
        pass

    ends = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.signal(each, nothing) for each in ends}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def check_workers(workers: int, state: Whereabouts) -> None:
    """Raise ServeError where several processes can't share a state."""
    if workers > 1 and not isinstance(state, ServerAddress):
        raise ServeError(
            "several processes need a state on a server",
            "name one (`--state postgresql://...`), or leave --workers out: leads of a file are"
            " decided by one process anyway",
        )


def uvicorn_settings(
    make: Callable[[], ASGIApp], settings: ServingSettings, workers: int
) -> uvicorn.Config:
    """Return how a process is served. make: its application."""
    limits = settings.limits
    return uvicorn.Config(
        make,
        factory=True,
        lifespan="on",
        workers=workers,
        http=TimedConnection,
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=limits.connections,
        h11_max_incomplete_event_size=limits.headers,
        timeout_graceful_shutdown=GRACE,
    )


def write_logs() -> None:
    """Write what the service says of itself to standard error, acts in lines of JSON."""
    plain = logging.StreamHandler(sys.stderr)
    plain.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    bare = logging.StreamHandler(sys.stderr)
    bare.setFormatter(logging.Formatter("%(message)s"))
    for name, handler, level in (
        ("turnout.serving", plain, logging.INFO),
        ("uvicorn.error", plain, logging.WARNING),
        ("turnout.audit", bare, logging.INFO),
    ):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.setLevel(level)
        logger.propagate = False
