"""`turnout fix` mends what changes no decision, and nothing else."""

from pathlib import Path

import pytest

from tests.support.command_line import turnout
from turnout.commands import watching
from turnout.compiler.compiled import compile_policy
from turnout.compiler.repaired import repaired
from turnout.dsl.findings import Severity

SAFE = """lead {
  id: text required
  size: integer 0..
}
queue big
queue small
queue idle
route main {
  rule large { when size >= 100 and size >= 50 to queue big }
  rule never { when size >= 200 to queue small }
  fallback to queue small
}
"""
TYPO = SAFE.replace("fallback to queue small", "fallback to queue smal")


def policy(folder: Path, text: str) -> Path:
    path = folder / "a.route"
    path.write_bytes(text.encode())
    return path


def test_what_changes_no_decision_is_mended(tmp_path: Path) -> None:
    path = policy(tmp_path, SAFE)
    done = turnout("fix", str(path))
    text = path.read_text("utf-8")
    assert "size >= 50" not in text
    assert "queue big" in text
    assert "redundant-condition" not in {each.name for each in compile_policy(path).findings}
    assert "applied" in done.stderr
    again = turnout("fix", str(path))
    assert again.stderr.startswith("0 fixes")
    assert path.read_text("utf-8") == text


def test_a_fix_that_changes_decisions_is_left_to_the_author(tmp_path: Path) -> None:
    path = policy(tmp_path, SAFE.replace("  fallback to queue small\n", ""))
    gap = next(f for f in compile_policy(path).findings if f.name == "coverage-gap")
    assert len(gap.fixes) == 1, "else there is nothing to leave"
    after = repaired(path, {"coverage-gap": Severity.WARNING})
    assert "coverage-gap" in {each.name for each in after.compiled.findings}
    assert [fix.title for fix in after.fixes] == ["write `when size >= 100`"]


def test_a_rule_that_was_meant_to_match_is_not_deleted(tmp_path: Path) -> None:
    path = policy(tmp_path, SAFE)
    turnout("fix", str(path))
    assert "rule never" in path.read_text("utf-8")


def test_a_guess_is_made_only_where_it_is_asked_for(tmp_path: Path) -> None:
    path = policy(tmp_path, TYPO)
    assert turnout("fix", str(path)).exit_code == 1
    assert path.read_text("utf-8") == TYPO
    turnout("fix", "--guesses", str(path))
    assert "fallback to queue small\n" in path.read_text("utf-8")


def test_a_difference_writes_nothing(tmp_path: Path) -> None:
    path = policy(tmp_path, SAFE)
    done = turnout("fix", "--diff", str(path))
    assert done.exit_code == 1
    assert "-  rule large { when size >= 100 and size >= 50 to queue big }" in done.stdout
    assert path.read_text("utf-8") == SAFE


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
def test_line_ends_and_marks_stay(tmp_path: Path, mark: str) -> None:
    path = policy(tmp_path, mark + SAFE.replace("\n", "\r\n"))
    turnout("fix", str(path))
    after = path.read_bytes().decode()
    assert after.startswith(f"{mark}lead {{\r\n")
    assert after.count("\r\n") == after.count("\n")
    assert "size >= 50" not in after


def test_no_path_is_no_traceback(tmp_path: Path) -> None:
    done = turnout("fix", str(tmp_path / "none.route"))
    assert done.exit_code == 2


def test_check_goes_on_watching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = policy(tmp_path, TYPO)
    pauses = 0

    def pause(_: float) -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 1:
            path.write_text(SAFE, "utf-8")
        elif pauses == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(watching, "sleep", pause)
    done = turnout("check", "--watch", str(path))
    assert done.exit_code == 130
    assert done.stdout.count("there is no queue `smal`") == 1
    assert done.stdout.count("redundant-condition") == 2
    assert turnout("check", "--watch", str(path), str(tmp_path)).exit_code == 2
