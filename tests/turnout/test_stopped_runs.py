"""`turnout route` stopped from outside: no lead is lost, and none is decided twice.

Each run is a process of its own that really is killed, locked out, or short of disk; the
same command is then given again, as an operator would.
"""

import csv
import io
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.command_line import folder, surroundings

__all__ = ["folder"]  # the fixture, for this module's tests

LEADS = 1_200
ROUTE = (sys.executable, "-m", "turnout", "route", "inbound.route")
AT = ("--at", "2026-11-23T10:00")


@pytest.fixture(autouse=True)
def leads(folder: Path) -> str:
    """Return the leads, most of them for the round robin."""
    assert folder
    rows = (f"L{at},{'FR' if at % 7 == 0 else 'DE'},{5000 - at}\n" for at in range(LEADS))
    return "id,country,employees\n" + "".join(rows)


def started(*arguments: str, most_bytes: int | None = None) -> subprocess.Popen[str]:
    """Return a run that waits for its leads. most_bytes: that a file of it may hold."""

    def limited() -> None:
        if most_bytes is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*ROUTE, "-", *AT, *arguments],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
        preexec_fn=limited,  # noqa: PLW1509 - sets a limit, and takes no lock
        env=surroundings({}),
    )


def finished(leads: str, *arguments: str, most_bytes: int | None = None) -> tuple[int, str]:
    """Return the status and the words of a run."""
    with started(*arguments, most_bytes=most_bytes) as run:
        _, said = run.communicate(leads, timeout=60)
    assert "Traceback" not in said
    return run.returncode, said


def decisions(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file of decisions, without whether each was one of before."""
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    return [{name: value for name, value in row.items() if name != "repeated"} for row in rows]


def kept(state: Path) -> int:
    """Return how many decisions a state file holds, 0 before it is one."""
    if not state.exists():
        return 0
    with closing(sqlite3.connect(state)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM decisions").fetchone()[0])
        except sqlite3.OperationalError:  # its tables are still to come
            return 0


def test_a_run_killed_by_the_system_is_given_again_and_ends_as_if_it_had_not_been(
    folder: Path, leads: str
) -> None:
    assert finished(leads, "-o", "whole.csv", "--state", "whole.db")[0] == 0
    run = started("-o", "out.csv", "--state", "state.db")
    assert run.stdin is not None
    with run:
        run.stdin.write(leads[: len(leads) * 9 // 10])
        run.stdin.flush()
        end = time.monotonic() + 60
        while kept(folder / "state.db") == 0 and time.monotonic() < end:
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    assert 0 < kept(folder / "state.db") < LEADS
    assert not (folder / "out.csv").exists()  # half a file would look like a whole one
    status, said = finished(leads, "-o", "out.csv", "--state", "state.db")
    assert status == 0
    assert "routed before" in said
    assert decisions(folder / "out.csv") == decisions(folder / "whole.csv")


def test_a_run_without_disk_says_so_and_is_given_again(folder: Path, leads: str) -> None:
    assert finished(leads, "-o", "whole.csv", "--state", "whole.db")[0] == 0
    status, said = finished(leads, "-o", "out.csv", "--state", "state.db", most_bytes=400_000)
    assert status == 2
    assert "state.db" in said
    assert "help:" in said
    assert 0 < kept(folder / "state.db") < LEADS
    assert not (folder / "out.csv").exists()
    assert finished(leads, "-o", "out.csv", "--state", "state.db")[0] == 0
    assert decisions(folder / "out.csv") == decisions(folder / "whole.csv")


def test_decisions_that_do_not_fit_on_the_disk_are_no_file(folder: Path, leads: str) -> None:
    status, said = finished(leads, "-o", "out.csv", most_bytes=20_000)
    assert status == 2
    assert "out.csv: File too large" in said
    assert "help: free some space" in said
    assert [path.name for path in folder.iterdir() if path.name.startswith((".", "out"))] == []


def test_a_state_that_another_program_holds_is_waited_for_and_then_told(
    folder: Path, leads: str
) -> None:
    assert finished(leads, "-o", "out.csv", "--state", "state.db")[0] == 0
    before = kept(folder / "state.db")
    with closing(sqlite3.connect(folder / "state.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        status, said = finished(leads, "-o", "again.csv", "--state", "state.db")
        other.execute("ROLLBACK")
    assert status == 2
    assert "another run is using the state file state.db" in said
    assert not (folder / "again.csv").exists()
    assert kept(folder / "state.db") == before


def test_two_runs_that_share_a_state_decide_each_lead_once(folder: Path, leads: str) -> None:
    runs = [started("-o", f"{name}.csv", "--state", "state.db") for name in ("one", "two")]
    for run in runs:
        assert run.stdin is not None
        run.stdin.write(leads)
        run.stdin.close()
        run.stdin = None  # as `communicate` wants it
    for run in runs:
        assert "Traceback" not in run.communicate(timeout=60)[1]
    assert [run.returncode for run in runs] == [0, 0]
    assert decisions(folder / "one.csv") == decisions(folder / "two.csv")
    assert kept(folder / "state.db") == LEADS


def hidden(folder: Path) -> list[Path]:
    return sorted(folder.glob(".out.csv.*"))


def test_what_a_killed_run_left_is_swept_by_the_next_one_and_a_running_one_s_is_not(
    folder: Path, leads: str
) -> None:
    runs = [started("-o", "out.csv", "--state", f"{name}.db") for name in ("killed", "goes-on")]
    for run in runs:
        assert run.stdin is not None
        run.stdin.write(leads[: len(leads) * 9 // 10])
        run.stdin.flush()
    end = time.monotonic() + 60
    while len(hidden(folder)) < len(runs) and time.monotonic() < end:
        time.sleep(0.02)
    runs[0].send_signal(signal.SIGKILL)
    runs[0].communicate()
    assert len(hidden(folder)) == 2
    for part in hidden(folder):
        os.utime(part, (0, 0))
    assert finished(leads, "-o", "out.csv")[0] == 0
    assert len(hidden(folder)) == 1
    assert runs[1].stdin is not None
    runs[1].stdin.write(leads[len(leads) * 9 // 10 :])
    runs[1].communicate(timeout=60)
    assert (runs[1].returncode, hidden(folder)) == (0, [])
    assert len(decisions(folder / "out.csv")) == LEADS


def test_a_file_that_was_just_made_is_not_swept(folder: Path, leads: str) -> None:
    for name in (".out.csv.1-aa.part", ".other.csv.1-aa.part", ".out.csv.part"):
        (folder / name).touch()
        os.utime(folder / name, (0, 0))
    (folder / ".out.csv.2-aa.part").touch()
    assert finished(leads, "-o", "out.csv")[0] == 0
    left = sorted(path.name for path in folder.glob(".*.part"))
    assert left == [".other.csv.1-aa.part", ".out.csv.2-aa.part", ".out.csv.part"]
