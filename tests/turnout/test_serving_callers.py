"""Who may what: each cell of the table tried; tokens, people of a provider, this machine."""

import json
import logging
import socket
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.testclient import TestClient

from tests.support.command_line import turnout
from tests.support.receivers import Request, Response, web_service
from tests.support.served import bearing, served, settings
from turnout.serving import oidc, running, tokens
from turnout.serving.oidc import KeysError, PeopleTokens, Provider
from turnout.serving.running import ServeError, check_reach, check_workers, tokens_of
from turnout.serving.tokens import TokenFile

WHO = ("nobody", "stranger", "route", "read", "act", "admin", "ana", "ben")
"""Who asks: without a token, with a wrong one, with each scope, two people; the lead is Ana's."""

OK = 2
MAY: dict[str, tuple[int, ...]] = {
    # nobody, stranger, route, read, act, admin, ana, ben
    "POST /leads": (401, 401, OK, 403, 403, OK, 403, 403),
    "POST /decide": (401, 401, OK, 403, 403, OK, 403, 403),
    "POST /explain": (401, 401, 403, OK, 403, OK, 403, 403),
    "GET /leads/L-1": (401, 401, 403, OK, 403, OK, OK, 403),
    "POST /leads/L-1/accept": (401, 401, 403, 403, OK, OK, OK, 403),
    "POST /leads/L-1/reject": (401, 401, 403, 403, OK, OK, OK, 403),
    "POST /leads/L-1/contacted": (401, 401, 403, 403, OK, OK, OK, 403),
    "POST /leads/L-1/converted": (401, 401, 403, 403, OK, OK, OK, 403),
    "POST /leads/L-1/close": (401, 401, 403, 403, OK, OK, OK, 403),
    "POST /leads/L-1/release": (401, 401, 403, 403, OK, OK, OK, 403),
    "POST /leads/L-1/return": (401, 401, 403, 403, OK, OK, OK, 403),
    "GET /queues": (401, 401, 403, OK, 403, OK, OK, OK),
    "GET /queues/triage": (401, 401, 403, OK, 403, OK, 403, 403),
    "POST /queues/triage/claim": (401, 401, 403, 403, OK, OK, OK, 403),
    "GET /absences": (401, 401, 403, OK, 403, OK, 403, 403),
    "POST /people/ana/away": (401, 401, 403, 403, OK, OK, OK, 403),
    "POST /people/ana/pause": (401, 401, 403, 403, OK, OK, OK, 403),
    "POST /people/ana/back": (401, 401, 403, 403, OK, OK, OK, 403),
    "GET /events": (401, 401, 403, OK, 403, OK, 403, 403),
    "GET /report": (401, 401, 403, OK, 403, OK, 403, 403),
    "GET /policy": (401, 401, 403, OK, 403, OK, 403, 403),
    "GET /policy/diagram.svg": (401, 401, 403, OK, 403, OK, 403, 403),
    "GET /policy/lead.schema.json": (401, 401, 403, OK, 403, OK, 403, 403),
    "POST /policy/reload": (401, 401, 403, 403, 403, OK, 403, 403),
    "GET /openapi.json": (401, 401, OK, OK, OK, OK, OK, OK),
    "GET /docs": (OK,) * 8,
    "GET /pages/page.css": (OK,) * 8,
    "GET /pages/api.js": (OK,) * 8,
    "GET /metrics": (401, 401, 403, OK, 403, OK, 403, 403),
    "GET /healthz": (OK,) * 8,
    "GET /readyz": (OK,) * 8,
}
BODIES: dict[str, Any] = {
    "POST /leads": {"id": "L-9"},
    "POST /decide": {"id": "L-9"},
    "POST /explain": {"id": "L-9"},
    "POST /leads/L-1/reject": {"reason": "bad-fit", "by": "ana"},
    "POST /leads/L-1/return": {"reason": "spam"},
    "POST /leads/L-1/accept": {"by": "ana"},
    "POST /queues/triage/claim": {"by": "ana"},
    "POST /people/ana/away": {},
    "POST /people/ana/pause": {},
}
ALLOWS_AS_IT_STANDS = {200, 202, 204, 409}
"""What tells that somebody may: it was done, or only the lead didn't allow it."""


@pytest.fixture(scope="module")
def asked(
    tmp_path_factory: pytest.TempPathFactory,
) -> Generator[tuple[TestClient, dict[str, str]], None, None]:
    """Give a service with a lead of Ana's, and the secrets of everybody."""
    of = settings(tmp_path_factory.mktemp("callers"))
    file = TokenFile(of.tokens)
    secrets = {
        "route": file.create("route", ("route",)),
        "read": file.create("read", ("read",)),
        "act": file.create("act", ("act",)),
        "admin": file.create("admin", ("admin",)),
        "ana": file.create("ana", (), person="ana"),
        "ben": file.create("ben", (), person="ben"),
        "stranger": tokens.PREFIX + "x" * 43,
    }
    with served(of) as client:
        lead = {"id": "L-1", "country": "DE"}
        answer = client.post("/leads", json=lead, headers=bearing(secrets["admin"])).json()
        assert answer["assignee"] == "ana"
        # It is done with: whoever may do something with it is told so, in whatever order.
        client.post("/leads/L-1/close", json={}, headers=bearing(secrets["admin"]))
        yield client, secrets


@pytest.mark.parametrize("act", MAY)
def test_each_caller_may_what_the_table_says(
    asked: tuple[TestClient, dict[str, str]], act: str
) -> None:
    client, secrets = asked
    method, path = act.split(" ")
    for who, expected in zip(WHO, MAY[act], strict=True):
        heads = {} if who == "nobody" else dict(bearing(secrets[who]))
        body = BODIES.get(act)
        answer = client.request(method, path, json=body, headers=heads)
        if expected == OK:
            assert answer.status_code in ALLOWS_AS_IT_STANDS, (who, answer.text)
        else:
            assert answer.status_code == expected, (who, answer.text)


def test_the_table_has_every_path_of_the_service() -> None:
    from turnout.serving.app import OPEN_PATHS, PATHS  # noqa: PLC0415 - one test's

    known = {
        f"{method} {path}".replace("{lead:path}", "L-1")
        .replace("{queue}", "triage")
        .replace("{person}", "ana")
        for paths in (PATHS, OPEN_PATHS)
        for path, methods in paths.items()
        for method in methods
        if path != "/me" and not path.startswith("/me/")
    }
    assert known == set(MAY)


def test_a_person_acts_for_themselves_alone(asked: tuple[TestClient, dict[str, str]]) -> None:
    client, secrets = asked
    as_ben = bearing(secrets["ben"])
    for path, body in (
        ("/leads/L-1/contacted", {"by": "ana"}),
        ("/queues/triage/claim", {"by": "ana"}),
        ("/people/ana/away", {}),
        ("/leads/nothing-of-the-kind/accept", {}),
    ):
        assert client.post(path, json=body, headers=as_ben).status_code == 403, path
    assert client.post("/people/ben/away", json={}, headers=as_ben).status_code == 200
    assert client.post("/people/ben/back", headers=as_ben).status_code == 200


def test_every_act_is_noted_with_its_actor(
    asked: tuple[TestClient, dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    client, secrets = asked
    caplog.set_level(logging.INFO, "turnout.audit")
    by_crm = bearing(secrets["admin"])
    client.post("/leads", json={"id": "L-2", "country": "FR"}, headers=by_crm)
    client.post("/queues/triage/claim", json={"by": "ben"}, headers=by_crm)
    client.post("/leads/L-2/close", json={"by": "ben"}, headers=bearing(secrets["ana"]))
    found = client.get("/leads/L-2", headers=by_crm).json()["events"]
    assert [(each["event"], each["actor"]) for each in found][:1] == [("routed", "token admin")]
    lines = [json.loads(each.message) for each in caplog.records if each.name == "turnout.audit"]
    told = [(each["caller"], each["act"], each["what"], each["outcome"]) for each in lines]
    assert told == [
        ("token admin", "claim", "triage", "done"),
        ("token ana", "close", "L-2", "not-yours"),
    ]


# -- tokens --


def test_a_token_is_kept_as_its_hash_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "t"
    secret = TokenFile(path).create("crm", ("route",))
    assert secret not in path.read_text("utf-8")
    assert path.stat().st_mode & 0o077 == 0


def test_tokens_are_rotated_and_revoked_while_the_service_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "FRESH", 0.0)
    of = settings(tmp_path)
    file = TokenFile(of.tokens)
    old = file.create("crm", ("route",))
    with served(of) as client:

        def status(secret: str) -> int:
            return client.post("/decide", json={}, headers=bearing(secret)).status_code

        assert status(old) == 200
        new = file.rotate("crm", timedelta(hours=1))
        assert [status(each) for each in (old, new)] == [200, 200]
        newest = file.rotate("crm", timedelta(0))
        assert [status(each) for each in (old, new, newest)] == [401, 401, 200]
        of.tokens.write_text("{", "utf-8")
        assert status(newest) == 200, "a file that can't be read leaves all as it was"


def test_a_token_that_has_ended_is_nobodys(tmp_path: Path) -> None:
    of = settings(tmp_path)
    secret = TokenFile(of.tokens).create(
        "crm", ("route",), until=datetime.now(UTC) - timedelta(seconds=1)
    )
    with served(of) as client:
        assert client.post("/decide", json={}, headers=bearing(secret)).status_code == 401


def test_the_command_makes_lists_rotates_and_revokes(tmp_path: Path) -> None:
    file = str(tmp_path / "inbound.db.tokens")
    made = turnout("token", "create", "crm", "--scope", "route", "--tokens", file)
    assert made.output.startswith("trn_")
    assert turnout("token", "create", "ana", "--person", "ana", "--tokens", file).exit_code == 0
    again = turnout("token", "create", "crm", "--scope", "read", "--tokens", file)
    assert again.exit_code == 2
    assert "there is a token crm already" in again.output
    rotated = turnout("token", "rotate", "crm", "--tokens", file)
    assert rotated.output.startswith("trn_")
    listed = turnout("token", "list", "--tokens", file).output
    assert "crm: route, since" in listed
    assert "1 before it still counts" in listed
    assert "ana: no scope, of ana" in listed
    assert "trn_" not in listed
    assert turnout("token", "revoke", "crm", "--tokens", file).output == "revoked crm\n"
    gone = turnout("token", "revoke", "crm", "--tokens", file)
    assert (gone.exit_code, "it has ana" in gone.output) == (2, True)
    assert turnout("token", "create", "x", "--tokens", file).exit_code == 2
    Path(file).write_text("{}", "utf-8")
    assert turnout("token", "list", "--tokens", file).exit_code == 2


# -- this machine --


def test_without_tokens_only_this_machine_is_served_under_its_own_name(tmp_path: Path) -> None:
    of = settings(tmp_path)
    with served(of) as client:
        assert client.post("/decide", json={}).status_code == 200
        for host in ("127.0.0.1:8080", "[::1]:8080", "localhost"):
            assert client.post("/decide", json={}, headers={"Host": host}).status_code == 200
        rebound = client.post("/decide", json={}, headers={"Host": "evil.example"})
        assert rebound.status_code == 403


def test_a_service_that_others_reach_needs_tokens_even_where_all_were_revoked(
    tmp_path: Path,
) -> None:
    of = settings(tmp_path, is_local=False)
    with pytest.raises(ServeError, match="without tokens only this machine"):
        check_reach(of, "0.0.0.0")  # noqa: S104 - it is refused
    with served(of) as client:
        assert client.post("/decide", json={}).status_code == 401


def test_a_socket_answers_at_once_and_a_taken_port_is_told() -> None:
    with running.bound("127.0.0.1", 0) as listening:
        # What asyncio goes by when it switches Nagle's algorithm off.
        assert listening.proto == socket.IPPROTO_TCP
        port = listening.getsockname()[1]
        with pytest.raises(ServeError, match="can't be listened at"):
            running.bound("127.0.0.1", port)


def test_several_processes_need_a_server(tmp_path: Path) -> None:
    with pytest.raises(ServeError, match="need a state on a server"):
        check_workers(2, tmp_path / "x.db")
    assert tokens_of(tmp_path / "x.db", None).name == "x.db.tokens"


# -- people --

KEY = ECKey.generate_key("P-256", {"kid": "k1", "use": "sig", "alg": "ES256"}, private=True)
OTHER = ECKey.generate_key("P-256", {"kid": "k2", "use": "sig", "alg": "ES256"}, private=True)
ISSUER, AUDIENCE = "https://id.firm.example", "turnout"


def issued(key: ECKey = KEY, **claims: Any) -> str:  # noqa: ANN401 - whatever a claim says
    """Return a token of the provider; None takes a claim out."""
    now = int(datetime.now(UTC).timestamp())
    said: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "u-1",
        "exp": now + 600,
        "iat": now,
        "email": "ana@firm.example",
        "email_verified": True,
        **claims,
    }
    kept = {name: value for name, value in said.items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": key.kid}, kept, key)


def published(*keys: ECKey) -> str:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]})


def test_people_of_a_provider_are_known_by_their_verified_address(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(published(KEY), "utf-8")
    of = settings(tmp_path, provider=Provider(ISSUER, AUDIENCE, str(keys)))
    hour = 3_600
    now = int(datetime.now(UTC).timestamp())
    with served(of) as client:

        def status(token: str, path: str = "/people/ana/back") -> int:
            return client.post(path, headers=bearing(token)).status_code

        assert status(issued()) == 200
        assert status(issued(), "/people/ben/back") == 403
        assert status(issued(email_verified=None)) == 403
        assert status(issued(email="zoe@firm.example")) == 403
        assert status(issued(email=None, scope="openid turnout:act"), "/people/ben/back") == 200
        assert status(issued(email=None, roles=["turnout:act"]), "/people/ben/back") == 200
        for wrong in (
            issued(exp=now - hour),
            issued(exp=None),
            issued(iss="https://id.evil.example"),
            issued(aud="another"),
            issued(nbf=now + hour),
            issued(OTHER),
            issued()[:-4] + "AAAA",
            "a.b.c",
            jwt.encode({"alg": "HS256"}, {"sub": "x"}, KeySet.generate_key_set("oct", 256).keys[0]),
        ):
            assert status(wrong) == 401
        assert client.post("/decide", json={}).status_code == 401


def test_a_key_that_is_published_later_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(published(KEY), "utf-8")
    of = settings(tmp_path, provider=Provider(ISSUER, AUDIENCE, str(keys)))
    with served(of) as client:
        heads = bearing(issued(OTHER))
        assert client.post("/people/ana/back", headers=heads).status_code == 401
        keys.write_text(published(KEY, OTHER), "utf-8")
        assert client.post("/people/ana/back", headers=heads).status_code == 401, "too soon"
        monkeypatch.setattr(oidc, "_AGAIN", 0.0)
        assert client.post("/people/ana/back", headers=heads).status_code == 200
        keys.write_text("{", "utf-8")
        assert client.post("/people/ana/back", headers=heads).status_code == 200


def test_keys_are_had_from_where_they_are_published_and_from_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(published(KEY), "utf-8")

    def answer(request: Request) -> Response:
        return (302, {"location": "/keys"}) if request.path == "/moved" else (200, {})

    with web_service(answer, published(KEY).encode()) as url:
        people = PeopleTokens(Provider(ISSUER, AUDIENCE, f"{url}/keys"))
        assert people.caller(issued(), _compiled(tmp_path).policy) is not None
        with pytest.raises(KeysError, match="302"):
            PeopleTokens(Provider(ISSUER, AUDIENCE, f"{url}/moved"))


def test_keys_that_cant_be_had_are_told_at_the_start(tmp_path: Path) -> None:
    for where in (str(tmp_path / "none"), "http://id.firm.example/keys"):
        with pytest.raises(oidc.KeysError, match="can't be had"):
            settings(tmp_path, provider=Provider(ISSUER, AUDIENCE, where)).service(
                _compiled(tmp_path)
            )


def _compiled(folder: Path) -> Any:  # noqa: ANN401 - as `compile_policy` has it
    from turnout.compiler.compiled import compile_policy  # noqa: PLC0415 - one test's

    return compile_policy(folder / "inbound.route")
