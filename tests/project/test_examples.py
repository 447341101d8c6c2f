"""The examples do what their folders say: decisions, diagrams and data are those of today.

`python examples/scripts/expected.py` writes the decisions and diagrams anew.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from turnout.cli import cli
from turnout.grammar import text
from turnout.importing.salesforce.imported import imported

EXAMPLES = Path(__file__).parents[2] / "examples"
SCRIPTS = EXAMPLES / "scripts"
POLICIES = {
    "saas-inbound": "inbound.route",
    "home-services": "dispatch.route",
    "retention": "retention.route",
    "b2b-intent": "intent.route",
    "multi-product": "products.route",
    "many-sources": "intake.route",
    "from-salesforce": "leads.route",
}
LEADS = {
    "saas-inbound": "leads.csv",
    "home-services": "leads.jsonl",
    "retention": "leads.json",
    "b2b-intent": "leads.jsonl",
    "multi-product": "leads.csv",
    "many-sources": "leads.csv",
    "from-salesforce": "leads.csv",
}
MADE = {
    "saas-inbound/leads.csv": "saas_inbound.py",
    "home-services/leads.jsonl": "home_services.py",
    "home-services/zip-branches.csv": "zip_branches.py",
    "retention/leads.json": "retention.py",
    "b2b-intent/leads.jsonl": "b2b_intent.py",
    "multi-product/leads.csv": "multi_product.py",
    "from-salesforce/leads.csv": "from_salesforce.py",
}
FIRST_ROUTE = {"multi-product": ["--route", "inbound"]}


def script(name: str, *arguments: str) -> bytes:
    """Return what a script prints; hash seed and encoding are not those of the committed run."""
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONIOENCODING": "latin-1"}
    # A bare checkout is not installed; elsewhere this folder holds no package and changes nothing.
    environment["PYTHONPATH"] = str(EXAMPLES.parent)
    command = [sys.executable, str(SCRIPTS / name), *arguments]
    return subprocess.run(command, check=True, capture_output=True, env=environment).stdout


@pytest.fixture(scope="module")
def today(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with what every example gives today."""
    folder = tmp_path_factory.mktemp("examples")
    for example in POLICIES:
        (folder / example).mkdir()
    script("expected.py", str(folder))
    return folder


def test_every_example_is_tested() -> None:
    assert {path.parent.name for path in EXAMPLES.glob("*/README.md")} == set(POLICIES)


@pytest.mark.parametrize("example", POLICIES)
def test_decisions_are_the_expected_ones(example: str, today: Path) -> None:
    expected = {path.name: path.read_bytes() for path in (EXAMPLES / example).glob("expected*")}
    assert {
        path.name: path.read_bytes() for path in (today / example).glob("expected*")
    } == expected


@pytest.mark.parametrize("example", POLICIES)
def test_a_new_state_file_changes_no_decision(example: str, tmp_path: Path) -> None:
    policy, leads = EXAMPLES / example / POLICIES[example], EXAMPLES / example / LEADS[example]
    out = tmp_path / "decisions.csv"
    arguments = ["route", str(policy), str(leads), "-o", str(out), "--at", "2026-11-23T10:00Z"]
    arguments += FIRST_ROUTE.get(example, [])
    result = CliRunner().invoke(cli, [*arguments, "--state", str(tmp_path / "state.db")])
    assert result.exit_code == 0, result.output
    assert out.read_bytes() == (EXAMPLES / example / "expected.csv").read_bytes()


@pytest.mark.parametrize("example", POLICIES)
def test_check_has_nothing_to_say(example: str) -> None:
    result = CliRunner().invoke(cli, ["check", "--strict", str(EXAMPLES / example)])
    assert (result.exit_code, result.stdout[:11]) == (0, "no findings"), result.output


@pytest.mark.parametrize("example", POLICIES)
def test_every_rule_has_an_expected_decision(example: str) -> None:
    policy = (EXAMPLES / example / POLICIES[example]).read_text("utf-8")
    files = (EXAMPLES / example).glob("expected*.csv")
    expected = "".join(path.read_text("utf-8") for path in files)
    rules = re.findall(r"^\s*rule (\S+) ", policy, re.MULTILINE)
    handing = re.findall(r"^\s*rule (\S+) \{[^{}]*\bto\s+route\b", policy, re.MULTILINE)
    deciding = [rule for rule in rules if rule not in handing]
    assert [rule for rule in deciding if f",{rule},rule {rule}," not in expected] == []
    assert [rule for rule in handing if f",rule {rule}/" not in expected] == []


def test_every_word_of_the_grammar_stands_in_an_example() -> None:
    grammar = re.sub(r"//.*", "", text())
    policies = [path.read_text("utf-8") for path in EXAMPLES.glob("*/*.route")]
    plain = " ".join(re.sub(r'#.*|"[^"]*"', "", policy) for policy in policies)
    words = set(re.findall(r'"([a-z][a-z-]*)"', grammar))
    assert "previous-owner" in words
    # `hashed` needs a key that nobody else has, and these are for everybody to try.
    assert words - {"hashed"} - set(re.findall(r"[a-z][a-z-]*", plain)) == set()


@pytest.mark.parametrize("example", POLICIES)
def test_tests_pass_and_cover_every_rule_branch_and_else_step(example: str) -> None:
    arguments = ["test", str(EXAMPLES / example), "--fail-under", "100"]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("example", POLICIES)
def test_diagrams_are_those_of_the_policy(example: str, today: Path) -> None:
    expected = pictures(EXAMPLES / example)
    assert {".dot", ".mmd", ".svg"} == {Path(name).suffix for name in expected}
    assert pictures(today / example) == expected


def pictures(folder: Path) -> dict[str, bytes]:
    """Return the pictures of an example, their further pages too."""
    found = (*folder.glob("diagram*.*"), *folder.glob("diagram*-pages/*"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_the_committed_site_is_that_of_its_policy() -> None:
    folder = EXAMPLES / "many-sources"
    arguments = ["docs", str(folder), "-o", str(folder / "site"), "--check"]
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, result.stdout.split()[-4:]) == (0, ["is", "up", "to", "date"])
    assert sum(path.stat().st_size for path in (folder / "site").rglob("*")) < 500_000


@pytest.mark.parametrize("name", ["imported.txt", "findings.txt", "comparison.txt"])
def test_what_an_import_makes_is_the_committed_text(name: str, today: Path) -> None:
    made, committed = (folder / "from-salesforce" / name for folder in (today, EXAMPLES))
    assert made.read_text("utf-8") == committed.read_text("utf-8")


def test_both_formats_of_the_metadata_are_one_policy() -> None:
    folder = EXAMPLES / "from-salesforce"
    (metadata,), (source,) = (imported(folder / name) for name in ("metadata", "source"))
    place = re.compile(r"^# .*, rule Standard$", re.MULTILINE)
    assert place.sub("", metadata.draft.text) == place.sub("", source.draft.text)
    assert len(metadata.entries) == len(source.entries) == 20


def test_picture_of_the_readme_is_that_of_its_policy(today: Path) -> None:
    images = EXAMPLES.parent / "docs" / "images"
    assert (today / "inbound.svg").read_bytes() == (images / "inbound.svg").read_bytes()
    readme = (EXAMPLES.parent / "README.md").read_text("utf-8")
    assert (images / "inbound.route").read_text("utf-8") in readme


@pytest.mark.parametrize("path", MADE)
def test_script_makes_the_committed_data(path: str) -> None:
    assert script(MADE[path]) == (EXAMPLES / path).read_bytes()
