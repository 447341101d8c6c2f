"""Erasure and retention: nothing of a lead can be read any more, and all promises hold."""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from tests.support.servers import fresh, gone_afterwards
from turnout.cli import cli
from turnout.compiler.compiled import Compiled, compile_policy
from turnout.dsl.bundles import of_texts
from turnout.dsl.policy import Retention
from turnout.runtime.logged_leads import KEY
from turnout.runtime.router import Router
from turnout.runtime.stores import StateError, pruning
from turnout.runtime.stores.anywhere import (
    checked_whole,
    erase_in,
    exported_from,
    import_into,
    prune_in,
)
from turnout.runtime.stores.erasing import Erasure, erase
from turnout.runtime.stores.forgotten_rows import FileRows
from turnout.runtime.stores.notes import note_path
from turnout.runtime.stores.pruning import Pruned
from turnout.runtime.stores.server.forgetting import ServerRows
from turnout.runtime.stores.server.locations import ServerAddress, Whereabouts
from turnout.runtime.stores.server.schemas import TABLES
from turnout.runtime.stores.sqlite import open_any
from turnout.runtime.stores.tombstones import is_tombstone

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAY = timedelta(days=1)
TEXT = """policy kept
lead { id: text required, country: country, size: integer 0.., email: email, note: text }
person ana { cap 5 per day }
person ben
team sales { ana, ben }
queue triage
identity email within 90 days
log fields [country, note] hashed [email]
retain events 400 days
retain values 90 days
route inbound {
  rule again { when duplicate to queue triage }
  rule german {
    when country is DE
    to   round-robin sales
    else queue triage
    sla  1 hour wall, then queue triage
  }
  fallback to queue triage
}
"""
LEAD = {
    "id": "Lead-Zebra-77",
    "country": "Germany",
    "size": "no-number-Quagga",
    "email": "okapi@firm.example",
    "note": "Gnu was here",
}
TRACES = ("Zebra", "Quagga", "okapi", "Gnu was", "Lemur")


def compiled() -> Compiled:
    files = of_texts("kept.route", TEXT, {})
    return compile_policy(files.main, files=files)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "a key of sixteen and more")


def filled(state: Whereabouts) -> None:
    with Router(compiled(), state=state) as router:
        router.route({"id": "first", "country": "DE"}, at=AT - DAY)
        router.route(LEAD, at=AT)
        router.route({**LEAD, "id": "L-2", "size": "3", "note": ""}, at=AT + DAY)  # a duplicate
        router.touch(LEAD["id"], by="ana", reason="called Lemur", at=AT + DAY)
        router.close_lead("first", by="ben", reason=f"see {LEAD['id']}.", at=AT + DAY)
        router.route({"id": "last", "country": "DE"}, at=AT + 2 * DAY)


@pytest.fixture(params=["file", "server"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Whereabouts]:
    if request.param == "file":
        filled(tmp_path / "state.db")
        yield tmp_path / "state.db"
        return
    with gone_afterwards(fresh()) as at:
        filled(at)
        yield at


def everything(path: Path) -> bytes:
    """Return all bytes of a state and of what stands beside it."""
    beside = [path, note_path(path), *(Path(f"{path}-{end}") for end in ("wal", "shm"))]
    return b"".join(each.read_bytes() for each in beside if each.exists())


def test_no_byte_of_an_erased_lead_is_left(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    filled(path)
    assert [each for each in TRACES if each.lower().encode() not in everything(path).lower()] == [
        "okapi"
    ]  # hashed
    (grave,) = erase(path, Erasure((LEAD["id"],), actor="dpo", reason="request 7"))
    assert is_tombstone(grave)
    found = everything(path)
    left = [trace for trace in TRACES if trace.lower().encode() in found.lower()]
    assert left == []
    for code in ("utf-16-le", "utf-16-be"):
        assert LEAD["id"].encode(code) not in found


def test_what_was_promised_holds_after_an_erasure(state: Whereabouts) -> None:
    with Router(compiled(), state=state) as router:
        before = router.history(LEAD["id"])
        lags = router.lags()
    decision = before[0].decision
    assert decision is not None
    erase_in(state, Erasure((LEAD["id"],), actor="dpo", reason="request 7"))
    whole = checked_whole(state)
    assert (whole.leads, whole.events) == (4, 7)
    with Router(compiled(), state=state) as router:
        again = router.route(LEAD, at=AT + 3 * DAY)
        assert again.repeated
        assert (again.lead, again.assignee, again.rule) == (
            *(LEAD["id"], decision.assignee, decision.rule),
        )
        several = [{"id": "L-3"}, LEAD, {"id": "first"}, {"id": "L-3"}]
        together = router.route_all(several, at=AT + 3 * DAY)
        assert [each.repeated for each in together] == [False, True, True, True]
        assert router.reroute(LEAD, "asked", at=AT + 3 * DAY).repeated
        assert not router.close_lead(LEAD["id"])
        events = router.history(LEAD["id"])
        assert [event.kind for event in events] == ["routed", "contacted", "erased"]
        assert all(is_tombstone(event.lead) for event in events)
        assert (events[-1].actor, events[-1].reason) == ("dpo", "request 7")
        assert router.lags() == lags
        other = router.history("L-2")[0].decision
        assert other is not None
        assert other.duplicate_of == events[0].lead
        assert router.history("first")[-1].reason == "see (erased)."
        assert router.route({**LEAD, "id": "L-9", "size": "", "note": ""}).duplicate_of == "L-2"
    lines = "".join(exported_from(state))
    assert [trace for trace in TRACES[:2] if trace in lines] == []


def test_whoever_is_away_for_an_erased_lead_is_so_without_its_id(state: Whereabouts) -> None:
    files = of_texts(
        "kept.route", TEXT.replace("then queue triage", "then queue triage, away 3 days"), {}
    )
    missing = compile_policy(files.main, files=files)
    with Router(missing, state=state) as router:
        router.route({"id": "Zebra-1", "country": "DE"}, at=AT + 3 * DAY)
        router.escalate(at=AT + 4 * DAY)
    assert "lead Zebra-1" in "".join(exported_from(state))
    erase_in(state, Erasure(("Zebra-1",), actor="dpo"))
    checked_whole(state)
    if isinstance(state, Path):
        assert b"Zebra-1" not in everything(state)
    with Router(missing, state=state) as router:
        said = {each.reason for each in router.absences(at=AT + 4 * DAY)}
        assert "sla missed: lead (erased)" in said


def test_a_lead_is_found_by_what_is_known_of_it(state: Whereabouts) -> None:
    secret = b"a key of sixteen and more"
    found = erase_in(state, Erasure(values={"email": "okapi@firm.example"}, key=secret, actor="d"))
    assert len(found) == 2
    assert checked_whole(state).leads == 4
    with pytest.raises(StateError, match="knows no lead"):
        erase_in(state, Erasure(values={"email": "okapi@firm.example"}, actor="d"))


def test_an_unknown_lead_changes_nothing(state: Whereabouts) -> None:
    before = list(exported_from(state))
    with pytest.raises(StateError, match="knows no lead none") as told:
        erase_in(state, Erasure((LEAD["id"], "none"), actor="dpo"))
    assert told.value.help
    assert list(exported_from(state)) == before


def test_values_go_after_their_time_and_events_after_theirs(state: Whereabouts) -> None:
    policy = compiled()
    retention = policy.policy.retention
    assert prune_in(state, retention, AT + 89 * DAY) == Pruned()
    with Router(policy, state=state) as router:
        before = [event.as_dict() for event in router.events()]
        lags = router.lags()
    assert prune_in(state, retention, AT + 90 * DAY + timedelta(seconds=1)) == Pruned(2, 0, 0)
    assert prune_in(state, retention, AT + 90 * DAY + timedelta(seconds=1)) == Pruned()
    with Router(policy, state=state) as router:
        after = [event.as_dict() for event in router.events()]
    assert [each["values"] for each in after[:2]] == [{}, {}]
    assert (after[1]["hashed"], after[1]["decision"]["issues"]) == ({}, [])
    assert after[2:] == before[2:]
    checked_whole(state)
    # Of all leads but that of the newest event the events go.
    pruned = prune_in(state, retention, AT + 500 * DAY)
    assert (pruned.leads, pruned.events) == (3, 2)
    assert prune_in(state, retention, AT + 500 * DAY) == Pruned()
    assert (checked_whole(state).leads, checked_whole(state).events) == (4, 4)
    with Router(policy, state=state) as router:
        again = router.route(LEAD, at=AT + 500 * DAY)
        assert (again.repeated, again.rule, again.lead) == (True, "german", LEAD["id"])
        assert [event.kind for event in router.history(LEAD["id"])] == ["routed"]
        assert router.lags() == lags
        assert not router.close_lead("first")  # which it is
        assert router.close_lead(LEAD["id"], at=AT + 500 * DAY)
        assert router.route({"id": "new", "country": "DE"}, at=AT + 500 * DAY).assignee
    assert checked_whole(state).leads == 5
    lines = "".join(exported_from(state))
    assert [trace for trace in TRACES if trace in lines] == []


def test_a_step_takes_out_as_many_as_it_has_time_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "HOLD", 0)
    filled(tmp_path / "state.db")
    steps: list[FileRows] = []
    with closing(open_any(tmp_path / "state.db")) as store:

        @contextmanager
        def step() -> Generator[FileRows, None, None]:
            with store.begin():
                steps.append(FileRows(store.connection, tmp_path / "state.db"))
                yield steps[-1]

        found = pruning.pruned(step, Retention(values=DAY, events=DAY), AT + 500 * DAY)
    assert (found.values, found.leads, found.events) == (4, 3, 2)
    assert len(steps) == 4 + 1 + 3 + 1, "one a step, and a last look each"
    checked_whole(tmp_path / "state.db")


def test_a_state_that_was_pruned_is_carried(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    filled(path)
    prune_in(path, Retention(events=DAY), AT + 500 * DAY)
    erase_in(path, Erasure(("last",), actor="dpo"))
    import_into(tmp_path / "copy.db", exported_from(path), "a state")
    assert list(exported_from(tmp_path / "copy.db")) == list(exported_from(path))
    with Router(compiled(), state=tmp_path / "copy.db") as router:
        assert router.route({"id": "last"}).repeated


def test_a_lost_event_is_told_in_a_pruned_state_too(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    filled(path)
    prune_in(path, Retention(events=DAY), AT + 2 * DAY + timedelta(hours=1))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM events WHERE seq = 3")
        connection.commit()
    note_path(path).unlink(missing_ok=True)
    with pytest.raises(StateError, match="is gone"):
        checked_whole(path)


def turnout(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def test_the_commands(tmp_path: Path) -> None:
    path, policy = tmp_path / "state.db", tmp_path / "kept.route"
    policy.write_text(TEXT)
    filled(path)
    told = turnout("state", "erase", path, LEAD["id"], "--by", "dpo", "--reason", "request")
    assert (told.exit_code, "1 lead erased in" in told.output) == (0, True), told.output
    told = turnout("state", "erase", path, "--identity", "country=DE", "--by", "dpo")
    assert (told.exit_code, "3 leads erased in" in told.output) == (0, True), told.output
    for wrong in (["--by", "x"], ["--identity", "email", "--by", "x"], ["L-2"]):
        assert turnout("state", "erase", path, *wrong).exit_code == 2
    assert turnout("state", "erase", path, "L-2", "--by", "a\0b").exit_code == 2
    assert turnout("state", "erase", path, "none", "--by", "x").exit_code == 2
    told = turnout("state", "prune", policy, path, "--at", "2027-02-23")
    assert (told.exit_code, "0 events lost values, 0 leads lost 0 events" in told.output) == (
        0,
        True,
    )
    told = turnout("state", "prune", policy, path, "--at", "2099-01-01")
    assert (told.exit_code, "leads lost" in told.output) == (0, True), told.output
    assert turnout("state", "check", path).exit_code == 0
    policy.write_text(TEXT.replace("retain", "# retain"))
    told = turnout("state", "prune", policy, path)
    assert (told.exit_code, "retains everything" in told.output) == (0, True)


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[ServerAddress]:
    """A filled state on a server, where all is done in the smallest steps."""
    for name in ("_WINDOW", "AT_ONCE", "LOOKED_AT"):
        monkeypatch.setattr(f"turnout.runtime.stores.server.forgetting.{name}", 2)
    with gone_afterwards(fresh()) as at:
        filled(at)
        yield at


def rows_of(at: ServerAddress, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(at.conninfo) as connection:
        return connection.execute(query.replace("{s}", at.schema).encode()).fetchall()


def test_on_a_server_only_the_rows_of_a_lead_are_written_again(served: ServerAddress) -> None:
    asked = "SELECT seq, turn, xmin::text FROM {s}.events ORDER BY seq"
    before = rows_of(served, asked)
    erase_in(served, Erasure((LEAD["id"],), actor="dpo", reason="request 7"))
    after = rows_of(served, asked)
    assert [row[:2] for row in after[:-1]] == [row[:2] for row in before]
    kept = [old[0] for old, new in zip(before, after, strict=False) if old == new]
    assert len(kept) == 2, "the first one, and the last"
    for table in TABLES:
        query = f"SELECT to_json(t)::text FROM {{s}}.{table} t"  # noqa: S608 - our own names
        for (row,) in rows_of(served, query):
            assert [trace for trace in TRACES if trace in row] == [], table
    assert checked_whole(served).events == len(after)


def test_a_lead_that_is_named_while_it_is_erased_is_named_no_more(
    served: ServerAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody says so between the look through the log and the last step."""
    looked = ServerRows.windows_naming

    def then_named(rows: ServerRows, lead: str) -> Iterator[dict[str, list[int]]]:
        yield from looked(rows, lead)
        with Router(compiled(), state=served) as router:
            router.close_lead("last", by="ben", reason=f"see {lead}", at=AT + 3 * DAY)

    monkeypatch.setattr(ServerRows, "windows_naming", then_named)
    erase_in(served, Erasure((LEAD["id"],), actor="dpo"))
    (said,) = rows_of(
        served, "SELECT detail FROM {s}.events WHERE kind = 'closed' AND lead = 'last'"
    )
    assert "see (erased)" in said[0]
    assert checked_whole(served).leads == 4
    retention = compiled().policy.retention
    pruned = prune_in(served, retention, AT + 500 * DAY)
    assert (pruned.values, pruned.leads) == (3, 3)
    assert checked_whole(served).leads == 4
