"""The version of the policy that is served, and how another one takes its place.

Whoever works with a version leases it. A new one counts from the next lease on, so between two
leads; the old one is closed when the last who leased it is done. A version has a router for each
of the policy's routes that somebody asked for: which one a request names stands in `ROUTE`.
"""

from collections.abc import Callable
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

    def router(self) -> "RouterLease":
        """Lease the router that counts now, of the route that is meant."""
        return RouterLease(self)

    def taken(self) -> ServedVersion:
        """Return the version that counts now, which is kept open until it is given back."""
        with self._lock:
            found = self._now
            found.users += 1
        return found

    def give_back(self, version: ServedVersion) -> None:
        """Close a version that counts no more, where nobody else has it."""
        with self._lock:
            version.users -= 1
            is_last = version.is_old and not version.users
        if is_last:
            version.close()

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


class RouterLease:
    """A router for as long as a block lasts. It is entered once, for each request."""

    __slots__ = ("_served", "_version")

    def __init__(self, served: Served) -> None:
        self._served = served
        self._version: ServedVersion | None = None

    def __enter__(self) -> Router:
        """Return the router. Raises what opening it does."""
        version = self._served.taken()
        try:
            found = version.routed()
        except BaseException:
            self._served.give_back(version)
            raise
        self._version = version
        return found

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        if self._version is not None:
            self._served.give_back(self._version)
