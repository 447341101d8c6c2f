"""`turnout state`: a state file looked through, and renamed in."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli

POLICY = """policy v1
lead { id: text }
person ana
team sales { ana }
route inbound { fallback to round-robin sales }
"""


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("v1.route").write_text(POLICY)
    Path("leads.csv").write_text("id\n1\n2\n")
    made = turnout("route", "v1.route", "leads.csv", "--state", "s.db", "-o", "d.csv")
    assert made.exit_code == 0
    return Path("s.db")


def test_a_renamed_policy_is_told_and_goes_on_after_the_command_that_is_named(state: Path) -> None:
    Path("v1.route").write_text(POLICY.replace("policy v1", "policy v2"))
    again = ("route", "v1.route", "leads.csv", "--state", str(state), "-o", "d.csv")
    refused = turnout(*again)
    assert refused.exit_code == 2
    assert "turnout state rename s.db policy v1 v2" in " ".join(refused.output.split())
    renamed = turnout("state", "rename", "s.db", "policy", "v1", "v2")
    assert (renamed.exit_code, renamed.output) == (0, "policy v1 is v2 now, on 2 leads of s.db\n")
    assert "2 leads routed before" in turnout(*again).output


def test_a_state_that_is_whole_says_so_and_a_damaged_one_ends_with_2(state: Path) -> None:
    whole = turnout("state", "check", "s.db")
    assert (whole.exit_code, whole.output) == (0, "s.db is whole: 2 leads of policy v1, 2 events\n")
    content = bytearray(state.read_bytes())
    at = content.rfind(b'"round-robin"')
    content[at + 1 : at + 6] = b"least"
    state.write_bytes(content)
    damaged = turnout("state", "check", "s.db")
    assert damaged.exit_code == 2
    assert "error: the state file s.db is damaged" in damaged.output


def test_a_state_that_is_not_as_its_log_says_is_made_so(state: Path) -> None:
    same = turnout("state", "rebuild", "s.db")
    assert (same.exit_code, same.output) == (0, "s.db is as its log says: 2 leads, 2 events\n")
    with closing(sqlite3.connect(state)) as connection:
        connection.execute("UPDATE decisions SET status = 'closed' WHERE lead = '2'")
        connection.commit()
    told = turnout("state", "rebuild", "s.db")
    line = "lead 2 of route inbound doesn't stand where its events say"
    assert (told.exit_code, told.output.splitlines()[0]) == (1, line)
    assert turnout("state", "check", "s.db").exit_code == 2
    written = turnout("state", "rebuild", "s.db", "--write")
    now = "s.db is as its log says now: 2 leads, 2 events"
    assert (written.exit_code, written.output.splitlines()) == (0, [line, now])
    assert turnout("state", "check", "s.db").exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("rebuild", "none.db"),
        ("check", "none.db"),
        ("check", "leads.csv"),
        ("rename", "none.db", "team", "a", "b"),
        ("rename", "s.db", "team", "a", "b"),
        ("rename", "s.db", "planet", "a", "b"),
        ("rename", "s.db", "team"),
    ],
)
def test_what_can_not_be_done_ends_with_2(state: Path, arguments: tuple[str, ...]) -> None:
    before = state.read_bytes()
    result = turnout("state", *arguments)
    assert result.exit_code == 2
    assert "Error" in result.output or "error:" in result.output
    assert state.read_bytes() == before
