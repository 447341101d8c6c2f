"""Faults with real processes: kills amid reloads, stops, a server begun anew, two who tell.

Whatever was answered stands in the log once and is told, once by its id; `--thorough` tries more.
"""

import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.support.receivers import web_service
from tests.support.served import POLICY
from tests.support.servers import fresh_address, own_server
from tests.support.stormed_service import (
    HeardEvents,
    ServedProcess,
    answered,
    crowd,
    told_to,
)
from turnout.announcing.adapters import adapter_of
from turnout.announcing.couriers import Courier
from turnout.project.configuration import configuration_of
from turnout.runtime.events import Event, Sought
from turnout.runtime.loading import load
from turnout.runtime.stores.deliveries import LEASE, open_outbox
from turnout.runtime.stores.server.locations import Whereabouts, whereabouts

KILLS, STOPS, THOROUGH = 4, 10, 60
STEP = int(LEASE.total_seconds() * 1_000_000)


def routings(policy: Path, state: str) -> list[Event]:
    with load(policy, state=state, configuration=None) as router:
        return [*router.events(Sought("routed"))]


def delivered_later(policy: Path, at: Whereabouts) -> None:
    """Deliver what is left, as time goes by."""
    (endpoint,) = configuration_of(policy).endpoints
    with open_outbox(at, wait=30) as outbox:
        clock = count(outbox.next_at("crm") or 0, STEP)
        while outbox.next_at("crm") is not None:
            courier = Courier(
                outbox, endpoint, adapter_of(endpoint, "inbound"), now=lambda: next(clock)
            )
            while courier.deliver():
                pass
            courier.close()
        assert {state for _, state in outbox.counts()} <= {"done"}


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "inbound.route"
    path.write_text(POLICY, "utf-8")
    return path


def test_kills_amid_reloads_lose_nothing_do_nothing_twice_and_leave_nothing_untold(
    policy: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    is_thorough = request.config.getoption("thorough")
    kills = (request.config.getoption("examples") or THOROUGH) if is_thorough else KILLS
    chance = random.Random(11)  # noqa: S311 - no secret
    heard = HeardEvents(fails=5)
    state = str(policy.with_name("x.db"))
    service = ServedProcess(policy, state, ("--deliver",))
    versions = [POLICY, POLICY.replace("rule german", "rule dach")]

    def storm() -> None:
        for number in range(kills):
            text = versions[(number + 1) % 2]
            draft = policy.with_name("draft")
            draft.write_text(text, "utf-8")
            draft.replace(policy)
            # A reload is read within a second, and takes about another one.
            sleep(chance.uniform(0.1, 2.5))
            service.end(signal.SIGKILL)
            service.start()

    with web_service(heard) as url:
        told_to(policy.parent, url, "routed")
        service.start()
        try:
            done = crowd(service.port, storm)
            assert service.end(signal.SIGTERM) == 0
        finally:
            service.end(signal.SIGKILL)
        heard.fails = 0
        delivered_later(policy, Path(state))
    events = routings(policy, state)
    routed = Counter(each.lead for each in events)
    assert len(done) > 10 * kills
    assert set(done) <= set(routed), "what was answered is there"
    assert max(routed.values()) == 1, "and once"
    assert set(heard.numbers) == set(routed), "each is told"
    assert len(heard.ids) == len(routed), "by one id, however often"
    with capsys.disabled():
        if is_thorough:
            served = len({each.policy for each in events})
            print(f"\n{kills} kills, {len(routed)} leads, {served} versions, ", end="")  # noqa: T201
            print(f"{sum(heard.ids.values()) - len(heard.ids)} told again")  # noqa: T201


def test_stops_at_any_moment_under_load_lose_nothing_and_leave_nothing_untold(
    policy: Path, request: pytest.FixtureRequest
) -> None:
    is_thorough = request.config.getoption("thorough")
    stops = (request.config.getoption("examples") or THOROUGH) if is_thorough else STOPS
    chance = random.Random(12)  # noqa: S311 - no secret
    heard = HeardEvents(fails=5)
    state = str(policy.with_name("x.db"))
    service = ServedProcess(policy, state, ("--deliver", "--no-reload"))
    ends: list[int] = []

    def storm() -> None:
        for _ in range(stops):
            sleep(chance.uniform(0.0, 0.6))
            ends.append(service.end(signal.SIGTERM))
            service.start()

    with web_service(heard) as url:
        told_to(policy.parent, url, "routed")
        service.start()
        try:
            done = crowd(service.port, storm)
            ends.append(service.end(signal.SIGTERM))
        finally:
            service.end(signal.SIGKILL)
        heard.fails = 0
        delivered_later(policy, Path(state))
    assert ends == [0] * (stops + 1)
    routed = Counter(each.lead for each in routings(policy, state))
    assert len(done) > 10 * stops
    assert set(done) <= set(routed), "what was answered is there"
    assert max(routed.values()) == 1, "and once"
    assert set(heard.numbers) == set(routed), "each is told"
    assert len(heard.ids) == len(routed), "by one id, however often"


def test_a_server_that_is_started_anew_amid_requests_loses_nothing(policy: Path) -> None:
    """Callers are answered 503 meanwhile, and go on behind it without a restart of the service."""
    with own_server() as server:
        state = f"{server.get_uri()}&schema=restarted"
        tokens = policy.with_name("tokens")
        service = ServedProcess(policy, state, ("--tokens", str(tokens), "--no-reload"))
        service.start()

        def restart() -> None:
            sleep(1)
            server.stop()
            assert not service.is_ready()
            sleep(0.5)
            server.start()
            until = monotonic() + 30
            while answered(service.port, "/leads", {"id": "behind"}) != 200:
                assert monotonic() < until
                sleep(0.05)
            sleep(0.5)

        try:
            done = crowd(service.port, restart)
            assert service.end(signal.SIGTERM) == 0
        finally:
            service.end(signal.SIGKILL)
        routed = Counter(each.lead for each in routings(policy, state))
        assert {*done, "behind"} <= set(routed)
        assert max(routed.values()) == 1


def test_two_who_tell_on_one_server_keep_the_order_of_each_lead_and_tell_none_at_once(
    policy: Path,
) -> None:
    """A service of two processes tells, and a command beside it."""
    state = fresh_address()
    heard = HeardEvents(slow=0.02)
    tokens = policy.with_name("tokens")
    arguments = ("--deliver", "--workers", "2", "--tokens", str(tokens), "--no-reload")
    service = ServedProcess(policy, state, arguments)
    command = [sys.executable, "-m", "turnout", "outbox", "deliver", state, "--watch"]
    with web_service(heard) as url:
        told_to(policy.parent, url)
        service.start()
        with subprocess.Popen(
            command, cwd=policy.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as other:
            try:
                leads = [f"L-{number}" for number in range(8)]

                def lived(lead: str) -> None:
                    assert answered(service.port, "/leads", {"id": lead, "country": "DE"}) == 200
                    for act in ("reject", "accept", "contacted", "converted"):
                        for by in ("ana", "ben"):  # whoever has it may, the other one is refused
                            body = {"by": by, "reason": "bad-fit"}
                            answered(service.port, f"/leads/{lead}/{act}", body)

                threads = [threading.Thread(target=lived, args=(each,)) for each in leads]
                for each in threads:
                    each.start()
                for each in threads:
                    each.join()
                with open_outbox(whereabouts(state), wait=30) as outbox:
                    until = monotonic() + 60
                    while outbox.next_at("crm") is not None:
                        assert monotonic() < until
                        sleep(0.05)
                assert service.end(signal.SIGTERM) == 0
            finally:
                service.end(signal.SIGKILL)
                other.send_signal(signal.SIGTERM)
                other.wait(30)
    assert not heard.is_crowded, "of one lead nobody tells two things at once"
    assert set(heard.numbers) == set(leads)
    for numbers in heard.numbers.values():
        assert len(numbers) > 2
        assert numbers == sorted(numbers), "in the order in which they happened"
    assert set(heard.ids.values()) == {1}
