"""Callers that wait for a state meanwhile share one transaction.

While one thread has the state, others queue up. Whoever comes next takes along all who
wait: their leads are decided one caller after the other, in the order in which they came, and
become durable by one commit. Where one of them fails, nothing of them all is kept, and each
is done by itself, so that the fault is told to whom it belongs and to nobody else.
"""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import RLock, get_ident
from typing import Any, TypeVar, cast

from turnout.frozen import attribute, define
from turnout.runtime.stores import Signature
from turnout.runtime.stores.batch import Batch
from turnout.runtime.stores.needs import Decide, Foresee

T = TypeVar("T")

MOST_TOGETHER = 256
"""Callers who share a transaction at most."""


@define(eq=False)
class Job:
    """What one caller wants of a state; what came of it, once it is done.

    at: as of when, None for whatever the clock says while the state is held.
    """

    foresee: Foresee
    decide: Decide[Any]
    at: datetime | None
    signature: Signature
    result: Any = attribute(default=None, init=False)
    error: BaseException | None = attribute(default=None, init=False)
    is_done: bool = attribute(default=False, init=False)


def run_all(jobs: Sequence[Job], batch: Batch, moment: datetime) -> list[Any]:
    """Return the results of jobs that share a batch. moment: what the clock says."""
    results: list[Any] = []
    for job in jobs:
        batch.sign(job.signature)
        results.append(job.decide(batch, job.at or moment))
    return results


class Sharing:
    """Runs jobs one transaction after the other, those that wait in one.

    run: does some of them in one transaction and returns their results; of nothing is
    anything kept where it raises.
    """

    def __init__(self, run: Callable[[Sequence[Job]], list[Any]]) -> None:
        self._run = run
        self._waiting: deque[Job] = deque()
        self._has_it: int | None = None
        self.lock: RLock = RLock()

    def decide(
        self, foresee: Foresee, decide: Decide[T], at: datetime | None, signature: Signature
    ) -> T:
        """Return what the function decides. RuntimeError inside of another one's."""
        if self._has_it == get_ident():
            raise RuntimeError("a transaction of this store has not ended")
        job = Job(foresee, decide, at, signature)
        self._waiting.append(job)
        while not job.is_done:
            with self.lock:
                if not job.is_done:
                    self._turn()
        if job.error is not None:
            raise job.error
        return cast("T", job.result)

    def _turn(self) -> None:
        """Do what waits."""
        jobs = [self._waiting.popleft()]
        while self._waiting and len(jobs) < MOST_TOGETHER:
            jobs.append(self._waiting.popleft())
        self._has_it = get_ident()
        try:
            self._done(jobs)
        finally:
            self._has_it = None

    def _done(self, jobs: Sequence[Job]) -> None:
        try:
            results = self._run(jobs)
        except BaseException as error:  # noqa: BLE001 - it is the callers', and raised there
            if len(jobs) == 1:
                jobs[0].error, jobs[0].is_done = error, True
                return
            for job in jobs:
                self._done((job,))
            return
        for job, result in zip(jobs, results, strict=True):
            job.result, job.is_done = result, True
