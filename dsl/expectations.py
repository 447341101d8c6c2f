"""Tests of a policy: what arrives, when, who can't take it, and what must come of it.

A test is a list of steps through one state: the clock and who is unavailable hold from
where they stand on, and an expectation speaks of the lead before it. A test never changes
where a lead goes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from turnout.dsl.promises import Period
from turnout.dsl.source import Span
from turnout.dsl.targets import KINDS
from turnout.frozen import attribute, frozen

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
"""The clock of a test that sets none: a Monday at noon."""

TARGETS = {
    reached: tuple(kind.word for kind in KINDS if kind.reached == reached)
    for reached in dict.fromkeys(kind.reached for kind in KINDS)
} | {"nobody": ("none",)}
"""Expectations about who has the lead, with the kinds of decision that each is about."""


def _span() -> Span:
    return attribute(eq=False, repr=False)  # type: ignore[no-any-return]


@frozen
class Arrival:
    """A lead arrives. raw: by field, as it would stand in a file of leads."""

    raw: Mapping[str, object]
    span: Span = _span()


@frozen
class Clock:
    """The clock from here on, in UTC."""

    moment: datetime
    span: Span = _span()


@frozen
class Absence:
    """People and partners who can't take a lead from here on. why: "away" or "at-cap"."""

    why: str
    names: tuple[str, ...]
    span: Span = _span()


@frozen
class Expectation:
    """What must be true of the lead before it; `negated`: what must not.

    kind: one of the words in `docs/language/tests.md`, such as "rule" or "passed-over".
    arguments: what stands behind it. period: of `sla`. moment: of `due`, in UTC.
    """

    kind: str
    arguments: tuple[str, ...]
    span: Span = _span()
    negated: bool = False
    period: Period | None = None
    moment: datetime | None = None

    @property
    def said(self) -> str:
        """The expectation as it is written, on one line."""
        return " ".join(self.span.text.split())


TestStep: TypeAlias = Arrival | Clock | Absence | Expectation


@frozen
class TestCase:
    """A test of one route, its steps in order. span: the test's name."""

    name: str
    route: str
    steps: tuple[TestStep, ...]
    span: Span = _span()
