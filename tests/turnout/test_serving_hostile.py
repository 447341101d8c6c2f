"""Clients that are slow, endless, malformed or in a hurry: by real sockets, each beside others."""

import json
import socket
import time
from collections.abc import Generator
from contextlib import ExitStack, closing, contextmanager, suppress
from ipaddress import ip_network
from pathlib import Path

import pytest

from tests.support.served import listening, settings
from turnout.project.serve_settings import ServeSettings
from turnout.serving import connections
from turnout.serving.request_bodies import Limits
from turnout.serving.tokens import TokenFile

LIMITS = Limits(body=20_000, seconds=0.4, headers=4_096, connections=12)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Generator[int, None, None]:
    """Give the port of a service that waits for nobody for long."""
    of = settings(tmp_path_factory.mktemp("hostile"), limits=LIMITS)
    with pytest.MonkeyPatch.context() as hurried, listening(of) as found:
        hurried.setattr(connections, "LONGEST_HEAD", 0.5)
        yield found


@contextmanager
def connected(port: int) -> Generator[socket.socket, None, None]:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        yield connection


def request(body: bytes, path: str = "/decide", *heads: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *heads]
    if not any("transfer-encoding" in each or "content-length" in each for each in heads):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def rest(connection: socket.socket) -> bytes:
    """Return all that is said until the other side closes."""
    parts: list[bytes] = []
    try:
        while part := connection.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def is_served(port: int) -> bool:
    """Return whether somebody else is answered, and how soon: in less than a second."""
    began = time.monotonic()
    with connected(port) as connection:
        connection.sendall(request(b"{}", "/decide", "Connection: close"))
        said = rest(connection)
    return said.startswith(b"HTTP/1.1 200") and time.monotonic() - began < 1


def test_heads_that_come_a_byte_at_a_time_end_and_hold_nobody_up(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(8)]
    try:
        for at in range(40):
            for each in slow:
                try:
                    each.sendall(b"POST /decide HTTP/1.1\r\nX-Slow: aaaaaaaaaaaaaaaa"[at : at + 1])
                except OSError:  # it was closed
                    continue
            time.sleep(0.02)
            if at % 10 == 0:
                assert is_served(port)
        assert [rest(each) for each in slow] == [b""] * 8
    finally:
        for each in slow:
            each.close()


def test_connections_that_say_nothing_end(port: int) -> None:
    with connected(port) as connection:
        began = time.monotonic()
        assert rest(connection) == b""
        assert 0.3 < time.monotonic() - began < 3


def test_a_body_that_comes_slowly_is_told_so(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(request(b"{", "/decide", "content-length: 100"))
        said = rest(connection)
    assert said.startswith(b"HTTP/1.1 408")
    assert b"/problems/too-slow" in said


def test_a_body_that_goes_on_behind_its_answer_ends(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(request(b"", "/nothing", "content-length: 1000000000"))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 404")
        began = time.monotonic()
        with suppress(OSError):
            while time.monotonic() - began < 10:
                connection.sendall(b"x")
                time.sleep(0.02)
        assert time.monotonic() - began < 5
    assert is_served(port)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (request(b"x" * 30_000), b"413"),
        (request(b"", "/decide", "content-length: 99999999999"), b"413"),
        (
            request(b"7530\r\n" + b"x" * 30_000 + b"\r\n", "/decide", "transfer-encoding: chunked"),
            b"413",
        ),
        (request(b"{}", "/decide", *(f"X-{n}: y" for n in range(5_000))), b"431"),
        (request(b"{}", "/decide", "X-Large: " + "y" * 100_000), b"431"),
        (b"GET /" + b"a" * 100_000, b"400"),
        (request(b"{}", "/decide", "content-length: 2", "transfer-encoding: chunked"), b"400"),
        (request(b"{}", "/decide", "content-length: 2", "content-length: 3"), b"400"),
        (request(b"{}", "/decide", "content-length: -2"), b"400"),
        (request(b"{}", "/decide", "Bad Name: x"), b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200 + b"\r\n\r\n", b"400"),
        (b"\r\n\r\n\x00\xff\r\n\r\n", b"400"),
        (request(b"{}", "/decide", "Upgrade: websocket", "Connection: Upgrade"), b"200"),
    ],
    ids=[
        *("large", "endless", "large in pieces", "many heads", "large head", "large path"),
        *("two lengths", "other lengths", "no length", "bad name", "tls", "rubbish", "upgrade"),
    ],
)
def test_what_is_too_much_or_malformed_is_refused(port: int, said: bytes, status: bytes) -> None:
    with connected(port) as connection:
        with suppress(OSError):  # it was answered before all of it was sent
            connection.sendall(said)
        answer = rest(connection)
    # Where much was still on its way, the system may throw the answer away with it; and a head that
    # came in pieces the server itself refuses.
    refused = (b"HTTP/1.1 " + status, *([b"HTTP/1.1 400"] if status == b"431" else []))
    assert answer.startswith(refused) or (not answer and len(said) > 20_000)
    assert is_served(port)


def test_who_only_listens_any_more_is_answered(port: int) -> None:
    with connected(port) as connection:
        connection.sendall(request(b'{"id": "H-1"}', "/leads"))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")


def test_requests_that_wait_for_no_answer_are_answered_in_order(port: int) -> None:
    leads = [{"id": f"P-{number}"} for number in range(40)]
    with connected(port) as connection:
        connection.sendall(b"".join(request(json.dumps(each).encode(), "/leads") for each in leads))
        connection.sendall(request(b"{}", "/decide", "Connection: close"))
        said = rest(connection).decode()
    answers = said.split("HTTP/1.1 200 OK")[1:]
    assert len(answers) == 41
    told = [json.loads(each.partition("\r\n\r\n")[2])["lead"] for each in answers[:-1]]
    assert told == [each["id"] for each in leads]


def test_who_goes_away_before_the_answer_has_sent_a_lead(port: int) -> None:
    for _ in range(5):
        with connected(port) as connection:
            connection.sendall(request(b'{"id": "G-1", "country": "DE"}', "/leads"))
            # Closed at once, and without a word.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    body = b'{"id": "G-1", "country": "DE"}'
    with connected(port) as connection:
        connection.sendall(request(body, "/leads", "Connection: close"))
        answer = rest(connection)
    assert answer.startswith(b"HTTP/1.1 200")
    with connected(port) as connection:
        connection.sendall(
            b"GET /events?limit=1000 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        log = json.loads(rest(connection).partition(b"\r\n\r\n")[2])
    assert [each["event"] for each in log["events"] if each["lead"] == "G-1"].count("routed") == 1


def test_who_comes_beyond_the_connections_is_sent_away_until_others_have_gone(port: int) -> None:
    idle = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(20)]
    try:
        with connected(port) as connection:
            connection.sendall(request(b"{}"))
            assert connection.recv(65_536).startswith(b"HTTP/1.1 503")
        assert [rest(each) for each in idle] == [b""] * 20
    finally:
        for each in idle:
            each.close()
    assert is_served(port)


def test_a_flood_of_wrong_tokens_holds_up_nobody_who_is_known(tmp_path: Path) -> None:
    of = settings(tmp_path, limits=LIMITS)
    secret = TokenFile(of.tokens).create("crm", ("route",))
    wrong = request(b"{}", "/leads", "Authorization: Bearer " + "x" * 3_000)
    heads = (f"Authorization: Bearer {secret}", "Connection: close")
    with listening(of) as at, connected(at) as flood, connected(at) as known:
        flood.sendall(wrong * 100)
        known.sendall(request(b"{}", "/decide", *heads))
        assert rest(known).startswith(b"HTTP/1.1 200")


def test_an_address_has_so_many_connections_and_a_proxy_any_number(tmp_path: Path) -> None:
    for proxies, most in (((), 3), ((ip_network("127.0.0.0/8"),), 8)):
        of = settings(tmp_path, paces=ServeSettings(connections=3, proxies=proxies))
        with listening(of) as at, ExitStack() as those:
            held = [those.enter_context(connected(at)) for _ in range(most)]
            for each in held:
                each.sendall(request(b"{}"))
                assert each.recv(65_536).startswith(b"HTTP/1.1 200")
            with connected(at) as one_more:
                one_more.sendall(request(b"{}", "/decide", "Connection: close"))
                told = rest(one_more)
            assert told.startswith(b"HTTP/1.1 200" if proxies else b"HTTP/1.1 429 ")
            assert (b"this address has 3 connections already" in told) == (not proxies)
            held[0].close()
            deadline = time.monotonic() + 5
            while not is_served(at):
                assert time.monotonic() < deadline
