"""Tables on all cores: chunks go to processes that each have the decider, and come back in order.

At most two chunks a process are on their way, so that memory doesn't grow with the table. A
chunk is sent as Arrow's own stream: a part of a batch is sent, and not the batch around it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Self, TypeVar

import pyarrow as pa

from turnout.errors import Error
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
        self._processes = processes
        context = get_context("spawn")  # whatever threads this process has, theirs are new
        self._pool = ProcessPoolExecutor(processes, context, _begun, (begin, with_what))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for what they do, and end them."""
        self._pool.shutdown(cancel_futures=True)

    def each(self, work: Callable[[_T], _U], parts: Iterable[_T]) -> Iterator[_U]:
        """Yield what a function of a module comes to, of each part, in order.

        Raises WorkersError where one of them ended, and what the function raises.
        """
        pending: deque[Future[_U]] = deque()
        try:
            for part in parts:
                pending.append(self._pool.submit(work, part))
                if len(pending) >= AHEAD * self._processes:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        except BrokenProcessPool as problem:
            message = "a process that decides leads was ended by something else, or couldn't begin"
            advice = (
                "a script begins its work behind `if __name__ == '__main__':`; with less memory "
                "take fewer processes"
            )
            raise WorkersError(message, advice) from problem
        finally:
            for each in pending:
                each.cancel()


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


def written(*batches: pa.RecordBatch) -> bytes:
    """Return batches of one schema as they are sent; of a part of a batch only the part is."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def read_batches(sent: bytes) -> Iterator[pa.RecordBatch]:
    """Yield the batches that were sent."""
    with pa.ipc.open_stream(sent) as reader:
        yield from reader


# -- in a worker --

_own: list[TableDecider] = []


def _begun(begin: Callable[[_T], None], with_what: _T) -> None:
    pa.set_cpu_count(1)  # there is a process for each core
    pa.set_io_thread_count(1)
    begin(with_what)


def _begin(decider: TableDecider) -> None:
    _own[:] = [decider]


def _decide(sent: bytes) -> bytes:
    return written(*_own[0].stream(read_batches(sent)))
