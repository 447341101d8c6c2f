"""Services on this machine that are told of something: of HTTP, of mail."""

import socket
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from turnout.frozen import frozen

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope


@frozen
class Request:
    """What a service was asked. headers: their names in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Response = tuple[int, Mapping[str, str]]


@contextmanager
def web_service(
    answer: Callable[[Request], Response], said: bytes = b""
) -> Generator[str, None, None]:
    """Give the address of a service that answers as a function says, by several threads.

    said: what each answer says.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, told = answer(Request(self.command, self.path, headers, body))
            self.send_response(status)
            for name, value in told.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_PATCH = do_PUT = do_POST  # noqa: N815 - the library's

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def mail_server(
    refused: str = "",
) -> Generator[tuple[str, int, list[tuple[list[str], EmailMessage]]], None, None]:
    """Give a mail server: its host, its port, and what was sent. refused: who has no box."""
    from aiosmtpd.controller import Controller  # noqa: PLC0415 - few tests need one

    sent: list[tuple[list[str], EmailMessage]] = []

    class Handler:
        async def handle_RCPT(  # noqa: N802 - the library's
            self, _server: object, _session: object, envelope: "Envelope", address: str, _: object
        ) -> str:
            if address == refused:
                return "550 no such box"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(  # noqa: N802 - the library's
            self, _server: object, _session: object, envelope: "Envelope"
        ) -> str:
            assert isinstance(envelope.content, bytes)
            parsed = BytesParser(policy=default).parsebytes(envelope.content)
            assert isinstance(parsed, EmailMessage)
            sent.append((list(envelope.rcpt_tos), parsed))
            return "250 OK"

    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield "127.0.0.1", port, sent
    finally:
        controller.stop()
