"""JSON objects as they are written: a name that stands twice is told, not dropped.

The standard library keeps the last of two values of one name. Here the first counts that
isn't empty, as in a table whose column stands twice, and whoever decoded asks `told` for
what was odd.
"""

import json
from typing import cast

from turnout.runtime.decisions import Issue

_SHOWN = 40
_EMPTY: tuple[object, ...] = (None, "")


class Objects:
    """A decoder of JSON, and the names that stood twice in what it decoded last."""

    def __init__(self) -> None:
        self._twice: dict[str, str] = {}
        # strict=False: a tab within a text does no harm.
        self.decoder: json.JSONDecoder = json.JSONDecoder(
            strict=False, object_pairs_hook=self._whole
        )

    def _whole(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        whole = dict(pairs)
        if len(whole) == len(pairs):
            return whole
        whole = {}
        for name, value in pairs:
            first = whole.setdefault(name, value)
            if first is value or value in _EMPTY or value == first:
                continue
            if first in _EMPTY:
                whole[name] = value
            else:
                self._twice[name] = value if isinstance(value, str) else ""
        return whole

    def told(self) -> tuple[Issue, ...]:
        """Return what was odd since the last time."""
        if not self._twice:
            return ()
        issues = tuple(
            Issue(
                "",
                value[:_SHOWN],
                f"the key {name[:_SHOWN]} stands twice with different values; the first counts",
            )
            for name, value in self._twice.items()
        )
        self._twice.clear()
        return issues


def members_of(value: object) -> dict[str, object]:
    """Return a decoded object as what it is to Python's types."""
    return cast("dict[str, object]", value)
