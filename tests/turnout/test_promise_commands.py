"""`turnout owners`, `escalate`, `touch` and `reroute` as their users meet them."""

import json
import sqlite3
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.commands import reroute
from turnout.runtime.loading import load

POLICY = """\
include "people.route"
lead { id: text required  country: country }
territory DACH = country in [DE, AT, CH] owned by "@acme/dach"
route inbound owned by revops {
  rule dach {
    when DACH
    to   round-robin sales
    sla  10 minutes, then queue managers
  }
  fallback to queue triage
}
"""
PEOPLE = """\
person ana
person ben
team sales owned by "Sales Lead" { ana, ben }
queue triage
queue managers
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "inbound.route").write_text(POLICY)
    (tmp_path / "people.route").write_text(PEOPLE)
    (tmp_path / "leads.csv").write_text("id,country\n1,DE\n2,AT\n3,US\n")
    return tmp_path


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def routed() -> None:
    done = turnout(
        "route", "inbound.route", "leads.csv", "--state", "state.db", "--at", "2026-11-23T09:00Z"
    )
    assert done.exit_code == 0


def escalated(minute: int, *more: str) -> Result:
    at = f"2026-11-23T09:{minute:02}Z"
    return turnout("sla", "inbound.route", "--state", "state.db", "--at", at, *more)


def test_owners_are_listed_with_what_they_answer_for_and_where(folder: Path) -> None:
    assert folder.is_dir()
    result = turnout("owners", "inbound.route")
    assert result.exit_code == 0
    assert click.unstyle(result.stdout) == (
        "@acme/dach\n"
        "  territory DACH          inbound.route:3\n"
        "Sales Lead\n"
        "  team sales              people.route:3\n"
        "revops\n"
        "  route inbound           inbound.route:4\n"
        "  rule dach               inbound.route:5\n"
        "  fallback route inbound  inbound.route:10\n"
        "nobody\n"
        "  queue triage            people.route:4\n"
        "  queue managers          people.route:5\n"
    )


def test_owners_as_data_name_file_and_line(folder: Path) -> None:
    assert folder.is_dir()
    data = json.loads(turnout("owners", "inbound.route", "--format", "json").stdout)
    assert (data["format"], data["version"]) == ("turnout-owners", 1)
    assert data["parts"][1] == {
        "kind": "team",
        "name": "sales",
        "owner": "Sales Lead",
        "file": "people.route",
        "line": 3,
    }


def test_a_file_belongs_to_all_who_own_a_part_of_it(folder: Path) -> None:
    (folder / "people.route").write_text(PEOPLE + "# nothing more\n")
    result = turnout("owners", "inbound.route", "--format", "codeowners", "--prefix", "@acme/")
    assert result.stdout.splitlines() == [
        "/inbound.route @acme/dach @acme/revops",
        "/people.route @acme/Sales-Lead",
    ]


def test_stewards_of_a_policy_with_errors_shows_the_errors(folder: Path) -> None:
    (folder / "people.route").write_text(PEOPLE.replace("owned by", "owned bye"))
    result = turnout("owners", "inbound.route")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "syntax-error" in result.stderr


def test_overdue_leads_move_and_are_listed(folder: Path) -> None:
    assert folder.is_dir()
    routed()
    assert turnout("touch", "inbound.route", "2", "--state", "state.db").stdout == (
        "touched 1 lead\n"
    )
    assert escalated(9).stdout == "no lead is overdue\n"
    result = escalated(10)
    assert click.unstyle(result.stdout) == (
        "lead 1: ana (round-robin sales) → queue managers\nmoved 1 lead\n"
    )
    assert escalated(10).stdout == "no lead is overdue\n"


def test_moves_as_data_name_both_holders(folder: Path) -> None:
    assert folder.is_dir()
    routed()
    data = json.loads(escalated(10, "--format", "json").stdout)
    assert (data["format"], data["version"]) == ("turnout-moves", 1)
    assert [(move["lead"], move["hop"]) for move in data["moves"]] == [("1", 1), ("2", 1)]
    assert data["moves"][1]["before"] == {
        "kind": "round-robin",
        "target": "sales",
        "assignee": "ben",
    }


def test_touching_an_unknown_lead_is_said_and_the_others_are_touched(folder: Path) -> None:
    assert folder.is_dir()
    routed()
    result = turnout("touch", "inbound.route", "1", "L\x1b[2J", "--state", "state.db")
    assert (result.exit_code, result.stdout) == (2, "touched 1 lead\n")
    assert "never routed by inbound: L\\x1b[2J" in click.unstyle(result.stderr)
    assert "moved 1 lead" in escalated(10).stdout


@pytest.mark.parametrize(
    "command",
    [
        ["sla", "inbound.route"],
        ["touch", "inbound.route", "1"],
        ["reroute", "inbound.route", "leads.csv", "--all", "--reason", "test"],
    ],
)
def test_a_state_that_is_none_cannot_be_used(folder: Path, command: list[str]) -> None:
    missing = turnout(*command, "--state", "nothing.db")
    assert (missing.exit_code, "does not exist" in missing.stderr) == (2, True)
    (folder / "text.db").write_text("hello, this is no database at all")
    broken = turnout(*command, "--state", "text.db")
    assert broken.exit_code == 2
    assert "text.db" in broken.stderr
    assert (folder / "text.db").read_text() == "hello, this is no database at all"


def test_a_route_that_is_not_there_cannot_be_escalated(folder: Path) -> None:
    assert folder.is_dir()
    routed()
    result = escalated(10, "--route", "inbond")
    assert (result.exit_code, "did you mean inbound?" in result.stderr) == (2, True)


def rerouted(leads: str, *more: str, reason: str = "ana left") -> Result:
    at = ("--at", "2026-11-23T09:05Z")
    return turnout(
        "reroute", "inbound.route", leads, "--state", "state.db", "--reason", reason, *at, *more
    )


def logged() -> list[tuple[str, str, str]]:
    """Return the log of moves: lead, reason, and who has it."""
    with load("inbound.route", state="state.db") as router:
        return [(move.lead, move.reason, move.after.name) for move in router.moves()]


def test_leads_are_decided_anew_as_they_now_are_and_the_log_says_why(folder: Path) -> None:
    routed()
    (folder / "people.route").write_text(PEOPLE.replace("{ ana, ben }", "{ ben }"))
    (folder / "leads.csv").write_text("id,country\n1,DE\n2,AT\n3,CH\n")
    result = rerouted("leads.csv", "--id", "1", "--id", "3", reason=" ana left ")
    assert result.exit_code == 0
    assert click.unstyle(result.stdout) == (
        "lead 1: ana (round-robin sales) → ben (round-robin sales)\n"
        "lead 3: queue triage → ben (round-robin sales)\n"
        "routed 2 leads anew, 2 of them to somebody else\n"
    )
    assert logged() == [("1", "ana left", "person ben"), ("3", "ana left", "person ben")]
    assert turnout("route", "inbound.route", "leads.csv", "--state", "state.db").exit_code == 0
    assert len(logged()) == 2


def test_a_lead_may_stay_and_of_two_rows_with_one_id_the_first_counts(folder: Path) -> None:
    routed()
    (folder / "leads.csv").write_text("id,country\n3,US\n3,DE\n1,DE\n")
    result = rerouted("leads.csv", "--all")
    assert click.unstyle(result.stdout) == (
        "lead 3: stays with queue triage\n"
        "lead 1: stays with ana (round-robin sales)\n"
        "routed 2 leads anew, 0 of them to somebody else\n"
    )


def test_a_touched_lead_that_is_decided_anew_is_watched_again(folder: Path) -> None:
    assert folder.is_dir()
    routed()
    turnout("touch", "inbound.route", "1", "2", "--state", "state.db")
    assert rerouted('{"id": "1", "country": "DE"}').exit_code == 0
    assert escalated(14).stdout == "no lead is overdue\n"
    assert "moved 1 lead\n" in escalated(15).stdout


def test_decisions_made_anew_as_data_are_moves(folder: Path) -> None:
    assert folder.is_dir()
    routed()
    data = json.loads(rerouted("leads.csv", "--id", "2", "--format", "json").stdout)
    assert (data["format"], data["version"]) == ("turnout-moves", 1)
    (move,) = data["moves"]
    assert (move["lead"], move["reason"], move["hop"]) == ("2", "ana left", 0)
    assert move["at"] == "2026-11-23T09:05:00+00:00"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("leads.csv",), "there are several leads"),
        (("leads.csv", "--id", "1", "--all"), "exclude each other"),
        (("leads.csv", "--id", "1", "--id", "9\x1b[2J"), "there is no lead 9\\x1b[2J"),
        (("later.csv", "--all"), "never routed by inbound: 4, 5"),
        (("later.csv", "--id", "4"), "never routed by inbound: 4"),
        (('{"id": "1"',), "the lead is not JSON"),
        (('{"a":' * 100_000,), "the lead is not JSON"),
        (("nowhere.csv",), "nowhere.csv"),
        (("empty.jsonl",), "there is no lead"),
        (("broken.jsonl",), "never routed by inbound: row 1"),
        (("leads.csv", "--id", "1", "--route", "inbond"), "did you mean inbound?"),
        (("leads.csv", "--id", "1", "--at", "noon"), "is not a time"),
    ],
)
def test_what_cannot_be_decided_anew_moves_nothing(
    folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    routed()
    (folder / "later.csv").write_text("id,country\n1,AT\n4,DE\n2,CH\n5,DE\n")
    (folder / "empty.jsonl").write_text("")
    (folder / "broken.jsonl").write_text("[1,\n")
    result = rerouted(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in " ".join(click.unstyle(result.stderr).split())
    assert "Traceback" not in result.stderr
    assert logged() == []


def test_a_file_of_more_leads_than_one_transaction_holds_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert folder.is_dir()
    routed()
    monkeypatch.setattr(reroute, "MOST_LEADS", 2)
    result = rerouted("leads.csv", "--all")
    assert (result.exit_code, "more than 2 leads" in result.stderr) == (2, True)
    assert logged() == []
    assert rerouted("leads.csv", "--id", "3").exit_code == 0, "a named one is found nonetheless"


@pytest.mark.parametrize("reason", ["", "  ", "a" * 501])
def test_the_log_needs_a_reason_of_a_bearable_length(folder: Path, reason: str) -> None:
    assert folder.is_dir()
    routed()
    assert rerouted("leads.csv", "--all", reason=reason).exit_code == 2
    assert logged() == []


def test_a_state_that_another_run_holds_is_waited_for_and_then_said(folder: Path) -> None:
    routed()
    with sqlite3.connect(folder / "state.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        result = rerouted("leads.csv", "--all")
        other.execute("ROLLBACK")
    other.close()
    assert (result.exit_code, result.stdout) == (2, "")
    assert "state.db" in result.stderr
    assert logged() == []


def test_a_mistaken_guarantee_is_found_by_check(folder: Path) -> None:
    (folder / "inbound.route").write_text(
        f"{POLICY}guarantee fast {{ when country is DE sla at most 5 minutes }}\n"
    )
    result = turnout("check", "inbound.route")
    assert result.exit_code == 1
    assert (
        click.unstyle(result.stdout)
        == """\
error[refuted-guarantee]: guarantee `fast` does not hold: some lead has no
    SLA of at most 5 minutes
  --> inbound.route:12:37
   |
12 | guarantee fast { when country is DE sla at most 5 minutes }
   |                                     ^^^^^^^^^^^^^^^^^^^^^ broken
   |
 5 |   rule dach {
   |        ---- takes such a lead
 8 |     sla  10 minutes, then queue managers
   |     ------------------------------------ allows 10 minutes
   = witness: id a, country DE (rule `dach` takes it; the SLA allows 10 minutes)
   = help: give the rule a shorter `sla`, or narrow the `when`

1 error in 2 files
"""
    )
