"""`turnout log`, `explain --id`, `touch`, `close` and `converted`, as their users meet them."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli

POLICY = """policy inbound
lead { id: text, plan: one of [free, pro], size: number }
person ana
person ben
person cleo { away 2026-11-23 }
team sales { ana weight 2, ben }
queue triage
route inbound {
  rule pro {
    when plan is pro
    to   person cleo
    else round-robin sales
    sla  1 hour wall, then round-robin sales
  }
  fallback to queue triage
}
"""
LEADS = "id,plan,size\nL-1,pro,12\nL-2,free,about 5\nL-3,pro,7\n"
AT = ("--at", "2026-11-23T10:00Z")
LATER = ("--at", "2026-11-23T11:01Z")
STATE = ("--state", "s.db")
ANA, BEN = "ana (round-robin sales)", "ben (round-robin sales)"


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.fixture(autouse=True)
def _routed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    Path("in.route").write_text(POLICY)
    Path("leads.csv").write_text(LEADS)
    assert turnout("route", "in.route", "leads.csv", *STATE, *AT, "-o", "d.csv").exit_code == 0
    assert turnout("sla", "in.route", *STATE, *LATER).exit_code == 0


def said(*arguments: str) -> list[str]:
    result = turnout("log", "s.db", *arguments)
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


def test_the_log_is_told_line_by_line() -> None:
    assert said() == [
        "2026-11-23 10:00:00 UTC  L-1 routed to ana (round-robin sales) by rule pro",
        "2026-11-23 10:00:00 UTC  L-2 routed to queue triage by fallback of route inbound",
        "2026-11-23 10:00:00 UTC  L-3 routed to ben (round-robin sales) by rule pro",
        f"2026-11-23 11:01:00 UTC  L-1 moved from {ANA} to {BEN}: sla missed",
        f"2026-11-23 11:01:00 UTC  L-3 moved from {BEN} to {ANA}: sla missed",
    ]


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        (("--lead", "L-1"), [1, 4]),
        (("--lead", "L-1", "--after", "1"), [4]),
        (("--lead", "L-1", "--event", "routed"), [1]),
        (("--person", "ben"), [3, 4, 5]),
        (("--rule", "pro", "--until", "2026-11-23T11:00Z"), [1, 3]),
        (("--since", "2026-11-23T12:01+01:00"), [4, 5]),
        (("--route", "other"), []),
        (("--after", "3"), [4, 5]),
    ],
)
def test_events_are_found_by_what_they_are_about(
    asked: tuple[str, ...], numbers: list[int]
) -> None:
    lines = said("--format", "jsonl", *asked)
    assert [json.loads(line)["number"] for line in lines] == numbers


def test_a_sheet_of_the_log_has_a_column_for_each_thing() -> None:
    assert said("--format", "csv", "-o", "log.csv") == []
    rows = list(csv.DictReader(io.StringIO(Path("log.csv").read_text("utf-8"))))
    assert [row["event"] for row in rows] == ["routed"] * 3 + ["moved"] * 2
    first, second, moved = rows[0], rows[1], rows[3]
    assert (first["passed_over"], first["due"]) == (
        "person cleo: away",
        "2026-11-23T11:00:00+00:00",
    )
    assert (first["team"], first["entitled_before"], first["entitled_after"]) == (
        "sales",
        "0.0",
        "-0.333333",
    )
    assert (second["kind"], second["target"], second["issues"]) == (
        "queue",
        "triage",
        "size: not a number",
    )
    assert (moved["before"], moved["assignee"], moved["hop"]) == (
        "ana (round-robin sales)",
        "ben",
        "1",
    )
    assert len({row["policy"] for row in rows}) == 1
    assert len(first["policy"]) == 64


def test_who_closed_and_touched_a_lead_and_why_is_logged() -> None:
    signed = ("--by", "eva", "--reason", "called back", "--at", "2026-11-23T12:00Z")
    assert turnout("touch", "in.route", "L-1", *STATE, *signed).output == "touched 1 lead\n"
    won = turnout("converted", "in.route", "L-1", *STATE, *signed)
    assert (won.exit_code, won.output) == (0, "converted 1 lead\n")
    both = turnout("close", "in.route", "L-1", "L-2", "L-2", *STATE, *signed)
    assert (both.exit_code, both.output) == (0, "closed 1 lead, 1 closed before\n")
    assert said("--person", "eva") == [
        "2026-11-23 12:00:00 UTC  L-1 contacted by eva: called back",
        "2026-11-23 12:00:00 UTC  L-1 converted by eva: called back",
        "2026-11-23 12:00:00 UTC  L-2 closed by eva: called back",
    ]
    assert turnout("state", "check", "s.db").output.endswith(
        "3 leads of policy inbound, 8 events\n"
    )


def test_a_lead_that_was_never_routed_is_told_and_the_others_are_closed() -> None:
    result = turnout("close", "in.route", "l-1", "L-2", *STATE)
    assert result.exit_code == 2
    assert "closed 1 lead" in result.output
    assert "never routed by inbound: l-1" in result.output


@pytest.mark.parametrize("option", ["--by", "--reason"])
@pytest.mark.parametrize("text", ["x" * 501, "\udce4"])
def test_what_the_log_can_not_keep_is_refused(option: str, text: str) -> None:
    before = said()
    assert turnout("touch", "in.route", "L-1", *STATE, option, text).exit_code == 2
    assert said() == before


def test_what_happened_to_a_lead_is_explained_without_the_lead() -> None:
    result = turnout("explain", "in.route", "--id", "L-1", *STATE)
    assert result.exit_code == 0
    lines = [line for line in result.output.splitlines() if "recorded" not in line]
    lines = [line for line in lines if "policy" not in line]
    assert lines == [
        "2026-11-23 10:00:00 UTC  routed to ana (round-robin sales) by rule pro",
        "  passed over  person cleo: away",
        "  due          2026-11-23 11:00:00 UTC",
        "  entitled     ana in team sales: 0 before, -1/3 after, drawn from 2 of 2",
        "",
        f"2026-11-23 11:01:00 UTC  moved from {ANA} to {BEN}: sla missed",
        "  by        sla of rule pro",
        "  due       2026-11-23 12:01:00 UTC",
        "  entitled  ben in team sales: -1/3 before, -1/3 after, drawn from 1 of 2",
    ]
    found = json.loads(
        turnout("explain", "in.route", "--id", "L-1", *STATE, "--format", "json").output
    )
    assert [event["event"] for event in found] == ["routed", "moved"]


def test_what_happened_is_explained_without_the_policy() -> None:
    with_policy = turnout("explain", "in.route", "--id", "L-1", *STATE)
    without = turnout("explain", "--id", "L-1", *STATE)
    assert without.exit_code == 0
    assert without.output == with_policy.output
    assert turnout("explain", "--id", "L-1", *STATE, "--route", "none").exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain",),
        ("explain", "--id", "L-1"),
        ("explain", *STATE),
        ("explain", "in.route"),
        ("explain", "in.route", "--id", "L-1"),
        ("explain", "in.route", "--id", "L-9", *STATE),
        ("log", "s.db", "--lead", "L-9"),
        ("log", "none.db"),
        ("log", "leads.csv"),
        ("log", "s.db", "--since", "yesterday"),
        ("log", "s.db", "--after", "-1"),
        ("log", "s.db", "--event", "lost"),
    ],
)
def test_what_can_not_be_told_ends_with_2(arguments: tuple[str, ...]) -> None:
    result = turnout(*arguments)
    assert result.exit_code == 2
    assert "error" in result.output.lower()


def test_a_name_that_no_text_has_finds_nothing() -> None:
    assert said("--person", "\udce4") == said("--rule", "\udce4") == []


def test_a_log_is_read_while_somebody_writes() -> None:
    with closing(sqlite3.connect("s.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert len(said("--wait", "0")) == 5
