"""`turnout sla`: once, or on and on until somebody says stop."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import ClassVar

import pytest
from click.testing import CliRunner

import turnout
from turnout.cli import cli
from turnout.commands.sla import LONGEST_PAUSE, go_on, pause_until
from turnout.commands.stopping import stopped_by_signals
from turnout.compiler.compiled import compile_policy
from turnout.runtime.moves import Move
from turnout.runtime.router import Router
from turnout.runtime.stores.sqlite import open_sqlite

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
POLICY = """lead { id: text required }
person ana
queue managers
queue triage
route inbound {
  rule every { when id is present to person ana sla 10 minutes, then queue managers }
  fallback to queue triage
}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "inbound.route"
    path.write_text(POLICY)
    return path


def routed(policy: Path, *moments: datetime) -> Router:
    router = turnout.load(policy, state=policy.with_suffix(".db"))
    for number, moment in enumerate(moments):
        router.route({"id": f"L{number}"}, at=moment)
    return router


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, [*map(str, arguments)])
    return result.exit_code, result.output


def test_once_it_moves_what_is_due_and_says_so(policy: Path) -> None:
    routed(policy, AT, AT + timedelta(hours=1)).close()
    at = "--state", policy.with_suffix(".db"), "--at", "2026-11-23T10:10Z"
    code, text = run("sla", policy, *at)
    assert (code, text) == (0, "lead L0: person ana → queue managers\nmoved 1 lead\n")
    assert run("sla", policy, *at)[1] == "no lead is overdue\n"
    code, text = run("sla", policy, *at, "--watch")
    assert (code, "takes no --at" in text) == (2, True)
    assert run("escalate", policy, *at)[0] == 2


def test_the_next_due_is_that_of_the_first_lead_that_can_be_moved(policy: Path) -> None:
    with routed(policy) as router:
        assert router.next_due() is None
        for number, minutes in enumerate((5, 0, 9)):
            router.route({"id": f"L{number}"}, at=AT + timedelta(minutes=minutes))
        assert router.next_due() == AT + timedelta(minutes=10)
        router.touch("L1", at=AT)
        assert router.next_due() == AT + timedelta(minutes=15)
        router.close_lead("L0", at=AT)
        assert router.next_due() == AT + timedelta(minutes=19)


def test_it_sleeps_until_the_next_lead_is_due_but_not_for_long() -> None:
    assert pause_until(None, AT) == LONGEST_PAUSE
    assert pause_until(AT + timedelta(seconds=7), AT) == 7
    assert pause_until(AT + timedelta(days=7), AT) == LONGEST_PAUSE
    assert 0 < pause_until(AT + timedelta(microseconds=1), AT) < 1
    assert pause_until(AT, AT) == LONGEST_PAUSE  # it stays where it is for now


class Pauses(Event):
    """Notes how long is slept, and stops after some pauses."""

    def __init__(self, most: int, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.most = most
        self.meanwhile = meanwhile
        self.slept: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.slept.append(timeout)
        self.meanwhile()
        if len(self.slept) == self.most:
            self.set()
        return self.is_set()


def test_on_and_on_it_moves_what_came_due_meanwhile(policy: Path) -> None:
    with routed(policy, AT) as router:
        told: list[tuple[Move, ...]] = []
        stop = Pauses(3)
        soon = datetime.now(UTC) - timedelta(minutes=10) + timedelta(seconds=20)
        router.route({"id": "soon"}, at=soon)
        go_on(router, told.append, stop)
        assert [move.lead for moves in told for move in moves] == ["L0"]
        assert all(0 < (each or 0) <= 20 for each in stop.slept)


class Jumping(Router):
    """A router on a machine whose clock jumps: each time that it is asked it is another moment."""

    moments: ClassVar[list[datetime]] = []

    def escalations(self, *, at: datetime | None = None) -> Iterator[tuple[Move, ...]]:
        assert at is None
        yield from super().escalations(at=self.moments.pop(0))


def test_a_clock_that_jumps_does_no_step_early_or_twice(policy: Path) -> None:
    policy.write_text(
        POLICY.replace(
            "10 minutes, then", "10 minutes alert, 20 minutes alert, 1 hour then"
        ).replace("person ana\n", "person ana\nperson ben\n")
    )
    minute, day = timedelta(minutes=1), timedelta(days=1)
    Jumping.moments = [
        *(AT + 10 * minute, AT - day, AT + 9 * minute, AT + 12 * minute, AT + 20 * minute),
        *(AT + 2 * day, AT + 11 * minute, AT + 2 * day),
    ]
    state = policy.with_suffix(".db")
    with Jumping(compile_policy(policy), state=state) as router:
        router.route({"id": "L0"}, at=AT)
        told: list[tuple[Move, ...]] = []
        stop = Pauses(len(Jumping.moments))
        go_on(router, told.append, stop)
        assert not Jumping.moments
        kinds = [event.kind for event in router.events()]
    done = [[move.after.name for move in moves] for moves in told]
    assert done == [["person ana"], [], [], [], ["person ana"], ["queue managers"], [], []]
    assert kinds == ["routed", "alerted", "alerted", "moved"]
    assert all(0 < (each or 0) <= LONGEST_PAUSE for each in stop.slept)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_behind_the_batch_at_work(policy: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with routed(policy, AT) as router:
        with stopped_by_signals() as stop:
            told: list[tuple[Move, ...]] = []

            def show(moves: tuple[Move, ...]) -> None:
                told.append(moves)
                os.kill(os.getpid(), number)

            go_on(router, show, stop)
        assert len(told[0]) == 1
        assert router.escalate(at=AT + timedelta(hours=1)) == ()
    assert signal.getsignal(number) == before


def test_a_state_that_cannot_be_used_for_a_while_is_asked_again(
    policy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    routed(policy, AT).close()
    state = policy.with_suffix(".db")
    with (
        closing(open_sqlite(state, policy.stem, ())) as other,
        turnout.load(policy, state=state, wait=0) as router,
        ExitStack() as held,
    ):
        held.enter_context(other.begin())
        told: list[tuple[Move, ...]] = []
        stop = Pauses(2, held.close)
        go_on(router, told.append, stop)
        assert sum(map(len, told)) == 1
    assert "another run is using" in capsys.readouterr().err
