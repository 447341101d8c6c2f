"""Connections that ask nothing are closed, however they do it; those that ask are answered.

uvicorn gives a body to whoever reads it, and closes a connection on which nothing comes after an
answer. A head that comes a byte at a time, or a body that goes on behind its answer, it would wait
for without end, and with as many of them as there may be connections nobody else would be served.
And it would answer nobody who closes their own side once they have asked.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol

from turnout.serving.problems import ProblemError, problem_response
from turnout.serving.service import Service

LONGEST_HEAD: Final = 10.0
"""Seconds in which a request's head has to come, from when the connection has nothing to do."""


class TimedConnection(H11Protocol):
    """A connection that is closed where no request comes in time, and not before it is answered."""

    _since: float = 0.0
    _is_last: bool = False
    _timer: asyncio.TimerHandle | None = None
    _counted: str | None = None

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - the library's
        """Wait for the first request, unless there are too many from the same address."""
        super().connection_made(transport)
        # It is there once the application has started, before anybody is connected.
        service: Service = self.app_state["service"]
        try:
            self._counted = service.paces.connect("" if self.client is None else self.client[0])
        except ProblemError as refused:
            service.metrics.refused.labels(refused.kind).inc()
            transport.write(_told(refused))
            transport.close()
            return
        self._since = self.loop.time()
        self._timer = self.loop.call_later(LONGEST_HEAD, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._counted is not None:
            self.app_state["service"].paces.disconnect(self._counted)
        super().connection_lost(exc)

    def eof_received(self) -> Any:  # noqa: ANN401 - the library has None, and asyncio a bool
        """Answer what was asked of whoever sends no more; return whether that is to be done."""
        cycle: Any = self.cycle
        # Who follows events and goes away looks the same: a stream that has begun ends.
        self._is_last = cycle is not None and not (cycle.response_started or cycle.more_body)
        return self._is_last

    def on_response_complete(self) -> None:
        """Wait for the next request, unless none can come."""
        self._since = self.loop.time()
        super().on_response_complete()
        if self._is_last and self.cycle.response_complete:
            self.transport.close()

    def _look(self) -> None:
        """Close the connection where it is late, else look again when it would be."""
        if self.transport.is_closing():
            return
        # uvicorn has no cycle before the first request, whatever its type says.
        cycle: Any = self.cycle
        left = LONGEST_HEAD
        if cycle is None or cycle.response_complete:
            left = self._since + LONGEST_HEAD - self.loop.time()
            if left <= 0:
                self.transport.abort()
                return
        self._timer = self.loop.call_later(max(left, 0.05), self._look)


def _told(refused: ProblemError) -> bytes:
    """Return the whole answer to whoever is sent away before they asked."""
    answer = problem_response(refused)
    status = answer.status_code
    heads = [*answer.raw_headers, (b"connection", b"close")]
    lines = b"".join(b"%b: %b\r\n" % each for each in heads)
    return b"HTTP/1.1 %d %b\r\n%b\r\n%b" % (
        status,
        STATUS_PHRASES[status],
        lines,
        bytes(answer.body),
    )
