"""A policy with several routes: a request names the one that is meant."""

from collections.abc import Generator
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from tests.support.served import served, settings

POLICY = """\
policy inbound
lead { id: text required  country: country }
person ana
person ben
queue triage
queue partners
route inbound {
  rule german { when country is DE to person ana }
  fallback to queue triage
}
route resold {
  rule german { when country is DE to person ben }
  fallback to queue partners
}
"""


@pytest.fixture
def client(tmp_path: Path) -> Generator[TestClient, None, None]:
    with served(settings(tmp_path, POLICY)) as asked:
        yield asked


def test_each_route_decides_a_lead_by_itself_and_has_its_own_history(client: TestClient) -> None:
    lead = {"id": "L-1", "country": "DE"}
    first = client.post("/leads", json=lead).json()
    second = client.post("/leads?route=resold", json=lead).json()
    again = client.post("/leads?route=inbound", json=lead).json()
    assert [(each["route"], each["assignee"]) for each in (first, second)] == [
        ("inbound", "ana"),
        ("resold", "ben"),
    ]
    assert (again["assignee"], again["repeated"]) == ("ana", True)
    taken = client.post("/leads/L-1/accept?route=resold", json={"by": "ben"})
    assert taken.json()["status"] == "accepted"
    assert client.get("/leads/L-1").json()["now"]["status"] == "assigned"
    assert client.get("/leads/L-1?route=resold").json()["now"]["status"] == "accepted"


def test_what_is_tried_drawn_and_claimed_is_of_the_route_that_is_named(client: TestClient) -> None:
    client.post("/leads?route=resold", json=[{"id": "L-2"}, {"id": "L-3"}])
    assert client.get("/queues/partners?route=resold").json()["leads"][0]["lead"] == "L-2"
    assert client.get("/queues/partners").json()["leads"] == []
    claimed = client.post("/queues/partners/claim?route=resold", json={"by": "ana"})
    assert claimed.json()["lead"] == "L-2"
    why = client.post("/explain?route=resold", json={"id": "L-4", "country": "DE"}).json()
    assert why["decision"]["assignee"] == "ben"
    pictures = [
        client.get(f"/policy/diagram.svg?route={each}").text for each in ("inbound", "resold")
    ]
    assert ["partners" in each for each in pictures] == [False, True]
    assert client.post("/decide?route=resold", json={"id": "L-4"}).json()["rule"] is None


def test_leads_of_several_routes_that_wait_together_are_each_decided_by_their_own(
    client: TestClient,
) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - one test's

    def sent(number: int) -> tuple[str, str]:
        route = ("inbound", "resold")[number % 2]
        answer = client.post(f"/leads?route={route}", json={"id": f"W-{number}", "country": "DE"})
        return route, answer.json()["assignee"]

    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(sent, range(24))]
    assert set(found) == {("inbound", "ana"), ("resold", "ben")}


def test_a_route_that_there_isnt_is_told(client: TestClient) -> None:
    answer = client.post("/leads?route=nix", json={"id": "L-5"})
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "there is no route nix: inbound, resold",
    )
    assert client.get("/leads/L-5").status_code == 404


def test_the_description_names_the_routes(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    validate(described)
    (named,) = [
        each
        for each in described["paths"]["/leads/{lead}/accept"]["post"]["parameters"]
        if each["name"] == "route"
    ]
    assert named["schema"] == {
        "type": "string",
        "enum": ["inbound", "resold"],
        "default": "inbound",
    }
    assert client.get("/policy").json()["routes"] == ["inbound", "resold"]
