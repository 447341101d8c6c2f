"""What could not be decided: told once, listed where asked, and a failure where asked."""

from pathlib import Path

import pytest

from tests.support import command_line

RULES = "\n".join(f"  rule r{n} {{ when a is {n} or b is {n} to queue q }}" for n in range(6))
POLICY = f"""\
lead {{ id: text id required  a: integer  b: integer }}
queue q
queue other
route inbound {{
{RULES}
  fallback to queue other
}}
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "inbound.route"
    path.write_text(POLICY, "utf-8")
    return str(path)


def test_what_is_undecided_fails_where_asked(policy: str) -> None:
    asked = ["check", policy, "--steps", "1"]
    told = command_line.turnout(*asked)
    assert "undecided" in told.output
    assert told.exit_code == 0
    assert command_line.turnout(*asked, "--fail-undecided").exit_code == 1
    assert command_line.turnout("check", policy, "--fail-undecided").exit_code == 0


def test_many_are_one_finding_and_each_is_listed_where_asked(policy: str) -> None:
    asked = ["check", policy, "--steps", "1", "--format", "compact"]
    told = command_line.turnout(*asked).output.count("[undecided]")
    listed = command_line.turnout(*asked, "--list-undecided").output.count("[undecided]")
    assert told == 1
    assert listed > 3
