"""A state on a PostgreSQL server: its address, its commands, and what it says when it can't."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

import turnout
from tests.support.servers import fresh, fresh_address, gone_afterwards
from turnout.cli import cli
from turnout.runtime.stores import StateError, Store, Transaction
from turnout.runtime.stores.anywhere import open_known, open_state
from turnout.runtime.stores.needs import nothing_foreseen
from turnout.runtime.stores.server.encoded import received, sent
from turnout.runtime.stores.server.locations import ServerAddress, address, whereabouts
from turnout.runtime.stores.server.schemas import lock_key

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
POLICY = """policy served
lead { id: text required, country: country, email: email }
person ana
person ben { cap 2 per 24 hours }
team sales { ana, ben }
queue triage
identity email within 30 days
route inbound {
  rule again { when duplicate to previous-owner else queue triage }
  rule german {
    when country is Germany
    to   round-robin sales
    else queue triage
    sla  1 hour wall, then queue triage
  }
  fallback to queue triage
}
"""


@pytest.fixture
def at() -> Iterator[ServerAddress]:
    with gone_afterwards(fresh()) as fresh_one:
        yield fresh_one


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "served.route"
    path.write_text(POLICY)
    return path


def raw(number: int) -> dict[str, str]:
    return {"id": f"L{number}", "country": "Germany", "email": f"p{number % 5}@firm.example"}


def url(at: ServerAddress) -> str:
    return f"{at.conninfo}&schema={at.schema}"


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [*map(str, arguments)])
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("text", "shown", "schema"),
    [
        ("postgresql://u:secret@h:5433/db?schema=x", "postgresql://u@h:5433/db?schema=x", "x"),
        ("postgres://h/db", "postgresql://h/db", "turnout"),
        (
            "postgresql://u:p%40ss@/db?host=/var/run&password=secret",
            "postgresql://u@/db?host=/var/run",
            "turnout",
        ),
        ("postgresql:///db?sslmode=require", "postgresql:///db?sslmode=require", "turnout"),
    ],
)
def test_an_address_shows_no_password(text: str, shown: str, schema: str) -> None:
    found = address(text)
    assert (str(found), found.schema) == (shown, schema)
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://h/db?schema=Sales",
        "postgresql://h/db?schema=pg_x",
        "postgresql://h/db?schema=",
        "postgresql://[h/db",
        "postgresql://h/db?schema",
        "postgresql://u:secret@h/db?schema=a;b",
    ],
)
def test_an_address_that_is_none_is_told_with_its_remedy(text: str) -> None:
    with pytest.raises(StateError) as told:
        whereabouts(text)
    assert told.value.help
    assert "secret" not in f"{told.value.message} {told.value.help}"


@pytest.mark.parametrize("text", ["", "a", "ä", "\0", "a\0b", "\ud800", "json:1", "json:\0"])
def test_a_text_that_no_server_holds_is_sent_otherwise(text: str) -> None:
    assert received(sent(text)) == text
    sent(text).encode()
    assert "\0" not in sent(text)


def test_leads_are_routed_and_moved_like_in_a_file(at: ServerAddress, tmp_path: Path) -> None:
    told: list[object] = []
    for state in (tmp_path / "state.db", url(at)):
        with turnout.loads(POLICY, state=state) as router:
            leads = [raw(each) for each in range(12)]
            found: list[object] = [router.route(each, at=AT) for each in leads[:4]]
            found += router.route_all(leads, at=AT + timedelta(minutes=1))
            found += router.escalate(at=AT + timedelta(hours=2))
            found += [router.touch("L1", "no such", at=AT), router.close_lead("L2", at=AT)]
            found.append(router.reroute(raw(3), "wrong", at=AT + timedelta(hours=3)))
            found.append(router.reroute_all([raw(4), raw(5)], "wrong", at=AT + timedelta(hours=4)))
            found += [router.moves(), router.lags()]
            found += [len(router.history("L1")), len(tuple(router.events()))]
            found.append([each.lead for each in router.events(turnout.Sought(person="ana"))])
            told.append(found)
    assert told[0] == told[1]


def test_ids_that_no_server_holds_are_decided_once(at: ServerAddress) -> None:
    ids = ["a\0b", "\ud800", "json:x", "ü"]
    with turnout.loads(POLICY, state=url(at)) as router:
        first = [router.route(raw(0) | {"id": each, "email": each}, at=AT) for each in ids]
    with turnout.loads(POLICY, state=url(at)) as router:
        again = [router.route(raw(0) | {"id": each, "email": each}, at=AT) for each in ids]
        assert [each.repeated for each in again] == [True] * 4
        assert [each.assignee for each in again] == [each.assignee for each in first]
        assert [each.lead for event in router.events() if (each := event.decision)] == [
            each.lead for each in first
        ]
        with pytest.raises(ValueError, match="NUL"):
            router.touch("a", by="a\0")
    assert run("state", "check", url(at))[0] == 0


def test_every_command_takes_an_address(policy: Path, tmp_path: Path) -> None:
    state, other = fresh_address(), fresh_address()
    leads = tmp_path / "leads.csv"
    leads.write_text(
        "id,country,email\n" + "".join(f"L{n},Germany,p{n}@f.example\n" for n in range(6))
    )
    with gone_afterwards(address(state)), gone_afterwards(address(other)):
        assert run("state", "init", policy, state)[0] == 0
        assert run("state", "init", policy, state)[0] == 2
        assert run("route", policy, leads, "--state", state, "-o", tmp_path / "out.csv")[0] == 0
        assert run("touch", policy, "L1", "--state", state)[0] == 0
        assert run("close", policy, "L2", "--state", state)[0] == 0
        assert run("sla", policy, "--state", state, "--at", "2099-01-01")[0] == 0
        code, text = run("log", state, "--format", "jsonl")
        assert code == 0
        kinds = [json.loads(line)["event"] for line in text.splitlines()]
        assert kinds[:8] == ["routed"] * 6 + ["contacted", "closed"]
        assert run("explain", policy, "--id", "L1", "--state", state)[0] == 0
        code, text = run("state", "check", state)
        assert (code, "6 leads of policy served" in text) == (0, True), text
        assert run("state", "rename", state, "person", "ana", "anna")[0] == 0
        assert run("state", "rename", state, "person", "nobody", "anna")[0] == 2
        out = tmp_path / "state.jsonl"
        assert run("state", "export", state, "-o", out)[0] == 0
        assert run("state", "import", out, other)[0] == 0
        assert run("state", "import", out, other)[0] == 2
        again = tmp_path / "again.jsonl"
        assert run("state", "export", other, "-o", again)[0] == 0
        assert again.read_bytes() == out.read_bytes()
        assert run("state", "import", out, tmp_path / "file.db")[0] == 0
        assert run("state", "upgrade", other) == (
            0,
            f"{address(other)} is up to date, in format 2\n",
        )
        assert "ana" in run("log", other, "--person", "ana")[1]
        assert run("simulate", policy, leads, "--state", state)[0] == 0
        # What was carried is gone on with.
        leads.write_text("id,country,email\nL7,Germany,p7@f.example\nL1,Germany,p1@f.example\n")
        assert run("route", policy, leads, "--state", other, "-o", tmp_path / "o.csv")[0] == 0
        assert run("state", "check", other)[0] == 0


def changed(at: ServerAddress, statement: str) -> None:
    import psycopg  # noqa: PLC0415 - the tests above need no server

    with psycopg.connect(at.conninfo, autocommit=True) as connection:
        connection.execute(statement.replace("{s}", at.schema).encode())


def refusal(at: ServerAddress, name: str = "served", teams: tuple[str, ...] = ()) -> str:
    with pytest.raises(StateError) as told:
        open_state(at, name, teams, wait=0)
    assert told.value.help
    assert str(at) in told.value.message or at.schema in told.value.message
    return told.value.message


def test_a_server_that_cannot_be_used_is_told(at: ServerAddress) -> None:
    assert "can't be reached" in refusal(address("postgresql://127.0.0.1:1/db"))
    nowhere = at.conninfo.replace("/postgres?", "/nowhere?")
    assert "no such database" in refusal(address(nowhere))
    stranger = at.conninfo.replace("postgres:@", "stranger:secret@")
    message = refusal(address(stranger))
    assert "doesn't let this user in" in message
    assert "secret" not in message


def test_a_schema_of_somebody_else_is_left_alone(at: ServerAddress) -> None:
    changed(at, "CREATE SCHEMA {s}")
    changed(at, "CREATE TABLE {s}.meta (key text, value text)")
    assert "another program's" in refusal(at)


def test_a_state_of_another_policy_or_a_newer_turnout_is_refused(at: ServerAddress) -> None:
    open_state(at, "served", ()).close()
    assert "keeps the state of policy served, not of other" in refusal(at, "other")
    changed(at, "INSERT INTO {s}.turns VALUES ('sales', 1, '{}')")
    assert "the turns of teams" in refusal(at, "served", ("others",))
    changed(at, "UPDATE {s}.meta SET value = '99' WHERE key = 'format'")
    assert "newer than this turnout reads" in refusal(at)


def test_there_is_no_state_to_be_read(at: ServerAddress) -> None:
    with pytest.raises(StateError, match="there is no state at"):
        open_known(at)


def test_a_database_that_is_only_read_is_told(at: ServerAddress) -> None:
    changed(at, "CREATE DATABASE {s}")
    changed(at, "ALTER DATABASE {s} SET default_transaction_read_only = on")
    try:
        told = refusal(address(at.conninfo.replace("/postgres?", f"/{at.schema}?")))
        assert "can only be read" in told
    finally:
        changed(at, "DROP DATABASE {s} WITH (FORCE)")


def test_damaged_tables_are_told(at: ServerAddress) -> None:
    with closing(open_state(at, "served", ())) as store:
        changed(at, "DROP TABLE {s}.decisions CASCADE")
        with pytest.raises(StateError, match="is damaged"):
            store.decide(nothing_foreseen, lambda state, _: state.decided("inbound", "a"))
    with pytest.raises(StateError, match="is damaged: it has no table decisions"):
        open_state(at, "served", ())


def test_a_log_that_was_written_over_is_found(at: ServerAddress) -> None:
    with turnout.loads(POLICY, state=url(at)) as router:
        for each in range(5):
            router.route(raw(each))
    changed(at, "DELETE FROM {s}.events WHERE seq = 3")
    code, text = run("state", "check", url(at))
    assert code == 2
    assert "damaged" in text


def test_a_lock_that_is_held_too_long_is_told(at: ServerAddress) -> None:
    with (
        closing(open_state(at, "served", ())) as mine,
        closing(open_state(at, "served", (), wait=0)) as other,
        mine.begin(),
    ):
        with pytest.raises(StateError, match="another run is using") as told:
            other.decide(nothing_foreseen, lambda state, _: state.decided("inbound", "a"))
        assert "--wait" in told.value.help


def test_a_team_that_was_not_foreseen_is_held_before_it_is_drawn(at: ServerAddress) -> None:
    times: list[str] = []

    def decide(state: Transaction, _: datetime) -> int:
        times.append("again")
        return state.turns("sales").scale + state.turns("others").scale

    with closing(open_state(at, "served", ())) as store:
        assert store.decide(nothing_foreseen, decide) == 2
    assert len(times) == 3


def test_a_connection_that_is_lost_between_two_batches_is_made_anew(at: ServerAddress) -> None:
    # By a name of its own: other tests have connections to the same server.
    mine = address(f"{url(at)}&application_name={at.schema}")
    with closing(open_state(mine, "served", ())) as store:
        for _ in range(2):
            assert last(store) == 0
            killed(at)


def last(store: Store) -> int:
    store.decide(nothing_foreseen, lambda state, _: state.decided("inbound", "a"))
    with store.read() as snapshot:
        return snapshot.last_event()


def killed(at: ServerAddress) -> None:
    changed(
        at,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{s}'",
    )


def test_the_log_waits_for_no_other_programs_transaction(policy: Path, at: ServerAddress) -> None:
    """It waits for those of its own state, which may come before what is read."""
    with turnout.load(policy, state=url(at)) as router, psycopg.connect(at.conninfo) as other:
        router.route(raw(0))
        other.execute("SELECT pg_current_xact_id()")  # at work on something else, for hours
        router.route(raw(1))
        assert [event.lead for event in router.events()] == ["L0", "L1"]
        assert router.last_event() == 2
        other.rollback()
        other.execute("SELECT pg_advisory_xact_lock_shared(%s)", (lock_key(at, "state"),))
        other.execute("SELECT pg_current_xact_id()")  # as a batch of this state
        router.route(raw(2))
        assert [event.lead for event in router.events()] == ["L0", "L1"]
        assert router.last_event() == 2
        other.rollback()
        assert [event.lead for event in router.events()] == ["L0", "L1", "L2"]
