"""One thread decides the leads of all requests: those that wait meanwhile share a commit.

A request puts its leads into a line and waits; the thread takes whoever stands in it, decides
them in order in one transaction, and wakes them together. So the more callers there are, the
fewer commits a lead costs. A line that grows faster than it is worked off refuses new leads
while it is too long. What stands in it when the service stops is decided first.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from threading import Condition, Thread
from time import monotonic

from turnout.frozen import attribute, define
from turnout.runtime.decisions import Decision
from turnout.runtime.records import RawLead
from turnout.runtime.router import Router
from turnout.runtime.stores import StateError
from turnout.serving.problems import ProblemError
from turnout.serving.served_versions import ROUTE

MOST_TOGETHER = 256
"""Leads that are decided in one transaction, but for those of one request."""

_LOG = logging.getLogger("turnout.serving")


@define(eq=False)
class LeadJob:
    """The leads of one request.

    actor: whom the log names. route: which one decides them, as `ROUTE` has it. outcome: where
    they are told.
    """

    leads: Sequence[RawLead]
    actor: str
    outcome: "asyncio.Future[list[Decision]]"
    loop: asyncio.AbstractEventLoop
    route: str | None = None
    result: list[Decision] | BaseException | None = attribute(default=None, init=False)

    def tell(self) -> None:
        """Wake who waits, on their own loop; who has gone away is not looked for."""
        if self.outcome.done():
            return
        if isinstance(self.result, BaseException):
            self.outcome.set_exception(self.result)
        else:
            self.outcome.set_result(self.result or [])


class LeadWriter:
    """Decides leads that stand in line.

    lease: the router that counts now, for as long as it is used. most: leads that may wait.
    """

    def __init__(self, lease: Callable[[], AbstractContextManager[Router]], most: int) -> None:
        self._lease = lease
        self._most = most
        self._line: deque[LeadJob] = deque()
        self._waiting = 0
        self._pace = 0.001
        self._is_stopping = False
        self._changed = Condition()
        self._thread = Thread(target=self._work, name="turnout-leads", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many leads wait."""
        return self._waiting

    async def decide(self, leads: Sequence[RawLead], actor: str) -> list[Decision]:
        """Return the decisions for leads, in order, once they are durable.

        Raises ProblemError where too many wait, and what the router raises.
        """
        loop = asyncio.get_running_loop()
        job = LeadJob(leads, actor, loop.create_future(), loop, ROUTE.get())
        with self._changed:
            self._check(len(leads))
            self._line.append(job)
            self._waiting += len(leads)
            self._changed.notify()
        return await job.outcome

    def stop(self) -> None:
        """Take no more leads, decide those that wait, and end the thread."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        self._thread.join()

    def _check(self, more: int) -> None:
        if self._is_stopping:
            raise ProblemError("stopping", "the service takes no more leads", headers=_retry(1))
        if self._waiting and self._waiting + more > self._most:
            seconds = min(60, 1 + int(self._waiting * self._pace))
            detail = f"{self._waiting:,} leads wait already"
            raise ProblemError("too-many", detail, headers=_retry(seconds))

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._line and not self._is_stopping:
                    self._changed.wait()
                if not self._line:
                    return
                jobs = self._next()
            began = monotonic()
            self._done(jobs)
            size = sum(len(job.leads) for job in jobs)
            self._pace = 0.8 * self._pace + 0.2 * (monotonic() - began) / max(size, 1)
            with self._changed:
                self._waiting -= size
            self._wake(jobs)

    def _next(self) -> list[LeadJob]:
        """Take whoever is first in line, and those behind who fit into one transaction."""
        jobs = [self._line.popleft()]
        size = len(jobs[0].leads)
        while self._line and size + len(self._line[0].leads) <= MOST_TOGETHER:
            jobs.append(self._line.popleft())
            size += len(jobs[-1].leads)
        return jobs

    def _done(self, jobs: Sequence[LeadJob]) -> None:
        """Decide the leads of jobs: those of one actor that stand together in one transaction."""
        for (route, actor), those in groupby(jobs, key=lambda job: (job.route, job.actor)):
            group = [*those]
            token = ROUTE.set(route)
            try:
                with self._lease() as router:
                    _decide(router, actor, group)
            except Exception as failure:  # noqa: BLE001 - it is told to whoever waits
                for job in group:
                    job.result = failure
            finally:
                ROUTE.reset(token)

    def _wake(self, jobs: Sequence[LeadJob]) -> None:
        loops = {id(job.loop): job.loop for job in jobs}
        for loop in loops.values():
            own = [job for job in jobs if job.loop is loop]
            try:
                loop.call_soon_threadsafe(_tell, own)
            except RuntimeError:  # the loop is closed: nobody waits there any more
                _LOG.warning("%d decisions found nobody who waits for them", len(own))


def _decide(router: Router, actor: str, jobs: Sequence[LeadJob]) -> None:
    """Decide leads in one transaction; where that fails, those of each job by themselves."""
    leads = [lead for job in jobs for lead in job.leads]
    try:
        decisions = [*router.route_all(leads, batch=max(len(leads), 1), by=actor)]
    except BaseException as failure:  # noqa: BLE001 - it is told to whoever waits
        if len(jobs) == 1 or isinstance(failure, StateError):
            for job in jobs:
                job.result = failure
            return
        for job in jobs:
            _decide(router, actor, [job])
        return
    at = 0
    for job in jobs:
        job.result = decisions[at : at + len(job.leads)]
        at += len(job.leads)


def _tell(jobs: Sequence[LeadJob]) -> None:
    for job in jobs:
        job.tell()


def _retry(seconds: int) -> dict[str, str]:
    return {"Retry-After": str(seconds)}
