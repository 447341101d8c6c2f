"""Ctrl-C ends what goes on, also where Python loses the exception that it makes of it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from turnout.cli import cli
from turnout.commands import flow, interrupts
from turnout.runtime.records import Records

INBOUND = Path(__file__).parents[2] / "examples" / "saas-inbound"
LEADS = str(INBOUND / "leads.csv")
POLICY = str(INBOUND / "inbound.route")


class _Interrupting:
    """What gets Ctrl-C while it is deleted, where nobody sees what is raised."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> list[type[BaseException]]:
    """What was raised where nobody sees it."""
    found: list[type[BaseException]] = []

    def note(told: Any) -> None:  # noqa: ANN401 - sys.UnraisableHookArgs stands in no module
        found.append(told.exc_type)

    monkeypatch.setattr(sys, "unraisablehook", note)
    return found


def lose_one(_: object = None) -> None:
    del _
    held = _Interrupting()
    del held


@pytest.mark.parametrize("is_large", [True, False])
def test_a_lost_interrupt_ends_routing_and_leaves_no_file(
    *,
    is_large: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    unseen: list[type[BaseException]],
) -> None:
    asked = flow.watched

    def losing(
        decisions: Iterator[Any], source: Records, step: int, *, hidden: bool
    ) -> Iterator[Any]:
        return asked(_losing(decisions), source, step, hidden=hidden)

    monkeypatch.setattr(flow, "watched", losing)
    monkeypatch.setattr(flow, "LARGE", 0 if is_large else 1 << 60)
    out = tmp_path / "out.csv"
    told = CliRunner().invoke(cli, ["route", POLICY, LEADS, "-o", str(out)])
    assert unseen == [KeyboardInterrupt]
    assert (told.exit_code, told.stderr.splitlines()[-1]) == (130, "interrupted")
    assert [*tmp_path.iterdir()] == []
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _losing(decisions: Iterator[Any]) -> Iterator[Any]:
    for each in decisions:
        yield each
        break
    lose_one()
    yield from decisions


def test_a_file_that_is_complete_but_for_its_name_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unseen: list[type[BaseException]]
) -> None:
    def losing(_: object) -> None:
        lose_one()

    monkeypatch.setattr("turnout.commands.outputs._lock", losing)
    told = CliRunner().invoke(cli, ["compile", POLICY, "-o", str(tmp_path / "tree.json")])
    assert unseen == [KeyboardInterrupt]
    assert told.exit_code == 130, told.output
    assert [*tmp_path.iterdir()] == []


def test_an_interrupt_that_is_seen_is_raised_once() -> None:
    with interrupts.noticed():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()
        interrupts.check()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_handler_of_a_program_stays() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        with interrupts.noticed():
            signal.raise_signal(signal.SIGINT)
            interrupts.check()
    finally:
        signal.signal(signal.SIGINT, before)
    assert came == [signal.SIGINT]


def test_a_thread_that_is_not_the_main_one_can_run_commands() -> None:
    script = (
        "from threading import Thread\n"
        "from turnout.cli import cli\n"
        f"work = Thread(target=lambda: cli.main(['check', {POLICY!r}], standalone_mode=False))\n"
        "work.start()\nwork.join()\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "Traceback" not in told.stderr
