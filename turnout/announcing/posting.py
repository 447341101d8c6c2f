"""One request of HTTP, sent with a deadline, to an address that is allowed, and no further.

A redirect is a failure: it would lead to where nobody allowed it. Of an answer its status counts
and, where it asks for time, its `Retry-After`. Each request has a connection of its own: what
the other side says once too often is never taken for the answer to what comes next.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpcore

from turnout.announcing.public_addresses import CheckedNetwork
from turnout.announcing.upshots import Delivered, Ended, Failed, Upshot

TIMEOUT = 10.0
"""Seconds for a connection, for what is sent, and for each part of an answer."""

DEADLINE = 20.0
"""Seconds for all of an answer, however slowly it comes."""

MOST_ANSWERED = 64 * 1024
"""Bytes of an answer that are read."""

AGENT = "Turnout"
_GONE = 410
TIMEOUTS = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT)


class Poster:
    """Sends requests, by several threads at once. is_private: see `CheckedNetwork`."""

    def __init__(self, *, is_private: bool) -> None:
        network = CheckedNetwork(is_private=is_private)
        self._pool = httpcore.ConnectionPool(
            network_backend=network, max_connections=16, max_keepalive_connections=0
        )

    def post(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Upshot:
        """Send a request, and return what came of it."""
        sent = [
            (b"Host", urlsplit(url).netloc.encode()),
            (b"User-Agent", AGENT.encode()),
            (b"Content-Type", b"application/json"),
        ]
        theirs = {name.lower() for name in headers}
        sent = [each for each in sent if each[0].decode().lower() not in theirs]
        sent += [(name.encode(), value.encode()) for name, value in headers.items()]
        try:
            return self._posted(method, url, sent, body)
        except (httpcore.TimeoutException, TimeoutError):
            return Failed("no answer in time")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as failure:
            return Failed(str(failure) or type(failure).__name__)

    def _posted(
        self, method: str, url: str, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> Upshot:
        until = time.monotonic() + DEADLINE
        extensions = {"timeout": TIMEOUTS}
        with self._pool.stream(
            method, url, headers=headers, content=body, extensions=extensions
        ) as answer:
            size = 0
            with suppress(httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
                for part in answer.iter_stream():
                    size += len(part)
                    if size > MOST_ANSWERED or time.monotonic() > until:
                        break
            return _outcome(answer)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


def _outcome(answer: httpcore.Response) -> Upshot:
    status = answer.status
    if 200 <= status < 300:
        return Delivered()
    if status == _GONE:
        return Ended(f"HTTP {status}")
    asked = 0.0
    for name, value in answer.headers:
        if name.lower() == b"retry-after":
            asked = seconds_asked(value.decode("latin-1"), datetime.now(UTC))
    return Failed(f"HTTP {status}", asked)


def seconds_asked(value: str, now: datetime) -> float:
    """Return the seconds of a `Retry-After`, which may be a date; 0 where it can't be read."""
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
