"""The command line as its users meet it: what is printed where, and with which status.

What needs a real process (pipes, signals, start-up) is tried as one; the rest runs in
this process, which is faster.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import click
import pytest
from click.testing import CliRunner

from tests.support.command_line import (
    INBOUND,
    PEOPLE,
    UNKNOWN,
    folder,
    process,
    surroundings,
    turnout,
)
from turnout import __version__
from turnout.cli import COMMANDS, Turnout
from turnout.commands.options import colors

__all__ = ["folder"]  # the fixture, for this module's tests

# -- starting --


def test_version_is_printed() -> None:
    assert turnout("--version").output == f"turnout {__version__}\n"


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_import_no_part_of_the_pipeline(option: str) -> None:
    heavy = "{'lark', 'pycountry', 'graphviz', 'email_validator', 'turnout.dsl', 'attr'}"
    code = dedent(f"""\
        import sys
        from turnout.cli import cli
        cli([{option!r}], standalone_mode=False)
        sys.exit(str({heavy} & set(sys.modules)) if {heavy} & set(sys.modules) else 0)
        """)
    ran = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, env=surroundings({})
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_shows_examples(name: str) -> None:
    help_text = turnout(name, "--help").output
    assert f"\n  turnout {name} " in help_text.partition("Examples:")[2]
    assert max(map(len, help_text.splitlines())) <= 80


def test_an_unknown_command_is_a_usage_error() -> None:
    assert turnout("chekc").exit_code == 2


# -- check --


def test_check_of_a_clean_policy_ends_with_0(folder: Path) -> None:
    result = turnout("check", "inbound.route")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "no findings in 2 files\n", "")
    assert folder.is_dir()


def test_check_shows_each_finding_and_ends_with_1(folder: Path) -> None:
    (folder / "inbound.route").write_text(UNKNOWN)
    result = turnout("check", "inbound.route")
    assert result.exit_code == 1
    assert click.unstyle(result.stdout) == dedent("""\
        error[unknown-name]: there is no queue `triag`
          --> inbound.route:10:40
           |
        10 |   rule rest  { when DACH to queue triag }
           |                                   ^^^^^
           = help: did you mean `triage`?

        1 error in 2 files
        """).replace("10:40", "10:35")


def test_check_of_a_folder_takes_what_no_other_file_includes(folder: Path) -> None:
    (folder / "other").mkdir()
    (folder / "other" / "second.route").write_text(PEOPLE + 'include "nowhere.route"\n')
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "third.route").write_text("nonsense")
    files = json.loads(turnout("check", ".", "--format", "json").stdout)["files"]
    assert files == ["people.route", "inbound.route", "other/second.route"]


def test_check_prints_a_finding_in_a_shared_file_once(folder: Path) -> None:
    (folder / "people.route").write_text(PEOPLE + "person ana\n")
    (folder / "second.route").write_text(INBOUND.replace("route inbound", "route second"))
    findings = json.loads(turnout("check", ".", "--format", "json").stdout)["findings"]
    assert [finding["name"] for finding in findings] == ["duplicate-name"]


def test_check_finds_files_that_include_each_other(folder: Path) -> None:
    (folder / "people.route").write_text('include "inbound.route"\n' + PEOPLE)
    result = turnout("check", ".", "--format", "compact")
    assert result.exit_code == 1
    assert "error[include-cycle]" in result.stdout


def test_strict_lets_warnings_fail_the_check(folder: Path) -> None:
    (folder / "people.route").write_text(PEOPLE + "queue unused\n")
    result = turnout("check", "inbound.route", "--format", "compact")
    assert (result.exit_code, "warning[unused-definition]" in result.stdout) == (0, True)
    assert turnout("check", "inbound.route", "--strict").exit_code == 1


def test_a_path_that_cannot_be_read_ends_with_2_and_hides_no_finding(folder: Path) -> None:
    (folder / "inbound.route").write_text(UNKNOWN)
    result = turnout("check", "nothing.route", "inbound.route", "--format", "compact")
    assert result.exit_code == 2
    assert [line.partition(": ")[0] for line in result.stdout.splitlines()] == [
        "error[cannot-read]",
        "inbound.route:10:35",
    ]


def test_a_folder_without_policies_ends_with_2(folder: Path) -> None:
    (folder / "empty").mkdir()
    result = turnout("check", "empty")
    assert result.exit_code == 2
    assert "there is no .route file in empty" in click.unstyle(result.stderr)


def test_a_question_beyond_its_budget_is_undecided(folder: Path) -> None:
    rule = "rule others { when not DACH and not (employees < 9) to queue triage }"
    (folder / "inbound.route").write_text(INBOUND.replace("fallback to queue later", rule))
    result = turnout("check", "inbound.route", "--steps", "1", "--format", "compact")
    assert (result.exit_code, "warning[undecided]" in result.stdout) == (0, True)
    assert "error[coverage-gap]" in turnout("check", ".", "--format", "compact").stdout


# -- ending --


def test_a_pipe_gets_no_colours_and_a_terminal_option_brings_them_back(folder: Path) -> None:
    assert b"\x1b" not in process("check", str(folder), FORCE_COLOR="", NO_COLOR="").stdout
    assert b"\x1b[" in process("check", str(folder), "--color", NO_COLOR="1").stdout
    assert b"\x1b[" in process("--color", "check", str(folder)).stdout
    assert b"\x1b" not in process("check", str(folder), "--no-color", FORCE_COLOR="1").stdout


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, None),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, None),
        ({"TERM": "dumb"}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_the_environment_says_whether_there_are_colours(
    environment: Mapping[str, str], wanted: bool | None
) -> None:
    assert colors(environment) is wanted


def test_a_reader_that_stops_early_is_no_fault(folder: Path) -> None:
    many = "".join(f"queue q{number}\nqueue q{number}\n" for number in range(3_000))
    (folder / "many.route").write_text(many)
    with subprocess.Popen(
        [sys.executable, "-m", "turnout", "check", str(folder / "many.route")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings({}),
    ) as running:
        assert running.stdout
        assert running.stderr
        running.stdout.readline()
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() == 128 + signal.SIGPIPE


def test_a_policy_cannot_act_on_the_terminal(folder: Path) -> None:
    (folder / "inbound.route").write_text(UNKNOWN.replace("triag ", "\x1b[2Jtriag \u202e"))
    result = turnout("check", str(folder), "--no-color")
    assert result.exit_code == 1
    assert "\\x1b[2J" in result.stdout
    assert result.stdout.replace("\n", "").isprintable()


def test_output_that_the_encoding_lacks_is_escaped(folder: Path) -> None:
    (folder / "inbound.route").write_text(UNKNOWN.replace("triag ", "見 "))
    result = process("check", str(folder), PYTHONIOENCODING="latin-1")
    assert b"\\u898b" in result.stdout


@click.command
@click.argument("what")
def fail(what: str) -> None:
    """End in one of the ways in which no command should."""
    if what == "bug":
        raise ZeroDivisionError("division by zero\nin several lines")
    if what == "interrupt":
        raise KeyboardInterrupt
    Path("no/such/folder").touch()


@pytest.fixture
def group() -> Turnout:
    """Return the command line with a command that fails."""
    group = Turnout("turnout")
    group.add_command(fail)
    return group


def test_a_bug_is_called_one_and_shows_no_traceback(group: Turnout, folder: Path) -> None:
    result = CliRunner().invoke(group, ["fail", "bug"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == dedent(f"""\
        error: this is a bug in Turnout {__version__}: ZeroDivisionError: division by zero
          = help: set TURNOUT_TRACEBACK=1 and run it again for the traceback, and report
                  it with that
        """)
    assert folder.is_dir()


def test_a_bug_shows_its_traceback_when_asked(
    group: Turnout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TURNOUT_TRACEBACK", "1")
    result = CliRunner().invoke(group, ["fail", "bug"])
    assert result.exit_code == 2
    assert result.stderr.startswith("Traceback (most recent call last):\n")


def test_what_the_system_refuses_is_no_bug(group: Turnout, folder: Path) -> None:
    result = CliRunner().invoke(group, ["fail", "touch"])
    assert result.exit_code == 2
    assert result.stderr == "error: no/such/folder: No such file or directory\n"
    assert folder.is_dir()


def test_an_interrupt_is_one_line_and_130(group: Turnout) -> None:
    result = CliRunner().invoke(group, ["fail", "interrupt"])
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")
