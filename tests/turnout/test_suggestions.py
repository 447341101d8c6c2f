"""`turnout suggest`: what was planted in a history is found, and in pure chance nothing."""

import json
import random
import runpy
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnout.cli import cli
from turnout.compiler.compiled import compile_policy
from turnout.reporting.suggesting.lived_leads import LivedLead
from turnout.reporting.suggesting.odds import LEVEL, holm
from turnout.reporting.suggesting.proposals import proposals

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guides" / "suggest.md").read_text("utf-8")
POLICY = PAGE.split('title="inbound.route"\n')[1].split("```")[0]
UNTIL = ("--until", "2026-12-01")


def turnout(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suggest")
    (folder / "inbound.route").write_text(POLICY)
    main = runpy.run_path(str(ROOT / "examples" / "scripts" / "history.py"))["main"]
    main(str(folder / "inbound.route"), str(folder / "s.db"))
    return folder


def test_what_was_planted_is_found_as_patches_that_apply(
    lived: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lived)
    asked = ("suggest", "inbound.route", "--state", "s.db", *UNTIL, "--output", "patches")
    result = turnout(*asked, "--format", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)["suggestions"]
    assert [(each["kind"], each["subject"]) for each in told] == [
        ("declined", "rule bought"),
        ("conversions", "rule bought"),
        ("conversions", "rule large"),
        ("conversions", "rule small"),
        ("weights", "team sales"),
        ("weights", "team enterprise"),
        ("boundary", "employees 1000 in rule large, rule small"),
        ("unused", "rule fax"),
    ]
    found = {each["subject"]: each for each in told}
    assert "+    sla  30 minutes wall, then queue triage" in found["rule large"]["patch"]
    # A third of the turns becomes five twelfths: a quarter more, which is the bound.
    weights = "+team sales      { ana weight 25, ben weight 18, cleo weight 17 }"
    assert weights in found["team sales"]["patch"]
    boundary = found["employees 1000 in rule large, rule small"]
    (number,) = {
        int(line.split()[-1])
        for line in boundary["patch"].splitlines()
        if line.startswith("+ ") and "employees" in line
    }
    assert 400 <= number <= 650  # 500 in that world
    assert 0 < boundary["diff"]["leads"]["moved"] < 100
    assert not boundary["diff"]["same"]
    assert (lived / "inbound.route").read_text() == POLICY
    for patch in sorted((lived / "patches").iterdir()):
        Path("copy").mkdir(exist_ok=True)
        shutil.copy("inbound.route", "copy")
        git = ["git", "apply", str(patch.resolve())]
        applied = subprocess.run(git, cwd="copy", capture_output=True, check=False)
        assert applied.returncode == 0, applied.stderr
        assert turnout("fmt", "--check", "copy/inbound.route").exit_code == 0
        assert turnout("check", "copy/inbound.route").exit_code == 0
    again = turnout(*asked)
    assert (again.exit_code, "there is a file" in again.output) == (2, True)


def test_people_read_the_evidence(lived: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(lived)
    told = turnout("suggest", "inbound.route", "--state", "s.db", *UNTIL).output
    assert "by chance alone: less than 0.01 %, corrected for all tests" in told
    assert "nothing is applied" in told
    early = turnout("suggest", "inbound.route", "--state", "s.db", "--until", "2026-08-01").output
    assert early == "0 leads of route inbound looked at, 0 tests made: 0 suggestions\n"


def drawn(chance: random.Random, count: int, won: Callable[[str, int], float]) -> list[LivedLead]:
    """Return leads of the policy's rules. won: the chance to convert, by person and size."""
    leads: list[LivedLead] = []
    for number in range(count):
        size = round(10 ** chance.uniform(1, 3.7))
        rule, team = ("large", "enterprise") if size >= 1000 else ("small", "sales")
        person = chance.choice(["ana", "dora"] if team == "enterprise" else ["ana", "ben", "cleo"])
        values = {"employees": size}
        lead = LivedLead(rule, team, person, number, "", values)
        lead.is_won = chance.random() < won(person, size)
        lead.is_declined = chance.random() < 0.2
        leads.append(lead)
    return leads


def test_in_pure_chance_nothing_is_found_but_at_the_level(tmp_path: Path) -> None:
    (tmp_path / "inbound.route").write_text(POLICY)
    compiled = compile_policy(tmp_path / "inbound.route")

    def finds(seed: int, won: Callable[[str, int], float]) -> bool:
        leads = drawn(random.Random(seed), 600, won)  # noqa: S311 - no secret
        found = [*proposals(compiled, "inbound", leads, had=frozenset())]
        chances = [each.chance for each in found if each.chance is not None]
        return any(each < LEVEL for each in holm(chances))

    chance = partial(finds, won=lambda _person, _size: 0.3)
    # Of 100 runs at a level of 5 % more than 11 would find something once in 200 times.
    assert sum(map(chance, range(100))) <= 11
    planted = partial(finds, won=lambda person, _size: 0.5 if person == "ana" else 0.2)
    assert all(map(planted, range(5)))


def test_a_rule_is_unused_only_if_every_version_had_it(
    lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inbound.route").write_text(POLICY.replace("rule fax", "rule telefax"))
    shutil.copy(lived / "s.db", tmp_path / "s.db")
    asked = ("suggest", "inbound.route", "--state", "s.db", *UNTIL, "--format", "json")
    found = json.loads(turnout(*asked).output)["suggestions"]
    assert "unused" not in {each["kind"] for each in found}


def test_times_of_days_are_halved_where_they_can_be_and_what_has_no_patch_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = POLICY.replace("  source:    one of", "  revenue: money EUR\n  source:    one of")
    text = text.replace(
        "sla  4 hours wall, then queue triage", "sla  3 days wall, then queue triage"
    )
    text = text.replace(
        "sla  1 hour wall, then queue triage\n  }\n  rule fax",
        "sla  1 hour wall alert, 2 hours then queue triage\n  }\n  rule fax",
    )
    assert text.count("hour wall alert") == 1
    rule = "  rule rich { when revenue >= 100M to queue triage }\n  rule bought {"
    Path("inbound.route").write_text(text.replace("  rule bought {", rule, 1))
    main = runpy.run_path(str(ROOT / "examples" / "scripts" / "history.py"))["main"]
    main("inbound.route", "s.db")
    asked = ("suggest", "inbound.route", "--state", "s.db", *UNTIL)
    result = turnout(*asked, "--format", "json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.output)
    patches = {(each["kind"], each["subject"]): each["patch"] for each in told["suggestions"]}
    assert "+    sla  144 hours wall, then queue triage" in patches["conversions", "rule small"]
    unwritten = {(each["kind"], each["subject"]): each["why"] for each in told["unwritten"]}
    assert "has steps" in unwritten["conversions", "rule bought"]
    money = "amounts of money aren't looked at"
    assert unwritten["boundary", "revenue in rule rich"] == money
    assert f"there is no patch: {money}" in turnout(*asked).output


@pytest.mark.parametrize(
    ("sla", "shorter", "longer"),
    [
        ("1 hour", "30 minutes", "2 hours"),
        ("1 minute", None, "2 minutes"),
        ("1 day", None, "2 days"),
        ("4 days", "2 days", "8 days"),
        ("1 day wall", "12 hours", "48 hours"),
        ("1 week wall", "84 hours", "336 hours"),
    ],
)
def test_half_and_twice_a_time_are_written_as_what_they_are(
    sla: str, shorter: str | None, longer: str, tmp_path: Path
) -> None:
    text = POLICY.replace("sla  4 hours wall", f"sla  {sla}")
    if "wall" not in sla:
        for name in ("ana", "ben", "cleo", "dora"):
            text = text.replace(f"person {name}\n", f"person {name} {{ hours office }}\n", 1)
        office = 'calendar office { timezone "UTC" open mon..fri 09:00-17:00 }\nperson ana'
        text = text.replace("person ana", office, 1)
    (tmp_path / "inbound.route").write_text(text)
    compiled = compile_policy(tmp_path / "inbound.route")
    assert compiled.is_fit, compiled.findings

    def edits(won: float) -> list[str]:
        chance = random.Random(1)  # noqa: S311 - no secret
        leads = drawn(chance, 600, lambda _, size: won if size < 1000 else 0.4)
        found = [*proposals(compiled, "inbound", leads, had=frozenset())]
        (one,) = [
            each for each in found if (each.kind, each.subject) == ("conversions", "rule small")
        ]
        assert bool(one.edits) != bool(one.why_not)
        return [each.text for each in one.edits]

    assert edits(0.9) == ([] if shorter is None else [shorter])
    assert edits(0.05) == [longer]
