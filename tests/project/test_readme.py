"""README's section Start holds two commands: one tries Turnout, one runs its tests."""

from tests.support.readme import README, start_commands

COMMANDS = start_commands(README.read_text("utf-8"))


def test_start_holds_exactly_two_commands() -> None:
    assert len(COMMANDS) == 2


def test_each_command_of_start_is_one_line() -> None:
    assert [command for command in COMMANDS if "\n" in command or not command] == []


def test_first_command_runs_an_example_and_second_the_tests() -> None:
    first, second = COMMANDS
    assert "turnout run examples/" in first
    assert second.endswith("python -m pytest -n auto --dist worksteal")
