"""A new version of the policy's files takes the place of the running one, or is refused."""

from pathlib import Path
from time import sleep

import attrs
import pytest
from starlette.testclient import TestClient

from tests.support.served import POLICY, served, settings
from turnout.compiler.compiled import compile_policy
from turnout.serving import preparing, reloading
from turnout.serving.preparing import prepared
from turnout.serving.reloading import PolicySource, PreparedPolicy, Reloader, ReloadOrder
from turnout.serving.running import ServingSettings


def here(self: Reloader, order: ReloadOrder) -> PreparedPolicy:
    """Prepare a version in this process; that of another is tried by one test."""
    del self
    return prepared(order)


def try_now(client: TestClient, of: ServingSettings) -> dict[str, object]:
    """Have the files tried as they are, and return what the service says of it."""
    Reloader(client.app_state["service"], of.source).reload()
    newest: dict[str, object] = client.get("/policy").json()["newest"]
    return newest


def changed(of: ServingSettings, old: str, new: str) -> None:
    text = of.source.main.read_text("utf-8")
    assert old in text
    of.source.main.write_text(text.replace(old, new), "utf-8")


def test_a_good_version_serves_from_the_next_lead_on_and_turns_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reloader, "_prepared", here)
    of = settings(tmp_path)
    with served(of) as client:
        first = client.post("/leads", json={"id": "L-1", "country": "DE"}).json()
        before = client.get("/policy").json()["hash"]
        changed(of, "german", "dach")
        assert try_now(client, of)["outcome"] == "served"
        after = client.get("/policy").json()["hash"]
        second = client.post("/leads", json={"id": "L-2", "country": "DE"}).json()
        events = client.get("/events?event=routed").json()["events"]
    assert (first["rule"], second["rule"]) == ("german", "dach")
    assert {first["assignee"], second["assignee"]} == {"ana", "ben"}
    assert [each["policy"] for each in events] == [before, after]


@pytest.mark.parametrize(
    ("change", "allow", "reason"),
    [
        (("country is DE", "country is "), "any", "syntax-error"),
        (("country is DE", "country is Narnia"), "any", "type-mismatch"),
        (("expect rule german", "expect rule huge"), "any", 'test "german" fails'),
        (("policy inbound", "policy another"), "any", "policy another"),
        (("route inbound", "route outbound"), "any", "no route inbound"),
        (("country is DE", "country in [DE, AT]"), "none", "move"),
        (("country is DE", "country in [DE, AT]"), "same-team", "move"),
        (("team sales { ana, ben }", "team sales { ana, ben weight 2 }"), "none", "team sales"),
    ],
)
def test_a_version_that_may_not_is_refused_and_the_running_one_stays(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: tuple[str, str],
    allow: str,
    reason: str,
) -> None:
    monkeypatch.setattr(Reloader, "_prepared", here)
    of = settings(tmp_path)
    of = attrs.evolve(of, source=attrs.evolve(of.source, allow=allow))
    with served(of) as client:
        before = client.get("/policy").json()["hash"]
        changed(of, *change)
        newest = try_now(client, of)
        assert newest["outcome"] == "refused"
        assert reason in str(newest["reasons"])
        assert client.get("/policy").json()["hash"] == before
        assert client.get("/readyz").json()["newest"] == "refused"
        assert client.post("/leads", json={"id": "L-1"}).status_code == 200
        of.source.main.write_text(POLICY, "utf-8")
        assert try_now(client, of)["outcome"] == "served"


def test_who_of_a_team_gets_leads_may_change_where_that_is_let_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reloader, "_prepared", here)
    of = settings(tmp_path)
    of = attrs.evolve(of, source=attrs.evolve(of.source, allow="same-team"))
    with served(of) as client:
        changed(of, "team sales { ana, ben }", "team sales { ana, ben weight 2 }")
        assert try_now(client, of)["outcome"] == "served"


def test_a_state_that_another_version_cant_have_leaves_the_running_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reloader, "_prepared", here)
    of = settings(tmp_path)
    with served(of) as client:
        client.post("/leads", json={"id": "L-1", "country": "DE"})
        text = POLICY.replace("sales", "emea")
        of.source.main.write_text(text, "utf-8")
        newest = try_now(client, of)
        assert newest["outcome"] == "refused"
        assert "state rename" in str(newest["reasons"])
        assert client.post("/leads", json={"id": "L-2", "country": "DE"}).status_code == 200


def test_files_are_watched_and_a_version_is_read_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "EACH", 0.05)
    of = settings(tmp_path, is_watching=True)
    with served(of) as client:
        changed(of, "german", "dach")
        for number in range(300):
            lead = {"id": f"L-{number}", "country": "DE"}
            if client.post("/leads", json=lead).json()["rule"] == "dach":
                break
            sleep(0.1)
        else:
            pytest.fail("the new version never served")


def test_a_process_that_fails_leaves_the_running_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reloading, "sys", _Broken)
    of = settings(tmp_path)
    with served(of) as client:
        assert try_now(client, of)["outcome"] == "refused"
        assert client.post("/leads", json={"id": "L-1"}).status_code == 200


class _Broken:
    executable = "/bin/false"


def test_a_policy_that_cant_be_read_any_more_is_refused(tmp_path: Path) -> None:
    of = settings(tmp_path)
    running = compile_policy(of.source.main)
    gone = PolicySource(tmp_path / "gone.route", "inbound", tmp_path / "x.db", 5)
    assert prepared(ReloadOrder.of(gone, running)).refused
    assert preparing.lean(running).references == ()
