"""A service that is killed at random moments while it is asked, reloads and tells others.

Clients send leads with ids and send again until they are answered; the policy's file is written
anew all the time, so that kills meet reloads, too; a receiver counts what it is told by its id.
"""

import json
import random
import socket
import subprocess
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep

from tests.support.receivers import Request, Response
from turnout.frozen import attribute, define

CLIENTS = 4
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the standard's own example


def told_to(folder: Path, url: str, *events: str) -> None:
    """Write a configuration by which an endpoint is told of events, of all where none are named."""
    (folder / "crm.secret").write_text(SECRET, "utf-8")
    on = f"on = {json.dumps(list(events))}\n" if events else ""
    told = f'[announce.crm]\nurl = "{url}"\nsecret = "file:crm.secret"\nprivate = true\n{on}'
    (folder / "turnout.toml").write_text(told, "utf-8")


@define(eq=False)
class HeardEvents:
    """Who is told: which events of each lead, by which ids, how often, and how many at a time.

    slow: seconds that an answer takes. fails: how often in a hundred it fails.
    """

    slow: float = 0.0
    fails: int = 0
    ids: Counter[str] = attribute(factory=Counter[str])
    numbers: dict[str, list[int]] = attribute(factory=lambda: defaultdict[str, list[int]](list))
    is_crowded: bool = False
    _busy: Counter[str] = attribute(factory=Counter[str])
    _lock: threading.Lock = attribute(factory=threading.Lock)
    _chance: random.Random = attribute(factory=lambda: random.Random(3))  # noqa: S311 - no secret

    def __call__(self, request: Request) -> Response:
        """Take a delivery."""
        event = json.loads(request.body)
        lead = event["subject"]
        with self._lock:
            self._busy[lead] += 1
            self.is_crowded |= self._busy[lead] > 1
            is_failing = self._chance.randrange(100) < self.fails
        sleep(self.slow)
        with self._lock:
            self._busy[lead] -= 1
            if is_failing:
                return 500, {}
            self.ids[request.headers["webhook-id"]] += 1
            self.numbers[lead].append(event["data"]["number"])
        return 204, {}


@define(eq=False)
class ServedProcess:
    """A service in a process, begun again at the same port as often as it ends."""

    policy: Path
    state: str
    more: tuple[str, ...] = ()
    port: int = attribute(factory=lambda: free_port())  # noqa: PLW0108 - it stands below
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Begin it, and wait until it answers."""
        command = [sys.executable, "-m", "turnout", "serve", str(self.policy)]
        command += ["--state", self.state, "--port", str(self.port), *self.more]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        until = monotonic() + 60
        while not self.is_ready():
            assert self.process.poll() is None, "the service ended by itself"
            assert monotonic() < until, "the service never answered"
            sleep(0.05)

    def is_ready(self) -> bool:
        """Return whether it answers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def end(self, number: int) -> int:
        """Send it a signal, and return how it ended."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def insisting(port: int, mine: int, stop: threading.Event, done: list[str]) -> None:
    """Send leads one after the other, each again until it is answered; what was is in `done`."""
    number = 0
    while not stop.is_set():
        number += 1
        lead = {"id": f"{mine}-{number}", "country": "DE"}
        while answered(port, "/leads", lead) != 200:
            sleep(0.02)
        done.append(lead["id"])


def answered(port: int, path: str, body: object) -> int:
    """Return the status with which a request is answered, 0 where it isn't."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        return 0
    else:
        return answer.status
    finally:
        connection.close()


def crowd(port: int, during: Callable[[], None]) -> list[str]:
    """Have clients insist while something is done, and return the leads that were answered."""
    stop = threading.Event()
    done = [list[str]() for _ in range(CLIENTS)]
    threads = [
        threading.Thread(target=insisting, args=(port, mine, stop, done[mine]))
        for mine in range(CLIENTS)
    ]
    for each in threads:
        each.start()
    try:
        during()
    finally:
        stop.set()
        for each in threads:
            each.join()
    return [lead for each in done for lead in each]
