"""An editor of few words: speaks the protocol with the real server in a process of its own.

What it sends and gets are the protocol's JSON values as they are, so that neither side's
library can hide a fault of the other's.
"""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any

import attrs

Json = dict[str, Any]
PATIENCE = 60.0
"""Seconds after which an answer won't come any more, on the busiest of machines."""


@attrs.define(eq=False)
class Editor:
    """One end of a conversation with `turnout lsp`.

    texts: of open files, by URI. capabilities: what the server said that it can do.
    """

    process: subprocess.Popen[bytes]
    heard: "Queue[Json]" = attrs.Factory(Queue[Any])
    findings: dict[str, Json] = attrs.Factory(dict[str, Json])
    messages: list[Json] = attrs.Factory(list[Json])
    answers: dict[int, Json] = attrs.Factory(dict[int, Json])
    versions: dict[str, int] = attrs.Factory(dict[str, int])
    capabilities: Json = attrs.Factory(dict[str, Any])
    _asked: int = 0

    def ask(self, method: str, params: Json | None) -> Any:  # noqa: ANN401 - JSON
        """Send a request and return its result; raise what the server says instead."""
        answer = self.answer(self.send(method, params))
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    def send(self, method: str, params: Json | None) -> int:
        """Send a request; return its number."""
        self._asked += 1
        self._write({"id": self._asked, "method": method, "params": params})
        return self._asked

    def answer(self, number: int) -> Json:
        """Return the answer to a request."""
        while number not in self.answers:
            message = self._next()
            if "method" not in message:
                self.answers[message["id"]] = message
        return self.answers.pop(number)

    def tell(self, method: str, params: Json) -> None:
        """Send a notification."""
        self._write({"method": method, "params": params})

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file with a text, its own by default; return its URI."""
        uri = path.as_uri()
        self.versions[uri] = 1
        text = path.read_text("utf-8") if text is None else text
        document = {"uri": uri, "languageId": "turnout", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def edit(self, uri: str, text: str, place: Json | None = None) -> None:
        """Replace what stands at a range, or all of a text."""
        self.versions[uri] += 1
        change = {"text": text} | ({"range": place} if place else {})
        document = {"uri": uri, "version": self.versions[uri]}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})

    def close(self, uri: str) -> None:
        """Close a file."""
        self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})

    def settled(self, uri: str) -> list[Json]:
        """Return what is shown of a file once all checks of its present text are through."""
        self.ask("turnout/settled", {"textDocument": {"uri": uri}})
        found: list[Json] = self.findings.get(uri, {}).get("diagnostics", [])
        return found

    def _next(self) -> Json:
        try:
            message = self.heard.get(timeout=PATIENCE)
        except Empty:
            raise AssertionError("the server says nothing") from None
        match message:
            case {"method": "textDocument/publishDiagnostics", "params": params}:
                self.findings[params["uri"]] = params
            case {"method": "window/showMessage" | "window/logMessage", "params": params}:
                self.messages.append(params)
            case {"method": _, "id": number}:
                self._write({"id": number, "result": None})
            case _:
                pass
        return message

    def _write(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stdin = self.process.stdin
        assert stdin is not None  # it is a pipe
        stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stdin.flush()


@contextmanager
def editor(folder: Path, capabilities: Json | None = None) -> Generator[Editor, None, None]:
    """Start a server for a folder; it says goodbye at the end, and nothing went wrong."""
    command = [sys.executable, "-m", "turnout", "lsp"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        one = Editor(process)
        assert process.stdout is not None  # it is a pipe
        Thread(target=_listen, args=(process.stdout, one.heard), daemon=True).start()
        root = {"uri": folder.as_uri(), "name": folder.name}
        params: Json = {"processId": None, "rootUri": root["uri"], "workspaceFolders": [root]}
        try:
            started = one.ask("initialize", params | {"capabilities": capabilities or {}})
            one.capabilities.update(started["capabilities"])
            one.tell("initialized", {})
            yield one
            one.ask("shutdown", None)
            one.tell("exit", {})
            assert process.wait(PATIENCE) == 0
            assert one.messages == []
        finally:
            process.kill()


def _listen(stream: IO[bytes], heard: "Queue[Json]") -> None:
    while header := stream.readline():
        length = int(header.split(b":")[1])
        while stream.readline() != b"\r\n":
            pass
        heard.put(json.loads(stream.read(length)))
