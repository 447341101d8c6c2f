"""The version of the policy that is served, and how another one takes its place.

Whoever works with a version leases it. A new one counts from the next lease on, so between two
leads; the old one is closed when the last who leased it is done. A version has a router for each
of the policy's routes that somebody asked for: which one a request names stands in `ROUTE`.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from threading import Lock
from typing import Any, Final

from turnout.frozen import attribute, define
from turnout.runtime.router import Router

ROUTE: Final[ContextVar[str | None]] = ContextVar("turnout-route", default=None)
"""Which route is meant by what is being done, None for that which the service was started with."""


@define(eq=False)
class ServedVersion:
    """A version of the policy with its routers.

    router: of the route that is meant where none is named. since: when it began to count. opened:
    opens the router of another route, None where there is no other. made: what is made of it when
    first asked, such as a picture.
    """

    router: Router
    since: datetime
    opened: Callable[[str], Router] | None = None
    others: dict[str, Router] = attribute(factory=dict[str, Router], init=False)
    lock: Any = attribute(factory=Lock, init=False, repr=False)
    made: dict[str, Any] = attribute(factory=dict[str, Any], init=False)
    users: int = attribute(default=0, init=False)
    is_old: bool = attribute(default=False, init=False)

    @property
    def policy_hash(self) -> str:
        """The hash of the policy."""
        return self.router.compiled.policy_hash

    @property
    def route_name(self) -> str:
        """The route that is meant."""
        return ROUTE.get() or self.router.route_name

    def routed(self) -> Router:
        """Return the router of the route that is meant, opened when it first is. Raises Error."""
        name = self.route_name
        if name == self.router.route_name or self.opened is None:
            return self.router
        with self.lock:
            found = self.others.get(name)
            if found is None:
                found = self.others[name] = self.opened(name)
        return found

    def close(self) -> None:
        """Release the state."""
        for each in (self.router, *self.others.values()):
            each.close()


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
                found.close()

    @contextmanager
    def router(self) -> Generator[Router, None, None]:
        """Lease the router that counts now, of the route that is meant."""
        with self.version() as version:
            yield version.routed()

    def swap(self, new: ServedVersion) -> None:
        """Let another version count from now on."""
        with self._lock:
            old, self._now = self._now, new
            old.is_old = True
            is_idle = not old.users
        if is_idle:
            old.close()

    def close(self) -> None:
        """Release the state."""
        self._now.close()
