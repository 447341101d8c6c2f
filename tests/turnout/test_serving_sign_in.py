"""People sign in at their provider: by a real one on this machine, and by what attackers try."""

import base64
import json
import logging
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.support.command_line import turnout
from tests.support.providers import CLIENT, SECRET, TestProvider, openid_provider
from tests.support.served import POLICY, bearing, served, settings
from turnout.runtime.stores import StateError
from turnout.serving import signed_out
from turnout.serving.oidc import Provider
from turnout.serving.running import ServingSettings
from turnout.serving.sign_in import SignInError, SignInSettings, check_address, provider_addresses
from turnout.serving.signed_out import SignedOut

URL = "https://leads.firm.example"
BASE = {"Host": "leads.firm.example"}


@pytest.fixture(scope="module")
def provider() -> Generator[TestProvider, None, None]:
    with openid_provider() as found:
        yield found


@pytest.fixture(autouse=True)
def _right(provider: TestProvider) -> None:
    provider.wrong = {}
    provider.said = {"email": "ana@firm.example", "email_verified": True}


def signing_in(folder: Path, provider: TestProvider, **more: Any) -> ServingSettings:  # noqa: ANN401
    known = Provider(provider.issuer, more.pop("audience", ""), "")
    return settings(
        folder, provider=known, sign_in=SignInSettings(CLIENT, URL, SECRET), is_local=False, **more
    )


@pytest.fixture
def client(tmp_path: Path, provider: TestProvider) -> Generator[TestClient, None, None]:
    with served(signing_in(tmp_path, provider)) as found:
        found.base_url = URL
        yield found


def sent_to_provider(client: TestClient, way: str = "/me/login") -> str:
    """Begin, and return where the provider sends the browser back to."""
    begun = client.get(way)
    assert begun.status_code == 303
    parts = urlsplit(begun.headers["location"])
    connection = HTTPConnection(parts.netloc)
    connection.request("GET", f"{parts.path}?{parts.query}")
    back = connection.getresponse().headers["location"]
    connection.close()
    assert back.startswith(f"{URL}/me/signed-in?")
    return back.removeprefix(URL)


def test_a_person_signs_in_sees_their_leads_and_signs_out(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "turnout.audit")
    assert 'href="/me/login"' in client.get("/me").text
    done = client.get(sent_to_provider(client))
    assert (done.status_code, done.headers["location"]) == (303, "/me")
    (session,) = [each for each in done.headers.get_list("set-cookie") if "turnout-session" in each]
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=28800"):
        assert part in session
    shown = client.get("/me")
    assert "You are ana." in shown.text
    # The session opens pages, and nothing else.
    assert client.get("/leads/L-1").status_code == 401
    stolen = bearing(client.cookies["turnout-session"])
    assert client.get("/leads/L-1", headers=stolen).status_code == 401
    assert client.get("/report").status_code == 403
    mark = shown.text.partition('name="form" value="')[2].partition('"')[0]
    gone = client.post("/me", data={"act": "sign-out", "form": mark}, headers={"Origin": URL})
    assert gone.status_code == 303
    assert "turnout-session" not in client.cookies
    assert "Sign in" in client.get("/me").text
    copied = {"Cookie": f"turnout-session={stolen['Authorization'].removeprefix('Bearer ')}"}
    for path in ("/me", "/me/leads/L-1"):
        assert "Sign in" in client.get(path, headers=copied).text
    assert client.get("/report", headers=copied).status_code == 401
    noted = [json.loads(each.message) for each in caplog.records if each.name == "turnout.audit"]
    assert [(each["caller"], each["act"], each["outcome"]) for each in noted] == [
        ("user ana", "sign-in", "done"),
        ("user ana", "sign-out", "done"),
    ]
    client.get(sent_to_provider(client))
    assert "You are ana." in client.get("/me").text, "whoever signs in again has another session"


def test_a_role_of_the_provider_opens_the_report(
    client: TestClient, provider: TestProvider
) -> None:
    provider.said["roles"] = ["turnout:read"]
    client.get(sent_to_provider(client))
    assert client.get("/report").status_code == 200


def test_who_asks_for_the_report_signs_in_and_comes_back_to_it_person_or_not(
    client: TestClient, provider: TestProvider
) -> None:
    as_browser = {"Accept": "text/html"}
    for said, wanted, where in (
        ({"roles": ["turnout:read"]}, "/report?by=rule&route=inbound", None),
        ({"roles": ["turnout:read"], "email": "head@firm.example"}, "/report", None),
        ({"roles": "turnout:read", "email": "head@firm.example"}, "", "/report"),
        ({}, "/report", "/me"),
        ({"roles": ["turnout:read"]}, "//evil.example/report", "/me"),
    ):
        client.cookies.clear()
        provider.said = {"email": "ana@firm.example", "email_verified": True, **said}
        way = f"/me/login?{urlencode({'to': wanted})}"
        if wanted.startswith("/report"):
            led = client.get(wanted, headers=as_browser)
            assert (led.status_code, led.headers["location"]) == (303, way)
        done = client.get(sent_to_provider(client, way))
        assert (done.status_code, done.headers["location"]) == (303, where or wanted)
        assert "turnout-wanted" not in client.cookies
        shown = client.get("/report", headers=as_browser)
        assert shown.status_code == (200 if "roles" in said else 403)


def test_who_is_no_person_of_the_policy_gets_no_session(
    client: TestClient, provider: TestProvider
) -> None:
    for said in ({"email": "zoe@firm.example"}, {"email_verified": False}, {"email": None}):
        provider.wrong = said
        done = client.get(sent_to_provider(client))
        assert (done.status_code, "turnout-session" in client.cookies) == (403, False)
    assert "aren&#39;t a person of the policy" in done.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://id.evil.example"},
        {"exp": 1},
    ],
    ids=str,
)
def test_a_token_that_was_made_for_something_else_signs_nobody_in(
    client: TestClient, provider: TestProvider, wrong: dict[str, Any]
) -> None:
    provider.wrong = wrong
    done = client.get(sent_to_provider(client))
    assert (done.status_code, "turnout-session" in client.cookies) == (403, False)


def test_what_wasnt_begun_in_this_browser_is_refused(
    client: TestClient, provider: TestProvider
) -> None:
    back = sent_to_provider(client)
    state = parse_qs(urlsplit(back).query)["state"][0]
    kept = client.cookies["turnout-sign-in"]
    for path, cookie in (
        (back.replace(state, "x" * 43), kept),
        (back.replace("state=", "other="), kept),
        (f"/me/signed-in?error=access_denied&state={state}", kept),
        (f"/me/signed-in?code=guessed&state={state}", kept),
        (back, ""),
        (back, f"{kept}x"),
        (back, "%%%.x"),
    ):
        client.cookies.clear()
        heads = {"Cookie": f"turnout-sign-in={cookie}"} if cookie else {}
        assert client.get(path, headers=heads).status_code == 403, (path, cookie)
    assert provider.codes, "nobody asked for a token by what wasn't begun here"
    heads = {"Cookie": f"turnout-sign-in={kept}"}
    assert client.get(back, headers=heads).status_code == 303
    client.cookies.clear()
    assert client.get(back, headers=heads).status_code == 403, "a code counts once"


def test_what_was_begun_and_a_session_end_by_themselves(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time()
    back = sent_to_provider(client)
    with monkeypatch.context() as later:
        later.setattr("turnout.serving.sign_in.time", lambda: now + 601)
        heads = {"Cookie": f"turnout-sign-in={client.cookies['turnout-sign-in']}"}
        assert client.get(back, headers=heads).status_code == 403
    client.get(sent_to_provider(client))
    assert "You are ana." in client.get("/me").text
    with monkeypatch.context() as later:
        later.setattr("turnout.serving.sign_in.time", lambda: now + 8 * 3_600 + 10)
        heads = {"Cookie": f"turnout-session={client.cookies['turnout-session']}"}
        assert "You are ana." not in client.get("/me", headers=heads).text


def test_what_a_browser_keeps_of_one_kind_is_nothing_of_another(client: TestClient) -> None:
    client.get("/me/login")
    heads = {"Cookie": f"turnout-session={client.cookies['turnout-sign-in']}"}
    assert "You are" not in client.get("/me", headers=heads).text.replace("You aren", "")


def test_callers_of_the_same_provider_are_known_by_its_tokens_too(
    tmp_path: Path, provider: TestProvider
) -> None:
    with served(signing_in(tmp_path, provider, audience=CLIENT)) as client:
        asked = {"code_challenge": "", "redirect_uri": "", "nonce": "n"}
        asked["code_challenge"] = (
            base64.urlsafe_b64encode(sha256(b"v").digest()).rstrip(b"=").decode()
        )
        provider.codes["c"] = asked
        said = {"code": "c", "code_verifier": "v", "redirect_uri": ""}
        known = base64.b64encode(b"turnout:s%3Acret%2F").decode()
        token = provider.token(said, f"Basic {known}")
        assert token is not None
        heads = bearing(token["id_token"])
        assert client.post("/people/ana/back", headers=heads).status_code == 200


def test_where_nobody_signs_in_at_a_provider_there_is_nothing(tmp_path: Path) -> None:
    with served(settings(tmp_path)) as client:
        assert client.get("/me/login").status_code == 404
        assert client.get("/me/signed-in?code=x").status_code == 404


@pytest.mark.parametrize(
    "url",
    ["leads.firm.example", "http://leads.firm.example", f"{URL}/x", f"{URL}?x", "https://a@b"],
)
def test_an_address_that_people_cant_be_sent_back_to_is_refused(url: str) -> None:
    with pytest.raises(SignInError, match="no address of a service"):
        check_address(url)


def test_a_provider_says_itself_where_it_is_asked(provider: TestProvider) -> None:
    assert provider_addresses(provider.issuer).token == f"{provider.issuer}/token"
    for wrong in (f"{provider.issuer}/", "http://id.firm.example", "file:///etc/passwd"):
        with pytest.raises(SignInError):
            provider_addresses(wrong)


def test_the_command_says_what_goes_together(
    tmp_path: Path, provider: TestProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = tmp_path / "inbound.route"
    policy.write_text(POLICY, "utf-8")
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    start = ("serve", str(policy), "--state", str(tmp_path / "x.db"), "--check")
    issuer = ("--oidc-issuer", provider.issuer)
    client = ("--oidc-client", CLIENT, "--oidc-url", URL)
    for more, status in (
        ((*issuer, *client, "--oidc-secret", "env:OIDC_SECRET"), 0),
        ((*issuer, *client), 0),
        (client, 2),
        (issuer, 2),
        ((*issuer, "--oidc-secret", "env:OIDC_SECRET"), 2),
        ((*issuer, *client, "--oidc-secret", "hunter2"), 2),
        ((*issuer, *client, "--oidc-secret", "env:NO_SUCH"), 2),
        (("--oidc-issuer", "http://127.0.0.1:9", *client), 2),
    ):
        found = turnout(*start, *more)
        assert found.exit_code == status, (more, found.output)


def test_who_signed_out_of_one_process_is_signed_out_of_all(
    tmp_path: Path, provider: TestProvider
) -> None:
    of = signing_in(tmp_path, provider, signed_out=tmp_path / "ended")
    with served(of) as client, served(of) as other:
        client.base_url = other.base_url = URL
        client.get(sent_to_provider(client))
        copied = {"Cookie": f"turnout-session={client.cookies['turnout-session']}"}
        shown = other.get("/me", headers=copied).text
        assert "You are ana." in shown
        mark = shown.partition('name="form" value="')[2].partition('"')[0]
        client.post("/me", data={"act": "sign-out", "form": mark}, headers={"Origin": URL})
        assert "You are ana." not in other.get("/me", headers=copied).text


def test_sessions_that_were_ended_are_kept_until_they_end_and_no_more_than_so_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(signed_out, "time", lambda: now)
    monkeypatch.setattr(signed_out, "MOST", 3)
    ended = SignedOut()
    for number in range(3):
        ended.add(f"s{number}", 2000.0 + number)
    assert [ended.has(f"s{number}", 2000.0 + number) for number in range(4)] == [*[True] * 3, False]
    for number in range(3, 6):
        ended.add(f"s{number}", 2000.0 + number)
    # What is forgotten counts as ended, and so does what was begun before it; nothing else.
    assert all(ended.has(f"s{number}", 2000.0 + number) for number in range(6))
    assert ended.has("another", 2001.0)
    assert not ended.has("another", 2006.0)
    now = 2004.5
    ended.add("s9", 3000.0)
    assert not ended.has("s3", 2003.0), "it has ended by itself"
    assert ended.has("s5", 2005.0)
    ended.close()
    for refused in (lambda: ended.has("s5", 2005.0), lambda: ended.add("s5", 2005.0)):
        with pytest.raises(StateError, match="can't be kept"):
            refused()


@contextmanager
def independent_provider() -> Generator[str, None, None]:
    """Give where a provider answers that isn't ours, and knows Ana."""
    known = json.dumps({"sub": "a1", "email": "ana@firm.example", "email_verified": True})
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", "0", "--require-nonce", "true"]
    with subprocess.Popen(
        [*command, "--user-claims", known], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if found := re.search(r"running on (http://127\.0\.0\.1:\d+)", line):
                    yield found[1]
                    break
        finally:
            process.kill()


@pytest.mark.skipif(find_spec("oidc_provider_mock") is None, reason="there is no other provider")
def test_people_sign_in_at_a_provider_that_isnt_ours(tmp_path: Path) -> None:
    with independent_provider() as issuer:
        of = settings(
            tmp_path,
            provider=Provider(issuer, "", ""),
            sign_in=SignInSettings(CLIENT, URL, SECRET),
            is_local=False,
        )
        with served(of) as client:
            client.base_url = URL
            for who, told in (("a1", "You are ana."), ("zoe@firm.example", "aren&#39;t a person")):
                begun = urlsplit(client.get("/me/login").headers["location"])
                connection = HTTPConnection(begun.netloc)
                form = {"Content-Type": "application/x-www-form-urlencoded"}
                asked = f"{begun.path}?{begun.query}"
                connection.request("POST", asked, urlencode({"sub": who}), form)
                back = connection.getresponse().headers["location"]
                connection.close()
                assert back.startswith(f"{URL}/me/signed-in?")
                done = client.get(back.removeprefix(URL), follow_redirects=True)
                assert told in done.text
                client.cookies.clear()
