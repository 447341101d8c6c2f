"""What a request says in its body, within limits: how many bytes, how deep, how slowly."""

import asyncio
from collections.abc import Coroutine, Generator, Mapping
from decimal import Decimal
from typing import Any, cast

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from turnout.frozen import frozen
from turnout.serving.problems import ProblemError, wrong_value

MOST_SAID = 500
"""Characters of a name or a reason that the log keeps."""

_DECODER = msgspec.json.Decoder(float_hook=Decimal)


@frozen
class Limits:
    """What a caller can have of the service.

    body: bytes of a request. depth: of lists and objects in each other. leads: of one request.
    waiting: leads that wait to be decided, from all callers. seconds: in which a body has to
    come. streams: who follow the events at once. headers: bytes of a request's head.
    connections: at once.
    """

    body: int = 1_048_576
    depth: int = 16
    leads: int = 1_000
    waiting: int = 4_000
    seconds: float = 20.0
    streams: int = 100
    headers: int = 16_384
    connections: int = 1_000


async def read_json(request: Request, limits: Limits) -> Any:  # noqa: ANN401 - whatever it says
    """Return what the body says; decimals are kept exact. Raises ProblemError."""
    if not _is_json(request.headers.get("content-type", "")):
        raise ProblemError("wrong-type", "the body has to be application/json")
    body = await read_body(request, limits)
    try:
        said = _DECODER.decode(body)
    except RecursionError:
        raise _too_deep(limits) from None
    except (msgspec.DecodeError, UnicodeDecodeError, ArithmeticError) as failure:
        raise ProblemError("not-json", f"the body can't be read: {failure}") from None
    if not _is_within(said, limits.depth):
        raise _too_deep(limits)
    return said


async def read_body(request: Request, limits: Limits) -> bytes:
    """Return the body of a request. Raises ProblemError where it is too large or too slow."""
    told = request.headers.get("content-length", "")
    if told and "transfer-encoding" in request.headers:
        # Whoever stands in between may go by the other one (request smuggling).
        detail = "the body has two lengths"
        raise ProblemError("not-json", detail, headers={"Connection": "close"})
    if told.isdecimal() and int(told) > limits.body:
        raise _too_large(limits)
    reading = _whole(request.receive, limits)
    try:
        waits_for = reading.send(None)
    except StopIteration as ended:  # all of it was here: that takes no clock
        return cast("bytes", ended.value)
    try:
        async with asyncio.timeout(limits.seconds):
            return await _Begun(reading, waits_for)
    except TimeoutError:
        detail = f"the body didn't come within {limits.seconds:g} seconds"
        raise ProblemError("too-slow", detail, headers={"Connection": "close"}) from None


async def _whole(receive: Receive, limits: Limits) -> bytes:
    """Return a body once all of it has come. Raises ProblemError where it is too large."""
    parts: list[bytes] = []
    size, goes_on = 0, True
    while goes_on:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limits.body:
            raise _too_large(limits)
        parts.append(part)
        goes_on = message.get("more_body", False)
    return parts[0] if len(parts) == 1 else b"".join(parts)


class _Begun:
    """A coroutine that was begun without its task, and is awaited from there on."""

    def __init__(self, rest: Coroutine[Any, Any, bytes], first: object) -> None:
        self._rest = rest
        self._first: object = first

    def __await__(self) -> Generator[Any, Any, bytes]:
        return cast("Generator[Any, Any, bytes]", self)

    def __iter__(self) -> "_Begun":
        return self

    def __next__(self) -> object:
        return self.send(None)

    def send(self, value: object) -> object:
        """Go on: first with what the coroutine waited for already."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return self._rest.send(value)

    def throw(self, *failure: Any) -> object:  # noqa: ANN401 - as a generator has it
        """Tell the coroutine, which knows what to do about it."""
        self._first = None
        return self._rest.throw(*failure)

    def close(self) -> None:
        """End the coroutine."""
        self._rest.close()


def object_of(said: object) -> Mapping[str, Any]:
    """Return the object that a body is. Raises ProblemError where it is none."""
    if not isinstance(said, dict):
        raise wrong_value("body", "has to be an object", pointer="")
    return cast("dict[str, Any]", said)


def text_of(said: Mapping[str, Any], name: str, *, required: bool = False) -> str:
    """Return a text of the body, "" where it isn't there. Raises ProblemError."""
    value = said.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        if required:
            raise wrong_value(name, "has to be there")
        return ""
    if not isinstance(value, str):
        raise wrong_value(name, "has to be a text")
    if len(value) > MOST_SAID:
        raise wrong_value(name, f"has {len(value)} characters; at most {MOST_SAID} are kept")
    if "\0" in value:
        raise wrong_value(name, "has a NUL")
    return value.strip()


def _is_json(kind: str) -> bool:
    if kind == "application/json":
        return True
    name = kind.partition(";")[0].strip().lower()
    return name == "application/json" or (name.startswith("application/") and "+json" in name)


def _is_within(said: object, depth: int) -> bool:
    """Return whether lists and objects are in each other no deeper than that."""
    level: list[object] = [said]
    for _ in range(depth + 1):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner += cast("dict[str, object]", each).values()
            elif isinstance(each, list):
                inner += cast("list[object]", each)
        if not inner:
            return True
        level = inner
    return False


def _too_large(limits: Limits) -> ProblemError:
    return ProblemError(
        "too-large", f"at most {limits.body:,} bytes are read", headers={"Connection": "close"}
    )


def _too_deep(limits: Limits) -> ProblemError:
    return ProblemError(
        "not-json", f"lists and objects stand in each other deeper than {limits.depth}"
    )
