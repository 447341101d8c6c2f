"""A path of the service: who may, what is done, and how it ends, whatever happens."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from secrets import token_hex
from time import perf_counter
from typing import TypeAlias

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from turnout.runtime.fit import ClosedError, UnroutedError
from turnout.runtime.lives import NotAllowedError
from turnout.runtime.stores import StateError
from turnout.serving.callers import Caller
from turnout.serving.http_words import in_http
from turnout.serving.problems import ProblemError, problem_response
from turnout.serving.served_versions import ROUTE
from turnout.serving.service import Service

Handler: TypeAlias = Callable[[Service, Request, Caller], Awaitable[Response]]
"""Answers a request of somebody who is known. What they may is the handler's to ask."""

OpenHandler: TypeAlias = Callable[[Service, Request], Awaitable[Response]]
"""Answers a request of anybody."""

_LOG = logging.getLogger("turnout.serving")
_ENCODER = msgspec.json.Encoder(enc_hook=str)


def json_response(data: object, status: int = 200) -> Response:
    """Return data as JSON."""
    return Response(_ENCODER.encode(data), status, media_type="application/json")


def told_paths(paths: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    """Return what each path does, by method, as its handlers say of themselves."""
    return {
        path: {method: str(handler.__doc__) for method, handler in methods.items()}
        for path, methods in paths.items()
    }


def names_route(path: str) -> bool:
    """Return whether what a path does is of one route, which a request may name."""
    return path.startswith(("/leads", "/decide", "/explain", "/queues", "/policy/diagram"))


class ServedPath:
    """A path, and what each method of it does.

    path: as it is counted and documented. is_paced: what anybody may is counted for their address.
    """

    def __init__(
        self,
        service: Service,
        path: str,
        methods: Mapping[str, Handler] | None = None,
        open_methods: Mapping[str, OpenHandler] | None = None,
        *,
        is_paced: bool = False,
    ) -> None:
        self._service = service
        self._path = path
        self._methods = methods or {}
        self._open = open_methods or {}
        self._is_paced = is_paced
        self._has_route = names_route(path)
        self._seconds = service.metrics.seconds.labels(path)
        self._counts: dict[tuple[str, int], Callable[[], None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        began = perf_counter()
        request = Request(scope, receive)
        response = await self._response(request)
        try:
            await response(scope, receive, send)
        finally:
            self._seconds.observe(perf_counter() - began)
            self._count(request.method, response.status_code)

    async def _response(self, request: Request) -> Response:
        try:
            return await self._answered(request)
        except ProblemError as problem:
            found = problem
        except NotAllowedError as refused:
            found = ProblemError("not-allowed", _sentence(refused))
        except UnroutedError as unknown:
            found = ProblemError("unknown", f"nothing was decided for {', '.join(unknown.leads)}")
        except (StateError, ClosedError) as failure:
            _LOG.warning("%s: %s", failure.message, failure.help)
            detail = "the state is held by another run, or can't be reached or written"
            found = ProblemError("no-state", detail, headers={"Retry-After": "2"})
        except ClientDisconnect:
            found = ProblemError("too-slow", "the caller went away")
        except Exception:  # noqa: BLE001 - the last stop before the caller
            number = token_hex(8)
            _LOG.exception("bug %s at %s %s", number, request.method, self._path)
            detail = "it is in the service's log"
            found = ProblemError("bug", detail, instance=f"urn:turnout:bug:{number}")
        self._service.metrics.refused.labels(found.kind).inc()
        return problem_response(found)

    async def _answered(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        if self._has_route:
            ROUTE.set(self._service.named_route(request))
        handler = self._methods.get(method)
        if handler is not None:
            return await handler(self._service, request, await self._service.caller(request))
        free = self._open.get(method)
        if free is not None:
            if self._is_paced:
                self._service.paces.check_address(request)
            return await free(self._service, request)
        allowed = sorted({*self._methods, *self._open})
        raise ProblemError(
            "wrong-method",
            f"{request.method} can't be done at {self._path}",
            headers={"Allow": ", ".join(allowed)},
        )

    def _count(self, method: str, status: int) -> None:
        key = method, status
        count = self._counts.get(key)
        if count is None:
            known = method if method in {*self._methods, *self._open, "HEAD"} else "other"
            labels = self._path, known, str(status)
            count = self._counts[key] = self._service.metrics.requests.labels(*labels).inc
        count()


def _sentence(refused: NotAllowedError) -> str:
    return f"{refused.message}; {in_http(refused.help)}" if refused.help else refused.message
