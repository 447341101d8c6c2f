"""How often each caller may ask: buckets, whose they are, and what a configuration says."""

from pathlib import Path

import pytest
from starlette.requests import Request

from tests.support.served import bearing, served, settings
from turnout.project.configuration import ConfigurationError, configuration_of
from turnout.project.serve_settings import Pace, ServeSettings
from turnout.serving import paces
from turnout.serving.callers import Caller
from turnout.serving.paces import PaceKeeper, Paces
from turnout.serving.problems import ProblemError
from turnout.serving.tokens import TokenFile


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_lets_in_its_burst_and_then_its_rate() -> None:
    clock = Clock()
    buckets = PaceKeeper(Pace(2.0, 3), clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b") == 0
    clock.now = 0.5
    assert [buckets.take("a") for _ in range(2)] == [0, 0.5]
    clock.now = 100.0
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_a_list_of_leads_is_let_in_as_one_and_made_up_for_later() -> None:
    clock = Clock()
    buckets = PaceKeeper(Pace(10.0, 5), clock)
    assert buckets.take("a") == 0
    buckets.owe("a", 99)
    assert buckets.take("a") == pytest.approx(9.6)
    clock.now = 9.7
    assert buckets.take("a") == 0


def test_who_is_forgotten_is_who_asked_longest_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paces, "MOST_KEPT", 2)
    buckets = PaceKeeper(Pace(1.0, 1), Clock())
    assert [buckets.take(each) for each in "abac"] == [0, 0, 1, 0]
    assert [buckets.take(each) for each in "ab"] == [1, 0]


def asking(address: str, *forwarded: str) -> Request:
    heads = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    return Request({"type": "http", "headers": heads, "client": (address, 1)})


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        (asking("1.2.3.4"), asking("1.2.3.4"), True),
        (asking("1.2.3.4"), asking("1.2.3.5"), False),
        (asking("2001:db8::1"), asking("2001:db8::ffff:2"), True),
        (asking("2001:db8::1"), asking("2001:db8:0:1::1"), False),
        (asking("::ffff:1.2.3.4"), asking("1.2.3.4"), True),
        # What somebody who is no proxy says of themselves counts for nothing.
        (asking("1.2.3.4", "9.9.9.9"), asking("1.2.3.4", "8.8.8.8"), True),
        (asking("10.0.0.1", "9.9.9.9"), asking("10.0.0.1", "8.8.8.8"), False),
        (asking("10.0.0.1", "6.6.6.6, 9.9.9.9"), asking("10.0.0.2", "7.7.7.7, 9.9.9.9"), True),
        (asking("10.0.0.1", "9.9.9.9, 10.0.0.7"), asking("10.0.0.1", "9.9.9.9"), True),
        (asking("10.0.0.1", "9.9.9.9", "8.8.8.8"), asking("10.0.0.1", "8.8.8.8"), True),
        (asking("10.0.0.1", "nonsense"), asking("10.0.0.1", "rubbish"), True),
    ],
)
def test_an_address_is_that_behind_the_proxies_that_are_known(
    first: Request, second: Request, is_same: bool, tmp_path: Path
) -> None:
    (tmp_path / "turnout.toml").write_text(
        '[serve]\naddress-rate = 1\naddress-burst = 1\nproxies = ["10.0.0.0/8"]\n', "utf-8"
    )
    limits = Paces(configuration_of(tmp_path / "x.route").serve, Clock())
    limits.check_address(first)
    if is_same:
        with pytest.raises(ProblemError, match="more often"):
            limits.check_address(second)
    else:
        limits.check_address(second)


def test_a_person_has_one_bucket_whatever_token_they_come_by() -> None:
    limits = Paces(ServeSettings(callers=Pace(1.0, 1)), Clock())
    limits.check_caller(Caller("token a", person="ana"), asking("1.1.1.1"))
    with pytest.raises(ProblemError):
        limits.check_caller(Caller("user ana", person="ana"), asking("2.2.2.2"))
    limits.check_caller(Caller("token ana"), asking("1.1.1.1"))


def test_who_asks_too_often_is_told_when_to_come_again_and_nobody_else_is(tmp_path: Path) -> None:
    of = settings(tmp_path, paces=ServeSettings(Pace(0.01, 3), Pace(0.01, 2)))
    file = TokenFile(of.tokens)
    crm, form = file.create("crm", ("route", "read")), file.create("form", ("route", "read"))
    with served(of) as client:
        many = [{"id": f"L-{n}"} for n in range(5)]
        assert client.post("/leads", json=many, headers=bearing(crm)).status_code == 200
        refused = client.post("/leads", json={"id": "L-9"}, headers=bearing(crm))
        assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-often")
        assert refused.headers["retry-after"] == "300"
        assert client.post("/decide", json={}, headers=bearing(form)).status_code == 200
        assert client.get("/leads/L-9", headers=bearing(form)).status_code == 404
        # Who isn't known is counted by their address, wherever they ask.
        for path, status in (("/policy", 401), ("/docs", 200), ("/policy", 429), ("/me", 429)):
            assert client.get(path).status_code == status, path
        assert client.post("/me/sign-in", data={"token": "x"}).status_code == 429
        assert [client.get(each).status_code for each in ("/healthz", "/readyz")] == [200, 200]
        text = client.get("/metrics", headers=bearing(form)).text
    assert 'turnout_refused_requests_total{problem="too-often"} 4.0' in text


def test_where_there_are_no_tokens_an_address_is_counted(tmp_path: Path) -> None:
    with served(settings(tmp_path, paces=ServeSettings(None, Pace(0.01, 2)))) as client:
        found = [client.post("/decide", json={}).status_code for _ in range(3)]
        assert found == [200, 200, 429]
    with served(settings(tmp_path, paces=ServeSettings(None, Pace(0.01, 2)))) as client:
        assert client.post("/decide", json=[{"id": "a"}] * 9).status_code == 200
        assert client.post("/decide", json={}).headers["retry-after"] == "800"


def test_a_configuration_says_how_often(tmp_path: Path) -> None:
    file = tmp_path / "turnout.toml"
    file.write_text("[serve]\nrate = 50\naddress-rate = 0.5\naddress-burst = 7\n", "utf-8")
    found = configuration_of(tmp_path / "x.route").serve
    assert (found.callers, found.addresses) == (Pace(50.0, 100), Pace(0.5, 7))
    assert found.connections is None
    file.write_text("[serve]\naddress-connections = 5\n", "utf-8")
    assert configuration_of(tmp_path / "x.route").serve.connections == 5


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("serve = 7", "has to be a table"),
        ("[serve]\nrates = 7", "is no setting of a service"),
        ("[serve]\nrate = 0", "a number of requests a second"),
        ("[serve]\nrate = true", "a number of requests a second"),
        ("[serve]\nrate = nan", "a number of requests a second"),
        ("[serve]\nburst = 7", "counts only beside `rate`"),
        ("[serve]\nrate = 5\nburst = 0", "a whole number above 0"),
        ("[serve]\naddress-connections = 0", "a whole number above 0"),
        ("[serve]\naddress-connections = true", "a whole number above 0"),
        ('[serve]\nproxies = "127.0.0.1"', "a list of addresses"),
        ('[serve]\nproxies = ["proxy.example"]', "is no address or network"),
        ("[serve]\nproxies = [7]", "is no address or network"),
    ],
)
def test_what_a_configuration_cant_mean_is_told_with_its_line(
    tmp_path: Path, said: str, told: str
) -> None:
    (tmp_path / "turnout.toml").write_text(said, "utf-8")
    with pytest.raises(ConfigurationError, match=told) as failure:
        configuration_of(tmp_path / "x.route")
    assert "turnout.toml:" in str(failure.value)
