"""`turnout route` in two processes: the bytes of one, and an end of both whatever ends one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

import pytest
from click.testing import CliRunner

from tests.support.policies import resolved
from turnout.cli import cli
from turnout.commands import flow
from turnout.compiler.plan.making import plan_of
from turnout.compiler.program import lower
from turnout.dsl.values.reading import Issue
from turnout.rendering.decision_chunks import ChunkLines
from turnout.rendering.decisions import DECISION_FORMATS
from turnout.runtime.columns import reading_apart
from turnout.runtime.columns.routing import ColumnRouter
from turnout.runtime.columns.workers import WorkersError
from turnout.runtime.records import LeadsError, Record
from turnout.runtime.records.rows import broken

INBOUND = Path(__file__).parents[2] / "examples" / "saas-inbound"
AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
T = TypeVar("T")
SOON = 60.0  # seconds, on a busy machine

POLICY = """
lead { id: text  country: country  owner: person }
person ana { cap 2 per day }
person bob
team all { ana, bob }
queue triage
route inbound {
  rule owned { when owner is present to owner owner else round-robin all }
  rule home { when country is DE to least-loaded all else queue triage }
  fallback to round-robin all
}
"""
RECORDS = [
    Record(1, {"id": "1", "country": "DE", "owner": ""}),
    Record(2, {"id": "2", "country": "Germany", "owner": "ana"}),
    Record(3, {"id": "1", "country": "de", "owner": ""}),
    broken(4, 'a,"b', "a quote that is not closed"),
    Record(5, {"id": "", "country": "Atlantis", "owner": "bob"}),
    Record(6, {"id": "2", "country": "FR", "owner": "ana"}),
    Record(7, {"id": "", "country": "Atlantis", "owner": "bob"}),
    Record(8, {"id": "8", "country": ""}, None, (Issue("", "", "1 cell fewer"),)),
    Record(9, ["no lead"]),
]


def lines(records: Iterator[Record], size: int, *, apart: bool) -> Iterator[str]:
    policy = resolved(POLICY)
    router = ColumnRouter(policy, plan_of(lower(policy), "inbound"), size, apart=apart)
    layout = ChunkLines(DECISION_FORMATS["jsonl"])
    for chunk in router.route(records, lambda: AT):
        yield from layout.lines(chunk)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_two_processes_give_the_bytes_of_one(size: int) -> None:
    found = [*lines(iter(RECORDS), size, apart=True)]
    assert found == [*lines(iter(RECORDS), size, apart=False)]
    assert sum('"repeated": true' in line for line in found) == 2


def test_an_error_of_the_file_comes_behind_the_leads_before_it() -> None:
    def breaking() -> Iterator[Record]:
        yield from RECORDS[:3]
        raise LeadsError("it breaks off")

    found: list[str] = []
    with pytest.raises(LeadsError, match="it breaks off"):
        found.extend(lines(breaking(), 2, apart=True))
    assert found == [*lines(iter(RECORDS[:3]), 2, apart=False)]


def test_an_example_comes_to_what_is_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "LARGE", 0)
    monkeypatch.setattr(flow, "LARGE_FOR_TWO", 0)
    monkeypatch.setattr(flow, "cores", lambda: 2)
    out = tmp_path / "out.csv"
    command = ["route", str(INBOUND / "inbound.route"), str(INBOUND / "leads.csv"), "-o", str(out)]
    told = CliRunner().invoke(cli, [*command, "--at", AT.isoformat()])
    assert told.exit_code == 0, told.output
    assert out.read_bytes() == (INBOUND / "expected.csv").read_bytes()


def test_a_process_that_is_ended_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_apart, "_read", _ended)
    with pytest.raises(WorkersError, match="was ended by something else"):
        list(lines(iter(RECORDS), 2, apart=True))


def _ended(_part: object) -> None:
    os._exit(9)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="processes are looked up in /proc")
@pytest.mark.parametrize("ended", ["both by Ctrl-C", "the reading one", "the writing one"])
def test_whatever_ends_one_process_ends_both_and_leaves_no_file(ended: str, tmp_path: Path) -> None:
    leads, out = tmp_path / "leads.csv", tmp_path / "out.csv"
    header, _, rows = (INBOUND / "leads.csv").read_text("utf-8").partition("\n")
    leads.write_text(header + "\n" + rows * (2 * flow.LARGE_FOR_TWO // len(rows)), "utf-8")
    script = "from turnout.commands import flow; flow.cores = lambda: 2; import turnout.cli as c"
    command = ["route", str(INBOUND / "inbound.route"), str(leads), "-o", str(out)]
    writing = subprocess.Popen(
        [sys.executable, "-c", f"{script}; c.cli({command})"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    (reading,) = awaited(lambda: children(writing.pid, "spawn_main"))
    if ended == "both by Ctrl-C":
        os.killpg(writing.pid, signal.SIGINT)
    else:
        os.kill(reading if ended == "the reading one" else writing.pid, signal.SIGKILL)
    _, said = writing.communicate(timeout=SOON)
    status, message = {
        "both by Ctrl-C": (130, "interrupted\n"),
        "the reading one": (2, "was ended by something else"),
        "the writing one": (-signal.SIGKILL, ""),
    }[ended]
    assert writing.returncode == status
    assert message in said
    assert ended == "the writing one" or "Traceback" not in said
    assert awaited(lambda: not Path(f"/proc/{reading}").exists())
    assert not out.exists()


def awaited(find: Callable[[], T]) -> T:
    """Return what is found, as soon as there is something."""
    until = monotonic() + SOON
    while not (found := find()):
        assert monotonic() < until, "it has to come soon"
        sleep(0.02)
    return found


def children(of: int, named: str) -> list[int]:
    """Return the processes that a process began, and whose command names something."""
    found = Path(f"/proc/{of}/task/{of}/children").read_text("ascii").split()
    return [
        int(each) for each in found if named in Path(f"/proc/{each}/cmdline").read_bytes().decode()
    ]
