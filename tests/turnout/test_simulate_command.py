"""`turnout simulate`: what would happen to a file of leads, and nothing that did."""

import json
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from turnout import load, records
from turnout.cli import cli
from turnout.trials.simulation import clause_of

POLICY = """policy inbound
lead {
  id: text
  plan: one of [free, pro]
  size: number
  came: date
  owner: person missing when ["nobody yet"]
}
person ana {
  email "ana@firm.example"
  cap 1 per day
}
person ben
person cleo
team sales { ben weight 2, cleo }
queue triage
route inbound {
  rule big {
    when size >= 100
    to   person ana
  }
  rule pro {
    when plan is pro
    to   round-robin sales
  }
  rule free {
    when plan is free
    to   queue triage
  }
  rule odd {
    when size is 7
    to   queue triage
  }
  fallback to queue triage
}
"""
LEADS = """id,plan,size,came,owner
L-1,pro,12,2026-11-23T10:00Z,ben
L-2,pro,13,2026-11-23T10:05Z,cleo
L-3,pro,200,2026-11-24T09:00Z,ANA@firm.example
L-4,free,about 5,2026-11-23T10:06Z,Triage
L-5,pro,500,2026-11-23T09:00Z,ben
L-6,,,2026-11-23T12:00Z,nobody yet
L-1,pro,12,2026-11-23T10:00Z,ben
L-7,pro,14,,Dora Poe
"""
AT = ("--at", "2026-11-23T10:00Z")


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["simulate", *arguments])


def simulation(*arguments: str) -> dict[str, Any]:
    result = turnout("in.route", "leads.csv", *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("in.route").write_text(POLICY)
    Path("leads.csv").write_text(LEADS)


def test_it_counts_what_routing_decides() -> None:
    found = simulation(*AT)
    with (
        load("in.route") as router,
        records("leads.csv", None, router.compiled.policy.fields) as rows,
    ):
        decisions = [each for each in router.route_all(rows) if not each.repeated]
    rules = Counter(map(clause_of, decisions))
    people = Counter(each.assignee for each in decisions if each.assignee)
    assert {each["clause"]: each["leads"] for each in found["rules"] if each["leads"]} == rules
    assert {each["person"]: each["leads"] for each in found["people"]} == people
    assert (found["leads"], found["repeated"]) == (8, 1)
    assert sum(each["leads"] for each in found["targets"]) == 7


def test_clauses_stand_in_the_order_of_the_route_with_those_that_take_nothing() -> None:
    found = simulation(*AT)
    assert [(each["clause"], each["leads"]) for each in found["rules"]] == [
        ("rule big", 2),
        ("rule pro", 3),
        ("rule free", 1),
        ("rule odd", 0),
        ("fallback of route inbound", 1),
    ]
    assert "no lead: rule odd" in turnout("in.route", "leads.csv", *AT).output


def test_leads_that_arrive_on_their_own_day_meet_the_caps_of_that_day() -> None:
    together = simulation(*AT)
    apart = simulation("--arrived", "came")
    fall = {
        "to": "fallback of route inbound",
        "rule": "big",
        "is_unfit": False,
        "passed_over": [{"target": "person ana", "reason": "at-cap"}],
        "leads": 1,
    }
    assert fall in together["falls"]
    assert all(each["rule"] is None for each in apart["falls"])
    assert (apart["first"], apart["last"]) == (
        "2026-11-23T09:00:00+00:00",
        "2026-11-24T09:00:00+00:00",
    )
    assert apart["remarks"][-1] == "1 lead without a moment in came, taken with the one before"


def test_turns_are_told_beside_what_weights_say() -> None:
    (turns,) = simulation(*AT)["turns"]
    assert turns["team"] == "sales"
    assert turns["members"] == [
        {"person": "ben", "leads": 2, "share": 2.0},
        {"person": "cleo", "leads": 1, "share": 1.0},
    ]
    assert 0 < turns["furthest"] < 1


def test_leads_without_what_is_required_are_told_from_those_that_no_rule_takes() -> None:
    whole = re.sub(r"(?s)  rule odd .*?  }\n", "", POLICY).replace(
        "[free, pro]", "[free, pro] required"
    )
    Path("in.route").write_text(whole)
    falls = simulation(*AT)["falls"]
    assert {(each["is_unfit"], each["rule"]) for each in falls} == {(True, None), (False, "big")}


def test_what_could_not_be_read_is_counted_by_field_with_an_example() -> None:
    issues = {each["field"]: each for each in simulation(*AT)["issues"]}
    (reason,) = issues["size"]["reasons"]
    assert (issues["size"]["leads"], reason["leads"], reason["example"]) == (1, 1, "about 5")


def test_owners_of_the_same_team_might_as_well_have_got_the_lead() -> None:
    found = simulation("--arrived", "came", "--owner-column", "Owner")["owners"]
    rows = {each.pop("clause"): each for each in found["clauses"]}
    # ana has L-3; L-5 would go to her and not to ben. Of the team's leads any member's is as good.
    assert rows["rule big"] == {"same": 1, "team": 0, "other": 1, "nobody": 0, "unknown": 0}
    assert rows["rule pro"]["same"] + rows["rule pro"]["team"] == 2
    assert rows["rule pro"]["unknown"] == 1
    assert rows["rule free"] == {"same": 1, "team": 0, "other": 0, "nobody": 0, "unknown": 0}
    assert rows["fallback of route inbound"]["nobody"] == 1
    assert found["pairs"] == [{"owner": "ben", "target": "person ana", "leads": 1}]
    assert found["unknown"] == [{"owner": "Dora Poe", "leads": 1}]


def test_another_policy_is_compared_lead_by_lead() -> None:
    changed = POLICY.replace("when size >= 100", "when size >= 300").replace(
        "rule free", "rule gratis"
    )
    Path("old.route").write_text(changed)
    found = simulation("--arrived", "came", "--against", "old.route")["against"]
    assert found["policy"] == "old.route"
    assert found["moved"] == 1
    (move,) = found["moves"]
    assert (move["old_target"], move["target"]) == ("round-robin sales", "person ana")
    assert found["another_rule"] == 1
    assert found["moved"] + found["another_rule"] + found["another_person"] + found["same"] == 7
    said = turnout("in.route", "leads.csv", "--arrived", "came", "--against", "old.route").output
    assert "1 lead would go elsewhere than by old.route" in said


def test_a_state_is_begun_with_and_stays_as_it_is() -> None:
    run = CliRunner().invoke(cli, ["route", "in.route", "leads.csv", "--state", "s.db", *AT])
    assert run.exit_code == 0
    before = sha256(Path("s.db").read_bytes()).digest()
    Path("more.csv").write_text("id,plan\nM-1,pro\nM-2,pro\nM-3,pro\n")
    said = turnout("in.route", "more.csv", *AT, "--state", "s.db", "--format", "json")
    (turns,) = json.loads(said.output)["turns"]
    assert [each["leads"] for each in turns["members"]] == [2, 1]
    assert [each["share"] for each in turns["members"]] == [2.0, 1.0]
    again = turnout("in.route", "leads.csv", *AT, "--state", "s.db", "--format", "json")
    assert json.loads(again.output)["repeated"] == 8
    assert sha256(Path("s.db").read_bytes()).digest() == before
    assert not any(Path().glob("s.db-*copy*"))


def test_a_page_holds_nothing_of_a_file_as_markup() -> None:
    Path("leads.csv").write_text("id,size,owner\nL-1,<script>alert(1)</script>,<b>x</b>\n")
    result = turnout("in.route", "leads.csv", *AT, "--owner-column", "owner", "-o", "page.html")
    assert result.exit_code == 0, result.output
    page = Path("page.html").read_text()
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "&lt;b&gt;x" in page


def test_a_report_fits_the_terminal() -> None:
    owners = ("--owner-column", "owner", "--against", "in.route")
    said = turnout("in.route", "leads.csv", "--arrived", "came", *owners).output
    assert all(len(line) <= 80 for line in said.splitlines())
    assert "beside the owners in owner: 1 lead of 5 would go to others" in said


DAYS = {
    "one order": ("03/04/2026,13/04/2026", "2026-04-03T00:00:00+00:00"),
    "the other": ("03/04/2026,04/13/2026", "2026-03-04T00:00:00+00:00"),
}


@pytest.mark.parametrize("name", list(DAYS))
def test_the_order_of_days_is_the_one_that_the_whole_column_allows(name: str) -> None:
    days, first = DAYS[name]
    rows = "".join(f"L-{at},pro,{day}\n" for at, day in enumerate(days.split(",")))
    Path("leads.csv").write_text(f"id,plan,Created\n{rows}")
    assert simulation("--arrived", "created")["first"] == first


REFUSED = {
    "a column that is not there": (("--owner-column", "Ownr"), "has no column Ownr"),
    "a column that nothing says when": (("--arrived", "plan"), "is a moment, such as 'pro'"),
    "both ways to say when": (("--arrived", "came", *AT), "both say when"),
    "a file of no format": (("-o", "x.txt"), "says no format"),
    "a state that is none": (("--state", "leads.csv"), "is not a state file"),
    "an owner's column without one": (("--owner-column", "note"), "no lead has an owner"),
    "a policy that is not there": (("--against", "gone.route"), "gone.route"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_can_not_be_done_is_said_with_the_cause(name: str) -> None:
    Path("leads.csv").write_text(LEADS.replace("owner\n", "owner,note\n", 1))
    arguments, said = REFUSED[name]
    result = turnout("in.route", "leads.csv", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_days_that_may_begin_either_way_are_not_guessed() -> None:
    Path("leads.csv").write_text("id,plan,when\nL-1,pro,03/04/2026\nL-2,pro,05/06/2026\n")
    result = turnout("in.route", "leads.csv", "--arrived", "when")
    assert result.exit_code == 2
    assert "may begin with the day or with the month" in " ".join(result.output.split())


def test_a_file_without_a_lead_is_said_to_have_none() -> None:
    Path("leads.csv").write_text("id,plan,size\n")
    result = turnout("in.route", "leads.csv")
    assert result.exit_code == 0
    assert "there was no lead to decide" in result.output
