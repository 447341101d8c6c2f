"""How long questions may take: in steps, which are the same on every machine, and by the clock.

Steps belong to one question; the deadline belongs to a whole run. Most of the work is
counted by the meter of the question that it is done for. What is done beside the questions
(making the space, looking for a readable lead, wording a sentence) has none: it calls
`tick`, which knows the deadline of the run that it is part of (`timed`), so that nothing
goes on past it.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from turnout.frozen import define, frozen

STEPS = 2_000_000
"""The steps that one question may take before it is left undecided."""

STEPS_PER_LOOK = 2_000
"""Steps between two looks at the clock; they take a few milliseconds."""


class OutOfSteps(Exception):  # noqa: N818 - it is no error: the question stays undecided
    """The budget ran out before the question was decided."""


class OutOfTime(OutOfSteps):
    """The deadline of the whole run passed before the question was decided."""


class Stopped(Exception):  # noqa: N818 - nobody wants the answer any more
    """Whoever asked has no use for the rest: no question is left undecided, all end."""


class OutOfTexts(OutOfSteps):
    """Whether there is such a text was left open: the automata are too large, or unknown."""


@frozen
class Budget:
    """What questions may take before they are left undecided.

    steps: of each question; a step looks at one `Either` or one class once. deadline: when
    all questions of the run end, in seconds of `monotonic`; None for never.
    """

    steps: int = STEPS
    deadline: float | None = None

    @property
    def is_past(self) -> bool:
        """Whether the deadline has passed."""
        return _is_past(self.deadline)

    def meter(self) -> "Meter":
        """Return the meter of one question, with all its steps left."""
        return Meter(self.steps, self.deadline)


@define
class Meter:
    """The steps that one question has left.

    deadline: as in `Budget`. unlooked: steps to the next look at the clock.
    """

    left: int
    deadline: float | None = None
    unlooked: int = 0

    def take(self, count: int = 1, weight: int = 0) -> None:
        """Take steps. Raises OutOfSteps when none are left, OutOfTime past the deadline.

        weight: how many more would take as long as these do, where they are long ones.
        """
        self.left -= count
        if self.left < 0:
            raise OutOfSteps
        self.unlooked -= count + weight
        if self.unlooked < 0:
            self.unlooked = STEPS_PER_LOOK
            self.look()

    def look(self) -> None:
        """Look at the clock. Raises OutOfTime past the deadline."""
        if _is_past(self.deadline):
            raise OutOfTime


@define
class _Watch:
    """The deadline of a run, and the steps to the next look at the clock."""

    deadline: float | None
    unlooked: int = 0


_WATCH: ContextVar[_Watch | None] = ContextVar("watch", default=None)


@contextmanager
def timed(budget: Budget) -> Generator[None, None, None]:
    """Let `tick` know the deadline of all that is done in the block.

    A run within a run ends with the earlier of the two.
    """
    outer = _WATCH.get()
    known = [each.deadline for each in (outer, budget) if each and each.deadline is not None]
    token = _WATCH.set(_Watch(min(known, default=None)))
    try:
        yield
    finally:
        _WATCH.reset(token)


def tick(count: int = 1) -> None:
    """Count steps that no meter counts. Raises OutOfTime past the deadline of the run."""
    watch = _WATCH.get()
    if watch is None or (watch.deadline is None and _ASKED.get() is None):
        return
    watch.unlooked -= count
    if watch.unlooked < 0:
        if _is_past(watch.deadline):
            raise OutOfTime  # and so will whatever is begun after it
        watch.unlooked = STEPS_PER_LOOK


def look() -> None:
    """Raise OutOfTime past the deadline of the run: what takes long isn't begun anew."""
    tick(STEPS_PER_LOOK + 1)


_ASKED: ContextVar[Callable[[], bool] | None] = ContextVar("asked", default=None)


@contextmanager
def stoppable(is_stopped: Callable[[], bool]) -> Generator[None, None, None]:
    """Ask, wherever the block would look at the clock, and raise Stopped where it says so."""
    token = _ASKED.set(is_stopped)
    try:
        yield
    finally:
        _ASKED.reset(token)


def _is_past(deadline: float | None) -> bool:
    is_stopped = _ASKED.get()
    if is_stopped is not None and is_stopped():
        raise Stopped
    return deadline is not None and monotonic() > deadline


USUAL = Budget()
"""The budget where none is asked for."""
