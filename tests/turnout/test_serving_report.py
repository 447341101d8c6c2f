"""The report of a service: as a page and as data, made once for all who ask the same."""

import logging
import re
import sqlite3
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from time import monotonic, sleep

import attrs
import pytest
from starlette.testclient import TestClient

from tests.support.served import bearing, served, settings
from turnout.project.report_settings import AlertSettings, ReportSettings
from turnout.rendering.measures.page_style import CONTENT_POLICY
from turnout.runtime.stores import StateError
from turnout.serving.alert_watch import AlertWatch
from turnout.serving.tokens import TokenFile

AS_BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


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


def _until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 30
    while not holds():
        assert monotonic() < end
        sleep(0.01)


def test_who_asks_the_same_waits_for_one_report_and_leads_are_decided_meanwhile(
    client: TestClient, tmp_path: Path
) -> None:
    reports = client.app_state["service"].reports
    as_json = {"Accept": "application/json"}
    with (
        closing(sqlite3.connect(tmp_path / "inbound.db-report", isolation_level=None)) as held,
        ThreadPoolExecutor(6) as pool,
    ):
        held.execute("BEGIN IMMEDIATE")  # whoever makes a report waits for what was read
        same = [pool.submit(client.get, "/report", headers=as_json) for _ in range(4)]
        _until(lambda: reports.making == 1)
        other = pool.submit(client.get, "/report?by=rule", headers=as_json)
        _until(lambda: reports.making == 2)
        refused = client.get("/report?by=team")
        shown = client.get("/report?by=team", headers=AS_BROWSER)
        decided = client.post("/leads", json={"id": "L-9", "country": "DE"})
        held.execute("ROLLBACK")
        answers = [each.result(30) for each in (*same, other)]
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert (shown.status_code, shown.headers["retry-after"]) == (429, "5")
    assert "Load the page again after 5 seconds" in shown.text
    assert decided.json()["rule"] == "german"
    assert [each.status_code for each in answers] == [200] * 5
    assert len({each.json()["at"] for each in answers}) == 2


def test_a_service_that_stops_gives_up_the_report_that_it_makes(tmp_path: Path) -> None:
    of = settings(tmp_path)
    with (
        closing(sqlite3.connect(tmp_path / "inbound.db-report", isolation_level=None)) as held,
        ThreadPoolExecutor(1) as pool,
        served(of) as client,
    ):
        held.execute("BEGIN IMMEDIATE")
        reports = client.app_state["service"].reports
        asked = pool.submit(client.get, "/report")
        _until(lambda: reports.making == 1)
        reports.close()
        assert asked.result(30).status_code == 503
        assert client.get("/report").status_code == 503


def test_a_service_tells_once_what_crosses_a_threshold_and_once_what_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    alerts = AlertSettings(fallback=0.5, least=3, hours=1)
    of = settings(tmp_path, report=ReportSettings(alerts=alerts))
    of = attrs.evolve(of, source=attrs.evolve(of.source, endpoints=("crm",)))
    with served(attrs.evolve(of, report=ReportSettings())) as client:
        leads = [{"id": f"L-{n}", "country": "FR"} for n in range(4)]
        assert client.post("/leads", json=leads).status_code == 200

    def told(client: TestClient) -> list[list[str]]:
        events = client.get("/events").json()["events"]
        return [each["name"] for each in events if each["event"] == "alerted"]

    caplog.set_level(logging.WARNING, "turnout.serving")
    begun, over = (["fallback", "all leads", each] for each in ("begun", "over"))
    with served(of) as client:  # it looks as soon as it is there
        _until(lambda: told(client) == [begun])
        service = client.app_state["service"]
        watch, now = of.alerts(service), datetime.now(UTC)
        assert [each.phase for each in watch.look(service.served, now)] == ["stands"]
        later = now + timedelta(hours=2)
        assert [each.phase for each in watch.look(service.served, later)] == ["over"]
        assert watch.look(service.served, later) == ()
        assert [each.phase for each in watch.look(service.served, now)] == ["begun"]
        watch.stop()
        assert told(client) == [begun, over, begun]
        with pytest.raises(StateError):
            watch.look(service.served, now)
    assert "alert begun: fallback, all leads: 100.0 % of 4 leads fell back" in caplog.text
    with closing(sqlite3.connect(tmp_path / "inbound.db")) as state:
        query = "SELECT count(*) FROM outbox o JOIN events e ON e.seq = o.event WHERE kind = ?"
        assert state.execute(query, ("alerted",)).fetchone() == (3,)


def test_of_several_processes_of_a_service_one_looks_at_thresholds(tmp_path: Path) -> None:
    of, report = settings(tmp_path).source, ReportSettings()
    first, second = (AlertWatch(of, report, None, str(tmp_path)) for _ in range(2))
    assert [first.has_turn(), second.has_turn(), first.has_turn()] == [True, False, True]
    first.stop()
    assert second.has_turn()
    second.stop()
    assert AlertWatch(of, report, None).has_turn()


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
