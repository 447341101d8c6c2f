"""`turnout check --on DATE`: the same on every day, and what has ended is told."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from turnout.cli import cli

POLICY = """timezone "Pacific/Auckland"
lead { id: text required  country: country }
queue here queue there
route r {
  rule spring until 2027-03-31 { when country is DE  to queue here }
  fallback to queue there
}
"""


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "p.route"
    path.write_text(POLICY, encoding="utf-8")
    return str(path)


def checked(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["check", *arguments, "--format", "compact"])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("when", "is_over"),
    [
        ((), False),
        (("--on", "2027-03-31"), False),
        (("--on", "2027-04-01"), True),
        (("--at", "2027-03-31T10:59Z"), False),  # a minute before midnight in Auckland
        (("--at", "2027-03-31T11:00Z"), True),
        (("--on", "2099-01-01"), True),
    ],
)
def test_what_has_ended_is_told_as_of_a_day(
    policy: str, when: tuple[str, ...], *, is_over: bool
) -> None:
    code, said = checked(policy, *when)
    assert code == 0
    assert ("ended-validity" in said) is is_over


def test_what_has_ended_can_fail_a_strict_check(policy: str) -> None:
    assert checked(policy, "--on", "2027-04-01", "--strict")[0] == 1


@pytest.mark.parametrize("word", ["2027-02-31", "01.04.2027", "tomorrow", "2027-04-01T10:00"])
def test_what_is_no_day_is_told(policy: str, word: str) -> None:
    code, said = checked(policy, "--on", word)
    assert code == 2
    assert "is not a day such as 2027-04-01, or today" in said


def test_a_day_and_a_time_are_not_both_taken(policy: str) -> None:
    code, said = checked(policy, "--on", "2027-04-01", "--at", "2027-04-01T10:00Z")
    assert code == 2
    assert "leave out one of them" in said
