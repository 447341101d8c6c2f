"""How long questions may take: in steps, which are the same on every machine, and by the clock."""

from time import monotonic

import attrs

STEPS = 2_000_000
"""The steps that one question may take before it is left undecided."""

STEPS_PER_LOOK = 5_000
"""Steps between two looks at the clock; they take a few milliseconds."""


class OutOfSteps(Exception):  # noqa: N818 - it is no error: the question stays undecided
    """The budget ran out before the question was decided."""


class OutOfTime(OutOfSteps):
    """The deadline of the whole run passed before the question was decided."""


class OutOfTexts(OutOfSteps):
    """Whether there is such a text was left open: the automata are too large, or unknown."""


@attrs.frozen
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


@attrs.define
class Meter:
    """The steps that one question has left.

    deadline: as in `Budget`. unlooked: steps to the next look at the clock.
    """

    left: int
    deadline: float | None = None
    unlooked: int = 0

    def take(self, count: int = 1) -> None:
        """Take steps. Raises OutOfSteps when none are left, OutOfTime past the deadline."""
        self.left -= count
        if self.left < 0:
            raise OutOfSteps
        self.unlooked -= count
        if self.unlooked < 0:
            self.unlooked = STEPS_PER_LOOK
            self.look()

    def look(self) -> None:
        """Look at the clock. Raises OutOfTime past the deadline."""
        if _is_past(self.deadline):
            raise OutOfTime


def _is_past(deadline: float | None) -> bool:
    return deadline is not None and monotonic() > deadline


USUAL = Budget()
"""The budget where none is asked for."""
