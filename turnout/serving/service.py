"""All that a handler of requests works with, and who it is that asks."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from ipaddress import ip_address
from threading import Event
from typing import TYPE_CHECKING

from starlette.requests import Request

from turnout.frozen import attribute, define
from turnout.project.serve_settings import ServeSettings
from turnout.serving.callers import ANYBODY, Caller
from turnout.serving.counters import ServiceCounters
from turnout.serving.lead_writer import LeadWriter
from turnout.serving.oidc import PeopleTokens
from turnout.serving.paces import Paces
from turnout.serving.problems import ProblemError
from turnout.serving.request_bodies import Limits
from turnout.serving.served_versions import Served
from turnout.serving.sign_in import SignIn
from turnout.serving.tokens import KnownTokens

if TYPE_CHECKING:
    from turnout.serving.lead_reports import Reports

COOKIE = "turnout-token"
"""Where a browser has the token of a person; no script can read it."""

SESSION = "turnout-session"
"""Where a browser has the session of somebody who signed in at a provider; likewise."""

REPORT = "/report"
"""The page of the report, which a browser asks for by its cookie, too."""

_LONGEST_TOKEN = 8_192


@define
class Reload:
    """What became of the newest version of the policy's files.

    refused: why it isn't served, a line each; empty where it is.
    """

    at: datetime | None = None
    refused: tuple[str, ...] = ()


@define(eq=False)
class Service:
    """A policy that is served.

    tokens, people: by whom callers are known, None where no such are configured. sign_in: how
    people sign in at their provider in a browser, None where they don't. is_local: only
    this machine can ask, and needs no token while there are none. secret: of all processes of
    the service, by which forms are known as its own.
    """

    served: Served
    writer: LeadWriter
    metrics: ServiceCounters
    reports: "Reports"
    limits: Limits = attribute(factory=Limits)
    paces: Paces = attribute(factory=lambda: Paces(ServeSettings()))
    tokens: KnownTokens | None = None
    people: PeopleTokens | None = None
    sign_in: SignIn | None = None
    is_local: bool = True
    secret: bytes = b""
    reload: Reload = attribute(factory=Reload)
    asked_again: Event = attribute(factory=Event)
    stopping: Event = attribute(factory=Event)
    streams: int = 0
    paths: Mapping[str, Mapping[str, object]] = attribute(
        factory=dict[str, Mapping[str, object]], repr=False
    )

    @property
    def is_open(self) -> bool:
        """Whether callers need no token: only this machine can ask, and there are none."""
        return self.is_local and self.people is None and self.sign_in is None and not self.tokens

    def named_route(self, request: Request) -> str | None:
        """Return the route that a request names, None where it names none. Raises ProblemError."""
        asked = request.scope["query_string"]
        name = request.query_params.get("route") if asked else None
        return None if name is None else self.known_route(name)

    def known_route(self, name: str) -> str:
        """Return the name of a route. Raises ProblemError where the policy has none of it."""
        routes = self.served.now.router.compiled.policy.routes
        if name not in routes:
            raise ProblemError("unknown", f"there is no route {name[:80]}: {', '.join(routes)}")
        return name

    async def caller(self, request: Request) -> Caller:
        """Return who asks. Raises ProblemError where that can't be known, or is too soon again."""
        if self.is_open:
            _check_local(request)
            self.paces.check_caller(ANYBODY, request)
            return ANYBODY
        secret = _secret(request)
        found = await self.bearer(secret) if secret else None
        found = found or self._signed_in(request)
        if found is None:
            self.paces.check_address(request)
            said = "the token isn't known, or has ended" if secret else "no token was sent"
            raise _unknown(said)
        self.paces.check_caller(found, request)
        return found

    def _signed_in(self, request: Request) -> Caller | None:
        """Return whose session a browser has, None where it has none."""
        session = request.cookies.get(SESSION, "")
        if self.sign_in is None or not session or not _is_page(request):
            return None
        return self.sign_in.caller(session, self.served.now.router.compiled.policy)

    async def bearer(self, secret: str) -> Caller | None:
        """Return who bears a token, None where it isn't valid."""
        if len(secret) > _LONGEST_TOKEN:
            return None
        if self.tokens is not None:
            found = self.tokens.caller(secret)
            if found is not None:
                return found
        if self.people is not None and secret.count(".") == 2:
            policy = self.served.now.router.compiled.policy
            return await asyncio.to_thread(self.people.caller, secret, policy)
        return None


def _secret(request: Request) -> str:
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return secret.strip()
    return request.cookies.get(COOKIE, "") if _is_page(request) else ""


def _is_page(request: Request) -> bool:
    """Return whether a page is asked for.

    A browser sends its cookies with whatever a page asks it to: they count for pages alone, which
    know their own forms.
    """
    path = request.scope["path"]
    return path == REPORT or f"{path}/".startswith("/me/")


def _check_local(request: Request) -> None:
    """Raise ProblemError where a browser was sent here under another name (DNS rebinding)."""
    if not _is_here(request.headers.get("host", "")):
        raise ProblemError("not-yours", "without tokens only `localhost` is served")


@lru_cache(maxsize=16)
def _is_here(host: str) -> bool:
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    try:
        return name in {"localhost", ""} or ip_address(name).is_loopback
    except ValueError:
        return False


def _unknown(detail: str) -> ProblemError:
    return ProblemError("no-token", detail, headers={"WWW-Authenticate": 'Bearer realm="turnout"'})
