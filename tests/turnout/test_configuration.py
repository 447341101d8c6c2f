"""The configuration: which file counts, what it does, and what is said of a wrong one."""

import json
from pathlib import Path
from textwrap import dedent

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.project.configuration import ConfigurationError, nearest_configuration
from turnout.runtime.fit import PolicyError
from turnout.runtime.loading import load

POLICY = """\
lead { id: text required  country: country }
queue triage
queue late
route inbound {
  rule germany { when country is DE to queue triage }
  rule berlin  { when country is DE to queue late }
  fallback to queue triage
}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which holds a policy with an unreachable rule below it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "inbound.route").write_text(POLICY)
    return tmp_path


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def severities(*arguments: str) -> dict[str, str]:
    """Return the severity of each finding by its name."""
    found = json.loads(turnout("check", "--format", "json", *arguments).stdout)["findings"]
    return {finding["name"]: finding["severity"] for finding in found}


@pytest.mark.parametrize("level", ["error", "warning", "note"])
def test_a_finding_counts_as_configured(folder: Path, level: str) -> None:
    (folder / "turnout.toml").write_text(f'severities = {{ unreachable-rule = "{level}" }}\n')
    assert severities("policies") == {"unreachable-rule": level}
    assert turnout("check", "policies").exit_code == (level == "error")
    assert turnout("check", "policies", "--strict").exit_code == (level != "note")


def test_a_finding_that_is_off_is_none(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.turnout.severities]\nunreachable-rule = "off"\n')
    assert severities("policies") == {}


def test_severities_hold_when_leads_are_routed(folder: Path) -> None:
    (folder / "leads.csv").write_text("id,country\n1,DE\n")
    assert turnout("route", "policies/inbound.route", "leads.csv").exit_code == 1
    (folder / "turnout.toml").write_text('severities = { unreachable-rule = "warning" }\n')
    result = turnout("route", "policies/inbound.route", "leads.csv")
    assert (result.exit_code, '"target":"triage"' in result.stdout.replace(" ", "")) == (0, True)


def test_the_nearest_file_counts_and_it_alone(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.turnout.severities]\nunreachable-rule = "note"\n')
    assert severities("policies") == {"unreachable-rule": "note"}
    (folder / "turnout.toml").write_text("")
    assert severities("policies") == {"unreachable-rule": "error"}
    (folder / "policies" / "pyproject.toml").write_text('[project]\nname = "turnout"\n')
    assert severities("policies") == {"unreachable-rule": "error"}
    (folder / "policies" / "turnout.toml").write_text('severities.unreachable-rule = "warning"\n')
    assert severities("policies") == {"unreachable-rule": "warning"}


def test_a_policy_has_the_same_findings_from_wherever_it_is_checked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "policies" / "turnout.toml").write_text('severities.unreachable-rule = "note"\n')
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "turnout.toml").write_text('severities.unreachable-rule = "off"\n')
    monkeypatch.chdir(folder / "elsewhere")
    assert severities("../policies/inbound.route") == {"unreachable-rule": "note"}


def test_without_a_path_the_configured_ones_are_checked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "drafts").mkdir()
    (folder / "drafts" / "broken.route").write_text("rule\n")
    assert set(severities()) == {"unreachable-rule", "syntax-error"}
    (folder / "turnout.toml").write_text('paths = ["policies/inbound.route"]\n')
    assert severities() == {"unreachable-rule": "error"}
    monkeypatch.chdir(folder / "drafts")
    report = json.loads(turnout("check", "--format", "json").stdout)
    assert report["files"] == ["../policies/inbound.route"]


def test_the_configured_route_is_taken_where_there_are_several(folder: Path) -> None:
    text = POLICY.replace("  rule berlin  { when country is DE to queue late }\n", "")
    text += "route other { fallback to queue late }\n"
    (folder / "policies" / "inbound.route").write_text(text)
    assert turnout("compile", "policies/inbound.route").exit_code == 2
    (folder / "turnout.toml").write_text('route = "other"\n')
    assert json.loads(turnout("compile", "policies/inbound.route").stdout)["route"] == "other"
    chosen = turnout("compile", "policies/inbound.route", "--route", "inbound").stdout
    assert json.loads(chosen)["route"] == "inbound"


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("a = 1\nseverites = {}", "turnout.toml:2: `severites` is no setting", "`severities`"),
        ("colour = 1", "`colour` is no setting of Turnout", "there are paths, severities, route"),
        ('paths = "x"', "turnout.toml:1: `paths` has to be a list of texts", '["policies"]'),
        ("paths = [1]", "`paths` has `1`, which is no path", "in quotes"),
        ("route = 3", "`route` has to be the name of a route", '"inbound"'),
        ("severities = 3", "`severities` has to be a table", "write"),
        (
            '[severities]\n\nunreachable-rul = "off"',
            "turnout.toml:3: `unreachable-rul` is no finding",
            "did you mean `unreachable-rule`?",
        ),
        (
            'severities = { undecided = "fatal" }',
            "turnout.toml:1: `undecided` can't be `fatal`",
            "there are error, warning, note, off",
        ),
        ("severities = { undecided = [] }", "`undecided` can't be `[]`", "there are error"),
        ('severities.undecided = "eror"', "can't be `eror`", "did you mean `error`?"),
        (
            '[severities]\nunknown-name = "warning"',
            "turnout.toml:2: `unknown-name` is always an error",
            "--explain unknown-name",
        ),
        ("paths = [", "turnout.toml is not TOML", ""),
        (f"paths = {'[' * 100_000}", "turnout.toml is", ""),
        ("route = '\udcff'", "turnout.toml is not UTF-8", "save"),
        (f"# {'x' * 2_000_000}", "turnout.toml is larger than 1 MB", ""),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    folder: Path, text: str, message: str, help: str
) -> None:
    (folder / "turnout.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    if text.startswith("a = 1"):
        (folder / "turnout.toml").write_text("# a comment about severites\n" + text[6:])
    result = turnout("check", "policies")
    said = " ".join(result.stderr.split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in said
    assert help in said


def test_in_pyproject_the_place_is_below_the_table(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        dedent("""\
            [tool.other]
            paths = 3

            [tool.turnout]
            # paths
            paths = 3
            """)
    )
    assert "error: pyproject.toml:6: `paths` has to be" in turnout("check", "policies").stderr
    (folder / "pyproject.toml").write_text("[tool]\nturnout = 3\n")
    assert "pyproject.toml:2: `turnout` has to be a table" in turnout("check").stderr


def test_no_configuration_is_none(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("not TOML, but nothing of ours")
    assert nearest_configuration(folder).file is None


# -- check's other new options --


def test_reports_are_written_besides_what_is_printed(folder: Path) -> None:
    result = turnout(
        "check", "policies", "--format", "compact", "--report", "sarif", "a.sarif", "--report",
        "pretty", "a.txt",
    )  # fmt: skip
    assert result.stdout.startswith("policies/inbound.route:6:8: error[unreachable-rule]")
    assert json.loads((folder / "a.sarif").read_text())["version"] == "2.1.0"
    assert "\x1b" not in (folder / "a.txt").read_text()
    assert turnout("check", "policies", "--report", "sarif", "no/such/x").exit_code == 2
    assert turnout("check", "policies", "--report", "saref", "x").exit_code == 2


def test_an_unknown_finding_is_not_explained_but_the_nearest_is_named() -> None:
    result = turnout("check", "--explain", "coverage-gab")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean coverage-gap?" in result.stderr
    assert turnout("check", "--explain", "coverage-gap").stdout.startswith("coverage-gap\n\nerror:")


def test_what_one_policy_leaves_unused_another_may_use(folder: Path) -> None:
    shared = "queue a\nqueue b\nqueue c\n# allow never-available: x\nteam t {}\n"
    (folder / "policies" / "inbound.route").write_text(
        'include "shared.route"\nroute one { fallback to queue a else round-robin t }\n'
    )
    (folder / "policies" / "shared.route").write_text(shared)
    (folder / "policies" / "second.route").write_text(
        'include "shared.route"\nroute two { fallback to queue b else round-robin t }\n'
    )
    report = json.loads(turnout("check", "policies", "--format", "json").stdout)
    unused = [
        each["message"] for each in report["findings"] if each["name"] != "unreachable-target"
    ]
    assert unused == ["the queue `c` is never used"]
    assert report["summary"]["allowed"] == 1


def test_a_program_meets_the_same_configuration(folder: Path) -> None:
    with pytest.raises(PolicyError):
        load("policies/inbound.route")
    (folder / "turnout.toml").write_text('severities = { unreachable-rule = "warning" }\n')
    with load("policies/inbound.route") as router:
        assert router.route({"id": "1", "country": "DE"}).target == "triage"
    (folder / "turnout.toml").write_text("severities = 7\n")
    with pytest.raises(ConfigurationError) as caught:
        load("policies/inbound.route")
    assert caught.value.help


def test_a_program_gets_the_configured_route(folder: Path) -> None:
    policy = "lead { id: text }\nqueue a\nqueue b\nroute x { fallback to queue a }\n"
    (folder / "two.route").write_text(f"{policy}route y {{ fallback to queue b }}\n")
    with pytest.raises(PolicyError, match="several routes"):
        load("two.route")
    (folder / "turnout.toml").write_text('route = "y"\n')
    with load("two.route") as router:
        assert router.route({"id": "1"}).target == "b"
