"""A policy with several routes: a request names the one that is meant."""

import re
from collections.abc import Generator
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from starlette.testclient import TestClient

from tests.support.served import bearing, served, settings
from turnout.serving.tokens import TokenFile

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


EVERYBODYS = """\
policy inbound
reject reasons [language]
lead { id: text required  country: country }
person ana
person ben
team sales { ana }
queue triage
route inbound {
  rule german { when country is DE to round-robin sales }
  fallback to queue triage
}
route resold {
  rule german {
    when country is DE
    to   round-robin sales
    offer 15 minutes
  }
  fallback to queue triage
}
"""


def test_a_person_sees_the_leads_of_every_route_and_acts_with_each(tmp_path: Path) -> None:
    of = settings(tmp_path, EVERYBODYS)
    file = TokenFile(of.tokens)
    by_crm = bearing(file.create("crm", ("admin",)))
    token = file.create("ana", (), person="ana")
    same = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    with served(of) as client:
        for route in ("inbound", "resold"):
            leads = [{"id": "L-1", "country": "DE"}, {"id": f"{route}-2"}]
            client.post(f"/leads?route={route}", json=leads, headers=by_crm)
        client.post("/me/sign-in", data={"token": token}, headers=same)

        def forms() -> dict[str, dict[str, str]]:
            """Map what each button of the page is called to what its form says."""
            page = client.get("/me").text
            return {
                name[1]: dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
                for form in re.findall(r"<form.*?</form>", page, re.DOTALL)
                if (name := re.search(r'<button[^>]*aria-label="([^"]*)"', form))
            }

        def press(button: str, **more: str) -> str:
            answer = client.post("/me", data={**forms()[button], **more}, headers=same)
            assert answer.status_code == 303, answer.text
            return str(client.get(answer.headers["location"]).text)

        shown = client.get("/me").text
        assert "2 open" in shown
        for told in ("assigned, by rule german of route inbound", "of route resold, "):
            assert told in shown
        press("Accept lead L-1 of route resold")
        press("Contacted lead L-1 of route inbound")
        press("Claim a lead from triage of route resold")
        assert "1 waiting of route inbound" in client.get("/me").text
        assert "waiting of route resold" not in client.get("/me").text
        stands = {
            (route, lead): client.get(f"/leads/{lead}?route={route}", headers=by_crm).json()["now"]
            for route, lead in (("inbound", "L-1"), ("resold", "L-1"), ("resold", "resold-2"))
        }
        assert [each["status"] for each in stands.values()] == ["contacted", "accepted", "accepted"]
        assert stands["resold", "resold-2"]["holder"]["assignee"] == "ana"
        nix = {**forms()["Won lead L-1 of route inbound"], "route": "nix"}
        assert client.post("/me", data=nix, headers=same).status_code == 404
