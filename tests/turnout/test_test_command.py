"""`turnout test` as its users meet it."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.commands.exits import CannotRun
from turnout.commands.selection import selection

POLICY = """\
lead { id: text required  country: country  boss: person }
person ana
person ben
team sales { ana }
partner agency
queue triage
queue late
route inbound {
  rule german {
    when country is DE or country is AT
    to round-robin sales else owner boss else partner agency
  }
  rule closed { when country is CH to queue triage else queue late }
  fallback to queue late
}
"""
TESTS = """\
include "inbound.route"
test "a German lead" {
  lead { id: "1", country: Germany }
  expect team sales
}
test "a \\"big\\" lead and (not) a small one" {
  lead { id: "1", country: AT }
  expect queue triage
  expect not rule german
}
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "inbound.route").write_text(POLICY)
    (tmp_path / "tests.route").write_text(TESTS)


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_a_folder_runs_the_tests_of_the_files_that_nobody_includes() -> None:
    result = turnout("test", "-k", "German")
    assert result.exit_code == 0
    assert result.stdout.startswith("tests.route .\n1 passed in ")
    assert "\x1b" not in result.output


def test_a_failure_shows_its_line_what_is_true_and_the_explanation() -> None:
    result = turnout("test", "tests.route")
    assert result.exit_code == 1
    assert result.stdout.startswith("tests.route .F\n")
    assert "tests.route:8:3" in result.stdout
    assert "8 |   expect queue triage\n" in result.stdout
    assert "not so: it goes to ana (round-robin sales)" in result.stdout
    assert "it is so: rule `german` takes it" in result.stdout
    assert result.stdout.count("goes to ana (round-robin sales)\n") == 2
    assert result.stdout.splitlines()[-1].startswith("1 passed, 1 failed in ")


def test_verbose_has_a_line_for_each_test() -> None:
    lines = click.unstyle(turnout("test", "-v").stdout).splitlines()
    assert lines[0] == "passed  tests.route:2  a German lead"
    assert lines[1] == 'FAILED  tests.route:6  a "big" lead and (not) a small one'


def test_a_failed_test_is_found_again_by_the_name_that_is_printed() -> None:
    stdout = turnout("test").stdout
    (line,) = [line for line in stdout.splitlines() if line.startswith("FAILED ")]
    expression = line.split(" -k ", 1)[1].strip("'")
    again = turnout("test", "-v", "-k", expression)
    assert again.stdout.startswith("FAILED  tests.route:6")
    assert "passed" not in again.stdout.splitlines()[0]


def test_the_first_failure_stops_the_run() -> None:
    Path("tests.route").write_text(TESTS.replace("team sales", "queue late"))
    assert "2 failed" in turnout("test").stdout
    assert "1 failed" in turnout("test", "-x").stdout


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("german lead", [True, False]),
        ("lead", [True, True]),
        ("not german", [False, True]),
        ("german or big", [True, True]),
        ("lead and not (german or swiss)", [False, True]),
        ('"not"', [False, True]),
        (r'"a \\"big\\""'.replace(r"\\", "\\"), [False, True]),
    ],
)
def test_names_are_chosen_by_their_words(expression: str, wanted: list[bool]) -> None:
    fits = selection(expression)
    names = ["A German lead", 'a "big" lead and (not) a small one']
    assert [fits(name) for name in names] == wanted


@pytest.mark.parametrize(
    "expression", ["", "and", "a or", "(a", "a)", '"a', "not", "()", "(" * 60, "a" * 2_000]
)
def test_an_expression_that_says_nothing_is_refused(expression: str) -> None:
    with pytest.raises(CannotRun):
        selection(expression)
    result = turnout("test", "-k", expression)
    assert result.exit_code == 2
    assert "-k" in result.stderr


def test_no_test_at_all_is_no_success() -> None:
    result = turnout("test", "inbound.route")
    assert result.exit_code == 2
    assert "there is no test in inbound.route" in result.stderr
    result = turnout("test", "-k", "french")
    assert result.exit_code == 2
    assert "no test's name fits french" in result.stderr


def test_a_policy_with_errors_is_not_tested() -> None:
    Path("tests.route").write_text(TESTS + 'test "x" { lead { id: "1" } expect quue late }')
    result = turnout("test")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "a test can't expect `quue`" in result.stderr
    assert turnout("test", "nowhere.route").exit_code == 2


def test_coverage_counts_rules_branches_and_else_steps() -> None:
    result = turnout("test", "-k", "German", "--coverage")
    assert result.exit_code == 0
    said = " ".join(click.unstyle(result.stdout).split())
    assert "route inbound 2 of 8 25.0 %" in said
    assert "inbound.route:9 rule german: country is AT" in said
    assert (
        "25.0 % covered: 1 of 2 rules, 0 of 1 fallback, 1 of 2 branches, 0 of 3 else-steps" in said
    )


def test_too_little_coverage_fails() -> None:
    result = turnout("test", "-k", "German", "--fail-under", "26")
    assert result.exit_code == 1
    assert "less than 26 % of tests.route is covered" in result.stderr
    assert turnout("test", "-k", "German", "--fail-under", "25").exit_code == 0
    assert turnout("test", "--fail-under", "101").exit_code == 2


def test_generated_tests_can_be_pasted_and_what_has_none_is_named() -> None:
    result = turnout("test", "--generate", "tests.route")
    assert result.exit_code == 0
    said = " ".join(result.stderr.split())
    assert said == (
        "no test inbound.route:13 rule closed: else queue late:"
        " it comes behind `queue triage`, which takes every lead"
    )
    Path("tests.route").write_text(
        TESTS.replace("queue triage", "rule german").replace("not rule german", "team sales")
        + result.stdout
    )
    again = turnout("test", "--format", "json")
    assert again.exit_code == 0, again.output
    (found,) = json.loads(again.stdout)["coverage"]
    assert [each["title"] for each in found["missed"]] == ["rule closed: else queue late"]
    Path("generated.route").write_text(result.stdout)
    assert turnout("fmt", "--check", "generated.route").exit_code == 0


def test_a_duplicate_is_generated_with_the_lead_before_it() -> None:
    Path("seen.route").write_text(
        """\
lead { id: text required  email: email }
identity email within 90 days
person ana
team sales { ana }
queue triage
route inbound {
  rule again { when duplicate to previous-owner else queue triage }
  fallback to round-robin sales
}
"""
    )
    result = turnout("test", "--generate", "seen.route")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(
        """\
test "rule again" {
  lead { id: "a0", email: "a@firm.example" }
  lead { id: "a", email: "a@firm.example" }
  expect rule again
  expect previous-owner
}
"""
    )
    with Path("seen.route").open("a") as file:
        file.write(result.stdout + 'test "seen" { lead { id: "1" } expect not duplicate }')
    again = turnout("test", "seen.route", "--fail-under", "100")
    assert again.exit_code == 0, again.output


def test_tests_are_generated_for_one_policy_at_a_time() -> None:
    Path("other.route").write_text(POLICY)
    result = turnout("test", "--generate")
    assert result.exit_code == 2
    assert "one policy at a time" in result.stderr


def test_json_has_each_test_with_its_failures() -> None:
    result = turnout("test", "--format", "json")
    assert result.exit_code == 1
    data = json.loads(result.stdout)
    assert (data["format"], data["version"]) == ("turnout-tests", 1)
    assert data["summary"] == {"passed": 1, "failed": 1}
    first, second = data["tests"]
    assert (first["name"], first["passed"], first["failures"]) == ("a German lead", True, [])
    assert [each["expected"] for each in second["failures"]] == [
        "expect queue triage",
        "expect not rule german",
    ]
    assert second["failures"][0]["explanation"]["decision"]["assignee"] == "ana"


def test_junit_holds_any_name_and_value() -> None:
    bell = 'test "bell" { lead { id: "\\u0007<&>", country: CH } expect queue late }'
    Path("tests.route").write_text(TESTS + bell.replace("\\u0007", "\a"))
    result = turnout("test", "--format", "junit")
    assert result.exit_code == 1
    suites = ET.fromstring(result.stdout)  # noqa: S314 - what Turnout wrote
    assert (suites.get("tests"), suites.get("failures")) == ("3", "2")
    cases = list(suites.iter("testcase"))
    assert [case.get("name") for case in cases][1:] == [
        'a "big" lead and (not) a small one',
        "bell",
    ]
    assert len(list(suites.iter("failure"))) == 3


def test_an_unknown_format_is_wrong_usage() -> None:
    assert turnout("test", "--format", "xml").exit_code == 2


def test_what_stands_between_a_lead_and_its_expectation_holds_for_it() -> None:
    Path("clock.route").write_text(
        "lead { id: text required }\nperson ana\nqueue triage\n"
        'calendar day { timezone "UTC" open mon..fri 09:00-17:00 }\n'
        "route inbound { rule open { when open day to person ana else queue triage }\n"
        "  fallback to queue triage }\n"
        'test "order" {\n  lead { id: "1" }\n  at 2026-11-23 20:00 "UTC"\n  expect fallback\n'
        '  lead { id: "2" }\n  lead { id: "3" }\n  at 2026-11-24 10:00 "UTC"\n  away ana\n'
        "  expect rule open\n  expect queue triage\n  expect not assignee ana\n}\n"
    )
    result = turnout("test", "clock.route")
    assert result.exit_code == 0, result.output
