"""`turnout import`, as its users meet it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.dsl.parse import parse
from turnout.dsl.source import Source
from turnout.rendering.highlighting import KEYWORDS

RULES = """<?xml version="1.0" encoding="UTF-8"?>
<AssignmentRules xmlns="http://soap.sforce.com/2006/04/metadata">
  <assignmentRule>
    <fullName>Standard</fullName>
    <active>true</active>
    <ruleEntry>
      <assignedTo>ana@firm.example</assignedTo>
      <assignedToType>User</assignedToType>
      <criteriaItems>
        <field>Lead.City</field>
        <operation>equals</operation>
        <value>Bonn,&quot;Bern, CH&quot;</value>
      </criteriaItems>
      <criteriaItems>
        <field>Lead.Rating</field>
        <operation>notEqual</operation>
        <value>Cold</value>
      </criteriaItems>
    </ruleEntry>
    <ruleEntry>
      <assignedTo>West</assignedTo>
      <assignedToType>Queue</assignedToType>
      <criteriaItems>
        <field>Lead.City</field>
        <operation>equals</operation>
        <value>bonn</value>
      </criteriaItems>
      <criteriaItems>
        <field>Lead.Rating</field>
        <operation>equals</operation>
        <value>Hot</value>
      </criteriaItems>
    </ruleEntry>
    <ruleEntry>
      <assignedTo>Triage</assignedTo>
      <assignedToType>Queue</assignedToType>
    </ruleEntry>
  </assignmentRule>
  <assignmentRule><fullName>Old</fullName><active>false</active></assignmentRule>
</AssignmentRules>
"""


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["import", *arguments])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    Path("Lead.assignmentRules").write_text(RULES, encoding="utf-8-sig")


def test_a_policy_reads_as_a_person_writes_it() -> None:
    turnout("salesforce", "Lead.assignmentRules", "-o", "out")
    assert Path("out/leads.route").read_text() == (
        """# Made of Salesforce's assignment rules for leads by `turnout import`.
policy leads

lead {
  id:     text id required from column ["Lead ID", "Case ID", "Case Number", "Record ID"]
  city:   text
  rating: text
}

person ana { email "ana@firm.example" }

queue west
queue triage
queue unassigned

# Lead.assignmentRules, rule Standard
route standard {
  # rule Standard, entry 1
  rule bonn-bern-ch-not-cold {
    when city in ["Bonn", "Bern, CH"] and (rating is not "Cold" or rating is missing)
    to   person ana
    else queue unassigned
  }
  # rule Standard, entry 2
  rule bonn-hot {
    when city is "bonn" and rating is "Hot"
    to   queue west
  }
  # rule Standard, entry 3
  fallback to queue triage
}

test "rule bonn-bern-ch-not-cold" {
  lead { id: "a", city: "bern, ch" }
  expect rule bonn-bern-ch-not-cold
  expect person ana
}

test "fallback of route standard" {
  lead { id: "a" }
  expect fallback "route standard"
  expect queue triage
}
"""
    )


def test_a_policy_has_a_test_that_passes_for_each_entry_that_some_lead_comes_to() -> None:
    Path("Lead.assignmentRules").write_text(RULES.replace("<value>bonn<", "<value>Rome<"))
    turnout("salesforce", "Lead.assignmentRules", "-o", "out", "--inactive")
    result = CliRunner().invoke(cli, ["test", "out/leads.route"])
    assert "4 passed" in result.output, result.output


def test_what_the_checker_finds_is_told_at_the_entry() -> None:
    result = turnout("salesforce", "Lead.assignmentRules", "-o", "out", "--report", "r.json")
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "(rule Standard, entry 2): rule `bonn-hot` can never match [unreachable-rule]" in said
    assert "the rule is inactive; `--inactive` makes a route of it, too" in said
    (found,) = json.loads(Path("r.json").read_text())
    assert (found["format"], found["version"], found["is_fit"]) == ("turnout-import", 1, False)
    assert [(each["rule"], each["how"]) for each in found["entries"]] == [
        ("bonn-bern-ch-not-cold", "as it is"),
        ("bonn-hot", "as it is"),
        (None, "as it is"),
    ]
    told = {name: count for name, count in found["counts"].items() if count}
    assert told == {"entries": 3, "as it is": 3, "error": 1}
    unreachable = next(each for each in found["findings"] if each["name"] == "unreachable-rule")
    assert (unreachable["entry"], unreachable["line"]) == ("rule Standard, entry 2", 20)


def test_a_report_has_each_entry_with_what_became_of_it() -> None:
    text = RULES.replace("<value>bonn<", "<value>Rome<").replace(
        "<assignedTo>Triage</assignedTo>", "<assignedTo>Triage</assignedTo><team>A</team>"
    )
    Path("Lead.assignmentRules").write_text(text)
    turnout("salesforce", "Lead.assignmentRules", "-o", "out", "--report", "r.txt")
    lines = Path("r.txt").read_text().splitlines()
    place = "Lead.assignmentRules:34 (rule Standard, entry 3)"
    assert lines[0] == "out/leads.route: 3 entries, 2 as they are; no findings"
    assert lines[2:] == [
        "  Lead.assignmentRules:6 (rule Standard, entry 1): rule bonn-bern-ch-not-cold, as it is",
        "  Lead.assignmentRules:20 (rule Standard, entry 2): rule rome-hot, as it is",
        f"  {place}: fallback of route standard, refused in part",
        "    refused: the case team A isn't added: a policy says who gets a lead",
    ]
    turnout("salesforce", "Lead.assignmentRules", "-o", "out", "--force", "--report", "r.html")
    page = Path("r.html").read_text()
    assert page.count('<tr class="never">') == 1
    assert "<th>Refused in part</th>" in page


def test_a_policy_that_is_there_is_not_written_over() -> None:
    assert turnout("salesforce", "Lead.assignmentRules", "-o", "out").exit_code == 1
    Path("out/leads.route").write_text("mine")
    again = turnout("salesforce", "Lead.assignmentRules", "-o", "out")
    assert again.exit_code == 2
    assert Path("out/leads.route").read_text() == "mine"
    assert turnout("salesforce", "Lead.assignmentRules", "-o", "out", "--force").exit_code == 1
    assert Path("out/leads.route").read_text() != "mine"


def test_a_page_and_a_text_hold_nothing_as_markup_or_escape() -> None:
    Path("Lead.assignmentRules").write_text(
        RULES.replace("West", "&lt;script&gt;x&lt;/script&gt;").replace(
            "Standard", "A&#13;\nroute x {"
        )
    )
    result = turnout("salesforce", "Lead.assignmentRules", "-o", "out", "--report", "r.html")
    assert result.exit_code == 1, result.output
    assert "<script" not in Path("r.html").read_text()
    assert "\nroute x {" not in Path("out/leads.route").read_text()


REFUSED = {
    "an entity": (
        '<!DOCTYPE x [<!ENTITY a "b">]><AssignmentRules>&a;</AssignmentRules>',
        "declares a document type or entities",
    ),
    "a bomb": (
        '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><AssignmentRules>&c;</AssignmentRules>',
        "declares a document type or entities",
    ),
    "an external entity": (
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><A>&a;</A>',
        "declares a document type or entities",
    ),
    "something deep": (f"<a>{'<b>' * 100}", "elements inside each other"),
    "no XML": ("<AssignmentRules><rule></AssignmentRules>", "not well-formed XML"),
    "nothing": ("", "not well-formed XML"),
    "somebody else's object": ("<Workflow/>", "the root element is Workflow"),
    "another encoding": ('<?xml version="1.0" encoding="nope"?><a/>', "encoding"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_no_such_file_is_refused_with_the_cause(name: str) -> None:
    text, said = REFUSED[name]
    Path("Lead.assignmentRules").write_text(text)
    result = turnout("salesforce", "Lead.assignmentRules", "-o", "out")
    assert result.exit_code == 2, result.output
    assert said in " ".join(result.output.split())
    assert not Path("out").exists()


def test_a_folder_without_rules_is_said_to_have_none() -> None:
    Path("empty").mkdir()
    result = turnout("salesforce", "empty", "-o", "out")
    assert result.exit_code == 2
    assert "there are no assignment rules in empty" in result.output


def _entry(field: str, receiver: str, kind: str) -> str:
    return (
        f"<ruleEntry><assignedTo>{receiver}</assignedTo><assignedToType>{kind}</assignedToType>"
        f"<criteriaItems><field>Lead.{field}</field><operation>equals</operation>"
        "<value>True</value></criteriaItems></ruleEntry>"
    )


def test_a_source_may_call_anything_by_a_word_of_the_language() -> None:
    words = sorted(KEYWORDS)
    entries = "".join(
        _entry(f"{word.title()}__c", word.title(), "Queue")
        + _entry(f"{word}_2", f"{word}@firm.example", "User")
        for word in words
    )
    Path("Lead.assignmentRules").write_text(
        "<AssignmentRules><assignmentRule><fullName>Not</fullName><active>true</active>"
        f"{entries}</assignmentRule></AssignmentRules>"
    )
    result = turnout("salesforce", "Lead.assignmentRules", "-o", "out")
    assert f"{2 * len(words)} entries" in result.output, result.output
    parsed, findings = parse(Source("leads.route", Path("out/leads.route").read_text()))
    assert not findings
    assert parsed is not None
    assert "[syntax-error]" not in result.output
    assert "[unknown-name]" not in result.output
