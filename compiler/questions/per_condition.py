"""What was found in a condition, kept for as long as the very same one is asked about.

Between two versions of a policy nearly every rule keeps the object that its condition is, and
what can be read off a condition alone needn't be read off it again at each keystroke.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from turnout.dsl.conditions import Condition
from turnout.frozen import define

_Found = TypeVar("_Found")

MOST = 20_000
"""Conditions that are kept; with more, all are forgotten."""


@define(eq=False)
class PerCondition(Generic[_Found]):
    """What was found in conditions, each by the very object. ground: what it depends on besides."""

    _ground: object = None
    _known: dict[int, tuple[Condition, _Found]] = attrs.Factory(dict[int, tuple[Condition, _Found]])

    def on(self, ground: object) -> "PerCondition[_Found]":
        """Return it for a ground; what was found on another one is forgotten."""
        if self._ground is not ground and self._ground != ground:
            self._known.clear()
        self._ground = ground
        return self

    def of(self, condition: Condition, find: Callable[[Condition], _Found]) -> _Found:
        """Return what is in a condition, found where it isn't known."""
        known = self._known.get(id(condition))
        if known is not None and known[0] is condition:
            return known[1]
        found = find(condition)
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[id(condition)] = condition, found
        return found
