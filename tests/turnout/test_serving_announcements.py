"""What a service decides is told, whatever the receiver does and however the service ends."""

import json
import signal
import threading
import time
from collections import Counter
from http.client import HTTPConnection
from itertools import count
from pathlib import Path

from tests.support.command_line import turnout
from tests.support.receivers import Request, Response, web_service
from tests.support.served import POLICY
from tests.turnout.test_serving_processes import running
from turnout.announcing.adapters import adapter_of
from turnout.announcing.couriers import Courier
from turnout.project.configuration import configuration_of
from turnout.runtime.loading import load
from turnout.runtime.stores.deliveries import LEASE, open_outbox

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the standard's own example
STEP = int(LEASE.total_seconds() * 1_000_000)


class Receiver:
    """Hangs, fails, sends elsewhere and answers well, by turns; well only, once it is calm."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.heard: set[str] = set()
        self.hangs, self.over = threading.Event(), threading.Event()
        self.is_calm = False

    def __call__(self, request: Request) -> Response:
        lead = json.loads(request.body)["subject"]
        self.arrived[lead] += 1
        turn = len(self.arrived) % 4
        if not self.is_calm and turn == 0:
            self.hangs.set()
            self.over.wait(20)
            return 500, {}
        if not self.is_calm and turn == 1:
            return 500, {"Retry-After": "1"}
        if not self.is_calm and turn == 2:
            return 307, {"Location": "http://169.254.169.254/latest"}
        self.heard.add(lead)
        return 204, {}


def configured(folder: Path, url: str) -> None:
    (folder / "crm.secret").write_text(SECRET, "utf-8")
    told = f'[announce.crm]\nurl = "{url}"\nsecret = "file:crm.secret"\n'
    (folder / "turnout.toml").write_text(f'{told}on = ["routed"]\nprivate = true\n', "utf-8")


def posted(port: int, *leads: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    for lead in leads:
        body = json.dumps({"id": lead})
        connection.request("POST", "/leads", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
    connection.close()


def test_nothing_is_unannounced_when_receivers_hang_and_fail_and_the_service_is_killed(
    tmp_path: Path,
) -> None:
    policy, state = tmp_path / "inbound.route", tmp_path / "x.db"
    policy.write_text(POLICY, "utf-8")
    receiver = Receiver()
    leads = [f"L-{number}" for number in range(12)]
    with web_service(receiver) as url:
        configured(tmp_path, url)
        with running(policy, str(state), "--deliver") as (process, port):
            posted(port, *leads[:9])
            assert receiver.hangs.wait(20)
            posted(port, *leads[9:])  # nobody waits for a receiver that hangs
            process.kill()
            process.wait()
        receiver.is_calm = True
        receiver.over.set()
        with running(policy, str(state), "--deliver") as (process, port):
            posted(port, "L-12")
            while "L-12" not in receiver.heard:
                time.sleep(0.01)
                assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        delivered_later(policy, state)
    with load(policy, state=state, configuration=None) as router:
        routed = [each.lead for each in router.events() if each.kind == "routed"]
    assert sorted(routed) == sorted([*leads, "L-12"]), "each is decided, once"
    assert set(routed) <= receiver.heard, "each is told"


def delivered_later(policy: Path, state: Path) -> None:
    """Deliver what is left, as time goes by."""
    (endpoint,) = configuration_of(policy).endpoints
    with open_outbox(state, wait=5) as outbox:
        clock = count(outbox.next_at("crm") or 0, STEP)
        while outbox.next_at("crm") is not None:
            adapter = adapter_of(endpoint, "inbound")
            courier = Courier(outbox, endpoint, adapter, now=lambda: next(clock))
            while courier.deliver():
                pass
            courier.close()
        assert {state for _, state in outbox.counts()} == {"done"}


def test_whom_to_tell_is_said_and_wrong_secrets_are_told_at_the_start(tmp_path: Path) -> None:
    policy = tmp_path / "inbound.route"
    policy.write_text(POLICY, "utf-8")
    arguments = ("serve", str(policy), "--state", str(tmp_path / "x.db"), "--deliver", "--check")
    nobody = turnout(*arguments)
    assert (nobody.exit_code, "nobody is to be told" in nobody.stderr) == (2, True)
    configured(tmp_path, "http://127.0.0.1:9")
    assert turnout(*arguments).exit_code == 0
    (tmp_path / "crm.secret").write_text("abc", "utf-8")
    wrong = turnout(*arguments)
    assert (wrong.exit_code, "a secret of webhooks" in wrong.stderr) == (2, True)
