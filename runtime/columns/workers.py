"""Tables on all cores: chunks go to processes that each have the decider, and come back in order.

Few chunks a process are on their way, so that memory doesn't grow with the table. A chunk is sent
as Arrow's own stream: a part of a batch is sent, and not the batch around it. Each process has a
pipe of its own, which breaks where either side is ended: so no side ever waits for the other in
vain. (Python's own pool waits, before 3.12, where a process ends while it is sent much.)
"""

import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread, current_thread, main_thread
from typing import Any, Self, TypeVar, cast

import pyarrow as pa

from turnout.errors import Error
from turnout.runtime.columns.extra import leave_out_pandas
from turnout.runtime.columns.sent_batches import read_batches, written
from turnout.runtime.columns.table_decider import TableDecider

SENT = 1 << 15
"""Leads that are sent at once: few enough that all processes have some of a small table."""

AHEAD = 2
"""Chunks that are on their way to each process."""


class WorkersError(Error):
    """The processes that were to decide are gone."""


_T = TypeVar("_T")
_U = TypeVar("_U")


class Workers:
    """Processes that do a function to each of some parts; a context manager."""

    def __init__(self, processes: int, begin: Callable[[_T], None], with_what: _T) -> None:
        """Prepare. begin: is called once in each, with what it is sent."""
        self._begin = begin, with_what
        self._number = processes
        self._processes: list[_Process] = []
        self._pending: deque[_Process] = deque()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes, whatever they do."""
        for each in self._processes:
            each.end()

    def each(
        self, work: Callable[[_T], _U], parts: Iterable[_T], ahead: int = AHEAD
    ) -> Iterator[_U]:
        """Yield what a function of a module comes to, of each part, in order.

        ahead: parts that are on their way to each process.

        Raises WorkersError where one of them ended, and what the function raises.
        """
        pending = self._pending
        while pending:  # of parts of which nobody asked any more
            pending.popleft().received()
        while len(self._processes) < self._number:
            with _uninterrupted():
                self._processes.append(_Process())
            self._processes[-1].send(self._begin)
        for process, part in zip(cycle(self._processes), parts, strict=False):
            process.send((work, part))
            pending.append(process)
            if len(pending) >= ahead * self._number:
                yield self._next()
        while pending:
            yield self._next()

    def _next(self) -> Any:  # noqa: ANN401 - whatever the function returns
        found, problem = self._pending.popleft().received()
        if problem is not None:
            raise problem
        return found


class _Process:
    """A process, and the end of the pipe to it. What it is sent is written by a thread."""

    def __init__(self) -> None:
        context = get_context("spawn")  # whatever threads this process has, theirs are new
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other,), daemon=True)
        self._process.start()
        other.close()
        self._parts: SimpleQueue[object] = SimpleQueue()
        self._sender = Thread(target=self._send_all, daemon=True)
        self._sender.start()

    def send(self, part: object) -> None:
        """Send a part, when it can take it."""
        self._parts.put(part)

    def received(self) -> tuple[object, Exception | None]:
        """Return what the next part came to, or what was raised."""
        try:
            return cast("tuple[object, Exception | None]", self._pipe.recv())
        except (EOFError, OSError) as problem:
            message = "a process that decides leads was ended by something else, or couldn't begin"
            advice = (
                "a script begins its work behind `if __name__ == '__main__':`; with less memory "
                "take fewer processes"
            )
            raise WorkersError(message, advice) from problem

    def end(self) -> None:
        """End it, whatever it does."""
        self._process.terminate()
        self._process.join()
        self._parts.put(None)
        self._sender.join()
        self._pipe.close()

    def _send_all(self) -> None:
        with suppress(OSError):  # it was ended, which is told to who receives
            while (part := self._parts.get()) is not None:
                self._pipe.send(part)


@contextmanager
def _uninterrupted() -> Generator[None, None, None]:
    """Hold Ctrl-C back until the end; a process that begins meanwhile doesn't get it at all.

    It means this process, which ends the others. The mask is what the others inherit; here
    a thread of a library may take the signal nonetheless, and the handler notes it.
    """
    if sys.platform != "win32":
        resource_tracker.ensure_running()  # it lets the signals in again when it begins
    came: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    is_held = current_thread() is main_thread() and before is not None
    has_mask = hasattr(signal, "pthread_sigmask")
    if is_held:
        signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]) if has_mask else set[int]()
    try:
        yield
    finally:
        if has_mask:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if is_held:
            signal.signal(signal.SIGINT, before)
            if came:
                signal.raise_signal(signal.SIGINT)


def stream_by_workers(
    decider: TableDecider, batches: Iterable[pa.RecordBatch], processes: int
) -> Iterator[pa.RecordBatch]:
    """Yield what `TableDecider.stream` does, decided in so many processes.

    Raises WorkersError where one of them ended, and what `stream` raises.
    """
    with Workers(processes, _begin, decider) as workers:
        for found in workers.each(_decide, map(written, _parts(batches))):
            yield from read_batches(found)


def _parts(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, batch.num_rows, SENT):
            yield batch.slice(start, SENT)


# -- in a worker --

_own: list[TableDecider] = []


def _serve(pipe: "Connection[Any, Any]") -> None:
    """Do what is sent, until the other side of the pipe is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it means who began this process
    leave_out_pandas()
    pa.set_cpu_count(1)  # there is a process for each core
    pa.set_io_thread_count(1)
    with suppress(EOFError, OSError):
        begin, with_what = pipe.recv()
        begin(with_what)
        while True:
            work, part = pipe.recv()
            found: tuple[object, Exception | None]
            try:
                found = work(part), None
            except Exception as problem:  # noqa: BLE001 - it is raised where the work was asked
                found = None, problem
            pipe.send(found)


def _begin(decider: TableDecider) -> None:
    _own[:] = [decider]


def _decide(sent: bytes) -> bytes:
    return written(*_own[0].stream(read_batches(sent)))
