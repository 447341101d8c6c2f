"""What other projects run in their CI: the action, the hooks, and the examples of the guide.

The action's scripts are run here as a runner runs them, in a repository of its own; what
needs GitHub itself is `gh`, of which a recorder stands in the way.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from turnout.cli import COMMANDS

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "action.yml").is_file(), reason="not a checkout")
BIN = Path(sys.executable).parent
BASH = ["/usr/bin/env", "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
POLICY = """\
lead { id: text required  country: country }
queue germany
queue triage
route inbound {
  rule german { when country is DE to queue germany }
  fallback to queue triage
}
"""
UNREACHABLE = POLICY.replace(
    "  fallback", "  rule berlin { when country is DE to queue triage }\n  fallback"
)
EVIL = '$(touch owned) `touch owned`; touch owned #".route'
"""A file's name that does harm wherever it is taken for a command."""


def yaml(text: str) -> Any:  # noqa: ANN401 - any YAML
    reader = YAML(typ="safe", pure=True)
    return reader.load(text)  # pyright: ignore[reportUnknownMemberType]


def action() -> dict[str, Any]:
    content: dict[str, Any] = yaml((ROOT / "action.yml").read_text("utf-8"))
    return content


def step(name: str) -> dict[str, Any]:
    """Return the step of the action with this name."""
    (found,) = [each for each in action()["runs"]["steps"] if each.get("name") == name]
    result: dict[str, Any] = found
    return result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder: a workspace with a policy, as an own git repository."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (tmp_path / "turnout" / "bin").mkdir(parents=True)
    (tmp_path / "turnout" / "bin" / "turnout").symlink_to(BIN / "turnout")
    monkeypatch.chdir(workspace)
    (workspace / "inbound.route").write_text(POLICY)
    for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b.example commit -qm a"):
        subprocess.run(["/usr/bin/env", "git", *command.split()], check=True)
    return workspace


def run(name: str, folder: Path, **values: str) -> tuple[int, str, dict[str, str]]:
    """Run a step's script as a runner does; return its status, its log and its outputs.

    values: what the expressions of the step's environment stand for, by variable.
    """
    found = step(name)
    outputs, summary = folder.parent / "outputs", folder.parent / "summary.md"
    outputs.write_text("")
    environment = {**os.environ, "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
    for variable, written in found.get("env", {}).items():
        text = str(written).replace("${{ runner.temp }}", str(folder.parent))
        environment[variable] = values.pop(variable, text)
        assert "${{" not in environment[variable], f"give the test a value for {variable}"
    ran = subprocess.run(
        [*BASH, found["run"]],
        check=False,
        env={**environment, **values},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    pairs = [line.partition("=") for line in outputs.read_text().splitlines()]
    return ran.returncode, ran.stdout, {key: value for key, _, value in pairs}


def has(command: str) -> pytest.MarkDecorator:
    """Return the mark of a test that needs a command."""
    return pytest.mark.skipif(command not in COMMANDS, reason=f"there is no `turnout {command}`")


# -- what is written --


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-actions", "action.yml"),
        ("vendor.github-workflows", ".github/workflows/ci.yml"),
        ("vendor.github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/bug.yml"),
        ("vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/idea.yml"),
    ],
)
def test_the_files_for_github_are_as_its_schemas_say(schema: str, file: str) -> None:
    assert validated(schema, ROOT / file) == ""


@pytest.mark.parametrize(
    ("schema", "title"),
    [("vendor.github-workflows", "workflow.yml"), ("vendor.gitlab-ci", "gitlab-ci.yml")],
)
def test_the_examples_of_the_guide_are_as_the_services_schemas_say(
    schema: str, title: str, tmp_path: Path
) -> None:
    guide = (ROOT / "docs/guides/ci.md").read_text("utf-8")
    block = re.search(rf'^```yaml title="{title}"\n(.*?)^```$', guide, re.DOTALL | re.MULTILINE)
    assert block
    (tmp_path / title).write_text(block[1])
    assert validated(schema, tmp_path / title) == ""


def validated(schema: str, file: Path) -> str:
    """Return what is wrong with a file, "" where nothing is."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


def test_the_hooks_are_as_pre_commit_wants_them_and_run_commands_there_are() -> None:
    manifest = ROOT / ".pre-commit-hooks.yaml"
    pre_commit("validate-manifest", manifest)
    for hook in yaml(manifest.read_text("utf-8")):
        program, command = hook["entry"].split()
        assert program == "turnout"
        assert command in COMMANDS


def test_the_hooks_of_this_repository_are_as_pre_commit_wants_them() -> None:
    config = ROOT / ".pre-commit-config.yaml"
    pre_commit("validate-config", config)
    (repository,) = yaml(config.read_text("utf-8"))["repos"]
    entries = {hook["id"]: hook["entry"].split() for hook in repository["hooks"]}
    assert [entry[1] for entry in entries.values() if entry[0] == "turnout"] == ["fmt", "check"]
    assert {entry[0] for entry in entries.values()} == {"turnout", "python"}


def pre_commit(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pre_commit", *arguments], check=True)


def test_the_guide_lists_the_inputs_of_the_action() -> None:
    guide = (ROOT / "docs/guides/ci.md").read_text("utf-8")
    listed = re.findall(r"^\| `([a-z-]+)` \|.*\|.*\|$", guide, re.MULTILINE)
    assert listed == list(action()["inputs"])


def test_no_expression_is_pasted_into_a_script() -> None:
    scripts = [each["run"] for each in action()["runs"]["steps"] if "run" in each]
    assert len(scripts) > 3
    assert not [script for script in scripts if "${{" in script]


# -- the project's own workflow --


def job(name: str) -> dict[str, Any]:
    """Return a job of the workflow that this repository runs on GitHub."""
    workflow: dict[str, Any] = yaml((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    found: dict[str, Any] = workflow["jobs"][name]
    return found


def test_everything_and_the_install_are_tried_on_the_oldest_and_the_newest_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    oldest, newest = job("run")["strategy"]["matrix"]["python"]
    assert f">={oldest}" == project["requires-python"]
    named = [each.rpartition(" ")[2] for each in project["classifiers"] if ":: 3." in each]
    assert (named[0], named[-1]) == (oldest, newest)
    matrix = job("install")["strategy"]["matrix"]
    assert matrix == {"os": ["windows-latest", "macos-latest"], "python": [oldest, newest]}


def test_the_examples_are_tried_where_nothing_but_what_was_installed_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    values = {
        "RUNNER_TEMP": str(tmp_path),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        # The examples are tested beside this test; here it is enough that their tests are found.
        "PYTEST_ADDOPTS": "--collect-only -p no:cacheprovider",
    }
    _, _, install, leave, attempt = job("install")["steps"]
    assert install["run"] == "python -m pip install '.[test]'"
    for each in (leave, attempt):
        subprocess.run([*BASH, each["run"]], check=True, env={**os.environ, **values})
    assert (tmp_path / "away" / "out" / "decisions.csv").is_file()
    assert not (tmp_path / "away" / "turnout").exists()


# -- what the scripts do --


def test_check_annotates_writes_sarif_and_leaves_the_verdict_to_the_end(folder: Path) -> None:
    (folder / "second.route").write_text(UNREACHABLE)
    values = {"PATHS": "inbound.route\n  \nsecond.route", "STRICT": "false"}
    status, log, outputs = run("Check", folder, **values)
    assert (status, outputs["status"]) == (0, "1")
    assert "::error file=second.route,line=6" in log
    assert json.loads(Path(outputs["sarif"]).read_text("utf-8"))["version"] == "2.1.0"
    assert run("Result", folder, CHECK="1", TEST="")[0] == 1
    assert run("Result", folder, CHECK="0", TEST="1")[0] == 1
    assert run("Result", folder, CHECK="0", TEST="")[0] == 0


def test_check_without_paths_takes_everything_and_strict_counts_warnings(folder: Path) -> None:
    (folder / "inbound.route").write_text(
        POLICY.replace("queue triage\nroute", "queue triage\nqueue b\nroute")
    )
    assert run("Check", folder, PATHS="", STRICT="false")[2]["status"] == "0"
    assert run("Check", folder, PATHS="", STRICT="true")[2]["status"] == "1"


def test_check_that_cannot_run_leaves_no_sarif_of_another_run(folder: Path) -> None:
    assert "sarif" in run("Check", folder, PATHS="", STRICT="false")[2]
    (folder / "turnout.toml").write_text("nonsense")
    _, _, outputs = run("Check", folder, PATHS="", STRICT="false")
    assert outputs == {"status": "2"}


@pytest.mark.parametrize("name", ["Check", "Draw", "Compare"])
def test_an_input_is_never_a_command_nor_an_option(folder: Path, name: str) -> None:
    for path in (EVIL, "--help", "$(touch owned).route"):
        given = {"PATHS": path, "STRICT": path, "POLICY": path, "SOURCE": path, "BASE": "HEAD"}
        wanted = {key: value for key, value in given.items() if key in step(name)["env"]}
        _, log, _ = run(name, folder, **wanted)
        assert not (folder / "owned").exists()
        assert "Usage:" not in log


def test_draw_makes_a_picture_that_leads_to_the_policys_lines(folder: Path) -> None:
    source = "https://git.example/leads/blob/4f2c"
    assert run("Draw", folder, POLICY="inbound.route", SOURCE=source)[0] == 0
    drawn = (folder.parent / "turnout-tree.svg").read_text("utf-8")
    assert "<svg" in drawn
    assert f'href="{source}/./inbound.route#L' in drawn


def test_a_policy_with_errors_is_drawn_with_them(folder: Path) -> None:
    policy = folder / "inbound.route"
    policy.write_text(policy.read_text("utf-8").replace("queue ", "queue un", 1), "utf-8")
    assert run("Draw", folder, POLICY="inbound.route", SOURCE=".")[0] == 0
    assert "something is wrong here" in (folder.parent / "turnout-tree.svg").read_text("utf-8")


@has("test")
def test_test_runs_the_tests_of_the_policies(folder: Path) -> None:
    assert run("Test", folder, PATHS="inbound.route")[0] == 0


@has("diff")
def test_compare_says_what_a_pull_request_moves_and_comment_writes_it_once(folder: Path) -> None:
    (folder / "inbound.route").write_text(POLICY.replace("is DE", "in [DE, AT]"))
    status, _, outputs = run("Compare", folder, POLICY="inbound.route", BASE="HEAD")
    text = Path(outputs["file"]).read_text("utf-8")
    assert status == 0
    assert text.startswith("<!-- turnout ")
    assert "AT" in text
    assert text in (folder.parent / "summary.md").read_text("utf-8")
    assert [call[:3] for call in commented(folder, comments="")] == [
        ["api", "--paginate", "repos/acme/leads/issues/7/comments"],
        ["api", "--silent", "--method"],
    ]
    assert "repos/acme/leads/issues/comments/99" in commented(folder, comments="99\n100")[1]


def commented(folder: Path, comments: str) -> list[list[str]]:
    """Run the step that comments, and return what it asks GitHub's command line to do."""
    programs, calls = folder.parent / "programs", folder.parent / "calls.jsonl"
    programs.mkdir(exist_ok=True)
    calls.write_text("")
    (programs / "gh").write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        "print(json.dumps(sys.argv[1:]), file=open(os.environ['CALLS'], 'a'))\n"
        "if '--paginate' in sys.argv: print(os.environ['COMMENTS'])\n"
    )
    (programs / "gh").chmod(0o755)
    status, log, _ = run(
        "Comment",
        folder,
        GH_TOKEN="",
        NUMBER="7",
        GITHUB_REPOSITORY="acme/leads",
        CALLS=str(calls),
        COMMENTS=comments,
        PATH=f"{programs}{os.pathsep}{os.environ['PATH']}",
    )
    assert (status, log) == (0, "")
    return [json.loads(line) for line in calls.read_text("utf-8").splitlines()]


def test_a_policy_that_is_new_is_not_compared(folder: Path) -> None:
    status, log, outputs = run("Compare", folder, POLICY="new.route", BASE="HEAD")
    assert (status, outputs) == (0, {})
    assert "nothing to compare" in log
