"""How often each caller may ask: a bucket of tokens for each who is known, and for each address.

A bucket fills at a steady rate up to its size, and what is asked takes out of it. A list of leads
takes as many as it has leads: it is let in where one lead would be, and what comes next waits
until the bucket has made up for it. Each process has buckets of its own, so of several each lets
in as much. PaceKeeper that are full again are forgotten; so many are kept, and no more.
"""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable
from ipaddress import ip_address
from time import monotonic
from typing import Final

from starlette.requests import Request

from turnout.project.serve_settings import Pace, ServeSettings
from turnout.serving.callers import Caller
from turnout.serving.problems import ProblemError

MOST_KEPT: Final = 10_000
"""PaceKeeper of one kind; behind that the one that was asked longest ago is forgotten."""

LONGEST: Final = 3_600
"""Seconds of a `Retry-After` at most."""


class PaceKeeper:
    """The buckets of one kind of caller. now: seconds, by a clock that only goes forward."""

    def __init__(self, pace: Pace, now: Callable[[], float] = monotonic) -> None:
        self._pace = pace
        self._now = now
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, cost: int = 1) -> float:
        """Take out of somebody's bucket; return 0, or in how many seconds there is one to take.

        What costs more than there is leaves a debt.
        """
        now, pace = self._now(), self._pace
        left, at = self._kept.pop(who, (float(pace.burst), now))
        left = min(float(pace.burst), left + (now - at) * pace.rate)
        wait = 0.0 if left >= 1 else (1 - left) / pace.rate
        self._kept[who] = (left if wait else left - cost, now)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return wait

    def owe(self, who: str, cost: int) -> None:
        """Take out of somebody's bucket, whatever is in it."""
        left, at = self._kept.get(who, (float(self._pace.burst), self._now()))
        self._kept[who] = (left - cost, at)


class Paces:
    """How often each caller may ask, as it was configured."""

    def __init__(self, settings: ServeSettings, now: Callable[[], float] = monotonic) -> None:
        self._proxies = settings.proxies
        self._most = settings.connections
        self._connected: Counter[str] = Counter()
        self._callers = None if settings.callers is None else PaceKeeper(settings.callers, now)
        self._addresses = (
            None if settings.addresses is None else PaceKeeper(settings.addresses, now)
        )

    def check_caller(self, caller: Caller, request: Request) -> None:
        """Count a request of somebody who is known. Raises ProblemError where it is too soon."""
        if not caller.name:
            self.check_address(request)
        elif self._callers is not None:
            _check(self._callers.take(_who(caller)), caller.name)

    def check_address(self, request: Request) -> None:
        """Count a request of somebody who isn't known. Raises as above."""
        if self._addresses is not None:
            _check(self._addresses.take(self._address(request)), "this address")

    def count_leads(self, caller: Caller, request: Request, leads: int) -> None:
        """Count the leads of a request, of which one is counted already."""
        if leads < 2:
            return
        if not caller.name:
            if self._addresses is not None:
                self._addresses.owe(self._address(request), leads - 1)
        elif self._callers is not None:
            self._callers.owe(_who(caller), leads - 1)

    def connect(self, host: str) -> str | None:
        """Count a connection; return as whose it counts, None where it doesn't.

        Raises ProblemError where there are as many from there as there may be.
        """
        if self._most is None or self._is_proxy(host):
            return None
        who = _network(host)
        if self._connected[who] >= self._most:
            detail = f"this address has {self._most} connections already"
            raise ProblemError("too-often", detail, headers={"Retry-After": "1"})
        self._connected[who] += 1
        return who

    def disconnect(self, who: str) -> None:
        """Count a connection no more. who: as `connect` returned it."""
        self._connected[who] -= 1
        if not self._connected[who]:
            del self._connected[who]

    def _address(self, request: Request) -> str:
        """Return from where a request comes, behind the proxies that are known; IPv6 by its /64."""
        found = "" if request.client is None else request.client.host
        said = [
            each.strip()
            for line in request.headers.getlist("x-forwarded-for")
            for each in line.split(",")
        ]
        while said and self._is_proxy(found):
            found = said.pop()
        return _network(found)

    def _is_proxy(self, address: str) -> bool:
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in each for each in self._proxies)


def _who(caller: Caller) -> str:
    """Return whose bucket counts: that of a person, by whatever token they come."""
    return caller.name if caller.person is None else f"person {caller.person}"


def _network(address: str) -> str:
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if ip.version == 4:
        return str(ip)
    mapped = ip.ipv4_mapped
    return str(mapped) if mapped is not None else ip.exploded[:19]


def _check(wait: float, who: str) -> None:
    if wait:
        after = str(min(LONGEST, math.ceil(wait)))
        detail = f"{who} asks more often than is let in"
        raise ProblemError("too-often", detail, headers={"Retry-After": after})
