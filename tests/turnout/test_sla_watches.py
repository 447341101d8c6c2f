"""Several `turnout sla --watch` on one state, one of them killed: each step is done once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.policies import compiled
from tests.support.servers import fresh_address, gone_afterwards
from turnout.runtime.events import Event, Sought
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import checked_whole
from turnout.runtime.stores.deliveries import open_outbox
from turnout.runtime.stores.server.locations import address, whereabouts

POLICY = """policy watched
lead { id: text required }
person ana
person ben
team sales { ana, ben }
queue late
queue triage
route inbound {
  rule every {
    when id is present
    to   round-robin sales
    sla  10 minutes wall alert, 20 minutes then queue late
  }
  fallback to queue triage
}
"""
ENDPOINT = '[announce.crm]\nurl = "https://crm.example/told"\nsecret = "env:CRM_SECRET"\n'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the standard's own example
WATCHES, ALERTED, MISSED = 4, 60, 20
TEN = timedelta(minutes=10)


@pytest.fixture(params=["file", "postgres"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield str(tmp_path / "state.db")
    else:
        at = fresh_address()
        with gone_afterwards(address(at)):
            yield at


@contextmanager
def watching(policy: Path, state: str) -> "Generator[list[subprocess.Popen[str]]]":
    """Start watches, and end them with the block, however it ends."""
    command = [sys.executable, "-m", "turnout", "sla", str(policy), "--state", state, "--watch"]
    environment = {**os.environ, "CRM_SECRET": SECRET, "COLUMNS": "200"}
    runs = [
        subprocess.Popen(
            [*command, "--wait", "60"], stdout=subprocess.PIPE, text=True, env=environment
        )
        for _ in range(WATCHES)
    ]
    try:
        yield runs
    finally:
        for each in runs:
            each.kill()
            each.wait()


def of_kind(router: Router, kind: str) -> list[Event]:
    return [event for event in router.events(Sought()) if event.kind == kind]


def test_each_step_is_done_and_told_once_however_many_watch(tmp_path: Path, state: str) -> None:
    policy = tmp_path / "watched.route"
    policy.write_text(POLICY)
    (tmp_path / "turnout.toml").write_text(ENDPOINT)
    missed = {f"M{number}" for number in range(MISSED)}
    with Router(compiled(POLICY), state=whereabouts(state), wait=60) as router:
        now = datetime.now(UTC)
        # They come due while the watches begin.
        soon = timedelta(seconds=8) / ALERTED
        dues = {f"A{number}": now + number * soon for number in range(ALERTED)}
        for lead in missed:  # both steps are up: the one that moves it is done, and it alone
            router.route({"id": lead}, at=now - 3 * TEN)
        for lead, due in dues.items():
            router.route({"id": lead}, at=due - TEN)
        with watching(policy, state) as (first, *others):
            until = time.monotonic() + 120
            while len(of_kind(router, "alerted")) < ALERTED or (
                len(of_kind(router, "moved")) < MISSED
            ):
                assert time.monotonic() < until, "a step is left out"
                if of_kind(router, "alerted"):
                    first.kill()  # in the middle of something, or between two looks
                time.sleep(0.1)
            first.kill()
            for each in others:
                each.send_signal(signal.SIGTERM)
            said = [each.communicate(timeout=60)[0] for each in (first, *others)]
            assert [each.returncode for each in others] == [0] * len(others)
        alerts, moves = of_kind(router, "alerted"), of_kind(router, "moved")
        assert Counter(event.lead for event in alerts) == dict.fromkeys(dues, 1)
        assert Counter(event.lead for event in moves) == dict.fromkeys(missed, 1)
        for event in alerts:
            assert event.at is not None
            assert event.at >= dues[event.lead]
    told = Counter(line.split()[1] for text in said for line in text.splitlines() if ":" in line)
    assert max(told.values()) == 1
    assert {name.rstrip(":") for name in told} <= dues.keys() | missed
    with open_outbox(whereabouts(state), wait=60) as outbox:
        rows = outbox.rows("crm", {"due"}, 0)
    numbers = [event.number for event in (*alerts, *moves)]
    assert sorted(row.event for row in rows) == sorted(numbers)
    checked_whole(whereabouts(state))
