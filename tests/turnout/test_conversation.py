"""Messages are taken in and answered as JSON-RPC 2.0 and the protocol have it."""

import gc
import json
import os
from collections.abc import Callable, Iterator
from io import BytesIO
from threading import Event
from threading import enumerate as enumerate_threads
from typing import Any, TypeAlias
from weakref import ref

import pytest

from turnout.compiler.leads.budget import Budget, Stopped
from turnout.lsp.conversation import Answerer, Conversation, Later
from turnout.lsp.server import made
from turnout.lsp.shapes import Message, RefusalError

BEGIN: Message = {"id": 1, "method": "initialize", "params": {"capabilities": {}}}
END: list[Message] = [{"id": 99, "method": "shutdown"}, {"method": "exit"}]


def framed(message: object) -> bytes:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def answers(spoken: bytes) -> Iterator[Message]:
    while spoken:
        head, _, rest = spoken.partition(b"\r\n\r\n")
        length = int(head.split(b":")[1])
        yield json.loads(rest[:length])
        spoken = rest[length:]


def held(*messages: object) -> tuple[int, dict[Any, Message]]:
    """Return the exit status of a conversation of these messages, and the answers by number."""
    hears, speaks = BytesIO(b"".join(map(framed, messages))), BytesIO()
    status = made(Conversation(hears, speaks)).serve()
    return status, {each.get("id"): each for each in answers(speaks.getvalue())}


def code(answer: Message) -> int:
    number: int = answer["error"]["code"]
    return number


def test_a_conversation_ends_with_a_goodbye() -> None:
    status, found = held(BEGIN, *END)
    assert status == 0
    assert found[1]["result"]["serverInfo"]["name"] == "turnout"
    assert found[99] == {"jsonrpc": "2.0", "id": 99, "result": None}
    assert held(BEGIN, {"method": "exit"})[0] == 1
    assert held(BEGIN)[0] == 1  # it left without


def test_nothing_is_answered_before_the_beginning_and_after_the_end() -> None:
    hover: Message = {"id": 2, "method": "textDocument/hover", "params": {}}
    assert code(held(hover, BEGIN, *END)[1][2]) == -32002
    assert code(held(BEGIN, END[0], hover, END[1])[1][2]) == -32600
    assert code(held(BEGIN, {**BEGIN, "id": 3}, *END)[1][3]) == -32600


@pytest.mark.parametrize("message", [b"{", b"[]", b"7", b"\xff"])
def test_what_is_no_message_is_refused_and_the_next_one_is_answered(message: bytes) -> None:
    status, found = held(BEGIN, message, *END)
    assert status == 0
    assert code(found[None]) in {-32700, -32600}


@pytest.mark.parametrize(
    "params",
    [
        None,
        7,
        {},
        {"textDocument": 7},
        {"textDocument": {"uri": 7}},
        {"textDocument": {"uri": "file:///a.route"}},
        {"textDocument": {"uri": "file:///a.route"}, "position": {"line": -1, "character": 0}},
        {"textDocument": {"uri": "file:///a.route"}, "position": {"line": "1", "character": 0}},
    ],
)
def test_a_request_without_what_it_needs_is_refused(params: object) -> None:
    _, found = held(BEGIN, {"id": 2, "method": "textDocument/hover", "params": params}, *END)
    assert code(found[2]) == -32602
    opened = {"method": "textDocument/didOpen", "params": params}
    assert held(BEGIN, opened, *END)[0] == 0


def test_what_nobody_answers_is_told_and_notices_of_it_are_passed_over() -> None:
    _, found = held(
        BEGIN,
        {"id": 2, "method": "textDocument/moniker", "params": {}},
        {"method": "$/setTrace", "params": {"value": "off"}},
        {"id": 3, "result": None},
        {"id": [4], "method": "shutdown"},
        *END,
    )
    assert code(found[2]) == -32601
    assert code(found[None]) == -32600


def test_a_header_that_says_no_length_ends_the_conversation() -> None:
    speaks = BytesIO()
    assert made(Conversation(BytesIO(b"Nothing: 1\r\n\r\n{}"), speaks)).serve() == 1
    assert made(Conversation(BytesIO(b"Content-Length: 9\r\n\r\n{}"), speaks)).serve() == 1


# -- requests that are taken back --

Answering: TypeAlias = Callable[[Conversation], Answerer]
"""Makes the answer of one end of a conversation."""


def talk(answering: dict[str, Answering], *messages: object) -> dict[Any, Message]:
    speaks = BytesIO()
    one = Conversation(BytesIO(b"".join(map(framed, messages))), speaks)
    one.answers.update({"initialize": lambda _: {}, "shutdown": lambda _: None})
    one.answers.update({name: make(one) for name, make in answering.items()})
    one.serve()
    return {each.get("id"): each for each in answers(speaks.getvalue())}


def cancel(number: object) -> Message:
    return {"method": "$/cancelRequest", "params": {"id": number}}


def test_a_request_that_waits_can_be_taken_back() -> None:
    async def waits(_: Message) -> None:
        await Later[None]()

    found = talk(
        {"wait": lambda _: waits}, BEGIN, {"id": 2, "method": "wait"}, cancel(2), cancel(7), *END
    )
    assert code(found[2]) == -32800
    assert found[99]["result"] is None


def test_a_request_that_is_worked_on_is_stopped() -> None:
    begun, stopped = Event(), Event()

    def works() -> None:
        begun.set()
        try:
            while True:
                assert not Budget().is_past  # where it looks at the clock
        except Stopped:
            stopped.set()
            raise

    def make(one: Conversation) -> Answerer:
        async def answer(_: Message) -> None:
            await one.aside(works)

        return answer

    found = talk({"work": make}, BEGIN, {"id": "a", "method": "work"}, cancel("a"), *END)
    assert code(found["a"]) == -32800
    assert not begun.is_set() or stopped.wait(10)


def test_faults_of_an_answer_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    def refuses(_: Message) -> None:
        raise RefusalError("no")

    def bug(_: Message) -> float:
        return 1 / 0

    asked = [{"id": 2, "method": "no"}, {"id": 3, "method": "bug"}, {"method": "no"}]
    answering: dict[str, Answering] = {"no": lambda _: refuses, "bug": lambda _: bug}
    found = talk(answering, BEGIN, *asked, {"method": "bug"}, *END)
    assert found[2]["error"] == {"code": -32602, "message": "no"}
    assert code(found[3]) == -32603
    assert "this is a bug in Turnout" in found[3]["error"]["message"]
    assert found[None]["method"] == "window/showMessage"
    said = capsys.readouterr().err
    assert "no: no" in said
    assert "ZeroDivisionError" in said


def test_of_what_was_answered_nothing_waits_for_the_collector_of_garbage() -> None:
    class Answer:
        """What an answer was made of."""

    seen = list[ref[Answer]]()
    gone = list[bool]()
    read, write = os.pipe()

    def done() -> None:
        for thread in enumerate_threads():
            if thread.name == "aside":
                thread.join()
        gone.append(seen[0]() is None)
        os.close(write)  # the editor leaves

    async def look(_: Message) -> None:
        found = await one.aside(Answer)
        seen.append(ref(found))
        one.soon(done)

    os.write(write, framed(BEGIN) + framed({"id": 2, "method": "look"}))
    gc.disable()
    try:
        with os.fdopen(read, "rb") as hears:
            one = Conversation(hears, BytesIO())
            one.answers.update({"initialize": lambda _: {}, "look": look})
            one.serve()
    finally:
        gc.enable()
    assert gone == [True]
