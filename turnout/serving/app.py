"""The service as an ASGI application: its paths, and how it begins and ends."""

import asyncio
import signal
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import chain
from types import FrameType
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from turnout.serving import (
    acts,
    api_pages,
    inquiries,
    lead_reports,
    lead_requests,
    login_pages,
    people_pages,
)
from turnout.serving.alert_watch import AlertWatch
from turnout.serving.problems import ProblemError, problem_response
from turnout.serving.reloading import Reloader
from turnout.serving.served_paths import Handler, OpenHandler, ServedPath
from turnout.serving.service import REPORT, Service
from turnout.serving.sign_in import CALLBACK

LEAD = "/leads/{lead:path}"

PATHS: dict[str, dict[str, Handler]] = {
    "/leads": {"POST": lead_requests.post_leads},
    "/decide": {"POST": lead_requests.post_decide},
    "/explain": {"POST": lead_requests.post_explain},
    **{f"{LEAD}/{word}": {"POST": acts.deed(word)} for word in acts.DEEDS},
    LEAD: {"GET": inquiries.get_lead},
    "/queues": {"GET": inquiries.get_queues},
    "/queues/{queue}": {"GET": inquiries.get_queue},
    "/queues/{queue}/claim": {"POST": acts.post_claim},
    "/absences": {"GET": acts.get_absences},
    "/people/{person}/away": {"POST": acts.absence("away")},
    "/people/{person}/pause": {"POST": acts.absence("paused")},
    "/people/{person}/back": {"POST": acts.post_back},
    "/events": {"GET": inquiries.get_events},
    "/policy": {"GET": inquiries.get_policy},
    "/policy/diagram.svg": {"GET": inquiries.get_diagram},
    "/policy/lead.schema.json": {"GET": inquiries.get_schema},
    "/policy/reload": {"POST": inquiries.post_reload},
    "/metrics": {"GET": inquiries.get_metrics},
    "/openapi.json": {"GET": api_pages.get_openapi},
}
"""What each path does for callers who are known, by method; in the order in which paths fit."""

OPEN_PATHS: dict[str, dict[str, OpenHandler]] = {
    "/healthz": {"GET": inquiries.get_health},
    "/readyz": {"GET": inquiries.get_ready},
    "/docs": {"GET": api_pages.get_docs},
    REPORT: {"GET": lead_reports.get_report},
    "/me": {"GET": people_pages.get_me, "POST": people_pages.post_me},
    "/me/sign-in": {"POST": people_pages.post_sign_in},
    "/me/login": {"GET": login_pages.get_login},
    CALLBACK: {"GET": login_pages.get_signed_in},
    "/me/leads/{lead:path}": {"GET": people_pages.get_my_lead},
    "/pages/page.css": {"GET": api_pages.get_style},
    "/pages/api.js": {"GET": api_pages.get_script},
}
"""What each path does for anybody; people's pages and the report ask by themselves who it is."""


def application(
    service: Service, reloader: Reloader | None = None, alerts: AlertWatch | None = None
) -> ASGIApp:
    """Return the application. reloader: watches the policy's files, None where nobody does.

    alerts: looks at the thresholds of the configuration, None where nobody does.

    A path that is written as it is asked for is found at once; the others go through the routes.
    """
    service.paths = described()
    routes = [
        *(Route(path, ServedPath(service, path, methods)) for path, methods in PATHS.items()),
        *(
            Route(
                path,
                ServedPath(service, path, open_methods=methods, is_paced=path not in _UNPACED),
            )
            for path, methods in OPEN_PATHS.items()
        ),
    ]

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[dict[str, Service], None]:
        _note_signals(service)
        service.metrics.watch(lambda: service.writer.waiting)
        service.metrics.loaded.set(service.served.now.since.timestamp())
        if reloader is not None:
            reloader.start()
        if alerts is not None:
            alerts.start(service.served)
        try:
            yield {"service": service}
        finally:
            service.stopping.set()
            if reloader is not None:
                await asyncio.to_thread(reloader.stop)
            if alerts is not None:
                await asyncio.to_thread(alerts.stop)
            await asyncio.to_thread(service.writer.stop)
            service.served.close()
            service.reports.close()
            if service.sign_in is not None:
                service.sign_in.close()

    unknown: Any = {HTTPException: _unknown}
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=unknown)
    app.router.redirect_slashes = False
    at_once = {each.path: each.endpoint for each in routes if "{" not in each.path}

    async def dispatched(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _head_size(scope) > service.limits.headers:
            # The server itself limits only heads that come in pieces.
            service.metrics.refused.labels("large-head").inc()
            detail = f"at most {service.limits.headers:,} bytes of a head are read"
            refused = ProblemError("large-head", detail, headers={"Connection": "close"})
            await problem_response(refused)(scope, receive, send)
            return
        found = at_once.get(scope["path"]) if scope["type"] == "http" else None
        await (app if found is None else found)(scope, receive, send)

    return dispatched


def _head_size(scope: Scope) -> int:
    """Return how many bytes the path and the headers of a request have."""
    heads = scope["headers"]
    size = len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"")
    return size + 4 * len(heads) + sum(map(len, chain.from_iterable(heads)))


def described() -> dict[str, dict[str, object]]:
    """Return the paths that programs ask, by method."""
    found: dict[str, dict[str, object]] = {}
    for paths in (PATHS, OPEN_PATHS):
        for path, methods in paths.items():
            if path not in _PAGES and not f"{path}/".startswith("/me/"):
                found[path] = dict(methods)
    return found


_UNPACED = frozenset({"/healthz", "/readyz", "/me", "/me/leads/{lead:path}", REPORT})
"""Who looks after the service is never sent away; who asks for a person's page or the report is
counted there."""

_PAGES = frozenset({"/docs", "/pages/page.css", "/pages/api.js", "/openapi.json"})


async def _unknown(request: Request, refused: Exception) -> Response:
    """Tell of a path that there isn't."""
    assert isinstance(refused, HTTPException)
    detail = f"there is nothing at {request.url.path[:200]}"
    return problem_response(ProblemError("unknown", detail))


def _note_signals(service: Service) -> None:
    """Note that the service is told to stop as soon as it is, so that who follows events ends.

    What the server itself does then, it does.
    """
    if threading.current_thread() is not threading.main_thread():
        return

    def noting(number: int) -> None:
        before = signal.getsignal(number)

        def stop(received: int, frame: FrameType | None) -> None:
            service.stopping.set()
            if callable(before):
                before(received, frame)

        if callable(before) and before is not signal.default_int_handler:
            signal.signal(number, stop)

    for each in (signal.SIGINT, signal.SIGTERM):
        noting(each)
