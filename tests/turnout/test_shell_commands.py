"""`turnout completion` and `turnout man`: what a shell is offered, and the manual."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from tests.support.command_line import folder, turnout
from turnout.cli import COMMANDS, cli
from turnout.commands import completing, completion, man

__all__ = ["folder"]  # the fixture, for this module's tests


def offered(*words: str) -> list[str]:
    """Return what is offered for the last of the words of a line."""
    *before, incomplete = words
    made = ShellComplete(cli, {}, "turnout", "_TURNOUT_COMPLETE")
    found = made.get_completions(list(before), incomplete)
    return [f"<{each.type}>" if each.type != "plain" else each.value for each in found]


def test_commands_are_offered_with_what_they_do() -> None:
    assert offered("che") == ["check"]
    assert offered("") == list(COMMANDS)
    assert "--version" in offered("--v")
    assert offered("state", "ex") == ["export"]


def test_policies_are_offered_where_one_is_wanted(folder: Path) -> None:
    (folder / "more/inner").mkdir(parents=True)
    (folder / "more/inner/deep.route").write_text("")
    (folder / ".hidden").mkdir()
    (folder / ".hidden/no.route").write_text("")
    (folder / "leads.csv").write_text("")
    assert offered("check", "") == ["inbound.route", "more/inner/deep.route", "people.route"]
    for command in ("check", "fix", "test", "fmt", "diagram", "explain", "coverage", "diff"):
        assert offered(command, "inb") == ["inbound.route"], command
    assert offered("check", "./more/") == ["./more/inner/deep.route"]
    assert offered("check", "more/") == ["more/inner/deep.route"]


def test_where_there_is_no_policy_files_are_offered(folder: Path) -> None:
    assert offered("check", "lea") == ["<file>"]
    assert offered("check", "nowhere/") == ["<file>"]
    assert offered("check", str(folder / "x")) == ["<file>"]
    assert offered("route", "inbound.route", "l") == ["<file>"]


@pytest.mark.usefixtures("folder")
def test_names_of_the_policy_are_offered() -> None:
    assert offered("diagram", "inbound.route", "--rule", "") == ["large", "rest"]
    assert offered("diagram", "inbound.route", "--rule", "la") == ["large"]
    assert offered("diagram", "inbound.route", "--focus", "") == ["DACH", "large", "rest"]
    assert offered("explain", "inbound.route", "--route", "") == ["inbound"]


def test_a_policy_that_cannot_be_read_offers_nothing_and_no_fault(folder: Path) -> None:
    (folder / "broken.route").write_text("route { rule")
    (folder / "bytes.route").write_bytes(b"\xff\xfe\x00")
    for name in ("broken.route", "bytes.route", "gone.route", str(folder)):
        assert offered("diagram", name, "--rule", "") == []
    assert offered("diagram", "--rule", "") == []


@pytest.mark.usefixtures("folder")
def test_findings_and_formats_are_offered() -> None:
    assert offered("check", "--explain", "coverage") == ["coverage-gap"]
    assert offered("check", "--explain", "coverage-gap", "inb") == ["inbound.route"]
    assert "sarif" in offered("check", "--format", "")


def test_columns_of_the_leads_are_offered(folder: Path) -> None:
    (folder / "leads.csv").write_text("id,Owner Email,country\n1,a@b.example,DE\n")
    (folder / "none.csv").write_text("")
    line = ("simulate", "inbound.route")
    assert offered(*line, "leads.csv", "--owner-column", "") == ["id", "Owner Email", "country"]
    assert offered(*line, "leads.csv", "--arrived", "Ow") == ["Owner Email"]
    for name in ("none.csv", "gone.csv", "inbound.route"):
        assert offered(*line, name, "--arrived", "") == []
    assert offered("simulate", "--arrived", "") == []


def test_few_files_are_looked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completing, "MOST_FILES", 1)
    assert len(offered("check", "")) == 1
    assert folder.is_dir()


@pytest.mark.parametrize(
    ("shell", "place"),
    [
        ("bash", ".local/share/bash-completion/completions/turnout"),
        ("fish", ".config/fish/completions/turnout.fish"),
        ("zsh", ".local/share/zsh/site-functions/_turnout"),
    ],
)
def test_the_script_is_written_to_where_the_shell_looks(
    shell: str, place: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "BASH_COMPLETION_USER_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: folder / "it's home")
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    done = turnout("completion", "install")
    assert done.exit_code == 0, done.output
    path = folder / "it's home" / place
    assert path.read_text("utf-8") == turnout("completion", "show", shell).output
    assert f"_TURNOUT_COMPLETE={shell}_complete" in path.read_text("utf-8")
    assert str(path) in done.output
    if shell != "fish":
        assert "it'\\''s home" in done.output
    if found := shutil.which(shell):
        subprocess.run((found, "-n", path), check=True)


def test_the_variables_of_the_shells_count_where_they_are_absolute(folder: Path) -> None:
    set_ones = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": "relative"}
    place = completion.script_file
    home = folder / "home"
    assert place("zsh", set_ones, home) == folder / "zsh/site-functions/_turnout"
    assert place("fish", set_ones, home) == home / ".config/fish/completions/turnout.fish"
    own = {"BASH_COMPLETION_USER_DIR": str(folder / "own")}
    assert place("bash", own, home) == folder / "own/completions/turnout"


@pytest.mark.parametrize("shell", ["/bin/tcsh", ""])
def test_a_shell_that_is_not_known_is_asked_for(
    shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", shell)
    done = turnout("completion", "install")
    assert done.exit_code == 2
    assert "help: name one: bash, fish, zsh" in done.output
    assert turnout("completion", "install", "tcsh").exit_code == 2


# -- the manual --


def test_each_command_has_a_page_and_no_other(tmp_path: Path) -> None:
    done = turnout("man", "-o", str(tmp_path / "man1"))
    assert done.exit_code == 0, done.output
    names = {path.stem for path in (tmp_path / "man1").iterdir()}
    assert names >= {"turnout", *(f"turnout-{name}" for name in COMMANDS)}
    assert {"turnout-state-check", "turnout-import-dmn"} <= names
    assert f"{len(names)} pages in" in done.output


def test_a_page_says_what_the_help_says() -> None:
    page = turnout("man", "state", "check").output
    plain = page.replace("\\-", "-")
    assert '.TH "TURNOUT-STATE-CHECK" "1" ""' in page
    assert "turnout-state-check - Look through all of a state file for damage\n" in plain
    assert "turnout state check inbound.db" in plain
    assert "\\fBturnout-state\\fR(1)" in plain
    whole = turnout("man").output.replace("\\-", "-")
    assert ".SH COMMANDS" in whole
    help_text = turnout("check", "--help").output
    options = set(re.findall(r"^ +(--[a-z-]+)", help_text, re.MULTILINE))
    page = turnout("man", "check").output.replace("\\-", "-")
    assert len(options) > 5
    assert all(option in page for option in options)


def test_no_line_of_a_page_is_taken_for_a_request() -> None:
    text = man.troff
    assert text(".route files") == "\\&.route files"
    assert text("'a\\b' --x") == "\\(aqa\\eb\\(aq \\-\\-x"
    known = {"TH", "SH", "PP", "TP", "nf", "fi"}
    pages = man.manual_pages(click.Context(cli, info_name="turnout"))
    for _, page in pages:
        assert set(re.findall(r"^\.(\S*)", page, re.MULTILINE)) <= known


@pytest.mark.parametrize(
    "words", [("chekc",), ("state", "chekc"), ("check", "-o", "folder"), ("check", "state")]
)
def test_what_is_no_command_has_no_page(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = turnout("man", *words)
    assert done.exit_code == 2
    assert "help:" in done.output
    assert list(tmp_path.iterdir()) == []
