"""Tables on all cores: chunks go to processes that each have the decider, and come back in order.

At most two chunks a process are on their way, so that memory doesn't grow with the table. A
chunk is sent as Arrow's own stream: a part of a batch is sent, and not the batch around it.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

import pyarrow as pa

from turnout.errors import Error
from turnout.runtime.columns.table_decider import TableDecider

SENT = 1 << 15
"""Leads that are sent at once: few enough that all processes have some of a small table."""

AHEAD = 2
"""Chunks that are on their way to each process."""


class WorkersError(Error):
    """The processes that were to decide are gone."""


def stream_by_workers(
    decider: TableDecider, batches: Iterable[pa.RecordBatch], processes: int
) -> Iterator[pa.RecordBatch]:
    """Yield what `TableDecider.stream` does, decided in so many processes.

    Raises WorkersError where one of them ended, and what `stream` raises.
    """
    context = get_context("spawn")  # whatever threads this process has, theirs are new
    pool = ProcessPoolExecutor(processes, context, _begin, (decider,))
    with pool:
        pending: deque[Future[bytes]] = deque()
        try:
            for part in _parts(batches):
                pending.append(pool.submit(_decide, _written(part)))
                if len(pending) >= AHEAD * processes:
                    yield from _read(pending.popleft().result())
            while pending:
                yield from _read(pending.popleft().result())
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


def _parts(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, batch.num_rows, SENT):
            yield batch.slice(start, SENT)


def _written(*batches: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def _read(sent: bytes) -> Iterator[pa.RecordBatch]:
    with pa.ipc.open_stream(sent) as reader:
        yield from reader


# -- in a worker --

_own: list[TableDecider] = []


def _begin(decider: TableDecider) -> None:
    pa.set_cpu_count(1)  # there is a process for each core
    pa.set_io_thread_count(1)
    _own[:] = [decider]


def _decide(sent: bytes) -> bytes:
    return _written(*_own[0].stream(_read(sent)))
