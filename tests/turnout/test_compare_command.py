"""`turnout compare`: whether a policy decides past leads as another system did."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli

POLICY = """policy inbound
lead {
  id: text
  plan: one of [free, pro, trial]
  size: number
  came: date
}
person ana-lima {
  email "ana@firm.example"
  cap 1 per day
}
person ben
person cleo
team sales { ben weight 2, cleo }
queue triage
queue late
# Lead.assignmentRules, rule Inbound
route inbound {
  # rule Inbound, entry 1
  # the large ones
  rule big {
    when size >= 100
    to   person ana-lima
  }
  within plan is present {
    # rule Inbound, entry 2
    rule pro {
      when plan is pro
      to   round-robin sales
    }
    # as agreed in May
    rule free {
      when plan is free
      to   queue late
    }
    rule trial {
      when plan is trial
      to   current-owner
    }
  }
  # rule Inbound, entry 7
  fallback to queue triage
}
"""
LEADS = """id,plan,size,came,Lead Owner
L-1,pro,12,2026-11-23T10:00Z,ben
L-2,pro,13,2026-11-23T10:05Z,Cleo
L-3,pro,200,2026-11-24T09:00Z,ANA@firm.example
L-4,free,5,2026-11-23T10:06Z,Triage
L-5,pro,500,2026-11-23T09:00Z,ben
L-6,,,2026-11-23T12:00Z,
L-1,pro,12,2026-11-23T10:00Z,triage
L-7,pro,14,2026-11-23T10:06Z,Dora Poe
L-8,free,5,2026-11-23T10:06Z,Triage
L-9,free,5,2026-11-23T10:06Z,Triage
L-10,free,5,2026-11-23T10:06Z,Ana Lima
L-11,free,5,2026-11-23T10:06Z,Triage
L-12,trial,5,2026-11-23T10:06Z,Dora Poe
L-13,pro,5,2026-11-23T10:06Z,Triage
"""
OWNER = ("--owner", "Lead Owner")
CAME = ("--arrived", "came")


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["compare", "in.route", "leads.csv", *arguments])


def comparison(*arguments: str) -> dict[str, Any]:
    result = turnout(*OWNER, *arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("in.route").write_text(POLICY)
    Path("leads.csv").write_text(LEADS)


def test_leads_go_to_whom_they_have_or_to_others_or_it_can_not_be_said() -> None:
    found = comparison(*CAME)
    total = found["total"]
    # ben and cleo are of the team, whoever is drawn; a current owner is kept, whoever it is.
    assert total["same"] + total["team"] == 4
    assert (total["other"], total["nobody"], total["unknown"]) == (7, 1, 1)
    assert (found["leads"], found["repeated"]) == (14, 1)
    assert found["unknown"] == [{"owner": "Dora Poe", "leads": 1}]


def test_differences_are_told_by_rule_and_by_pair_with_the_first_leads() -> None:
    found = comparison(*CAME)
    rows = {each["clause"]: each for each in found["clauses"]}
    assert rows["rule free"]["examples"] == ["L-4", "L-8", "L-9"]
    assert rows["rule big"]["examples"] == ["L-5"]
    assert rows["rule pro"]["examples"] == ["L-13"]
    assert found["pairs"][0] == {
        "owner": "triage",
        "target": "queue late",
        "leads": 4,
        "examples": ["L-4", "L-8", "L-9"],
    }
    assert sum(each["leads"] for each in found["pairs"]) == found["total"]["other"]
    assert sum(each["leads"] for each in found["matrix"]) == 13


def test_rules_explain_the_difference_whose_leads_mostly_go_to_others() -> None:
    assert comparison(*CAME)["explaining"] == ["rule free"]
    said = turnout(*OWNER, *CAME).output
    assert "5 of 5 by rule free, such as L-4, L-8, L-9" in said
    assert "2 more by rules that mostly agree" in said


def test_an_imported_rule_is_told_with_its_entry() -> None:
    rows = comparison(*CAME)["clauses"]
    assert {each["clause"]: each["entry"] for each in rows} == {
        "rule big": "rule Inbound, entry 1",
        "rule pro": "rule Inbound, entry 2",
        "rule free": None,
        "rule trial": None,
        "fallback of route inbound": "rule Inbound, entry 7",
    }
    Path("leads.csv").write_text("id,size,Lead Owner\nL-5,500,ben\n")
    said = turnout(*OWNER).output
    assert "1 of 1 by rule big (rule Inbound, entry 1), such as L-5" in said


def test_it_counts_what_a_simulation_counts() -> None:
    found = comparison(*CAME)
    arguments = ["in.route", "leads.csv", *CAME, "--owner-column", "Lead Owner", "--format", "json"]
    simulated = json.loads(CliRunner().invoke(cli, ["simulate", *arguments]).output)["owners"]
    kinds = ("clause", "same", "team", "other", "nobody", "unknown")
    assert simulated["clauses"] == [{kind: row[kind] for kind in kinds} for row in found["clauses"]]
    assert simulated["pairs"] == [
        {key: pair[key] for key in ("owner", "target", "leads")} for pair in found["pairs"]
    ]


def test_a_page_has_the_matrix_of_owners_and_targets() -> None:
    assert turnout(*OWNER, *CAME, "-o", "page.html").exit_code == 0
    text = Path("page.html").read_text()
    matrix = text[text.index("Who has them") : text.index("By rule, in the order")]
    heads = re.findall(r"<th>(.*?)</th>", matrix[: matrix.index("</tr>")])
    triage = re.search(r"<tr><th>triage</th>(.*?)</tr>", matrix)
    assert triage is not None
    cells = re.findall(r'<td class="([a-z ]+)">(.*?)</td>', triage.group(1))
    by_target = dict(zip(heads[1:], cells, strict=True))
    assert by_target["queue late"] == ("gap share", "4")
    assert by_target["All"] == ("share", "5")
    assert ("good share", "1") in re.findall(r'<td class="([a-z ]+)">(.*?)</td>', matrix)
    assert turnout(*OWNER, *CAME, "-o", "data.json").output == ""
    assert json.loads(Path("data.json").read_text()) == comparison(*CAME)


def test_a_page_holds_nothing_of_a_file_as_markup() -> None:
    Path("leads.csv").write_text("id,size,Lead Owner\n<i>1,500,<b>x</b>\n<i>2,500,ben\n")
    assert turnout(*OWNER, "-o", "page.html").exit_code == 0
    text = Path("page.html").read_text()
    assert ("<b>x" in text, "&lt;b&gt;x" in text) == (False, True)
    assert ("<i>" in text, "&lt;i&gt;2" in text) == (False, True)


def test_a_report_fits_the_terminal() -> None:
    said = turnout(*OWNER, *CAME).output
    assert all(len(line) <= 80 for line in said.splitlines())
    assert "same       4 of 11, 36.4 %" in said
    assert "can't say  2: 1 without an owner, 1 with an owner whom" in said


def test_leads_that_all_agree_are_said_to() -> None:
    Path("leads.csv").write_text("id,size,Lead Owner\nL-1,500,ana lima\n")
    said = turnout(*OWNER).output
    assert "different  0 of 1, 0 %" in said
    assert "explains" not in said
    assert comparison()["pairs"] == []


REFUSED = {
    "no column": ((), "Missing option '--owner'"),
    "a column that is not there": (("--owner", "Led Owner"), "did you mean Lead Owner?"),
    "a column without an owner": (("--owner", "note"), "no lead has an owner"),
    "both ways to say when": ((*OWNER, *CAME, "--at", "2026-11-23T10:00Z"), "both say when"),
    "a file of no format": ((*OWNER, "-o", "x.txt"), "says no format"),
    "a route that is not there": ((*OWNER, "--route", "outbound"), "has no route outbound"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_can_not_be_done_is_said_with_the_cause(name: str) -> None:
    Path("leads.csv").write_text(LEADS.replace("Lead Owner\n", "Lead Owner,note\n", 1))
    arguments, said = REFUSED[name]
    result = turnout(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_a_file_without_a_lead_is_said_to_have_none() -> None:
    Path("leads.csv").write_text("id,plan,Lead Owner\n")
    result = turnout(*OWNER)
    assert (result.exit_code, "there was no lead to decide" in result.output) == (0, True)
    assert turnout(*OWNER, "-o", "page.html").exit_code == 0


def test_a_policy_whose_errors_tell_of_leads_is_compared_and_said_to_be_unfit() -> None:
    text = POLICY.replace("size >= 100", "size >= 100 and size < 50")
    Path("in.route").write_text(text)
    told = comparison()
    assert any("isn't fit to run: impossible-condition" in each for each in told["remarks"])
    Path("in.route").write_text(text.replace("  fallback to queue triage\n", ""))
    result = turnout(*OWNER)
    assert result.exit_code == 1
    assert "coverage-gap" in result.output
