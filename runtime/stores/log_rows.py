"""The log as rows, for who goes through all of it and asks little of each event.

An `Event` is made for who looks at it; of five million of them that alone takes minutes. A row
has what an event is found by, and what it says as `details` has it, undigested.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

AT_ONCE = 5_000
"""Events that are read at once."""


class LogRow(NamedTuple):
    """One event. at: microseconds since 1970, UTC. policy: a hash. said: see `details`."""

    number: int
    previous: int
    kind: str
    route: str
    at: int | None
    policy: str
    said: Mapping[str, Any]


class LogRows(Protocol):
    """A snapshot, as who goes through the log reads it."""

    def log_rows(self, after: int = 0, limit: int = AT_ONCE) -> list[LogRow]:
        """Return the first events behind the one with the number `after`, in order."""
        ...

    def log_sum(self, upto: int, after: int = 0) -> tuple[int, int]:
        """Return how many events there are behind one up to another, and the sum of their sums.

        Any change of them changes it.
        """
        ...
