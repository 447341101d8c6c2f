"""The conversation with an editor: messages in, answers out (JSON-RPC 2.0, as the protocol has it).

One thread listens and queues what it hears; the thread that called `serve` answers, one thing
after the other, and is the only one that speaks. An answer that has to wait is a coroutine: it
awaits a `Later`, and others are answered meanwhile. What takes long is done aside, in a thread
of its own. A request that the editor takes back is dropped where it waits, and stopped where it
works, at the next look at the clock.
"""

import json
import sys
import traceback
from collections.abc import Callable, Coroutine, Generator
from inspect import iscoroutine
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO, Generic, TypeAlias, TypeVar, cast

import attrs

from turnout import __version__
from turnout.compiler.leads.budget import Stopped, stoppable
from turnout.frozen import define
from turnout.lsp.shapes import Message, RefusalError, written

_Value = TypeVar("_Value")

Answerer: TypeAlias = Callable[[Message], object]
"""Answers a method, by its params: with a result, or with a coroutine that returns one."""

_PARSE_ERROR, _INVALID_REQUEST, _METHOD_NOT_FOUND = -32700, -32600, -32601
_INTERNAL_ERROR, _NOT_INITIALIZED, _CANCELLED = -32603, -32002, -32800


@define(eq=False)
class Later(Generic[_Value]):
    """A value that comes later. is_dropped: whether nobody waits for it any more."""

    is_dropped: bool = False
    _is_there: bool = False
    _value: _Value | None = None
    _fault: BaseException | None = None
    _then: Callable[[], None] | None = None

    def __await__(self) -> "Generator[Later[Any], None, _Value]":
        """Wait for it."""
        if not self._is_there:
            yield self
        if self._fault is not None:
            raise self._fault
        return cast("_Value", self._value)

    def come(self, value: _Value | None, fault: BaseException | None = None) -> None:
        """Let it be there, or fail; whoever awaits it goes on at once."""
        self._is_there, self._value, self._fault = True, value, fault
        then, self._then = self._then, None  # who waits has this: a cycle would keep the value
        if then is not None and not self.is_dropped:
            then()

    def then(self, do: Callable[[], None]) -> None:
        """Call something once it is there."""
        self._then = do

    def drop(self) -> None:
        """Wait for it no more."""
        self.is_dropped, self._then = True, None


@define(eq=False)
class _Running:
    """A request that is being answered. later: what it waits for."""

    number: object
    answer: Coroutine[Any, Any, object]
    later: Later[Any] | None = None


@define(eq=False)
class Conversation:
    """One end of a conversation. answers: by method, those of notifications as well."""

    hears: BinaryIO
    speaks: BinaryIO
    answers: dict[str, Answerer] = attrs.Factory(dict[str, Answerer])
    _inbox: "SimpleQueue[Callable[[], None]]" = attrs.Factory(SimpleQueue[Callable[[], None]])
    _running: dict[object, _Running] = attrs.Factory(dict[object, _Running])
    _taken_back: set[object] = attrs.Factory(set[object])
    _asked: int = 0
    _is_begun: bool = False
    _is_over: bool = False
    _status: int | None = None

    def serve(self) -> int:
        """Answerer until the editor leaves; return 0 if it said goodbye before, else 1."""
        Thread(target=self._listen, name="editor", daemon=True).start()
        while self._status is None:
            self._inbox.get()()
        return self._status

    def soon(self, do: Callable[[], None]) -> None:
        """Have something done by the thread that answers; may be called from any."""
        self._inbox.put(do)

    def tell(self, method: str, params: object) -> None:
        """Send a notification."""
        self._say({"method": method, "params": params})

    def ask(self, method: str, params: object) -> None:
        """Send a request whose answer doesn't matter."""
        self._asked += 1
        self._say({"id": f"turnout-{self._asked}", "method": method, "params": params})

    async def aside(self, work: Callable[[], _Value]) -> _Value:
        """Return what some work comes to, done in a thread of its own."""
        later = Later[_Value]()

        def done() -> None:
            try:
                with stoppable(lambda: later.is_dropped):
                    found = work()
            except BaseException as fault:  # noqa: BLE001 - whoever awaits it has it
                self.soon(lambda fault=fault: later.come(None, fault))  # type: ignore[misc]
            else:
                self.soon(lambda: later.come(found))

        Thread(target=done, name="aside", daemon=True).start()
        return await later

    # -- hearing --

    def _listen(self) -> None:
        """Queue what is heard, until nothing comes any more."""
        try:
            while (body := _body(self.hears)) is not None:
                if self._take_in(body) == "exit":
                    return  # nobody may be listening while Python ends
        except (OSError, ValueError):
            pass  # the editor is gone, or doesn't speak the protocol
        self.soon(self._left)

    def _take_in(self, body: bytes) -> object:
        """Queue a message; return its method."""
        try:
            message: object = json.loads(body)
        except ValueError:
            self.soon(lambda: self._refuse(None, _PARSE_ERROR, "this is no JSON"))
            return None
        if not isinstance(message, dict):
            self.soon(lambda: self._refuse(None, _INVALID_REQUEST, "a message is an object"))
            return None
        said = cast("Message", message)
        if said.get("method") == "$/cancelRequest" and isinstance(said.get("params"), dict):
            number = said["params"].get("id")
            if isinstance(number, int | str):
                self._taken_back.add(number)  # at once: what waits in the queue needn't begin
                self.soon(lambda: self._take_back(number))
        else:
            self.soon(lambda: self._hear(said))
        return said.get("method")

    def _left(self) -> None:
        self._status = 1

    def _take_back(self, number: object) -> None:
        self._taken_back.discard(number)
        running = self._running.pop(number, None)
        if running is not None:
            if running.later is not None:
                running.later.drop()
            running.answer.close()
            self._refuse(number, _CANCELLED, "the request was taken back")

    def _hear(self, message: Message) -> None:
        method, number = message.get("method"), message.get("id")
        if not isinstance(method, str):
            return  # an answer to what was asked
        params = message.get("params")
        given = cast("Message", params) if isinstance(params, dict) else {}
        if number is None:
            self._notice(method, given)
        elif not isinstance(number, int | str):
            self._refuse(None, _INVALID_REQUEST, "a request has a number")
        elif number in self._taken_back:
            self._taken_back.discard(number)
            self._refuse(number, _CANCELLED, "the request was taken back")
        elif self._is_over or (self._is_begun and method == "initialize"):
            self._refuse(number, _INVALID_REQUEST, f"`{method}` comes too late")
        elif not self._is_begun and method != "initialize":
            self._refuse(number, _NOT_INITIALIZED, "`initialize` comes first")
        elif method not in self.answers:
            self._refuse(number, _METHOD_NOT_FOUND, f"`{method}` is not answered here")
        else:
            self._is_begun, self._is_over = True, method == "shutdown"
            self._answer(number, self.answers[method], given)

    def _notice(self, method: str, params: Message) -> None:
        if method == "exit":
            self._status = 0 if self._is_over else 1
        elif self._is_begun and method in self.answers:
            try:
                self.answers[method](params)
            except RefusalError as refusal:
                print(f"{method}: {refusal.reason}", file=sys.stderr)  # noqa: T201 - nobody hears
            except Exception as bug:  # noqa: BLE001 - what comes next may be answered
                self.tell_bug(bug)

    # -- answering --

    def _answer(self, number: object, answer: Answerer, params: Message) -> None:
        try:
            found = answer(params)
        except Exception as fault:  # noqa: BLE001 - whoever asked is told
            self._fail(number, fault)
            return
        if iscoroutine(found):
            running = self._running[number] = _Running(number, found)
            self._go_on(running)
        else:
            self._say({"id": number, "result": found})

    def _go_on(self, running: _Running) -> None:
        """Let an answer go on until it waits, or is there."""
        number, running.later = running.number, None
        try:
            later: Later[Any] = running.answer.send(None)
        except StopIteration as end:
            self._running.pop(number, None)
            self._say({"id": number, "result": end.value})
        except Exception as fault:  # noqa: BLE001 - whoever asked is told
            self._running.pop(number, None)
            self._fail(number, fault)
        else:
            running.later = later
            later.then(lambda: self._go_on(running))

    def _fail(self, number: object, fault: Exception) -> None:
        match fault:
            case RefusalError():
                self._refuse(number, fault.code, fault.reason)
            case Stopped():
                self._refuse(number, _CANCELLED, "the request was taken back")
            case _:
                self._refuse(number, _INTERNAL_ERROR, told_bug(fault))

    def tell_bug(self, bug: Exception) -> None:
        """Say that something went wrong that never should."""
        self.tell("window/showMessage", {"type": 1, "message": told_bug(bug)})

    def _refuse(self, number: object, code: int, reason: str) -> None:
        self._say({"id": number, "error": {"code": code, "message": reason}})

    def _say(self, message: Message) -> None:
        body = written({"jsonrpc": "2.0", **message})
        try:
            self.speaks.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self.speaks.flush()
        except (OSError, ValueError):
            pass  # nobody is there any more, and nothing more will be heard


def told_bug(bug: Exception) -> str:
    """Return what is said of a bug; where it happened is printed for whoever looks for it."""
    traceback.print_exception(bug, file=sys.stderr)
    return f"this is a bug in Turnout {__version__}: {type(bug).__name__}: {str(bug)[:200]}"


def _body(stream: BinaryIO) -> bytes | None:
    """Return the next message, None at the end. Raises ValueError where none begins."""
    length = None
    while (line := stream.readline()).strip():
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    if not line:
        return None
    if length is None:
        raise ValueError("a message has its length before it")
    body = stream.read(length)
    return body if len(body) == length else None
