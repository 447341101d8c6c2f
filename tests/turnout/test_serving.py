"""A policy as a service: what goes in, what comes out, and what is refused and how."""

import json
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.served import served, settings
from turnout.runtime.events import Sought
from turnout.runtime.router import Router
from turnout.runtime.stores import StateError
from turnout.runtime.stores.sqlite import SqliteStore
from turnout.serving.request_bodies import Limits


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Generator[TestClient, None, None]:
    with served(settings(tmp_path_factory.mktemp("served"))) as asked:
        yield asked


def is_problem(answer: Any, status: int, kind: str) -> dict[str, Any]:  # noqa: ANN401 - of the client
    """Return a problem's details; fails where it is none."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    data: dict[str, Any] = answer.json()
    assert (data["status"], data["type"]) == (status, f"/problems/{kind}")
    assert data["title"]
    assert data["detail"]
    return data


# -- leads --


def test_the_same_id_again_gets_the_same_answer(client: TestClient) -> None:
    first = client.post("/leads", json={"id": "A-1", "country": "Germany"}).json()
    again = client.post("/leads", json={"id": "A-1", "country": "France"}).json()
    assert (first["rule"], first["kind"], first["repeated"]) == ("german", "round-robin", False)
    changed = "the lead has changed since it was routed; the decision stands"
    assert [each["reason"] for each in again.pop("issues")] == [changed]
    assert again == {**{k: v for k, v in first.items() if k != "issues"}, "repeated": True}


def test_many_leads_are_answered_in_order(client: TestClient) -> None:
    sent = [{"id": f"M-{n}", "country": "DE" if n % 2 else "FR"} for n in range(6)]
    got = client.post("/leads", json=sent).json()["decisions"]
    assert [each["lead"] for each in got] == [each["id"] for each in sent]
    assert [each["rule"] for each in got] == [None, "german"] * 3


def test_a_key_stands_in_for_the_id_of_a_lead_without_one(client: TestClient) -> None:
    keyed = {"Idempotency-Key": '"form-77"'}
    one = client.post("/leads", json={"country": "DE"}, headers=keyed).json()
    two = client.post("/leads", json={"country": "DE"}, headers=keyed).json()
    own = client.post("/leads", json={"id": "K-1", "country": "DE"}, headers=keyed).json()
    assert (one["lead"], two["lead"], two["repeated"]) == ("form-77", "form-77", True)
    assert own["lead"] == "K-1"
    several = client.post("/leads", json=[{}, {}], headers=keyed)
    is_problem(several, 422, "wrong-value")


def test_a_lead_that_is_unfit_is_kept_with_its_issues_unless_it_is_asked_not_to(
    client: TestClient,
) -> None:
    unfit = {"country": "Narnia", "size": "many"}
    kept = client.post("/leads", json=unfit).json()
    assert (kept["kind"], kept["target"]) == ("queue", "triage")
    assert {each["field"] for each in kept["issues"]} == {"country", "size", "id"}
    last = client.get("/events?limit=1000").json()["next"]
    refused = client.post("/leads", json=[unfit], headers={"Prefer": "handling=strict"})
    issues = is_problem(refused, 422, "not-a-lead")["issues"]
    assert {each["field"] for each in issues} == {"country", "size", "id"}
    assert client.get("/events?limit=1000").json()["next"] == last


def test_what_is_no_lead_is_refused_with_its_place_and_nothing_is_recorded(
    client: TestClient,
) -> None:
    refused = client.post("/leads", json=[{"id": "N-1"}, 7, None])
    issues = is_problem(refused, 422, "not-a-lead")["issues"]
    assert [each["pointer"] for each in issues] == ["/1", "/2"]
    assert client.get("/leads/N-1").status_code == 404


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "not-json", 400),
        (b'"\xff"', "not-json", 400),
        (b'{"id": "\\ud800"}', "not-json", 400),
        (b"NaN", "not-json", 400),
        (b"[" * 100_000, "not-json", 400),
        (b"[" * 40 + b"]" * 40, "not-json", 400),
        (b"[]", "not-a-lead", 422),
        (b'"a text"', "not-a-lead", 422),
        (b"[" + b"{}," * 1_000 + b"{}]", "too-large", 413),
        (b'"' + b"a" * 1_100_000 + b'"', "too-large", 413),
    ],
)
def test_a_body_that_cant_be_used_is_told_what_is_wrong(
    client: TestClient, body: bytes, kind: str, status: int
) -> None:
    json_type = {"Content-Type": "application/json"}
    is_problem(client.post("/leads", content=body, headers=json_type), status, kind)


def test_a_body_of_another_type_is_refused_so_that_no_page_can_send_one(client: TestClient) -> None:
    plain = {"Content-Type": "text/plain"}
    is_problem(client.post("/leads", content=b"{}", headers=plain), 415, "wrong-type")


def test_deciding_and_explaining_record_nothing(client: TestClient) -> None:
    before = client.get("/events?limit=1000").json()["next"]
    lead = {"id": "D-1", "country": "DE"}
    assert client.post("/decide", json=lead).json()["rule"] == "german"
    assert len(client.post("/decide", json=[lead, lead]).json()["outcomes"]) == 2
    assert client.post("/explain", json=lead).json()["decision"]["rule"] == "german"
    assert client.get("/events?limit=1000").json()["next"] == before


# -- the life of a lead --


def test_the_life_of_a_lead_is_told_by_its_history(client: TestClient) -> None:
    client.post("/leads", json={"id": "life/1", "country": "DE"})
    has_it = client.get("/leads/life%2F1").json()["now"]["holder"]["assignee"]
    other = "ben" if has_it == "ana" else "ana"
    refused = client.post("/leads/life%2F1/accept", json={"by": other})
    is_problem(refused, 409, "not-allowed")
    assert refused.json()["detail"].endswith(f'whoever has it does it: `"by": "{has_it}"`')
    no_reason = client.post("/leads/life%2F1/reject", json={"by": has_it})
    assert is_problem(no_reason, 422, "wrong-value")["issues"][0]["field"] == "reason"
    moved = client.post("/leads/life%2F1/reject", json={"by": has_it, "reason": "bad fit"}).json()
    assert moved["holder"]["assignee"] == other
    for act in ("accept", "contacted", "converted"):
        assert client.post(f"/leads/life%2F1/{act}", json={"by": other}).status_code == 200
    found = client.get("/leads/life%2F1").json()
    assert found["now"]["status"] == "converted"
    kinds = [each["event"] for each in found["events"]]
    assert kinds == [
        *("routed", "offered", "rejected", "moved", "offered", "accepted"),
        *("contacted", "converted"),
    ]
    assert [each["actor"] for each in found["events"]][-3:] == [other] * 3


def test_a_lead_is_claimed_once_and_an_empty_queue_says_so(client: TestClient) -> None:
    client.post("/leads", json=[{"id": f"C-{n}", "size": 10_000 + n} for n in range(2)])
    assert client.get("/queues/large").json()["leads"][0]["lead"] == "C-1"
    claimed = [client.post("/queues/large/claim", json={"by": "ana"}) for _ in range(3)]
    assert [each.status_code for each in claimed] == [200, 200, 204]
    assert [each.json()["lead"] for each in claimed[:2]] == ["C-1", "C-0"]
    back = client.post("/leads/C-1/release", json={"by": "ana"}).json()
    assert back["holder"] == {"kind": "queue", "target": "large", "assignee": None}
    queues = {each["queue"]: each["waiting"] for each in client.get("/queues").json()["queues"]}
    assert queues["large"] == 1
    is_problem(client.post("/queues/nix/claim", json={"by": "ana"}), 404, "unknown")


def test_who_is_away_gets_nothing_until_they_are_back(client: TestClient) -> None:
    away = client.post("/people/ana/away", json={"until": "2036-01-01", "reason": "ill"}).json()
    assert away["until"] == "2036-01-01T00:00:00+00:00"
    paused = client.post("/people/ben/pause", json={"team": "sales"})
    assert paused.json()["kind"] == "paused"
    decided = client.post("/leads", json={"id": "W-1", "country": "DE"}).json()
    assert decided["target"] == "triage"
    assert [each["reason"] for each in decided["passed_over"]] != []
    assert len(client.get("/absences").json()["absences"]) == 2
    for person in ("ana", "ben"):
        assert len(client.post(f"/people/{person}/back").json()["ended"]) == 1
    assert client.get("/absences").json()["absences"] == []
    early = client.post("/people/ana/away", json={"until": "2020-01-01"})
    is_problem(early, 422, "wrong-value")
    is_problem(client.post("/people/ana/away", json={"until": "soon"}), 422, "wrong-value")
    is_problem(client.post("/people/zoe/back"), 404, "unknown")


# -- events --


def test_events_are_read_by_a_cursor_each_once(client: TestClient) -> None:
    client.post("/leads", json=[{"id": f"E-{n}"} for n in range(5)])
    seen: list[int] = []
    after = 0
    while page := client.get(f"/events?after={after}&limit=7").json():
        seen += [each["number"] for each in page["events"]]
        after = page["next"]
        if len(page["events"]) < 7:
            break
    assert seen == list(range(1, len(seen) + 1))
    assert client.get("/events?event=routed&rule=huge").json()["events"]
    for wrong in ("after=x", "limit=0", "limit=9999", "event=nix", "since=soon"):
        is_problem(client.get(f"/events?{wrong}"), 422, "wrong-value")


def test_events_are_followed_from_where_somebody_left(tmp_path: Path) -> None:
    with served(settings(tmp_path)) as client:
        client.post("/leads", json=[{"id": f"S-{n}"} for n in range(3)])
        service = client.app_state["service"]
        threading.Timer(0.3, service.stopping.set).start()
        heads = {"Accept": "text/event-stream", "Last-Event-ID": "1"}
        with client.stream("GET", "/events", headers=heads) as followed:
            text = "".join(followed.iter_text())
    blocks = [block for block in text.split("\n\n") if block.startswith("id:")]
    assert [block.split("\n")[0] for block in blocks] == ["id: 2", "id: 3"]
    assert json.loads(blocks[0].split("data: ")[1])["lead"] == "S-1"


# -- the service itself --


def test_the_policy_is_told_with_its_picture_and_its_schema(client: TestClient) -> None:
    told = client.get("/policy").json()
    assert (told["policy"], told["route"], len(told["hash"])) == ("inbound", "inbound", 64)
    assert client.get(told["diagram"]).text.startswith("<svg")
    schema = client.get(told["schema"]).json()
    assert schema["required"] == ["id"]
    assert schema["properties"]["size"]["anyOf"][0]["minimum"] == 0


def test_health_and_metrics_tell_how_it_goes(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["status"] == "ok"
    client.post("/leads", json={"id": "metric-1"})
    text = client.get("/metrics").text
    assert 'turnout_requests_total{method="POST",path="/leads",status="200"}' in text
    assert 'turnout_leads_total{outcome="queue"}' in text
    assert "turnout_waiting_leads 0.0" in text


def test_a_path_that_isnt_there_or_cant_do_that_is_a_problem(client: TestClient) -> None:
    is_problem(client.get("/nix"), 404, "unknown")
    wrong = client.delete("/leads")
    is_problem(wrong, 405, "wrong-method")
    assert wrong.headers["allow"] == "POST"


def test_a_bug_is_told_by_a_number_and_by_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(Router, "explain", broken)
    with served(settings(tmp_path)) as client:
        answer = client.post("/explain", json={"id": "X"})
    data = is_problem(answer, 500, "bug")
    assert "secret" not in answer.text
    assert data["instance"].rpartition(":")[2] in caplog.text
    assert "a secret of ours" in caplog.text


def test_a_state_that_cant_be_used_is_told_to_be_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(settings(tmp_path)) as client:

        def gone(*_: object, **__: object) -> None:
            raise StateError("the disk is full", "/secret/path")

        with monkeypatch.context() as broken:
            broken.setattr(SqliteStore, "decide", gone)
            answer = client.post("/leads", json={"id": "X"})
        is_problem(answer, 503, "no-state")
        assert answer.headers["retry-after"] == "2"
        assert "secret" not in answer.text
        assert client.post("/leads", json={"id": "X"}).status_code == 200


# -- many at once --


def test_leads_that_wait_share_a_commit_and_each_is_decided_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, batches = threading.Event(), list[int]()
    decide = Router.route_all

    def counted(self: Router, records: Any, **more: Any) -> Any:  # noqa: ANN401 - as it was
        held.wait(5)
        batches.append(len(records))
        return decide(self, records, **more)

    monkeypatch.setattr(Router, "route_all", counted)
    with served(settings(tmp_path)) as client, ThreadPoolExecutor(12) as pool:
        sent = [{"id": f"T-{n // 2}", "country": "DE"} for n in range(24)]
        waiting = [pool.submit(client.post, "/leads", json=each) for each in sent]
        service = client.app_state["service"]
        while service.writer.waiting < 12:
            pass
        held.set()
        answers = [each.result().json() for each in waiting]
        events = client.get("/events?event=routed&limit=100").json()["events"]
    assert len(events) == 12
    assert sum(batches) == 24
    assert max(batches) >= 6
    for n in range(12):
        assert answers[2 * n]["assignee"] == answers[2 * n + 1]["assignee"]


def test_more_leads_than_may_wait_are_refused_and_those_that_wait_are_decided_at_the_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    decide = Router.route_all

    def slowly(self: Router, records: Any, **more: Any) -> Any:  # noqa: ANN401 - as it was
        held.wait(5)
        return decide(self, records, **more)

    monkeypatch.setattr(Router, "route_all", slowly)
    of = settings(tmp_path, limits=Limits(waiting=3))
    with served(of) as client, ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(client.post, "/leads", json={"id": f"B-{n}"}) for n in range(3)]
        service = client.app_state["service"]
        while service.writer.waiting < 3:
            pass
        refused = client.post("/leads", json={"id": "B-9"})
        is_problem(refused, 429, "too-many")
        assert int(refused.headers["retry-after"]) >= 1
        threading.Timer(0.1, held.set).start()
        service.writer.stop()
        assert [each.result().status_code for each in waiting] == [200] * 3
        is_problem(client.post("/leads", json={"id": "B-9"}), 503, "stopping")
        routed = service.served.now.router.events(Sought("routed"))
        assert {each.lead for each in routed} == {"B-0", "B-1", "B-2"}


def test_one_requests_fault_is_no_other_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    decide = Router.route_all

    def picky(self: Router, records: Any, **more: Any) -> Any:  # noqa: ANN401 - as it was
        held.wait(5)
        if any(each["id"] == "bad" for each in records):
            raise ValueError("no such lead")
        return decide(self, records, **more)

    monkeypatch.setattr(Router, "route_all", picky)
    with served(settings(tmp_path)) as client, ThreadPoolExecutor(3) as pool:
        ids = ["first", "bad", "last"]
        waiting = [pool.submit(client.post, "/leads", json={"id": each}) for each in ids]
        while client.app_state["service"].writer.waiting < 3:
            pass
        held.set()
        assert [each.result().status_code for each in waiting] == [200, 500, 200]


def test_what_is_refused_is_told_in_the_words_of_http(client: TestClient) -> None:
    client.post("/leads", json=[{"id": "words/1"}, {"id": "words/2", "country": "DE"}])
    for act, lead, advice in (
        ("accept", "words%2F1", "claim it: `POST /queues/QUEUE/claim`"),
        ("return", "words%2F1", "close it: `POST /leads/ID/close`"),
        ("return", "words%2F2", "reject it (`POST /leads/ID/reject`), or accept it first"),
    ):
        refused = client.post(f"/leads/{lead}/{act}", json={"reason": "spam"})
        is_problem(refused, 409, "not-allowed")
        assert refused.json()["detail"].endswith(advice)
