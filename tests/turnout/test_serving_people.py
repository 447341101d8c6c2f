"""The page for people who get leads: signing in, what it shows, does and refuses."""

import json
import logging
import re
from collections.abc import Generator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.served import bearing, served, settings
from turnout.serving.my_leads import formed
from turnout.serving.tokens import TokenFile


@pytest.fixture
def asked(tmp_path: Path) -> Generator[tuple[TestClient, dict[str, str]], None, None]:
    """Give a service with two leads of each person, one that waits, and everybody's tokens."""
    of = settings(tmp_path)
    file = TokenFile(of.tokens)
    tokens = {
        "crm": file.create("crm", ("admin",)),
        "ana": file.create("ana", (), person="ana"),
        "ben": file.create("ben", (), person="ben"),
    }
    with served(of) as client:
        leads = [{"id": f"L/{n}", "country": "DE"} for n in range(4)] + [{"id": "Q-1"}]
        client.post("/leads", json=leads, headers=bearing(tokens["crm"]))
        yield client, tokens


def signed_in(client: TestClient, token: str) -> str:
    """Sign in as a browser does, and return the page."""
    answer = client.post("/me/sign-in", data={"token": token}, headers=SAME)
    assert answer.status_code == 303, answer.text
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    return client.get("/me").text


SAME = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


def form(page: str) -> str:
    found = re.search(r'name="form" value="(\w+)"', page)
    assert found is not None
    return found[1]


def did(client: TestClient, page: str, act: str, **more: str) -> Any:  # noqa: ANN401 - of the client
    return client.post("/me", data={"act": act, "form": form(page), **more}, headers=SAME)


def test_a_person_sees_their_leads_and_nobody_elses(
    asked: tuple[TestClient, dict[str, str]],
) -> None:
    client, tokens = asked
    assert "Sign in" in client.get("/me").text
    page = signed_in(client, tokens["ana"])
    assert "L/0" in page
    assert "L/2" in page
    assert "L/1" not in page
    assert re.search(r"to be accepted in 1[45] min", page)
    assert "no lead waits" in page  # in queue large
    assert client.get("/me/leads/L%2F0").status_code == 200
    assert client.get("/me/leads/L%2F1").status_code == 403
    assert client.get("/me/leads/none").status_code == 403
    assert client.get("/events").status_code == 401, "the cookie counts for the pages alone"


def test_what_a_person_does_is_done_in_their_name(
    asked: tuple[TestClient, dict[str, str]],
) -> None:
    client, tokens = asked
    page = signed_in(client, tokens["ana"])
    done = did(client, page, "accept", lead="L/0")
    assert done.status_code == 303
    assert "Lead L/0 is accepted." in unescape(client.get(done.headers["location"]).text)
    did(client, page, "reject", lead="L/2", reason="language")
    did(client, page, "claim", queue="triage")
    did(client, page, "away", until="2036-01-01T08:00", reason="ill")
    page = client.get("/me").text
    assert "Q-1" in page
    assert "L/2" not in page
    assert "You are away until 2036-01-01 08:00 UTC" in page
    did(client, page, "back")
    assert "I am away" in client.get("/me").text
    events = client.get("/events?limit=100", headers=bearing(tokens["crm"])).json()["events"]
    told = [(each["event"], each["actor"]) for each in events if each["actor"] == "ana"]
    assert [kind for kind, _ in told] == [
        *("accepted", "rejected", "moved", "offered", "claimed", "away", "back")
    ]
    did(client, page, "sign-out")
    assert "Sign in" in client.get("/me").text


def test_what_isnt_allowed_is_told_and_changes_nothing(
    asked: tuple[TestClient, dict[str, str]],
) -> None:
    client, tokens = asked
    page = signed_in(client, tokens["ana"])
    for act, more, status in (
        ("accept", {"lead": "L/1"}, 403),
        ("accept", {"lead": "none"}, 403),
        ("reject", {"lead": "L/0"}, 422),
        ("reject", {"lead": "L/0", "reason": "no such"}, 409),
        ("return", {"lead": "L/0", "reason": "spam"}, 409),
        ("claim", {"queue": "nix"}, 404),
        ("away", {"until": "soon"}, 422),
        ("nix", {}, 422),
    ):
        answer = did(client, page, act, **more)
        assert (answer.status_code, "My leads" in answer.text) == (status, True), act


def test_forms_of_other_pages_are_refused(asked: tuple[TestClient, dict[str, str]]) -> None:
    client, tokens = asked
    page = signed_in(client, tokens["ana"])
    said = {"act": "accept", "lead": "L/0", "form": form(page)}
    other = {**said, "form": formed(b"guessed", "ana")}
    assert client.post("/me", data=other, headers=SAME).status_code == 403
    assert client.post("/me", data={**said, "form": "é"}, headers=SAME).status_code == 403
    for heads in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert client.post("/me", data=said, headers={**SAME, **heads}).status_code == 403
        wrong = client.post("/me/sign-in", data={"token": "x"}, headers={**SAME, **heads})
        assert wrong.status_code == 403
    assert client.post("/me", json=said, headers=SAME).status_code == 415
    assert client.post("/me", data=said, headers=SAME).status_code == 303


def test_who_isnt_a_person_cant_sign_in(asked: tuple[TestClient, dict[str, str]]) -> None:
    client, tokens = asked
    for token in (tokens["crm"], "trn_nonsense", ""):
        assert client.post("/me/sign-in", data={"token": token}, headers=SAME).status_code == 403


def test_what_a_lead_says_is_escaped_and_the_page_runs_no_script(
    asked: tuple[TestClient, dict[str, str]],
) -> None:
    client, tokens = asked
    hostile = '<script>alert(1)</script>"&'
    lead = {"id": hostile, "country": "DE"}
    got = client.post("/leads", json=lead, headers=bearing(tokens["crm"])).json()
    signed_in(client, tokens[got["assignee"]])
    answer = client.get("/me")
    assert "<script" not in answer.text
    assert "alert(1)" in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    done = client.get("/me?done=%3Cscript%3E")
    assert "<script" not in done.text


def test_what_a_person_does_and_may_not_is_noted_with_how_they_came(
    asked: tuple[TestClient, dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    client, tokens = asked
    caplog.set_level(logging.INFO, "turnout.audit")
    page = signed_in(client, tokens["ana"])
    did(client, page, "accept", lead="L/0")
    did(client, page, "accept", lead="L/1")
    did(client, page, "claim", queue="triage")
    did(client, page, "away")
    did(client, page, "back")
    did(client, page, "sign-out")
    lines = [json.loads(each.message) for each in caplog.records if each.name == "turnout.audit"]
    assert {each["caller"] for each in lines} == {"token ana"}
    assert [(each["act"], each["what"], each["outcome"]) for each in lines] == [
        ("accept", "L/0", "done"),
        ("accept", "L/1", "not-yours"),
        ("claim", "triage", "done"),
        ("away", "ana", "done"),
        ("back", "ana", "done"),
        ("sign-out", "", "done"),
    ]
