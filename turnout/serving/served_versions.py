"""The version of the policy that is served, and how another one takes its place.

Whoever works with a version leases it. A new one counts from the next lease on, so between two
leads; the old one is closed when the last who leased it is done.
"""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any

from turnout.frozen import attribute, define
from turnout.runtime.router import Router


@define(eq=False)
class ServedVersion:
    """A version of the policy with its router.

    since: when it began to count. made: what is made of it when first asked, such as a picture.
    """

    router: Router
    since: datetime
    made: dict[str, Any] = attribute(factory=dict[str, Any], init=False)
    users: int = attribute(default=0, init=False)
    is_old: bool = attribute(default=False, init=False)

    @property
    def policy_hash(self) -> str:
        """The hash of the policy."""
        return self.router.compiled.policy_hash


class Served:
    """The version that counts now."""

    def __init__(self, first: ServedVersion) -> None:
        self._now = first
        self._lock = Lock()

    @property
    def now(self) -> ServedVersion:
        """The version, for who only looks at the policy and not into the state."""
        return self._now

    @contextmanager
    def version(self) -> Generator[ServedVersion, None, None]:
        """Lease the version that counts now."""
        with self._lock:
            found = self._now
            found.users += 1
        try:
            yield found
        finally:
            with self._lock:
                found.users -= 1
                is_last = found.is_old and not found.users
            if is_last:
                found.router.close()

    @contextmanager
    def router(self) -> Generator[Router, None, None]:
        """Lease the router that counts now."""
        with self.version() as version:
            yield version.router

    def swap(self, new: ServedVersion) -> None:
        """Let another version count from now on."""
        with self._lock:
            old, self._now = self._now, new
            old.is_old = True
            is_idle = not old.users
        if is_idle:
            old.router.close()

    def close(self) -> None:
        """Release the state."""
        self._now.router.close()
