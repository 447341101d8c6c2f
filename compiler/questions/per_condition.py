"""What was found in a condition, kept for as long as the very same one is asked about.

Between two versions of a policy nearly every rule keeps the object that its condition is, and
what can be read off a condition alone needn't be read off it again at each keystroke. It is kept
while something else holds the condition, and so no longer than the policy: somebody who types for
an hour leaves thousands of conditions behind.
"""

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import ref

import attrs

from turnout.dsl.conditions import And, Condition, Or
from turnout.frozen import define

_Found = TypeVar("_Found")


@define(eq=False)
class PerCondition(Generic[_Found]):
    """What was found in conditions, each by the very object. ground: what it depends on besides."""

    _ground: object = None
    _known: dict[int, tuple["ref[And | Or]", _Found]] = attrs.Factory(
        dict[int, tuple["ref[And | Or]", _Found]]
    )

    def on(self, ground: object) -> "PerCondition[_Found]":
        """Return it for a ground; what was found on another one is forgotten."""
        if self._ground is not ground and self._ground != ground:
            self._known.clear()
        self._ground = ground
        return self

    def of(self, condition: Condition, find: Callable[[Condition], _Found]) -> _Found:
        """Return what is in a condition, found where it isn't known.

        What is found may hold parts of the condition, but not all of it. So only what has parts
        is kept; there is little to be found in the others.
        """
        at = id(condition)
        known = self._known.get(at)
        if known is not None and known[0]() is condition:
            return known[1]
        found = find(condition)
        if isinstance(condition, And | Or):
            self._known[at] = ref(condition, self._forgetting(at)), found
        return found

    def _forgetting(self, at: int) -> "Callable[[ref[And | Or]], None]":
        known = self._known

        def forget(gone: "ref[And | Or]") -> None:
            kept = known.get(at)
            if kept is not None and kept[0] is gone:  # else another one has its place by now
                del known[at]

        return forget
