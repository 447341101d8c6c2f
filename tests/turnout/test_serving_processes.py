"""A service as real processes: told to stop, killed and started again under load; two on a server.

Whatever was answered stands in the log once, whatever became of the processes meanwhile.
"""

import json
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event

import pytest

from tests.support.served import POLICY
from tests.support.servers import fresh_address
from turnout.runtime.events import Sought
from turnout.runtime.loading import load


@contextmanager
def running(
    policy: Path, state: str, *more: str
) -> Generator[tuple["subprocess.Popen[str]", int], None, None]:
    """Give a process that serves a policy, and its port; it is killed where it still runs."""
    command = [sys.executable, "-m", "turnout", "serve", str(policy), "--state", state]
    command += ["--port", "0", "--no-reload", *more]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r":(\d+)$", process.stdout.readline())
            assert found is not None
            yield process, int(found[1])
        finally:
            process.kill()


def posted(port: int, stop: Event, mine: int, most: int = 5_000) -> list[str]:
    """Post leads until told to stop, and return the ids of those that were answered.

    most: answers after which it ends.
    """
    done: list[str] = []
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    for number in range(5_000):
        if stop.is_set() or len(done) == most:
            break
        lead = {"id": f"{mine}-{number}", "country": "DE"}
        try:
            connection.request(
                "POST", "/leads", json.dumps(lead), {"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            connection.close()
            if done:
                break
            stop.wait(0.05)
            continue
        if answer.status == 200:
            done.append(lead["id"])
    connection.close()
    return done


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "inbound.route"
    path.write_text(POLICY, "utf-8")
    return path


def routed(policy: Path, state: str) -> Counter[str]:
    with load(policy, state=state, configuration=None) as router:
        return Counter(each.lead for each in router.events(Sought("routed")))


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_nothing_that_was_answered_is_lost_however_a_service_ends(
    policy: Path, end: signal.Signals
) -> None:
    state = str(policy.with_name("x.db"))
    stop = Event()
    with running(policy, state) as (process, port), ThreadPoolExecutor(4) as pool:
        loads = [pool.submit(posted, port, stop, mine) for mine in range(4)]
        stop.wait(1.2)
        process.send_signal(end)
        status = process.wait(30)
        stop.set()
        answered = [lead for each in loads for lead in each.result()]
    assert status == (0 if end == signal.SIGTERM else -end)
    assert len(answered) > 10
    found = routed(policy, state)
    assert set(answered) <= set(found)
    assert max(found.values()) == 1


def test_two_processes_on_a_server_decide_each_lead_once(policy: Path) -> None:
    state = fresh_address()
    tokens = str(policy.with_name("tokens"))
    stop = Event()
    arguments = ("--workers", "2", "--tokens", tokens)
    with running(policy, state, *arguments) as (process, port), ThreadPoolExecutor(4) as pool:
        # Each id twice.
        loads = [pool.submit(posted, port, stop, mine // 2, 15) for mine in range(4)]
        answered = {lead for each in loads for lead in each.result(60)}
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert len(answered) > 10
    found = routed(policy, state)
    assert answered <= set(found)
    assert max(found.values()) == 1
