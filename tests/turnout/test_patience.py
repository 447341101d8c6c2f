"""Who waits at a terminal is told what for, and nobody else is."""

import io
from time import monotonic, sleep

import pytest

from turnout.commands import patience
from turnout.commands.patience import patiently


class Screen(io.StringIO):
    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


def said_while(seconds: float, monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool) -> str:
    screen = Screen(is_terminal=is_terminal)
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(patience, "SOON", 0.02)
    monkeypatch.setattr(patience, "EACH", 0.01)
    until = monotonic() + seconds
    with patiently("checking big.route"):
        while monotonic() < until and not (seconds and screen.getvalue()):
            sleep(0.005)
    return screen.getvalue()


def test_a_long_wait_is_told_and_the_line_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    said = said_while(30, monkeypatch, is_terminal=True)
    assert said.startswith("\rchecking big.route, for 0 s ...")
    assert said.endswith(f"\r{' ' * len('checking big.route, for 0 s ...')}\r")


def test_a_short_wait_and_a_pipe_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said_while(0, monkeypatch, is_terminal=True) == ""
    assert said_while(0.1, monkeypatch, is_terminal=False) == ""


def test_what_is_raised_inside_ends_the_telling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", Screen(is_terminal=True))
    with pytest.raises(ValueError, match="no"), patiently("checking"):
        raise ValueError("no")
