"""What happens to leads is told: in order, again until it arrives, and once by its id."""

import json
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.receivers import Request, Response, mail_server, web_service
from tests.support.servers import fresh, gone_afterwards
from turnout.announcing import posting
from turnout.announcing.adapters import adapter_of
from turnout.announcing.couriers import Courier, Delivery
from turnout.announcing.messages import EventData
from turnout.announcing.posting import Poster, seconds_asked
from turnout.announcing.public_addresses import is_public, looked_up
from turnout.announcing.signing import BadSecretError, key_of, signatures
from turnout.announcing.tried_event import TRIED
from turnout.announcing.upshots import (
    DELAYS,
    Delivered,
    Ended,
    Failed,
    Unsendable,
    Upshot,
    delay_before,
)
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.bundles import of_texts
from turnout.frozen import define
from turnout.project.endpoints import Chat, Endpoint, HttpRequest, MailServer, Secret, Webhook
from turnout.runtime.router import Router
from turnout.runtime.stores.anywhere import checked_whole
from turnout.runtime.stores.deliveries import DEAD, GONE, LEASE, Outbox, open_outbox
from turnout.runtime.stores.outbox import DUE
from turnout.runtime.stores.server.locations import Whereabouts

AT = datetime(2026, 11, 30, 10, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the standard's own example
TEXT = """policy told
lead { id: text required }
person ana
queue triage
route inbound {
  rule hot { when id starts with "H" to person ana do notify slack "#deals" }
  fallback to queue triage
}
"""
SECOND = 1_000_000


def compiled() -> Compiled:
    files = of_texts("told.route", TEXT, {})
    return compile_policy(files.main, files=files)


@define
class Told:
    """An adapter that answers as it is told to, and keeps what it was asked."""

    answers: list[Upshot]
    heard: list[tuple[str, str, str]]

    def send(self, event: EventData, id_: str) -> Upshot:
        self.heard.append((event["lead"], event["event"], id_))
        return self.answers.pop(0) if self.answers else Delivered()


@define
class Clock:
    now: int

    def __call__(self) -> int:
        return self.now


@pytest.fixture(params=["file", "server"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Whereabouts]:
    if request.param == "file":
        yield tmp_path / "state.db"
        return
    with gone_afterwards(fresh()) as at:
        yield at


@contextmanager
def told_of(
    state: Whereabouts, *leads: str, closes: str = ""
) -> Generator[tuple[Outbox, Clock, Callable[[Told], Courier]], None, None]:
    """Route leads, and give the outbox, a clock and what makes a courier for endpoint `crm`."""
    with Router(compiled(), state=state, endpoints=["crm"]) as router:
        for lead in leads:
            router.route({"id": lead}, at=AT)
        if closes:
            router.close_lead(closes, by="ana", at=AT)
    clock = Clock(int(time.time() * SECOND) + SECOND)
    endpoint = Endpoint("crm", Chat("https://chat.example"))
    with open_outbox(state, wait=5) as outbox:
        made: list[Courier] = []

        def courier(told: Told) -> Courier:
            made.append(Courier(outbox, endpoint, told, now=clock, chance=lambda: 0.5))
            return made[-1]

        try:
            yield outbox, clock, courier
        finally:
            for each in made:
                each.close()


def outcomes(attempts: list[Delivery]) -> list[str]:
    return [type(each.outcome).__name__ for each in attempts]


def test_a_lead_is_told_of_in_order_and_again_until_it_arrives(state: Whereabouts) -> None:
    told = Told([Failed("HTTP 503"), Delivered()], [])
    with told_of(state, "L-1", "L-2", closes="L-1") as (outbox, clock, courier_of):
        courier = courier_of(told)
        assert outcomes(courier.deliver()) in (["Failed", "Delivered"], ["Delivered", "Failed"])
        assert {lead for lead, _, _ in told.heard} == {"L-1", "L-2"}
        before = outbox.counts()
        assert sum(before.values()) == 3
        clock.now += 4 * SECOND
        # A failed delivery isn't due yet, and what comes behind it waits for it.
        waiting = [row for row in outbox.rows("crm", [DUE], 0) if row.attempts]
        lead = json.loads(waiting[0].body)["lead"]
        heard = [each[:2] for each in told.heard]
        while courier.deliver():
            pass
        new = [each[:2] for each in told.heard][len(heard) :]
        assert (lead, "closed") not in new
        clock.now += 60 * SECOND
        while courier.deliver():
            pass
        assert [kind for each, kind, _ in told.heard if each == "L-1"][-2:] == ["routed", "closed"]
        ids = [id_ for each, kind, id_ in told.heard if (each, kind) == (lead, "routed")]
        assert len(ids) == 2
        assert len(set(ids)) == 1
        assert outbox.counts() == {("crm", "done"): 3}
        assert courier.next_at() is None
    assert checked_whole(state).events == 3


def test_what_was_taken_by_who_ended_is_told_again_with_the_same_id(state: Whereabouts) -> None:
    with told_of(state, "L-1") as (outbox, clock, courier_of):
        (row,) = outbox.take("crm", clock.now, 8)  # and nothing more is heard of it
        told = Told([], [])
        courier = courier_of(told)
        assert courier.deliver() == []
        clock.now += int(LEASE.total_seconds()) * SECOND + 1
        assert outcomes(courier.deliver()) == ["Delivered"]
        assert row.event == 1
        assert len(told.heard) == 1


def test_what_never_arrives_is_given_up_and_sent_again_by_command(state: Whereabouts) -> None:
    told = Told([Failed("HTTP 500")] * (len(DELAYS) + 1), [])
    with told_of(state, "L-1") as (outbox, clock, courier_of):
        courier = courier_of(told)
        for delay in (0, *DELAYS):
            clock.now += (delay + 1) * SECOND
            assert outcomes(courier.deliver()) == ["Failed"]
        clock.now += 10 * DELAYS[-1] * SECOND
        assert courier.deliver() == []
        (row,) = outbox.rows(None, [DEAD], 0)
        assert (row.state, row.attempts) == ("dead HTTP 500", len(DELAYS) + 1)
        outbox.revive([row.id], clock.now)
        assert outcomes(courier.deliver()) == ["Delivered"]


def test_an_endpoint_that_is_gone_is_left_alone(state: Whereabouts) -> None:
    with told_of(state, "L-1", "L-2") as (outbox, clock, courier_of):
        told = Told([Ended("HTTP 410"), Ended("HTTP 410")], [])
        courier = courier_of(told)
        assert outcomes(courier.deliver()) == ["Ended", "Ended"]
        with Router(compiled(), state=state, endpoints=["crm"]) as router:
            router.route({"id": "L-3"}, at=AT)
        later = courier_of(told)
        for each in (courier, later):
            assert each.has_ended
            assert each.deliver() == []
        outbox.revive([row.id for row in outbox.rows("crm", [GONE], 0)], clock.now)
        assert outcomes(courier_of(told).deliver()) == ["Delivered"] * 3


def test_what_an_endpoint_does_not_want_is_done_untold(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with told_of(state, "H-1", "L-2", closes="H-1") as (outbox, clock, _):
        told = Told([], [])
        actions = (("notify", "slack"),)
        endpoint = Endpoint("crm", Chat("https://chat.example"), ("routed",), actions)
        courier = Courier(outbox, endpoint, told, now=clock)
        assert set(outcomes(courier.deliver())) == {"Delivered", "Unwanted"}
        assert outcomes(courier.deliver()) == ["Unwanted"]
        courier.close()
        assert [each[:2] for each in told.heard] == [("H-1", "routed")]


def test_an_adapter_that_raises_has_failed(tmp_path: Path) -> None:
    class Odd:
        def send(self, event: EventData, id_: str) -> Upshot:
            raise LookupError(f"no {id_[:3]} of {event['lead']}")

    with told_of(tmp_path / "state.db", "L-1") as (outbox, clock, _):
        courier = Courier(outbox, Endpoint("crm", Chat("https://x.example")), Odd(), now=clock)
        (attempt,) = courier.deliver()
        courier.close()
        assert attempt.outcome == Failed("LookupError: no evt of L-1")
        assert attempt.row.state == DUE


def test_delays_grow_and_are_never_shorter_than_was_asked() -> None:
    assert delay_before(1, 0, lambda: 0.5) == pytest.approx(5)
    assert delay_before(1, 120, lambda: 0.0) == 120
    assert delay_before(1, 1e12, lambda: 0.0) == 86_400
    assert delay_before(len(DELAYS) + 1, 0, lambda: 0.0) is None
    for attempt, delay in enumerate(DELAYS, 1):
        low, high = (delay_before(attempt, 0, lambda at=at: at) for at in (0.0, 0.999))  # type: ignore[misc]
        assert low == pytest.approx(0.8 * delay)
        assert high == pytest.approx(1.2 * delay, rel=0.01)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 30 Nov 2026 10:01:00 GMT", 60.0),
        ("Mon, 30 Nov 2026 09:00:00 GMT", 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("9" * 40, 0.0),
    ],
)
def test_how_long_one_is_asked_to_wait(value: str, seconds: float) -> None:
    assert seconds_asked(value, AT) == seconds


def test_signatures_are_those_of_the_standard() -> None:
    judge = pytest.importorskip("standardwebhooks").Webhook(SECRET)
    body, now = b'{"a": "\xc3\xa9"}', int(time.time())
    keys = key_of("whsec_" + "A" * 32), key_of(SECRET)
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(now),
        "webhook-signature": signatures(keys, "evt_1", now, body),
    }
    assert judge.verify(body, headers) == {"a": "é"}
    with pytest.raises(Exception, match=r"(?i)signature"):
        judge.verify(body + b" ", headers)
    for odd in ("", "whsec_", "whsec_???", "whsec_YQ==", "whsec_" + "A" * 100):
        with pytest.raises(BadSecretError):
            key_of(odd)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.1"),
        *("100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fc00::1", "fe80::1%eth0"),
        *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1", "192.0.2.1"),
    ],
)
def test_addresses_that_are_nobodys_to_reach(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_reached() -> None:
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")
    with pytest.raises(OSError, match="which isn't public"):
        looked_up("localhost", 80, is_private=False)
    with pytest.raises(OSError, match="there is no"):
        looked_up("no-such-host.invalid", 80, is_private=True)


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (204, {}, Delivered()),
        (410, {}, Ended("HTTP 410")),
        (500, {}, Failed("HTTP 500")),
        (429, {"retry-after": "90"}, Failed("HTTP 429", 90.0)),
        (302, {"location": "/elsewhere"}, Failed("HTTP 302")),
    ],
)
def test_what_counts_is_the_answer(status: int, headers: dict[str, str], outcome: Upshot) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return status, headers

    with web_service(answer) as url:
        poster = Poster(is_private=True)
        assert poster.post("POST", f"{url}/hook?a=1", {"X-One": "1"}, b"{}") == outcome
        poster.close()
    ((method, path, body),) = [(each.method, each.path, each.body) for each in asked]
    assert (method, path, body) == ("POST", "/hook?a=1", b"{}")  # nobody was led elsewhere
    assert asked[0].headers["host"] == url.removeprefix("http://")
    assert asked[0].headers["x-one"] == "1"


def test_nobody_is_sent_into_a_private_network() -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return 204, {}

    with web_service(answer) as url:
        poster = Poster(is_private=False)
        for host in (url, url.replace("127.0.0.1", "localhost")):
            outcome = poster.post("POST", host, {}, b"{}")
            assert isinstance(outcome, Failed)
            assert "isn't public" in outcome.reason
    assert asked == []


def test_who_never_answers_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "TIMEOUTS", dict.fromkeys(posting.TIMEOUTS, 0.05))
    hangs = threading.Event()

    def answer(_: Request) -> Response:
        hangs.wait(5)
        return 204, {}

    with web_service(answer) as url:
        outcome = Poster(is_private=True).post("POST", url, {}, b"{}")
        hangs.set()
    assert outcome == Failed("no answer in time")


def test_who_answers_twice_answers_nothing_that_is_told_later() -> None:
    answers = [
        b"HTTP/1.1 204 No Content\r\n\r\n" * 2,
        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
    ]

    def answered(listening: socket.socket) -> None:
        for answer in answers:
            connection, _ = listening.accept()
            with connection:
                connection.settimeout(5)
                connection.recv(65_536)
                connection.sendall(answer)
                connection.recv(65_536)  # until the other side closes it

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        thread = threading.Thread(target=answered, args=(listening,))
        thread.start()
        poster = Poster(is_private=True)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        outcomes = [poster.post("POST", url, {}, b"{}") for _ in answers]
        poster.close()
        thread.join()
    assert outcomes == [Delivered(), Failed("HTTP 500")]


def test_who_isnt_there_has_not_been_told() -> None:
    with web_service(lambda _: (204, {})) as url:
        pass
    assert isinstance(Poster(is_private=True).post("POST", url, {}, b""), Failed)


def secret(folder: Path, value: str) -> Secret:
    (folder / "secret").write_text(value, "utf-8")
    return Secret("file", "secret", folder)


def test_a_webhook_is_a_signed_cloud_event(tmp_path: Path) -> None:
    judge = pytest.importorskip("standardwebhooks").Webhook(SECRET)
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return 200, {}

    with web_service(answer) as url:
        target = Webhook(f"{url}/hook", (secret(tmp_path, SECRET),))
        adapter = adapter_of(Endpoint("crm", target, private=True), "inbound sales")
        assert adapter.send(TRIED, "evt_7") == Delivered()
    (request,) = asked
    told: dict[str, Any] = judge.verify(request.body, dict(request.headers))
    assert request.headers["content-type"].startswith("application/cloudevents+json")
    assert told.pop("data")["lead"] == "turnout-test"
    assert told == {
        "specversion": "1.0",
        "id": "evt_7",
        "source": "/turnout/inbound%20sales/test",
        "type": "turnout.lead.routed",
        "datacontenttype": "application/json",
        "subject": "turnout-test",
        "time": "2026-01-01T00:00:00+00:00",
    }


def lead_event(lead: str, *, person: str = "ana", **values: str) -> EventData:
    with Router(compiled()) as router:
        decision = router.route({"id": "H-1"}, at=AT).as_dict()
    after = {"kind": "person", "target": person, "assignee": person}
    return {**TRIED, "lead": lead, "after": after, "decision": decision, "values": values}


def test_what_a_lead_says_is_no_mark_of_a_chat(tmp_path: Path) -> None:
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return 200, {}

    with web_service(answer) as url:
        hidden = secret(tmp_path, f"{url}/services/T0")
        adapter = adapter_of(Endpoint("sales", Chat(hidden), private=True), "told")
        assert adapter.send(lead_event("<!channel> & co", name="<x>"), "evt_1") == Delivered()
    text = json.loads(asked[0].body)["text"]
    assert text == (
        "lead &lt;!channel&gt; &amp; co routed to person ana by rule hot\n"
        'notify "slack" "#deals"\nname: &lt;x&gt;'
    )


def test_a_mail_goes_to_whom_it_concerns() -> None:
    people = {"ana": "ana@example.com"}
    with mail_server(refused="gone@example.com") as (host, port, sent):

        def mailer(*to: str) -> Any:  # noqa: ANN401 - whatever sends
            email = MailServer(
                host, port, "none", "Turnout <t@example.com>", to, people, None, None
            )
            return adapter_of(Endpoint("mail", email, private=True), "told")

        event = lead_event("L-1\r\nBcc: all@example.com", company="Ünïcode & Söhne")
        assert mailer("lead@example.com").send(event, "evt_9") == Delivered()
        gone = mailer("gone@example.com").send(lead_event("L-2", person="ben"), "evt_10")
        assert gone == Unsendable("550 no such box")
        nobody = mailer().send(lead_event("L-3", person="ben"), "evt_11")
        assert nobody == Unsendable("nobody's address is known")
    ((to, message),) = sent
    assert to == ["lead@example.com", "ana@example.com"]
    assert message["Bcc"] is None
    assert message["Message-ID"] == "<evt_9@example.com>"
    assert "L-1\\r\\nBcc: all@example.com routed to person ana" in message["Subject"]
    assert "company: Ünïcode & Söhne" in message.get_content()


def test_a_mail_server_of_ones_own_network_is_allowed_first() -> None:
    email = MailServer("127.0.0.1", 9, "none", "t@example.com", ("a@example.com",), {}, None, None)
    for private, told in ((False, "isn't public"), (True, "refused")):
        outcome = adapter_of(Endpoint("mail", email, private=private), "").send(TRIED, "evt_1")
        assert isinstance(outcome, Failed)
        assert told in outcome.reason


CONTRACT = json.loads((Path(__file__).parent / "salesforce_contract.json").read_text("utf-8"))


def salesforce(request: Request) -> Response:
    """Upshot as the recorded contract has it; what it doesn't know is 400."""
    for exchange in CONTRACT["exchanges"]:
        asked = exchange["request"]
        is_same = (request.method, request.path) == (asked["method"], asked["path"])
        has_headers = all(
            request.headers.get(name.lower(), "").startswith(value)
            for name, value in asked["headers"].items()
        )
        if is_same and has_headers and json.loads(request.body) == asked["body"]:
            return exchange["response"]["status"], {}
    return 400, {}


def test_a_crm_is_called_as_its_contract_has_it(tmp_path: Path) -> None:
    with web_service(salesforce) as url:
        call = HttpRequest(
            "PATCH",
            f"{url}/services/data/v62.0/sobjects/Lead/{{lead}}",
            {"Authorization": secret(tmp_path, "Bearer 00D5e000001N20Q!AQ")},
            {"OwnerId": "{owner}"},
            {"ana": "0055e000003KZsWAAW"},
        )
        adapter = adapter_of(Endpoint("crm", call, private=True), "told")
        assert adapter.send(lead_event("00Q5e00000AbCdEEAV"), "evt_1") == Delivered()
        assert adapter.send(lead_event("00Q5e00000GoneXEAV"), "evt_2") == Failed("HTTP 404")
        assert adapter.send(lead_event("00Q/../User/005"), "evt_3") == Failed("HTTP 400")
        for lead in ("..", "."):
            assert isinstance(adapter.send(lead_event(lead), "evt_4"), Unsendable)
