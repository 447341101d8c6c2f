"""A lead's life as it is told: offers, steps of an SLA, a claim, a backup, an erasure."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli

POLICY = """policy told
reject reasons [bad-fit]
lead { id: text required  country: country  owner: person  score: integer 0..100 }
calendar berlin { timezone "Europe/Berlin" open mon..fri 09:00-17:30 }
person ana { hours berlin away 2026-11-24 backup cleo }
person ben { hours berlin }
person cleo
team sales { ana, ben }
queue night by score until free
queue triage
log fields [country, owner, score]
route inbound {
  rule key { when owner is present to owner owner else queue triage }
  rule german {
    when country is DE
    to   round-robin sales
    else queue night
    offer 15 minutes
    sla  10 minutes from acceptance alert, 20 minutes reassign, 1 hour then queue triage
  }
  fallback to queue triage
}
"""
STATE = ("--state", "s.db")


def turnout(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output
    return result


def route(lead: str, at: str, **more: object) -> None:
    Path("lead.jsonl").write_text(json.dumps({"id": lead, "country": "DE", **more}))
    turnout("route", "told.route", "lead.jsonl", *STATE, "--at", f"2026-11-{at}", "-o", "d.jsonl")


def does(deed: str, lead: str, by: str, at: str, *more: str) -> None:
    turnout(deed, "told.route", lead, "--by", by, *STATE, "--at", f"2026-11-{at}", *more)


def sla(at: str) -> str:
    return turnout("sla", "told.route", *STATE, "--at", f"2026-11-{at}").output


@pytest.fixture(autouse=True)
def _lived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("told.route").write_text(POLICY)
    route("L-1", "23T09:00Z", score=50)
    does("accept", "L-1", "ana", "23T09:05Z")
    assert sla("23T09:16Z").startswith("lead L-1: alert, ana (round-robin sales) has it")
    sla("23T09:26Z")
    does("reject", "L-1", "ben", "23T09:30Z", "--reason", "bad fit")
    does("claim", "night", "cleo", "23T22:10Z")
    does("contacted", "L-1", "cleo", "23T22:20Z")
    route("L-2", "24T09:00Z", owner="ana")


def test_the_log_says_what_happened_in_words() -> None:
    assert turnout("log", "s.db").output.splitlines() == [
        "2026-11-23 09:00:00 UTC  L-1 routed to ana (round-robin sales) by rule german",
        "2026-11-23 09:00:00 UTC  L-1 offered to ana (round-robin sales) until 2026-11-23",
        "                             09:15:00 UTC",
        "2026-11-23 09:05:00 UTC  L-1 accepted by ana",
        "2026-11-23 09:16:00 UTC  L-1 alert, ana (round-robin sales) has it: sla missed",
        "2026-11-23 09:26:00 UTC  L-1 moved from ana (round-robin sales) to ben",
        "                             (round-robin sales): sla missed",
        "2026-11-23 09:26:00 UTC  L-1 offered to ben (round-robin sales) until 2026-11-23",
        "                             09:41:00 UTC",
        "2026-11-23 09:30:00 UTC  L-1 rejected by ben: bad-fit",
        "2026-11-23 09:30:00 UTC  L-1 moved from ben (round-robin sales) to queue night",
        "                             by ben: rejected",
        "2026-11-23 22:10:00 UTC  L-1 claimed from queue night by cleo",
        "2026-11-23 22:20:00 UTC  L-1 contacted by cleo",
        "2026-11-24 09:00:00 UTC  L-2 routed to cleo (owner owner) by rule key, backup of",
        "                             ana",
    ]


def test_an_explanation_says_what_is_next_and_who_was_left_out() -> None:
    lines = turnout("explain", "--id", "L-1", *STATE).output.splitlines()
    assert all(len(line) <= 80 for line in lines)
    said = {" ".join(line.split()) for line in lines}
    assert said >= {
        "due 2026-11-23 09:15:00 UTC",  # accepted
        "next 2026-11-23 09:25:00 UTC",  # told of
        "passed over round-robin sales: declined (ana missed-sla; ben declined)",
        "by claim from queue night",
        "due 2026-11-23 22:20:00 UTC",
    }
    recorded = [line for line in lines if line.lstrip().startswith("recorded")]
    assert len(recorded) == len([line for line in lines if line.startswith("2026")])


def test_a_replay_by_the_same_policy_finds_no_drift() -> None:
    found = json.loads(turnout("replay", "told.route", *STATE, "--format", "json").output)
    assert (found["routed"], found["same"], found["drifted"]) == (2, 2, [])


def test_what_is_told_follows_from_the_log_and_an_erasure_leaves_no_name() -> None:
    turnout("state", "rebuild", "s.db")
    turnout("state", "erase", "s.db", "L-1", "--by", "dpo", "--reason", "request 7")
    turnout("state", "check", "s.db")
    log = turnout("log", "s.db").output
    assert "L-1" not in log
    assert "bad-fit" not in log
    assert "erased by dpo: request 7" in " ".join(log.split())
    route("L-1", "25T09:00Z", score=50)
    assert json.loads(Path("d.jsonl").read_text())["repeated"]
