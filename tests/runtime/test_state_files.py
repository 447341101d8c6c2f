"""A state file: durable, shared by processes, and told from what isn't one."""

import os
import random
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.first_format import to_first_format
from tests.support.routing_loop import DREW_FROM, POLICY, ROUTE, TEAM, assigned, route
from turnout.runtime.draw import LEVEL, Turns
from turnout.runtime.stores import Recorded, StateError
from turnout.runtime.stores.memory import MemoryStore
from turnout.runtime.stores.notes import StateNote
from turnout.runtime.stores.rebuilding import check_log
from turnout.runtime.stores.sqlite import SqliteStore, open_sqlite
from turnout.runtime.stores.upgrades import FORMAT

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.state"


def test_a_new_file_has_small_pages_and_a_file_keeps_its_own(path: Path) -> None:
    open_sqlite(path, POLICY, []).close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA page_size").fetchone() == (2_048,)
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA page_size = 4096")
        connection.execute("VACUUM")
    open_sqlite(path, POLICY, []).close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA page_size").fetchone() == (4_096,)


RECEIVERS = (
    *(f"person {name}" for name in ("ana", "ben", "cleo")),
    f"team {DREW_FROM}",
    f"member {DREW_FROM} ana",
)
_opened: list[SqliteStore] = []


@pytest.fixture(autouse=True)
def _every_store_is_closed() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    yield
    while _opened:
        _opened.pop().close()


def opened(path: Path, *, wait: float = 0.05) -> SqliteStore:
    _opened.append(open_sqlite(path, POLICY, [DREW_FROM], wait=wait))
    return _opened[-1]


def routed(path: Path, leads: int) -> Path:
    """Return the path of a state in which so many leads were routed."""
    store = opened(path)
    route(store, range(leads), 50)
    store.close()
    return path


def logged(path: Path) -> list[Recorded]:
    store = opened(path)
    with store.begin() as transaction:
        found = list(transaction.log())
    store.close()
    return found


def refused(path: Path) -> StateError:
    """Return the error that opening the file or routing a lead into it ends in."""
    with pytest.raises(StateError) as caught:
        route(opened(path), range(10_000, 10_010), 1)
    assert caught.value.help
    return caught.value


def in_sqlite(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def version(path: Path) -> int:
    """Return the format that the file says it has."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def routing(path: Path, leads: range, batch: int) -> subprocess.Popen[bytes]:
    """Start a process that routes the leads."""
    numbers = map(str, (leads.start, leads.stop, batch))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.routing_loop", str(path), *numbers], cwd=ROOT
    )


def test_a_state_outlives_its_store(path: Path) -> None:
    store = opened(path)
    with store.begin() as transaction:
        transaction.record(assigned("1", "ana"), "abc")
        transaction.record(assigned("2", "ben"), "abc")
        transaction.close_lead(ROUTE, "2")
        transaction.set_turns(DREW_FROM, Turns(6, {"ana": -3, "ben": 3}))
    store.close()
    with opened(path).begin() as transaction:
        assert transaction.decided(ROUTE, "1") == Recorded(assigned("1", "ana"), "abc")
        assert transaction.decided(ROUTE, "2") == Recorded(
            assigned("2", "ben"), "abc", mark="closed"
        )
        assert transaction.turns(DREW_FROM) == Turns(6, {"ana": -3, "ben": 3})
        assert transaction.open_leads(["ana", "ben"]) == {"ana": 1, "ben": 0}


def test_the_file_stands_alone_once_it_is_closed(path: Path) -> None:
    routed(path, 10)
    assert list(path.parent.iterdir()) == [path]


def test_a_batch_that_ended_is_on_the_disk(path: Path) -> None:
    connection = opened(path)._connection  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    full = 2
    assert connection.execute("PRAGMA synchronous").fetchone() == (full,)


def test_a_run_in_batches_of_any_size_decides_the_same(tmp_path: Path) -> None:
    in_memory = MemoryStore()
    route(in_memory, range(100), 100)
    with in_memory.begin() as transaction:
        expected = list(transaction.log())
    for batch in (1, 7, 100):
        path = tmp_path / f"{batch}.state"
        route(opened(path), range(100), batch)
        assert logged(path) == expected


def test_processes_that_share_a_state_decide_each_lead_once_and_stay_fair(path: Path) -> None:
    # All start on a file that isn't there yet, with leads that overlap.
    runs = [routing(path, range(each * 600, each * 600 + 2400), 3) for each in range(3)]
    assert [run.wait(120) for run in runs] == [0, 0, 0]
    leads = [recorded.decision.lead for recorded in logged(path)]
    assert sorted(map(int, leads)) == list(range(3600))
    received = Counter(recorded.decision.assignee for recorded in logged(path))
    assert [received[name] for name in TEAM.names] == [1800, 1200, 600]


def test_a_run_killed_anywhere_and_repeated_decides_as_one_that_was_not(tmp_path: Path) -> None:
    leads, uninterrupted, path = range(6000), tmp_path / "whole.state", tmp_path / "killed.state"
    started = time.monotonic()
    assert routing(uninterrupted, leads, 3).wait(120) == 0
    length = time.monotonic() - started
    chance = random.Random(2026)  # noqa: S311 - when to kill is no secret
    killed = 0
    for _ in range(5):
        run = routing(path, leads, 3)
        time.sleep(chance.uniform(0.1, 0.4) * length)
        run.send_signal(signal.SIGKILL)
        killed += run.wait(120) == -signal.SIGKILL
    assert killed
    assert routing(path, leads, 3).wait(120) == 0
    assert logged(path) == logged(uninterrupted)
    with closing(sqlite3.connect(path)) as connection:
        assert check_log(connection, path) == len(leads), "nothing lost, nothing twice"
    with opened(path).begin() as one, opened(uninterrupted).begin() as other:
        assert one.turns(DREW_FROM) == other.turns(DREW_FROM)
        assert one.open_leads(TEAM.names) == other.open_leads(TEAM.names)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path).message == f"{tmp_path} is a folder"


def test_a_file_in_no_folder_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path / "nowhere" / "leads.state")
    assert error.message == f"there is no folder {tmp_path / 'nowhere'}"


def test_an_empty_file_becomes_a_state(path: Path) -> None:
    path.touch()
    assert len(logged(routed(path, 10))) == 10


def test_a_file_with_the_name_of_sqlites_memory_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(logged(routed(Path(":memory:"), 10))) == 10


def test_a_file_that_is_not_sqlite_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("id,email\n1,ana@acme.example\n" * 99)
    before = path.read_bytes()
    assert refused(path).message == f"{path} is not a state file"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE contacts (id)", "PRAGMA application_id = 7", "PRAGMA user_version = 9"],
)
def test_the_database_of_another_program_is_refused_and_left_alone(
    path: Path, statement: str
) -> None:
    in_sqlite(path, statement)
    before = path.read_bytes()
    assert refused(path).message == f"{path} is a SQLite database of another program"
    assert path.read_bytes() == before


def test_a_newer_format_is_refused(path: Path) -> None:
    in_sqlite(routed(path, 10), f"PRAGMA user_version = {FORMAT + 1}")
    error = refused(path)
    newer = f"has format {FORMAT + 1}, newer than this turnout reads"
    assert error.message == f"the state file {path} {newer}"
    assert error.help == f"upgrade turnout; this version reads format {FORMAT}"


def test_leads_given_before_format_3_are_counted_from_the_log(path: Path) -> None:
    routed(path, 60)
    before = logged(path)
    to_first_format(path)
    store = opened(path)
    with store.begin() as transaction:
        received = {who: transaction.given(who, 0, 1 << 60) for who in RECEIVERS}
        assert list(transaction.log()) == before
        assert transaction.earlier("any", "any", 0, 1 << 60, False) is None
    assert received == {
        "person ana": 30,
        "person ben": 20,
        "person cleo": 10,
        f"team {DREW_FROM}": 60,
        f"member {DREW_FROM} ana": 30,
    }
    store.close()
    assert version(path) == FORMAT


def test_a_log_that_can_not_be_read_is_not_brought_up_to_date(path: Path) -> None:
    in_sqlite(routed(path, 10), "UPDATE events SET detail = '{}' WHERE seq = 3")
    to_first_format(path)
    assert "is damaged" in refused(path).message
    assert version(path) == 1


def test_the_state_of_another_policy_is_refused(path: Path) -> None:
    routed(path, 10)
    with pytest.raises(StateError) as caught:
        open_sqlite(path, "outbound", [DREW_FROM])
    assert caught.value.message == f"{path} keeps the state of policy inbound, not of outbound"


def test_the_state_of_a_namesake_with_other_teams_is_refused(path: Path) -> None:
    routed(path, 10)
    with pytest.raises(StateError, match="teams that policy inbound doesn't have: dach-ae"):
        open_sqlite(path, POLICY, ["sales", "support"])


@pytest.mark.parametrize("teams", [[], [DREW_FROM, "new"]])
def test_a_policy_that_changed_its_teams_keeps_its_state(path: Path, teams: list[str]) -> None:
    routed(path, 10)
    with (
        closing(open_sqlite(path, POLICY, teams)) as store,
        store.begin() as transaction,
    ):
        assert transaction.turns(DREW_FROM) != LEVEL


def test_a_state_without_turns_takes_any_team(path: Path) -> None:
    opened(path).close()
    open_sqlite(path, POLICY, ["other"]).close()


def test_a_state_that_another_run_holds_is_told_after_the_wait(path: Path) -> None:
    first, second = opened(path), opened(path)
    with first.begin():
        for error in (refused(path), caught(lambda: route(second, range(1), 1))):
            assert error.message == f"another run is using the state file {path}"
    route(second, range(1), 1)
    assert len(logged(path)) == 1


def test_a_new_file_that_someone_else_reads_is_told_after_the_wait(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT * FROM sqlite_master").fetchall()
        assert refused(path).message == f"another run is using the state file {path}"
    assert len(logged(routed(path, 10))) == 10


def test_runs_that_start_together_on_a_new_file_wait_for_each_other(path: Path) -> None:
    runs = [routing(path, range(20), 7) for _ in range(5)]
    assert [run.wait(120) for run in runs] == [0] * 5
    assert [recorded.decision.lead for recorded in logged(path)] == list(map(str, range(20)))


def caught(call: Callable[[], object]) -> StateError:
    with pytest.raises(StateError) as raised:
        call()
    return raised.value


def test_a_run_waits_for_another_as_long_as_it_is_told_to(path: Path) -> None:
    opened(path).close()
    run = routing(path, range(2000), 2000)
    patient = opened(path, wait=60)
    for lead in range(5000, 5050):
        route(patient, range(lead, lead + 1), 1)
    assert run.wait(120) == 0
    assert len(logged(path)) == 2050


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """Yield a folder that another user could enter, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    folder.chmod(0o777)
    shutil.rmtree(folder)


@contextmanager
def as_nobody() -> Generator[None, None, None]:
    """Give up root's right to write everywhere, for the block."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_read_only_file_is_told(public_folder: Path) -> None:
    path = routed(public_folder / "leads.state", 10)
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    with as_nobody():
        assert refused(path).message == f"the state file {path} can't be written"
    assert len(logged(path)) == 10


@pytest.mark.parametrize("is_new", [True, False])
def test_a_read_only_folder_is_told(public_folder: Path, *, is_new: bool) -> None:
    path = public_folder / "leads.state"
    if not is_new:
        routed(path, 10).chmod(0o666)
    public_folder.chmod(0o555)
    with as_nobody():
        error = refused(path)
    assert error.message == f"the state file {path} can't be written"
    assert "folder must be writable" in error.help


def test_a_full_disk_is_told_and_the_batch_is_as_if_it_had_not_been(path: Path) -> None:
    connection = sqlite3.connect(routed(path, 100), isolation_level=None)
    store = SqliteStore(connection, path, StateNote(path))
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    error = caught(lambda: route(store, range(100, 2000), 1900))
    assert error.message == f"no space left to write the state file {path}"
    connection.execute(f"PRAGMA max_page_count = {1000 * pages}")
    route(store, range(2000), 500)
    store.close()
    whole = MemoryStore()
    route(whole, range(2000), 2000)
    with whole.begin() as transaction:
        assert logged(path) == list(transaction.log())


FILE_LIMIT = """
import resource, signal, sys
from tests.support.routing_loop import main
from turnout.runtime.stores import StateError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
try:
    main(*sys.argv[1:])
except StateError as error:
    print(error.message)
"""


def test_a_disk_that_takes_no_more_is_told_and_keeps_the_batches_that_ended(path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", FILE_LIMIT, str(path), "0", "5000", "50"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith(
        (
            f"no space left to write the state file {path}",
            f"the state file {path} can't be read or written: ",
        )
    )
    kept = [recorded.decision.lead for recorded in logged(path)]
    assert kept == [str(lead) for lead in range(len(kept))]
    assert len(kept) % 50 == 0
    assert 0 < len(kept) < 5000


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE decisions",
        "DROP TABLE turns",
        "DELETE FROM meta",
        "UPDATE events SET detail = '{}'",
        "UPDATE events SET detail = 'no JSON'",
        "UPDATE turns SET lag = '7'",
    ],
)
def test_a_state_that_lost_what_it_held_is_told(path: Path, statement: str) -> None:
    in_sqlite(routed(path, 10), statement)
    with pytest.raises(StateError) as error:
        route(opened(path), range(20), 20)
    assert error.value.message.startswith(f"the state file {path} is damaged: ")
    assert error.value.help == "restore it from a backup, or move it away to start level"


def test_a_state_overwritten_in_the_middle_is_told(path: Path) -> None:
    size = routed(path, 1000).stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    error = refused(path)
    assert error.message == f"the state file {path} is damaged: database disk image is malformed"


def test_a_state_cut_short_is_told(path: Path) -> None:
    size = routed(path, 1000).stat().st_size
    os.truncate(path, size // 2)
    assert refused(path).message.startswith(f"the state file {path} is damaged: ")


def test_ids_that_look_like_escaped_ones_are_kept_apart(path: Path) -> None:
    ids = ["\ud800", 'json:"\\ud800"', "json:", "json", "", "\0", "ä", "a\u0308"]
    with opened(path).begin() as transaction:
        for lead in ids:
            transaction.record(assigned(lead, "ana"), lead.encode("ascii", "replace").decode())
    assert [recorded.decision.lead for recorded in logged(path)] == ids
    with opened(path).begin() as transaction:
        for lead in ids:
            found = transaction.decided(ROUTE, lead)
            assert found is not None
            assert found.decision.lead == lead
