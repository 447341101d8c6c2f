"""What the log keeps of a lead: its way to the rule, who could not be drawn, and its values."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.bundles import of_texts
from turnout.runtime.events import Event
from turnout.runtime.logged_leads import KEY, KEY_FILE, hashed
from turnout.runtime.policy_texts import policy_files
from turnout.runtime.router import Router
from turnout.runtime.stores import StateError
from turnout.runtime.stores.sqlite import open_any

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECRET = "a key of sixteen and more"  # noqa: S105 - of a test
POLICY = """lead { id: text required, country: country, size: integer 0.., email: email }
person ana { away 2026-11-24 }
person ben { inactive }
person cleo
team sales { ana, ben }
team all { ana, ben, cleo weight 2 }
queue triage
log fields [country, size] hashed [email]
route inbound {
  rule first { when size >= 10 to round-robin sales else continue }
  within country in [DE, AT] {
    rule big { when size >= 100 to round-robin sales else round-robin all }
    rule handed { when size < 5 to route small }
    fallback to queue triage
  }
  fallback to queue triage
}
route small { rule tiny { when size < 3 to queue triage } fallback to queue triage }
"""


def compiled(text: str = POLICY) -> Compiled:
    files = of_texts("in.route", text, {})
    return compile_policy(files.main, files=files)


@pytest.fixture(params=["memory", "file"])
def router(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Router]:
    monkeypatch.setenv(KEY, SECRET)
    state = None if request.param == "memory" else tmp_path / "state.db"
    with Router(compiled(), route="inbound", state=state) as router:
        yield router


def routed(router: Router, **lead: object) -> Event:
    router.route({"id": "L-1", **lead}, at=AT)
    (event,) = router.history("L-1")
    return event


def test_values_stand_as_they_are_or_hashed(router: Router) -> None:
    event = routed(router, country="Germany", size="7", email="Ana@Firm.example ")
    assert event.logged.values == {"country": "DE", "size": 7}
    assert event.logged.hashed == {"email": hashed("ana@firm.example", SECRET.encode())}
    data = event.as_dict()
    assert (data["values"], data["hashed"]) == (event.logged.values, event.logged.hashed)


def test_a_value_that_is_missing_is_not_there(router: Router) -> None:
    event = routed(router, country="Nowhere")
    assert (dict(event.logged.values), dict(event.logged.hashed)) == ({}, {})


def test_the_way_names_blocks_and_rules_that_let_the_lead_on(router: Router) -> None:
    event = routed(router, country="AT", size=200)
    assert event.decision is not None
    assert event.decision.rule == "big"
    assert event.logged.path == ("country in [DE, AT]", "rule first")


def test_the_way_names_the_rule_that_handed_the_lead_over(router: Router) -> None:
    event = routed(router, country="DE", size=1)
    assert event.decision is not None
    assert event.decision.rule == "handed/tiny"
    assert event.logged.path == ("country in [DE, AT]", "rule handed to route small")


def test_who_was_passed_over_is_named_with_the_reason(router: Router) -> None:
    event = routed(router, country="DE", size=200)
    assert event.decision is not None
    assert [(each.target, each.members) for each in event.decision.passed_over] == [
        ("round-robin sales", (("ana", "away"), ("ben", "inactive")))
    ] * 2
    assert event.as_dict()["members"] == {"round-robin sales": {"ana": "away", "ben": "inactive"}}
    assert event.draw is not None
    assert (event.draw.person, event.draw.available, event.draw.of) == ("cleo", 1, 3)


def test_the_text_of_the_policy_is_kept_once(router: Router) -> None:
    event = routed(router, country="DE")
    with router._store.read() as reader:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        text = reader.policy_text(event.policy)
        assert reader.policy_text("another") is None
    assert text is not None
    assert policy_files(text) == {"in.route": POLICY}


def test_a_key_is_read_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text(SECRET + "\n")
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    with Router(compiled(), route="inbound", state=tmp_path / "s.db") as router:
        event = routed(router, email="a@b.example")
    assert event.logged.hashed == {"email": hashed("a@b.example", SECRET.encode())}


@pytest.mark.parametrize(("key", "file"), [("", ""), ("short", ""), ("", "none.key")])
def test_without_a_key_no_lead_is_routed_into_a_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, file: str
) -> None:
    monkeypatch.setenv(KEY, key)
    monkeypatch.setenv(KEY_FILE, file)
    with (
        Router(compiled(), route="inbound", state=tmp_path / "s.db") as router,
        pytest.raises(StateError, match="key") as told,
    ):
        router.route({"id": "L-1"}, at=AT)
    assert "KEY" in str(told.value.help)
    with closing(open_any(tmp_path / "s.db")) as store, store.read() as reader:
        assert reader.last_event() == 0


def test_in_memory_nothing_is_hashed_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.delenv(KEY_FILE, raising=False)
    with Router(compiled(), route="inbound") as router:
        event = routed(router, country="DE", email="a@b.example")
    assert (dict(event.logged.values), dict(event.logged.hashed)) == ({"country": "DE"}, {})
