"""A state that is damaged is told: it never answers otherwise than the one that was written."""

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import attrs
import psycopg
import pytest

from tests.support.policies import compiled
from tests.support.servers import fresh, gone_afterwards
from turnout.runtime.moves import Move
from turnout.runtime.router import Router
from turnout.runtime.stores import StateError, notes
from turnout.runtime.stores.anywhere import checked_whole, rebuilt
from turnout.runtime.stores.notes import StateNote
from turnout.runtime.stores.rebuilding import rebuild
from turnout.runtime.stores.server.schemas import in_schema
from turnout.runtime.stores.sqlite import open_sqlite
from turnout.runtime.stores.sums import check_whole

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
LATER = AT + timedelta(hours=2)
COPIES = 200
POLICY = attrs.evolve(
    compiled(
        """
    policy inbound
    lead { id: text, email: email, plan: one of [free, pro] }
    person ana { cap 9 per 24 hours }
    person ben { cap 40 per day }
    person cleo
    team sales { ana weight 2, ben, cleo }
    team support cap 25 per week { ben, cleo }
    queue triage
    identity email within 30 days
    route inbound {
      rule again { when duplicate to previous-owner else queue triage }
      rule pro { when plan is pro to round-robin sales sla 1 hour wall, then person cleo }
      rule free { when plan is free to least-loaded support else queue triage }
      fallback to queue triage
    }
    """
    ),
    policy_hash="c0ffee",
)


def lead(number: int) -> dict[str, object]:
    plan = ("pro", "free", None)[number % 3]
    return {"id": f"L-{number}", "email": f"p{number % 50}@firm.example", "plan": plan}


def answered(state: Path) -> tuple[list[dict[str, object]], tuple[Move, ...]]:
    """Return what a run with the state decides and moves: leads of before, and new ones."""
    with Router(POLICY, state=state, wait=0) as router:
        decisions = [router.route(lead(at), at=LATER).as_dict() for at in range(70)]
        return decisions, router.escalate(at=LATER)


def answered_or_told(state: Path) -> object:
    """Return what `answered` does, None where the state is refused."""
    try:
        return answered(state)
    except StateError:
        return None


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("state") / "state.db"
    with Router(POLICY, state=path) as router:
        for at in range(60):
            router.route(lead(at), at=AT)
        router.touch("L-3", "L-6")
        router.close_lead("L-1")
        router.reroute(lead(9), "sold by hand", at=AT)
    return path.read_bytes()


@pytest.mark.parametrize("part", range(5))
def test_a_damaged_state_is_told_or_answers_as_the_whole_one(
    written: bytes, tmp_path: Path, part: int
) -> None:
    whole = tmp_path / "whole.db"
    whole.write_bytes(written)
    expected = answered(whole)
    random = Random(part)  # noqa: S311 - the same copies each time
    told = 0
    for copy in range(COPIES // 5):
        damaged = bytearray(written)
        for _ in range(random.choice((1, 1, 2, 8))):
            at = random.randrange(len(damaged))
            if random.random() < 0.5:
                damaged[at] ^= 1 << random.randrange(8)
            else:
                damaged[at : at + 40] = random.randbytes(len(damaged[at : at + 40]))
        path = tmp_path / f"{copy}.db"
        path.write_bytes(damaged)
        found = answered_or_told(path)
        assert found is None or found == expected
        told += found is None
    assert told > COPIES // 20


TABLES = {
    "decisions": "touched = 1 - touched",
    "events": "detail = replace(detail, 'ana', 'ben')",
    "versions": "hash = hash || '0'",
    "turns": "lag = replace(lag, '1', '2')",
    "load": "open = open + 1",
    "given": "at = at + 1",
    "seen": "owner = 'cleo'",
    "meta": "value = 'outbound' WHERE key = 'policy'",
}


@pytest.mark.parametrize("table", TABLES)
def test_a_cell_that_changed_is_told_when_a_small_state_is_opened(
    written: bytes, tmp_path: Path, table: str
) -> None:
    path = changed(written, tmp_path, table)
    with pytest.raises(StateError, match="is damaged"):
        open_sqlite(path, "inbound", ["sales"])


@pytest.mark.parametrize("table", TABLES)
def test_a_cell_that_changed_in_a_large_state_is_told_when_it_is_read(
    written: bytes, tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = changed(written, tmp_path, table)
    monkeypatch.setattr(notes, "WHOLE", 0)
    note = StateNote(path)
    note.found_whole(note.content())
    note.close()
    with pytest.raises(StateError, match="is damaged"):
        read_all_over(path)


def read_all_over(state: Path) -> None:
    with Router(POLICY, state=state) as router:
        for each in (lead(0), lead(1), lead(66), lead(67), {"id": "new", "plan": "pro"}):
            router.route(each, at=AT + timedelta(minutes=1))
        router.moves()


def changed(written: bytes, folder: Path, table: str) -> Path:
    path = folder / "state.db"
    path.write_bytes(written)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE {table} SET {TABLES[table]}")  # noqa: S608 - of this test
        connection.commit()
    return path


def test_a_row_that_is_gone_from_an_index_is_told(written: bytes, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(written)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        root = "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_decisions_1'"
        (page,) = connection.execute(root).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(path.read_bytes())
    start = (page - 1) * size
    assert content[start] == 10, "a leaf of an index"
    content[start + 3 : start + 5] = (int.from_bytes(content[start + 3 : start + 5]) - 1).to_bytes(
        2
    )
    path.write_bytes(content)
    with pytest.raises(StateError, match="is damaged"):
        open_sqlite(path, "inbound", ["sales"])


READER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM decisions").fetchone()[0])
connection.close()
"""


@pytest.mark.parametrize("largest", [notes.WHOLE, 0], ids=["small", "large"])
def test_a_state_keeps_its_locks_and_log_while_others_read_it(
    tmp_path: Path, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last process that closes a state takes its log away: a reader must not seem the last."""
    monkeypatch.setattr(notes, "WHOLE", largest)
    path = tmp_path / "state.db"

    def counted() -> int:
        run = subprocess.run(
            [sys.executable, "-c", READER, str(path)], check=True, capture_output=True, text=True
        )
        return int(run.stdout)

    with Router(POLICY, state=path) as router:
        router.route(lead(1), at=AT)
    with Router(POLICY, state=path) as router, Router(POLICY, state=path) as other:
        router.route(lead(2), at=AT)
        other.close()  # of the same process
        assert counted() == 2
        router.route(lead(3), at=AT)
        assert (tmp_path / "state.db-wal").exists()
        assert counted() == 3
    assert counted() == 3


def test_a_state_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with Router(POLICY, state=path) as router:
        router.route(lead(1), at=AT)
        files = sorted(tmp_path.iterdir())
        assert len(files) == 4, "SQLite's own two beside it, and the note"
        assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_a_state_keeps_the_mode_that_somebody_gave_it(written: bytes, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(written)
    path.chmod(0o660)
    with Router(POLICY, state=path) as router:
        router.route(lead(1), at=AT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_what_a_caller_raises_is_no_error_of_the_state(tmp_path: Path) -> None:
    with closing(open_sqlite(tmp_path / "state.db", "inbound", ())) as store:
        for error in (sqlite3.OperationalError("of another file"), UnicodeError("of a lead")):
            with pytest.raises(type(error)), store.begin():
                raise error
        with suppress(ValueError), store.begin():
            raise ValueError
        with store.begin() as transaction:
            assert list(transaction.log()) == []


def test_the_whole_of_a_large_state_can_be_checked(written: bytes, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(written)
    with closing(sqlite3.connect(path)) as connection:
        check_whole(connection, path)


# -- what is noted beside a state --


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return the files that a run leaves that is killed after its last batch, by their ends."""
    path = tmp_path_factory.mktemp("killed") / "state.db"
    with Router(POLICY, state=path) as router:
        for at in range(60):
            router.route(lead(at), at=AT)
        router.touch("L-3", "L-6")
        return {end: path.with_name(f"state.db{end}").read_bytes() for end in ("", "-wal", "-note")}


def left(files: dict[str, bytes], folder: Path) -> Path:
    folder.mkdir()
    for end, content in files.items():
        (folder / f"state.db{end}").write_bytes(content)
    return folder / "state.db"


def test_a_damaged_log_is_told_or_answers_as_the_whole_one(
    killed: dict[str, bytes], tmp_path: Path
) -> None:
    expected = answered(left(killed, tmp_path / "whole"))
    random = Random(1)  # noqa: S311 - the same copies each time
    told = 0
    for copy in range(COPIES // 5):
        log = bytearray(killed["-wal"])
        at = random.randrange(len(log)) if copy else 0
        log[at] ^= 1 << random.randrange(8)
        found = answered_or_told(left(killed | {"-wal": bytes(log)}, tmp_path / str(copy)))
        assert found is None or found == expected
        told += found is None
    assert told > COPIES // 10


@pytest.mark.parametrize(
    "gone", [{"-wal": b""}, {"": b""}, {"": b"", "-wal": b""}], ids=["log", "file", "both"]
)
def test_batches_that_are_gone_are_told_however_often_it_is_opened(
    killed: dict[str, bytes], tmp_path: Path, gone: dict[str, bytes]
) -> None:
    path = left(killed | gone, tmp_path / "left")
    for _ in range(2):
        with pytest.raises(StateError, match="is damaged"):
            answered(path)


def test_a_backup_beside_a_later_note_says_what_to_do(
    written: bytes, killed: dict[str, bytes], tmp_path: Path
) -> None:
    earlier = {"": written, "-note": killed["-note"].replace(b"0000062", b"0000099")}
    path = left(earlier, tmp_path / "restored")
    with pytest.raises(StateError, match="gone, up to 35 leads") as told:
        answered(path)
    assert "if it is a backup, remove" in told.value.help
    path.with_name("state.db-note").unlink()
    decisions, _ = answered(path)
    assert decisions[0]["repeated"]


def test_a_note_of_a_state_that_was_moved_away_says_nothing_of_a_new_one(
    killed: dict[str, bytes], tmp_path: Path
) -> None:
    path = left(killed, tmp_path / "moved")
    path.rename(tmp_path / "kept")
    path.with_name("state.db-wal").unlink()
    decisions, _ = answered(path)
    assert not any(decision["repeated"] for decision in decisions)


def test_a_large_state_is_looked_through_where_it_is_not_as_it_was_found_whole(
    written: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path] = []
    monkeypatch.setattr(notes, "WHOLE", 0)

    def look(_connection: sqlite3.Connection, path: Path) -> None:
        looked.append(path)

    monkeypatch.setattr("turnout.runtime.stores.sqlite.check_whole", look)
    path = tmp_path / "state.db"
    path.write_bytes(written)
    for expected in (1, 1, 1):  # a copy; as it was found; as a run left it
        answered(path)
        assert len(looked) == expected
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE load SET open = open")
        connection.commit()
    found = path.read_bytes()
    path.write_bytes(found[:-1] + bytes([found[-1] ^ 1]))  # whatever stands there
    answered_or_told(path)
    assert len(looked) == 2
    path.with_name("state.db-note").write_bytes(b"damaged")
    answered_or_told(path)
    assert len(looked) == 3


def test_a_small_state_stands_alone_once_it_is_closed(
    killed: dict[str, bytes], tmp_path: Path
) -> None:
    path = left(killed, tmp_path / "closed")
    answered(path)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    ("change", "astray"),
    [
        ("UPDATE decisions SET touched = 1 - touched WHERE lead = 'L-3'", [("inbound", "L-3")]),
        ("DELETE FROM decisions WHERE lead = 'L-9'", [("inbound", "L-9")]),
        (
            "UPDATE decisions SET lead = 'L-x' WHERE lead = 'L-1'",
            [("inbound", "L-1"), ("inbound", "L-x")],
        ),
        ("UPDATE load SET open = open + 1, sum = 7", []),
        ("DELETE FROM load", []),
    ],
)
def test_where_leads_stand_is_made_of_the_log_again(
    written: bytes, tmp_path: Path, change: str, astray: list[tuple[str, str]]
) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(written)
    assert rebuild(path, is_written=False).is_same
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
        connection.commit()
    found = rebuild(path, is_written=False)
    assert sorted(found.astray) == astray
    assert found.leads == 60
    assert bool(found.loads) == (" load" in change)
    with pytest.raises(StateError):
        checked_whole(path)
    assert not rebuild(path, is_written=True).is_same
    whole = tmp_path / "whole.db"
    whole.write_bytes(written)
    assert checked_whole(path) == checked_whole(whole)
    assert answered(path) == answered(whole)


def test_what_the_log_itself_lacks_is_not_made_again(written: bytes, tmp_path: Path) -> None:
    path = changed(written, tmp_path, "events")
    with pytest.raises(StateError, match="is damaged"):
        rebuild(path, is_written=True)


def test_where_leads_stand_on_a_server_is_made_of_the_log_again() -> None:
    with gone_afterwards(fresh()) as server:
        with Router(POLICY, state=server) as router:
            for at in range(6):
                router.route(lead(at), at=AT)
        assert rebuilt(server, is_written=False).is_same
        with psycopg.connect(server.conninfo, autocommit=True) as connection:
            for change in (
                "UPDATE {s}.load SET open = open + 1",
                "UPDATE {s}.decisions SET status = 'closed' WHERE lead = 'L-1'",
            ):
                connection.execute(in_schema(server, change))
        found = rebuilt(server, is_written=True)
        assert found.astray == (("inbound", "L-1"),)
        assert "ana" in found.loads
        assert rebuilt(server, is_written=False).is_same
        assert checked_whole(server).leads == 6
