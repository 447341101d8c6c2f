"""The report of a service: as a page and as data, made once for all who ask the same."""

import re
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.served import bearing, served, settings
from turnout.rendering.measures.measured_page import state_page
from turnout.rendering.measures.page_style import CONTENT_POLICY
from turnout.serving.tokens import TokenFile


@pytest.fixture
def client(tmp_path: Path) -> Generator[TestClient, None, None]:
    """Give a service that decided three leads."""
    with served(settings(tmp_path)) as asked:
        leads = [{"id": f"L-{n}", "country": "DE"} for n in range(2)] + [{"id": "Q-1"}]
        assert asked.post("/leads", json=leads).status_code == 200
        yield asked


def test_the_report_is_a_page_or_data(client: TestClient) -> None:
    page = client.get("/report", headers={"Accept": "text/html,application/json;q=0.5"})
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"].startswith(CONTENT_POLICY)
    assert "<script" not in page.text
    assert "inbound" in page.text
    assert 'href="?by=rule"' in page.text
    week = client.get("/report?by=rule&route=inbound").text
    since = re.search(r'href="(\?route=inbound&amp;since=[-\d]+&amp;by=rule)"', week)
    assert since is not None
    assert 'aria-current="true">Last 7 days' in client.get(f"/report{unescape(since[1])}").text
    as_json = {"Accept": "application/json"}
    found = client.get("/report?by=rule", headers=as_json).json()
    assert found["by"] == "rule"
    assert {row["rule"]: row["leads"] for row in found["tables"]["by_rule"]} == {
        "rule german": 2,
        "fallback of route inbound": 1,
    }
    later = client.get("/report?since=2036-01-01", headers=as_json).json()
    assert later["tables"]["by_day"] == []
    for wrong in ("by=luck", "since=soon", "since=2026-02-01&until=2026-01-01"):
        assert client.get(f"/report?{wrong}").status_code == 422, wrong


def test_who_asks_the_same_waits_for_one_report_and_leads_are_decided_meanwhile(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    begun, goes_on = threading.Semaphore(0), threading.Event()

    def slow(*asked: object) -> str:
        made.append("one")
        begun.release()
        assert goes_on.wait(20)
        return state_page(*asked)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

    monkeypatch.setattr("turnout.serving.lead_reports.state_page", slow)
    with ThreadPoolExecutor(6) as pool:
        same = [pool.submit(client.get, "/report") for _ in range(4)]
        assert begun.acquire(timeout=20)
        other = pool.submit(client.get, "/report?by=rule")
        assert begun.acquire(timeout=20)
        refused = client.get("/report?by=team")
        decided = client.post("/leads", json={"id": "L-9", "country": "DE"})
        goes_on.set()
        answers = [each.result(20) for each in (*same, other)]
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert decided.json()["rule"] == "german"
    assert [each.status_code for each in answers] == [200] * 5
    assert len(made) == 2
    monkeypatch.undo()
    assert client.get("/report").status_code == 200


def test_a_person_who_may_read_comes_to_the_report_from_their_page(tmp_path: Path) -> None:
    of = settings(tmp_path)
    file = TokenFile(of.tokens)
    both = file.create("ana", ("read",), person="ana")
    alone = file.create("ben", (), person="ben")
    with served(of) as client:
        for token, status in ((both, 200), (alone, 403)):
            client.post("/me/sign-in", data={"token": token})
            assert ('href="/report"' in client.get("/me").text) == (status == 200)
            assert client.get("/report").status_code == status
            assert client.get("/events").status_code == 401, "the cookie counts for pages alone"
            assert client.get("/events", headers=bearing(token)).status_code == status


AS_BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_a_browser_that_nobody_knows_signs_in_by_a_token_and_comes_back_to_its_report(
    tmp_path: Path,
) -> None:
    of = settings(tmp_path)
    file = TokenFile(of.tokens)
    reader = file.create("lead", ("read",))
    alone = file.create("ben", (), person="ben")
    with served(of) as client:
        assert client.get("/report").headers["content-type"] == "application/problem+json"
        page = client.get("/report?by=rule", headers=AS_BROWSER)
        assert (page.status_code, page.headers["content-type"]) == (401, "text/html; charset=utf-8")
        assert "turnout token create NAME" in page.text
        assert 'name="to" value="/report?by=rule"' in page.text
        assert client.get(f"/report?{'x' * 2_000}", headers=AS_BROWSER).status_code == 401
        for token, to, where in (
            (reader, "/report?by=rule", "/report?by=rule"),
            (reader, "https://evil.example/report", None),
            (reader, "/reporters", None),
            (alone, "https://evil.example/report", "/me"),
            (alone, "/report", "/me"),
        ):
            done = client.post("/me/sign-in", data={"token": token, "to": to})
            assert done.status_code == (403 if where is None else 303), to
            assert done.headers.get("location") == where
        refused = client.get("/report", headers=AS_BROWSER)
        assert (refused.status_code, "scope read" in refused.text) == (403, True)
        client.post("/me/sign-in", data={"token": reader, "to": "/report"})
        assert client.get("/report", headers=AS_BROWSER).status_code == 200
        wrong = client.get("/report?since=soon", headers=AS_BROWSER)
        assert (wrong.status_code, "since: has to be a time" in wrong.text) == (422, True)
        assert wrong.headers["content-type"].startswith("text/html")
        bad = client.post("/me/sign-in", data={"token": "no", "to": "/report?by=rule"})
        assert (bad.status_code, 'value="/report?by=rule"' in bad.text) == (403, True)
